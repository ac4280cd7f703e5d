"""The worker finds syncs that nobody put into the queue, and starts what the schedule says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from app.domain.sync_events import SyncState, SyncTrigger
from app.jobs.queue import queue_for
from app.jobs.worker import Worker
from app.services.noticing import Noticing
from app.services.registering import Change
from app.services.tidying import Tidying
from app.services.triggering import Triggering
from app.store import registries, syncs
from app.store.entities import Sync
from app.store.session import Store
from tests.services.conftest import Room
from tests.store.rows import add_registry, add_sync

SAFETY_SECONDS = 60


@asynccontextmanager
async def worker(room: Room, url: str) -> AsyncIterator[None]:
    queue = queue_for(url)
    await queue.start()
    triggering = Triggering(room.store, room.bell, queue.put)
    noticing = Noticing(room.store, triggering, timedelta(0))
    tidying = Tidying(room.store, room.archives, timedelta(days=7))
    task = asyncio.create_task(Worker(queue, room.syncing, triggering, noticing, tidying, 2, 0.1).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await queue.close()
    assert task.cancelled()


async def finished(store: Store, sync_id: int) -> Sync:
    async with asyncio.timeout(SAFETY_SECONDS):
        while True:
            async with store.reading() as session:
                sync = await syncs.find(session, sync_id)
            if sync is not None and sync.state.finished:
                return sync
            await asyncio.sleep(0.05)


async def test_queued_sync_is_run_although_the_queue_was_never_told(room: Room, database_url: str) -> None:
    sync_id = await add_sync(room.store, await add_registry(room.store))
    async with worker(room, database_url):
        assert (await finished(room.store, sync_id)).state is SyncState.SUCCEEDED


async def test_sync_of_a_dead_worker_is_run_once_its_lease_ended(room: Room, database_url: str) -> None:
    registry_id = await add_registry(room.store)
    now = datetime.now(UTC)
    sync_id = await add_sync(
        room.store,
        registry_id,
        state=SyncState.RUNNING,
        lease_owner="another machine:1:abcd",
        lease_until=now - timedelta(seconds=1),
        attempt=1,
    )
    async with worker(room, database_url):
        found = await finished(room.store, sync_id)
    assert (found.state, found.attempt) == (SyncState.SUCCEEDED, 2)


async def test_sync_is_started_when_it_is_due_and_the_next_one_is_set(room: Room, database_url: str) -> None:
    now = datetime.now(UTC)
    registry_id = await add_registry(room.store, next_sync_at=now, sync_interval_seconds=3600)
    async with worker(room, database_url):
        async with asyncio.timeout(SAFETY_SECONDS):
            while True:
                async with room.store.reading() as session:
                    rows = (await syncs.page(session, 10, None, registry_id)).rows
                if rows:
                    break
                await asyncio.sleep(0.05)
        found = await finished(room.store, rows[0].id)
    assert (found.trigger, found.state) == (SyncTrigger.SCHEDULE, SyncState.SUCCEEDED)
    async with room.store.reading() as session:
        registry = await registries.find(session, registry_id)
        assert await syncs.count(session, registry_id) == 1
    assert registry is not None
    assert registry.next_sync_at is not None
    assert timedelta(minutes=53) < registry.next_sync_at - now < timedelta(minutes=67)


async def test_sync_of_the_new_policy_follows_one_that_was_running_when_it_changed(
    room: Room, database_url: str
) -> None:
    registry_id = await add_registry(room.store)
    first = await add_sync(room.store, registry_id, state=SyncState.RUNNING, lease_owner="elsewhere:1:a", attempt=1)
    await room.registering.change(Change(registry_id, versions_kept=3), "alice")
    async with worker(room, database_url):
        async with room.store.writing() as session:
            await syncs.end_leases(session, [first], datetime.now(UTC) - timedelta(seconds=1))
        assert (await finished(room.store, first)).state is SyncState.SUCCEEDED
        second = await finished(room.store, first + 1)
    assert (second.trigger, second.state) == (SyncTrigger.REGISTRATION, SyncState.SUCCEEDED)
