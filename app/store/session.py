"""Engines and sessions. One unit of work is one commit.

Work that asks one thing after the other takes an AsyncSession. Work of many statements whose answers nobody else
waits for is a plain function over a Session: on PostgreSQL it runs on the event loop all the same, on SQLite whole in
a thread, where each statement of an AsyncSession would go to a thread and back several times.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Engine, Executable, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import Session, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store import sqlite_driver
from app.store.driver_rows import driver_rows
from app.store.inserting import insert_into
from app.store.json_text import from_json, to_json
from app.store.revision import revision_of

BUSY_TIMEOUT_MILLISECONDS = 2000
"""How long a SQLite writer waits for another one: an answer within two seconds, be it that it is busy."""
SQLITE_READERS = 3
READER_CACHE_KIB = 8000  # a connection
WRITER_CACHE_KIB = 4000  # a batch of a sync; what is more of it goes to the log before the commit
POSTGRESQL_CONNECTIONS = 24
"""By default; half of them are for sessions, a quarter for pages and a quarter for searches. One more listens."""
_SQLITE_POOL: dict[str, Any] = {"pool_size": 20, "max_overflow": 0, "pool_use_lifo": True}
"""As many at most, and each of them kept: to open one, with its thread, takes longer than to read a page."""
_JSON: dict[str, Any] = {"json_serializer": to_json, "json_deserializer": from_json}


T = TypeVar("T")


class Store:
    """The way to the rows. Everything that reads or writes them takes a session from here."""

    def __init__(self, database_url: str, connections: int = POSTGRESQL_CONNECTIONS) -> None:
        """`connections`: to PostgreSQL at most; at least four."""
        self.is_sqlite = database_url.startswith("sqlite")
        self.revision = revision_of(database_url)
        of_rows = connections // 4
        self.engine = (
            _sqlite_engine(database_url)
            if self.is_sqlite
            else _postgresql_engine(database_url, connections - 2 * of_rows)
        )
        self._writing_engine = self.engine.execution_options(chartroom_writing=True)
        self._threads = SqliteThreads(database_url) if self.is_sqlite else None
        self.rows = driver_rows(database_url, self.engine.dialect, of_rows)
        """For what is shown and not changed (ShownRows): without a session, which costs many times as much."""

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

    async def read(self, work: Callable[[Session], T]) -> T:
        """What `work` reads of one consistent view; nothing it changes is kept."""
        if self._threads is not None:
            return await self._threads.read(work)
        async with self.reading() as session:
            return await session.run_sync(work)  # type: ignore[arg-type]  # it is SQLModel's Session

    async def write(self, work: Callable[[Session], T]) -> T:
        """A unit of work, whole: committed when `work` returns, rolled back when it raises.

        Whoever waits for it may be cancelled; on SQLite the work goes on to its end.
        """
        if self._threads is not None:
            return await self._threads.write(work)
        async with self.writing() as session:
            return await session.run_sync(work)  # type: ignore[arg-type]  # it is SQLModel's Session

    @property
    def engines(self) -> tuple[Engine, ...]:
        """All there are to this database."""
        return (self.engine.sync_engine, *(self._threads.engines if self._threads is not None else ()))

    async def close(self) -> None:
        await self.revision.close()
        await self.rows.close()
        if self._threads is not None:
            await self._threads.close()
        await self.engine.dispose()


class SqliteThreads:
    """Units of work on SQLite, each whole in one of a few threads: one that writes, others that read.

    Writers would only wait for each other; and what was written last stays in the cache of one connection, not of four.
    """

    def __init__(self, database_url: str) -> None:
        url = make_url(database_url).set(drivername="sqlite")
        self._reading = _Threads(url, SQLITE_READERS, "chartroom-sqlite-read", writing=False)
        self._writing = _Threads(url, 1, "chartroom-sqlite-write", writing=True)

    @property
    def engines(self) -> tuple[Engine, ...]:
        return self._reading.engine, self._writing.engine

    async def read(self, work: Callable[[Session], T]) -> T:
        return await self._reading.run(work)

    async def write(self, work: Callable[[Session], T]) -> T:
        return await self._writing.run(work)

    async def close(self) -> None:
        """Returns once all work is done."""
        await self._writing.close()
        await self._reading.close()


class _Threads:
    """Some threads with as many connections."""

    def __init__(self, url: URL, threads: int, name: str, *, writing: bool) -> None:
        self.engine = create_engine(url, pool_size=threads, max_overflow=0, **_JSON)
        _prepare(self.engine, WRITER_CACHE_KIB if writing else READER_CACHE_KIB)
        self._engine = self.engine.execution_options(chartroom_writing=writing)
        self._commits = writing
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def run(self, work: Callable[[Session], T]) -> T:
        def run() -> T:
            with Session(self._engine, expire_on_commit=False, autoflush=False) as session:
                done = work(session)
                if self._commits:
                    session.commit()
                return done

        return await asyncio.get_running_loop().run_in_executor(self._executor, run)

    async def close(self) -> None:
        await asyncio.to_thread(self._executor.shutdown)
        self.engine.dispose()


def _postgresql_engine(url: str, connections: int) -> AsyncEngine:
    import asyncpg  # which SQLite needs not

    async def connect(*args: Any, **kwargs: Any) -> asyncpg.Connection:
        try:
            return await asyncpg.connect(*args, **kwargs)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as fault:
            # SQLAlchemy lets these through as they are; whoever waits for a database looks for its errors alone.
            raise OperationalError("connect", None, fault, connection_invalidated=True) from fault

    return create_async_engine(
        url,
        **_JSON,
        pool_size=connections,
        max_overflow=0,
        pool_use_lifo=True,
        pool_timeout=2,
        pool_pre_ping=True,
        connect_args={"timeout": 2, "command_timeout": 30, "async_creator_fn": connect},
    )


def _sqlite_engine(url: str) -> AsyncEngine:
    file = make_url(url).database
    if file:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url, **_SQLITE_POOL, **_JSON)
    event.listen(engine.sync_engine, "do_connect", sqlite_driver.connect)
    _prepare(engine.sync_engine, READER_CACHE_KIB)
    return engine


def _prepare(engine: Engine, cache_kib: int) -> None:
    event.listen(engine, "connect", partial(_set_pragmas, cache_kib=cache_kib))
    event.listen(engine, "begin", _begin)


def _set_pragmas(connection: Any, _record: Any, cache_kib: int) -> None:
    # The driver must not open transactions by itself, late and without the write lock: _begin does.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA cache_size = -{cache_kib}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("chartroom_writing", False)
    statement = sqlite_driver.WRITING if writing else sqlite_driver.READING
    driver = connection.connection.dbapi_connection
    if isinstance(driver, sqlite_driver.OneErrandConnection):
        driver.begin(statement)
    else:
        connection.exec_driver_sql(statement)


async def execute(
    session: AsyncSession, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
) -> CursorResult[*tuple[Any, ...]]:
    """A statement of no entity, in the session's unit of work. Several values run it once for each."""
    connection = await session.connection()
    return await connection.execute(statement, values)


def execute_now(
    session: Session, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
) -> CursorResult[*tuple[Any, ...]]:
    """The same, within work that runs whole."""
    return session.connection().execute(statement, values)


def insert_for(session: AsyncSession | Session, entity: type[SQLModel]) -> Any:
    """INSERT that knows ON CONFLICT, which both databases write alike."""
    return insert_into(SQLModel.metadata.tables[str(entity.__tablename__)], session.get_bind().dialect)
