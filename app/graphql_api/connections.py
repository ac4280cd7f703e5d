"""Pages as GraphQL has them: edges, nodes, pageInfo, totalCount. Source: the Relay connection specification."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import UnionType
from typing import Annotated, Any, Generic, Self, TypeVar

import strawberry

from app.graphql_api.nodes import computed
from app.graphql_api.paging import PageInfo, decode_cursor, encode_cursor, link_edges, page_size
from app.services.listing import Span
from app.store.keyset import Page

T = TypeVar("T")
Row = TypeVar("Row")

First = Annotated[int | None, strawberry.argument(description="How many at most: 1 to 100.")]
After = Annotated[str | None, strawberry.argument(description="The cursor behind which the page begins.")]
Count = Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class CursorKind:
    """How the cursors of one list are written: its name, and the types of the row's keys."""

    name: str
    types: tuple[type | UnionType, ...]

    def write(self, *keys: str | int | datetime) -> str:
        return encode_cursor(self.name, *keys)

    def span(self, first: int | None, after: str | None, default: int = 20) -> Span:
        """Raises BadPageSize, BadCursor."""
        keys = decode_cursor(self.name, after, *self.types) if after else None
        return Span(page_size(first, default), keys)


BY_NAME = (str, int)
BY_ID = (int,)


@strawberry.type(description="One row of a page.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Where this row stands; `after` takes it.")
    node: T = strawberry.field(description="The row itself.")


@strawberry.type(description="A page.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The rows with their cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    count: strawberry.Private[Count]

    @computed("The rows alone.")
    def nodes(self) -> list[T]:
        return [edge.node for edge in self.edges]

    @computed("How many rows there are on all pages; counted only when asked.")
    async def total_count(self) -> int:
        return await self.count()

    @classmethod
    def of(
        cls,
        page: Page[Row] | None,
        cursor_of: Callable[[Row], str],
        node_of: Callable[[Row], T],
        after: str | None,
        count: Count,
    ) -> Self:
        edges, info = edges_of(page, cursor_of, node_of, after)
        return cls(edges=edges, page_info=info, count=count)


def edges_of(
    page: Page[Row] | None, cursor_of: Callable[[Row], str], node_of: Callable[[Row], T], after: str | None
) -> tuple[list[Edge[T]], PageInfo]:
    """No page is an empty one."""
    rows: Sequence[Row] = page.rows if page else ()

    def edge_of(row: Row, cursor: str) -> Edge[T]:
        return Edge(cursor=cursor, node=node_of(row))

    return link_edges(rows, cursor_of, edge_of, has_next=bool(page and page.has_next), after=after)


def name_cursor(kind: CursorKind) -> Callable[[Any], str]:
    """Cursors of lists that are sorted by name."""
    return lambda row: kind.write(row.name, row.id)


def id_cursor(kind: CursorKind) -> Callable[[Any], str]:
    """Cursors of lists that are sorted by id."""
    return lambda row: kind.write(row.id)
