"""Docker Hub: a registry, a token service and an API, each with a host of its own.

Sources: containers/image and oras-go for its aliases; docs.docker.com for its limits and its API's description;
goharbor/harbor src/pkg/reg/adapter/dockerhub for what the description leaves out.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final

from app.oci_client.answers import Asked, Presented, Refusal
from app.oci_client.errors import (
    CredentialsRefused,
    InvalidRegistryHost,
    PermissionDenied,
    RateLimited,
    RegistryError,
)
from app.oci_client.own_listing import ListingNotes, own_then_standard, within_each
from app.oci_client.provider import ListedRepository, ListedTag, Namespaces, Provider
from app.oci_client.providers.docker_hub_api import HubApi, pull_limit
from app.oci_client.reference import RegistryHost, parse_repository
from app.oci_client.retrying import utc_now

if TYPE_CHECKING:
    from app.oci_client.calling import Caller
    from app.oci_client.response import Headers

REGISTRY_HOST: Final = RegistryHost("registry-1.docker.io")
TOKEN_HOST: Final = "auth.docker.io"  # noqa: S105 - a host name
# What people type, by exact match: a suffix match would take docker.io.example.com for Docker Hub.
_ALIASES: Final = frozenset(
    {"docker.io", "index.docker.io", "registry.hub.docker.com", "hub.docker.com", "registry-1.docker.io"}
)
# The key under which Docker's own configuration keeps Docker Hub's login.
_CONFIGURATION_KEY: Final = "https://index.docker.io/v1"
# Its headers name the window (6 hours) and not when it began: asked again now and then, one request each time.
PULLS_ASKED_FOR_AGAIN_AFTER: Final = timedelta(hours=1)
_ABOUT_REPOSITORY: Final = frozenset({Asked.TAGS, Asked.MANIFEST, Asked.BLOB})


@dataclass
class HubHeard:
    """What Docker Hub said of its pull limit with its latest manifest; kept in a caller's memory."""

    headers: dict[str, str] = field(default_factory=dict)


class DockerHubProvider(Provider):
    """registry-1.docker.io, whose tokens come from auth.docker.io and whose API is at hub.docker.com."""

    name: ClassVar[str] = "dockerHub"
    title: ClassVar[str] = "Docker Hub"
    default_host: ClassVar[RegistryHost | None] = REGISTRY_HOST
    # It ignores n and answers with every tag at once, or with pages and a Link: the choice is left to it.
    tags_page_size: ClassVar[int | None] = None

    def parse_host(self, text: str) -> RegistryHost:
        """registry-1.docker.io for every name people use for it, and for none at all."""
        typed = text.strip().rstrip("/").lower()
        if not typed or typed in _ALIASES or typed == _CONFIGURATION_KEY:
            return REGISTRY_HOST
        raise InvalidRegistryHost(
            "Docker Hub's registry is docker.io. For a registry of your own, choose “Other” as provider."
        )

    def parse_repository(self, text: str, host: RegistryHost | None = None) -> str:
        """Official images have one part only, and live under library/."""
        trimmed = text.strip().strip("/")
        for alias in _ALIASES:
            trimmed = trimmed.removeprefix(f"{alias}/")
        name = parse_repository(trimmed)
        return name if "/" in name else f"library/{name}"

    def token_hosts(self, host: RegistryHost) -> frozenset[str]:
        return frozenset({TOKEN_HOST}) if host == REGISTRY_HOST else frozenset()

    def hear(self, caller: "Caller", headers: "Headers") -> None:
        if "ratelimit-remaining" in headers:
            kept = ("ratelimit-limit", "ratelimit-remaining")
            caller.memory(HubHeard).headers = {name: headers.get(name, "") for name in kept}

    async def list_tags(self, caller: "Caller", repository: str) -> AsyncIterator[tuple[ListedTag, ...]]:
        own = HubApi(caller).tag_pages(repository)
        async for page in own_then_standard(caller, repository, own, self.tags_page_size):
            yield page

    async def listing_note(self, caller: "Caller", repository: str) -> str | None:
        heard = caller.memory(HubHeard).headers
        limit = pull_limit(heard.get("ratelimit-limit", ""))
        left = pull_limit(heard.get("ratelimit-remaining", ""))
        notes = [caller.memory(ListingNotes).by_repository.get(repository)]
        if limit and left:
            notes.append(f"{left.pulls} of {limit.pulls} pulls are left for {limit.window}.")
        return " ".join(note for note in notes if note) or None

    async def discover_repositories(self, caller: "Caller") -> AsyncIterator[tuple[ListedRepository, ...]]:
        async for page in self.discover_within(caller, Namespaces()):
            yield page

    async def discover_within(
        self, caller: "Caller", namespaces: Namespaces
    ) -> AsyncIterator[tuple[ListedRepository, ...]]:
        """Of the namespaces asked for; else of those that the account belongs to or that are in use."""
        api = HubApi(caller)
        wanted = namespaces.or_own(() if namespaces.asked else await api.own_namespaces())
        if not wanted:
            raise PermissionDenied(
                "Docker Hub lists the repositories of one namespace at a time, and without credentials nothing tells "
                "which. Search for a namespace with a slash behind it, such as bitnamicharts/.",
                host=str(caller.host),
            )
        async for page in within_each(wanted, api.repository_pages, asked=bool(namespaces.asked)):
            yield page

    def explain(self, refusal: Refusal) -> RegistryError | None:
        if refusal.status == 429:
            return _rate_limited(refusal)
        if refusal.status != 401:
            return None
        facts: dict[str, Any] = refusal.facts()
        if refusal.subject.asked is Asked.TOKEN and refusal.presented is Presented.BASIC:
            return CredentialsRefused(
                "Docker Hub refused the user name or the password or token. With two-factor or single sign-on, use a "
                "personal access token that is active and has not expired; for an organisation's token, the user is "
                f"the organisation.{refusal.quoted}",
                **facts,
            )
        if refusal.subject.asked in _ABOUT_REPOSITORY and refusal.presented is Presented.TOKEN:
            return PermissionDenied(
                f"Docker Hub took the credentials but denies {refusal.what}: there is no such repository, or the "
                "account or token has no access to it; Docker Hub does not tell which. Check the spelling, and that "
                f"the token may read it (Public Repo Read-only does not reach private ones).{refusal.quoted}",
                **facts,
            )
        if refusal.subject.asked in _ABOUT_REPOSITORY and refusal.presented is Presented.ANONYMOUS_TOKEN:
            return PermissionDenied(
                f"Docker Hub shows {refusal.what} to nobody without credentials: there is no such repository, or it "
                f"is private; Docker Hub does not tell which.{refusal.quoted}",
                **facts,
            )
        return None


def _rate_limited(refusal: Refusal) -> RateLimited:
    if refusal.subject.asked is Asked.PROVIDER_API:
        return RateLimited(f"Docker Hub's API is asked too often.{refusal.quoted}", **refusal.facts())
    used_up = "TOOMANYREQUESTS" in refusal.codes
    if not used_up:
        which = "limit of requests per minute from this address"
    else:
        limit = pull_limit(refusal.headers.get("ratelimit-limit", ""))
        which = f"pull rate limit ({limit.pulls} for {limit.window})" if limit else "pull rate limit"
    error = RateLimited(
        f"Docker Hub's {which} is reached. Credentials of a Docker account raise it.{refusal.quoted}",
        **refusal.facts(),
    )
    if used_up:
        error.until = utc_now() + PULLS_ASKED_FOR_AGAIN_AFTER
    return error
