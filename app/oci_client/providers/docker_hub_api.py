"""hub.docker.com, which knows of tags and repositories what the registry does not tell: digests and contents.

Sources: Docker Hub's API description (docs.docker.com/reference/api/hub); docker/hub-tool. That tags carry `digest`,
`media_type` and `content_type` is not in the description but in its answers, so each may be missing.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx
import orjson

from app.oci_client.answers import Asked, Subject
from app.oci_client.credentials import Secret, UsernamePassword
from app.oci_client.errors import PermissionDenied, RegistryError, RepositoryNotFound
from app.oci_client.manifest import HELM_CONFIG
from app.oci_client.own_listing import (
    ListingShifted,
    OwnApiUnusable,
    ask_api,
    digest_or_none,
    instant_or_none,
    rows_of,
    text_or_none,
    texts,
)
from app.oci_client.provider import ListedRepository, ListedTag
from app.oci_client.tokens import Token, TokenKey

if TYPE_CHECKING:
    from app.oci_client.calling import Caller

API_ORIGIN: Final = "https://hub.docker.com"
# The API refuses more.
PAGE_SIZE: Final = 100
# Ten minutes; harbor renews after nine.
JWT_LIFETIME_SECONDS: Final = 600.0
# `content_type` to the media type of a config that has that content. Others are read to see.
_CONFIG_TYPES: Final = {"helm": HELM_CONFIG, "image": "application/vnd.oci.image.config.v1+json"}
_LIMIT: Final = re.compile(r"\s*(\d{1,9})\s*;\s*w=(\d{1,9})\s*")
_NOTE: Final = (
    "Docker Hub's API at hub.docker.com did not list the tags with their digests ({why}), so each tag costs a request "
    "of its own in every sync."
)


@dataclass(frozen=True, slots=True)
class PullLimit:
    """So many pulls in each window, such as "each 6 hours"."""

    pulls: int
    window: str


def pull_limit(header: str) -> PullLimit | None:
    """`ratelimit-limit` and `ratelimit-remaining`, as in "100;w=21600". Source: docs.docker.com, Pull limits."""
    match = _LIMIT.fullmatch(header)
    if match is None:
        return None
    hours, seconds = divmod(int(match[2]), 3600)
    window = f"{match[2]} seconds" if seconds or not hours else "1 hour" if hours == 1 else f"{hours} hours"
    return PullLimit(int(match[1]), window)


@dataclass
class HubLogin:
    """Whether the API took the credential; kept in a caller's memory."""

    refused: bool = False


