"""Global ids, cursors and pages: text that clients hand back to us, opaque and never trusted.

Neither is secret or signed: whoever forges one can only ask for what the token may see anyway. What they
decode to is checked for shape, so that a forged one never reaches a database as something unexpected.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from types import UnionType
from typing import Any, Final, TypeVar

import orjson
import strawberry

from app.graphql_api.errors import BadCursor, BadId, BadPageSize

PAGE_MAX_ROWS: Final = 100
CURSOR_MAX_CHARS: Final = 4_096
"""A version's sort key has at most 1,024 characters; in base64, with a few more values, half of this."""
ID_MAX_CHARS: Final = 128
IDS_REMEMBERED: Final = 2_000
"""Of each type: those of a hundred pages, some 300 KB."""
_INT64: Final = range(-(2**63), 2**63)
_INSTANT_KEY: Final = "at"
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")

Row = TypeVar("Row")
Edge = TypeVar("Edge")


@strawberry.type(description="Where a page stands among all rows.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are rows behind its last.")
    has_previous_page: bool = strawberry.field(description="Whether it was asked for with `after`.")
    start_cursor: str | None = strawberry.field(description="Of its first row; null where it is empty.")
    end_cursor: str | None = strawberry.field(description="Of its last row: `after` for the next page.")


def encode_id(type_name: str, number: int) -> strawberry.ID:
    return strawberry.ID(_to_base64(f"{type_name}:{number}".encode()))


@cache
def id_writer(type_name: str) -> Callable[[int], strawberry.ID]:
    """`encode_id` for one type; what was written lately is known."""
    return lru_cache(maxsize=IDS_REMEMBERED)(partial(encode_id, type_name))


def decode_id(text: str, expected: str) -> int:
    """The number of a global id of that type. Raises BadId."""
    type_name, number = split_id(text)
    if type_name != expected:
        raise BadId(f"This is the id of a {type_name}, a {expected} was expected.")
    return number


def split_id(text: str) -> tuple[str, int]:
    """Type name and number, for `node(id:)`. Raises BadId."""
    type_name, _, digits = (_from_base64(text, ID_MAX_CHARS) or "").partition(":")
    # Canonical only, so that one thing has one id: no sign, no leading zero, no other digits.
    if type_name.isascii() and type_name.isidentifier() and digits.isascii() and digits.isdigit():
        number = int(digits)
        if number in _INT64 and encode_id(type_name, number) == text:
            return type_name, number
    raise BadId("This is no id of Chartroom.")


def encode_cursor(kind: str, *values: str | int | float | bool | datetime | None) -> str:
    """`kind` names the connection and its order; a cursor of another kind is refused on the way back."""
    plain = [{_INSTANT_KEY: value.isoformat()} if isinstance(value, datetime) else value for value in values]
    return _to_base64(orjson.dumps([kind, *plain]))


def decode_cursor(kind: str, text: str, *types: type | UnionType) -> tuple[Any, ...]:
    """The values `encode_cursor` was given, each of its expected type, e.g. `str, int, datetime | None`.

    Raises BadCursor.
    """
    refusal = BadCursor("This cursor does not belong to this list; start again without `after`.")
    try:
        decoded = json.loads(_from_base64(text, CURSOR_MAX_CHARS) or "")
    except (ValueError, RecursionError):
        raise refusal from None
    if not isinstance(decoded, list) or len(decoded) != len(types) + 1 or decoded[0] != kind:
        raise refusal
    values = tuple(_to_value(value) for value in decoded[1:])
    if not all(_fits(value, expected) for value, expected in zip(values, types, strict=True)):
        raise refusal
    return values


def page_size(first: int | None, default: int = 20) -> int:
    """Raises BadPageSize outside 1 to 100; `null` is the default."""
    size = default if first is None else first
    if not 1 <= size <= PAGE_MAX_ROWS:
        raise BadPageSize(f"first must be 1 to {PAGE_MAX_ROWS}, not {size}.")
    return size


def link_edges(
    rows: Sequence[Row],
    cursor_of: Callable[[Row], str],
    edge_of: Callable[[Row, str], Edge],
    *,
    has_next: bool,
    after: str | None,
) -> tuple[list[Edge], PageInfo]:
    """The edges of one page and its PageInfo; `after` is the cursor the page was asked with."""
    cursors = [cursor_of(row) for row in rows]
    edges = [edge_of(row, cursor) for row, cursor in zip(rows, cursors, strict=True)]
    info = PageInfo(
        has_next_page=has_next,
        has_previous_page=after is not None,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )
    return edges, info


def _to_base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_URL_SAFE).decode()


def _from_base64(text: str, chars_max: int) -> str | None:
    if len(text) > chars_max or not text.isascii():
        return None
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _to_value(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {_INSTANT_KEY} and isinstance(value[_INSTANT_KEY], str):
        try:
            instant = datetime.fromisoformat(value[_INSTANT_KEY])
            return instant.astimezone(UTC) if instant.tzinfo else value
        except (ValueError, OverflowError):
            return value
    return value


def _fits(value: Any, expected: type | UnionType) -> bool:
    if isinstance(value, bool):
        # bool is an int to Python, and not to a database.
        return expected is bool
    if isinstance(value, int) and value not in _INT64:
        return False
    if isinstance(value, str) and not _is_storable(value):
        return False
    return isinstance(value, expected)


def _is_storable(text: str) -> bool:
    # PostgreSQL refuses NUL, and no driver encodes a lone surrogate.
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
