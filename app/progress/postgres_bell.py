"""The bell of those who share a PostgreSQL database."""

import asyncio
from contextlib import suppress

import asyncpg
import structlog

from app.progress.bell import LocalBell

CHANNEL = "chartroom_progress"
RECONNECT_DELAY_SECONDS = 1.0

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
        if self._connection is not None:
            await self._connection.close()

    async def ring(self, sync_id: int) -> None:
        """Heard here at once, elsewhere when the database passes it on; not at all while it is away."""
        self.ring_here(sync_id)
        try:
            async with self._ringing:
                if self._connection is not None:
                    await self._connection.execute("SELECT pg_notify($1, $2)", CHANNEL, str(sync_id))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as fault:
            log.warning("bell.not_passed_on", sync_id=sync_id, reason=type(fault).__name__)

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        with suppress(ValueError):  # somebody else on our channel
            self.ring_here(int(str(payload)))

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
            self.ring_all()
            await lost.wait()
            self._connection = None
