"""Rows of PostgreSQL by its driver alone: see driver_rows.py."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import asyncpg
from sqlalchemy import Dialect
from sqlalchemy.exc import OperationalError

from app.store.driver_rows import Fetched, Watcher
from app.store.json_text import from_json, to_json
from app.store.prepared import Prepared, PreparedStatements

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

    is_sqlite = False

    def __init__(self, database_url: str, dialect: Dialect, connections: int, **settings: str) -> None:
        """`connections`: so many at most, and as many again for searches. `settings` are the server's, for each."""
        self.watchers: list[Watcher] = []
        self.prepared = PreparedStatements(dialect).of
        self._url, self._dialect = database_url, dialect
        self._connections = connections
        self._settings = {"default_transaction_read_only": "on"} | settings
        self._pool: asyncpg.Pool | None = None
        self._of_searches: PostgresRows | None = None

    def for_searches(self) -> "PostgresRows":
        if self._of_searches is None:
            # What is read whole all the same counts as so dear then that it would be compiled.
            self._of_searches = PostgresRows(
                self._url, self._dialect, self._connections, enable_seqscan="off", jit="off"
            )
            self._of_searches.watchers = self.watchers
        return self._of_searches

    async def fetch(self, prepared: Prepared, values: Mapping[str, Any]) -> Fetched:
        return await self.ask(prepared.text, prepared.parameters(values))

    async def ask(self, text: str, parameters: Sequence[Any]) -> Fetched:
        for watcher in self.watchers:
            watcher(text, parameters)
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
                self._url.replace("postgresql+asyncpg://", "postgresql://", 1),
                min_size=0,
                max_size=self._connections,
                init=self._prepare,
                connection_class=_ReadingConnection,
                timeout=CONNECT_TIMEOUT_SECONDS,
                command_timeout=STATEMENT_TIMEOUT_SECONDS,
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

    async def _prepare(self, connection: asyncpg.Connection) -> None:
        for kind in ("json", "jsonb"):
            await connection.set_type_codec(kind, schema="pg_catalog", encoder=to_json, decoder=from_json)
        # Not told when it connects: PgBouncer would refuse what it does not know.
        await connection.execute("; ".join(f"SET {name} = {value}" for name, value in self._settings.items()))

    async def close(self) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None
        if self._of_searches is not None:
            await self._of_searches.close()


class _ReadingConnection(asyncpg.Connection):  # type: ignore[misc] # asyncpg has no types
    """Nobody changes its settings, so that there is nothing to reset: that would be a question for each page."""

    def get_reset_query(self) -> str:
        return ""
