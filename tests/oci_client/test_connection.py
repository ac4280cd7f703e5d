"""What comes over a connection is read in one way only, however it is cut; what is no answer costs the connection."""

import asyncio
from dataclasses import dataclass, field
from time import monotonic

import httpx
import pytest

from app.oci_client.connection import HEAD_MAX_BYTES, HEADERS_MAX, Connection, Lateness, NothingHeard
from app.oci_client.response import BUFFERED_MAX_BYTES, Response


class Wire(asyncio.Transport):
    """The other end of a connection that is not there."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = self.paused = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def is_closing(self) -> bool:
        return self.closed

    def abort(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


@dataclass
class Scene:
    """A connection that was asked something."""

    method: str = "GET"
    wire: Wire = field(default_factory=Wire)
    freed: list[Connection] = field(default_factory=list)
    lost: list[Connection] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.connection = Connection(Lateness(), self.freed.append, self.lost.append)
        self.connection.connection_made(self.wire)
        self.response = self.ask()

    def ask(self) -> Response:
        total_at = monotonic() + 60
        return self.connection.send(b"", is_head=self.method == "HEAD", total_at=total_at, read_seconds=30)

    def hear(self, *pieces: bytes) -> "Scene":
        for piece in pieces:
            if piece and not self.wire.closed:
                self.connection.data_received(piece)
        return self

    def hang_up(self, error: Exception | None = None) -> "Scene":
        self.wire.closed = True
        self.connection.connection_lost(error)
        return self

    @property
    def told(self) -> tuple[int, dict[str, str], bytes | None]:
        return self.response.status, dict(self.response.headers), self.response.whole()

    @property
    def refused(self) -> bool:
        return self.wire.closed and isinstance(self.response.failure, httpx.RemoteProtocolError)


@dataclass(frozen=True)
class Recorded:
    """An answer as registries send it, and what it means."""

    name: str
    text: bytes
    status: int
    headers: dict[str, str]
    body: bytes
    method: str = "GET"
    keeps_alive: bool = True
    until_close: bool = False


MANIFEST = b'{"schemaVersion":2}'
RECORDED = [
    Recorded(
        "length",
        b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Type: application/vnd.oci.image.manifest.v1+json\r\n"
        b'Content-Length: 19\r\nETag: "66"\r\n\r\n' + MANIFEST,
        200,
        {
            "server": "nginx/1.22.1",
            "content-type": "application/vnd.oci.image.manifest.v1+json",
            "content-length": "19",
            "etag": '"66"',
        },
        MANIFEST,
    ),
    Recorded(
        "chunked",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;name=value\r\nchart\r\n1\r\n-\r\nA\r\n1.2.3-rc.1\r\n"
        b"0\r\nDigest: x\r\nOther: y\r\n\r\n",
        200,
        {"transfer-encoding": "chunked"},
        b"chart-1.2.3-rc.1",
    ),
    Recorded("empty", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, {"content-length": "0"}, b""),
    Recorded("no-content", b"HTTP/1.1 204 No Content\r\n\r\n", 204, {}, b""),
    Recorded(
        "not-modified",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\nEtag: x\r\n\r\n",
        304,
        {"content-length": "500", "etag": "x"},
        b"",
    ),
    Recorded(
        "informational",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        200,
        {"content-length": "2"},
        b"{}",
    ),
    Recorded(
        "head",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nDocker-Content-Digest:  sha256:00 \r\n\r\n",
        200,
        {"content-length": "500", "docker-content-digest": "sha256:00"},
        b"",
        method="HEAD",
    ),
    Recorded(
        "head-chunked",
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        200,
        {"transfer-encoding": "chunked"},
        b"",
        method="HEAD",
    ),
    Recorded(
        "closing",
        b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 4\r\n\r\ngone",
        404,
        {"connection": "close", "content-length": "4"},
        b"gone",
        keeps_alive=False,
    ),
    Recorded(
        "old",
        b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nbody",
        200,
        {"content-length": "4"},
        b"body",
        keeps_alive=False,
    ),
    Recorded(
        "until-close",
        b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\nall of it",
        200,
        {"server": "x"},
        b"all of it",
        keeps_alive=False,
        until_close=True,
    ),
    Recorded(
        "twice-and-empty",
        b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nX-Empty:\r\nwww-authenticate: Bearer\r\n"
        b"Content-Length: 0\r\n\r\n",
        401,
        {"www-authenticate": "Basic, Bearer", "x-empty": "", "content-length": "0"},
        b"",
    ),
]
each_recorded = pytest.mark.parametrize("recorded", RECORDED, ids=lambda recorded: recorded.name)


@each_recorded
async def test_answer_is_the_same_wherever_it_is_cut(recorded: Recorded) -> None:
    text = recorded.text
    cuts = [[text[:at], text[at:]] for at in range(len(text))] + [[bytes([byte]) for byte in text]]
    for pieces in cuts:
        scene = Scene(recorded.method).hear(*pieces)
        if recorded.until_close:
            scene.hang_up()
        assert scene.told == (recorded.status, recorded.headers, recorded.body)
        assert (scene.freed == [scene.connection]) is recorded.keeps_alive
        assert scene.connection.usable is recorded.keeps_alive


@each_recorded
async def test_answer_is_never_whole_when_it_breaks_off(recorded: Recorded) -> None:
    for end in range(len(recorded.text)):
        scene = Scene(recorded.method).hear(recorded.text[:end]).hang_up()
        response = scene.response
        whole_so_far = recorded.until_close and response.status != 0
        assert (response.failure is None and response.ended) is whole_so_far
        assert isinstance(response.failure, NothingHeard) is (end == 0)
        assert not scene.connection.usable and scene.lost == [scene.connection] and scene.freed == []


async def test_body_until_close_is_not_whole_when_the_connection_is_reset() -> None:
    scene = Scene().hear(b"HTTP/1.1 200 OK\r\n\r\nhalf").hang_up(ConnectionResetError())
    assert isinstance(scene.response.failure, httpx.ReadError) and scene.response.whole() is None


@each_recorded
@pytest.mark.parametrize("then", RECORDED[:8], ids=lambda recorded: recorded.name)
async def test_next_answer_is_read_as_if_it_were_the_first(recorded: Recorded, then: Recorded) -> None:
    scene = Scene(recorded.method).hear(recorded.text)
    if not recorded.keeps_alive:
        assert not scene.connection.usable
        return
    scene.method = then.method
    scene.response = scene.ask()
    assert scene.hear(then.text).told == (then.status, then.headers, then.body)


OK = b"HTTP/1.1 200 OK\r\n"
NO_ANSWERS = {
    "text": b"hello, I am no web server\r\n\r\n",
    "tls-alert": b"\x15\x03\x01\x00\x02\x02\x16",
    "http2": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00",
    "request": b"GET / HTTP/1.1\r\n\r\n",
    "http3": b"HTTP/3.0 200 OK\r\n\r\n",
    "status-word": b"HTTP/1.1 OK 200\r\n\r\n",
    "status-long": b"HTTP/1.1 2000 OK\r\n\r\n",
    "status-099": b"HTTP/1.1 099 Odd\r\n\r\n",
    "switching": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "switching-alone": b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "no-colon": OK + b"Content-Length 5\r\n\r\nhello",
    "space-before-colon": OK + b"Content-Length : 5\r\n\r\nhello",
    "nul-in-header": OK + b"X: a\0b\r\n\r\n",
    "bare-cr": OK + b"X: a\rContent-Length: 0\r\n\r\n",
    "bare-lf": b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    "length-word": OK + b"Content-Length: many\r\n\r\n",
    "length-negative": OK + b"Content-Length: -1\r\n\r\n",
    "length-plus": OK + b"Content-Length: +5\r\n\r\nhello",
    "length-list": OK + b"Content-Length: 5, 5\r\n\r\nhello",
    "length-twice": OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "length-huge": OK + b"Content-Length: 99999999999999999999999\r\n\r\n",
    "length-and-chunked": OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "gzip-transfer": OK + b"Transfer-Encoding: gzip\r\n\r\nxx",
    "chunk-word": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "chunk-negative": OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n",
    "chunk-huge": OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    "chunk-longer": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n",
    "header-large": OK + b"X: " + b"x" * HEAD_MAX_BYTES + b"\r\nContent-Length: 0\r\n\r\n",
    "header-endless": OK + b"X: " + b"x" * 2 * HEAD_MAX_BYTES,
    "headers-many": OK + b"X: y\r\n" * (HEADERS_MAX + 1) + b"\r\n",
    "trailers-many": OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * (HEADERS_MAX + 2),
    "trailer-endless": OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"x" * 2 * HEAD_MAX_BYTES,
    "extension-endless": OK + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 2 * HEAD_MAX_BYTES,
    "informational-endless": b"HTTP/1.1 100 Continue\r\n\r\n" * 6000,
}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("pieces", ["whole", "kilobytes"])
@pytest.mark.parametrize("name", NO_ANSWERS)
async def test_what_is_no_answer_is_refused_and_costs_the_connection(name: str, pieces: str, method: str) -> None:
    text = NO_ANSWERS[name]
    size = len(text) if pieces == "whole" else 1000
    scene = Scene(method).hear(*(text[at : at + size] for at in range(0, len(text), size)))
    if method == "HEAD" and name.startswith(("chunk", "trailer", "extension", "gzip")):
        # The head was an answer; a body that was not asked for is dropped with the connection.
        assert scene.told[2] == b"" and scene.wire.closed
    else:
        assert scene.refused
    assert not scene.connection.usable and scene.freed == []


@pytest.mark.parametrize(
    "more",
    [OK + b"Content-Length: 4\r\n\r\nevil", b"H", b"HTTP/1.1 2", b"x", b"\0"],
    ids=["answer", "H", "half", "x", "0"],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_answer_stands_and_connection_goes_when_more_comes_behind_it(method: str, more: bytes) -> None:
    body = b"good" if method == "GET" else b""
    for text in ([OK + b"Content-Length: 4\r\n\r\n" + body + more], [OK + b"Content-Length: 4\r\n\r\n" + body, more]):
        scene = Scene(method).hear(*text)
        assert scene.told == (200, {"content-length": "4"}, body)
        assert scene.wire.closed and not scene.connection.usable


async def test_body_that_head_did_not_ask_for_costs_the_connection_wherever_it_is_cut() -> None:
    text = OK + b"Content-Length: 4\r\n\r\nevil"
    for at in range(1, len(text)):
        scene = Scene("HEAD").hear(text[:at], text[at:])
        assert scene.told == (200, {"content-length": "4"}, b"") and scene.wire.closed


async def test_connection_goes_when_something_comes_unasked() -> None:
    scene = Scene().hear(OK + b"Content-Length: 0\r\n\r\n")
    assert scene.connection.usable
    scene.hear(OK + b"Content-Length: 0\r\n\r\n")
    assert scene.wire.closed and not scene.connection.usable


async def test_host_is_not_listened_to_while_nobody_reads() -> None:
    scene = Scene().hear(OK + b"Content-Length: 10000000\r\n\r\n")
    while not scene.wire.paused:
        scene.hear(b"x" * 65536)
    assert scene.response.buffered <= BUFFERED_MAX_BYTES + 65536
    assert len(await scene.response.piece()) > BUFFERED_MAX_BYTES
    assert not scene.wire.paused and scene.response.buffered == 0


async def test_time_is_the_hosts_while_it_is_silent_and_ours_while_it_is_not_listened_to() -> None:
    scene = Scene()
    now = monotonic()
    assert scene.connection.due_at < now + 31
    scene.hear(OK + b"Content-Length: 10000000\r\n\r\n", b"x" * (BUFFERED_MAX_BYTES + 1))
    assert scene.wire.paused and scene.connection.due_at > now + 50
    assert not scene.connection.overdue(now + 40) and scene.connection.overdue(now + 61)
    await scene.response.piece()
    with pytest.raises(httpx.ReadTimeout):
        await scene.response.piece()


async def test_closing_an_answer_keeps_the_connection_only_when_all_of_it_came() -> None:
    done, half = Scene().hear(OK + b"Content-Length: 0\r\n\r\n"), Scene().hear(OK + b"Content-Length: 9\r\n\r\nx")
    for scene in (done, half):
        released: list[str] = []
        scene.response.release = lambda released=released: released.append("place")  # type: ignore[misc]
        scene.response.close()
        scene.response.close()
        assert released == ["place"]
    assert (done.connection.usable, half.connection.usable) == (True, False)


def test_news_may_be_as_late_as_the_loop_was_in_looking() -> None:
    lateness = Lateness()
    lateness.look(1.0, 10.0)
    lateness.look(2.0, 10.5)
    assert lateness.seconds == 0.5
    lateness.look(2.0, 10.7)
    assert lateness.seconds == 0.5, "the loop has not looked again: this came with the other"
    lateness.look(3.0, 11.0)
    assert lateness.seconds == 0.5


async def test_hosts_time_leaves_out_how_late_it_may_be_seen() -> None:
    lateness, scene = Lateness(), Scene()
    scene.connection = Connection(lateness, scene.freed.append, scene.lost.append)
    scene.connection.connection_made(scene.wire)
    for looked_before, least in ((3600.0, 0.0), (0.0, 0.002)):
        response = scene.ask()
        until = monotonic() + 0.002
        while monotonic() < until:
            pass
        lateness.look(-1.0 - looked_before, monotonic() - looked_before)
        scene.hear(OK + b"Content-Length: 0\r\n\r\n")
        assert least <= response.host_seconds <= response.began_at - response.sent_at
        assert (response.host_seconds == 0.0) is (least == 0.0)
