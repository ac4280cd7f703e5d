"""The long texts of charts' content: only those that are asked for, and not before it is known how long they are."""

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Text, cast, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.entities import ChartContent


class LongText(StrEnum):
    """By the column it is kept in."""

    CHART_YAML = "chart_yaml"
    README_MARKDOWN = "readme_markdown"
    VALUES = "values_yaml"
    VALUES_SCHEMA = "values_schema"
    NOTES = "notes"
    FILES = "files"
    CHANGES = "changes"


def _column(text: LongText) -> Any:
    return col(getattr(ChartContent, text.value))


async def count_bytes(session: AsyncSession, archive_digests: Collection[str], texts: Collection[LongText]) -> int:
    """Of these texts in all of these archives together."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"

    def length(text: LongText) -> ColumnElement[Any]:
        # SQLite counts bytes of what is no text only; what PostgreSQL keeps as JSON has no length before it is written.
        counted = func.length(cast(_column(text), LargeBinary)) if is_sqlite else _written_bytes(text)
        return func.coalesce(func.sum(counted), 0)

    query = select(*map(length, texts)).where(col(ChartContent.archive_digest).in_(archive_digests))
    lengths: Any = (await session.exec(query)).one()
    return int(sum(lengths) if len(texts) > 1 else lengths)


def _written_bytes(text: LongText) -> ColumnElement[Any]:
    return func.octet_length(cast(_column(text), Text))


async def find(
    session: AsyncSession, archive_digests: Collection[str], texts: Collection[LongText]
) -> dict[tuple[str, LongText], Any]:
    """By archive digest and text; none for digests that are not stored."""
    ordered = list(texts)
    query: Any = select(ChartContent.archive_digest, *map(_column, ordered)).where(
        col(ChartContent.archive_digest).in_(archive_digests)
    )
    rows = (await session.exec(query)).all()
    return {(row[0], text): value for row in rows for text, value in zip(ordered, row[1:], strict=True)}
