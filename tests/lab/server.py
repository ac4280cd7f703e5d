"""The lab: every company's hosts behind one TLS server on loopback, told apart by name.

How to add a host:

    class TokenHost(LabHost):                       # a host of its own: login, API, storage
        def __init__(self, lab: Lab) -> None:
            super().__init__(lab, "auth.docker.io", takes_credentials=True)
            self.route("GET", "/token", self.mint)              # {name} is one path part, {name*} is any number
            self.route("GET", "/api/{owner}/list", self.owned)  # matched against the raw path: %2F stays %2F

        async def mint(self, request: web.Request, owner: str = "") -> web.StreamResponse: ...

A registry (`/v2/`) is a `LabRegistry` (tests/lab/registry.py) with hooks for what its company does differently.
Constructing a host adds it to the lab: its name resolves, has a certificate, and its requests are counted in
`lab.count(host, route)`, where route is "GET /token". Every other name is unknown to the resolver.

The watch: a secret is registered with the hosts it belongs to, `lab.watch(text, "auth.docker.io")`; `lab.client(...)`
does so for the credential it is given, and `lab.mint(...)` for tokens. A secret in the headers, query or body of a
request to any other host, any credential at a host made with takes_credentials=False (storage), and every cookie are
violations: the fixture fails the test for them at its end.

Knobs of every host: `latency_seconds`, `limit(times, retry_after=..., route=...)` (429), `fail(times, status)`.
"""

import asyncio
import base64
import contextlib
import itertools
import re
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from functools import cache
from urllib.parse import unquote_plus

import trustme
from aiohttp import web

from app.oci_client.address_guard import AddressGuard
from app.oci_client.client import RegistryClient
from app.oci_client.connecting import ResolvedAddress
from app.oci_client.credentials import Credential, Secret
from app.oci_client.limits import ClientLimits
from app.oci_client.provider import Provider
from app.oci_client.reference import RegistryHost
from app.oci_client.retrying import HostLimiter, Retrying
from app.oci_client.tls import TlsSettings
from app.oci_client.tokens import TokenCache
from app.oci_client.transport import HttpClients
from tests.oci_client.lab import LOOPBACK, Clock, pem_of, trusting

Handler = Callable[..., Awaitable[web.StreamResponse]]
SECRET_HEADERS = ("authorization", "cookie", "private-token", "x-jfrog-art-api", "proxy-authorization")


@cache
def lab_authority() -> trustme.CA:
    """The private CA of every lab in this process."""
    return trustme.CA(organization_name="Lab CA")


