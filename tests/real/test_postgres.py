"""Each test has a database of its own, and the server that is ours can be taken away."""

import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.real.postgres import OwnPostgresServer, PostgresServer


async def _run(url: str, *statements: str) -> list[object]:
    """The first column of the last statement's rows."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            for statement in statements:
                result = await connection.execute(text(statement))
            return list(result.scalars()) if result.returns_rows else []
    finally:
        await engine.dispose()


async def test_database_is_fresh_and_empty_whatever_another_test_left(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    other_url = postgres_server.create_database()
    await _run(other_url, "CREATE TABLE left_over (id int)")
    postgres_server.drop_database(other_url)

    assert make_url(postgres_url).drivername == "postgresql+asyncpg"
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    assert await _run(postgres_url, tables) == []
    assert await _run(postgres_url, "SHOW server_encoding") == ["UTF8"]


async def test_tables_come_along_when_a_template_is_named(postgres_server: PostgresServer, postgres_url: str) -> None:
    await _run(postgres_url, "CREATE TABLE kept (id int)", "INSERT INTO kept VALUES (7)")
    copy_url = postgres_server.create_database(template=str(make_url(postgres_url).database))
    try:
        assert await _run(copy_url, "SELECT id FROM kept") == [7]
    finally:
        postgres_server.drop_database(copy_url)


async def test_database_is_dropped_although_a_connection_is_open(postgres_server: PostgresServer) -> None:
    url = postgres_server.create_database()
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        postgres_server.drop_database(url)
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
            await connection.execute("SELECT 1")
    finally:
        await connection.close()


async def test_rows_are_there_when_server_was_stopped_and_started_again(
    own_postgres_server: OwnPostgresServer,
) -> None:
    url = own_postgres_server.create_database()
    await _run(url, "CREATE TABLE kept (id int)", "INSERT INTO kept VALUES (7)")
    own_postgres_server.stop()
    try:
        with pytest.raises(OSError):
            await _run(url, "SELECT 1")
    finally:
        own_postgres_server.start()
    assert await _run(url, "SELECT id FROM kept") == [7]
    own_postgres_server.drop_database(url)
