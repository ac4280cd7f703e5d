"""HTTP clients that are imported and made when a registry is first spoken to: several MB, and a part of each start."""

from typing import TYPE_CHECKING

from app.oci_client.address_guard import AddressGuard
from app.oci_client.limits import ClientLimits
from app.oci_client.tls import TlsSettings

if TYPE_CHECKING:
    from app.oci_client.connecting import Resolver
    from app.oci_client.transport import HttpClient, HttpClients


class HttpClientsOnDemand:
    """HttpClients, once they are asked for."""

    def __init__(
        self, guard: AddressGuard, limits: ClientLimits | None = None, *, resolver: "Resolver | None" = None
    ) -> None:
        self._guard = guard
        self._limits = limits
        self._resolver = resolver
        self._made: HttpClients | None = None

    def with_settings(self, settings: TlsSettings) -> "HttpClient":
        """The client for these settings, the same one each time. Raises InvalidCaCertificate."""
        if self._made is None:
            from app.oci_client.transport import HttpClients

            self._made = HttpClients(self._guard, self._limits, resolver=self._resolver)
        return self._made.with_settings(settings)

    async def close(self) -> None:
        """Closes every connection; the clients are of no more use."""
        if self._made is not None:
            await self._made.close()
