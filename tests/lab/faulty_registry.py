"""A registry of real charts on loopback, over plain HTTP, that goes wrong where it is told to.

It pages its tags, sends blobs in pieces, wants bearer tokens where it has a login, and remembers what it was asked.
Trouble is put in by kind of request: "token", "tags", "manifest", "blob".
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.lab.content import Repository
from tests.oci_client.lab import digest

KINDS = re.compile(r"/v2/(?P<repository>.+)/(?P<kind>tags|manifests|blobs)/(?P<reference>.+)")
NAMES = {"tags": "tags", "manifests": "manifest", "blobs": "blob"}
PIECE_BYTES = 4096

Answer = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]
"""From the request, and the bytes that an honest answer would have, to the answer given."""


@dataclass(frozen=True)
class Asked:
    """A request as it came; `at` is of the monotonic clock, in seconds."""

    method: str
    kind: str
    repository: str
    reference: str
    status: int
    at: float


@dataclass
class _Trouble:
    kind: str
    of: str
    left: int
    answer: Answer


@dataclass
class FaultyRegistry:
    """`host` is host:port. Reads like a DockerRegistry to whoever registers it."""

    port: int = 0
    login: bool = False
    tags_page_max: int = 1000
    latency_seconds: float = 0.0
    repositories: dict[str, Repository] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    password: str | None = None
    ca_pem: str | None = None
    token_requests_max: int | None = None
    """Of registry requests that one token is good for; None: any number."""

    def __post_init__(self) -> None:
        self.password = "pull-canary-83" if self.login else None
        self._troubles: list[_Trouble] = []
        self._afterwards: list[tuple[str, str, Callable[[], object]]] = []
        self._tokens: dict[str, int] = {}

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def username(self) -> str | None:
        return "ada" if self.login else None

    def repository(self, name: str) -> Repository:
        return self.repositories.setdefault(name, Repository(name, public=True))

    def go_wrong(self, kind: str, answer: Answer, *, of: str = "", times: int = 1) -> None:
        """The next `times` requests of this kind whose reference holds `of`."""
        self._troubles.append(_Trouble(kind, of, times, answer))

    def afterwards(self, kind: str, change: Callable[[], object], *, of: str = "") -> None:
        """Done once, when the next answer of this kind is made up and before it is sent."""
        self._afterwards.append((kind, of, change))

    def count(self, kind: str, *, method: str = "GET", of: str = "") -> int:
        return sum((one.kind, one.method) == (kind, method) and of in one.reference for one in self.asked)

    # ── Answers ──

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.rel_url.raw_path
        found = KINDS.fullmatch(path)
        kind = NAMES[found["kind"]] if found else {"/token": "token", "/v2/": "ping"}.get(path, "other")
        repository, reference = (found["repository"], found["reference"]) if found else ("", path)
        if self.latency_seconds:
            await asyncio.sleep(self.latency_seconds)
        status, body, headers = self._honest(request, kind, repository, reference)
        for entry in [one for one in self._afterwards if one[0] == kind and one[1] in reference]:
            self._afterwards.remove(entry)
            entry[2]()
        trouble = next((one for one in self._troubles if one.left and one.kind == kind and one.of in reference), None)
        now = time.monotonic()
        self.asked.append(Asked(request.method, kind, repository, reference, 0 if trouble else status, now))
        if trouble is not None:
            trouble.left -= 1
            return await trouble.answer(request, body)
        if kind != "blob" or status != 200:
            return web.Response(status=status, body=body, headers=headers)
        return await in_pieces(request, body)

    def _honest(
        self, request: web.Request, kind: str, repository: str, reference: str
    ) -> tuple[int, bytes, dict[str, str]]:
        if kind == "token":
            token = f"token-{len(self._tokens) + 1}"
            self._tokens[token] = 0
            return 200, f'{{"token": "{token}", "expires_in": 3600}}'.encode(), {}
        if self.login and not self._is_let_in(request):
            challenge = f'Bearer realm="http://{self.host}/token",service="lab"'
            return 401, b'{"errors": [{"code": "UNAUTHORIZED"}]}', {"WWW-Authenticate": challenge}
        if kind == "ping":
            return 200, b"{}", {}
        held = self.repositories.get(repository)
        if held is None:
            return 404, b'{"errors": [{"code": "NAME_UNKNOWN"}]}', {}
        if kind == "tags":
            return self._tags(request, held)
        if kind == "blob":
            blob = held.blobs.get(reference)
            return (404, b'{"errors": [{"code": "BLOB_UNKNOWN"}]}', {}) if blob is None else (200, blob, {})
        manifest = held.find(reference)
        if manifest is None:
            return 404, b'{"errors": [{"code": "MANIFEST_UNKNOWN"}]}', {}
        return 200, manifest.body, {"Docker-Content-Digest": manifest.digest, "Content-Type": manifest.media_type}

    def _is_let_in(self, request: web.Request) -> bool:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self._tokens:
            return False
        self._tokens[token] += 1
        return self.token_requests_max is None or self._tokens[token] <= self.token_requests_max

    def _tags(self, request: web.Request, held: Repository) -> tuple[int, bytes, dict[str, str]]:
        names = sorted(held.tags)
        size = min(int(request.query.get("n", self.tags_page_max)), self.tags_page_max)
        last = request.query.get("last", "")
        rest = [name for name in names if name > last]
        headers = {"Content-Type": "application/json"}
        if len(rest) > size:
            headers["Link"] = f'</v2/{held.name}/tags/list?n={size}&last={rest[size - 1]}>; rel="next"'
        listed = ",".join(f'"{name}"' for name in rest[:size])
        return 200, f'{{"name": "{held.name}", "tags": [{listed}]}}'.encode(), headers


async def in_pieces(request: web.Request, body: bytes, *, pause_seconds: float = 0.0) -> web.StreamResponse:
    """The whole body, piece by piece, each on its way before the next."""
    response = web.StreamResponse(headers={"Content-Length": str(len(body))})
    await response.prepare(request)
    for start in range(0, len(body), PIECE_BYTES):
        await response.write(body[start : start + PIECE_BYTES])
        await asyncio.sleep(pause_seconds)
    return response


@asynccontextmanager
async def serving(registry: FaultyRegistry) -> AsyncIterator[FaultyRegistry]:
    """On `registry.port`, on a free one where that is 0."""
    runner = web.ServerRunner(web.Server(registry.handle, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", registry.port, reuse_address=True).start()
    registry.port = runner.addresses[0][1]
    try:
        yield registry
    finally:
        await runner.cleanup()


# ── Ways of going wrong ──


def refusing(status: int, **headers: str) -> Answer:
    """An error of this status; underscores in header names become hyphens."""

    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, headers=named)

    return answer


def saying(text: bytes, content_type: str = "application/octet-stream") -> Answer:
    """200, and this instead of what was asked for."""

    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        return web.Response(body=text, content_type=content_type)

    return answer


async def truncating(request: web.Request, body: bytes) -> web.StreamResponse:
    """Half of it, though the head announces all of it; then the line goes dead."""
    response = web.StreamResponse(headers={"Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    assert request.transport is not None
    request.transport.abort()
    return response


async def dripping(request: web.Request, body: bytes) -> web.StreamResponse:
    """One byte at a time."""
    response = web.StreamResponse(headers={"Content-Length": str(len(body))})
    await response.prepare(request)
    for at in range(len(body)):
        await response.write(body[at : at + 1])
        await asyncio.sleep(0.1)
    return response


def waiting_for(go_on: asyncio.Event, reached: asyncio.Event) -> Answer:
    """The honest bytes, once there is a word."""

    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        reached.set()
        await go_on.wait()
        return await in_pieces(request, body)

    return answer


__all__ = [
    "Asked",
    "FaultyRegistry",
    "digest",
    "dripping",
    "in_pieces",
    "refusing",
    "saying",
    "serving",
    "truncating",
    "waiting_for",
]
