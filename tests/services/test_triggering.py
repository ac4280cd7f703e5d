"""Syncs start once for each target, stop when asked, and none is forgotten."""

import asyncio
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from app.domain.errors import Conflict, NotFound
from app.domain.sync_events import EventKind, SyncState, SyncTrigger
from app.services.syncing import worker_name
from app.services.triggering import Triggering, is_dead, next_sync_at
from app.store import registries, syncs
from app.store.entities import AuditEntry, Registry, Sync
from tests.services.conftest import Room
from tests.store.rows import NOW, a_registry, add_registry, add_repository, add_sync

MANUAL = SyncTrigger.MANUAL


async def row(room: Room, sync_id: int) -> Sync:
    async with room.store.reading() as session:
        return await session.get_one(Sync, sync_id)


async def actions(room: Room) -> list[str]:
    async with room.store.reading() as session:
        return [entry.action for entry in (await session.exec(select(AuditEntry))).all()]


async def test_second_start_joins_the_unfinished_sync_of_the_same_target(room: Room) -> None:
    registry_id = await add_registry(room.store)
    repository_id = await add_repository(room.store, registry_id)
    first = await room.triggering.start(registry_id, None, MANUAL, "alice")
    joined = await room.triggering.start(registry_id, None, SyncTrigger.SCHEDULE, "schedule")
    part = await room.triggering.start(registry_id, repository_id, MANUAL, "alice")
    assert joined.id == first.id != part.id
    assert room.enqueued == [first.id, part.id]
    assert await actions(room) == ["sync.start", "sync.start"]


async def test_all_join_one_sync_when_many_start_it_at_once(room: Room) -> None:
    registry_id = await add_registry(room.store)
    started = await asyncio.gather(*(room.triggering.start(registry_id, None, MANUAL, "alice") for _ in range(8)))
    assert len({sync.id for sync in started}) == 1
    assert set(room.enqueued) == {started[0].id}


async def test_next_sync_is_a_new_one_when_the_last_is_finished(room: Room) -> None:
    registry_id = await add_registry(room.store)
    finished = await add_sync(room.store, registry_id, state=SyncState.SUCCEEDED)
    assert (await room.triggering.start(registry_id, None, MANUAL, "alice")).id > finished


async def test_start_is_refused_when_its_target_is_not_there(room: Room) -> None:
    registry_id, other = await add_registry(room.store), await add_registry(room.store, "other")
    elsewhere = await add_repository(room.store, other)
    with pytest.raises(NotFound) as caught:
        await room.triggering.start(4711, None, MANUAL, "alice")
    assert caught.value.field == ("registryId",)
    for repository_id in (4711, elsewhere):
        with pytest.raises(NotFound) as caught:
            await room.triggering.start(registry_id, repository_id, MANUAL, "alice")
        assert caught.value.field == ("repositoryId",)
    assert room.enqueued == []


async def test_start_is_refused_when_it_is_no_chart_repository(room: Room) -> None:
    registry_id = await add_registry(room.store, use_as_chart_repository=False)
    with pytest.raises(Conflict, match="not used as a chart repository") as caught:
        await room.triggering.start(registry_id, None, MANUAL, "alice")
    assert caught.value.field == ("registryId",)


async def test_queued_sync_is_finished_at_once_when_it_is_cancelled(room: Room) -> None:
    sync_id = await add_sync(room.store, await add_registry(room.store))
    cancelled = await room.triggering.cancel(sync_id, "alice")
    assert (cancelled.state, cancelled.finished_at is not None) == (SyncState.CANCELLED, True)
    events = [event async for event in room.watching.events(sync_id, 0)]
    assert [(event.sequence, event.kind, event.detail) for event in events] == [
        (1, EventKind.FINISHED, {"state": "CANCELLED"})
    ]
    assert not await room.syncing.run(sync_id)
    assert await actions(room) == ["sync.cancel"]


async def test_running_sync_is_asked_to_stop_when_it_is_cancelled(room: Room) -> None:
    sync_id = await add_sync(room.store, await add_registry(room.store), state=SyncState.RUNNING)
    cancelled = await room.triggering.cancel(sync_id, "alice")
    assert cancelled.state is SyncState.RUNNING
    assert (await row(room, sync_id)).cancel_requested_at is not None


