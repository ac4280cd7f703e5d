"""Requests carried by aiohttp, answers in the words of httpx. Imported on first use: aiohttp costs a tenth of a second.

httpx's own transport costs five times the CPU, and that of httpx-aiohttp calls a refused connection and a
failed
TLS handshake a time-out; here each failure keeps its kind.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import aiohttp
import httpx
import yarl
from aiohttp.abc import AbstractResolver, ResolveResult

from app.oci_client.address_guard import AddressGuard
from app.oci_client.transport import (
    NOT_TLS_REASONS,
    CertificateRejected,
    NameUnresolved,
    Resolver,
    Timeouts,
    TlsUnspoken,
    peer_certificate,
)

# Signed storage URLs in `Location` and opaque marks in `Link` go beyond aiohttp's 8 KiB.
HEADER_MAX_BYTES: Final = 32 * 1024
KEEP_ALIVE_SECONDS: Final = 30.0


class GuardedResolver(AbstractResolver):
    """Resolves, and lets only those addresses through that may be connected to."""

    def __init__(self, resolver: Resolver, guard: AddressGuard) -> None:
        self._resolver = resolver
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises AddressRefused when any address is not allowed: a name with two faces is not trusted."""
        results: list[ResolveResult] = []
        for target in await self._resolver.resolve(host, port):
            self._guard.check(host, target.address)
            results.append(
                ResolveResult(
                    hostname=host,
                    host=target.address,
                    port=target.port,
                    family=socket.AF_INET6 if ":" in target.address else socket.AF_INET,
                    proto=0,
                    flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                )
            )
        return results

    async def close(self) -> None:
        """Nothing is held."""


class AiohttpTransport:
    """No cookies, no redirects, no decoding, no proxies from the environment."""

    def __init__(self, context: ssl.SSLContext, resolver: Resolver, guard: AddressGuard) -> None:
        self._resolver = resolver
        self._guard = guard
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=context,
                resolver=GuardedResolver(resolver, guard),
                # Unbounded here: each host's limiter bounds its own, and one slow host must not starve the
                # others.
                limit=0,
                keepalive_timeout=KEEP_ALIVE_SECONDS,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            max_line_size=HEADER_MAX_BYTES,
            max_field_size=HEADER_MAX_BYTES,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )

    async def ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeouts: Timeouts
    ) -> httpx.Response:
        """Raises httpx.TransportError and AddressRefused."""
        address = yarl.URL(url, encoded=True)
        host = address.host or ""
        if ":" in host or host.rpartition(".")[2].isdigit():
            self._guard.check(host, host)  # aiohttp does not ask the resolver about literals
        failure: Exception
        try:
            response = await self._session.request(
                method,
                address,
                headers=headers,
                data=body or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    total=timeouts.total,
                    connect=timeouts.connect,
                    sock_connect=timeouts.connect,
                    sock_read=timeouts.read,
                ),
            )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            failure = error
        else:
            return httpx.Response(response.status, headers=response.raw_headers, stream=_Body(response))
        # Outside the except block: aiohttp's errors carry the request's headers, and would be the context.
        raise await self._kind_of(failure, address) from _bare_cause(failure)

    async def _kind_of(self, error: Exception, address: yarl.URL) -> Exception:
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            host, port = address.host or "", address.port or 443
            certificate = await peer_certificate(self._resolver, self._guard, host, port)
            return CertificateRejected(_bare_cause(error), certificate)
        return _translated(error)

    async def aclose(self) -> None:
        await self._session.close()


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        failure: Exception
        try:
            async for piece in self._response.content.iter_any():
                yield piece
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            failure = error
        else:
            return
        raise _translated(failure) from _bare_cause(failure)

    async def aclose(self) -> None:
        # A body read to its end has given its connection back already; any other connection is of no more
        # use.
        self._response.close()


def _bare_cause(error: Exception) -> OSError | None:
    """The operating system's or OpenSSL's own error, which knows nothing of our request."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        inner = error.certificate_error
        return inner if isinstance(inner, OSError) else None
    if isinstance(error, aiohttp.ClientConnectorError):
        return error.os_error
    return None


def _translated(error: Exception) -> Exception:
    cause: Any = _bare_cause(error)
    match error:
        case aiohttp.ClientConnectorDNSError():
            return NameUnresolved(cause)
        case aiohttp.ClientConnectorSSLError():
            reason = getattr(cause, "reason", None) or ""
            return TlsUnspoken(reason) if reason in NOT_TLS_REASONS else httpx.ConnectError(str(reason))
        case aiohttp.ConnectionTimeoutError():
            return httpx.ConnectTimeout("connect")
        case aiohttp.SocketTimeoutError():
            return httpx.ReadTimeout("read")
        case asyncio.TimeoutError():
            return httpx.ReadTimeout("total")
        case aiohttp.ClientConnectorError():
            return httpx.ConnectError("connect")
        case aiohttp.ClientPayloadError():
            return httpx.ReadError("body cut short")
        case aiohttp.ClientConnectionError() | OSError():
            return httpx.ReadError("connection lost")
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            return httpx.UnsupportedProtocol("address")
        case _:
            return httpx.RemoteProtocolError("no HTTP")
