"""What types over entities have in common: a global id, and plain fields copied from the row."""

from functools import cache
from typing import Any, TypeVar

import strawberry
from strawberry.types.base import get_object_definition

from app.graphql_api.paging import encode_id

T = TypeVar("T")


@strawberry.interface(description="Whatever has an id of its own.")
class Node:
    """`row` is the entity; nothing of it shows but what a type declares."""

    row: strawberry.Private[Any]

    @strawberry.field(description="Opaque; the same for as long as the thing exists.")
    def id(self) -> strawberry.ID:
        return encode_id(type(self).__name__, self.row.id)


def shown_as(kind: type[T], row: Any, **more: Any) -> T:
    """An object of a GraphQL type; its plain fields are read from `row`, except those in `more`.

    Plain attributes are what executes fastest: a resolver for each would cost several times as much.
    """
    plain = {name: getattr(row, name) for name in plain_names(kind) if name not in more}
    return kind(**plain, **more)


@cache
def plain_names(kind: type) -> tuple[str, ...]:
    """The declared fields of a type that have no resolver: its allow-list."""
    fields = get_object_definition(kind, strict=True).fields
    return tuple(field.python_name for field in fields if field.base_resolver is None)
