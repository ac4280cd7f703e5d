"""One connection to a host, in HTTP/1.1: one request, its answer, and the next. Source: RFC 9112.

llhttp reads what comes, strictly. What it does not know of stands here: answers to HEAD, bodies that end with the
connection, bounds, and that nothing may come which was not asked for.
"""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any, Final, cast

import httptools
import httpx

from app.oci_client.response import BUFFERED_MAX_BYTES, Headers, Response

# Signed storage URLs in `Location` and opaque marks in `Link` take many KiB; informational answers before count too.
HEAD_MAX_BYTES: Final = 64 * 1024
HEADERS_MAX: Final = 200
HELD_MAX_SECONDS: Final = 0.5
"""How long a body may take to come and still wake its reader only once; what is slower is watched piece by piece."""
_REDIRECTS: Final = range(300, 400)
_END_OF_HEAD: Final = b"\r\n\r\n"


class NothingHeard(httpx.ReadError):
    """The connection ended before any byte of an answer: it may be that the request was never read."""


class Lateness:
    """How late news may be seen: it came at some time since the loop looked before, and found other news.

    While much is under way that is a short time, unless we were busy or had no processor to run on.
    """

    __slots__ = ("_looked_at", "_mark", "seconds")

    def __init__(self) -> None:
        self.seconds = 0.0
        self._mark = 0.0
        self._looked_at = 0.0

    def look(self, mark: float, now: float) -> None:
        """News came. `mark`: the loop's own time, which uvloop has stand still until it looks again."""
        if mark != self._mark:
            self.seconds = now - self._looked_at
            self._mark, self._looked_at = mark, now


