"""Keys change while credentials stay readable, and none is overwritten on the way."""

import asyncio

import pytest

from app.domain.errors import KeyMissing
from app.services.addressing import Addressing
from app.services.keeping_keys import RESEALED_AT_ONCE, check_keys, reseal
from app.store import registries
from app.store.sealing import Key, Sealer
from app.store.session import Store
from tests.store.rows import add_registry

OLD, NEW = bytes(32), bytes(range(32))


def sealer(*materials: bytes) -> Sealer:
    return Sealer(lambda: [Key(material) for material in materials])


async def add_credential(store: Store, registry_id: int, password: str, key: bytes = OLD) -> None:
    key_id, ciphertext = sealer(key).seal({"password": password}, registry_id)
    async with store.writing() as session:
        await registries.seal_credential(session, registry_id, key_id, ciphertext)


async def password_of(store: Store, registry_id: int, key: bytes = NEW) -> str:
    async with store.reading() as session:
        row = await registries.find_credential(session, registry_id)
    assert row is not None
    return sealer(key).open(row.key_id, row.ciphertext, registry_id)["password"]


async def test_every_credential_is_under_the_newest_key_once_resealed(store: Store) -> None:
    ids = [await add_registry(store, f"registry {number}") for number in range(RESEALED_AT_ONCE + 3)]
    for registry_id in ids:
        await add_credential(store, registry_id, f"secret {registry_id}")
    assert await reseal(store, sealer(NEW, OLD)) == len(ids)
    assert [await password_of(store, registry_id) for registry_id in ids] == [f"secret {number}" for number in ids]
    assert await reseal(store, sealer(NEW)) == 0


async def test_addresses_of_webhooks_stay_when_keys_are_rotated(store: Store) -> None:
    registry_id = await add_registry(store)
    before = await Addressing(store, sealer(OLD), "http://chartroom").urls([registry_id])
    assert await reseal(store, sealer(NEW, OLD)) == 1
    assert await Addressing(store, sealer(NEW), "http://chartroom").urls([registry_id]) == before
    await check_keys(store, sealer(NEW))
    with pytest.raises(KeyMissing, match=Key(NEW).id):
        await check_keys(store, sealer(OLD))


async def test_keys_at_hand_are_checked_against_what_is_stored(store: Store) -> None:
    await check_keys(store, sealer(NEW))
    await add_credential(store, await add_registry(store), "secret")
    await check_keys(store, sealer(NEW, OLD))
    with pytest.raises(KeyMissing, match=Key(OLD).id):
        await check_keys(store, sealer(NEW))


async def test_nothing_is_resealed_when_one_credential_cannot_be_opened(store: Store) -> None:
    good, bad = await add_registry(store, "good"), await add_registry(store, "bad")
    await add_credential(store, good, "secret")
    async with store.writing() as session:
        await registries.seal_credential(session, bad, Key(OLD).id, b"nonsense")
    with pytest.raises(KeyMissing, match=f"registry {bad} "):
        await reseal(store, sealer(NEW, OLD))
    assert await password_of(store, good, OLD) == "secret"


async def test_credential_that_is_entered_meanwhile_is_not_overwritten(migrated_postgres_url: str) -> None:
    store = Store(migrated_postgres_url)
    registry_id = await add_registry(store)
    await add_credential(store, registry_id, "before")
    key_id, ciphertext = sealer(NEW).seal({"password": "entered meanwhile"}, registry_id)
    async with store.writing() as session:
        await registries.seal_credential(session, registry_id, key_id, ciphertext)
        await session.flush()
        resealing = asyncio.create_task(reseal(store, sealer(NEW, OLD)))
        await asyncio.wait({resealing}, timeout=0.5)
    await resealing
    assert await password_of(store, registry_id) == "entered meanwhile"
    await store.close()
