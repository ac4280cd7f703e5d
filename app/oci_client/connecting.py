"""From a name to a connection: resolved, guarded, connected, secured; each failure keeps its kind."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import httpx
from aiohappyeyeballs import start_connection

from app.oci_client.address_guard import AddressGuard
from app.oci_client.tls import read_shown_certificate, unverified_context

if TYPE_CHECKING:
    from cryptography import x509

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
# RFC 8305, 5: the next address is tried beside one that does not answer at once.
NEXT_ADDRESS_SECONDS: Final = 0.25
Spoken = TypeVar("Spoken", bound=asyncio.BaseProtocol)


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

    def __init__(self, cause: OSError | None, certificate: "x509.Certificate | None") -> None:
        super().__init__("certificate rejected")
        self.verify_code: int | None = getattr(cause, "verify_code", None)
        self.verify_message: str = getattr(cause, "verify_message", "") or ""
        self.certificate = certificate


async def peer_certificate(
    resolver: Resolver, guard: AddressGuard, host: str, port: int, timeout_seconds: float = 5.0
) -> "x509.Certificate | None":
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
        return await asyncio.to_thread(read_shown_certificate, der)
    except (OSError, ValueError, TypeError, IndexError):
        return None


async def guarded_addresses(resolver: Resolver, guard: AddressGuard, host: str, port: int) -> Sequence[ResolvedAddress]:
    """Where `host`, a name or an address, leads. Raises AddressRefused and socket.gaierror.

    AddressRefused when any address is not allowed: a name with two faces is not trusted.
    """
    try:
        socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
        addresses: Sequence[ResolvedAddress] = [ResolvedAddress(host, port)]
    except OSError:
        addresses = await resolver.resolve(host, port)
    for target in addresses:
        guard.check(host, target.address)
    return addresses


class Connecting:
    """Opens connections with one set of TLS settings. To the addresses that were checked, never to a name."""

    def __init__(self, context: ssl.SSLContext, resolver: Resolver, guard: AddressGuard) -> None:
        self._context = context
        self._resolver = resolver
        self._guard = guard

    async def open(
        self, make: Callable[[], Spoken], host: str, port: int, *, secured: bool, timeout_seconds: float
    ) -> Spoken:
        """What `make` makes, connected. Raises httpx.TransportError, its cause chained, and AddressRefused."""
        failure: Exception
        cause: Exception | None
        try:
            async with asyncio.timeout(timeout_seconds):
                return await self._opened(make, host, port, secured)
        except TimeoutError as error:
            # The system's own time-out is one as well; ours has no number.
            failure, cause = httpx.ConnectTimeout("connect"), error if error.errno else None
        except socket.gaierror as error:
            failure, cause = NameUnresolved(error), error
        except ssl.SSLCertVerificationError as error:
            certificate = await peer_certificate(self._resolver, self._guard, host, port)
            failure, cause = CertificateRejected(error, certificate), error
        except ssl.SSLError as error:
            reason = error.reason or ""
            kind = TlsUnspoken if reason in NOT_TLS_REASONS else httpx.ConnectError
            failure, cause = kind(reason), error
        except (OSError, RuntimeError) as error:
            failure, cause = httpx.ConnectError("connect"), error
        raise failure from cause

    async def _opened(self, make: Callable[[], Spoken], host: str, port: int, secured: bool) -> Spoken:
        targets = await guarded_addresses(self._resolver, self._guard, host, port)
        if not targets:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        infos = [_address_info(target) for target in targets]
        connected = await start_connection(infos, happy_eyeballs_delay=NEXT_ADDRESS_SECONDS)
        loop = asyncio.get_running_loop()
        try:
            if not secured:
                return (await loop.create_connection(make, sock=connected))[1]
            return (await loop.create_connection(make, sock=connected, ssl=self._context, server_hostname=host))[1]
        except BaseException:
            connected.close()
            raise


def _address_info(target: ResolvedAddress) -> tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]:
    if ":" in target.address:
        address, _, zone = target.address.partition("%")
        scope = int(zone) if zone.isdigit() else (socket.if_nametoindex(zone) if zone else 0)
        return socket.AF_INET6, socket.SOCK_STREAM, 0, "", (address, target.port, 0, scope)
    return socket.AF_INET, socket.SOCK_STREAM, 0, "", (target.address, target.port)
