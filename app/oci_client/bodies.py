"""JSON of any size, parsed without holding up everybody else in the process."""

import asyncio
import json
from typing import Any, Final

import orjson

INLINE_MAX_BYTES: Final = 256 * 1024  # a millisecond or two


async def load_json(body: bytes) -> Any:
    """What `body` holds. Raises ValueError where that is no JSON, or nested too deeply.

    orjson is quick and lets no other thread run until it is done: 8 MiB of a listing take it 50 ms. So what is large is
    given to a thread, and to a parser that calls back for each object, where the interpreter can switch.
    """
    if len(body) <= INLINE_MAX_BYTES:
        return orjson.loads(body)
    return await asyncio.to_thread(_loaded_with_pauses, body)


def _loaded_with_pauses(body: bytes) -> Any:
    try:
        return json.loads(body, object_pairs_hook=_object)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """In Python on purpose, as dict itself would leave no pause."""
    return dict(pairs)
