"""The revision of a PostgreSQL database, which tells of commits by NOTIFY.

Each unit of work sends it within its transaction, so that it is delivered when that is committed and not at all when it
is not.
"""

import asyncio
import secrets
import time
from collections.abc import Hashable
from contextlib import suppress

import asyncpg
import structlog
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

CHANNEL = "chartroom_revision"
ASKED_EVERY_SECONDS = 1.0
TRUSTED_FOR_SECONDS = 2.5
"""Two questions may be late; then the connection may be dead without anybody having said so."""
RECONNECT_DELAY_SECONDS = 1.0
_NOTIFY = text("SELECT pg_notify(:channel, :mark)")

log = structlog.get_logger()


class PostgresRevision:
    """Moves with each unit of work of this process at once, with those of others when the database tells of them.

    A connection of its own listens and is asked something every second: what was told before the answer has arrived
    by then. Where it does not answer, the revision is unknown until it listens again.
    """

    def __init__(self, database_url: str) -> None:
        self._dsn = database_url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._own_mark = secrets.token_hex(8)
        self._number = 0
        self._told_until = float("-inf")
        """By the monotonic clock: every commit before it has been told."""
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._keeping = asyncio.create_task(self._keep_listening())

    async def close(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
            self._keeping = None

    def current(self) -> Hashable | None:
        """Equal to an earlier one only where no commit between was told of; None where nothing would be told."""
        return self._number if time.monotonic() - self._told_until < TRUSTED_FOR_SECONDS else None

    def moved(self) -> None:
        """After a commit of this process, be it known to have succeeded or not."""
        self._number += 1

    async def announce(self, session: AsyncSession) -> None:
        """To all processes, once the session's transaction is committed."""
        connection = await session.connection()
        await connection.execute(_NOTIFY, {"channel": CHANNEL, "mark": self._own_mark})

    def _heard(self, _connection: object, _pid: int, _channel: str, mark: object) -> None:
        # Its own were counted at once; a second time would only cost what has been worked out since.
        if mark != self._own_mark:
            self.moved()

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._listen()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as fault:
                log.warning("revision.unknown", reason=type(fault).__name__)
            finally:
                self._told_until = float("-inf")
            await asyncio.sleep(RECONNECT_DELAY_SECONDS)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=2)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _connection: lost.set())
        try:
            await connection.add_listener(CHANNEL, self._heard)
            # Whatever was committed while nobody listened.
            self.moved()
            while not lost.is_set():
                asked_at = time.monotonic()
                await connection.execute("SELECT 1", timeout=TRUSTED_FOR_SECONDS)
                self._told_until = asked_at
                with suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), ASKED_EVERY_SECONDS)
        finally:
            connection.terminate()
