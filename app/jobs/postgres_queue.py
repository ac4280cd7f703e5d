"""The queue in PostgreSQL: pgqueuer, one for all processes."""

import asyncio
from datetime import timedelta

import asyncpg
import structlog
from pgqueuer import AsyncpgPoolDriver, Job, PgQueuer, Queries

from app.jobs.queue import POSTGRES_CONNECTIONS, RunSync

ENTRYPOINT = "sync"
HEARTBEAT_TIMEOUT = timedelta(seconds=30)
DEQUEUE_TIMEOUT = timedelta(seconds=5)  # the longest that a lost notification delays a job
RESTART_DELAY_SECONDS = 2.0
CONNECT_TIMEOUT_SECONDS = 5.0
ANSWER_TIMEOUT_SECONDS = (
    10.0  # of a statement: a connection that fell silent would be given up after a quarter of an hour
)
CLOSE_TIMEOUT_SECONDS = 5.0

log = structlog.get_logger()

FAULTS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


class PostgresQueue:
    """As SyncQueue."""

    def __init__(self, database_url: str, answer_timeout_seconds: float = ANSWER_TIMEOUT_SECONDS) -> None:
        self._dsn = _plain(database_url)
        self._answer_timeout_seconds = answer_timeout_seconds
        self._pool: asyncpg.Pool | None = None
        self._queuer: PgQueuer | None = None
        self._running: set[asyncio.Task[bool]] = set()

    async def start(self) -> None:
        """Connects. Raises what asyncpg raises where the database cannot be reached."""
        self._pool = await asyncpg.create_pool(
            self._dsn,
            min_size=1,
            max_size=POSTGRES_CONNECTIONS,
            timeout=CONNECT_TIMEOUT_SECONDS,
            command_timeout=self._answer_timeout_seconds,
        )
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
        except FAULTS as fault:
            log.warning("queue.not_told", sync_id=sync_id, reason=type(fault).__name__)

    async def work(self, run: RunSync, at_once: int) -> None:
        """A queue that breaks is built anew."""
        while True:
            try:
                await self._work_once(run, at_once)
            except FAULTS as fault:
                log.warning("queue.broke", reason=type(fault).__name__)
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


async def install_tables(database_url: str) -> None:
    """Makes pgqueuer's tables, or brings them up to date."""
    async with asyncpg.create_pool(_plain(database_url), min_size=1, max_size=1) as pool:
        queries = Queries(AsyncpgPoolDriver(pool))
        if not await queries.has_table("pgqueuer"):
            await queries.install()
        else:
            await queries.upgrade()


def _plain(database_url: str) -> str:
    """As asyncpg takes it."""
    return database_url.replace("postgresql+asyncpg://", "postgresql://", 1)
