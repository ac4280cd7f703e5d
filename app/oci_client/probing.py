"""A connection tried step by step, so that people are told which step fails and what to mend."""

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

import httpx

from app.oci_client.answers import Presented
from app.oci_client.client import RegistryClient
from app.oci_client.connecting import (
    NOT_TLS_REASONS,
    CertificateRejected,
    NameUnresolved,
    ResolvedAddress,
    TlsUnspoken,
    guarded_addresses,
    peer_certificate,
)
from app.oci_client.connection_errors import connection_error
from app.oci_client.errors import MalformedManifest, ManifestNotFound, RegistryError, UnexpectedAnswer
from app.oci_client.manifest import ChartManifest
from app.oci_client.registry_text import quotable
from app.oci_client.stages import Stage, StageKind, StageOutcome
from app.oci_client.tls import ConnectionSecurity

# Signatures and attestations live beside charts, as tags that are digests.
_SIGNATURE_PREFIX: Final = "sha256-"
TAGS_LOOKED_AT: Final = 3


async def probe(client: RegistryClient, repositories: Sequence[str]) -> AsyncIterator[Stage]:
    """Every stage in order, each as soon as it is known; the first that fails skips the rest.

    Every repository gets a verdict of its own: one that fails does not skip the others. Never raises
    RegistryError.
    Give it a client that tries each request once or twice: people wait.
    """
    line = _Line(client)
    steps: list[tuple[StageKind, Callable[[], Awaitable[str]]]] = [
        (StageKind.ADDRESS, line.address),
        (StageKind.CONNECT, line.connect),
        (StageKind.TLS, line.tls),
        (StageKind.REGISTRY_API, line.registry_api),
        (StageKind.LOGIN, line.login),
    ]
    failed = False
    for kind, step in steps:
        stage = _skipped(kind) if failed else await _timed(kind, step)
        failed = failed or stage.outcome is StageOutcome.FAILED
        yield stage
    if failed:
        for repository in repositories:
            yield _skipped(StageKind.REPOSITORY, repository)
        return
    # All at once; the host's limiter bounds how many really are.
    verdicts = [asyncio.create_task(_repository(client, repository)) for repository in repositories]
    try:
        for verdict in verdicts:
            yield await verdict
    finally:
        for verdict in verdicts:
            verdict.cancel()


def _skipped(kind: StageKind, repository: str | None = None) -> Stage:
    return Stage(kind, StageOutcome.SKIPPED, "Not tried: an earlier step failed.", repository)


async def _repository(client: RegistryClient, repository: str) -> Stage:
    return await _timed(StageKind.REPOSITORY, lambda: _look_into(client, repository), repository)


async def _timed(kind: StageKind, step: Callable[[], Awaitable[str]], repository: str | None = None) -> Stage:
    began_at = time.monotonic()
    error: RegistryError | None = None
    try:
        message = await step()
    except RegistryError as failure:
        error = failure
        message = str(failure)
    outcome = StageOutcome.FAILED if error else StageOutcome.PASSED
    return Stage(kind, outcome, message, repository, round((time.monotonic() - began_at) * 1000), error)


