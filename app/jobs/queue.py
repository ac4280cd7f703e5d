"""The queue of syncs: pgqueuer in PostgreSQL, this process's memory beside SQLite.

A job holds nothing but the id of a Sync row. What the queue forgets, `Triggering.recover` puts in again.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

if TYPE_CHECKING:
    import asyncpg
    from pgqueuer import PgQueuer

ENTRYPOINT = "sync"
HEARTBEAT_TIMEOUT = timedelta(seconds=30)
DEQUEUE_TIMEOUT = timedelta(seconds=5)  # the longest that a lost notification delays a job
RESTART_DELAY_SECONDS = 2.0
CLOSE_TIMEOUT_SECONDS = 5.0

log = structlog.get_logger()

RunSync = Callable[[int], Coroutine[None, None, bool]]


class SyncQueue(Protocol):
    """Puts syncs in, and, once `work` is called, takes them out."""

    async def start(self) -> None:
        """Connects. Raises what the driver raises where the database cannot be reached."""

    async def close(self) -> None:
        """Whoever works on it was cancelled before."""

    async def put(self, sync_id: int, attempt: int = 0) -> None:
        """Once for each sync that waits, and once more for each worker that died with it: its `attempt` is another.

        Never raises, since the Sync row is found again anyway.
        """

    async def work(self, run: RunSync, at_once: int) -> None:
        """Runs syncs, up to `at_once` together, until cancelled: then they are cancelled too."""


def queue_for(database_url: str) -> SyncQueue:
    return QueueInMemory() if database_url.startswith("sqlite") else QueueInPostgres(database_url)


class QueueInMemory:
    """Of the one process that serves and syncs beside a SQLite file; another one looks at the rows."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[tuple[int, int]] = asyncio.Queue()
        self._known: set[tuple[int, int]] = set()
        """What waits or runs: sync and attempt."""
        self._working = False

    async def start(self) -> None:
        """There is nothing to connect to."""

    async def close(self) -> None:
        """There is nothing to end."""

    async def put(self, sync_id: int, attempt: int = 0) -> None:
        job = (sync_id, attempt)
        if self._working and job not in self._known:
            self._known.add(job)
            self._waiting.put_nowait(job)

    async def work(self, run: RunSync, at_once: int) -> None:
        self._working = True
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(at_once):
                    group.create_task(self._run_one_by_one(run))
        finally:
            self._working = False

    async def _run_one_by_one(self, run: RunSync) -> None:
        while True:
            job = await self._waiting.get()
            try:
                await run(job[0])
            except Exception:
                log.exception("queue.job_failed", sync_id=job[0])
            finally:
                self._known.discard(job)


class QueueInPostgres:
    """By pgqueuer: shared by all processes, which it wakes."""

    def __init__(self, database_url: str) -> None:
        self._dsn = database_url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._pool: asyncpg.Pool | None = None
        self._queuer: PgQueuer | None = None
        self._running: set[asyncio.Task[bool]] = set()

    async def start(self) -> None:
        import asyncpg
        from pgqueuer import AsyncpgPoolDriver, PgQueuer

        self._pool = await asyncpg.create_pool(self._dsn, min_size=1, max_size=4, timeout=5)
        self._queuer = PgQueuer(AsyncpgPoolDriver(self._pool))

    async def close(self) -> None:
        if self._queuer is not None:
            self._queuer.shutdown.set()
        if self._pool is not None:
            try:
                await asyncio.wait_for(self._pool.close(), CLOSE_TIMEOUT_SECONDS)
            except TimeoutError:
                self._pool.terminate()

    async def put(self, sync_id: int, attempt: int = 0) -> None:
        """The job of a dead worker keeps its place for HEARTBEAT_TIMEOUT, and must not stand in the way of the next
        `attempt`; when it is taken out at last, the sync is in other hands.
        """
        if self._queuer is None or self._queuer.queries is None:
            return
        try:
            await self._queuer.queries.enqueue(
                [ENTRYPOINT], [str(sync_id).encode()], [0], dedupe_key=[f"sync-{sync_id}-{attempt}"], on_conflict="skip"
            )
        except _faults_of_the_database() as fault:
            log.warning("queue.not_told", sync_id=sync_id, reason=type(fault).__name__)

    async def work(self, run: RunSync, at_once: int) -> None:
        """A queue that breaks is built anew."""
        while True:
            try:
                await self._work_once(run, at_once)
            except Exception:  # a cut connection surfaces as nearly anything, errors inside asyncpg included
                log.exception("queue.broke")
            await asyncio.sleep(RESTART_DELAY_SECONDS)
            await self._rebuild()

    async def _rebuild(self) -> None:
        try:
            await self.close()
            await self.start()
        except Exception as fault:
            log.warning("queue.not_connected", reason=type(fault).__name__)

    async def _work_once(self, run: RunSync, at_once: int) -> None:
        queuer = self._queuer
        if queuer is None:
            raise RuntimeError("start() the queue before working on it")
        from pgqueuer import Job

        @queuer.entrypoint(ENTRYPOINT)
        async def sync(job: Job) -> None:
            running = asyncio.ensure_future(run(int((job.payload or b"").decode())))
            self._running.add(running)
            try:
                await running
            finally:
                self._running.discard(running)

        working = asyncio.create_task(
            queuer.run(
                dequeue_timeout=DEQUEUE_TIMEOUT,
                batch_size=1,
                max_concurrent_tasks=max(2, at_once),  # pgqueuer wants at least twice the batch
                heartbeat_timeout=HEARTBEAT_TIMEOUT,
            )
        )
        try:
            await asyncio.shield(working)
        except asyncio.CancelledError:
            queuer.shutdown.set()
            await self._cancel_jobs(working)
            raise

    async def _cancel_jobs(self, working: asyncio.Task[None]) -> None:
        """pgqueuer waits for its jobs on the way out; a sync would take minutes, and it can be resumed."""
        asked: set[asyncio.Task[bool]] = set()
        while not working.done():
            for running in self._running - asked:
                running.cancel()
                asked.add(running)
            await asyncio.wait({working}, timeout=0.1)
        if not working.cancelled() and (fault := working.exception()) is not None:
            log.warning("queue.not_ended_well", reason=type(fault).__name__)


def _faults_of_the_database() -> tuple[type[Exception], ...]:
    """Asked for when something was raised, and not before."""
    import asyncpg

    return (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


async def install(database_url: str) -> None:
    """Makes pgqueuer's tables in PostgreSQL, or brings them up to date; nothing for SQLite."""
    if database_url.startswith("sqlite"):
        return
    import asyncpg
    from pgqueuer import AsyncpgPoolDriver, Queries

    pool = await asyncpg.create_pool(
        database_url.replace("postgresql+asyncpg://", "postgresql://", 1), min_size=1, max_size=1
    )
    async with pool:
        queries = Queries(AsyncpgPoolDriver(pool))
        if not await queries.has_table("pgqueuer"):
            await queries.install()
        else:
            await queries.upgrade()
