"""Answers as JSON bytes: fast where it can be, faithful where it must."""

import json

import orjson


class JsonText:
    """A value that is JSON text already, checked where it was read: it is not parsed to be written again.

    No dataclass, for those have a form in JSON by themselves.
    """

    def __init__(self, text: str) -> None:
        self.text = text


def encode(data: object) -> bytes:
    try:
        return orjson.dumps(data, default=_as_it_is)
    except orjson.JSONEncodeError:
        # Values of charts hold integers beyond 64 bits and lone surrogates, which orjson refuses.
        return json.dumps(data, separators=(",", ":"), default=_parsed).encode()


def _as_it_is(value: object) -> orjson.Fragment:
    if isinstance(value, JsonText):
        return orjson.Fragment(value.text)
    raise TypeError(f"{type(value).__name__} is no JSON")


def _parsed(value: object) -> object:
    if isinstance(value, JsonText):
        return json.loads(value.text)
    raise TypeError(f"{type(value).__name__} is no JSON")
