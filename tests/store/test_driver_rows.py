"""Rows by the driver alone are those of a session, and its faults are faults of the store."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from app.store.charts import CHARTS, find_many
from app.store.entities import Registry
from app.store.prepared import Prepared, among
from app.store.session import Store, execute
from tests.graphql_api.rows import add_chart, add_registry


@pytest.fixture
async def filled(store: Store) -> Store:
    registry = await add_registry(store)
    for name in ("charts/a", "charts/b", "charts/c"):
        await add_chart(store, registry, name)
    return store


async def test_rows_are_those_of_a_session(filled: Store) -> None:
    async with filled.reading() as session:
        by_session = await find_many(session, [1, 3, 999])
    by_driver = await find_many(filled.rows, [1, 3, 999])
    assert [row.name for row in by_driver.values()] == ["a", "c"]
    assert {key: vars(row) for key, row in by_driver.items()} == {key: vars(row) for key, row in by_session.items()}


async def test_statement_is_written_once_however_many_values_it_is_given(filled: Store) -> None:
    seen: list[str] = []
    filled.rows.watchers.append(lambda text, _parameters: seen.append(text))
    for ids in ([1], [1, 2, 3], list(range(5000))):
        await find_many(filled.rows, ids)
    assert len(seen) == 3
    assert len(set(seen)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("column", [Registry.id, Registry.name])
async def test_index_is_used_to_look_among_many(filled: Store, column: object) -> None:
    prepared = Prepared(select(Registry.host).where(among(col(column), "values")), filled.engine.dialect)
    plan = await filled.rows.ask(f"EXPLAIN QUERY PLAN {prepared.text}", prepared.parameters({"values": [1]}))
    assert any("SEARCH registry" in step[3] for step in plan)


async def test_wrong_statement_is_a_fault_of_the_store(filled: Store) -> None:
    with pytest.raises(OperationalError):
        await filled.rows.ask("SELECT nothing FROM nowhere", ())
    assert len(await find_many(filled.rows, [1])) == 1


async def test_nothing_can_be_written(filled: Store) -> None:
    with pytest.raises(OperationalError):
        await filled.rows.ask("DELETE FROM chart", ())


async def test_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    store = Store(f"sqlite+aiosqlite:///{tmp_path / 'none.sqlite'}")
    with pytest.raises(OperationalError):
        await CHARTS.read(store.rows, CHARTS.statement)
    assert not (tmp_path / "none.sqlite").exists()
    await store.close()


async def test_others_get_their_rows_when_somebody_stops_waiting(filled: Store) -> None:
    asking = [asyncio.create_task(find_many(filled.rows, [number])) for number in (1, 2, 3) for _ in range(20)]
    await asyncio.sleep(0)
    for task in asking[::2]:
        task.cancel()
    for task in asking:
        with suppress(asyncio.CancelledError):
            assert len(await task) == 1
    assert len(await find_many(filled.rows, [1])) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_connection_is_used_again_as_it_was_made(filled: Store) -> None:
    asked = "SELECT current_setting('default_transaction_read_only'), current_setting('enable_seqscan')"
    for _ in range(3):
        assert [tuple(row) for row in await filled.rows.ask(asked, ())] == [("on", "on")]
        assert [tuple(row) for row in await filled.rows.for_searches().ask(asked, ())] == [("on", "off")]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_page_is_read_when_its_connection_has_died(filled: Store) -> None:
    await find_many(filled.rows, [1])
    async with filled.reading() as session:
        killing = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        await execute(session, text(f"{killing} AND datname = current_database()"))
    assert [row.name for row in (await find_many(filled.rows, [1, 2])).values()] == ["a", "b"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_slow_statement_holds_up_nobody_else(filled: Store) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000000) SELECT max(i) FROM n"
    slow = [asyncio.create_task(filled.rows.ask(endless, ())) for _ in range(2)]
    await asyncio.sleep(0)
    for _ in range(3):
        assert len(await find_many(filled.rows, [1])) == 1
        assert not any(task.done() for task in slow)
    for task in slow:
        assert await task == [(5_000_000,)]
    assert len(await find_many(filled.rows, [2])) == 1


async def test_rows_can_be_read_again_after_closing(filled: Store) -> None:
    await find_many(filled.rows, [1])
    await filled.rows.close()
    assert len(await find_many(filled.rows, [1])) == 1
