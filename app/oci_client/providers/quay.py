"""Quay: quay.io and Red Hat Quay of one's own.

Source: the server itself, github.com/quay/quay: auth/credentials.py, endpoints/v2/v2auth.py, endpoints/api/tag.py and
repository.py.
"""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, ClassVar, Final

import httpx

from app.oci_client.answers import Asked, Presented, Refusal
from app.oci_client.credentials import Anonymous, UsernamePassword
from app.oci_client.errors import CredentialsRefused, PermissionDenied, RegistryError
from app.oci_client.own_listing import (
    ListingNotes,
    OwnApiUnusable,
    ask_api,
    digest_or_none,
    own_then_standard,
    rows_of,
    text_or_none,
    within_each,
)
from app.oci_client.provider import ListedRepository, ListedTag, Namespaces, Provider
from app.oci_client.reference import REPOSITORY_PATTERN, RegistryHost

if TYPE_CHECKING:
    from app.oci_client.calling import Caller

QUAY_IO: Final = RegistryHost("quay.io")
# The user name whose password is an OAuth access token, the only credential that Quay's own API takes.
OAUTH_USER: Final = "$oauthtoken"
# endpoints/api/tag.py takes no more.
PAGE_SIZE: Final = 100
_NOTE: Final = (
    "Quay's own API, which lists tags with their digests, shows private repositories to OAuth tokens only: with the "
    "user $oauthtoken and an application's token with “View all visible repositories” (repo:read), a sync would not "
    "ask for each tag."
)


class QuayProvider(Provider):
    """Robots, users, `$app` and `$oauthtoken`. The API for tags is asked with an OAuth token or as nobody."""

    name: ClassVar[str] = "quay"
    title: ClassVar[str] = "Quay"
    default_host: ClassVar[RegistryHost | None] = QUAY_IO
    # What the server clamps to; older ones page by 50 whatever is asked.
    tags_page_size: ClassVar[int | None] = PAGE_SIZE

    def parse_host(self, text: str) -> RegistryHost:
        """quay.io for nothing, and any host for a Quay of one's own."""
        return RegistryHost.parse(text) if text.strip() else QUAY_IO

    async def list_tags(self, caller: "Caller", repository: str) -> AsyncIterator[tuple[ListedTag, ...]]:
        own = _tag_pages(caller, repository)
        # It always sends a Link, and its older versions take no other mark than the one in there.
        async for page in own_then_standard(caller, repository, own, self.tags_page_size, guess_last=False):
            yield page

    async def listing_note(self, caller: "Caller", repository: str) -> str | None:
        return caller.memory(ListingNotes).by_repository.get(repository)

    async def discover_repositories(self, caller: "Caller") -> AsyncIterator[tuple[ListedRepository, ...]]:
        async for page in self.discover_within(caller, Namespaces()):
            yield page

    async def discover_within(
        self, caller: "Caller", namespaces: Namespaces
    ) -> AsyncIterator[tuple[ListedRepository, ...]]:
        """Of the namespaces asked for, else of a robot's own and those in use.

        An OAuth token sees all that is visible to it, others what is public.
        """
        wanted = namespaces.or_own(_own_namespaces(caller))
        if not wanted:
            raise PermissionDenied(
                "Quay lists the repositories of one namespace at a time. Search for a namespace with a slash behind "
                "it, such as acme/.",
                host=str(caller.host),
            )
        await caller.connect()  # which settles the origin
        found = False

        def pages_of(namespace: str) -> AsyncIterator[tuple[ListedRepository, ...]]:
            return _repository_pages(caller, namespace)

        async for page in within_each(wanted, pages_of, asked=bool(namespaces.asked)):
            found = found or bool(page)
            yield page
        if not found and not _is_oauth(caller) and not isinstance(caller.credential, Anonymous):
            raise PermissionDenied(
                f"Quay shows no public repository in {', '.join(wanted)}, and lists private ones to OAuth tokens only. "
                f"Use the user {OAUTH_USER} with an application's token that has repo:read, or type the names.",
                host=str(caller.host),
            )

    def explain(self, refusal: Refusal) -> RegistryError | None:
        facts: dict[str, Any] = refusal.facts()
        host, what, asked = refusal.host, refusal.what, refusal.subject.asked
        if asked is Asked.TOKEN and refusal.status == 401 and refusal.presented is Presented.BASIC:
            return CredentialsRefused(
                f"{host} refused the user name or the password or token. A robot is written namespace+name with its "
                "token; a user gives the encrypted password of the account settings, not the one of the web site; an "
                f"OAuth token goes with the user {OAUTH_USER}.{refusal.quoted}",
                **facts,
            )
        if refusal.status == 405 and "DENIED" in refusal.codes:
            return PermissionDenied(f"{host} has disabled the namespace of {what}.{refusal.quoted}", **facts)
        if refusal.status == 401 and refusal.subject.repository is not None:
            if refusal.presented is Presented.TOKEN:
                return PermissionDenied(
                    f"{host} took the credentials but denies {what}: there is no such repository, or the robot or user "
                    "lacks Read on it; Quay does not tell which. Robots get it under the repository's settings."
                    f"{refusal.quoted}",
                    **facts,
                )
            if refusal.presented is Presented.ANONYMOUS_TOKEN:
                return PermissionDenied(
                    f"{host} shows {what} to nobody without credentials: there is no such repository, or it is "
                    f"private; Quay does not tell which.{refusal.quoted}",
                    **facts,
                )
        return None


