"""Connections are kept, used again and let go, against a listener that does as it is told byte by byte."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from app.oci_client.address_guard import AddressGuard
from app.oci_client.connecting import Connecting, ResolvedAddress, SystemResolver
from app.oci_client.connections import IDLE_MAX_OF_ORIGIN, Connections, Timeouts
from app.oci_client.errors import AddressRefused
from app.oci_client.response import BUFFERED_MAX_BYTES, Response
from tests.oci_client.lab import LOOPBACK
from tests.real.child_process import free_port

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"
HANG_UP = b""
TIMEOUTS = Timeouts(600, 600, 600)


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    """The loop of the tests, and that of `chartroom serve`."""
    return "asyncio", {"use_uvloop": request.param}


@dataclass
class Listener:
    """Answers the n-th request, whatever connection it comes over, with the n-th of `answers`; the last one stays.

    HANG_UP: the connection is closed instead. `heads`: what came, as it came.
    """

    answers: list[bytes]
    at_once: bytes = b""
    port: int = 0
    heads: list[bytes] = field(default_factory=list)
    taken: int = 0
    gone: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v2/"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.taken += 1
        writer.write(self.at_once)
        try:
            while True:
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if answer == HANG_UP:
                    break
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()
        self.gone.release()


@asynccontextmanager
async def listening(*answers: bytes, at_once: bytes = b"") -> AsyncIterator[Listener]:
    listener = Listener(list(answers) or [GOOD], at_once)
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0)
    listener.port = server.sockets[0].getsockname()[1]
    try:
        yield listener
    finally:
        server.close()


class To:
    """Leads every name to these addresses."""

    def __init__(self, *targets: ResolvedAddress) -> None:
        self.targets = targets

    async def resolve(self, host: str, port: int) -> Sequence[ResolvedAddress]:
        return self.targets


def made(resolver: To | None = None, **more: float) -> Connections:
    context = ssl.create_default_context()
    return Connections(Connecting(context, resolver or SystemResolver(), AddressGuard(LOOPBACK)), **more)


@pytest.fixture
async def connections() -> AsyncIterator[Connections]:
    each = made()
    yield each
    await each.close()


async def ask(
    connections: Connections,
    url: str,
    method: str = "GET",
    body: bytes | None = None,
    timeouts: Timeouts = TIMEOUTS,
    **headers: str,
) -> Response:
    return await connections.ask(method, url, headers, body, timeouts)


async def read(response: Response) -> bytes:
    pieces = []
    while piece := await response.piece():
        pieces.append(piece)
    response.close()
    return b"".join(pieces)


async def test_request_is_what_was_asked_and_no_more(connections: Connections) -> None:
    async with listening() as listener:
        await ask(connections, listener.url + "x?n=1#part", Accept="a/b", Host="evil", Content_Length="3")
        await ask(connections, listener.url, "POST", b"form", connection="x", **{"content-length": "9"})
    host = f"Host: 127.0.0.1:{listener.port}\r\n".encode()
    assert listener.heads == [
        b"GET /v2/x?n=1 HTTP/1.1\r\n" + host + b"Accept: a/b\r\nContent_Length: 3\r\n\r\n",
        b"POST /v2/ HTTP/1.1\r\n" + host + b"Content-Length: 4\r\n\r\n",
    ]


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "a b", {}),
        ("GET", "a\r\nX: y", {}),
        ("GET", "ä", {}),
        ("GET", "", {"X": "a\r\nY: b"}),
        ("GET", "", {"X": "a\nY: b"}),
        ("GET", "", {"X": "a\rY: b"}),
        ("GET", "", {"X": "a\0"}),
        ("GET", "", {"X\r\nY": "b"}),
        ("GET", "", {"X: y\r\nY": "b"}),
        ("GET / HTTP/1.1\r\nX:", "", {}),
        ("get", "", {}),
    ],
)
async def test_request_is_not_sent_when_it_could_be_read_as_another(
    connections: Connections, method: str, path: str, headers: dict[str, str]
) -> None:
    async with listening() as listener:
        with pytest.raises(httpx.LocalProtocolError):
            await connections.ask(method, listener.url + path, headers, None, TIMEOUTS)
    assert listener.heads == [] and listener.taken == 0


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/", "http://u:p@127.0.0.1/", "http:///x", "/x", "http://h?/x", "http://[::1/"]
)
async def test_address_is_refused_when_it_is_none_of_http(connections: Connections, url: str) -> None:
    with pytest.raises(httpx.UnsupportedProtocol):
        await ask(connections, url)


async def test_connection_is_used_again_when_the_answer_is_whole(connections: Connections) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
    async with listening(GOOD, head, GOOD) as listener:
        assert await read(await ask(connections, listener.url)) == b"good"
        assert await read(await ask(connections, listener.url, "HEAD")) == b""
        assert await read(await ask(connections, listener.url)) == b"good"
        assert listener.taken == 1


@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\ngood",
        b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\ngood",
        GOOD + GOOD,
        GOOD + b"garbage",
    ],
    ids=["close", "old", "two", "garbage"],
)
async def test_connection_is_not_used_again_when_something_is_wrong_with_it(
    connections: Connections, first: bytes
) -> None:
    evil = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnew!"
    async with listening(first, evil) as listener:
        assert await read(await ask(connections, listener.url)) == b"good"
        assert await read(await ask(connections, listener.url)) == b"new!"
        assert listener.taken == 2


async def test_body_that_head_did_not_ask_for_is_no_answer_to_the_next_request(connections: Connections) -> None:
    async with listening(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n" + GOOD, GOOD) as listener:
        assert (await ask(connections, listener.url, "HEAD")).status == 200
        assert await read(await ask(connections, listener.url)) == b"good"
        assert listener.taken == 2


async def test_answer_to_nothing_is_not_taken(connections: Connections) -> None:
    async with listening() as listener:
        await read(await ask(connections, listener.url))
        kept = connections.origin(f"http://127.0.0.1:{listener.port}").idle[0]
        kept.data_received(GOOD)
        assert not kept.usable
        assert await read(await ask(connections, listener.url)) == b"good"
        assert listener.taken == 2


async def test_kept_connection_that_was_closed_is_replaced_unseen(connections: Connections) -> None:
    async with listening(GOOD, HANG_UP, GOOD) as listener:
        await read(await ask(connections, listener.url))
        assert await read(await ask(connections, listener.url)) == b"good"
        assert (listener.taken, len(listener.heads)) == (2, 3)


async def test_request_is_sent_again_once_only(connections: Connections) -> None:
    async with listening(GOOD, HANG_UP) as listener:
        await read(await ask(connections, listener.url))
        with pytest.raises(httpx.ReadError):
            await ask(connections, listener.url)
        assert len(listener.heads) == 3


async def test_request_on_a_new_connection_is_not_sent_again(connections: Connections) -> None:
    async with listening(HANG_UP, GOOD) as listener:
        with pytest.raises(httpx.ReadError):
            await ask(connections, listener.url)
        assert len(listener.heads) == 1


async def test_request_with_effects_is_not_sent_again(connections: Connections) -> None:
    async with listening(GOOD, HANG_UP, GOOD) as listener:
        await read(await ask(connections, listener.url))
        with pytest.raises(httpx.ReadError):
            await ask(connections, listener.url, "POST")
        assert len(listener.heads) == 2


async def test_connection_is_dropped_when_its_request_is_cancelled(connections: Connections) -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
    async with listening(half, GOOD) as listener:
        asking = asyncio.create_task(ask(connections, listener.url))
        while not listener.heads:
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
        await listener.gone.acquire()
        assert await read(await ask(connections, listener.url)) == b"good"
        assert listener.taken == 2


@pytest.mark.parametrize("how", ["read", "total"])
@pytest.mark.parametrize("where", ["head", "body"])
async def test_time_runs_out_when_nothing_comes(connections: Connections, how: str, where: str) -> None:
    start = b"HTTP/1.1 307 OK\r\nContent-Length: 9\r\n\r\nhalf"  # a redirect: told as soon as its head is there
    timeouts = Timeouts(600, 0.05, 600) if how == "read" else Timeouts(600, 600, 0.05)
    async with listening(start if where == "body" else b"HTTP/1.1 ") as listener:
        with pytest.raises(httpx.ReadTimeout, match=how):
            await read(await ask(connections, listener.url, timeouts=timeouts))
        await listener.gone.acquire()


async def test_each_answer_has_its_own_time(connections: Connections) -> None:
    async with listening(b"HTTP/1.1 ") as listener:
        patient = asyncio.create_task(ask(connections, listener.url))
        while not listener.heads:
            await asyncio.sleep(0)
        with pytest.raises(httpx.ReadTimeout):
            await ask(connections, listener.url, timeouts=Timeouts(600, 0.05, 600))
        assert not patient.done()
        patient.cancel()
        await asyncio.wait([patient])


async def test_body_that_nobody_reads_waits_at_the_host(connections: Connections) -> None:
    size = 64 * 1024 * 1024
    async with listening(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size) as listener:
        response = await ask(connections, listener.url)
        for _ in range(100):
            await asyncio.sleep(0)
        assert BUFFERED_MAX_BYTES < response.buffered < 2 * BUFFERED_MAX_BYTES
        assert await read(response) == b"x" * size
        await read(await ask(connections, listener.url))
        assert listener.taken == 1


async def test_idle_connection_is_let_go_after_a_while() -> None:
    connections = made(keep_alive_seconds=0.02)
    async with listening() as listener:
        await read(await ask(connections, listener.url, timeouts=Timeouts(5, 1, 1)))
        await listener.gone.acquire()
        assert await read(await ask(connections, listener.url)) == b"good"
    await connections.close()


async def test_no_more_than_so_many_are_kept(connections: Connections) -> None:
    async with listening() as listener:
        asked = [ask(connections, listener.url) for _ in range(IDLE_MAX_OF_ORIGIN + 5)]
        await asyncio.gather(*asked)
        assert listener.taken == IDLE_MAX_OF_ORIGIN + 5
        for _ in range(5):
            await listener.gone.acquire()
        assert len(connections.origin(listener.url[:-4]).idle) == IDLE_MAX_OF_ORIGIN


async def test_closing_ends_connections_and_tells_those_who_wait() -> None:
    connections = made()
    async with listening(GOOD, b"HTTP/1.1 ") as listener:
        await read(await ask(connections, listener.url))
        asking = [asyncio.create_task(ask(connections, listener.url)) for _ in range(2)]
        while len(listener.heads) < 3:
            await asyncio.sleep(0.001)
        await connections.close()
        ended = await asyncio.gather(*asking, return_exceptions=True)
        assert [type(each) for each in ended] == [httpx.ReadError] * 2
        for _ in range(2):
            await listener.gone.acquire()


async def test_next_address_is_tried_when_one_refuses() -> None:
    async with listening() as listener:
        connections = made(To(ResolvedAddress("127.0.0.1", free_port()), ResolvedAddress("127.0.0.1", listener.port)))
        assert await read(await ask(connections, "http://registry.example/v2/")) == b"good"
        await connections.close()
    assert b"Host: registry.example\r\n" in listener.heads[0]


async def test_nothing_is_connected_to_when_one_of_a_names_addresses_is_refused() -> None:
    async with listening() as listener:
        connections = made(To(ResolvedAddress("127.0.0.1", listener.port), ResolvedAddress("169.254.169.254", 80)))
        with pytest.raises(AddressRefused):
            await ask(connections, "http://registry.example/v2/")
        assert listener.taken == 0


@pytest.mark.parametrize(
    "closed",
    [lambda response: response.close(), lambda response: None],
    ids=["closed", "left"],
)
async def test_answer_left_half_read_never_reaches_another(
    connections: Connections, closed: Callable[[Response], None]
) -> None:
    start = b"HTTP/1.1 307 Found\r\nContent-Length: 100\r\n\r\nhalf"
    async with listening(start, GOOD) as listener:
        closed(await ask(connections, listener.url))
        assert await read(await ask(connections, listener.url)) == b"good"
        assert listener.taken == 2
