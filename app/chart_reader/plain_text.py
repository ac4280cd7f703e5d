"""Text at the border: what strangers wrote, made fit to be stored and shown.

Identity (chart name, version, dependency names, file paths) is never cleaned but refused: a cleaned name is
another name. Everything else is cleaned.
"""

import html
import re

BYTE_ORDER_MARK = "\ufeff"

# What turns the reading direction around. Source: Unicode TR9, explicit and implicit formatting characters.
_BIDIRECTIONAL = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# C0 but tab, line feed and carriage return; DEL and C1 but NEL; lone surrogates, which no UTF-8 can hold.
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff"
_UNFIT_FOR_A_BLOCK = re.compile(f"[{_CONTROLS}{_BIDIRECTIONAL}]")


def short_text(text: str) -> str:
    """One line: any white space becomes a space, what is not printable goes (bidirectional marks too).

    Source: Helm, pkg/chart/v2/metadata.go, sanitizeString; Go's IsPrint and Python's isprintable name the
    same Unicode categories.
    """
    if text.isprintable():
        return text
    return "".join(" " if c.isspace() else c for c in text if c.isspace() or c.isprintable())


def block_text(text: str) -> str:
    """Several lines: tabs and line ends stay, other control characters and bidirectional marks go."""
    return _UNFIT_FOR_A_BLOCK.sub("", text)


def decode_strictly(data: bytes) -> str:
    """UTF-8 without a byte order mark and without NUL (PostgreSQL's text takes none).

    Raises ValueError, of which UnicodeDecodeError is one.
    """
    text = data.decode("utf-8")
    if "\0" in text:
        raise ValueError("it holds a NUL byte")
    return text.removeprefix(BYTE_ORDER_MARK)


def decode_leniently(data: bytes) -> str:
    """Text to be read by people: what is no UTF-8, and NUL, shows as U+FFFD."""
    return data.decode("utf-8", errors="replace").replace("\0", "\ufffd").removeprefix(BYTE_ORDER_MARK)


def preformatted(text: str) -> str:
    """HTML that shows a text as it is, line by line."""
    return f"<pre>{html.escape(text)}</pre>"
