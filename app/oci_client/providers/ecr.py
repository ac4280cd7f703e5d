"""Amazon ECR, private and public. Sources: AWS documentation and botocore's service models for the API;
amazon-ecr-credential-helper for hosts and sign-in; see each comment for what its registries make of `/v2/`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

from app.oci_client.answers import Refusal
from app.oci_client.credentials import Anonymous, Credential, EcrAccessKey, EcrIamRole, Login
from app.oci_client.errors import (
    CredentialsRefused,
    InvalidRegistryHost,
    InvalidRepositoryName,
    PermissionDenied,
    RegistryError,
    TooLarge,
)
from app.oci_client.listing import SLICE, tag_pages
from app.oci_client.provider import ListedRepository, ListedTag, Provider
from app.oci_client.providers.ecr_api import BATCH_MAX_BYTES, ApiDenied, EcrApi, Sleep
from app.oci_client.providers.ecr_errors import login_ended, registry_error
from app.oci_client.providers.ecr_hosts import PUBLIC_NAMES, EcrPlace, parse_ecr_host, place_of
from app.oci_client.providers.ecr_login import check_aws_credential, login_of
from app.oci_client.reference import REPOSITORY_PATTERN, TAG_PATTERN, RegistryHost, is_digest, parse_repository
from app.oci_client.verifying import digest_of

if TYPE_CHECKING:
    from app.oci_client.calling import Caller
    from app.oci_client.client import FetchedManifest

# BatchGetImage takes no more ids.
BATCH: Final = 100


class _Memory:
    """What is known of one registry while its client lives."""

    def __init__(self) -> None:
        self.api: EcrApi | None = None
        # Repositories that had to be listed by the standard, and what listing them by ECR's own way would take.
        self.notes: dict[str, str] = {}
        # ECR Public: the names under which this account publishes; None until asked.
        self.own_aliases: frozenset[str] | None = None


class EcrProvider(Provider):
    """<account>.dkr.ecr.<region>.amazonaws.com and public.ecr.aws."""

    name: ClassVar[str] = "ecr"
    title: ClassVar[str] = "Amazon ECR"
    credential_kinds: ClassVar[tuple[type[Credential], ...]] = (Anonymous, EcrAccessKey, EcrIamRole)

    def __init__(self, *, sleep: Sleep = asyncio.sleep) -> None:
        self._sleep = sleep

    def parse_host(self, text: str) -> RegistryHost:
        """Account and region stand in it; anything that merely looks like Amazon's is refused."""
        return parse_ecr_host(text)

    def parse_repository(self, text: str, host: RegistryHost | None = None) -> str:
        """Also from a URI as the console copies it, with the registry in front."""
        trimmed = text.strip().removeprefix("oci://")
        first, _, rest = trimmed.partition("/")
        if rest and _is_ecr(first):
            trimmed = rest
        name = parse_repository(trimmed)
        if host is not None and host.name in PUBLIC_NAMES and "/" not in name:
            raise InvalidRepositoryName(f"A repository of ECR Public stands behind its owner's alias: alias/{name}.")
        return name

    def check_credential(self, credential: Credential) -> None:
        """Raises InvalidCredential for what can be told wrong without asking AWS."""
        check_aws_credential(credential)

    async def sign_in(self, credential: Credential, caller: "Caller") -> Login | None:
        """The password that AWS gives for twelve hours, with the user AWS."""
        if isinstance(credential, Anonymous):
            return None
        api = self._api(caller)
        if api is None:
            return await super().sign_in(credential, caller)
        try:
            answer = await api.call("GetAuthorizationToken", {}, max_bytes=caller.limits.token_max_bytes)
        except ApiDenied as denied:
            failure = denied.error
        except CredentialsRefused as refused:
            failure = refused
        else:
            return login_of(answer, api.place)
        failure.may_be_public = api.place.public
        raise failure

    async def list_tags(self, caller: "Caller", repository: str) -> AsyncIterator[tuple[ListedTag, ...]]:
        """By image where the permission is there, 1,000 a request, with digest and kind; else by name."""
        api = self._api(caller)
        if api is not None:
            begun = False
            try:
                if await self._is_own(caller, api, repository):
                    async for page in self._own_listing(caller, api, repository):
                        begun = True
                        yield page
                    return
            except ApiDenied as denied:
                if begun:  # the standard's listing would bring the same tags again
                    raise denied.error from None
                caller.memory(_Memory).notes[repository] = (
                    f"Listed by name only: the IAM action {denied.operation} would give digests along with the tags, "
                    f"1,000 in a request, in place of one request for each tag. {denied.error}"
                )
            except CredentialsRefused:
                if begun or not api.place.public:  # which anybody may read
                    raise
        # ECR refuses n above 1000; its tags/list is unsorted, and `last` a mark of its own.
        async for names in tag_pages(caller, repository, 1000, guess_last=False):
            yield tuple(ListedTag(name) for name in names)

    async def listing_note(self, caller: "Caller", repository: str) -> str | None:
        """What a permission would gain; known once the repository was listed."""
        return caller.memory(_Memory).notes.get(repository)

    async def discover_repositories(self, caller: "Caller") -> AsyncIterator[tuple[ListedRepository, ...]]:
        """Raises PermissionDenied naming the IAM action. Whether a repository holds charts, AWS does not tell."""
        api = self._api(caller)
        if api is None:
            raise PermissionDenied(_nothing_to_discover(place_of(caller.host)), host=str(caller.host))
        place = api.place
        try:
            async for entries in api.pages("DescribeRepositories", _account(place), "repositories"):
                names = [_repository_name(entry, place) for entry in entries]
                page = tuple(ListedRepository(name) for name in names if name and REPOSITORY_PATTERN.fullmatch(name))
                if page:
                    yield page
        except ApiDenied as denied:
            raise denied.error from None

    async def get_manifests(
        self, caller: "Caller", repository: str, digests: Sequence[str]
    ) -> Mapping[str, "FetchedManifest"]:
        """Manifests by digest, a hundred a request, each verified. What is missing is to be asked for by itself.

        Raises RegistryError. Empty for ECR Public, which has no such operation, and without credentials.
        """
        api = self._api(caller)
        if api is None or api.place.public:
            return {}
        wanted = [digest for digest in dict.fromkeys(digests) if is_digest(digest)]
        found: dict[str, FetchedManifest] = {}
        for start in range(0, len(wanted), BATCH):
            found |= await self._batch(caller, api, repository, wanted[start : start + BATCH])
        return found

    def login_ended(self, refusal: Refusal) -> bool:
        """403 or 400 with these words, where others say 401."""
        return login_ended(refusal)

    def may_be_public(self, refusal: Refusal) -> bool:
        """ECR Public refuses credentials that have ended even for what anybody may read.

        Source: aws-node-termination-handler#1076.
        """
        return refusal.host in PUBLIC_NAMES and refusal.status in (400, 401, 403)

    def explain(self, refusal: Refusal) -> RegistryError | None:
        try:
            return registry_error(refusal, place_of(RegistryHost.parse(refusal.host)))
        except InvalidRegistryHost:
            return None

    def _api(self, caller: "Caller") -> EcrApi | None:
        """The API, for those who have something to sign with."""
        memory = caller.memory(_Memory)
        if memory.api is None and isinstance(caller.credential, EcrAccessKey | EcrIamRole):
            memory.api = EcrApi(caller, place_of(caller.host), caller.credential, self._sleep)
        return memory.api

    async def _is_own(self, caller: "Caller", api: EcrApi, repository: str) -> bool:
        """Whether the API tells about the repository: ECR Public's tells each account of its own only."""
        return not api.place.public or repository.partition("/")[0] in await self._own_aliases(caller, api)

    async def _own_listing(
        self, caller: "Caller", api: EcrApi, repository: str
    ) -> AsyncIterator[tuple[ListedTag, ...]]:
        way = _LISTING[api.place.public]
        name = repository.partition("/")[2] if api.place.public else repository
        payload = {**_account(api.place), "repositoryName": name, **way.filter}
        seen: set[str] = set()
        async for entries in api.pages(way.operation, payload, way.key, repository):
            fresh = [tag for entry in entries for tag in way.read(entry) if tag.tag not in seen]
            page = list({tag.tag: tag for tag in fresh}.values())
            seen.update(tag.tag for tag in page)
            if len(seen) > caller.limits.tags_max:
                raise TooLarge(
                    f"{repository} at {caller.host} has more than {caller.limits.tags_max} tags, more than is read.",
                    host=str(caller.host),
                    repository=repository,
                )
            for start in range(0, len(page), SLICE):
                yield tuple(page[start : start + SLICE])
            await asyncio.sleep(0)  # 1,000 images are some ms to go through

    async def _own_aliases(self, caller: "Caller", api: EcrApi) -> frozenset[str]:
        memory = caller.memory(_Memory)
        if memory.own_aliases is None:
            aliases: set[str] = set()
            async for registries in api.pages("DescribeRegistries", {}, "registries"):
                for registry in registries:
                    listed = registry.get("aliases")
                    aliases |= {str(alias.get("name")) for alias in listed or () if isinstance(alias, dict)}
            memory.own_aliases = frozenset(aliases)
        return memory.own_aliases

    async def _batch(
        self, caller: "Caller", api: EcrApi, repository: str, digests: Sequence[str]
    ) -> dict[str, "FetchedManifest"]:
        from app.oci_client.client import FetchedManifest

        payload = {
            **_account(api.place),
            "repositoryName": repository,
            "imageIds": [{"imageDigest": digest} for digest in digests],
        }
        try:
            answer = await api.call("BatchGetImage", payload, repository, max_bytes=BATCH_MAX_BYTES)
        except ApiDenied as denied:
            raise denied.error from None
        except TooLarge:
            return {}
        found: dict[str, FetchedManifest] = {}
        for image in answer.get("images") or ():
            text = image.get("imageManifest") if isinstance(image, dict) else None
            digest = _image_digest(image)
            if not isinstance(text, str) or digest not in digests or len(text) > caller.limits.manifest_max_bytes:
                continue
            body = text.encode()
            if digest_of(body, digest.partition(":")[0]) == digest:
                found[digest] = FetchedManifest(digest, image.get("imageManifestMediaType"), body)
        return found


