"""Harbor, whose API takes the registry's own login.

Source: the server itself, github.com/goharbor/harbor: api/v2.0/swagger.yaml, src/server/handler, src/server/middleware.
"""

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import httpx

from app.oci_client.answers import Answer, Asked, Presented, Refusal
from app.oci_client.errors import CredentialsRefused, PermissionDenied, RegistryError
from app.oci_client.manifest import HELM_CONFIG
from app.oci_client.own_listing import (
    ListingShifted,
    OwnApiUnusable,
    ask_api,
    digest_or_none,
    instant_or_none,
    rows_of,
    text_or_none,
)
from app.oci_client.provider import ListedRepository, ListedTag, Namespaces
from app.oci_client.providers.recognised import Recognised
from app.oci_client.reference import REPOSITORY_PATTERN, RegistryHost

if TYPE_CHECKING:
    from app.oci_client.calling import Caller

# api/v2.0/swagger.yaml: page_size has a maximum of 100.
PAGE_SIZE: Final = 100
SERVICE: Final = "harbor-registry"
_NOTE: Final = (
    "Harbor's API did not list the artifacts with their digests, so each tag costs a request of its own in every sync: "
    "give the robot the permission “List” on “Artifact” and on “Tag” of the project."
)


class Harbor(Recognised):
    """Recognised by the service that its tokens are for."""

    def fits(self, host: RegistryHost, challenge: Mapping[str, str]) -> bool:
        return challenge.get("service") == SERVICE

    def speaks(self, refusal: Refusal) -> bool:
        challenge = refusal.headers.get("www-authenticate", "")
        return SERVICE in challenge or 'realm="harbor"' in challenge or "x-harbor-csrf-token" in refusal.headers

    async def tag_pages(self, caller: "Caller", repository: str) -> AsyncIterator[tuple[ListedTag, ...]]:
        project, _, name = repository.partition("/")
        # The slashes inside a repository's name are encoded twice: the server's router decodes once.
        path = f"/api/v2.0/projects/{project}/repositories/{quote(quote(name, safe=''), safe='')}/artifacts"
        total: str | None = None
        async for answer, rows in _pages(caller, path, {"with_tag": "true"}, repository, _NOTE):
            counted = answer.headers.get("x-total-count")
            if total is not None and counted != total:
                raise ListingShifted
            total = counted
            yield tuple(tag for row in rows for tag in _tags_of(row))

    async def repository_pages(
        self, caller: "Caller", namespaces: Namespaces
    ) -> AsyncIterator[tuple[ListedRepository, ...]]:
        """Of every project that the credential sees; a project's robot sees its own only."""
        try:
            projects = [row async for _, rows in _pages(caller, "/api/v2.0/projects", {}, None, None) for row in rows]
            for project in (text_or_none(row.get("name")) for row in projects):
                if project is None:
                    continue
                path = f"/api/v2.0/projects/{quote(project, safe='')}/repositories"
                async for _, rows in _pages(caller, path, {}, None, None):
                    names = [str(row.get("name")) for row in rows]
                    yield tuple(ListedRepository(name) for name in names if REPOSITORY_PATTERN.fullmatch(name))
        except OwnApiUnusable as unusable:
            answered = f" ({unusable.status})" if unusable.status else ""
            raise PermissionDenied(
                f"Harbor at {caller.host} did not list its repositories{answered}. Give the robot the permission "
                "“List” on “Repository” of the project, or type the names.",
                host=str(caller.host),
            ) from None

    def explain(self, refusal: Refusal) -> RegistryError | None:
        """Harbor answers 401 to everything that is refused, whatever the reason."""
        facts: dict[str, Any] = refusal.facts()
        if refusal.status != 401:
            return None
        if refusal.subject.asked is Asked.TOKEN and refusal.presented is Presented.BASIC:
            return CredentialsRefused(
                f"Harbor at {refusal.host} refused the user name or the password. A robot is written with its prefix "
                "and project, as in robot$acme+chartroom, and ends on a date; with single sign-on, use the CLI secret "
                f"of the user profile.{refusal.quoted}",
                **facts,
            )
        if refusal.subject.repository is not None and refusal.presented is Presented.TOKEN:
            return PermissionDenied(
                f"Harbor at {refusal.host} took the credentials but denies {refusal.what}: the project or repository "
                "does not exist, or the robot or user lacks “Pull” on it; Harbor does not tell which.",
                **facts,
            )
        return None


async def _pages(
    caller: "Caller", path: str, query: Mapping[str, str], repository: str | None, note: str | None
) -> AsyncIterator[tuple[Answer, list[Mapping[str, Any]]]]:
    """Pages by number until one is not full. Raises OwnApiUnusable."""
    login = await caller.sign_in.login()
    headers = {"Authorization": login.basic_header()} if login else {}
    for page in range(1, caller.limits.pages_max + 1):
        asked = "&".join(f"{name}={value}" for name, value in {**query, "page": page, "page_size": PAGE_SIZE}.items())
        answer, document = await ask_api(caller, httpx.URL(f"{caller.origin}{path}?{asked}"), headers, repository, note)
        rows = rows_of(document)
        yield answer, rows
        if len(rows) < PAGE_SIZE:
            return


def _tags_of(row: Mapping[str, Any]) -> list[ListedTag]:
    """An artifact has any number of tags, none included."""
    kind = text_or_none(row.get("media_type")) if row.get("type") != "CHART" else HELM_CONFIG
    tags = row.get("tags")
    return [
        ListedTag(
            tag["name"],
            digest=digest_or_none(row.get("digest")),
            media_type=text_or_none(row.get("manifest_media_type")),
            artifact_type=kind,
            updated_at=instant_or_none(tag.get("push_time")),
        )
        for tag in (tags if isinstance(tags, list) else ())
        if isinstance(tag, dict) and text_or_none(tag.get("name"))
    ]


HARBOR: Final = Harbor()
