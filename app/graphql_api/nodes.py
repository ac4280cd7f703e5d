"""What types over entities have in common: a global id, and plain fields copied from the row."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import strawberry
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField

from app.graphql_api.compiled.ahead import AHEAD, ReadAhead
from app.graphql_api.compiled.rows import LINKED, READS, WRITTEN, FromRow, Linked
from app.graphql_api.paging import encode_id, id_writer

T = TypeVar("T")
Resolver = Callable[..., Any]


def computed(
    description: str,
    ahead: ReadAhead | None = None,
    *,
    reads: Sequence[str] | None = None,
    linked: Linked | None = None,
    written: tuple[str, Callable[[str], Callable[[Any], str]]] | None = None,
) -> Callable[[Resolver], StrawberryField]:
    """A field that is worked out where it is asked for; plain ones are read when the object is made.

    `ahead` reads for many objects what the resolver of each will ask of loaders; it may wait for nothing else. `reads`
    are the columns of the row that the resolver reads, where those are not all; `linked` is the row it shows, which may
    have come along with its own. `written` is the only column that a text is made of, and what makes the function that
    does so, by the GraphQL type: for resolvers that are asked a hundred times a page.
    """
    given = {AHEAD: ahead, READS: None if reads is None else tuple(reads), LINKED: linked, WRITTEN: written}
    metadata = {name: value for name, value in given.items() if value is not None}

    def decorate(resolver: Resolver) -> StrawberryField:
        return strawberry.field(resolver, description=description, metadata=metadata)

    return decorate


@strawberry.interface(description="Whatever has an id of its own.")
class Node:
    """`row` is the entity; nothing of it shows but what a type declares."""

    row: strawberry.Private[Any]

    @computed("Opaque; the same for as long as the thing exists.", reads=["id"], written=("id", id_writer))
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


def from_rows(kind: type, columns: Mapping[str, FromRow] | None = None) -> None:
    """Plain fields of the type are read from its `row` when they are asked for: by their names, or as `columns` say."""
    known = columns or {}
    for name in plain_names(kind):
        setattr(kind, name, known.get(name) or FromRow("row", name))


def object_of(kind: type[T], **attributes: Any) -> T:
    """An object of a type that is read from rows, with all it has of its own."""
    made: T = object.__new__(kind)
    made.__dict__ = attributes
    return made


@cache
def plain_names(kind: Any) -> tuple[str, ...]:
    """The declared fields of a type that have no resolver: its allow-list."""
    fields = get_object_definition(kind, strict=True).fields
    return tuple(field.python_name for field in fields if field.base_resolver is None)


def parts_of(kind: type, stored: dict[str, Any]) -> dict[str, Any]:
    """The plain fields of a type from an object of a JSON column; what it lacks is None."""
    return {name: stored.get(name) for name in plain_names(kind)}
