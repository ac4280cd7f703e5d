"""What can be asked of one registry. Source: distribution-spec 1.1, Pull and Content Discovery."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass

from app.oci_client.answers import Answer, Asked, Presented, Subject
from app.oci_client.calling import Caller
from app.oci_client.credentials import Credential
from app.oci_client.errors import DigestMismatch, InvalidReference, MalformedManifest, TooLarge
from app.oci_client.limits import ClientLimits
from app.oci_client.manifest import (
    ACCEPT_MANIFESTS,
    PARSE_INLINE_MAX_BYTES,
    ChartIndex,
    ChartManifest,
    Descriptor,
    NotAChart,
    parse_manifest,
)
from app.oci_client.provider import ListedRepository, ListedTag, Namespaces, Provider
from app.oci_client.reading import content_length
from app.oci_client.reference import RegistryHost, is_digest, is_tag
from app.oci_client.retrying import HostLimiter, Retrying
from app.oci_client.tokens import TokenCache
from app.oci_client.transport import HttpClient
from app.oci_client.verifying import BlobVerifier, digest_of


@dataclass(frozen=True, slots=True)
class ManifestHead:
    """What a registry says about a manifest. `size` in bytes, None when it does not say."""

    digest: str
    media_type: str | None
    size: int | None


@dataclass(frozen=True, slots=True)
class FetchedManifest:
    """A manifest whose bytes hash to `digest`."""

    digest: str
    media_type: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class FetchedChartManifest:
    """What a tag holds. `top_digest` is what the tag points at: an index, or `digest` itself.

    `digest` and `body` are of the manifest that `manifest` was read from.
    """

    digest: str
    top_digest: str
    body: bytes
    manifest: ChartManifest | NotAChart


class RegistryClient:
    """One registry, one credential. Safe to be used by many tasks at once; holds no connection of its own."""

    def __init__(
        self,
        host: RegistryHost,
        *,
        provider: Provider,
        credential: Credential,
        http: HttpClient,
        limiter: HostLimiter,
        limits: ClientLimits | None = None,
        tokens: TokenCache | None = None,
        retrying: Retrying | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`limiter` is the one of this host, shared; `tokens` may be shared by the whole process."""
        self._limits = limits or ClientLimits()
        self.provider = provider
        self.caller = Caller(
            host,
            provider=provider,
            credential=credential,
            http=http,
            limiter=limiter,
            limits=self._limits,
            tokens=tokens or TokenCache(clock),
            retrying=retrying or Retrying(self._limits),
            clock=clock,
        )

    @property
    def host(self) -> RegistryHost:
        return self.caller.host

    @property
    def requests_made(self) -> int:
        """Every HTTP request so far: tokens, redirects and further tries included."""
        return self.caller.requests_made

    @property
    def requests_at_once(self) -> int:
        """How many the host is sent just now, of all who speak to it."""
        return self.caller.requests_at_once

    async def ping(self) -> None:
        """Raises RegistryError unless something like a registry answers."""
        await self.caller.ping()

    async def sign_in(self) -> None:
        """Raises CredentialsRefused when the registry does not take the credential."""
        caller = self.caller
        await caller.connect()
        if not await caller.sign_in.verify():
            await caller.fetch("/v2/", scope="", subject=Subject(Asked.PING), max_bytes=64 * 1024)

    async def list_tags(self, repository: str) -> AsyncIterator[tuple[ListedTag, ...]]:
        """Pages in the registry's order, no tag twice."""
        async for page in self.provider.list_tags(self.caller, repository):
            yield page

    async def discover_repositories(
        self, namespaces: Sequence[str] = ()
    ) -> AsyncIterator[tuple[ListedRepository, ...]]:
        """Pages of repositories, as far as the registry lists them; some list one namespace at a time only.

        Raises PermissionDenied where the credential may not list them: an empty listing means that there are none.
        """
        looked_into = namespaces if isinstance(namespaces, Namespaces) else Namespaces(known=namespaces)
        async for page in self.provider.discover_within(self.caller, looked_into):
            yield page

    async def listing_note(self, repository: str) -> str | None:
        """Why the tags just listed came by a slower way than the company offers; None when they did not."""
        return await self.provider.listing_note(self.caller, repository)

    async def head_manifest(self, repository: str, reference: str, known_digest: str | None = None) -> ManifestHead:
        """The digest that a tag points at now, without its bytes where the registry tells it.

        `known_digest`: what it pointed at before; a registry that compares answers 304 where it still does.
        """
        answer = await self._ask_manifest("HEAD", repository, reference, known_digest)
        if answer.status == 304 and known_digest is not None:
            return ManifestHead(known_digest, None, None)
        digest = answer.headers.get("docker-content-digest", "").strip()
        if not is_digest(digest):
            fetched = await self.get_manifest(repository, reference)
            return ManifestHead(fetched.digest, fetched.media_type, len(fetched.body))
        length = answer.headers.get("content-length", "")
        self._check_asked(repository, reference, digest)
        return ManifestHead(digest, answer.headers.get("content-type"), int(length) if length.isdigit() else None)

    async def get_manifest(self, repository: str, reference: str) -> FetchedManifest:
        """The manifest of a tag or digest; asked for by digest, its bytes hash to it."""
        answer = await self._ask_manifest("GET", repository, reference, None)
        return self._fetched(repository, reference, answer)

    async def get_chart_manifest(
        self, repository: str, reference: str, top: FetchedManifest | None = None
    ) -> FetchedChartManifest:
        """What a tag or digest holds as a chart; of an index, the one child that is a chart.

        `top`: its manifest, where `get_manifests` has brought it already.

        Raises MalformedManifest when it can be read in two ways or in none.
        """
        top = top or await self.get_manifest(repository, reference)
        parsed = await self._parse(repository, reference, top)
        if not isinstance(parsed, ChartIndex):
            return FetchedChartManifest(top.digest, top.digest, top.body, parsed)
        for child in parsed.children[: self._limits.index_children_tried_max]:
            fetched = await self.get_manifest(repository, child.digest)
            inner = await self._parse(repository, reference, fetched)
            if isinstance(inner, ChartManifest):
                return FetchedChartManifest(fetched.digest, top.digest, fetched.body, inner)
        reason = NotAChart("It is an index, and none of what it lists is a Helm chart.")
        return FetchedChartManifest(top.digest, top.digest, top.body, reason)

    async def get_manifests(self, repository: str, digests: Sequence[str]) -> Mapping[str, FetchedManifest]:
        """Manifests that the company gives many at a time; what is missing is to be asked for one by one."""
        return await self.provider.get_manifests(self.caller, repository, digests)

    async def read_blob(self, repository: str, descriptor: Descriptor, *, max_bytes: int | None = None) -> bytes:
        """The whole blob, verified; begun anew when it breaks off. Source: distribution-spec 1.1, Pulling blobs.

        `max_bytes`: instead of the limits' own. Raises DigestMismatch and TimedOut, among others.
        """
        bound = self._limits.blob_max_bytes if max_bytes is None else max_bytes
        if descriptor.size > bound:
            raise TooLarge(
                f"The blob {descriptor.digest} of {repository} at {self.host} has {descriptor.size} bytes; "
                f"at most {bound} are read.",
                host=str(self.host),
                repository=repository,
                reference=descriptor.digest,
            )
        return await self.caller.again_when_broken_off(lambda: self._read_blob_once(repository, descriptor))

    async def _read_blob_once(self, repository: str, descriptor: Descriptor) -> bytes:
        subject = Subject(Asked.BLOB, repository, descriptor.digest)
        target = f"/v2/{repository}/blobs/{descriptor.digest}"
        response = await self.caller.open(target, scope=_pull(repository), subject=subject)
        try:
            verifier = BlobVerifier(descriptor, host=str(self.host), repository=repository)
            verifier.announce(content_length(response))
            body = response.whole()
            if body is not None:
                verifier.feed(body)
            else:
                body = b"".join([verifier.feed(piece) async for piece in self.caller.pieces(response, subject)])
            verifier.finish()
            return body
        finally:
            response.close()

    async def _ask_manifest(self, method: str, repository: str, reference: str, known_digest: str | None) -> Answer:
        if not is_digest(reference) and not is_tag(reference):
            raise InvalidReference("Neither a tag nor a digest that can be verified.")
        headers = {"Accept": ACCEPT_MANIFESTS}
        if known_digest is not None:
            headers["If-None-Match"] = f'"{known_digest}"'
        return await self.caller.fetch(
            f"/v2/{repository}/manifests/{reference}",
            method=method,
            scope=_pull(repository),
            subject=Subject(Asked.MANIFEST, repository, reference),
            headers=headers,
            max_bytes=self._limits.manifest_max_bytes,
        )

    def _fetched(self, repository: str, reference: str, answer: Answer) -> FetchedManifest:
        digest = digest_of(answer.body)
        self._check_asked(repository, reference, reference_digest(reference, answer.body, digest))
        claimed = answer.headers.get("docker-content-digest", "").strip()
        if is_digest(claimed) and claimed != reference_digest(claimed, answer.body, digest):
            raise self._mismatch(repository, reference, f"and calls them {claimed}, but they are {digest}")
        own = reference if is_digest(reference) else digest
        return FetchedManifest(own, answer.headers.get("content-type"), answer.body)

    def _check_asked(self, repository: str, reference: str, digest: str) -> None:
        if is_digest(reference) and digest != reference:
            raise self._mismatch(repository, reference, f"whose digest is {digest}")

    def _mismatch(self, repository: str, reference: str, what: str) -> DigestMismatch:
        return DigestMismatch(
            f"{self.host} sent bytes for the manifest {reference} of {repository} {what}.",
            host=str(self.host),
            repository=repository,
            reference=reference,
        )

    async def _parse(
        self, repository: str, reference: str, fetched: FetchedManifest
    ) -> ChartManifest | NotAChart | ChartIndex:
        try:
            if len(fetched.body) <= PARSE_INLINE_MAX_BYTES:
                return parse_manifest(fetched.body, fetched.media_type)
            return await asyncio.to_thread(parse_manifest, fetched.body, fetched.media_type)
        except MalformedManifest as error:
            message = str(error)
        raise MalformedManifest(
            f"{repository} {reference} at {self.host}: {message}",
            host=str(self.host),
            repository=repository,
            reference=reference,
        )

    @property
    def presented(self) -> Presented:
        """How requests are signed in as things stand."""
        return self.caller.sign_in.presented


def reference_digest(reference: str, body: bytes, sha256_digest: str) -> str:
    """The digest of `body` by the algorithm of `reference`; sha256 when it is a tag."""
    algorithm = reference.partition(":")[0] if is_digest(reference) else "sha256"
    return sha256_digest if algorithm == "sha256" else digest_of(body, algorithm)


def _pull(repository: str) -> str:
    return f"repository:{repository}:pull"
