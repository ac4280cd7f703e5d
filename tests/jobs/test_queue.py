"""The queue hands a sync out once, on both databases, and outlives its connections."""

import asyncio
import time
from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.jobs.postgres_queue import PostgresQueue
from app.jobs.queue import SyncQueue, queue_for
from tests.real.line import Line

SAFETY_SECONDS = 60


class Desk:
    """Takes jobs out; a job lasts until it is let go, where `held`."""

    def __init__(self, *, held: bool = False) -> None:
        self.began: list[int] = []
        self.ended: list[str] = []
        self._held = asyncio.Event()
        if not held:
            self._held.set()

    async def run(self, sync_id: int) -> bool:
        self.began.append(sync_id)
        try:
            await self._held.wait()
        except asyncio.CancelledError:
            self.ended.append(f"{sync_id} cancelled")
            raise
        self.ended.append(f"{sync_id} done")
        return True

    def let_go(self) -> None:
        self._held.set()

    async def until_begun(self, number: int) -> None:
        async with asyncio.timeout(SAFETY_SECONDS):
            while len(self.began) < number:
                await asyncio.sleep(0.02)


@pytest.fixture
async def queue(database_url: str) -> AsyncIterator[SyncQueue]:
    made = queue_for(database_url)
    await made.start()
    yield made
    await made.close()


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    async with asyncio.timeout(SAFETY_SECONDS):
        await asyncio.gather(task, return_exceptions=True)


async def working(queue: SyncQueue, desk: Desk, at_once: int = 4) -> asyncio.Task[None]:
    task = asyncio.create_task(queue.work(desk.run, at_once))
    await asyncio.sleep(0)
    return task


async def test_jobs_are_run_that_are_put_in(queue: SyncQueue) -> None:
    desk = Desk()
    task = await working(queue, desk)
    for sync_id in (1, 2, 3):
        await queue.put(sync_id)
    await desk.until_begun(3)
    await ended(task)
    assert sorted(desk.began) == [1, 2, 3]


async def test_job_is_run_once_when_it_is_put_in_again_while_it_waits_or_runs(queue: SyncQueue) -> None:
    desk = Desk(held=True)
    task = await working(queue, desk)
    for sync_id in (1, 1, 1, 2):
        await queue.put(sync_id)
    await desk.until_begun(2)
    await queue.put(1)
    await queue.put(3)
    await desk.until_begun(3)
    await ended(task)
    assert sorted(desk.began) == [1, 2, 3]


async def test_no_more_jobs_run_at_once_than_were_allowed(queue: SyncQueue) -> None:
    desk = Desk(held=True)
    task = await working(queue, desk, at_once=2)
    for sync_id in (1, 2, 3):
        await queue.put(sync_id)
    await desk.until_begun(2)
    await asyncio.sleep(0.2)
    began = len(desk.began)
    desk.let_go()
    await desk.until_begun(3)
    await ended(task)
    assert (began, sorted(desk.began)) == (2, [1, 2, 3])


async def test_job_is_run_again_when_it_is_put_in_after_it_ended(queue: SyncQueue) -> None:
    desk = Desk()
    task = await working(queue, desk)
    await queue.put(1)
    await desk.until_begun(1)
    async with asyncio.timeout(SAFETY_SECONDS):
        while len(desk.began) < 2:
            await queue.put(1)
            await asyncio.sleep(0.05)
    await ended(task)


async def test_next_attempt_does_not_wait_for_the_job_of_a_dead_worker(queue: SyncQueue) -> None:
    desk = Desk(held=True)
    task = await working(queue, desk)
    await queue.put(1)
    await desk.until_begun(1)  # and never ends: as far as the queue knows, its worker may still be at it
    for _ in range(3):
        await queue.put(1, 1)
    await desk.until_begun(2)
    await ended(task)
    assert desk.began == [1, 1]


async def test_running_jobs_are_cancelled_when_the_work_is(queue: SyncQueue) -> None:
    desk = Desk(held=True)
    task = await working(queue, desk)
    await queue.put(1)
    await desk.until_begun(1)
    await ended(task)
    assert task.cancelled()
    assert desk.ended == ["1 cancelled"]


async def test_other_jobs_go_on_when_one_fails(queue: SyncQueue) -> None:
    began: list[int] = []

    async def run(sync_id: int) -> bool:
        began.append(sync_id)
        if sync_id == 1:
            raise RuntimeError("this one is broken")
        return True

    task = asyncio.create_task(queue.work(run, 1))
    await asyncio.sleep(0)
    await queue.put(1)
    await queue.put(2)
    async with asyncio.timeout(SAFETY_SECONDS):
        while 2 not in began:
            await asyncio.sleep(0.02)
    await ended(task)


async def test_put_never_raises_before_the_queue_is_started(database_url: str) -> None:
    await queue_for(database_url).put(1)


async def test_work_goes_on_when_the_sessions_of_the_database_are_terminated(migrated_postgres_url: str) -> None:
    queue, desk = queue_for(migrated_postgres_url), Desk()
    await queue.start()
    task = await working(queue, desk)
    await queue.put(1)
    await desk.until_begun(1)
    connection = await asyncpg.connect(migrated_postgres_url.replace("+asyncpg", ""))
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()
    async with asyncio.timeout(SAFETY_SECONDS):
        while 2 not in desk.began:
            await queue.put(2)
            await asyncio.sleep(0.2)
    await ended(task)
    await queue.close()


async def test_queue_whose_connections_fall_silent_keeps_nobody_waiting_and_is_built_anew(
    migrated_postgres_url: str,
) -> None:
    line, desk = Line(migrated_postgres_url), Desk()
    async with line.open() as url, asyncio.timeout(SAFETY_SECONDS):
        queue = PostgresQueue(url, answer_timeout_seconds=1.0)
        await queue.start()
        task = await working(queue, desk)
        await queue.put(1)
        await desk.until_begun(1)
        line.fall_silent()
        asked_at = time.monotonic()
        await queue.put(2)
        assert time.monotonic() - asked_at < 10
        while 3 not in desk.began:
            await queue.put(3)
            await asyncio.sleep(0.2)
        await ended(task)
        await queue.close()


async def test_job_is_run_by_one_of_two_workers(migrated_postgres_url: str) -> None:
    queues = [queue_for(migrated_postgres_url) for _ in range(2)]
    desk = Desk()
    tasks = []
    for queue in queues:
        await queue.start()
        tasks.append(await working(queue, desk))
    for sync_id in range(10):
        await queues[0].put(sync_id)
    await desk.until_begun(10)
    for task, queue in zip(tasks, queues, strict=True):
        await ended(task)
        await queue.close()
    assert sorted(desk.began) == list(range(10))
