"""Entities as their rows are, made outside of any session: to be shown, not to be changed.

A session keeps track of each entity it gives out. Pages need none of that, and without it cost a third.
"""

from collections.abc import Collection, Mapping
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

E = TypeVar("E", bound=SQLModel)
Reader = AsyncSession | AsyncConnection
"""Whatever gives a consistent view of the rows."""


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
        self._entity = entity
        self._names = tuple(columns)
        self._columns = tuple(columns.values())
        self.statement: Select[Any] = select(*self._columns)
        """Of all rows; conditions and order are added to it."""

    async def read(self, reader: Reader, statement: Select[Any], values: Mapping[str, Any] | None = None) -> list[E]:
        """`statement` is made of the one above."""
        connection = reader if isinstance(reader, AsyncConnection) else await reader.connection()
        return [self.made_of(row) for row in (await connection.execute(statement, values)).all()]

    def made_of(self, row: Collection[Any]) -> E:
        """`row` begins with the columns of the statement above, in their order."""
        entity: E = self._entity.__new__(self._entity)
        entity.__dict__.update(zip(self._names, row, strict=False))
        return entity
