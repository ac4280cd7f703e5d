"""The bell of those who share a PostgreSQL database."""

import asyncio
from contextlib import suppress

import asyncpg
import structlog

from app.progress.bell import LocalBell

CHANNEL = "chartroom_progress"
CONNECT_TIMEOUT_SECONDS = 5.0
RING_TIMEOUT_SECONDS = 2.0  # syncs wait for it
RECONNECT_DELAY_SECONDS = 1.0
_FAULTS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)

log = structlog.get_logger()


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

    async def ring(self, sync_id: int) -> None:
        """Heard here at once, elsewhere when the database passes it on; not at all while it is away."""
        self.ring_here(sync_id)
        try:
            async with self._ringing:
                connection = self._connection
                if connection is not None:
                    await self._pass_on(connection, sync_id)
        except _FAULTS as fault:
            log.warning("bell.not_passed_on", sync_id=sync_id, reason=type(fault).__name__)

    async def _pass_on(self, connection: asyncpg.Connection, sync_id: int) -> None:
        try:
            await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, str(sync_id), timeout=RING_TIMEOUT_SECONDS)
        except TimeoutError:
            # Dead without anybody having said so; the next one is made at once.
            self._connection = None
            connection.terminate()
            raise

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        with suppress(ValueError):  # somebody else on our channel
            self.ring_here(int(str(payload)))

    async def _keep_connected(self) -> None:
        while True:
            try:
                await self._listen()
            except _FAULTS as fault:
                log.warning("bell.not_connected", reason=type(fault).__name__)
                await asyncio.sleep(RECONNECT_DELAY_SECONDS)

    async def _listen(self) -> None:
        """Until the connection is lost."""
        connection = await asyncpg.connect(self._dsn, timeout=CONNECT_TIMEOUT_SECONDS)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _connection: lost.set())
        try:
            await connection.add_listener(CHANNEL, self._heard)
            self._connection = connection
            # What rang while nobody listened is found by reading once.
            self.ring_all()
            await lost.wait()
        finally:
            self._connection = None
            connection.terminate()