@cache
def _context_for(name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    lab_authority().issue_cert(name).configure_cert(context)
    return context


@dataclass(frozen=True)
class Seen:
    """A request as it came. `headers` have lower-case names."""

    host: str
    route: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Token:
    """A token that a lab host minted. `valid` is taken away when it is made to expire."""

    text: str
    account: str | None
    scopes: tuple[str, ...]
    ends_at: float
    valid: bool = True


@dataclass
class _Trouble:
    """What the next requests of a route are answered with."""

    left: int
    status: int
    headers: dict[str, str]
    body: str
    route: str


class LabHost:
    """One name of the lab."""

    def __init__(
        self, lab: "Lab", name: str, *, takes_credentials: bool, context: ssl.SSLContext | None = None
    ) -> None:
        """`context`: another certificate than a good one for this name."""
        self.lab = lab
        self.name = name
        self.takes_credentials = takes_credentials
        self.context = context
        self.latency_seconds = 0.0
        self._routes: list[tuple[str, str, re.Pattern[str], Handler]] = []
        self._troubles: list[_Trouble] = []
        lab.hosts[name] = self

    def route(self, method: str, pattern: str, handler: Handler) -> None:
        """GET takes HEAD along. Later routes come first, so that a subclass overrides."""
        parts = re.split(r"(\{\w+\*?\})", pattern)
        expression = "".join(
            f"(?P<{part.strip('{}*')}>{'.+' if part.endswith('*}') else '[^/]+'})"
            if part.startswith("{")
            else re.escape(part)
            for part in parts
        )
        self._routes.insert(0, (method, pattern, re.compile(expression), handler))

    def limit(self, times: int, *, retry_after: str | None = None, route: str = "", body: str = "") -> None:
        """429 for the next `times` requests whose route holds `route`."""
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        self._troubles.append(_Trouble(times, 429, headers, body or "Too Many Requests", route))

    def fail(self, times: int, status: int, *, route: str = "", body: str = "") -> None:
        """`status` for the next `times` requests whose route holds `route`."""
        self._troubles.append(_Trouble(times, status, {}, body, route))

    def find(self, method: str, raw_path: str) -> tuple[str, Handler, dict[str, str]] | None:
        """The route's name, its handler and the path's parts."""
        for offered, pattern, expression, handler in self._routes:
            match = expression.fullmatch(raw_path)
            if match and (offered == method or (offered == "GET" and method == "HEAD")):
                return f"{method} {pattern}", handler, match.groupdict()
        return None

    async def answer(
        self, request: web.Request, route: str, handler: Handler, parts: dict[str, str]
    ) -> web.StreamResponse:
        await asyncio.sleep(self.latency_seconds)
        for trouble in self._troubles:
            if trouble.left and trouble.route in route:
                trouble.left -= 1
                return web.Response(status=trouble.status, text=trouble.body, headers=trouble.headers)
        return await handler(request, **parts)


@dataclass
class Lab:
    """Hosts, the content behind them, and what was asked of them."""

    port: int = 0
    hosts: dict[str, LabHost] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    names_refused: list[str] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    tokens: dict[str, Token] = field(default_factory=dict)
    limits: ClientLimits = field(default_factory=lambda: ClientLimits(tries_max=2))

    def __post_init__(self) -> None:
        self._counted: Counter[tuple[str, str]] = Counter()
        self._watched: dict[str, set[str]] = {}
        self._numbers = itertools.count(1)
        self.token_cache = TokenCache(self.clock)
        self.http_clients = HttpClients(
            AddressGuard(LOOPBACK), self.limits, resolver=self, system_context=trusting(lab_authority())
        )

    # What the code under test is given.

    async def resolve(self, host: str, port: int) -> Sequence[ResolvedAddress]:
        """The lab is its own resolver: its hosts are on loopback, nothing else is anywhere."""
        if host not in self.hosts:
            self.names_refused.append(host)
            raise socket.gaierror(socket.EAI_NONAME, "not a host of the lab")
        return [ResolvedAddress("127.0.0.1", self.port)]

    @property
    def ca_pem(self) -> str:
        return pem_of(lab_authority())

    def client(
        self,
        host: str,
        credential: Credential,
        provider: Provider,
        *,
        belongs_to: Sequence[str] | None = None,
        limits: ClientLimits | None = None,
        settings: TlsSettings | None = None,
    ) -> RegistryClient:
        """A client as the application makes it, with the lab's clock in place of time.

        `belongs_to`: hosts that may see the credential's secrets; by default all hosts that take credentials.
        """
        takers = [name for name, each in self.hosts.items() if each.takes_credentials]
        for part in fields(credential):
            value = getattr(credential, part.name)
            if isinstance(value, Secret):
                self.watch(value.reveal(), *(takers if belongs_to is None else belongs_to))
        limits = limits or self.limits
        return RegistryClient(
            RegistryHost.parse(host),
            provider=provider,
            credential=credential,
            http=self.http_clients.with_settings(settings or TlsSettings()),
            limiter=HostLimiter(clock=self.clock, sleep=self.clock.sleep),
            limits=limits,
            tokens=self.token_cache,
            retrying=Retrying(limits, sleep=self.clock.sleep, chance=lambda: 0.5),
            clock=self.clock,
        )

    # What the hosts use.

    def watch(self, secret: str, *belongs_to: str) -> None:
        """From now on `secret` may be seen by these hosts only; asked twice, by those of both."""
        self._watched.setdefault(secret, set()).update(belongs_to)

    def mint(
        self,
        account: str | None,
        scopes: Sequence[str],
        belongs_to: Sequence[str],
        lifetime_seconds: float,
        text: str = "",
    ) -> Token:
        """A token for these hosts. `account`: None is nobody in particular."""
        text = text or f"lab-token-{next(self._numbers)}-7d1c"
        token = self.tokens[text] = Token(text, account, tuple(scopes), self.clock() + lifetime_seconds)
        self.watch(text, *belongs_to)
        return token

    def good_token(self, text: str) -> Token | None:
        """The token when the lab minted it and it holds."""
        token = self.tokens.get(text)
        return token if token and token.valid and token.ends_at > self.clock() else None

    def expire_tokens(self) -> None:
        """As if time had passed on the servers only: the code under test finds out by a 401."""
        for token in self.tokens.values():
            token.valid = False

    # What tests ask.

    def count(self, host: str | None = None, route: str = "") -> int:
        """Requests to `host` (None: to any) whose route, such as "GET /token", holds `route`."""
        return sum(n for (at, named), n in self._counted.items() if host in (None, at) and route in named)

    def counted(self) -> dict[tuple[str, str], int]:
        """Requests for each (host, route)."""
        return dict(self._counted)

    def seen_at(self, host: str, route: str = "") -> list[Seen]:
        return [seen for seen in self.seen if seen.host == host and route in seen.route]

    def forget_requests(self) -> None:
        """Counts from zero; violations stay."""
        self._counted.clear()
        self.seen.clear()

    # How it serves.

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.host.partition(":")[0].lower()
        host = self.hosts.get(name)
        if host is None:
            return web.Response(status=421, text="no host of the lab")
        path = request.rel_url.raw_path
        found = host.find(request.method, path)
        route = found[0] if found else f"{request.method} ?"
        headers = {key.lower(): value for key, value in request.headers.items()}
        seen = Seen(name, route, path, request.rel_url.raw_query_string, headers, await request.read())
        self.seen.append(seen)
        self._counted[name, route] += 1
        self.violations += self._leaks(host, seen)
        if found is None:
            return web.Response(status=404, text="404 page not found")
        return await host.answer(request, *found)

    def _leaks(self, host: LabHost, seen: Seen) -> list[str]:
        where = f"{host.name} ({seen.route})"
        found: list[str] = []
        if "cookie" in seen.headers:
            found.append(f"A cookie reached {where}.")
        carried = [name for name in SECRET_HEADERS if name in seen.headers]
        if carried and not host.takes_credentials:
            found.append(f"{', '.join(carried)} reached {where}, which takes no credentials.")
        text = _everything(seen)
        for secret, owners in self._watched.items():
            if secret in text and host.name not in owners:
                found.append(f"A secret of {', '.join(sorted(owners)) or 'nobody'} reached {where}: {secret[:6]}…")
        return found


def _everything(seen: Seen) -> str:
    """All text of a request in which a secret may stand, Basic decoded."""
    texts = [*seen.headers.values(), unquote_plus(seen.query), unquote_plus(seen.path)]
    body = seen.body.decode("utf-8", "replace")
    texts += [body, unquote_plus(body)]
    with contextlib.suppress(ValueError):
        scheme, _, value = seen.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            texts.append(base64.b64decode(value).decode("utf-8", "replace"))
    return "\n".join(texts)


def basic_pair(request: web.Request) -> tuple[str, str] | None:
    """User and password of a request's Basic, None without one."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    user, _, password = base64.b64decode(value).decode().partition(":")
    return user, password


def bearer_text(request: web.Request) -> str:
    """The token of a request's Bearer; empty without one."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value if scheme.lower() == "bearer" else ""


@asynccontextmanager
async def running_lab() -> AsyncIterator[Lab]:
    """A lab on a free port. Raises AssertionError at the end when a credential went where it does not belong."""
    lab = Lab()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    lab_authority().issue_cert("lab.invalid").configure_cert(context)

    def choose(connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> int | None:
        host = lab.hosts.get(name or "")
        if host is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = host.context or _context_for(host.name)
        return None

    context.sni_callback = choose
    runner = web.ServerRunner(web.Server(lab.handle, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    lab.port = runner.addresses[0][1]
    try:
        yield lab
    finally:
        await lab.http_clients.close()
        await runner.cleanup()
    assert not lab.violations, "\n".join(lab.violations)
