"""The bell: it rings when something happened to a sync. It carries no news, only that there is some.

Whoever hears it reads the rows. A ring that is lost costs a moment: everyone also looks by themselves from
time to time.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress

import asyncpg
import structlog

CHANNEL = "chartroom_progress"
RECONNECT_DELAY_SECONDS = 1.0
LOOKED_FOR_EVERY_SECONDS = 0.03

log = structlog.get_logger()


class Ear:
    """Hears the bell of one sync, or of all. No ring between two waits is missed."""

    def __init__(self, patience_seconds: float) -> None:
        self._patience_seconds = patience_seconds
        self._rung = asyncio.Event()

    def hear(self) -> None:
        self._rung.set()

    async def wait(self) -> None:
        """Returns at the next ring, at once when there was one since the last wait, or when patience ends."""
        try:
            async with asyncio.timeout(self._patience_seconds):
                await self._rung.wait()
        except TimeoutError:
            return
        self._rung.clear()


class LocalBell:
    """Rings within this process. Beside another process that syncs, patience is what finds its rows."""

    patience_seconds = 0.5

    def __init__(self) -> None:
        self._ears: dict[int | None, set[Ear]] = defaultdict(set)

    async def start(self) -> None:
        """Nothing to do: there is no connection."""

    async def close(self) -> None:
        """Nothing to do: there is no connection."""

    async def ring(self, sync_id: int) -> None:
        self._ring_here(sync_id)

    def _ring_here(self, sync_id: int) -> None:
        for key in (sync_id, None):
            for ear in self._ears.get(key, ()):
                ear.hear()

    def _ring_all(self) -> None:
        for ears in list(self._ears.values()):
            for ear in ears:
                ear.hear()

    @contextmanager
    def listening(self, sync_id: int | None) -> Iterator[Ear]:
        """An ear for one sync; None hears every sync. Begin to listen before reading the rows."""
        ear = Ear(self.patience_seconds)
        self._ears[sync_id].add(ear)
        try:
            yield ear
        finally:
            self._ears[sync_id].discard(ear)
            if not self._ears[sync_id]:
                del self._ears[sync_id]


class SharedFileBell(LocalBell):
    """Rings here when another process wrote to the SQLite file: looked for as long as somebody listens.

    `revision` is cheap to ask, and equal to an earlier one only where nothing was committed between.
    """

    def __init__(self, revision: Callable[[], Hashable | None]) -> None:
        super().__init__()
        self._revision = revision
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._looking = asyncio.create_task(self._keep_looking())

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _keep_looking(self) -> None:
        seen = self._revision()
        while True:
            await asyncio.sleep(LOOKED_FOR_EVERY_SECONDS)
            if self._ears and (now := self._revision()) != seen:
                seen = now
                self._ring_all()


class PostgresBell(LocalBell):
    """Rings in every process on the same database, by NOTIFY on one connection a process."""

    patience_seconds = 5.0

    def __init__(self, database_url: str) -> None:
        super().__init__()
        self._dsn = database_url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._connection: asyncpg.Connection | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._ringing = asyncio.Lock()
        """A connection does one thing at a time; syncs ring whenever they like."""

    async def start(self) -> None:
        self._keeping = asyncio.create_task(self._keep_connected())

    async def close(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self._connection is not None:
            await self._connection.close()

    async def ring(self, sync_id: int) -> None:
        """Heard here at once, elsewhere when the database passes it on; not at all while it is away."""
        self._ring_here(sync_id)
        try:
            async with self._ringing:
                if self._connection is not None:
                    await self._connection.execute("SELECT pg_notify($1, $2)", CHANNEL, str(sync_id))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as fault:
            log.warning("bell.not_passed_on", sync_id=sync_id, reason=type(fault).__name__)

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        with suppress(ValueError):  # somebody else on our channel
            self._ring_here(int(str(payload)))

    async def _keep_connected(self) -> None:
        while True:
            lost = asyncio.Event()
            try:
                connection = await asyncpg.connect(self._dsn, timeout=5)
                connection.add_termination_listener(lambda _connection, lost=lost: lost.set())
                await connection.add_listener(CHANNEL, self._heard)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as fault:
                log.warning("bell.not_connected", reason=type(fault).__name__)
                await asyncio.sleep(RECONNECT_DELAY_SECONDS)
                continue
            self._connection = connection
            # What rang while nobody listened is found by reading once.
            self._ring_all()
            await lost.wait()
            self._connection = None


Bell = LocalBell | SharedFileBell | PostgresBell


def bell_for(database_url: str, *, shared: Callable[[], Hashable | None] | None = None) -> Bell:
    """`shared`: the revision of a SQLite file that other processes sync into; None where this one does."""
    if not database_url.startswith("sqlite"):
        return PostgresBell(database_url)
    return LocalBell() if shared is None else SharedFileBell(shared)
