"""The revision moves with every commit, whoever makes it, and is unknown where that could not be heard."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from app.store import migrating, registries
from app.store.revision import SqliteRevision
from app.store.session import Store, execute
from tests.real.postgres import OwnPostgresServer
from tests.store.rows import a_registry, add_registry

SAFETY_SECONDS = 30  # a net against a hang


async def known(store: Store) -> Hashable:
    """The revision, once it is known."""
    async with asyncio.timeout(SAFETY_SECONDS):
        while (revision := store.revision.current()) is None:
            await asyncio.sleep(0.01)
    return revision


async def unknown(store: Store) -> None:
    async with asyncio.timeout(SAFETY_SECONDS):
        while store.revision.current() is not None:
            await asyncio.sleep(0.01)


async def moved_from(store: Store, revision: Hashable) -> Hashable:
    async with asyncio.timeout(SAFETY_SECONDS):
        while (now := await known(store)) == revision:
            await asyncio.sleep(0.01)
    return now


@pytest.fixture
async def watched(store: Store) -> AsyncIterator[Store]:
    """A store whose revision is known."""
    await store.revision.start()
    await known(store)
    yield store


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Store]:
    """What another process has of the same database."""
    store = Store(database_url)
    yield store
    await store.close()


async def test_revision_has_moved_when_a_unit_of_work_ends(watched: Store) -> None:
    seen = {await known(watched)}
    for number in range(5):
        await add_registry(watched, f"acme-{number}")
        seen.add(watched.revision.current())
    assert len(seen) == 6 and None not in seen


async def test_revision_moves_by_the_commit_of_another_process(watched: Store, other: Store) -> None:
    before = await known(watched)
    await add_registry(other)
    if watched.is_sqlite:
        assert watched.revision.current() != before
    await moved_from(watched, before)


async def test_revision_stays_when_nothing_is_committed(watched: Store, other: Store) -> None:
    await add_registry(other)
    before = await moved_from(watched, None)
    await asyncio.sleep(0.1)  # what is still on its way
    before = watched.revision.current()
    for store in (watched, other):
        async with store.reading() as session:
            await registries.page(session, 10, None)
    with pytest.raises(RuntimeError):
        async with other.writing() as session:
            session.add(a_registry("never"))
            await session.flush()
            raise RuntimeError
    assert watched.revision.current() == before


async def test_revision_moves_by_a_migration(watched: Store, other: Store) -> None:
    before = await known(watched)
    await migrating.migrate(other)
    if not watched.is_sqlite:  # where nothing was changed, SQLite knows
        await moved_from(watched, before)


async def test_revision_is_moved_by_rows_written_by_hand(sqlite_url: str) -> None:
    store, by_hand = Store(sqlite_url), Store(sqlite_url)
    before = store.revision.current()
    async with by_hand.engine.connect() as connection:
        await connection.execute(text("UPDATE sync SET attempt = 1"))
        await connection.commit()
    async with by_hand.reading() as session:
        await execute(session, text("SELECT 1"))
    assert store.revision.current() == before  # no row was changed
    await add_registry(by_hand)
    assert store.revision.current() != before
    await store.close()
    await by_hand.close()


async def test_revision_is_unknown_where_no_other_connection_sees_the_database(tmp_path: Path) -> None:
    for url in ("sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:", f"sqlite+aiosqlite:///{tmp_path / 'none'}"):
        assert SqliteRevision(url).current() is None
    assert list(tmp_path.iterdir()) == []


async def test_revision_is_another_one_when_the_file_was_opened_again(sqlite_url: str) -> None:
    revision = SqliteRevision(sqlite_url)
    first = revision.current()
    await revision.close()
    assert first is not None and revision.current() != first
    await revision.close()


async def test_revision_is_unknown_until_somebody_listens(migrated_postgres_url: str) -> None:
    store = Store(migrated_postgres_url)
    assert store.revision.current() is None
    await store.revision.start()
    await known(store)
    await store.close()
    assert store.revision.current() is None


async def test_revision_is_unknown_from_a_lost_connection_on_and_another_one_after(
    own_postgres_server: OwnPostgresServer,
) -> None:
    url = own_postgres_server.create_database()
    store = Store(url)
    await store.revision.start()
    before = await known(store)
    own_postgres_server.stop()
    await unknown(store)
    own_postgres_server.start()
    assert await moved_from(store, before) != before
    await store.close()
    own_postgres_server.drop_database(url)


class Tunnel:
    """To a server, until it swallows everything: nothing is refused, and nothing comes through."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open = asyncio.Event()
        self._open.set()

    def swallow(self) -> None:
        self._open.clear()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        their_reader, their_writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            await asyncio.gather(self._pass_on(reader, their_writer), self._pass_on(their_reader, writer))
        finally:
            their_writer.close()
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            await self._open.wait()
            writer.write(data)
        writer.close()


async def test_revision_is_unknown_while_the_database_does_not_answer(migrated_postgres_url: str) -> None:
    url = make_url(migrated_postgres_url)
    assert url.port is not None
    tunnel = Tunnel(url.port)
    server = await asyncio.start_server(tunnel, "127.0.0.1", 0)
    through = url.set(port=server.sockets[0].getsockname()[1])
    store = Store(through.render_as_string(hide_password=False))
    await store.revision.start()
    await known(store)
    tunnel.swallow()
    await unknown(store)
    await store.close()
    server.close()


async def test_own_commits_are_told_to_others_alone(migrated_postgres_url: str) -> None:
    store = Store(migrated_postgres_url)
    heard: asyncio.Queue[object] = asyncio.Queue()
    listener = await asyncpg.connect(migrated_postgres_url.replace("+asyncpg", ""))
    await listener.add_listener("chartroom_revision", lambda *told: heard.put_nowait(told[3]))
    await store.revision.start()
    before = await known(store)
    await add_registry(store)
    async with asyncio.timeout(SAFETY_SECONDS):
        await heard.get()
        await asyncio.sleep(0.1)
    assert isinstance(before, int) and store.revision.current() == before + 1
    await listener.close()
    await store.close()