async def test_cancel_is_refused_when_the_sync_is_finished(room: Room) -> None:
    registry_id = await add_registry(room.store)
    for state in (state for state in SyncState if state.finished):
        sync_id = await add_sync(room.store, registry_id, state=state)
        with pytest.raises(Conflict, match=state.value):
            await room.triggering.cancel(sync_id, "alice")
    with pytest.raises(NotFound):
        await room.triggering.cancel(4711, "alice")


# ── What follows a running sync ──


async def running(room: Room, registry_id: int, repository_id: int | None = None) -> int:
    lease = datetime.now(UTC) + timedelta(hours=1)
    values = {"state": SyncState.RUNNING, "lease_owner": "elsewhere:1:a", "lease_until": lease}
    return await add_sync(room.store, registry_id, repository_id, **values)


async def finish(room: Room, sync_id: int, state: SyncState = SyncState.SUCCEEDED) -> None:
    async with room.store.writing() as session:
        sync = await session.get_one(Sync, sync_id)
        sync.state = state
        session.add(sync)


async def all_of(room: Room, registry_id: int) -> list[Sync]:
    """Oldest first."""
    async with room.store.reading() as session:
        return list(reversed((await syncs.page(session, 10, None, registry_id)).rows))


async def test_another_sync_follows_once_when_something_changed_behind_a_running_one(room: Room) -> None:
    registry_id = await add_registry(room.store)
    first = await running(room, registry_id)
    for _ in range(3):
        joined = await room.triggering.start_again_after(registry_id, None, SyncTrigger.WEBHOOK, "webhook")
        assert joined.id == first
    assert await room.triggering.follow_up() == 0
    await finish(room, first)
    assert [await room.triggering.follow_up() for _ in range(2)] == [1, 0]
    _, second = await all_of(room, registry_id)
    assert (second.state, second.trigger, room.enqueued) == (SyncState.QUEUED, SyncTrigger.WEBHOOK, [second.id])


async def test_queued_sync_is_enough_when_something_changed(room: Room) -> None:
    registry_id = await add_registry(room.store)
    repository_id = await add_repository(room.store, registry_id)
    whole = await room.triggering.start(registry_id, None, MANUAL, "alice")
    for target in (None, repository_id):
        joined = await room.triggering.start_again_after(registry_id, target, SyncTrigger.WEBHOOK, "webhook")
        assert joined.id == whole.id
    await finish(room, whole.id)
    assert await room.triggering.follow_up() == 0


async def test_repository_has_a_sync_of_its_own_when_the_whole_registry_is_running_already(room: Room) -> None:
    registry_id = await add_registry(room.store)
    repository_id = await add_repository(room.store, registry_id)
    await running(room, registry_id)
    part = await room.triggering.start_again_after(registry_id, repository_id, SyncTrigger.WEBHOOK, "webhook")
    assert (part.state, part.repository_id) == (SyncState.QUEUED, repository_id)
    assert not await room.syncing.run(part.id)  # never two of a registry at once


async def test_disabled_repository_has_a_sync_of_its_own_since_that_of_the_registry_passes_it_over(room: Room) -> None:
    registry_id = await add_registry(room.store)
    repository_id = await add_repository(room.store, registry_id, enabled=False)
    await room.triggering.start(registry_id, None, MANUAL, "alice")
    part = await room.triggering.start_again_after(registry_id, repository_id, SyncTrigger.WEBHOOK, "webhook")
    assert part.repository_id == repository_id


async def test_start_behind_a_sync_that_is_being_cancelled_is_not_lost(room: Room) -> None:
    registry_id = await add_registry(room.store)
    first = await running(room, registry_id)
    await room.triggering.cancel(first, "alice")
    assert (await room.triggering.start(registry_id, None, MANUAL, "bob")).id == first
    await finish(room, first, SyncState.CANCELLED)
    await room.triggering.follow_up()
    assert [sync.state for sync in await all_of(room, registry_id)] == [SyncState.CANCELLED, SyncState.QUEUED]
    assert await actions(room) == ["sync.cancel", "sync.start"]


