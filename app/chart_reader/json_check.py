"""Whether a text is JSON that can be written into an answer as it is."""

import json
import re
from typing import Any

JSON_MAX_DEPTH = 200
"""Deeper ones cannot be read by many who would have to."""
_LONE_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def can_be_shown(text: str) -> bool:
    """RFC 8259, with no NaN and no escaped lone surrogate, and not nested deeper than JSON_MAX_DEPTH."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
        if _LONE_SURROGATE_ESCAPE.search(text):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return False
    return _is_shallow(value)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _is_shallow(value: Any) -> bool:
    level = [value]
    for _ in range(JSON_MAX_DEPTH):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent if isinstance(parent, list) else ())
        ]
        if not level:
            return True
    return False
