"""aiosqlite with one errand to its thread for each statement, instead of one for each step of it.

SQLAlchemy makes a cursor, executes, fetches and closes one after the other, and each of these waits for the thread:
eight times for one page, which takes longer than all else that reading it needs.
"""

import sqlite3
from collections import deque
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor

READING, WRITING = "BEGIN", "BEGIN IMMEDIATE"
"""A transaction that reads first and writes later cannot wait for another writer, SQLite refuses it at once. So whoever
means to write says so at the beginning."""


class Outcome:
    """What a closed cursor leaves behind."""

    def __init__(self, cursor: sqlite3.Cursor | None = None) -> None:
        self.description = cursor.description if cursor else None
        self.rowcount = cursor.rowcount if cursor else -1
        self.lastrowid = cursor.lastrowid if cursor else None
        self.arraysize = 1

    def close(self) -> None:
        """It is closed."""


class OneErrandCursor(AsyncAdapt_aiosqlite_cursor):
    """Its rows are all here once a statement was executed."""

    __slots__ = ()
    _awaitable_cursor_close = False

    def __init__(self, adapt_connection: "OneErrandConnection") -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._cursor = Outcome()  # type: ignore[assignment]
        self._soft_closed_memoized = {}  # type: ignore[assignment]
        self._rows = deque()

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        await self._run("execute", operation, () if parameters is None else parameters)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> None:
        await self._run("executemany", operation, seq_of_parameters)

    async def _run(self, method: str, operation: str, values: Any) -> None:
        connection: Any = self._adapt_connection
        async with connection._execute_mutex:
            first, connection.to_begin = connection.to_begin, None
            self._rows, self._cursor = await connection.driver_connection._execute(
                _run, connection.driver_connection._conn, first, method, operation, values
            )


def _run(
    connection: sqlite3.Connection, first: str | None, method: str, operation: str, values: Any
) -> tuple[deque[Any], Outcome]:
    """In the connection's thread."""
    cursor = connection.cursor()
    try:
        if first is not None:
            cursor.execute(first)
        getattr(cursor, method)(operation, values)
        rows = deque(cursor.fetchall() if cursor.description else ())
        return rows, Outcome(cursor)
    finally:
        cursor.close()


class OneErrandConnection(AsyncAdapt_aiosqlite_connection):
    """Begins a transaction along with its first statement, and takes one back without waiting for it.

    Nor does its end wait: whoever is cancelled could be so a second time at just that moment, which SQLAlchemy tells
    as an error and which leaves a task behind that waits for a thread that has ended.
    """

    __slots__ = ("to_begin",)
    _cursor_cls = OneErrandCursor  # type: ignore[assignment]

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self.to_begin: str | None = None

    def begin(self, statement: str) -> None:
        self.to_begin = statement

    def rollback(self) -> None:
        begun, self.to_begin = self.to_begin is None, None
        if begun and self._connection._connection is not None:
            # What the connection is asked next waits behind this in its thread.
            self._connection._tx.put_nowait((None, self._connection._conn.rollback))

    def commit(self) -> None:
        begun, self.to_begin = self.to_begin is None, None
        if begun:
            super().commit()

    def terminate(self) -> None:
        """Closed, which takes back what is open, once the thread has done what it was asked before."""
        self._connection.stop()


def connect(dialect: Dialect, _record: object, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """For SQLAlchemy's event `do_connect`."""
    dbapi: Any = dialect.loaded_dbapi
    plain = dbapi.connect(*arguments, **options)
    return OneErrandConnection(dbapi, plain.driver_connection)
