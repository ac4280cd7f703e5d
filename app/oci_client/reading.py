"""Bodies of answers, read within bounds of size and slowness."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx

from app.oci_client.answers import Subject
from app.oci_client.errors import DigestMismatch, RegistryError, TimedOut, TooLarge, UnexpectedAnswer
from app.oci_client.limits import ClientLimits
from app.oci_client.reference import RegistryHost
from app.oci_client.registry_text import quotable
from app.oci_client.response import Response


class BodyReader:
    """Reads what one registry sends. `clock` is monotonic, in seconds."""

    def __init__(self, host: RegistryHost, limits: ClientLimits, clock: Callable[[], float]) -> None:
        self._host = host
        self._limits = limits
        self._clock = clock

    async def read(self, response: Response, subject: Subject, max_bytes: int, *, cut: bool = False) -> bytes:
        """The whole body. `cut`: a longer one is cut and not refused, as is one that breaks off."""
        body = response.whole()
        if body is not None and len(body) <= max_bytes:
            return body
        announced = content_length(response)
        if announced is not None and announced > max_bytes and not cut:
            raise self._too_large(subject, max_bytes)
        pieces: list[bytes] = []
        size = 0
        try:
            async for piece in self.pieces(response, subject):
                pieces.append(piece)
                size += len(piece)
                if size > max_bytes:
                    if cut:
                        break
                    raise self._too_large(subject, max_bytes)
        except (DigestMismatch, UnexpectedAnswer):
            if not cut:
                raise
        return b"".join(pieces)[:max_bytes]

    async def pieces(self, response: Response, subject: Subject) -> AsyncIterator[bytes]:
        """The body as it comes.

        Raises TimedOut when it comes too slowly, DigestMismatch when it breaks off.
        """
        floor = self._limits.throughput_min_bytes_per_second
        grace = self._limits.throughput_grace_seconds
        waited = 0.0
        size = 0
        while True:
            asked_at = self._clock()
            try:
                piece = await response.piece()
            except httpx.TransportError as error:
                failure = self._broken_off(error, subject, size)
                break
            if not piece:
                return
            waited += self._clock() - asked_at
            size += len(piece)
            if waited > grace and size < waited * floor:
                failure = TimedOut(
                    f"{self._host} sends {subject.repository or 'its answer'} too slowly: {size} bytes in "
                    f"{waited:.0f} seconds.",
                    **facts(self._host, subject),
                )
                break
            yield piece
        raise failure

    def _broken_off(self, error: httpx.TransportError, subject: Subject, size: int) -> RegistryError:
        if isinstance(error, httpx.TimeoutException):
            return TimedOut(
                f"{self._host} stopped in the middle of its answer, after {size} bytes.",
                **facts(self._host, subject),
            )
        named = subject.reference or subject.repository or "the registry"
        kind = DigestMismatch if subject.reference else UnexpectedAnswer
        return kind(
            f"{self._host} broke off its answer for {named} after {size} bytes.",
            temporary=True,
            **facts(self._host, subject),
        )

    def refuse_encoding(self, response: Response, subject: Subject) -> None:
        encoding = response.headers.get("content-encoding")
        if encoding and encoding.lower() != "identity":
            raise UnexpectedAnswer(
                f"{self._host} sends its answer encoded as {quotable(encoding)}, though it was asked not to.",
                **facts(self._host, subject),
            )

    def _too_large(self, subject: Subject, max_bytes: int) -> TooLarge:
        what = subject.reference or subject.repository or "The answer"
        return TooLarge(f"{what} at {self._host} is larger than {max_bytes} bytes.", **facts(self._host, subject))


def content_length(response: Response) -> int | None:
    """What the answer's head says about the length of its body, in bytes."""
    text = response.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def facts(host: RegistryHost, subject: Subject) -> dict[str, Any]:
    """What every error about this subject carries."""
    return {"host": str(host), "repository": subject.repository, "reference": subject.reference}
