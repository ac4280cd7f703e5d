"""JSON columns, written and read."""

import json
from typing import Any

import orjson


def to_json(value: Any) -> str:
    """As orjson writes it, seven times as fast as the standard library; that one where orjson has no way to write it:
    numbers beyond 64 bits, lone surrogates.
    """
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value)


def from_json(text: str | bytes) -> Any:
    """As the standard library reads what only that writes: lone surrogates, NaN."""
    try:
        return orjson.loads(text)
    except ValueError:
        return json.loads(text)
