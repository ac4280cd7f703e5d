"""Engine and sessions. One unit of work is one commit."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Connection, CursorResult, Executable, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store import sqlite_driver
from app.store.json_text import from_json, to_json
from app.store.revision import revision_of

BUSY_TIMEOUT_MILLISECONDS = 2000
"""How long a SQLite writer waits for another one: an answer within two seconds, be it that it is busy."""


class Store:
    """The way to the rows. Everything that reads or writes them takes a session from here."""

    def __init__(self, database_url: str) -> None:
        self.is_sqlite = database_url.startswith("sqlite")
        self.revision = revision_of(database_url)
        self.engine = _sqlite_engine(database_url) if self.is_sqlite else _postgresql_engine(database_url)
        self._writing_engine = self.engine.execution_options(chartroom_writing=True)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session over one consistent view; nothing it changes is kept."""
        async with AsyncSession(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A unit of work: committed at the end, rolled back when anything is raised. It moves the revision."""
        try:
            async with (
                AsyncSession(self._writing_engine, expire_on_commit=False, autoflush=False) as session,
                session.begin(),
            ):
                yield session
                await self.revision.announce(session)
        finally:
            self.revision.moved()

    async def close(self) -> None:
        await self.revision.close()
        await self.engine.dispose()


def _postgresql_engine(url: str) -> AsyncEngine:
    async def connect(*args: Any, **kwargs: Any) -> asyncpg.Connection:
        try:
            return await asyncpg.connect(*args, **kwargs)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as fault:
            # SQLAlchemy lets these through as they are; whoever waits for a database looks for its errors alone.
            raise OperationalError("connect", None, fault, connection_invalidated=True) from fault

    return create_async_engine(
        url,
        json_serializer=to_json,
        json_deserializer=from_json,
        pool_size=10,
        max_overflow=10,
        pool_timeout=2,
        pool_pre_ping=True,
        connect_args={"timeout": 2, "command_timeout": 30, "async_creator_fn": connect},
    )


def _sqlite_engine(url: str) -> AsyncEngine:
    file = make_url(url).database
    if file:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url, pool_size=10, max_overflow=10, json_serializer=to_json, json_deserializer=from_json
    )
    event.listen(engine.sync_engine, "do_connect", sqlite_driver.connect)
    event.listen(engine.sync_engine, "connect", _set_pragmas)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _set_pragmas(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself, late and without the write lock: _begin does.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -16000")
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("chartroom_writing", False)
    driver: Any = connection.connection.dbapi_connection
    driver.begin(sqlite_driver.WRITING if writing else sqlite_driver.READING)


async def execute(
    session: AsyncSession, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
) -> CursorResult[*tuple[Any, ...]]:
    """A statement of no entity, in the session's unit of work. Several values run it once for each."""
    connection = await session.connection()
    return await connection.execute(statement, values)


def insert_for(session: AsyncSession, entity: type[SQLModel]) -> Any:
    """INSERT that knows ON CONFLICT, which both databases write alike."""
    table = SQLModel.metadata.tables[str(entity.__tablename__)]
    return sqlite.insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(table)