def _is_oauth(caller: "Caller") -> bool:
    return isinstance(caller.credential, UsernamePassword) and caller.credential.username.strip() == OAUTH_USER


def _own_namespaces(caller: "Caller") -> list[str]:
    """A robot is called namespace+name; what stands before no plus is a user, who is a namespace too."""
    if not isinstance(caller.credential, UsernamePassword):
        return []
    name = caller.credential.username.strip().partition("+")[0]
    return [name] if name and not name.startswith("$") else []


def _api_headers(caller: "Caller") -> dict[str, str]:
    """The API refuses everything but OAuth tokens, robots and Basic included, even for what it shows to nobody."""
    if _is_oauth(caller) and isinstance(caller.credential, UsernamePassword):
        return {"Authorization": f"Bearer {caller.credential.password.reveal().strip()}"}
    return {}


async def _tag_pages(caller: "Caller", repository: str) -> AsyncIterator[tuple[ListedTag, ...]]:
    """Newest first. Raises OwnApiUnusable."""
    await caller.connect()  # which settles the origin
    url = httpx.URL(f"{caller.origin}/api/v1/repository/{repository}/tag/")
    for page in range(1, caller.limits.pages_max + 1):
        # Without onlyActiveTags every digest that a tag ever had comes back.
        query = {"limit": str(PAGE_SIZE), "page": str(page), "onlyActiveTags": "true"}
        _, document = await ask_api(caller, url.copy_merge_params(query), _api_headers(caller), repository, _NOTE)
        yield tuple(_tag_of(row) for row in rows_of(document, "tags") if text_or_none(row.get("name")))
        if not document.get("has_additional"):
            return


def _tag_of(row: Any) -> ListedTag:
    return ListedTag(row["name"], digest=digest_or_none(row.get("manifest_digest")))


async def _repository_pages(caller: "Caller", namespace: str) -> AsyncIterator[tuple[ListedRepository, ...]]:
    """Raises PermissionDenied where the API says no."""
    url = httpx.URL(f"{caller.origin}/api/v1/repository")
    query = {"namespace": namespace, "public": "true"}
    for _ in range(caller.limits.pages_max):
        try:
            _, document = await ask_api(caller, url.copy_merge_params(query), _api_headers(caller), None, None)
            rows = rows_of(document, "repositories")
        except OwnApiUnusable as unusable:
            answered = f" ({unusable.status})" if unusable.status else ""
            raise PermissionDenied(
                f"{caller.host} did not list the repositories of {namespace}{answered}. Give the OAuth token the "
                "permission “View all visible repositories” (repo:read), and check that the namespace exists.",
                host=str(caller.host),
            ) from None
        names = [
            f"{row.get('namespace')}/{row.get('name')}" for row in rows if row.get("state") != "MARKED_FOR_DELETION"
        ]
        page = tuple(ListedRepository(name) for name in names if REPOSITORY_PATTERN.fullmatch(name))
        if page:
            yield page
        mark = text_or_none(document.get("next_page"))
        if mark is None:
            return
        query["next_page"] = mark
