"""The metadata server of Google Cloud: the one link-local address that is ever spoken to, and by nobody but the
identity of the process itself. What a person types never leads here.

Source: cloud.google.com/compute/docs/metadata/overview; google-auth google/auth/compute_engine/_metadata.py.
"""

import os
import ssl
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import httpx

from app.oci_client.address_guard import AddressGuard
from app.oci_client.answers import Answer, Asked, Subject
from app.oci_client.connecting import Resolver, SystemResolver
from app.oci_client.errors import AddressRefused, CredentialsRefused, RegistryError, RegistryUnreachable
from app.oci_client.limits import KIB, ClientLimits
from app.oci_client.reading import BodyReader
from app.oci_client.reference import RegistryHost
from app.oci_client.retrying import HostLimiter, Retrying
from app.oci_client.tls import TlsSettings
from app.oci_client.transport import HttpClient

METADATA_HOST: Final = "metadata.google.internal"
# Of Google over IPv4, which is that of AWS and Azure too, and over IPv6. Workload identity federation lets the
# process of a machine at AWS or Azure prove itself there.
METADATA_ADDRESSES: Final = frozenset({"169.254.169.254", "fd20:ce::254", "fd00:ec2::254"})
_ANSWER_MAX_BYTES: Final = 64 * KIB
# A hop inside the machine: an answer takes milliseconds, or there is no such server.
_LIMITS: Final = replace(
    ClientLimits(),
    connect_timeout_seconds=3.0,
    read_timeout_seconds=10.0,
    request_timeout_seconds=10.0,
    tries_max=3,
)


class MetadataServer:
    """Speaks to the metadata server, plain http by Google's design, and to nothing else.

    `GCE_METADATA_HOST` and `GCE_METADATA_ROOT` in `environment` lead elsewhere, as google-auth has it.
    """

    def __init__(
        self,
        *,
        environment: Mapping[str, str] = os.environ,
        resolver: Resolver | None = None,
        addresses: frozenset[str] = METADATA_ADDRESSES,
    ) -> None:
        """`addresses`: where the name may lead."""
        self._environment = environment
        self._resolver = resolver or SystemResolver()
        self._addresses = addresses

    def owns(self, url: httpx.URL) -> bool:
        """Whether a request to `url` is for the metadata server."""
        return url.scheme == "http" and (url.host in METADATA_ADDRESSES or url.host in (METADATA_HOST, self._elsewhere))

    @property
    def _elsewhere(self) -> str | None:
        named = self._environment.get("GCE_METADATA_HOST") or self._environment.get("GCE_METADATA_ROOT")
        return httpx.URL(f"http://{named}/").host if named else None

    async def fetch(self, method: str, url: httpx.URL, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """The answer, whatever its status below 500. Raises RegistryUnreachable when there is no such server."""
        guard = _MetadataGuard(self._addresses, self._elsewhere)
        # Nothing here speaks TLS, so nobody is trusted; the system's trust store would cost 20 ms to read.
        client = HttpClient(
            TlsSettings(),
            _LIMITS,
            guard=guard,
            resolver=self._resolver,
            system_context=lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        )
        host = RegistryHost(url.host, url.port)
        try:
            return await Retrying(_LIMITS).run(
                host, HostLimiter(), lambda: self._attempt(client, host, method, url, headers, body)
            )
        finally:
            await client.close()

    async def _attempt(
        self,
        client: HttpClient,
        host: RegistryHost,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Answer:
        failure: RegistryError
        try:
            response = await client.open(method, url, headers, body=body, total_seconds=_LIMITS.request_timeout_seconds)
        except (httpx.TransportError, AddressRefused) as error:
            failure = _unreachable(host, temporary=isinstance(error, httpx.TimeoutException))
        else:
            try:
                reader = BodyReader(host, _LIMITS, time.monotonic)
                text = await reader.read(response, Subject(Asked.PROVIDER_API), _ANSWER_MAX_BYTES)
            finally:
                response.close()
            if response.status < 500 and response.status != 429:
                return Answer(response.status, response.headers, text, str(url))
            failure = CredentialsRefused(
                f"Google's metadata server has no token just now; it answers {response.status}.",
                host=str(host),
                temporary=True,
            )
        raise failure


def _unreachable(host: RegistryHost, *, temporary: bool) -> RegistryUnreachable:
    return RegistryUnreachable(
        f"The metadata server of Google Cloud, {host}, is not reachable, so this machine has no Google identity. "
        "Workload identity needs Chartroom to run on Google Cloud (GKE, Compute Engine, Cloud Run); elsewhere, set "
        "GOOGLE_APPLICATION_CREDENTIALS of its process to a workload identity federation file, or use a service "
        "account's key.",
        host=str(host),
        temporary=temporary,
    )


class _MetadataGuard(AddressGuard):
    """Lets only the metadata server through."""

    def __init__(self, addresses: frozenset[str], elsewhere: str | None) -> None:
        super().__init__()
        self._addresses = addresses
        self._elsewhere = elsewhere

    def check(self, host: str, address: str) -> None:
        """Raises AddressRefused."""
        # What the operator's own environment names is the operator's choice.
        if address not in self._addresses and host != self._elsewhere:
            raise AddressRefused(f"{host} leads to {address}, which is no metadata server.", host=host, address=address)
