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

INSERT_CONTENT = """INSERT INTO chart_content (
  archive_digest, archive_bytes, name, version, api_version, type, deprecated, sources, keywords,
  maintainers, annotations, dependencies, chart_yaml, readme_markdown, readme_html, files)
VALUES (:archive_digest, 1, 'a', '1.0.0', 'v2', 'application', false, '[]', '[]', '[]', '{}', '[]', 'name: a',
  :readme_markdown, :readme_html, :files)"""


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


async def test_readmes_that_are_plain_text_are_told_from_markdown_by_their_names(empty_store: Store) -> None:
    await migrating.migrate(empty_store, "0006")
    listings = {
        "plain": '[["Chart.yaml", 9], ["README.txt", 20]]',
        "compact": '[["Chart.yaml",9],["readme.TXT",20]]',
        "both": '[["README.txt", 20], ["Readme.md", 20]]',
        "markdown": '[["README.md", 20], ["charts/redis/README.txt", 20]]',
    }
    async with empty_store.writing() as session:
        for digest, files in listings.items():
            row = {"archive_digest": digest, "files": files, "readme_markdown": "# a", "readme_html": "<h1>a</h1>"}
            await execute(session, text(INSERT_CONTENT), row)
    await migrating.migrate(empty_store)
    async with empty_store.reading() as session:
        found = (await execute(session, text("SELECT archive_digest FROM chart_content WHERE readme_plain"))).scalars()
        assert set(found) == {"plain", "compact"}
