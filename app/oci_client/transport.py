"""HTTP clients: one for each set of TLS settings, shared by all registries that have these settings."""

import ssl
from collections.abc import Callable, Mapping
from typing import Final

import httpx

from app.oci_client.address_guard import AddressGuard
from app.oci_client.connecting import Connecting, Resolver, SystemResolver
from app.oci_client.connections import Connections, Timeouts
from app.oci_client.limits import ClientLimits
from app.oci_client.reference import RegistryHost
from app.oci_client.response import Response
from app.oci_client.tls import ConnectionSecurity, TlsSettings, ssl_context

USER_AGENT: Final = "chartroom-oci-client/1"


class HttpClient:
    """A client for one set of TLS settings, and what was learnt about hosts through it."""

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
        self._connections = Connections(Connecting(self.ssl_context, resolver, guard))

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
    ) -> Response:
        """The answer's head, as a rule with all of its body; the caller closes it.

        A `url` given as text is sent as it is. Raises httpx.TransportError and AddressRefused.
        """
        limits = self.limits
        return await self._connections.ask(
            method,
            url if isinstance(url, str) else str(url),
            {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers},
            body,
            Timeouts(limits.connect_timeout_seconds, limits.read_timeout_seconds, total_seconds),
        )

    async def close(self) -> None:
        """Closes every connection."""
        await self._connections.close()


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
