"""Migrations lead to the shape that the entities say, and back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from app.store import migrating
from app.store.session import Store, execute
from migrations import __path__ as migrations_path
from tests.store.rows import add_chart, add_registry


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite'}"
    else:
        url = request.getfixturevalue("postgres_url")
    store = Store(url)
    yield store
    await store.close()


async def tables(store: Store) -> list[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE '%alembic%'"
        if store.is_sqlite
        else "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%'"
    )
    async with store.reading() as session:
        return list((await execute(session, text(query))).scalars())


async def test_database_is_as_the_entities_say_when_it_was_migrated_down_and_up_again(empty_store: Store) -> None:
    assert await migrating.current_revision(empty_store) is None
    await migrating.migrate(empty_store)
    assert await migrating.current_revision(empty_store) == migrating.head_revision()
    assert await migrating.differences(empty_store) == []
    await add_chart(empty_store, await add_registry(empty_store), "payments")

    await migrating.migrate(empty_store, "base")
    assert await migrating.current_revision(empty_store) is None
    assert await tables(empty_store) == []

    await migrating.migrate(empty_store)
    await migrating.migrate(empty_store)
    assert await migrating.differences(empty_store) == []


async def test_difference_is_told_when_a_column_or_an_index_is_missing(empty_store: Store) -> None:
    await migrating.migrate(empty_store)
    async with empty_store.writing() as session:
        await execute(session, text("DROP INDEX ix_chart_name"))
        await execute(session, text("ALTER TABLE registry ADD COLUMN stray integer"))
    told = "\n".join(await migrating.differences(empty_store))
    assert "ix_chart_name" in told
    assert "stray" in told


def test_head_is_the_one_that_alembic_finds() -> None:
    assert migrating.head_revision() == ScriptDirectory(next(iter(migrations_path))).get_current_head()
