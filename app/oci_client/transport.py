"""HTTP clients: one for each set of TLS settings, shared by all registries that have these settings."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import httpx
from cryptography import x509

from app.oci_client.address_guard import AddressGuard
from app.oci_client.limits import ClientLimits
from app.oci_client.reference import RegistryHost
from app.oci_client.tls import ConnectionSecurity, TlsSettings, ssl_context, unverified_context

if TYPE_CHECKING:
    from app.oci_client.aiohttp_transport import AiohttpTransport

USER_AGENT: Final = "chartroom-oci-client/1"
# What OpenSSL says when the other side answers a handshake with something that is not TLS.
NOT_TLS_REASONS: Final = frozenset(
    {
        "WRONG_VERSION_NUMBER",
        "RECORD_LAYER_FAILURE",
        "HTTP_REQUEST",
        "UNKNOWN_PROTOCOL",
        "PACKET_LENGTH_TOO_LONG",
    }
)


@dataclass(frozen=True, slots=True)
class ResolvedAddress:
    """Where a name leads: an IP address and the port to use there."""

    address: str
    port: int


class Resolver(Protocol):
    """Names to addresses. Raises socket.gaierror."""

    async def resolve(self, host: str, port: int) -> Sequence[ResolvedAddress]:
        """In the order in which they should be tried."""


class SystemResolver:
    """What the machine itself would resolve a name to."""

    async def resolve(self, host: str, port: int) -> Sequence[ResolvedAddress]:
        """Each address once."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [
            ResolvedAddress(str(address), port)
            for address in dict.fromkeys(socket_address[0] for *_, socket_address in found)
        ]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """In seconds: until connected, between two pieces, and for everything to the last byte."""

    connect: float
    read: float
    total: float


class NameUnresolved(httpx.ConnectError):
    """`cause` is the resolver's own error."""

    def __init__(self, cause: OSError | None) -> None:
        super().__init__("name not resolved")
        self.cause = cause


class TlsUnspoken(httpx.ConnectError):
    """The other side answered a TLS handshake with something else."""


class CertificateRejected(httpx.ConnectError):
    """`certificate` is the refused one, where it could be had, so that people can be told what is wrong with
    it.
    """

    def __init__(self, cause: OSError | None, certificate: x509.Certificate | None) -> None:
        super().__init__("certificate rejected")
        self.verify_code: int | None = getattr(cause, "verify_code", None)
        self.verify_message: str = getattr(cause, "verify_message", "") or ""
        self.certificate = certificate


async def peer_certificate(
    resolver: Resolver, guard: AddressGuard, host: str, port: int, timeout_seconds: float = 5.0
) -> x509.Certificate | None:
    """The certificate that a server shows, unverified and only to be described; nothing is sent there."""
    try:
        async with asyncio.timeout(timeout_seconds):
            target = (await guarded_addresses(resolver, guard, host, port))[0]
            _, writer = await asyncio.open_connection(
                target.address, target.port, ssl=unverified_context(), server_hostname=host
            )
            try:
                der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            finally:
                writer.close()
        return x509.load_der_x509_certificate(der)
    except (OSError, ValueError, TypeError, IndexError):
        return None


async def guarded_addresses(resolver: Resolver, guard: AddressGuard, host: str, port: int) -> Sequence[ResolvedAddress]:
    """Where `host`, a name or an address, leads. Raises AddressRefused and socket.gaierror."""
    try:
        socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
        addresses: Sequence[ResolvedAddress] = [ResolvedAddress(host, port)]
    except OSError:
        addresses = await resolver.resolve(host, port)
    for target in addresses:
        guard.check(host, target.address)
    return addresses


class HttpClient:
    """An httpx client for one set of TLS settings, and what was learnt about hosts through it."""

    def __init__(
        self,
        settings: TlsSettings,
        limits: ClientLimits,
        *,
        guard: AddressGuard,
        resolver: Resolver,
        system_context: Callable[[], ssl.SSLContext],
    ) -> None:
        self.settings = settings
        self.limits = limits
        self.guard = guard
        self.resolver = resolver
        self.ssl_context = ssl_context(settings, system_context)
        # Which INSECURE hosts turned out to speak plain http; learnt by trying https first.
        self.plain_http_hosts: set[RegistryHost] = set()
        self._transport: AiohttpTransport | None = None

    @property
    def insecure(self) -> bool:
        return self.settings.security is ConnectionSecurity.INSECURE

    async def open(
        self,
        method: str,
        url: httpx.URL | str,
        headers: Mapping[str, str],
        *,
        body: bytes | None,
        total_seconds: float,
    ) -> httpx.Response:
        """The answer's head; the caller reads and closes its body.

        A `url` given as text is sent as it is. Raises httpx.TransportError and AddressRefused.

        The transport is asked directly: redirects, cookies, authentication and hooks of httpx.AsyncClient are all
        things that must not happen here, and an httpx.Request costs more than sending it.
        """
        if self._transport is None:
            from app.oci_client.aiohttp_transport import AiohttpTransport

            self._transport = AiohttpTransport(self.ssl_context, self.resolver, self.guard)
        return await self._transport.ask(
            method,
            str(url),
            {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers},
            body,
            Timeouts(self.limits.connect_timeout_seconds, self.limits.read_timeout_seconds, total_seconds),
        )

    async def close(self) -> None:
        """Closes every connection."""
        if self._transport is not None:
            await self._transport.aclose()


class HttpClients:
    """Every HTTP client of the process; close it when the process ends."""

    def __init__(
        self,
        guard: AddressGuard,
        limits: ClientLimits | None = None,
        *,
        resolver: Resolver | None = None,
        system_context: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        """`system_context` makes the context that SECURE verifies with."""
        self._guard = guard
        self._limits = limits or ClientLimits()
        self._resolver = resolver or SystemResolver()
        self._system_context = system_context
        self._clients: dict[TlsSettings, HttpClient] = {}

    def with_settings(self, settings: TlsSettings) -> HttpClient:
        """The client for these settings, the same one each time. Raises InvalidCaCertificate."""
        client = self._clients.get(settings)
        if client is None:
            client = self._clients[settings] = HttpClient(
                settings,
                self._limits,
                guard=self._guard,
                resolver=self._resolver,
                system_context=self._system_context,
            )
        return client

    async def close(self) -> None:
        """Closes every connection; the clients are of no more use."""
        clients = list(self._clients.values())
        self._clients.clear()
        for client in clients:
            await client.close()
