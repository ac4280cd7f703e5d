"""Columns mean the same on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError
from sqlmodel import col, select

from app.domain.faults import Fault, FaultCode
from app.store import registries, syncs
from app.store.entities import Registry, Sync
from app.store.session import Store
from tests.store.rows import NOW, a_registry, add_registry, add_sync


async def kept(store: Store, registry_id: int) -> Registry:
    async with store.reading() as session:
        found = await registries.find(session, registry_id)
    assert found is not None
    return found


async def test_instant_comes_back_in_utc_to_the_microsecond_whatever_its_zone_was(store: Store) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    found = await kept(store, await add_registry(store, created_at=elsewhere))
    assert found.created_at == NOW
    assert found.created_at.tzinfo is UTC


async def test_instant_is_refused_when_it_has_no_zone(store: Store) -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        await add_registry(store, created_at=datetime(2026, 1, 1))


async def test_instants_compare_as_instants_whatever_the_zone_one_asks_in(store: Store) -> None:
    await add_registry(store, next_sync_at=NOW)
    early = (NOW - timedelta(microseconds=1)).astimezone(timezone(timedelta(hours=9)))
    async with store.reading() as session:
        assert await registries.due_for_sync(session, early) == []
        assert len(await registries.due_for_sync(session, NOW.astimezone(timezone(timedelta(hours=-9))))) == 1


async def test_json_comes_back_as_it_was_and_none_is_null(store: Store) -> None:
    found = await kept(store, await add_registry(store, sign_in={"role": "ä", "nested": [1, None]}))
    assert found.sign_in == {"role": "ä", "nested": [1, None]}
    sync_id = await add_sync(store, found.id, error=None)
    async with store.reading() as session:
        rows = (await session.exec(select(Sync.id).where(col(Sync.error).is_(None)))).all()
    assert rows == [sync_id]


async def test_number_of_64_bits_is_kept(store: Store) -> None:
    sync_id = await add_sync(store, await add_registry(store), bytes_pulled=2**40)
    async with store.reading() as session:
        found = await syncs.find(session, sync_id)
    assert found is not None
    assert found.bytes_pulled == 2**40


def test_value_outside_an_enumeration_is_refused_by_its_type() -> None:
    with pytest.raises(ValueError, match="SOMETHING"):
        Fault(FaultCode("SOMETHING"), "x", False)
    assert a_registry().provider.value == "OTHER"
