"""Entities as their rows are, made outside of any session: to be shown, not to be changed.

A session keeps track of each entity it gives out. Pages need none of that, and without it cost a third.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, inspect, select
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.driver_rows import DriverRows

E = TypeVar("E", bound=SQLModel)
Reader = AsyncSession | DriverRows
"""A session has one view of the rows for all that is read; by the driver each statement has its own."""


class ShownRows(Generic[E]):
    """Reads rows of one entity. Nothing can be set in what it makes, no session takes it, and asking it for a column
    that was left out raises UnmappedInstanceError."""

    def __init__(self, entity: type[E], without: Collection[Any] = ()) -> None:
        left_out = {attribute.key for attribute in without}
        columns = {
            attribute.key: attribute.columns[0]
            for attribute in inspect(entity).column_attrs
            if attribute.key not in left_out
        }
        self.entity = entity
        self.columns = columns
        """By name."""
        self.statement: Select[Any] = select(*columns.values())
        """Of all rows; conditions and order are added to it."""

    async def read(self, reader: Reader, statement: Select[Any], values: Mapping[str, Any] | None = None) -> list[E]:
        """`statement` is made of the one above."""
        if isinstance(reader, AsyncSession):
            connection = await reader.connection()
            return [self.made_of(row) for row in (await connection.execute(statement, values)).all()]
        prepared = reader.prepared(statement)
        rows = await reader.fetch(prepared, values or {})
        return [self.made_of(prepared.read(row)) for row in rows]

    def made_of(self, row: Collection[Any]) -> E:
        """`row` begins with the columns of the statement above, in their order."""
        return shown_entity(self.entity, zip(self.columns, row, strict=False))


def shown_entity(kind: type[E], columns: Iterable[tuple[str, Any]]) -> E:
    """One that holds these columns and nothing else."""
    # Past pydantic, which would prepare what only entities need that are changed: half of what making one takes.
    entity: E = object.__new__(kind)
    object.__setattr__(entity, "__dict__", dict(columns))
    return entity
