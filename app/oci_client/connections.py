"""Connections kept for the next request: some for each origin, none for longer than servers keep theirs."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Final

import httpx

from app.oci_client.connecting import Connecting
from app.oci_client.connection import Connection, Lateness, NothingHeard
from app.oci_client.response import Response

KEEP_ALIVE_SECONDS: Final = 30.0
IDLE_MAX_OF_ORIGIN: Final = 128
ORIGINS_KEPT: Final = 256
"""Redirects lead to storage under ever new names; those without a connection are forgotten beyond this."""
_TARGET: Final = re.compile(r"/[!-~]*")
_ORIGIN: Final = re.compile(r"https?://[^/?#@\\\s]+")
_METHOD: Final = re.compile(r"[A-Z]+")
_OURS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection"})
"""What frames a request is written here; SDKs write some of it too."""
_IDEMPOTENT: Final = frozenset({"GET", "HEAD"})
"""Of what is sent here; they may be sent twice (RFC 9110, 9.2.2)."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """In seconds: until connected, between two pieces, and for everything to the last byte."""

    connect: float
    read: float
    total: float


class Origin:
    """Scheme, host and port, and the connections to it that carry nothing just now."""

    __slots__ = ("authority", "host", "idle", "port", "secured")

    def __init__(self, url: httpx.URL) -> None:
        self.secured = url.scheme == "https"
        self.host = url.raw_host.decode("ascii")
        self.port = url.port or (443 if self.secured else 80)
        self.authority = url.netloc.decode("ascii")
        self.idle: list[Connection] = []

    def take(self) -> Connection | None:
        """The one used last, which is the least likely to be closed."""
        while self.idle:
            connection = self.idle.pop()
            if connection.usable:
                return connection
        return None


class Connections:
    """Asks over connections with one set of TLS settings, and watches over their time. Of one event loop."""

    def __init__(self, connecting: Connecting, *, keep_alive_seconds: float = KEEP_ALIVE_SECONDS) -> None:
        self._connecting = connecting
        self._keep_alive_seconds = keep_alive_seconds
        self._lateness = Lateness()
        self._origins: dict[str, Origin] = {}
        self._open: set[Connection] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0

    async def ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeouts: Timeouts
    ) -> Response:
        """The answer once its head is here, as a rule with all of its body; the caller closes it.

        Raises httpx.TransportError and AddressRefused. Redirects are followed by nobody here.
        """
        at = url.find("/", 8)
        name, target = (url[:at], url[at:]) if at > 0 else _split(url)
        if "#" in target:
            target = target.partition("#")[0]
        origin = self.origin(name)
        head = _written(method, target, origin.authority, headers, body)
        total_at = monotonic() + timeouts.total
        connection = origin.take()
        if connection is not None:
            response = self._sent(connection, head, method, total_at, timeouts.read)
            await response.news()
            if response.status:
                return response
            if not isinstance(response.failure, NothingHeard) or method not in _IDEMPOTENT:
                raise response.failure or httpx.ReadError("no answer")
            # It was closed while nobody looked, which servers do to idle connections: nothing was refused.
        connection = await self._connected(origin, timeouts, total_at)
        response = self._sent(connection, head, method, total_at, timeouts.read)
        await response.news()
        if response.status:
            return response
        raise response.failure or httpx.ReadError("no answer")

    async def close(self) -> None:
        """Ends every connection, whatever it carries."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for connection in list(self._open):
            connection.drop()
        self._origins.clear()
        self._open.clear()

    def _sent(self, connection: Connection, head: bytes, method: str, total_at: float, read_seconds: float) -> Response:
        response = connection.send(head, is_head=method == "HEAD", total_at=total_at, read_seconds=read_seconds)
        if self._timer is None or connection.due_at < self._timer_at:
            self._watch(connection.due_at)
        return response

    def origin(self, name: str) -> Origin:
        """The one of that scheme, host and port, written as in an address. Raises httpx.UnsupportedProtocol."""
        known = self._origins.get(name)
        if known is not None:
            return known
        try:
            if not _ORIGIN.fullmatch(name):
                raise httpx.InvalidURL("no origin")
            origin = Origin(httpx.URL(name))
        except (httpx.InvalidURL, ValueError):
            raise httpx.UnsupportedProtocol("address") from None
        if len(self._origins) >= ORIGINS_KEPT:
            self._origins = {name: kept for name, kept in self._origins.items() if kept.idle}
        self._origins[name] = origin
        return origin

    async def _connected(self, origin: Origin, timeouts: Timeouts, total_at: float) -> Connection:
        left = total_at - monotonic()

        def freed(connection: Connection) -> None:
            if len(origin.idle) < IDLE_MAX_OF_ORIGIN:
                origin.idle.append(connection)
            else:
                connection.drop()

        def lost(connection: Connection) -> None:
            self._open.discard(connection)
            if connection in origin.idle:
                origin.idle.remove(connection)

        connection = await self._connecting.open(
            lambda: Connection(self._lateness, freed, lost),
            origin.host,
            origin.port,
            secured=origin.secured,
            timeout_seconds=max(min(timeouts.connect, left), 0.001),
        )
        if not connection.usable:
            raise httpx.RemoteProtocolError("it spoke before it was asked, or went away")
        self._open.add(connection)
        return connection

    # Time. One timer for all: who is asked and answers in time never costs one.

    def _watch(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = at
        self._timer = asyncio.get_running_loop().call_later(max(at - monotonic(), 0.0), self._look_round)

    def _look_round(self) -> None:
        now = monotonic()
        self._timer = None
        next_at = now + self._keep_alive_seconds / 2
        for connection in list(self._open):
            if connection.overdue(now):
                continue
            if connection.busy:
                next_at = min(next_at, connection.due_at)
            elif now - connection.idle_since > self._keep_alive_seconds:
                connection.drop()
        if self._open:
            self._watch(next_at)


def _split(url: str) -> tuple[str, str]:
    """An address without a path."""
    for mark in "?#":
        name, found, _ = url.partition(mark)
        if found:
            return name, "/" + url[len(name) :]
    return url, "/"


def _written(method: str, target: str, authority: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """A request as it goes over the wire. Nothing in it can begin a line that was not meant.

    Raises httpx.LocalProtocolError.
    """
    lines = [f"{method} {target} HTTP/1.1\r\nHost: {authority}"]
    lines += [f"{name}: {value}" for name, value in headers.items() if name.lower() not in _OURS]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body or b'')}")
    text = "\r\n".join(lines)
    ends = len(lines)
    if (
        text.count("\r") != ends
        or text.count("\n") != ends
        or "\0" in text
        or not _TARGET.fullmatch(target)
        or not _METHOD.fullmatch(method)
    ):
        raise httpx.LocalProtocolError("a request that cannot be sent")
    head = (text + "\r\n\r\n").encode()
    return head + body if body else head
