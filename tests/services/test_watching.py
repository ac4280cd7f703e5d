"""Whoever watches a sync sees every event once, in order, from wherever one begins to where it ends."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.domain.errors import NotFound
from app.domain.sync_events import EventKind, SyncState
from app.progress.bell import LocalBell
from app.services.watching import EVENTS_A_READ, Watching
from app.store import registries, syncs
from app.store.entities import Sync
from app.store.session import Store
from tests.store.rows import LATER, NOW, add_registry, add_sync

SAFETY_SECONDS = 60


class Impatient(LocalBell):
    """Looks often, as beside a writer in another process whose rings are not heard here."""

    patience_seconds = 0.02


async def write(store: Store, sync_id: int, first: int, last: int, *, finished: bool = False) -> None:
    """Events of these sequences, the last one the end where `finished`, as a worker writes them."""
    rows = [
        {
            "sync_id": sync_id,
            "sequence": number,
            "at": NOW,
            "kind": EventKind.FINISHED if finished and number == last else EventKind.FAULTED,
            "detail": {},
            "progress": {},
        }
        for number in range(first, last + 1)
    ]
    async with store.writing() as session:
        await session.run_sync(syncs.append_events, rows)
        sync = await session.get_one(Sync, sync_id)
        sync.last_sequence = last
        if finished:
            sync.state, sync.finished_at = SyncState.SUCCEEDED, NOW
        session.add(sync)


async def sequences(events: AsyncIterator[object]) -> list[int]:
    async with asyncio.timeout(SAFETY_SECONDS):
        return [event.sequence async for event in events]  # type: ignore[attr-defined]


@pytest.fixture
async def sync_id(store: Store) -> int:
    return await add_sync(store, await add_registry(store), state=SyncState.RUNNING)


async def test_late_subscriber_sees_the_rest_of_the_story(store: Store, sync_id: int) -> None:
    await write(store, sync_id, 1, 5, finished=True)
    for after in (0, 1, 4, 5, 99):
        assert await sequences(Watching(store, LocalBell()).events(sync_id, after)) == list(range(after + 1, 6))


async def test_story_is_whole_when_it_is_longer_than_one_read(store: Store, sync_id: int) -> None:
    last = EVENTS_A_READ * 2 + 1
    await write(store, sync_id, 1, last, finished=True)
    assert await sequences(Watching(store, LocalBell()).events(sync_id, 0)) == list(range(1, last + 1))


@pytest.mark.parametrize("rung", [True, False])
async def test_subscribers_see_no_gap_and_no_repeat_while_a_worker_writes(
    store: Store, sync_id: int, rung: bool
) -> None:
    bell, elsewhere = LocalBell() if rung else Impatient(), LocalBell()
    watching = Watching(store, bell)
    readers = [asyncio.create_task(sequences(watching.events(sync_id, after))) for after in (0, 7, 25)]
    for first in range(1, 60, 3):
        await write(store, sync_id, first, first + 2, finished=first == 58)
        await (bell if rung else elsewhere).ring(sync_id)
        if first == 28:
            readers.append(asyncio.create_task(sequences(watching.events(sync_id, 0))))
        await asyncio.sleep(0)
    seen = await asyncio.gather(*readers)
    assert seen == [list(range(after + 1, 61)) for after in (0, 7, 25, 0)]


async def test_rows_are_asked_for_once_for_each_ring(store: Store, sync_id: int) -> None:
    class Patient(LocalBell):
        patience_seconds = SAFETY_SECONDS

    asked: list[str] = []
    store.rows.watchers.append(lambda text, _parameters: asked.append(text))
    bell = Patient()
    await write(store, sync_id, 1, 2)
    reading = asyncio.create_task(sequences(Watching(store, bell).events(sync_id, 0)))
    for first, last in ((3, 4), (5, 6)):
        while not reading.done() and len(asked) < last // 2 - 1:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.05)  # long enough to ask again, for whoever would
        await write(store, sync_id, first, last, finished=last == 6)
        await bell.ring(sync_id)
    assert await reading == [1, 2, 3, 4, 5, 6]
    assert len(asked) <= 3


async def test_slow_reader_misses_nothing(store: Store, sync_id: int) -> None:
    bell = LocalBell()
    events = Watching(store, bell).events(sync_id, 0)
    await write(store, sync_id, 1, 2)
    seen = [(await anext(events)).sequence]
    await write(store, sync_id, 3, 5, finished=True)
    await bell.ring(sync_id)
    seen += await sequences(events)
    assert seen == [1, 2, 3, 4, 5]


async def test_nobody_listens_any_more_when_the_stream_was_closed(store: Store, sync_id: int) -> None:
    bell = LocalBell()
    events = Watching(store, bell).events(sync_id, 0)
    await write(store, sync_id, 1, 1)
    await anext(events)
    await events.aclose()  # type: ignore[attr-defined]
    assert bell._ears == {}


@pytest.mark.parametrize("after", [0, 3])
async def test_stream_is_refused_when_there_is_no_such_sync(store: Store, after: int) -> None:
    with pytest.raises(NotFound) as caught:
        await sequences(Watching(store, LocalBell()).events(4711, after))
    assert caught.value.field == ("syncId",)


@pytest.mark.parametrize("written", [0, 2])
async def test_stream_ends_when_the_sync_is_deleted(store: Store, sync_id: int, written: int) -> None:
    if written:
        await write(store, sync_id, 1, written)
    bell = Impatient()
    reader = asyncio.create_task(sequences(Watching(store, bell).events(sync_id, 0)))
    async with asyncio.timeout(SAFETY_SECONDS):
        while not bell._ears:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    async with store.writing() as session:
        sync = await session.get_one(Sync, sync_id)
        await registries.delete_registry(session, sync.registry_id)
    assert await reader == list(range(1, written + 1))


async def test_activity_tells_unfinished_syncs_then_every_change_of_theirs_to_the_end(
    store: Store, sync_id: int
) -> None:
    bell = Impatient()
    await add_sync(store, await add_registry(store, "other"), state=SyncState.SUCCEEDED, finished_at=NOW)
    activity = Watching(store, bell, clock=lambda: NOW).activity(None)

    async def next_one() -> tuple[int, SyncState, int]:
        async with asyncio.timeout(SAFETY_SECONDS):
            sync = await anext(activity)
        return sync.id, sync.state, sync.versions_added

    assert await next_one() == (sync_id, SyncState.RUNNING, 0)
    async with store.writing() as session:
        sync = await session.get_one(Sync, sync_id)
        sync.versions_added = 3
        session.add(sync)
    assert await next_one() == (sync_id, SyncState.RUNNING, 3)
    async with store.writing() as session:
        sync = await session.get_one(Sync, sync_id)
        sync.state, sync.finished_at = SyncState.SUCCEEDED, LATER
        session.add(sync)
    assert await next_one() == (sync_id, SyncState.SUCCEEDED, 3)
    brief = await add_sync(store, sync.registry_id, state=SyncState.FAILED, finished_at=LATER.replace(year=2027))
    assert await next_one() == (brief, SyncState.FAILED, 0)
    await activity.aclose()  # type: ignore[attr-defined]


async def test_activity_of_one_registry_leaves_the_others_out(store: Store, sync_id: int) -> None:
    other = await add_registry(store, "other")
    theirs = await add_sync(store, other)
    activity = Watching(store, Impatient()).activity(other)
    async with asyncio.timeout(SAFETY_SECONDS):
        assert (await anext(activity)).id == theirs
    await activity.aclose()  # type: ignore[attr-defined]
    assert sync_id != theirs
