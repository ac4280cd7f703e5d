"""Rows by the driver alone, for what is shown and not changed: no session, no engine, no greenlet.

SQLAlchemy writes each statement once (`prepared.py`); what is left for each page is one errand to a thread of SQLite,
or one question to PostgreSQL. Each statement sees one consistent view by itself, so that neither needs a transaction.
"""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias

from sqlalchemy import Dialect, SelectBase
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from app.store.json_text import from_json
from app.store.prepared import Prepared, PreparedStatements

THREADS: Final = 4
"""Of SQLite at most, each with a connection."""
HELP_AFTER_SECONDS: Final = 0.01
"""A page takes a fifth of a millisecond: where something waits and nothing was begun for so long, one is slow."""
BUSY_TIMEOUT_MILLISECONDS: Final = 2000

Fetched: TypeAlias = Sequence[Sequence[Any]]
Watcher: TypeAlias = Callable[[str, Sequence[Any]], None]


class DriverRows(Protocol):
    """The way to rows that are only shown."""

    is_sqlite: bool
    watchers: list[Watcher]
    """Each is told of every statement that is asked, and of its parameters."""

    def prepared(self, statement: SelectBase) -> Prepared: ...

    def for_searches(self) -> "DriverRows":
        """The same for statements that look for words: by indexes, where PostgreSQL takes reading all documents for
        cheap, since it knows their number and not that each of them has kilobytes which are stored aside."""

    async def ask(self, text: str, parameters: Sequence[Any]) -> Fetched:
        """A statement as it is. Raises OperationalError, whatever the driver raised."""

    async def fetch(self, prepared: Prepared, values: Mapping[str, Any]) -> Fetched:
        """As the driver gives them; raises the same."""

    async def close(self) -> None: ...


class SqliteRows:
    """A thread that waits for errands, begun with the first one; others help it past a slow one, and end.

    More would only wait for the interpreter and for each other: with four a page took a sixth more CPU.
    """

    is_sqlite = True

    def __init__(self, database_url: str, dialect: Dialect) -> None:
        self.watchers: list[Watcher] = []
        self.prepared = PreparedStatements(dialect).of
        self._file = make_url(database_url).database or ":memory:"
        self._errands: queue.SimpleQueue[_Errand | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._begun_at = 0.0
        """When the last errand was begun, by the monotonic clock."""
        self._watched_by: asyncio.AbstractEventLoop | None = None

    def for_searches(self) -> "SqliteRows":
        return self

    async def fetch(self, prepared: Prepared, values: Mapping[str, Any]) -> Fetched:
        return await self.ask(prepared.text, prepared.parameters(values), as_json=prepared.as_json)

    async def ask(self, text: str, parameters: Sequence[Any], *, as_json: bool = False) -> Fetched:
        for watcher in self.watchers:
            watcher(text, parameters)
        if not self._threads:
            self._begin(self._work)
        errand = _Errand(text, parameters, as_json)
        self._errands.put(errand)
        loop = asyncio.get_running_loop()
        if self._watched_by is not loop:
            self._watched_by = loop
            loop.call_later(HELP_AFTER_SECONDS, self._look, loop, self._begun_at)
        try:
            return await errand.done
        except sqlite3.Error as fault:
            raise OperationalError(text, None, fault) from fault

    def _look(self, loop: asyncio.AbstractEventLoop, begun_at: float) -> None:
        """`begun_at` is as it was at the last look."""
        if self._errands.empty():
            self._watched_by = None
            return
        if begun_at == self._begun_at and 0 < len(self._threads) < THREADS:
            self._begin(self._help)
        loop.call_later(HELP_AFTER_SECONDS, self._look, loop, self._begun_at)

    def _begin(self, work: Callable[["queue.SimpleQueue[_Errand | None]"], None]) -> None:
        thread = threading.Thread(target=work, args=(self._errands,), name="chartroom-rows", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self, errands: "queue.SimpleQueue[_Errand | None]") -> None:
        self._run(iter(errands.get, None))

    def _help(self, errands: "queue.SimpleQueue[_Errand | None]") -> None:
        """Until nothing waits."""
        self._run(_waiting(errands))
        with suppress(ValueError):  # closing has let go of it already
            self._threads.remove(threading.current_thread())

    def _run(self, errands: "Iterator[_Errand | None]") -> None:
        connection: sqlite3.Connection | None = None
        for errand in errands:
            if errand is None or errand.done.cancelled():
                continue
            self._begun_at = time.monotonic()
            try:
                if connection is None:
                    connection = _open(self._file)
                rows = connection.execute(errand.text, errand.parameters).fetchall()
                if errand.as_json:
                    rows = from_json(rows[0][0])
            except Exception as fault:
                errand.end(None, fault)
            else:
                errand.end(rows, None)
            del errand  # its rows are not to be held until the next one comes
        if connection is not None:
            connection.close()

    async def close(self) -> None:
        """Returns once every thread has ended."""
        threads, self._threads = self._threads, []
        errands, self._errands = self._errands, queue.SimpleQueue()
        errands.put(None)
        for thread in threads:
            await asyncio.to_thread(thread.join)


def _waiting(errands: "queue.SimpleQueue[_Errand | None]") -> "Iterator[_Errand]":
    with suppress(queue.Empty):
        while (errand := errands.get_nowait()) is not None:
            yield errand
        errands.put(None)  # it is for the one that does not end by itself


class _Errand:
    """A statement, and who waits for its rows."""

    __slots__ = ("_loop", "as_json", "done", "parameters", "text")

    def __init__(self, text: str, parameters: Sequence[Any], as_json: bool) -> None:
        self.text, self.parameters, self.as_json = text, parameters, as_json
        self._loop = asyncio.get_running_loop()
        self.done: asyncio.Future[Fetched] = self._loop.create_future()

    def end(self, rows: Fetched | None, fault: Exception | None) -> None:
        """In the thread."""
        try:
            self._loop.call_soon_threadsafe(self._settle, rows, fault)
        except RuntimeError:
            return  # the loop is closed: nobody waits

    def _settle(self, rows: Fetched | None, fault: Exception | None) -> None:
        if self.done.done():  # cancelled meanwhile
            return
        if fault is not None:
            self.done.set_exception(fault)
        else:
            self.done.set_result(rows or ())


def _open(file: str) -> sqlite3.Connection:
    # Never made here: `mode=rw`. Without write access WAL could not be read where nobody else has the file open.
    address = f"{Path(file).absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT_MILLISECONDS / 1000, isolation_level=None)
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cache_size = -8000")
    return connection


async def read_rows(
    reader: DriverRows, statement: SelectBase, values: Mapping[str, Any] = MappingProxyType({})
) -> list[Sequence[Any]]:
    """What `statement` finds, as its columns have it. It is written anew unless it is kept and given again."""
    prepared = reader.prepared(statement)
    return [prepared.read(row) for row in await reader.fetch(prepared, values)]


def driver_rows(database_url: str, dialect: Dialect, connections: int) -> DriverRows:
    """`connections` to PostgreSQL at most, and as many again for searches; those of SQLite are THREADS."""
    if database_url.startswith("sqlite"):
        return SqliteRows(database_url, dialect)
    from app.store.postgres_rows import PostgresRows  # and asyncpg, which SQLite needs not

    return PostgresRows(database_url, dialect, connections)
