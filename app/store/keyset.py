"""Pages by keyset: the next page begins after a row's own values, so it stays stable while syncs write."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, and_, literal, or_, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows in order, and whether there are more behind the last."""

    rows: list[T]
    has_next: bool


@dataclass(frozen=True, slots=True)
class Order:
    """A column to order by; the last one of a keyset must be unique."""

    column: Any
    descending: bool = False


def after_keys(orders: Sequence[Order], keys: Sequence[Any]) -> ColumnElement[bool]:
    """True for the rows that come after the row with these values: (a, b) > (x, y), each column in its direction."""
    directions = {order.descending for order in orders}
    if len(directions) == 1:
        # A comparison of rows is one range of an index; alternatives with OR are sorted anew for each page.
        row = tuple_(*(order.column for order in orders))
        given = tuple_(*(literal(key, order.column.type) for order, key in zip(orders, keys, strict=True)))
        return row < given if directions.pop() else row > given
    alternatives: list[ColumnElement[bool]] = []
    for position, order in enumerate(orders):
        same = [earlier.column == key for earlier, key in zip(orders[:position], keys, strict=False)]
        beyond = order.column < keys[position] if order.descending else order.column > keys[position]
        alternatives.append(and_(*same, beyond))
    return or_(*alternatives)


async def fetch_page(
    session: AsyncSession,
    query: Any,
    orders: Sequence[Order],
    first: int,
    after: Sequence[Any] | None,
) -> Page[Any]:
    """One statement: `first` rows behind `after`, and one more to see whether there is more."""
    if after is not None:
        query = query.where(after_keys(orders, after))
    query = query.order_by(*(order.column.desc() if order.descending else order.column.asc() for order in orders))
    rows = list((await session.exec(query.limit(first + 1))).all())
    return Page(rows[:first], len(rows) > first)