async def test_nothing_follows_a_sync_that_somebody_cancelled_or_whose_registry_is_none_any_more(room: Room) -> None:
    cancelled, other = await add_registry(room.store), await add_registry(room.store, "other")
    ids = [await running(room, cancelled), await running(room, other)]
    for registry_id in (cancelled, other):
        await room.triggering.start_again_after(registry_id, None, SyncTrigger.WEBHOOK, "webhook")
    await room.triggering.cancel(ids[0], "alice")
    async with room.store.writing() as session:
        row_of_other = await session.get_one(Registry, other)
        row_of_other.use_as_chart_repository = False
        session.add(row_of_other)
    for sync_id in ids:
        await finish(room, sync_id, SyncState.CANCELLED)
    assert [await room.triggering.follow_up() for _ in range(2)] == [1, 0]
    assert room.enqueued == []


# ── Schedule ──


async def test_due_registries_are_synced_and_set_anew_once(room: Room) -> None:
    due = await add_registry(room.store, "due", next_sync_at=NOW, sync_interval_seconds=600)
    await add_registry(room.store, "later", next_sync_at=NOW + timedelta(days=1000), sync_interval_seconds=600)
    triggering = Triggering(room.store, room.bell, _nothing, clock=lambda: NOW)
    assert [await triggering.trigger_due() for _ in range(2)] == [1, 0]
    async with room.store.reading() as session:
        found = await registries.find(session, due)
        assert len((await syncs.page(session, 10, None, due)).rows) == 1
    assert found is not None
    assert found.next_sync_at is not None
    assert timedelta(seconds=540) <= found.next_sync_at - NOW <= timedelta(seconds=660)


async def test_others_are_synced_when_a_due_registry_is_deleted_in_that_moment(room: Room) -> None:
    ids = [await add_registry(room.store, name, next_sync_at=NOW) for name in ("a", "b", "c")]
    started: list[int] = []

    async def delete_the_next(sync_id: int, attempt: int = 0) -> None:
        started.append(sync_id)
        async with room.store.writing() as session:
            await registries.delete_registry(session, ids[1])

    await Triggering(room.store, room.bell, delete_the_next, clock=lambda: NOW).trigger_due()
    assert len(started) == 2


async def _nothing(sync_id: int, attempt: int = 0) -> None:
    """A queue that loses everything."""


@pytest.mark.parametrize("values", [{"sync_interval_seconds": None}, {"use_as_chart_repository": False}])
def test_nothing_is_due_without_an_interval_or_a_chart_repository(values: dict[str, object]) -> None:
    given = {"sync_interval_seconds": 60, **values}
    assert next_sync_at(a_registry(**given), NOW) is None


# ── Recovery ──


def dead_process() -> int:
    """The id of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


async def test_syncs_that_nobody_runs_are_put_into_the_queue_again(room: Room) -> None:
    now = datetime.now(UTC)
    me, host = worker_name(), socket.gethostname()
    lease = now + timedelta(hours=1)
    cases = {
        "queued": {"state": SyncState.QUEUED},
        "lease ended": {"lease_owner": "elsewhere:1:a", "lease_until": now - timedelta(seconds=1)},
        "died here": {"lease_owner": f"{host}:{dead_process()}:a", "lease_until": lease},
        "before me, under my number": {"lease_owner": f"{host}:{os.getpid()}:before", "lease_until": lease},
        "mine": {"lease_owner": me, "lease_until": lease},
        "elsewhere": {"lease_owner": "elsewhere:1:a", "lease_until": lease},
        "done": {"state": SyncState.SUCCEEDED},
    }
    names = {}
    for name, values in cases.items():
        registry_id = await add_registry(room.store, name)
        names[await add_sync(room.store, registry_id, **{"state": SyncState.RUNNING, **values})] = name
    assert await room.triggering.recover(me) == 4
    assert [names[sync_id] for sync_id in room.enqueued] == list(cases)[:4]


def test_worker_is_dead_only_when_that_is_known() -> None:
    host, me = socket.gethostname(), worker_name()
    assert is_dead(f"{host}:{dead_process()}:aa", me)
    assert is_dead(f"{host}:{os.getpid()}:aa", me)
    assert not is_dead(me, me)
    assert not is_dead(f"{host}:{os.getppid()}:aa", me)
    assert not is_dead(f"{host}:1:aa", me)
    assert not is_dead(f"another-{host}:{dead_process()}:aa", me)


@pytest.mark.parametrize("owner", ["", "me", "a:b", f"{socket.gethostname()}:not a number:x"])
def test_worker_is_not_dead_when_its_name_is_not_understood(owner: str) -> None:
    assert not is_dead(owner, worker_name())
