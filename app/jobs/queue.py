"""The queue of syncs: pgqueuer, in memory beside SQLite and in PostgreSQL otherwise, by one code path.

A job holds nothing but the id of a Sync row. What the queue forgets, `Triggering.recover` puts in again.

Beside SQLite nothing of it is imported before there is a sync: 50 ms of a start, and some MB of those that only serve.
"""

import asyncio
import importlib
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    import asyncpg
    from pgqueuer import PgQueuer

ENTRYPOINT = "sync"
HEARTBEAT_TIMEOUT = timedelta(seconds=30)
DEQUEUE_TIMEOUT = timedelta(seconds=5)  # the longest that a lost notification delays a job
RESTART_DELAY_SECONDS = 2.0
CONNECTIONS = 4
"""To PostgreSQL at most: one listens, the others ask."""
CLOSE_TIMEOUT_SECONDS = 5.0

log = structlog.get_logger()

RunSync = Callable[[int], Coroutine[None, None, bool]]


class SyncQueue:
    """Puts syncs in, and, once `work` is called, takes them out."""

    def __init__(self, database_url: str) -> None:
        self._dsn = (
            None
            if database_url.startswith("sqlite")
            else database_url.replace("postgresql+asyncpg://", "postgresql://", 1)
        )
        self._pool: asyncpg.Pool | None = None
        self._queuer: PgQueuer | None = None
        self._in_memory = asyncio.Event()
        """There is a queuer in memory."""
        self._making = asyncio.Lock()
        self._working = False
        self._running: set[asyncio.Task[bool]] = set()

    async def start(self) -> None:
        """Connects. Raises what asyncpg raises where the database cannot be reached."""
        if self._dsn is None:
            return  # in memory: made once something is put in
        import asyncpg
        from pgqueuer import AsyncpgPoolDriver, PgQueuer

        self._pool = await asyncpg.create_pool(self._dsn, min_size=1, max_size=CONNECTIONS, timeout=5)
        self._queuer = PgQueuer(AsyncpgPoolDriver(self._pool))

    async def _make_in_memory(self) -> None:
        async with self._making:
            if self._queuer is None:
                pgqueuer = await asyncio.to_thread(importlib.import_module, "pgqueuer")
                self._queuer = pgqueuer.PgQueuer.in_memory()
                self._in_memory.set()

    async def close(self) -> None:
        if self._queuer is not None:
            self._queuer.shutdown.set()
        if self._dsn is None:
            self._queuer = None
            self._in_memory.clear()
        if self._pool is not None:
            try:
                await asyncio.wait_for(self._pool.close(), CLOSE_TIMEOUT_SECONDS)
            except TimeoutError:
                self._pool.terminate()

    async def put(self, sync_id: int, attempt: int = 0) -> None:
        """Once for each sync that waits, and once more for each worker that died with it.

        The job of a dead worker keeps its place for HEARTBEAT_TIMEOUT, and must not stand in the way of the next
        `attempt`; when it is taken out at last, the sync is in other hands. Never raises, since the Sync row is found
        again anyway.
        """
        if self._dsn is None:
            if not self._working:
                return  # nobody would take it out of this process's memory; another process looks at the rows
            await self._make_in_memory()
        if self._queuer is None or self._queuer.queries is None:
            return
        try:
            await self._queuer.queries.enqueue(
                [ENTRYPOINT], [str(sync_id).encode()], [0], dedupe_key=[f"sync-{sync_id}-{attempt}"], on_conflict="skip"
            )
        except _faults_of_the_database() as fault:
            log.warning("queue.not_told", sync_id=sync_id, reason=type(fault).__name__)

    async def work(self, run: RunSync, at_once: int) -> None:
        """Runs syncs, up to `at_once` together, until cancelled: then they are cancelled too.

        A queue that breaks is built anew.
        """
        self._working = True
        try:
            while True:
                try:
                    await self._work_once(run, at_once)
                except Exception:  # a cut connection surfaces as nearly anything, errors inside asyncpg included
                    log.exception("queue.broke")
                await asyncio.sleep(RESTART_DELAY_SECONDS)
                await self._rebuild()
        finally:
            self._working = False

    async def _rebuild(self) -> None:
        try:
            await self.close()
            await self.start()
        except Exception as fault:
            log.warning("queue.not_connected", reason=type(fault).__name__)

    async def _work_once(self, run: RunSync, at_once: int) -> None:
        if self._dsn is None:
            await self._in_memory.wait()
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
