"""A small schema with everything the door has to deal with, and none of Chartroom's own types."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import strawberry

from app.domain.errors import NotFound
from app.domain.roles import Role
from app.graphql_api.door_schema import DoorSchema
from app.graphql_api.paging import PageInfo, page_size
from app.graphql_api.permissions import (
    admin_field,
    manage_field,
    manage_subscription,
    principal_of,
    read_field,
    read_subscription,
)
from app.graphql_api.scalars import JSON, Digest
from app.services.authorising import Caller

READER = Caller("ann", Role.READER, 1)
MANAGER = Caller("mia", Role.MANAGER, 2)
ADMIN = Caller("abe", Role.ADMIN, 3)
INSTANT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@dataclass
class ToyContext:
    principal: Caller | None
    seen: list[str] = field(default_factory=list)


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Book(Named):
    @strawberry.field
    def shelf(self) -> "Shelf":
        return Shelf(name="s")

    @strawberry.field
    def related(self, first: int = 20) -> "BookConnection":
        return BookConnection.of(page_size(first))

    @strawberry.field
    def tags(self) -> list[str]:
        return ["a"]

    @manage_field
    def price(self) -> int | None:
        return 5


@strawberry.type
class Shelf(Named):
    @strawberry.field
    def books(self) -> list[Book]:
        return [Book(name="b")]


@strawberry.type
class BookEdge:
    cursor: str
    node: Book


@strawberry.type
class BookConnection:
    nodes: list[Book]
    edges: list[BookEdge]
    page_info: PageInfo

    @classmethod
    def of(cls, size: int) -> "BookConnection":
        books = [Book(name=f"b{number}") for number in range(size)]
        edges = [BookEdge(cursor=book.name, node=book) for book in books]
        info = PageInfo(has_next_page=False, has_previous_page=False, start_cursor=None, end_cursor=None)
        return cls(nodes=books, edges=edges, page_info=info)


@strawberry.type
class Query:
    @read_field
    def hello(self) -> str:
        return "world"

    @read_field
    def echo(self, at: datetime | None = None, digest: Digest | None = None, text: str = "") -> JSON:
        return JSON({"at": str(at), "digest": digest, "text": text})

    @read_field
    def now(self) -> datetime:
        return INSTANT

    @read_field
    def naive(self) -> datetime | None:
        return datetime(2026, 11, 23)

    @read_field
    def big(self) -> JSON:
        return JSON({"n": 2**70, "s": "\ud800"})

    @read_field
    def books(self, first: int = 20) -> BookConnection:
        return BookConnection.of(page_size(first))

    @read_field
    async def named(self, ids: list[strawberry.ID]) -> list[Named]:
        return [Book(name=identity) for identity in ids]

    @read_field
    def who(self, info: strawberry.Info) -> str:
        info.context.seen.append("who")
        return f"{principal_of(info).name} {len(info.context.seen)}"

    @read_field
    def broken(self, password: str = "") -> str | None:
        raise RuntimeError("the secret inside")

    @read_field
    def missing(self) -> str | None:
        raise NotFound("There is no such book.", "id")

    @admin_field
    async def secrets(self) -> str | None:
        return "all"


@strawberry.type
class Mutation:
    @manage_field
    def rename(self, name: str) -> str:
        return name


@strawberry.type
class Subscription:
    @read_subscription
    async def count(self, to: int = 3) -> AsyncIterator[int]:
        for number in range(to):
            yield number

    @read_subscription
    async def forever(self) -> AsyncIterator[int]:
        yield 0
        await asyncio.Event().wait()

    @read_subscription
    async def breaks(self) -> AsyncIterator[int]:
        yield 0
        raise RuntimeError("the secret inside")

    @read_subscription
    async def books(self, first: int = 20) -> AsyncIterator[BookConnection]:
        yield BookConnection.of(page_size(first))

    @manage_subscription
    async def news(self) -> AsyncIterator[str]:
        yield "new"


def toy_schema(**options: Any) -> DoorSchema:
    return DoorSchema(Query, Mutation, Subscription, types=[Book, Shelf], **options)
