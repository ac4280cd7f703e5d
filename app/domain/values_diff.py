"""What changed between two trees of JSON values, leaf by leaf, and whether that breaks those who set values.

Paths are as `helm --set` writes them. Source: Helm, pkg/strvals/parser.go.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

# What ends a key in strvals, and the backslash that takes this meaning away.
_SPECIAL_IN_KEYS = re.compile(r"[\\.,=\[]")


class ChangeKind(StrEnum):
    """What became of a leaf."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"
    TYPE_CHANGED = "TYPE_CHANGED"


@dataclass(frozen=True, slots=True)
class ValueChange:
    """`before` is None for what was added, `after` for what was removed; null is None too."""

    path: str
    kind: ChangeKind
    before: Json
    after: Json
    in_list: bool = False
    """Whether it is an element of a list that came or went: whoever sets a list sets all of it."""

    @property
    def breaking(self) -> bool:
        """Whether values that were set before may now be ignored or refused."""
        return self.kind is ChangeKind.TYPE_CHANGED or (self.kind is ChangeKind.REMOVED and not self.in_list)


def changes_between(before: Json, after: Json) -> Iterator[ValueChange]:
    """Changed leaves in the order of `before`, what was added after its siblings.

    Leaves are scalars and empty lists and mappings. Lists are compared by index. Null stands for a value that
    is not set, of whatever type: to and from null is CHANGED. 1 and 1.5 are of one type, as in JSON.
    """
    return _between("", before, after)


def child_path(parent: str, key: str) -> str:
    """`app.kubernetes.io/name` below `labels` is `labels.app\\.kubernetes\\.io/name`."""
    escaped = _SPECIAL_IN_KEYS.sub(lambda found: "\\" + found[0], key)
    return f"{parent}.{escaped}" if parent else escaped


def _between(path: str, before: Json, after: Json) -> Iterator[ValueChange]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            if key in after:
                yield from _between(child_path(path, key), value, after[key])
            else:
                yield from _leaves(child_path(path, key), value, ChangeKind.REMOVED)
        for key, value in after.items():
            if key not in before:
                yield from _leaves(child_path(path, key), value, ChangeKind.ADDED)
    elif isinstance(before, list) and isinstance(after, list):
        for index, (old, new) in enumerate(zip(before, after, strict=False)):
            yield from _between(f"{path}[{index}]", old, new)
        kind = ChangeKind.REMOVED if len(before) > len(after) else ChangeKind.ADDED
        shorter, longer = sorted((before, after), key=len)
        for index in range(len(shorter), len(longer)):
            yield from _leaves(f"{path}[{index}]", longer[index], kind, in_list=True)
    elif _type_of(before) != _type_of(after):
        unset = before is None or after is None
        yield ValueChange(path, ChangeKind.CHANGED if unset else ChangeKind.TYPE_CHANGED, before, after)
    elif before != after:
        yield ValueChange(path, ChangeKind.CHANGED, before, after)


def _leaves(path: str, value: Json, kind: ChangeKind, in_list: bool = False) -> Iterator[ValueChange]:
    """Every leaf of what came or went as a whole."""
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from _leaves(child_path(path, key), child, kind, in_list)
    elif isinstance(value, list) and value:
        for index, child in enumerate(value):
            yield from _leaves(f"{path}[{index}]", child, kind, in_list)
    elif kind is ChangeKind.ADDED:
        yield ValueChange(path, kind, None, value, in_list)
    else:
        yield ValueChange(path, kind, value, None, in_list)


def _type_of(value: Any) -> str:
    """As JSON Schema names it, but for integers, which are numbers."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
