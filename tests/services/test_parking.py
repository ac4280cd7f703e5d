"""A registry that wants peace for long: the sync is parked, its worker is free, and it goes on by itself."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.errors import Conflict
from app.domain.sync_events import EventKind, SyncState, SyncTrigger
from app.oci_client.address_guard import AddressGuard
from app.oci_client.limits import ClientLimits
from app.oci_client.transport import HttpClients
from app.services.registering import Change
from app.services.syncing import Syncing
from app.services.triggering import Triggering
from app.store.entities import Sync
from tests.lab.faulty_registry import FaultyRegistry, refusing, serving
from tests.oci_client.lab import digest
from tests.services.conftest import LOOPBACK, Room, build_room
from tests.services.test_sync_faults import VERSIONS, chart, complete_story, fill, row_of, synced

WANTS_PEACE = refusing(429, Retry_After="3600")


@pytest.fixture
async def registry() -> AsyncIterator[FaultyRegistry]:
    """Charts 1.0.0 to 1.0.5."""
    registry = FaultyRegistry()
    fill(registry)
    async with serving(registry):
        yield registry


@pytest.fixture
async def later(room: Room) -> AsyncIterator[Syncing]:
    """A worker in another process, an hour later."""
    guard, limits = AddressGuard(LOOPBACK), ClientLimits()
    http = HttpClients(guard, limits)
    elsewhere = build_room(room.store, http, guard, limits)
    yield Syncing(replace(room.tools, connections=elsewhere.connections, clock=in_an_hour))
    await http.close()


def in_an_hour() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=3600)


async def parked(room: Room, registry: FaultyRegistry, kind: str = "tags", of: str = "") -> Sync:
    registry.go_wrong(kind, WANTS_PEACE, of=of)
    row = await synced(room, registry)
    assert row.state is SyncState.RUNNING
    assert row.parked_until is not None
    assert timedelta(minutes=59) < row.parked_until - datetime.now(UTC) <= timedelta(hours=1)
    return row


async def test_sync_says_until_when_it_is_parked_and_nobody_takes_it_up_before(
    room: Room, registry: FaultyRegistry
) -> None:
    row = await parked(room, registry)
    assert (row.error, registry.count("tags")) == (None, 1)
    room.enqueued.clear()
    assert await room.triggering.recover("somebody") == 0
    assert not await room.another_worker().run(row.id)
    in_time = Triggering(room.store, room.bell, _nobody_told, in_an_hour)
    assert await in_time.recover("somebody") == 1


async def test_parked_sync_goes_on_where_it_was_and_pulls_nothing_again(
    room: Room, registry: FaultyRegistry, later: Syncing
) -> None:
    row = await parked(room, registry, "blob", of=digest(chart("1.0.0")))
    assert await later.run(row.id)
    done = await row_of(room, row.id)
    assert (done.state, done.versions_added, done.parked_until) == (SyncState.SUCCEEDED, VERSIONS, None)
    assert done.versions_done == done.versions_total == VERSIONS
    layers = [one.reference for one in registry.asked if one.kind == "blob" and one.status == 200]
    assert len(layers) == len(set(layers)) == VERSIONS
    await complete_story(room, row.id, VERSIONS)


async def test_another_start_joins_a_parked_sync(room: Room, registry: FaultyRegistry) -> None:
    row = await parked(room, registry)
    joined = await room.triggering.start(row.registry_id, None, SyncTrigger.MANUAL, "tester")
    assert (joined.id, joined.parked_until) == (row.id, row.parked_until)


async def test_parked_sync_is_finished_at_once_when_it_is_cancelled(
    room: Room, registry: FaultyRegistry, later: Syncing
) -> None:
    row = await parked(room, registry)
    cancelled = await room.triggering.cancel(row.id, "tester")
    assert (cancelled.state, cancelled.parked_until) == (SyncState.CANCELLED, None)
    events = [event async for event in room.watching.events(row.id, 0)]
    assert [event.kind for event in events] == [EventKind.STARTED, EventKind.FINISHED]
    assert not await later.run(row.id)
    with pytest.raises(Conflict):
        await room.triggering.cancel(row.id, "tester")


async def test_parked_sync_does_not_wait_when_its_registry_is_another_one_now(
    room: Room, registry: FaultyRegistry
) -> None:
    row = await parked(room, registry)
    await room.registering.change(Change(row.registry_id, use_as_chart_repository=False), "tester")
    assert await room.another_worker().run(row.id)
    assert (await row_of(room, row.id)).state is SyncState.CANCELLED


async def test_other_syncs_of_the_registry_may_run_while_one_is_parked(room: Room, registry: FaultyRegistry) -> None:
    row = await parked(room, registry)
    (repository,) = await room.registering.add_repositories(row.registry_id, ["acme/other"], "tester")
    part = await room.triggering.start(row.registry_id, repository.id, SyncTrigger.MANUAL, "tester")
    assert await room.syncing.run(part.id)
    assert (await row_of(room, part.id)).parked_until is not None


async def _nobody_told(sync_id: int, attempt: int = 0) -> None:
    """Syncs are run by hand here."""