class HubApi:
    """Docker Hub's API with one credential. What is public it shows to everybody."""

    def __init__(self, caller: "Caller") -> None:
        self._caller = caller

    async def tag_pages(self, repository: str) -> AsyncIterator[tuple[ListedTag, ...]]:
        """Raises OwnApiUnusable, and ListingShifted when the number of tags changed on the way."""
        namespace, _, name = repository.partition("/")
        url = httpx.URL(f"{API_ORIGIN}/v2/namespaces/{namespace}/repositories/{name}/tags")
        count: Any = None
        async for document in self._pages(url, repository):
            if count is not None and document.get("count") != count:
                raise ListingShifted
            count = document.get("count")
            yield tuple(_tag_of(row) for row in rows_of(document, "results") if text_or_none(row.get("name")))

    async def repository_pages(self, namespace: str) -> AsyncIterator[tuple[ListedRepository, ...]]:
        """Raises RepositoryNotFound, PermissionDenied."""
        url = httpx.URL(f"{API_ORIGIN}/v2/namespaces/{namespace}/repositories")
        host = str(self._caller.host)
        try:
            async for document in self._pages(url, None):
                yield tuple(
                    ListedRepository(f"{namespace}/{row['name']}", _holds_charts(row))
                    for row in rows_of(document, "results")
                    if text_or_none(row.get("name"))
                )
        except OwnApiUnusable as unusable:
            if unusable.status == 404:
                raise RepositoryNotFound(f"Docker Hub has no namespace {namespace}.", host=host) from None
            raise PermissionDenied(
                f"Docker Hub did not list the repositories of {namespace}: {_why(unusable.status)}.", host=host
            ) from None

    async def own_namespaces(self) -> list[str]:
        """The account's own and those of its organisations; none without credentials."""
        credential = self._caller.credential
        if not isinstance(credential, UsernamePassword):
            return []
        own = [credential.username.strip().lower()]
        headers = await self._headers()
        if not headers:
            return own
        try:
            _, document = await ask_api(
                self._caller, httpx.URL(f"{API_ORIGIN}/v2/repositories/namespaces"), headers, None, None
            )
        except OwnApiUnusable:  # an organisation's token has no account
            return own
        return [*own, *(texts(document.get("namespaces")) if isinstance(document, dict) else ())]

    async def _pages(self, url: httpx.URL, repository: str | None) -> AsyncIterator[dict[str, Any]]:
        """Pages by their number: where `next` leads to is not asked, only whether there is one."""
        headers = await self._headers()
        for page in range(1, self._caller.limits.pages_max + 1):
            paged = url.copy_merge_params({"page": str(page), "page_size": str(PAGE_SIZE)})
            try:
                _, document = await ask_api(self._caller, paged, headers, repository, None)
            except OwnApiUnusable as unusable:
                if unusable.status == 404 and page > 1:  # tags were deleted, and this page with them
                    raise ListingShifted from None
                raise OwnApiUnusable(self._note(unusable.status), unusable.status) from None
            if not isinstance(document, dict):
                raise OwnApiUnusable(self._note(None))
            yield document
            if not document.get("next"):
                return

    def _note(self, status: int | None) -> str:
        if self._caller.memory(HubLogin).refused:
            return _NOTE.format(why="it does not take these credentials; a personal access token would do")
        return _NOTE.format(why=_why(status))

    async def _headers(self) -> dict[str, str]:
        """Signed in where there is something to sign in with and the API takes it."""
        caller, login = self._caller, self._caller.memory(HubLogin)
        credential = caller.credential
        if not isinstance(credential, UsernamePassword) or login.refused:
            return {}
        try:
            token = await caller.tokens.get(
                TokenKey(API_ORIGIN, credential, "hub-api"),
                lambda: self._mint(credential.username, credential.password),
            )
        except RegistryError:
            return {}
        except OwnApiUnusable:
            login.refused = True
            return {}
        return {"Authorization": token.authorization.reveal()}

    async def _mint(self, username: str, password: Secret) -> Token:
        """A JWT for ten minutes. The identifier is a user, or an organisation for its own tokens."""
        sent = {"identifier": username.strip(), "secret": password.reveal().strip()}
        answer = await self._caller.fetch_elsewhere(
            httpx.URL(f"{API_ORIGIN}/v2/auth/token"),
            method="POST",
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            body=orjson.dumps(sent),
            subject=Subject(Asked.PROVIDER_API),
            max_bytes=self._caller.limits.token_max_bytes,
        )
        try:
            document = orjson.loads(answer.body) if answer.status == 200 else None
        except ValueError:
            document = None
        text = text_or_none(document.get("access_token")) if isinstance(document, dict) else None
        if text is None or not text.isascii() or not text.isprintable():
            raise OwnApiUnusable(None, answer.status)
        return Token(Secret(f"Bearer {text}"), JWT_LIFETIME_SECONDS)


def _why(status: int | None) -> str:
    match status:
        case None:
            return "it could not be reached or understood"
        case 401 | 403 | 404:
            return f"it does not show the repository to these credentials, {status}"
        case _:
            return f"it answered {status}"


def _tag_of(row: Any) -> ListedTag:
    # Never images[0].digest: of an image for several platforms it is one platform's.
    return ListedTag(
        tag=row["name"],
        digest=digest_or_none(row.get("digest")),
        media_type=text_or_none(row.get("media_type")),
        artifact_type=_CONFIG_TYPES.get(str(row.get("content_type"))),
        updated_at=instant_or_none(row.get("last_updated")),
    )


def _holds_charts(row: Any) -> bool | None:
    kinds = {*texts(row.get("content_types")), *texts(row.get("media_types"))}
    if not kinds:
        return None
    return "helm" in kinds or HELM_CONFIG in kinds
