"""How many bytes of long texts one operation may bring into memory."""

from typing import Final

from app.graphql_api.errors import QueryTooComplex

ANSWER_MAX_BYTES: Final = 16 * 1024 * 1024
"""Writing a MiB as JSON takes 3 ms of the loop. README, values and schema of one version at their bounds are 11 MiB,
the READMEs of a hundred usual versions 3."""


class AnswerBytes:
    """Of one operation."""

    def __init__(self, max_bytes: int = ANSWER_MAX_BYTES) -> None:
        self._max = max_bytes
        self._taken = 0

    def take(self, count: int) -> None:
        """Raises QueryTooComplex where this is too much, with what was taken before."""
        if self._taken + count > self._max:
            raise QueryTooComplex("bytes of texts asked for", self._max, self._taken + count)
        self._taken += count
