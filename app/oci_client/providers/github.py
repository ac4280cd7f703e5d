"""GitHub's container registry, ghcr.io, with GitHub's API beside it for those who have a token.

Source: docs.github.com, REST API endpoints for packages, and Working with the Container registry.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import httpx

from app.oci_client.answers import Asked, Presented, Refusal
from app.oci_client.credentials import UsernamePassword
from app.oci_client.errors import CredentialsRefused, PermissionDenied, RegistryError
from app.oci_client.own_listing import (
    OwnApiUnusable,
    ask_api,
    digest_or_none,
    instant_or_none,
    rows_of,
    text_or_none,
    texts,
    within_each,
)
from app.oci_client.provider import ListedRepository, ListedTag, Namespaces
from app.oci_client.providers.recognised import Recognised
from app.oci_client.reference import REPOSITORY_PATTERN, RegistryHost

if TYPE_CHECKING:
    from app.oci_client.calling import Caller

HOST: Final = "ghcr.io"
API_ORIGIN: Final = "https://api.github.com"
# GitHub's API gives no more on a page.
PAGE_SIZE: Final = 100
_NOTE: Final = (
    "GitHub's API did not list the package's versions with their digests, so each tag costs a request of its own in "
    "every sync: give a personal access token (classic) with read:packages that may see the package."
)


@dataclass
class GitHubOwners:
    """Whether an owner is among "orgs" or "users"; kept in a caller's memory."""

    kinds: dict[str, str] = field(default_factory=dict)


class GitHub(Recognised):
    """Recognised by its host. Its token service itself says no, with 403, to what does not exist or is private."""

    # It honours n up to 10,000.
    tags_page_size = 10_000

    def fits(self, host: RegistryHost, challenge: Mapping[str, str]) -> bool:
        return host.name == HOST

    def speaks(self, refusal: Refusal) -> bool:
        return refusal.host == HOST

    async def tag_pages(self, caller: "Caller", repository: str) -> AsyncIterator[tuple[ListedTag, ...]]:
        """With a token only: to nobody GitHub's API shows nothing, so nothing is asked."""
        owner, _, package = repository.partition("/")
        headers = _headers(caller)
        if not headers:
            raise OwnApiUnusable(None)
        path = f"packages/container/{quote(package, safe='')}/versions"
        async for rows in _pages(caller, owner, path, {"state": "active"}, headers, repository):
            yield tuple(tag for row in rows for tag in _tags_of(row))

    async def repository_pages(
        self, caller: "Caller", namespaces: Namespaces
    ) -> AsyncIterator[tuple[ListedRepository, ...]]:
        """Of the organisations and users asked for; else of the user who signs in and of those in use."""
        credential, headers = caller.credential, _headers(caller)
        if not isinstance(credential, UsernamePassword):
            raise PermissionDenied(
                "GitHub lists packages only to those who sign in. Give a personal access token (classic) with "
                "read:packages, or type the names.",
                host=str(caller.host),
            )

        async def pages_of(owner: str) -> AsyncIterator[tuple[ListedRepository, ...]]:
            try:
                async for rows in _pages(caller, owner, "packages", {"package_type": "container"}, headers, None):
                    names = [f"{owner}/{row.get('name')}" for row in rows]
                    yield tuple(ListedRepository(name) for name in names if REPOSITORY_PATTERN.fullmatch(name))
            except OwnApiUnusable as unusable:
                answered = f" ({unusable.status})" if unusable.status else ""
                raise PermissionDenied(
                    f"GitHub did not list the packages of {owner}{answered}. The personal access token (classic) needs "
                    "read:packages, and for an organisation with single sign-on it must be authorised for it.",
                    host=str(caller.host),
                ) from None

        wanted = namespaces.or_own([credential.username.strip().lower()])
        async for page in within_each(wanted, pages_of, asked=bool(namespaces.asked)):
            yield page

    def explain(self, refusal: Refusal) -> RegistryError | None:
        facts: dict[str, Any] = refusal.facts()
        if refusal.status not in (401, 403) or refusal.subject.asked is Asked.PING:
            return None
        if refusal.subject.repository is None and refusal.presented is Presented.BASIC:
            return CredentialsRefused(
                "GitHub refused the token: it has expired or was revoked, or lacks read:packages. Use a personal "
                f"access token (classic) with read:packages; any user name will do.{refusal.quoted}",
                **facts,
            )
        if refusal.subject.repository is None:
            return None
        if refusal.presented in (Presented.BASIC, Presented.TOKEN):
            return PermissionDenied(
                f"GitHub denies {refusal.subject.repository} to these credentials: there is no such package, the token "
                "has expired or lacks read:packages, or the organisation's single sign-on has not authorised it; "
                f"GitHub does not tell which.{refusal.quoted}",
                **facts,
            )
        return PermissionDenied(
            f"GitHub shows {refusal.subject.repository} to nobody without credentials: there is no such package, or it "
            f"is private; GitHub does not tell which.{refusal.quoted}",
            **facts,
        )

    def may_be_public(self, refusal: Refusal) -> bool:
        """An expired token is refused for public packages as well."""
        return refusal.status in (401, 403)


def _headers(caller: "Caller") -> dict[str, str]:
    if not isinstance(caller.credential, UsernamePassword):
        return {}
    return {
        "Authorization": f"Bearer {caller.credential.password.reveal().strip()}",
        "X-GitHub-Api-Version": "2022-11-28",
    }


async def _pages(
    caller: "Caller",
    owner: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    repository: str | None,
) -> AsyncIterator[list[Mapping[str, Any]]]:
    """Pages by number until one is not full. Raises OwnApiUnusable."""
    kinds = caller.memory(GitHubOwners).kinds
    first = kinds.get(owner, "orgs")
    for kind in dict.fromkeys([first, "orgs", "users"]):
        for page in range(1, caller.limits.pages_max + 1):
            asked = httpx.URL(f"{API_ORIGIN}/{kind}/{quote(owner, safe='')}/{path}").copy_merge_params(
                {**query, "per_page": str(PAGE_SIZE), "page": str(page)}
            )
            try:
                _, document = await ask_api(caller, asked, headers, repository, _NOTE)
            except OwnApiUnusable as unusable:
                if unusable.status == 404 and kind == "orgs" and page == 1:
                    break
                raise
            kinds[owner] = kind
            rows = rows_of(document)
            yield rows
            if len(rows) < PAGE_SIZE:
                return
    raise OwnApiUnusable(_NOTE, 404)


def _tags_of(row: Mapping[str, Any]) -> list[ListedTag]:
    """A version is a digest, which may have any number of tags."""
    metadata = row.get("metadata")
    container = metadata.get("container") if isinstance(metadata, dict) else None
    names = texts(container.get("tags")) if isinstance(container, dict) else ()
    digest, updated_at = digest_or_none(text_or_none(row.get("name"))), instant_or_none(row.get("updated_at"))
    return [ListedTag(name, digest=digest, updated_at=updated_at) for name in names]


GITHUB: Final = GitHub()
