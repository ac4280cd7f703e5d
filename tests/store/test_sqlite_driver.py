"""Each statement is one errand to the connection's thread; transactions are what they are with the plain driver."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.util.concurrency import greenlet_spawn

from app.store.session import Store, execute
from app.store.sqlite_driver import READING, WRITING, OneErrandConnection
from tests.store.rows import add_registry


class Counted:
    """A connection of aiosqlite that counts the errands its thread is sent."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._conn = connection._conn
        self.errands: list[str] = []
        self.unwaited: list[Callable[[], Any]] = []
        self._tx = self

    async def _execute(self, errand: Callable[..., Any], *values: Any) -> Any:
        self.errands.append(" ".join(value for value in values if isinstance(value, str)))
        return await self._connection._execute(errand, *values)

    async def commit(self) -> None:
        self.errands.append("commit")
        await self._connection.commit()

    async def rollback(self) -> None:
        self.errands.append("rollback")
        await self._connection.rollback()

    def put_nowait(self, errand: tuple[None, Callable[[], Any]]) -> None:
        self.unwaited.append(errand[1])
        self._connection._tx.put_nowait(errand)


async def test_statement_takes_one_errand_and_reading_ends_without_waiting() -> None:
    async with aiosqlite.connect(":memory:", isolation_level=None) as plain:
        counted = Counted(plain)
        connection = OneErrandConnection(aiosqlite, counted)

        def read() -> list[Any]:
            connection.begin(READING)
            cursor = connection.cursor()
            cursor.execute("SELECT 1 AS a UNION SELECT 2", ())
            rows = cursor.fetchall()
            assert cursor.description[0][0] == "a"
            cursor.close()
            connection.rollback()
            return list(rows)

        assert await greenlet_spawn(read) == [(1,), (2,)]
        assert counted.errands == ["BEGIN execute SELECT 1 AS a UNION SELECT 2"]
        assert len(counted.unwaited) == 1
        assert not await plain._execute(lambda: plain._conn.in_transaction)


async def test_transaction_without_a_statement_takes_no_errand() -> None:
    async with aiosqlite.connect(":memory:", isolation_level=None) as plain:
        counted = Counted(plain)
        connection = OneErrandConnection(aiosqlite, counted)
        for end in (connection.rollback, connection.commit):
            connection.begin(WRITING)
            await greenlet_spawn(end)
        assert (counted.errands, counted.unwaited) == ([], [])


async def test_writing_is_begun_with_the_lock_and_a_commit_is_waited_for() -> None:
    async with aiosqlite.connect(":memory:", isolation_level=None) as plain:
        counted = Counted(plain)
        connection = OneErrandConnection(aiosqlite, counted)

        def write(end: Callable[[], None]) -> int:
            connection.begin(WRITING)
            cursor = connection.cursor()
            cursor.execute("CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY)", ())
            cursor.executemany("INSERT INTO t (a) VALUES (?)", [(None,), (None,)])
            end()
            return int(cursor.rowcount)

        def rows() -> list[Any]:
            connection.begin(READING)
            cursor = connection.cursor()
            cursor.execute("SELECT a FROM t", ())
            connection.rollback()
            return list(cursor.fetchall())

        assert await greenlet_spawn(write, connection.commit) == 2
        assert await greenlet_spawn(write, connection.rollback) == 2
        assert counted.errands[0].startswith("BEGIN IMMEDIATE execute CREATE")
        assert [errand for errand in counted.errands if errand in ("commit", "rollback")] == ["commit"]
        assert len(counted.unwaited) == 1
        assert await greenlet_spawn(rows) == [(1,), (2,)]


async def test_reader_sees_one_view_from_its_first_statement_on(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    count = text("SELECT count(*) FROM registry")
    async with store.reading() as session:
        assert (await execute(session, count)).scalar_one() == 0
        await add_registry(store)
        assert (await execute(session, count)).scalar_one() == 0
    async with store.reading() as session:
        assert (await execute(session, count)).scalar_one() == 1
    await store.close()


async def test_connection_is_as_new_after_a_statement_failed(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    for _ in range(3):
        with pytest.raises(OperationalError, match="no such table"):
            async with store.writing() as session:
                await execute(session, text("SELECT * FROM nothing_like_that"))
        with pytest.raises(IntegrityError):
            async with store.writing() as session:
                await execute(session, text("INSERT INTO sealed_credential VALUES (4711, 'key', '')"))
    await add_registry(store)
    await store.close()


@pytest.mark.parametrize("writing", [True, False])
@pytest.mark.parametrize("in_a_statement", [True, False])
async def test_cancelled_twice_it_leaves_no_error_no_task_and_nothing_written(
    sqlite_url: str, caplog: pytest.LogCaptureFixture, *, writing: bool, in_a_statement: bool
) -> None:
    others = asyncio.all_tasks()
    store = Store(sqlite_url)
    go_on, begun = threading.Event(), asyncio.Event()

    async def work() -> None:
        async with store.writing() if writing else store.reading() as session:
            await execute(session, text("INSERT INTO cancelled VALUES (1)" if writing else "SELECT 1"))
            driver = (await (await session.connection()).get_raw_connection()).driver_connection
            assert driver is not None
            driver._tx.put_nowait((None, go_on.wait))
            begun.set()
            if in_a_statement:
                await execute(session, text("SELECT 1"))
            await asyncio.Event().wait()

    async with store.engine.connect() as connection:
        await connection.exec_driver_sql("CREATE TABLE cancelled (a INTEGER)")
        await connection.commit()
    working = asyncio.create_task(work())
    await begun.wait()
    for _ in range(3):
        await asyncio.sleep(0)
        working.cancel()
    go_on.set()
    await asyncio.wait({working})

    assert working.cancelled()
    async with store.writing() as session:
        assert (await execute(session, text("SELECT count(*) FROM cancelled"))).scalar_one() == 0
    await store.close()
    assert asyncio.all_tasks() == others
    assert [record.getMessage() for record in caplog.records] == []


async def test_log_of_writes_does_not_grow_behind_readers_that_ended(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    for number in range(5):
        await add_registry(store, f"acme-{number}")
        async with store.reading() as session:
            await execute(session, text("SELECT count(*) FROM registry"))
    await asyncio.sleep(0)
    async with store.engine.connect() as connection:
        busy, _, _ = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()
        assert busy == 0
    await store.close()
