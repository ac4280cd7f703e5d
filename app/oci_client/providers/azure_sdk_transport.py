"""What azure-identity sends, carried by our own client. Imported with the SDK, when first needed.

Two ways out, and no third: Microsoft's sign-in service over https, through the address guard like everything else;
and the machine's own metadata endpoint, the only one that may live at an address which the guard refuses.
"""

import asyncio
import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
from azure.core.pipeline.transport import AsyncHttpResponse, AsyncHttpTransport
from azure.core.rest import HttpRequest

from app.oci_client.address_guard import AddressGuard
from app.oci_client.answers import Answer, Asked, Subject
from app.oci_client.connecting import Connecting, SystemResolver
from app.oci_client.connections import Connections, Timeouts
from app.oci_client.errors import AddressRefused, RegistryUnreachable
from app.oci_client.response import Response

if TYPE_CHECKING:
    from app.oci_client.calling import Caller

IMDS_ORIGIN: Final = "http://169.254.169.254"
# Where azure-identity looks for an identity endpoint: AKS pod identity, App Service and Container Apps, Cloud Shell
# and Azure ML, Azure Arc. Set by the platform that Chartroom runs on, never by those who use it.
METADATA_VARIABLES: Final = (
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "IDENTITY_ENDPOINT",
    "MSI_ENDPOINT",
    "IMDS_ENDPOINT",
)
# It is on the same machine; where nothing answers within seconds, there is none. azure-identity waits 2 s too.
METADATA_CONNECT_SECONDS: Final = 2.0
METADATA_TOTAL_SECONDS: Final = 20.0
# The SDK logs what it raises, which for an answer that cannot be decoded is the whole answer, token included. What
# it raises is explained by us.
logging.getLogger("azure.identity").setLevel(logging.CRITICAL)


def metadata_origins(environment: Mapping[str, str]) -> frozenset[str]:
    """Scheme, host and port of every metadata endpoint of this machine; plain http only, as they all are."""
    urls = [IMDS_ORIGIN, *(environment[name] for name in METADATA_VARIABLES if environment.get(name))]
    return frozenset(_origin(url) for url in urls if urlsplit(url).scheme == "http")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


class _OnlyMetadata(AddressGuard):
    """The opposite of the guard: lets through what the fixed metadata lookup is made of, nothing else."""

    def __init__(self, origins: frozenset[str]) -> None:
        super().__init__()
        self._hosts = frozenset(urlsplit(origin).hostname for origin in origins)

    def check(self, host: str, address: str) -> None:
        if host not in self._hosts:
            raise AddressRefused(f"{host} is no metadata endpoint of this machine.", host=host, address=address)


class SdkAnswer(AsyncHttpResponse):
    """An answer read to its end, in the form that azure-core reads."""

    def __init__(self, request: Any, answer: Answer) -> None:
        super().__init__(request, answer)
        self.status_code = answer.status
        self.headers = dict(answer.headers)
        self.reason = ""
        self.content_type = answer.headers.get("content-type", "")
        self._body = answer.body

    def body(self) -> bytes:
        return self._body


class SdkTransport(AsyncHttpTransport[HttpRequest, SdkAnswer]):
    """`refusal` is the last answer that was none of success, for whoever explains what the SDK raised."""

    def __init__(self, caller: "Caller") -> None:
        self._caller = caller
        self._metadata: Connections | None = None
        self._origins = metadata_origins(os.environ)
        self.refusal: Answer | None = None
        self.metadata_failure: httpx.TransportError | None = None

    async def send(self, request: HttpRequest, **kwargs: Any) -> SdkAnswer:
        """Raises RegistryError where there is no answer."""
        content: Any = request.content
        body = urlencode(content).encode() if isinstance(content, Mapping) else content
        body = body.encode() if isinstance(body, str) else body
        headers = dict(request.headers)
        if _origin(request.url) in self._origins:
            answer = await self._ask_metadata(request.method, httpx.URL(request.url), headers, body)
        else:
            answer = await self._ask_sign_in_service(request.method, httpx.URL(request.url), headers, body)
        self.refusal = answer if answer.status != 200 else None
        return SdkAnswer(request, answer)

    async def _ask_sign_in_service(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        if url.scheme != "https":
            raise AddressRefused(f"{url.host} is no metadata endpoint of this machine, and not https.", host=url.host)
        return await self._caller.fetch_elsewhere(
            url,
            method=method,
            headers=headers,
            body=body,
            subject=Subject(Asked.TOKEN),
            max_bytes=self._caller.limits.token_max_bytes,
        )

    async def _ask_metadata(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        if self._metadata is None:
            guard = _OnlyMetadata(self._origins)
            self._metadata = Connections(Connecting(self._caller.http.ssl_context, SystemResolver(), guard))
        timeouts = Timeouts(METADATA_CONNECT_SECONDS, METADATA_TOTAL_SECONDS, METADATA_TOTAL_SECONDS)
        try:
            response = await self._metadata.ask(method, str(url), headers, body, timeouts)
            read = await _bounded(response, self._caller.limits.token_max_bytes)
        except httpx.TransportError as error:
            self.metadata_failure = error
        else:
            return Answer(response.status, response.headers, read, str(url))
        raise RegistryUnreachable(f"The identity endpoint {url.host} of this machine does not answer.", host=url.host)

    async def sleep(self, duration: float) -> None:
        await asyncio.sleep(duration)

    async def open(self) -> None:
        """Opened by the first request."""

    async def close(self) -> None:
        if self._metadata is not None:
            await self._metadata.close()
            self._metadata = None

    async def __aenter__(self) -> "SdkTransport":
        return self

    async def __aexit__(self, *args: object) -> None:
        await self.close()


async def _bounded(response: Response, max_bytes: int) -> bytes:
    """What is beyond `max_bytes` is cut off: a token is some KiB."""
    pieces: list[bytes] = []
    size = 0
    try:
        while size <= max_bytes and (piece := await response.piece()):
            pieces.append(piece)
            size += len(piece)
    finally:
        response.close()
    return b"".join(pieces)[:max_bytes]
