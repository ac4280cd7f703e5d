"""Each registry has an address of its own, which nobody guesses, and which lasts until it is renewed."""

import asyncio

import pytest
from sqlmodel import select

from app.domain.errors import Invalid, KeyMissing, NotFound
from app.services.addressing import Addressing
from app.store.entities import AuditEntry
from app.store.sealing import Key, Sealer
from app.store.session import Store
from app.store.webhooks import SealedWebhook
from tests.store.rows import add_registry

PUBLIC_URL = "https://charts.acme.example/"


def addressing(store: Store, public_url: str | None = PUBLIC_URL) -> Addressing:
    return Addressing(store, Sealer(lambda: [Key(bytes(32))]), public_url)


def secret_of(url: str) -> str:
    return url.rpartition("/")[2]


async def test_address_is_the_same_each_time_and_admits_its_registry_alone(store: Store) -> None:
    one, two = await add_registry(store, "one"), await add_registry(store, "two")
    first = await addressing(store).urls([one, two])
    again = await addressing(store).urls([two, one])
    assert first == again
    assert first[one].startswith(f"https://charts.acme.example/webhooks/{one}/")
    secret = secret_of(first[one])
    assert len(secret) >= 43
    assert await addressing(store).admits(one, secret)
    assert not await addressing(store).admits(two, secret)


@pytest.mark.parametrize("secret", ["", "wrong", "ümlaut", "a" * 10_000])
async def test_wrong_secret_is_not_admitted(store: Store, secret: str) -> None:
    registry_id = await add_registry(store)
    unasked = await add_registry(store, "nobody asked for its address")
    await addressing(store).urls([registry_id])
    for target in (registry_id, unasked, 4711):
        assert not await addressing(store).admits(target, secret)


async def test_all_get_one_address_when_they_ask_for_the_first_time_at_once(store: Store) -> None:
    registry_id = await add_registry(store)
    answers = await asyncio.gather(*(addressing(store).urls([registry_id]) for _ in range(8)))
    assert len({answer[registry_id] for answer in answers}) == 1


async def test_unknown_registries_have_no_address(store: Store) -> None:
    assert await addressing(store).urls([4711]) == {}


async def test_no_address_is_given_out_when_chartroom_does_not_know_its_own(store: Store) -> None:
    registry_id = await add_registry(store)
    assert await addressing(store, None).urls([registry_id]) == {}
    with pytest.raises(Invalid, match="CHARTROOM_PUBLIC_URL"):
        await addressing(store, None).renew(registry_id, "alice")


async def test_renewed_address_takes_the_place_of_the_one_before(store: Store) -> None:
    registry_id = await add_registry(store)
    before = (await addressing(store).urls([registry_id]))[registry_id]
    after = await addressing(store).renew(registry_id, "alice")
    assert await addressing(store).urls([registry_id]) == {registry_id: after}
    assert not await addressing(store).admits(registry_id, secret_of(before))
    assert await addressing(store).admits(registry_id, secret_of(after))
    async with store.reading() as session:
        (entry,) = (await session.exec(select(AuditEntry))).all()
    assert (entry.actor, entry.action, entry.subject, entry.detail) == ("alice", "webhook.renew", "acme", {})
    with pytest.raises(NotFound):
        await addressing(store).renew(4711, "alice")


async def test_secret_is_stored_sealed_and_opens_in_no_other_row(store: Store) -> None:
    one, two = await add_registry(store, "one"), await add_registry(store, "two")
    url = (await addressing(store).urls([one, two]))[one]
    async with store.writing() as session:
        row, other = await session.get_one(SealedWebhook, one), await session.get_one(SealedWebhook, two)
        assert secret_of(url).encode() not in row.ciphertext
        other.ciphertext = row.ciphertext
        session.add(other)
    with pytest.raises(KeyMissing, match=f"webhook of registry {two}"):
        await addressing(store).admits(two, secret_of(url))
