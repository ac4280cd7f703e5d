"""GitLab's container registry, which has an API of its own beside `/v2/` with the same tokens.

Source: gitlab-org/container-registry, docs/spec/gitlab/api.md.
"""

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from app.oci_client.answers import Answer, Asked, Presented, Refusal, Subject
from app.oci_client.bodies import load_json
from app.oci_client.errors import CredentialsRefused, PermissionDenied, RegistryError
from app.oci_client.own_listing import (
    OwnApiUnusable,
    digest_or_none,
    instant_or_none,
    rows_of,
    text_or_none,
    within_each,
)
from app.oci_client.pages import RefusedLink, next_page
from app.oci_client.provider import ListedRepository, ListedTag, Namespaces
from app.oci_client.providers.recognised import Recognised
from app.oci_client.reference import REPOSITORY_PATTERN, RegistryHost

if TYPE_CHECKING:
    from app.oci_client.calling import Caller

# docs/spec/gitlab/api.md: n from 1 to 1000.
PAGE_SIZE: Final = 1000
REALM_PATH: Final = "/jwt/auth"
_NOTE: Final = (
    "GitLab's registry did not list the tags with their digests, so each tag costs a request of its own in every sync; "
    "on a GitLab of one's own this needs the registry's metadata database."
)


class GitLab(Recognised):
    """Recognised by the address of its token service."""

    def fits(self, host: RegistryHost, challenge: Mapping[str, str]) -> bool:
        return urlsplit(challenge.get("realm", "")).path == REALM_PATH

    def speaks(self, refusal: Refusal) -> bool:
        return f'{REALM_PATH}"' in refusal.headers.get("www-authenticate", "") or "x-gitlab-meta" in refusal.headers

    async def tag_pages(self, caller: "Caller", repository: str) -> AsyncIterator[tuple[ListedTag, ...]]:
        # Without the slash at the end it answers 301.
        path = f"/gitlab/v1/repositories/{repository}/tags/list/"
        async for rows in _pages(caller, path, f"repository:{repository}:pull", repository):
            yield tuple(
                ListedTag(
                    row["name"],
                    digest=digest_or_none(row.get("digest")),
                    media_type=text_or_none(row.get("media_type")),
                    updated_at=instant_or_none(row.get("published_at") or row.get("updated_at")),
                )
                for row in rows
                if text_or_none(row.get("name"))
            )

    async def repository_pages(
        self, caller: "Caller", namespaces: Namespaces
    ) -> AsyncIterator[tuple[ListedRepository, ...]]:
        """Below the groups or projects given: GitLab's registry lists nothing above them."""
        wanted = namespaces.or_own(())
        if not wanted:
            raise PermissionDenied(
                "GitLab's registry lists the repositories of one group or project at a time. Search for its path with "
                "a slash behind it, such as acme/.",
                host=str(caller.host),
            )

        async def pages_of(namespace: str) -> AsyncIterator[tuple[ListedRepository, ...]]:
            path = f"/gitlab/v1/repository-paths/{namespace}/repositories/list/"
            try:
                async for rows in _pages(caller, path, f"repository:{namespace}:pull", None):
                    names = [str(row.get("path")) for row in rows]
                    yield tuple(ListedRepository(name) for name in names if REPOSITORY_PATTERN.fullmatch(name))
            except OwnApiUnusable as unusable:
                answered = f" ({unusable.status})" if unusable.status else ""
                raise PermissionDenied(
                    f"GitLab's registry at {caller.host} did not list what is below {namespace}{answered}. The token "
                    "needs read_registry there, and a GitLab of one's own the registry's metadata database.",
                    host=str(caller.host),
                ) from None

        async for page in within_each(wanted, pages_of, asked=bool(namespaces.asked)):
            yield page

    def explain(self, refusal: Refusal) -> RegistryError | None:
        facts: dict[str, Any] = refusal.facts()
        if (
            refusal.subject.asked is Asked.TOKEN
            and refusal.status in (401, 403)
            and refusal.presented is Presented.BASIC
        ):
            return CredentialsRefused(
                f"GitLab refused the user name or the token for {refusal.host}. Use a deploy token or a personal, "
                f"group or project access token with read_registry that has not expired.{refusal.quoted}",
                **facts,
            )
        if refusal.status in (401, 403) and refusal.presented is Presented.TOKEN and refusal.subject.repository:
            return PermissionDenied(
                f"GitLab took the credentials but denies {refusal.what} at {refusal.host}: there is no such "
                "repository, or the token lacks read_registry in its project; GitLab does not tell which."
                f"{refusal.quoted}",
                **facts,
            )
        return None


async def _pages(
    caller: "Caller", path: str, scope: str, repository: str | None
) -> AsyncIterator[list[Mapping[str, Any]]]:
    """Pages by their Link, which may hold the previous page as well. Raises OwnApiUnusable."""
    target: str | None = f"{path}?n={PAGE_SIZE}"
    subject = Subject(Asked.PROVIDER_API, repository)
    for _ in range(caller.limits.pages_max):
        answer = await _asked(caller, str(target), scope, subject)
        try:
            yield rows_of(await load_json(answer.body))
            target = next_page(answer.url, answer.headers.get_list("link"))
        except (ValueError, RefusedLink):
            raise OwnApiUnusable(_NOTE) from None
        if target is None:
            return


async def _asked(caller: "Caller", target: str, scope: str, subject: Subject) -> Answer:
    try:
        return await caller.fetch(target, scope=scope, subject=subject, max_bytes=caller.limits.tag_page_max_bytes)
    except CredentialsRefused:
        raise
    except RegistryError as error:
        raise OwnApiUnusable(_NOTE, getattr(error, "status", None)) from None


GITLAB: Final = GitLab()
