"""Archives that were lost come back with the next sync, and nothing else is pulled."""

from collections.abc import AsyncIterator

import pytest

from app.domain.sync_events import SyncState, SyncTrigger
from app.store.entities import ChartVersion
from tests.lab.faulty_registry import FaultyRegistry, digest, refusing, serving
from tests.services.conftest import Room
from tests.services.test_sync_faults import REPOSITORY, VERSIONS, chart, fill, row_of, synced, synced_again


@pytest.fixture
async def registry() -> AsyncIterator[FaultyRegistry]:
    """Charts 1.0.0 to 1.0.5, and one of them under another name too."""
    registry = FaultyRegistry()
    fill(registry)
    registry.repository(REPOSITORY).push_chart("v1.0.3", chart("1.0.3"))
    async with serving(registry):
        yield registry


async def lose(room: Room, version: str) -> str:
    lost = digest(chart(version))
    await room.archives.remove(lost)
    assert await room.archives.read(lost) is None
    return lost


async def test_lost_archive_is_pulled_once_and_nothing_else_is(room: Room, registry: FaultyRegistry) -> None:
    row = await synced(room, registry)
    lost = await lose(room, "1.0.3")
    registry.asked.clear()
    again = await synced_again(room, row.registry_id)
    assert (again.state, again.versions_unchanged, again.versions_changed) == (SyncState.SUCCEEDED, VERSIONS + 1, 0)
    assert await room.archives.read(lost) == chart("1.0.3")
    assert [one.reference for one in registry.asked if one.kind == "blob"] == [lost]
    registry.asked.clear()
    await synced_again(room, row.registry_id)
    assert registry.count("blob") == 0


async def test_lost_archive_that_cannot_be_had_is_a_fault_until_it_can(room: Room, registry: FaultyRegistry) -> None:
    row = await synced(room, registry)
    lost = await lose(room, "1.0.0")
    registry.go_wrong("blob", refusing(404), of=lost)
    assert (await synced_again(room, row.registry_id)).state is SyncState.PARTIAL
    assert (await synced_again(room, row.registry_id)).state is SyncState.SUCCEEDED
    assert await room.archives.read(lost) == chart("1.0.0")


async def test_archive_of_a_removed_version_is_not_asked_for(room: Room, registry: FaultyRegistry) -> None:
    row = await synced(room, registry)
    del registry.repository(REPOSITORY).tags["1.0.0"]
    await synced_again(room, row.registry_id)
    await lose(room, "1.0.0")
    registry.asked.clear()
    assert (await synced_again(room, row.registry_id)).state is SyncState.SUCCEEDED
    assert registry.count("blob") == 0


async def test_sync_of_one_repository_after_a_push_does_not_list_all_archives(
    room: Room, registry: FaultyRegistry
) -> None:
    row = await synced(room, registry)
    await lose(room, "1.0.0")
    async with room.store.reading() as session:
        repository_id = (await session.get_one(ChartVersion, 1)).repository_id
    for trigger, state in ((SyncTrigger.WEBHOOK, 0), (SyncTrigger.MANUAL, 1)):
        registry.asked.clear()
        sync = await room.triggering.start(row.registry_id, repository_id, trigger, "tester")
        assert await room.syncing.run(sync.id)
        assert (await row_of(room, sync.id)).state is SyncState.SUCCEEDED
        assert registry.count("blob") == state
