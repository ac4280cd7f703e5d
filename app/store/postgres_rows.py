"""Rows of PostgreSQL by its driver alone: see driver_rows.py."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import asyncpg
from sqlalchemy import Dialect
from sqlalchemy.exc import OperationalError

from app.store.driver_rows import Fetched
from app.store.json_text import from_json, to_json
from app.store.prepared import PreparedStatements

CONNECTIONS: Final = 10
CONNECT_TIMEOUT_SECONDS: Final = 2
STATEMENT_TIMEOUT_SECONDS: Final = 30

_CONNECTION_FAULTS: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)


class PostgresRows:
    """Connections of its own, that read and do nothing else: each statement is a transaction by itself."""

    def __init__(self, database_url: str, dialect: Dialect) -> None:
        self.watchers: list[Callable[[str], None]] = []
        self.prepared = PreparedStatements(dialect).of
        self._dsn = database_url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._pool: asyncpg.Pool | None = None

    async def fetch(self, text: str, parameters: Sequence[Any]) -> Fetched:
        for watcher in self.watchers:
            watcher(text)
        try:
            try:
                return await self._fetch(text, parameters)
            except TimeoutError:
                raise
            except _CONNECTION_FAULTS:
                # It may have died in the pool; reading may be done twice.
                return await self._fetch(text, parameters)
        except (asyncpg.PostgresError, *_CONNECTION_FAULTS) as fault:
            raise OperationalError(text, None, fault) from fault

    async def _fetch(self, text: str, parameters: Sequence[Any]) -> Fetched:
        if self._pool is None:
            self._pool = asyncpg.create_pool(
                self._dsn,
                min_size=0,
                max_size=CONNECTIONS,
                init=_read_json,
                connection_class=_ReadingConnection,
                timeout=CONNECT_TIMEOUT_SECONDS,
                command_timeout=STATEMENT_TIMEOUT_SECONDS,
                server_settings={"default_transaction_read_only": "on"},
            )
        # Opened by whoever comes first; the others wait for it.
        pool = await self._pool
        async with pool.acquire(timeout=CONNECT_TIMEOUT_SECONDS) as connection:
            try:
                rows: Fetched = await connection.fetch(text, *parameters)
            except _CONNECTION_FAULTS:
                connection.terminate()
                raise
            return rows

    async def close(self) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None


class _ReadingConnection(asyncpg.Connection):  # type: ignore[misc] # asyncpg has no types
    """Nobody changes its settings, so that there is nothing to reset: that would be a question for each page."""

    def get_reset_query(self) -> str:
        return ""


async def _read_json(connection: asyncpg.Connection) -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, schema="pg_catalog", encoder=to_json, decoder=from_json)
