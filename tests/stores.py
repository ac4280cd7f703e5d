"""A migrated, empty store on each database that is there: what every test of rows runs on."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio.to_thread
import pytest

from app.jobs import queue
from app.store import migrating
from app.store.session import Store
from tests.real.postgres import PostgresServer


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once; tests copy it."""
    path = tmp_path_factory.mktemp("template") / "chartroom.sqlite"

    async def make() -> None:
        store = Store(f"sqlite+aiosqlite:///{path}")
        await migrating.migrate(store)
        async with store.engine.connect() as connection:
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        await store.close()

    anyio.run(make)
    return path


@pytest.fixture(scope="session")
def migrated_postgres_database(postgres_server: PostgresServer) -> Iterator[str]:
    """Migrated once; tests make theirs from it as a template."""
    url = postgres_server.create_database()

    async def make() -> None:
        store = Store(url)
        await migrating.migrate(store)
        await queue.install(url)
        await store.close()

    anyio.run(make)
    yield url
    postgres_server.drop_database(url)


@pytest.fixture
def sqlite_url(migrated_sqlite_file: Path, tmp_path: Path) -> str:
    path = tmp_path / "chartroom.sqlite"
    shutil.copyfile(migrated_sqlite_file, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def migrated_postgres_url(migrated_postgres_database: str, postgres_server: PostgresServer) -> Iterator[str]:
    url = postgres_server.create_database(template=migrated_postgres_database.rpartition("/")[2])
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of either kind; tests that take it run on both."""
    name = "sqlite_url" if request.param == "sqlite" else "migrated_postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = Store(database_url)
    yield opened
    await opened.close()
