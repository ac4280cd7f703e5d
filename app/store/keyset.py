"""Pages by keyset: the next page begins after a row's own values, so it stays stable while syncs write."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, and_, bindparam, literal, or_, tuple_
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.driver_rows import DriverRows
from app.store.joined_rows import Along, JoinedRows
from app.store.shown_rows import Reader, ShownRows

T = TypeVar("T")
S = TypeVar("S", bound=SQLModel)


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
        given = tuple_(
            *(
                key if isinstance(key, BindParameter) else literal(key, order.column.type)
                for order, key in zip(orders, keys, strict=True)
            )
        )
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
    rows = list((await session.exec(_sorted(query, orders).limit(first + 1))).all())
    return Page(rows[:first], len(rows) > first)


class ShownPages(Generic[S]):
    """The same for one list of rows that are shown and not changed. To make a statement takes as long as to run it:
    where a list is always the same, one of these is kept and makes its statements once."""

    def __init__(self, shown: ShownRows[S], query: Select[Any], orders: Sequence[Order]) -> None:
        """`query` is made of `shown.statement`."""
        self._shown = shown
        self._asked = _Asked(query, orders)

    async def page(self, reader: Reader, first: int, after: Sequence[Any] | None) -> Page[S]:
        rows = await self._shown.read(reader, *self._asked.of(first, after))
        return Page(rows[:first], len(rows) > first)


class JoinedPages(Generic[S]):
    """The same with what belongs to the rows."""

    def __init__(self, joined: JoinedRows[S], query: Select[Any], orders: Sequence[Order]) -> None:
        """`query` is made of `joined.statement`."""
        self._joined = joined
        self._asked = _Asked(query, orders)

    async def page(self, reader: DriverRows, first: int, after: Sequence[Any] | None) -> tuple[Page[S], Along]:
        found = await self._joined.read(reader, *self._asked.of(first, after))
        return Page(found.rows[:first], len(found.rows) > first), found.along


class _Asked:
    """The statements of a list: of its beginning, and of what is behind a row."""

    def __init__(self, query: Select[Any], orders: Sequence[Order]) -> None:
        self._query = query
        self._orders = orders

    def of(self, first: int, after: Sequence[Any] | None) -> tuple[Select[Any], dict[str, Any]]:
        """The statement and its values, for `first` rows and one more."""
        if after is None:
            return self._beginning, {"rows": first + 1}
        return self._behind, {"rows": first + 1, **{f"key_{place}": key for place, key in enumerate(after)}}

    @cached_property
    def _beginning(self) -> Select[Any]:
        return self._limited(self._query)

    @cached_property
    def _behind(self) -> Select[Any]:
        keys = [
            bindparam(f"key_{place}", type_=order.column.type, required=False)
            for place, order in enumerate(self._orders)
        ]
        return self._limited(self._query.where(after_keys(self._orders, keys)))

    def _limited(self, query: Select[Any]) -> Select[Any]:
        limited: Select[Any] = _sorted(query, self._orders).limit(bindparam("rows", type_=Integer, required=False))
        return limited


def _sorted(query: Any, orders: Sequence[Order]) -> Any:
    return query.order_by(*(order.column.desc() if order.descending else order.column.asc() for order in orders))
