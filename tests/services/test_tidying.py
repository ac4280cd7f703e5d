"""What nothing refers to is cleared away after a while, and nothing else is."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from app.domain.sync_events import SyncState
from app.services.syncing import Syncing
from app.services.tidying import Tidying
from app.store.entities import ChartContent
from tests.lab.faulty_registry import FaultyRegistry, digest, serving
from tests.services.conftest import Room
from tests.services.test_sync_faults import REPOSITORY, chart, fill, synced, synced_again

RETAINED = timedelta(days=7)


@pytest.fixture
async def registry() -> AsyncIterator[FaultyRegistry]:
    """Charts 1.0.0 to 1.0.5."""
    registry = FaultyRegistry()
    fill(registry)
    async with serving(registry):
        yield registry


def tidying(room: Room, days: float) -> Tidying:
    """As it will be in so many days."""
    return Tidying(room.store, room.archives, RETAINED, lambda: datetime.now(UTC) + timedelta(days=days))


async def contents(room: Room) -> set[str]:
    async with room.store.reading() as session:
        return set((await session.exec(select(ChartContent.archive_digest))).all())


async def test_archives_of_a_deleted_registry_go_after_a_while(room: Room, registry: FaultyRegistry) -> None:
    row = await synced(room, registry)
    archive = digest(chart("1.0.0"))
    await tidying(room, 30).tidy()
    assert archive in await contents(room)  # a version refers to it
    await room.registering.delete(row.registry_id, "tester")
    await tidying(room, 31).tidy()
    await tidying(room, 37).tidy()
    assert archive in await contents(room)
    assert await room.archives.read(archive) is not None
    await tidying(room, 39).tidy()
    assert await contents(room) == set()
    assert await room.archives.read(archive) is not None  # bytes go a round later
    await tidying(room, 40).tidy()
    assert await room.archives.read(archive) is None


async def test_archive_of_a_tag_that_moved_goes_and_those_beside_it_stay(room: Room, registry: FaultyRegistry) -> None:
    row = await synced(room, registry)
    registry.repository(REPOSITORY).push_chart("1.0.0", chart("1.0.0", "moved"))
    await synced_again(room, row.registry_id)
    for days in (1, 9, 10):
        await tidying(room, days).tidy()
    assert await room.archives.read(digest(chart("1.0.0"))) is None
    assert await room.archives.read(digest(chart("1.0.0", "moved"))) is not None
    assert await room.archives.read(digest(chart("1.0.1"))) is not None


async def test_archive_that_comes_back_in_time_stays(room: Room, registry: FaultyRegistry) -> None:
    row = await synced(room, registry)
    repository = registry.repository(REPOSITORY)
    before = repository.tags["1.0.0"]
    repository.push_chart("1.0.0", chart("1.0.0", "moved"))
    await synced_again(room, row.registry_id)
    await tidying(room, 1).tidy()
    repository.tags["1.0.0"] = before
    await synced_again(room, row.registry_id)
    for days in (9, 10):
        await tidying(room, days).tidy()
    assert digest(chart("1.0.0")) in await contents(room)
    assert await room.archives.read(digest(chart("1.0.0"))) is not None


class TidiedArchives:
    """Somebody tidies up between the keeping of each archive and the writing of its row."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.lacking = room.archives.lacking

    async def keep(self, archive_digest: str, archive: bytes) -> None:
        await self._room.archives.keep(archive_digest, archive)
        await tidying(self._room, 0).tidy()


async def test_archive_that_a_sync_is_about_to_store_stays(room: Room, registry: FaultyRegistry) -> None:
    syncing = Syncing(replace(room.tools, archives=TidiedArchives(room)))  # type: ignore[arg-type]
    row = await synced(room, registry, syncing)
    assert row.state is SyncState.SUCCEEDED
    assert {await room.archives.read(each) is None for each in await contents(room)} == {False}


async def test_one_of_all_workers_tidies_up_once_a_day(room: Room) -> None:
    done = [await tidying(room, days).tidy_when_due() for days in (0, 0, 0.9, 1.1, 1.2)]
    assert done == [True, False, False, True, False]
