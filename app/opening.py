"""Opens the store for a command, and sees to it that it can be worked with: its shape, its queue, its keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.domain.errors import ChartroomError
from app.jobs import queue
from app.services.keeping_keys import check_keys
from app.settings import Settings
from app.store import migrating
from app.store.sealing import Key, Sealer, parse_keys, read_key_file
from app.store.session import Store


@asynccontextmanager
async def opened_store(settings: Settings) -> AsyncIterator[Store]:
    store = Store(settings.database)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def migrated_store(settings: Settings) -> AsyncIterator[Store]:
    """Raises ChartroomError where the tables are not those of this version."""
    async with opened_store(settings) as store:
        await check_shape(store)
        yield store


async def check_shape(store: Store) -> None:
    """Raises ChartroomError where the tables are not those of this version."""
    if await migrating.current_revision(store) != migrating.head_revision():
        raise ChartroomError("The database is not of this version's shape. Run: chartroom migrate")


async def bring_up_to_date(settings: Settings, store: Store) -> None:
    await migrating.migrate(store)
    await queue.install(settings.database)


def read_keys(settings: Settings) -> list[Key]:
    """The keys of the setting, else those of the key file. Raises KeyMissing."""
    if settings.keys is not None:
        return parse_keys(settings.keys.get_secret_value(), "CHARTROOM_KEYS")
    return read_key_file(settings.key_path)


async def sealer_for(settings: Settings, store: Store) -> Sealer:
    """Raises KeyMissing where something is stored that no key at hand opens."""
    sealer = Sealer(lambda: read_keys(settings))
    await check_keys(store, sealer)
    return sealer
