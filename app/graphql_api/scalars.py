"""The scalars of the contract: DateTime, JSON and Digest, printed without directives.

Sources: RFC 3339 (DateTime), OCI image-spec 1.1, descriptor, Digests (Digest).
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, NewType

import orjson
import strawberry
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

from app.graphql_api.errors import BadArgument

__all__ = ["JSON", "SCALAR_MAP", "Digest"]

Digest = NewType("Digest", str)

_DIGEST: Final = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-f]{32,128}")
_DIGEST_HEX_CHARS: Final = {"sha256": 64, "sha512": 128}
_DIGEST_MAX_CHARS: Final = 256
DIGESTS_REMEMBERED: Final = 2_000
"""That are known to be some: what pages show again and again."""
# Stricter than fromisoformat, which also reads week dates and times without seconds.
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def write_instant(value: Any) -> str:
    """UTC with `Z`; a naive datetime is a mistake of ours and raises ValueError."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError(f"{value!r} is no instant: it has no time zone")
    # As isoformat writes it, for a third of its time.
    return orjson.dumps(value if value.tzinfo is UTC else value.astimezone(UTC), option=orjson.OPT_UTC_Z)[1:-1].decode()


def read_instant(value: Any) -> datetime:
    """Any offset in, UTC out. Raises BadArgument, also for text without an offset."""
    if not isinstance(value, str) or _INSTANT.fullmatch(value) is None:
        raise BadArgument("DateTime is written as 2026-11-23T08:00:00Z, its offset included.")
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as refusal:
        raise BadArgument(f"There is no such DateTime as {value}.") from refusal


def read_digest(value: Any) -> Digest:
    """Raises BadArgument."""
    if isinstance(value, str) and len(value) <= _DIGEST_MAX_CHARS and _DIGEST.fullmatch(value):
        algorithm, _, hex_text = value.partition(":")
        if len(hex_text) == _DIGEST_HEX_CHARS.get(algorithm, len(hex_text)):
            return Digest(value)
    raise BadArgument("Digest is written as algorithm:hex, e.g. sha256: and 64 lower-case hex digits.")


def _write_digest(value: Any) -> str:
    try:
        return _known_digest(value)
    except BadArgument as refusal:
        raise ValueError(f"{value!r} is no digest") from refusal


@lru_cache(maxsize=DIGESTS_REMEMBERED)
def _known_digest(value: Any) -> Digest:
    return read_digest(value)


def _as_it_is(value: Any) -> Any:
    return value


SCALAR_MAP: Final[dict[object, ScalarDefinition]] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="ISO 8601 instant, always UTC, e.g. 2026-11-23T08:00:00Z.",
        serialize=write_instant,
        parse_value=read_instant,
    ),
    JSON: strawberry.scalar(name="JSON", description="Any JSON value.", serialize=_as_it_is, parse_value=_as_it_is),
    Digest: strawberry.scalar(
        name="Digest",
        description="Content address: algorithm and hex, e.g. sha256:9f86d081…",
        serialize=_write_digest,
        parse_value=read_digest,
    ),
}
"""For `StrawberryConfig(scalar_map=…)`; fields are annotated `datetime`, `JSON` and `Digest`."""
