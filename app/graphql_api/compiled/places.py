"""Where a value stands: in the document, and in the answer."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import FieldNode, GraphQLField, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path

At: TypeAlias = tuple[Any, str | int, str | None] | None
"""A path as graphql-core's `Path` has it (before, key, type name), but a plain tuple: most are never looked at."""


def path_of(at: At) -> Any:
    """As graphql-core wants it; None for the root."""
    return None if at is None else Path(path_of(at[0]), at[1], at[2])


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A field of a selection set: what its errors and its `info` tell of it."""

    key: str
    """Its name in the answer."""
    parent: GraphQLObjectType
    field: GraphQLField
    details: FieldDetailsList
    """Each place in the document that asks for it; fragments may ask again."""

    @property
    def nodes(self) -> list[FieldNode]:
        return [detail.node for detail in self.details]
