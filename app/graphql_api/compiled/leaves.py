"""Scalars and enums: what may pass as it is, and how the rest is written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)
from graphql.type.scalars import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT

# Never awaitable, never an exception: a leaf's own rule may judge them at once.
PLAIN_TYPES: Final = frozenset({str, int, float, bool, bytes, list, tuple, dict, datetime, date, time, Decimal, UUID})
_TEXTS: Final = (GraphQLString, GraphQLID)
_WRITABLE: Final = "type(value) in PLAIN_TYPES and (text := write(value)) is not None and text is not Undefined"


@dataclass(frozen=True, slots=True)
class Leaf:
    """How values of a leaf type are completed."""

    types: frozenset[type]
    """Of values that `write` may be given; others are odd."""
    write: Callable[[Any], Any]
    """Raises as the type does; None or Undefined where it has no such value."""
    test: str
    """A Python expression over `value`: whether `written` is its answer. Where not, the value is odd."""
    written: str = "value"
    names: dict[str, Any] = field(default_factory=dict)
    """What the two speak of."""
    passes: bool = False
    """Whether values of `types` are written as they are."""


def leaf_of(type_: GraphQLLeafType) -> Leaf:
    write = type_.coerce_output_value
    if type_ in _TEXTS:
        return Leaf(frozenset({str}), write, "type(value) is str", passes=True)
    if type_ is GraphQLBoolean:
        return Leaf(frozenset({bool}), write, "(value is True or value is False)", passes=True)
    if type_ is GraphQLInt:
        test = f"type(value) is int and {GRAPHQL_MIN_INT} <= value <= {GRAPHQL_MAX_INT}"
        return Leaf(frozenset({int}), write, test)
    members = getattr(type_, "wrapped_cls", None)
    if isinstance(type_, GraphQLEnumType) and isinstance(members, type) and issubclass(members, Enum):
        named = {"members": members, "texts": {member: write(member) for member in members}}
        return Leaf(frozenset({members}), write, "type(value) is members", "texts[value]", named)
    named = {"PLAIN_TYPES": PLAIN_TYPES, "write": write, "Undefined": Undefined}
    return Leaf(PLAIN_TYPES, write, _WRITABLE, "text", named)
