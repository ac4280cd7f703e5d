"""One unit of work is one commit, and writers wait for each other."""

import asyncio
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlmodel import Session

from app.store import migrating, registries
from app.store.session import Store, execute
from tests.real.postgres import OwnPostgresServer
from tests.store.rows import a_registry, add_registry


async def names(store: Store) -> list[str]:
    async with store.reading() as session:
        return [row.name for row in (await registries.page(session, 10, None)).rows]


async def test_nothing_is_kept_when_the_unit_of_work_fails_at_its_end(store: Store) -> None:
    with pytest.raises(RuntimeError):
        async with store.writing() as session:
            session.add(a_registry())
            await session.flush()
            raise RuntimeError
    assert await names(store) == []


async def test_nothing_is_kept_when_the_unit_of_work_is_cancelled(store: Store) -> None:
    flushed = asyncio.Event()

    async def work() -> None:
        async with store.writing() as session:
            session.add(a_registry())
            await session.flush()
            flushed.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(work())
    await flushed.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await names(store) == []
    await add_registry(store, "the next one can write")


async def test_nothing_is_kept_of_what_a_reader_changes(store: Store) -> None:
    async with store.reading() as session:
        session.add(a_registry())
        await session.flush()
    assert await names(store) == []


async def test_row_is_refused_when_what_it_belongs_to_is_not_there(store: Store) -> None:
    with pytest.raises(IntegrityError):
        async with store.writing() as session:
            await registries.seal_credential(session, 4711, "key", b"")


async def test_all_writers_come_through_when_many_write_at_once(store: Store) -> None:
    await asyncio.gather(*(add_registry(store, f"registry {number}") for number in range(8)))
    assert len(await names(store)) == 8


async def test_writer_waits_for_the_one_before_it_when_both_read_first(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    registry_id = await add_registry(store, versions_kept=0)

    async def count_up() -> None:
        async with store.writing() as session:
            registry = await registries.find(session, registry_id)
            assert registry is not None
            await asyncio.sleep(0.01)
            registry.versions_kept = (registry.versions_kept or 0) + 1
            session.add(registry)

    await asyncio.gather(*(count_up() for _ in range(5)))
    async with store.reading() as session:
        found = await registries.find(session, registry_id)
    await store.close()
    assert found is not None
    assert found.versions_kept == 5


async def test_writer_is_told_when_another_one_does_not_end(sqlite_url: str) -> None:
    store, other = Store(sqlite_url), Store(sqlite_url)
    async with other.writing() as session:
        session.add(a_registry("not committed yet"))
        await session.flush()
        with pytest.raises(OperationalError, match="locked"):
            await add_registry(store)
        assert await names(store) == []  # readers do not wait
    await store.close()
    await other.close()


async def test_one_unit_of_work_at_a_time_is_written_whole_and_others_read_meanwhile(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    await migrating.migrate(store)
    has_read, at_once = threading.Event(), 0
    most_at_once: list[int] = []

    def write(session: Session) -> None:
        nonlocal at_once
        at_once += 1
        most_at_once.append(at_once)
        session.add(a_registry(f"registry {len(most_at_once)}"))
        session.flush()
        assert has_read.wait(10)
        at_once -= 1

    def read(session: Session) -> None:
        session.connection().execute(text("SELECT 1"))
        has_read.set()

    writing = [asyncio.create_task(store.write(write)) for _ in range(3)]
    await asyncio.sleep(0)
    await store.read(read)
    await asyncio.gather(*writing)
    assert most_at_once == [1, 1, 1]
    assert len(await names(store)) == 3
    await store.close()


async def test_sqlite_keeps_foreign_keys_and_writes_ahead(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    async with store.reading() as session:
        found = {
            name: (await execute(session, text(f"PRAGMA {name}"))).scalar_one()
            for name in ("foreign_keys", "journal_mode", "busy_timeout", "synchronous")
        }
    await store.close()
    assert found == {"foreign_keys": 1, "journal_mode": "wal", "busy_timeout": 2000, "synchronous": 1}


async def test_database_that_is_away_is_a_database_error_and_work_goes_on_once_it_is_back(
    own_postgres_server: OwnPostgresServer,
) -> None:
    url = own_postgres_server.create_database()
    store = Store(url)
    await migrating.migrate(store)
    await add_registry(store, "before")
    own_postgres_server.stop()
    try:
        for _ in range(2):
            with pytest.raises(SQLAlchemyError):
                await names(store)
    finally:
        own_postgres_server.start()
    assert await names(store) == ["before"]
    await store.close()
    own_postgres_server.drop_database(url)


async def test_database_that_does_not_exist_is_a_database_error(own_postgres_server: OwnPostgresServer) -> None:
    url = own_postgres_server.create_database()
    own_postgres_server.drop_database(url)
    store = Store(url)
    with pytest.raises(SQLAlchemyError, match="does not exist"):
        await names(store)
    await store.close()
