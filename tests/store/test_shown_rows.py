"""Rows to be shown hold what the entity holds, and can be neither changed nor written."""

import pytest
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm.exc import UnmappedInstanceError
from sqlmodel import col, select

from app.store.charts import LIGHT_CONTENTS, LONG_TEXTS
from app.store.entities import ApiToken, Chart, ChartContent, ChartVersion, Registry, Sync
from app.store.session import Store
from app.store.shown_rows import ShownRows
from tests.graphql_api.rows import add_chart, add_registry, add_sync


@pytest.fixture
async def filled(store: Store) -> Store:
    registry = await add_registry(store, sync_interval_seconds=60, sign_in={"a": [1, "ü"]})
    await add_chart(store, registry, tags=("1.0.0", "2.0.0-a"), deprecated=True, keywords=["x"], readme_markdown="# r")
    await add_sync(store, registry)
    return store


@pytest.mark.parametrize("entity", [Registry, Chart, ChartVersion, ChartContent, Sync, ApiToken])
async def test_row_that_is_shown_is_the_row(filled: Store, entity: type) -> None:
    shown = ShownRows(entity)
    async with filled.reading() as session:
        rows = await shown.read(session, shown.statement)
        kept = (await session.exec(select(entity))).all()
    assert len(rows) == len(kept)
    for row, same in zip(rows, kept, strict=True):
        assert type(row) is entity
        assert {name: getattr(row, name) for name in entity.model_fields} == same.model_dump()


async def test_row_that_is_shown_cannot_be_changed_or_written(filled: Store) -> None:
    shown = ShownRows(Chart)
    async with filled.reading() as session:
        (row,) = await shown.read(session, shown.statement.where(col(Chart.name) == "payments"))
        with pytest.raises(AttributeError):
            row.name = "another"
        with pytest.raises(SQLAlchemyError):
            session.add(row)
    assert row.name == "payments"


async def test_column_that_was_left_out_cannot_be_asked_for(filled: Store) -> None:
    async with filled.reading() as session:
        rows = await LIGHT_CONTENTS.read(session, LIGHT_CONTENTS.statement)
    assert [row.name for row in rows] == ["payments", "payments"]
    for text in LONG_TEXTS:
        with pytest.raises(UnmappedInstanceError):
            getattr(rows[0], text.key)  # type: ignore[attr-defined]
