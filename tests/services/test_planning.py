"""What is missing in a listing of several pages is gone only when the registry says so."""

from collections.abc import AsyncIterator

import pytest

from app.domain.sync_events import SyncState
from app.services.planning import CONFIRMED_MAX_COUNT
from tests.lab.faulty_registry import FaultyRegistry, refusing, serving
from tests.services.conftest import Room
from tests.services.test_sync_faults import REPOSITORY, VERSIONS, fill, synced, synced_again


@pytest.fixture
async def registry() -> AsyncIterator[FaultyRegistry]:
    """Charts 1.0.0 to 1.0.5, listed by twos."""
    registry = FaultyRegistry(tags_page_max=2)
    fill(registry)
    async with serving(registry):
        yield registry


def heads(registry: FaultyRegistry, tag: str) -> int:
    return registry.count("manifest", method="HEAD", of=tag)


async def test_tag_that_fell_between_two_pages_is_not_removed(room: Room, registry: FaultyRegistry) -> None:
    row = await synced(room, registry)
    tags = registry.repository(REPOSITORY).tags
    hidden = tags["1.0.3"]

    def hide() -> None:
        del tags["1.0.3"]
        registry.afterwards("tags", lambda: tags.update({"1.0.3": hidden}))

    registry.afterwards("tags", hide)
    again = await synced_again(room, row.registry_id)
    assert (again.state, again.versions_removed, again.versions_unchanged) == (SyncState.SUCCEEDED, 0, VERSIONS)
    assert heads(registry, "1.0.3") == 1


async def test_tag_is_removed_when_the_registry_says_that_it_is_gone(room: Room, registry: FaultyRegistry) -> None:
    row = await synced(room, registry)
    del registry.repository(REPOSITORY).tags["1.0.3"]
    again = await synced_again(room, row.registry_id)
    assert (again.state, again.versions_removed, heads(registry, "1.0.3")) == (SyncState.SUCCEEDED, 1, 1)


async def test_tag_is_kept_when_the_registry_will_not_say(room: Room, registry: FaultyRegistry) -> None:
    row = await synced(room, registry)
    del registry.repository(REPOSITORY).tags["1.0.3"]
    registry.go_wrong("manifest", refusing(400), of="1.0.3")
    again = await synced_again(room, row.registry_id)
    assert again.versions_removed == 0
    assert (await synced_again(room, row.registry_id)).versions_removed == 1


async def test_nothing_is_asked_when_there_is_one_page_or_many_are_gone(room: Room, registry: FaultyRegistry) -> None:
    repository = registry.repository(REPOSITORY)
    repository.push_charts(CONFIRMED_MAX_COUNT + 3)
    row = await synced(room, registry)
    for patch in range(CONFIRMED_MAX_COUNT + 1):
        del repository.tags[f"1.0.{patch}"]
    registry.asked.clear()
    assert (await synced_again(room, row.registry_id)).versions_removed == CONFIRMED_MAX_COUNT + 1
    registry.tags_page_max = 1000
    del repository.tags[f"1.0.{CONFIRMED_MAX_COUNT + 2}"]
    assert (await synced_again(room, row.registry_id)).versions_removed == 1
    assert {one.reference for one in registry.asked if one.status == 404} == set()
