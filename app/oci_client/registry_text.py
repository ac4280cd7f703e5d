"""Text of a registry or a certificate, made fit to be quoted to people."""

import unicodedata
from collections.abc import Iterable
from typing import Final

QUOTE_MAX_CHARACTERS: Final = 300
MASK: Final = "***"


def quotable(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` on one line, without control and direction characters, at most 300 characters, every secret
    masked.

    A registry may echo what we sent it.
    """
    for secret in secrets:
        if secret:
            text = text.replace(secret, MASK)
    # Cut before the slower work; four times the limit leaves room for what is dropped.
    kept = (_plain(character) for character in text[: 4 * QUOTE_MAX_CHARACTERS])
    line = " ".join("".join(kept).split())
    return line if len(line) <= QUOTE_MAX_CHARACTERS else line[: QUOTE_MAX_CHARACTERS - 1] + "…"


def _plain(character: str) -> str:
    if character.isspace():
        return " "
    # Cc control, Cf format (bidirectional overrides among them), Cs surrogates, Co private use.
    return "" if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co") else character
