"""Rows written by the hundred are what they would be if each had been written as an entity."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.domain.faults import FaultCode
from app.domain.sync_events import EventKind
from app.store import syncs
from app.store.entities import SyncEvent
from app.store.many_rows import ManyRows
from app.store.remembered import FailedTagRow
from app.store.session import Store
from tests.store.rows import LATER, NOW, add_registry, add_repository, add_sync


async def failed(store: Store, **values: Any) -> dict[str, Any]:
    return {
        "repository_id": await add_repository(store, await add_registry(store)),
        "tag": "1.0.0",
        "digest": "sha256:1",
        "code": FaultCode.UNSUPPORTED_CHART,
        "message": "It says 'é', \"quotes\" and ?",
        "tries": 1,
        "next_try_at": NOW,
        "sync_id": 7,
        **values,
    }


async def write(store: Store, rows: ManyRows, *values: dict[str, Any]) -> None:
    def work(session: Session) -> None:
        rows.write(session, values)

    await store.write(work)


async def held(store: Store) -> list[dict[str, Any]]:
    async with store.reading() as session:
        rows = (await session.exec(select(FailedTagRow).order_by(col(FailedTagRow.tag)))).all()
    return [row.model_dump() for row in rows]


async def test_rows_come_back_as_they_were_given(store: Store) -> None:
    """Enums, instants and JSON are no forms of the drivers."""
    sync_id = await add_sync(store, await add_registry(store))
    first = {
        "sync_id": sync_id,
        "sequence": 1,
        "at": NOW,
        "kind": EventKind.FAULTED,
        "detail": {"fault": {"tag": 'é "?"'}},
        "progress": {},
    }
    second = {**first, "sequence": 2, "at": LATER, "kind": EventKind.FINISHED, "detail": {}}

    await write(store, ManyRows(SyncEvent), first, second)

    async with store.reading() as session:
        events = await syncs.events_after(session, sync_id, 0, 10)
    assert [event.model_dump() for event in events] == [first, second]


async def test_row_that_is_there_is_refused_left_or_replaced_as_it_was_said(store: Store) -> None:
    row = await failed(store)
    await write(store, ManyRows(FailedTagRow), row)
    other = {**row, "digest": "sha256:2", "next_try_at": LATER}

    with pytest.raises(IntegrityError):
        await write(store, ManyRows(FailedTagRow), other)
    keys = ["repository_id", "tag"]
    await write(store, ManyRows(FailedTagRow, keys=keys), other)
    assert await held(store) == [row]

    await write(store, ManyRows(FailedTagRow, keys=keys, keeping=["next_try_at"]), other, {**other, "tag": "2.0.0"})
    assert await held(store) == [{**row, "digest": "sha256:2"}, {**other, "tag": "2.0.0"}]


async def test_row_that_lacks_a_column_is_refused(store: Store) -> None:
    row = await failed(store)
    del row["message"]
    with pytest.raises(KeyError, match="message"):
        await write(store, ManyRows(FailedTagRow), row)
