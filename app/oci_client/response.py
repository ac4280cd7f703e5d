"""The answer of a registry: status, headers, and the body as it comes."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeVar, overload

if TYPE_CHECKING:
    import httpx

    from app.oci_client.connection import Connection

BUFFERED_MAX_BYTES: Final = 512 * 1024
"""Of a body that nobody has read yet; beyond it the connection is not listened to for a while."""


Default = TypeVar("Default")


class Headers(Mapping[str, str]):
    """Names in whatever case; those that came twice are joined by commas. Source: RFC 9110, 5.3."""

    __slots__ = ("_by_name", "_pairs")

    def __init__(self, pairs: Iterable[tuple[bytes, bytes]] = ()) -> None:
        """`pairs`: as they stood in the answer."""
        self._pairs = pairs if isinstance(pairs, list) else list(pairs)
        self._by_name: dict[str, bytes] | None = None

    @overload
    def get(self, name: str, /) -> str | None: ...
    @overload
    def get(self, name: str, default: str, /) -> str: ...
    @overload
    def get(self, name: str, default: Default, /) -> str | Default: ...
    def get(self, name: str, default: object = None, /) -> object:
        value = (self._by_name or self._named()).get(name if name.islower() else name.lower())
        return default if value is None else _text(value)

    def get_list(self, name: str) -> list[str]:
        """Every value of that name by itself, in order."""
        wanted = name.lower().encode("latin-1")
        return [_text(value.strip(b" \t")) for each, value in self._pairs if each.lower() == wanted]

    def __getitem__(self, name: str) -> str:
        return _text(self._named()[name.lower()])

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._named()

    def __iter__(self) -> Iterator[str]:
        return iter(self._named())

    def __len__(self) -> int:
        return len(self._named())

    def _named(self) -> dict[str, bytes]:
        named = self._by_name
        if named is None:
            named = self._by_name = {}
            for raw, value in self._pairs:
                name = raw.lower().decode("latin-1")
                value = value.strip(b" \t")
                named[name] = named[name] + b", " + value if name in named else value
        return named


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


class Response:
    """One answer on its way. Whoever has it closes it; what is not read to its end costs the connection."""

    __slots__ = (
        "_buffered",
        "_connection",
        "_pieces",
        "_waiter",
        "began_at",
        "ended",
        "failure",
        "headers",
        "heard_at",
        "host_seconds",
        "release",
        "sent_at",
        "status",
    )

    def __init__(self, connection: "Connection", sent_at: float) -> None:
        """`sent_at`: when the request was handed to the loop, by time.monotonic."""
        self.status = 0
        self.headers: Headers = NO_HEADERS
        self.ended = False
        self.failure: httpx.TransportError | None = None
        self.sent_at = sent_at
        self.began_at = 0.0
        """When its first byte was seen; 0 before that."""
        self.host_seconds = 0.0
        """What the host took to that byte, without what may have passed until we looked."""
        self.heard_at = sent_at
        self.release: Callable[[], None] | None = None
        self._connection: Connection | None = connection
        self._pieces: list[bytes] = []
        self._buffered = 0
        self._waiter: asyncio.Future[None] | None = None

    # What the connection tells.

    @property
    def buffered(self) -> int:
        """Bytes of the body that came and were not read yet."""
        return self._buffered

    def add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._buffered += len(piece)

    def end(self, failure: "httpx.TransportError | None" = None) -> None:
        """Nothing more comes. `failure`: what kept the rest from coming."""
        self.ended, self.failure = failure is None, failure
        self._connection = None
        self.wake()

    def wake(self) -> None:
        waiter = self._waiter
        if waiter is not None:
            self._waiter = None
            if not waiter.done():
                waiter.set_result(None)

    async def news(self) -> None:
        """Until more of it came, or all. Who gives up waiting gives up the answer."""
        waiter = self._waiter = asyncio.get_running_loop().create_future()
        try:
            await waiter
        except asyncio.CancelledError:
            self.close()
            raise

    # What whoever asked may do.

    def whole(self) -> bytes | None:
        """The body where all of it is here already; None where it has to be waited for."""
        if not self.ended:
            return None
        pieces = self._pieces
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def piece(self) -> bytes:
        """The next bytes of the body, empty at its end. Raises httpx.TransportError where it breaks off."""
        while not self._pieces:
            if self.failure is not None:
                raise self.failure
            if self.ended:
                return b""
            await self.news()
        piece = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._buffered = 0
        if self._connection is not None:
            self._connection.listen()
        return piece

    def close(self) -> None:
        """Done with it, for good. May be called twice."""
        if self._connection is not None:
            self._connection.drop()
            self._connection = None
        if self.release is not None:
            release, self.release = self.release, None
            release()


NO_HEADERS: Final = Headers()