class _Line:
    """The stages before repositories, each standing on what the one before found out."""

    def __init__(self, client: RegistryClient) -> None:
        self._client = client
        self._http = client.caller.http
        self._host = client.host
        self._addresses: Sequence[ResolvedAddress] = ()
        self._at = ResolvedAddress("", 0)
        self._plain = False

    async def address(self) -> str:
        self._addresses = await self._resolved(self._host.port or 443)
        found = ", ".join(target.address for target in self._addresses[:3])
        return f"{self._host} is {found}." if found != self._host.name else f"{self._host} is an address."

    async def connect(self) -> str:
        failure: RegistryError
        try:
            self._at = await self._connected(self._addresses)
        except RegistryError as error:
            failure = error
        else:
            return f"{self._host} takes connections on port {self._at.port}."
        if self._http.insecure and self._host.port is None:
            self._at = await self._connected(await self._resolved(80))
            self._plain = True
            return f"{self._host} takes connections on port 80 only."
        raise failure

    async def tls(self) -> str:
        security = self._http.settings.security
        if not self._plain:
            try:
                return await self._handshake(security)
            except httpx.TransportError as error:
                if not (isinstance(error, TlsUnspoken) and self._http.insecure):
                    failure = connection_error(error, str(self._host), security)
                    cause = error.__cause__
                    raise failure from cause
        return f"{self._host} speaks plain http. Credentials and charts can be read on the way."

    async def registry_api(self) -> str:
        answer = await self._client.caller.ping()
        kind = answer.headers.get("content-type", "").lower()
        if answer.status == 404 and "json" not in kind and "docker-distribution-api-version" not in answer.headers:
            raise UnexpectedAnswer(
                f"{self._host} answers, but not as a registry: it has no /v2/. Check the host and the port.",
                host=str(self._host),
            )
        return f"{self._host} answers as a registry."

    async def login(self) -> str:
        await self._client.sign_in()
        match self._client.presented:
            case Presented.TOKEN | Presented.BASIC:
                return "The registry took the credentials."
            case Presented.ANONYMOUS_TOKEN:
                return "No credentials: only what is public can be read."
            case Presented.NOTHING:
                return "The registry does not ask for credentials."

    async def _resolved(self, port: int) -> Sequence[ResolvedAddress]:
        cause: OSError
        try:
            async with asyncio.timeout(self._http.limits.connect_timeout_seconds):
                return await guarded_addresses(self._http.resolver, self._http.guard, self._host.name, port)
        except TimeoutError:
            cause = socket.gaierror(socket.EAI_AGAIN, "time-out")
        except OSError as error:
            cause = error
        raise connection_error(NameUnresolved(cause), str(self._host), self._http.settings.security)

    async def _connected(self, addresses: Sequence[ResolvedAddress]) -> ResolvedAddress:
        failure = httpx.ConnectError("connect")
        for target in addresses:
            try:
                async with asyncio.timeout(self._http.limits.connect_timeout_seconds):
                    _, writer = await asyncio.open_connection(target.address, target.port)
                writer.close()
                return target
            except TimeoutError:
                failure = httpx.ConnectTimeout("connect")  # type: ignore[assignment]
            except OSError as error:
                failure = httpx.ConnectError("connect")
                failure.__cause__ = error
        raise connection_error(failure, str(self._host), self._http.settings.security)

    async def _handshake(self, security: ConnectionSecurity) -> str:
        http, name = self._http, self._host.name
        try:
            async with asyncio.timeout(http.limits.connect_timeout_seconds):
                _, writer = await asyncio.open_connection(
                    self._at.address, self._at.port, ssl=http.ssl_context, server_hostname=name
                )
        except ssl.SSLCertVerificationError as error:
            certificate = await peer_certificate(http.resolver, http.guard, name, self._host.port or 443)
            raise CertificateRejected(error, certificate) from error
        except ssl.SSLError as error:
            if (error.reason or "") in NOT_TLS_REASONS:
                raise TlsUnspoken("handshake") from error
            raise httpx.ConnectError("connect") from error
        except TimeoutError:
            raise httpx.ConnectTimeout("handshake") from None
        except OSError as error:
            raise httpx.ConnectError("connect") from error
        version = writer.get_extra_info("ssl_object").version()
        writer.close()
        trusted = {
            ConnectionSecurity.SECURE: "its certificate is trusted by this system",
            ConnectionSecurity.SECURE_WITH_CA: "its certificate is signed by the CA given",
            ConnectionSecurity.INSECURE: "its certificate was not verified",
        }[security]
        return f"{self._host} speaks {version}, and {trusted}."


async def _look_into(client: RegistryClient, repository: str) -> str:
    """What a repository holds, by a few of its newest tags.

    Raises RegistryError, also when it holds no chart.
    """
    tags: list[str] = []
    more = False
    async for page in client.list_tags(repository):
        if tags:
            more = True
            break
        tags = [listed.tag for listed in page]
    if not tags:
        return f"{repository} is there, but has no tags yet."
    versions = [tag for tag in tags if not tag.startswith(_SIGNATURE_PREFIX)] or tags
    counted = f"{len(tags)}{' or more' if more else ''} tag{'' if len(tags) == 1 else 's'}"
    reason = "nothing that could be read"
    for tag in sorted(versions, key=_newness, reverse=True)[:TAGS_LOOKED_AT]:
        try:
            fetched = await client.get_chart_manifest(repository, tag)
        except (MalformedManifest, ManifestNotFound) as error:
            reason = str(error)
            continue
        if isinstance(fetched.manifest, ChartManifest):
            notes = [
                f"{repository} holds charts: {counted}, {quotable(tag)} among them.",
                _public_note(client, repository),
                await client.listing_note(repository),
            ]
            return " ".join(note for note in notes if note)
        reason = f"{quotable(tag)}: {fetched.manifest.reason}"
    raise UnexpectedAnswer(
        f"{repository} has {counted}, but no Helm chart was found in the newest of them. {reason}",
        host=str(client.host),
        repository=repository,
    )


def _public_note(client: RegistryClient, repository: str) -> str | None:
    if not client.caller.was_read_as_nobody(repository):
        return None
    return "The credentials were refused for it; it is public and was read without them. Renew or remove them."


def _newness(tag: str) -> tuple[bool, list[int], str]:
    """A rough order of versions, enough to choose a few to look at: numbers before words, 10 after 9."""
    numbers = [int(part) for part in tag.removeprefix("v").partition("-")[0].split(".") if part.isdigit()]
    return bool(numbers) and "-" not in tag, numbers[:4], tag
