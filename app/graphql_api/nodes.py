"""What types over entities have in common: a global id, and plain fields copied from the row."""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import strawberry
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField

from app.graphql_api.compiled.ahead import AHEAD, ReadAhead
from app.graphql_api.paging import encode_id

T = TypeVar("T")
Resolver = Callable[..., Any]


def computed(description: str, ahead: ReadAhead | None = None) -> Callable[[Resolver], StrawberryField]:
    """A field that is worked out where it is asked for; plain ones are read when the object is made.

    `ahead` reads for many objects what the resolver of each will ask of loaders; it may wait for nothing else.
    """
    metadata = {} if ahead is None else {AHEAD: ahead}

    def decorate(resolver: Resolver) -> StrawberryField:
        return strawberry.field(resolver, description=description, metadata=metadata)

    return decorate


@strawberry.interface(description="Whatever has an id of its own.")
class Node:
    """`row` is the entity; nothing of it shows but what a type declares."""

    row: strawberry.Private[Any]

    @computed("Opaque; the same for as long as the thing exists.")
    def id(self) -> strawberry.ID:
        return encode_id(type(self).__name__, self.row.id)


def shown_as(kind: type[T], source: Any, **more: Any) -> T:
    """An object of a GraphQL type; its plain fields are read from `source`, except those in `more`.

    Plain attributes are what executes fastest: a resolver for each would cost several times as much.
    """
    # What an entity has loaded stands in its `__dict__`: several times as fast to read there as by SQLAlchemy's
    # descriptors, and a page reads hundreds of them.
    loaded = getattr(source, "__dict__", {})
    for name in plain_names(kind):  # type: ignore[arg-type] # a class is hashable, which mypy does not see
        if name not in more:
            more[name] = loaded[name] if name in loaded else getattr(source, name)
    return kind(**more)


@cache
def plain_names(kind: Any) -> tuple[str, ...]:
    """The declared fields of a type that have no resolver: its allow-list."""
    fields = get_object_definition(kind, strict=True).fields
    return tuple(field.python_name for field in fields if field.base_resolver is None)


def parts_of(kind: type, stored: dict[str, Any]) -> dict[str, Any]:
    """The plain fields of a type from an object of a JSON column; what it lacks is None."""
    return {name: stored.get(name) for name in plain_names(kind)}