@dataclass(frozen=True, slots=True)
class _Listing:
    """How images are listed: operation, what stands on a page, and what is read of it."""

    operation: str
    filter: Mapping[str, Any]
    key: str
    read: Callable[[Mapping[str, Any]], list[ListedTag]]


def _images_tags(image: Mapping[str, Any]) -> list[ListedTag]:
    names = image.get("imageTags")
    return [_listed(name, image) for name in names if _is_name(name)] if isinstance(names, list) else []


def _public_tags(entry: Mapping[str, Any]) -> list[ListedTag]:
    image, name = entry.get("imageDetail"), entry.get("imageTag")
    return [_listed(str(name), image)] if isinstance(image, dict) and _is_name(name) else []


# Whether it is ECR Public: how it lists.
_LISTING: Final = {
    False: _Listing("DescribeImages", {"filter": {"tagStatus": "TAGGED"}}, "imageDetails", _images_tags),
    True: _Listing("DescribeImageTags", {}, "imageTagDetails", _public_tags),
}


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and TAG_PATTERN.fullmatch(name) is not None


def _listed(tag: str, image: Mapping[str, Any]) -> ListedTag:
    digest, pushed = image.get("imageDigest"), image.get("imagePushedAt")
    return ListedTag(
        tag,
        digest if isinstance(digest, str) and is_digest(digest) else None,
        _text(image.get("imageManifestMediaType")),
        _text(image.get("artifactMediaType")),
        datetime.fromtimestamp(pushed, UTC) if isinstance(pushed, int | float) and 0 < pushed < 1e11 else None,
    )


def _image_digest(image: Any) -> str:
    image_id = image.get("imageId") if isinstance(image, dict) else None
    return str(image_id.get("imageDigest")) if isinstance(image_id, dict) else ""


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _account(place: EcrPlace) -> dict[str, str]:
    """The registry of the host, which need not be the one of those who ask."""
    return {} if place.account is None else {"registryId": place.account}


def _repository_name(entry: Mapping[str, Any], place: EcrPlace) -> str:
    if not place.public:
        return str(entry.get("repositoryName", ""))
    return str(entry.get("repositoryUri", "")).partition("/")[2]


def _nothing_to_discover(place: EcrPlace) -> str:
    if place.public:
        return (
            "ECR Public lists nobody's repositories but those of the account that signs in. Type the names of the "
            "repositories, such as alias/repository."
        )
    return f"A private registry of Amazon ECR ({place.words}) lists nothing without credentials."


def _is_ecr(name: str) -> bool:
    try:
        place_of(RegistryHost.parse(name))
    except InvalidRegistryHost:
        return False
    return True
