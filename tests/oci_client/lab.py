"""A registry on loopback that does as it is told, and remembers what it was asked."""

import hashlib
import json
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network

import trustme
from aiohttp import web

from app.oci_client.address_guard import AddressGuard
from app.oci_client.client import RegistryClient
from app.oci_client.connecting import ResolvedAddress
from app.oci_client.credentials import Anonymous, Credential, Secret, UsernamePassword
from app.oci_client.limits import ClientLimits
from app.oci_client.manifest import HELM_CHART, HELM_CONFIG, OCI_MANIFEST, Descriptor
from app.oci_client.provider import Provider
from app.oci_client.providers.generic import GenericProvider
from app.oci_client.reference import RegistryHost
from app.oci_client.retrying import HostLimiter, Retrying
from app.oci_client.tls import ConnectionSecurity, TlsSettings
from app.oci_client.tokens import TokenCache
from app.oci_client.transport import HttpClients

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
PASSWORD = "canary-password-4f1d"
CREDENTIAL = UsernamePassword("ada", Secret(PASSWORD))
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Seen:
    """What a request brought along."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class LabServer:
    """One origin. `handlers` are tried by longest path prefix; what none takes is 404."""

    port: int = 0
    scheme: str = "https"
    seen: list[Seen] = field(default_factory=list)
    handlers: dict[str, Handler] = field(default_factory=dict)

    def on(self, prefix: str, handler: Handler) -> None:
        self.handlers[prefix] = handler

    def paths(self) -> list[str]:
        return [seen.path for seen in self.seen]

    def secrets_seen(self) -> list[str]:
        """Authorization and cookies that reached this origin."""
        kept = ("authorization", "cookie")
        return [value for seen in self.seen for name, value in seen.headers.items() if name in kept]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(
            Seen(
                request.method,
                request.rel_url.raw_path,
                request.rel_url.raw_query_string,
                {name.lower(): value for name, value in request.headers.items()},
                await request.read(),
            )
        )
        fitting = [prefix for prefix in self.handlers if request.rel_url.raw_path.startswith(prefix)]
        if not fitting:
            return web.json_response({"errors": [{"code": "NOT_FOUND", "message": "no"}]}, status=404)
        return await self.handlers[max(fitting, key=len)](request)


@asynccontextmanager
async def serving(context: ssl.SSLContext | None = None, address: str = "127.0.0.1") -> AsyncIterator[LabServer]:
    """A lab server on a free port, closed at the end."""
    lab = LabServer(scheme="https" if context else "http")
    runner = web.ServerRunner(web.Server(lab.handle, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, address, 0, ssl_context=context)
    await site.start()
    lab.port = runner.addresses[0][1]
    try:
        yield lab
    finally:
        await runner.cleanup()


def server_context(authority: trustme.CA, *names: str, **kwargs: object) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*(names or ("127.0.0.1", "::1", "localhost")), **kwargs).configure_cert(context)  # type: ignore[arg-type]
    return context


def pem_of(authority: trustme.CA) -> str:
    return authority.cert_pem.bytes().decode()


def trusting(authority: trustme.CA) -> Callable[[], ssl.SSLContext]:
    """A "system" that knows one CA."""
    return lambda: ssl.create_default_context(cadata=pem_of(authority))


class FixedResolver:
    """Leads names to the lab, so that real host names are spoken to on loopback."""

    def __init__(self, ports: dict[str, int], address: str = "127.0.0.1") -> None:
        self._ports = ports
        self._address = address

    async def resolve(self, host: str, port: int) -> Sequence[ResolvedAddress]:
        if host not in self._ports:
            raise socket.gaierror(socket.EAI_NONAME, "not a name of the lab")
        return [ResolvedAddress(self._address, self._ports[host])]


class Clock:
    """Seconds that pass only when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@dataclass
class Bench:
    """A client and all it is made of, with doubles in place of time."""

    http_clients: HttpClients
    clock: Clock
    settings: TlsSettings
    tokens: TokenCache

    def client(
        self,
        lab_or_host: LabServer | RegistryHost,
        credential: Credential = CREDENTIAL,
        *,
        provider: Provider | None = None,
        limits: ClientLimits | None = None,
        limiter: HostLimiter | None = None,
    ) -> RegistryClient:
        host = lab_or_host
        if isinstance(host, LabServer):
            host = RegistryHost("127.0.0.1", host.port)
        limits = limits or ClientLimits()
        return RegistryClient(
            host,
            provider=provider or GenericProvider(),
            credential=credential,
            http=self.http_clients.with_settings(self.settings),
            limiter=limiter or HostLimiter(clock=self.clock, sleep=self.clock.sleep),
            limits=limits,
            tokens=self.tokens,
            retrying=Retrying(limits, sleep=self.clock.sleep, chance=lambda: 0.5),
        )

    def anonymous(self, lab: LabServer, limits: ClientLimits | None = None) -> RegistryClient:
        return self.client(lab, Anonymous(), limits=limits)


@asynccontextmanager
async def bench(
    authority: trustme.CA,
    settings: TlsSettings | None = None,
    *,
    resolver: FixedResolver | None = None,
    guard: AddressGuard | None = None,
    limits: ClientLimits | None = None,
) -> AsyncIterator[Bench]:
    clock = Clock()
    clients = HttpClients(
        guard or AddressGuard(LOOPBACK), limits, resolver=resolver, system_context=trusting(authority)
    )
    try:
        yield Bench(clients, clock, settings or TlsSettings(), TokenCache(clock))
    finally:
        await clients.close()


INSECURE = TlsSettings(ConnectionSecurity.INSECURE)


def digest(body: bytes) -> str:
    return "sha256:" + hashlib.sha256(body).hexdigest()


def blob(body: bytes, media_type: str = HELM_CHART) -> Descriptor:
    return Descriptor(media_type, digest(body), len(body))


def chart_manifest(layer: bytes = b"archive", config: bytes = b"{}", **more: object) -> bytes:
    """The manifest of a chart, as Helm writes it."""

    def descriptor(media_type: str, body: bytes) -> dict[str, object]:
        return {"mediaType": media_type, "digest": digest(body), "size": len(body)}

    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": descriptor(HELM_CONFIG, config),
            "layers": [descriptor(HELM_CHART, layer)],
            **more,
        }
    ).encode()


def fixed(body: bytes | str, status: int = 200, **headers: str) -> Handler:
    """Always the same answer; underscores in header names become hyphens."""
    raw = body.encode() if isinstance(body, str) else body

    async def handler(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, body=raw, headers=named)

    return handler


def in_turn(*handlers: Handler) -> Handler:
    """One after the other; the last one stays."""
    left = list(handlers)

    async def handler(request: web.Request) -> web.StreamResponse:
        return await (left.pop(0) if len(left) > 1 else left[0])(request)

    return handler


def bearer_protected(lab: LabServer, inner: Handler, *, realm: str, valid: Callable[[str], bool]) -> Handler:
    """`inner` for those whose token is valid, a Bearer challenge for others."""

    async def handler(request: web.Request) -> web.StreamResponse:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if valid(token):
            return await inner(request)
        challenge = f'Bearer realm="{realm}",service="lab"'
        return web.json_response(
            {"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]},
            status=401,
            headers={"WWW-Authenticate": challenge},
        )

    return handler