class Connection(asyncio.Protocol):
    """Busy with one answer at most. `freed` is told when it may be used again, `lost` when it is of no more use."""

    def __init__(
        self, lateness: Lateness, freed: Callable[["Connection"], None], lost: Callable[["Connection"], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._lateness = lateness
        self._freed = freed
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._parser: Any = None
        self._response: Response | None = None
        self._pairs: list[tuple[bytes, bytes]] = []
        self._of_head = False
        self._tail = b""  # of an answer to HEAD, in which the end of the head may have begun
        self._quiet_bytes = 0
        self._keeps_alive = False
        self._until_close = False
        self._message_ended = False
        self._paused = False
        self.total_at = self.read_seconds = 0.0
        self.idle_since = 0.0

    # As whoever asks sees it.

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._response is not None

    @property
    def usable(self) -> bool:
        """Whether it can carry another request, as far as is known."""
        return self._response is None and self._transport is not None and not self._transport.is_closing()

    def send(self, head: bytes, *, is_head: bool, total_at: float, read_seconds: float) -> Response:
        """The answer to come. `total_at`: when all of it must have come, by time.monotonic."""
        assert self.usable, "one request at a time"
        assert self._transport is not None
        if self._parser is None:
            self._parser = httptools.HttpResponseParser(self)
        self._of_head = is_head
        self._quiet_bytes = 0
        self._message_ended = self._until_close = False
        self.total_at, self.read_seconds = total_at, read_seconds
        self._response = response = Response(self, monotonic())
        self._transport.write(head)
        return response

    def listen(self) -> None:
        """Goes on taking what comes, after what had come was read."""
        if self._paused and self._transport is not None:
            self._paused = False
            if self._response is not None:
                self._response.heard_at = monotonic()
            self._transport.resume_reading()

    def overdue(self, now: float) -> bool:
        """Whether the answer has taken too long by now; such a connection is dropped."""
        response = self._response
        if response is None or now < self.due_at:
            return False
        self.drop(httpx.ReadTimeout("total" if now >= self.total_at else "read"))
        return True

    @property
    def due_at(self) -> float:
        """By when something must come next. While nobody reads what came, its silence is our own."""
        if self._response is None or self._paused:
            return self.total_at
        return min(self.total_at, self._response.heard_at + self.read_seconds)

    def drop(self, failure: httpx.TransportError | None = None) -> None:
        """Ends it at once, without a word. `failure`: what whoever waits for its answer is told."""
        response, self._response = self._response, None
        if self._transport is not None:
            self._transport.abort()
        if response is not None:
            response.end(failure or httpx.ReadError("connection dropped"))

    # As the loop sees it.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        response = self._response
        if response is None:
            self.drop()  # nothing was asked: whatever it is, it is no answer
            return
        now = monotonic()
        self._lateness.look(self._loop.time(), now)
        if not response.began_at:
            response.began_at = now
            response.host_seconds = max(now - response.sent_at - self._lateness.seconds, 0.0)
        response.heard_at = now
        try:
            if self._of_head:
                self._feed_head_alone(data, response)
            else:
                self._feed(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if not self._message_ended:
                self.drop(httpx.RemoteProtocolError("no HTTP"))
                return
            self._keeps_alive = False  # the answer is whole; what came behind it is not ours
        if self._message_ended:
            self._finish(response)
        elif response.status:
            self._hold_or_wake(response, now)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = self._parser = None  # the parser holds us as we hold it
        response = self._response
        if response is not None:
            if error is None and self._until_close and response.status:
                self._response = None
                response.end()
            elif not response.began_at:
                self.drop(NothingHeard("connection lost"))
            else:
                self.drop(httpx.ReadError("connection lost"))
        self._lost(self)

    # As the parser sees it: it goes through these in order, and stops at the first that raises.

    def on_message_begin(self) -> None:
        if self._message_ended:
            raise _Refused("a second answer")
        self._pairs = []

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self._pairs) >= HEADERS_MAX:
            raise _Refused("too many headers")
        self._pairs.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:
            if status < 100:
                raise _Refused("a status that was not asked for")
            return  # the answer proper is still to come
        response = self._response
        assert response is not None
        if self._quiet_bytes > HEAD_MAX_BYTES and sum(len(n) + len(v) for n, v in self._pairs) > HEAD_MAX_BYTES:
            raise _Refused("a head that is too large")
        self._keeps_alive = self._parser.should_keep_alive()
        response.headers = Headers(self._pairs)
        self._pairs = []  # what follows are trailers, which nobody reads
        if not self._keeps_alive and not self._of_head and status not in (204, 304):
            encoded = "transfer-encoding" in response.headers
            if encoded and "chunked" not in response.headers["transfer-encoding"].lower():
                raise _Refused("a transfer encoding that was not asked for")
            self._until_close = not encoded and "content-length" not in response.headers
        response.status = status

    def on_body(self, piece: bytes) -> None:
        response = self._response
        if response is None:
            return
        self._quiet_bytes = 0
        response.add(piece)

    def on_message_complete(self) -> None:
        response = self._response
        if response is not None and response.status:
            self._message_ended = True

    # What follows from it.

    def _feed(self, data: bytes) -> None:
        # Between two pieces of body there are heads, chunk sizes and trailers: none of them may go on for ever.
        self._quiet_bytes += len(data)
        self._parser.feed_data(data)
        if self._quiet_bytes > HEAD_MAX_BYTES:
            raise _Refused("a head that does not end")

    def _feed_head_alone(self, data: bytes, response: Response) -> None:
        """An answer to HEAD ends with its head, whatever that says of a body; llhttp does not know what was asked."""
        while data and not response.status:
            seen = self._tail + data
            end = seen.find(_END_OF_HEAD)
            here = data if end < 0 else data[: end + len(_END_OF_HEAD) - len(self._tail)]
            self._tail = seen[1 - len(_END_OF_HEAD) :] if end < 0 else b""
            self._feed(here)
            data = data[len(here) :]
        if response.status:
            self._message_ended = True
            self._parser = None  # it may be waiting for a body
            if data:
                self._keeps_alive = False

    def _hold_or_wake(self, response: Response, now: float) -> None:
        """Nobody is woken for a part of what is small and quick: its reader sees it whole."""
        if response.buffered > BUFFERED_MAX_BYTES:
            response.wake()
            if not self._paused and self._transport is not None:
                self._paused = True
                self._transport.pause_reading()
        elif response.status in _REDIRECTS or now - response.began_at > HELD_MAX_SECONDS:
            response.wake()

    def _finish(self, response: Response) -> None:
        self._response = None
        if self._keeps_alive and self._transport is not None and not self._transport.is_closing():
            if self._paused:
                self._paused = False
                self._transport.resume_reading()
            self.idle_since = response.heard_at
            self._freed(self)
        else:
            self.drop()
        response.end()


class _Refused(httptools.HttpParserError):
    """Told to llhttp, which stops."""
