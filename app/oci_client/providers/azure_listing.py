"""Azure's own listings: `/acr/v1/`, which tell digest, kind and time along with the tags.

Sources: azure-containerregistry's recordings and models; azure-cli acr/repository.py for pages of 100.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from app.oci_client.answers import Asked, Subject, parse_object
from app.oci_client.errors import TooLarge, UnexpectedAnswer
from app.oci_client.pages import RefusedLink, next_page
from app.oci_client.provider import ListedRepository, ListedTag
from app.oci_client.reference import REPOSITORY_PATTERN, TAG_PATTERN, is_digest

if TYPE_CHECKING:
    from app.oci_client.calling import Caller

# What azure-cli asks for; no larger page is documented.
PAGE_SIZE: Final = 100


async def manifest_pages(caller: "Caller", repository: str) -> AsyncIterator[tuple[ListedTag, ...]]:
    """Pages of at least one tag, in the order of digests, which does not shift when somebody pushes meanwhile."""
    seen: set[str] = set()
    scope, subject = f"repository:{repository}:pull", Subject(Asked.TAGS, repository)
    async for rows in _pages(caller, f"/acr/v1/{repository}/_manifests", "manifests", scope, subject):
        fresh: list[ListedTag] = []
        for row in rows:
            # A tag that moves while pages are read may show under both digests: the first is kept, and the next
            # listing tells.
            fresh += [listed for listed in _tags_of(row) if listed.tag not in seen]
            seen.update(listed.tag for listed in fresh)
        if len(seen) > caller.limits.tags_max:
            raise TooLarge(
                f"{repository} at {caller.host} has more than {caller.limits.tags_max} tags, more than is read.",
                host=str(caller.host),
                repository=repository,
            )
        if fresh:
            yield tuple(fresh)


async def repository_pages(caller: "Caller") -> AsyncIterator[tuple[ListedRepository, ...]]:
    """Pages of at least one repository, in alphabetical order. Nothing tells what they hold."""
    subject = Subject(Asked.CATALOG)
    async for names in _pages(caller, "/acr/v1/_catalog", "repositories", "registry:catalog:*", subject):
        page = tuple(
            ListedRepository(name) for name in names if isinstance(name, str) and REPOSITORY_PATTERN.fullmatch(name)
        )
        if page:
            yield page


async def may_list_manifests(caller: "Caller", repository: str) -> None:
    """Raises RegistryError when not: one row is asked for."""
    await caller.fetch(
        f"/acr/v1/{repository}/_manifests?n=1",
        scope=f"repository:{repository}:pull",
        subject=Subject(Asked.TAGS, repository),
        max_bytes=caller.limits.manifest_max_bytes,
    )


async def _pages(caller: "Caller", path: str, key: str, scope: str, subject: Subject) -> AsyncIterator[list[Any]]:
    limits = caller.limits
    target: str | None = f"{path}?n={PAGE_SIZE}"
    asked: set[str] = set()
    while target is not None:
        if target in asked or len(asked) >= limits.pages_max:
            raise _failure(caller, subject, "its pages lead back to one that was read, or never end")
        asked.add(target)
        answer = await caller.fetch(target, scope=scope, subject=subject, max_bytes=limits.tag_page_max_bytes)
        rows = (await parse_object(answer, str(caller.host), subject)).get(key, ())
        await asyncio.sleep(0)
        # null is what an empty repository has.
        if rows is not None and not isinstance(rows, list):
            raise _failure(caller, subject, f"it sent a page without {key}")
        yield rows or []
        try:
            target = next_page(answer.url, answer.headers.get_list("link"))
        except RefusedLink as refused:
            raise _failure(caller, subject, str(refused)) from None


def _tags_of(row: Any) -> list[ListedTag]:
    """A row is one manifest; without tags it has no `tags` at all."""
    if not isinstance(row, Mapping):
        return []
    tags, digest = row.get("tags"), row.get("digest")
    if not isinstance(tags, list):
        return []
    return [
        ListedTag(
            tag,
            digest=digest if isinstance(digest, str) and is_digest(digest) else None,
            media_type=_text(row, "mediaType"),
            # An index has no config, so what it wraps is not known.
            artifact_type=_text(row, "configMediaType"),
            updated_at=_instant(row.get("lastUpdateTime")),
        )
        for tag in dict.fromkeys(tags)
        if isinstance(tag, str) and TAG_PATTERN.fullmatch(tag)
    ]


def _text(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    return value if isinstance(value, str) and value else None


def _instant(value: Any) -> datetime | None:
    """Azure writes seven digits of a second; what is beyond six is dropped."""
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return instant if instant.tzinfo is not None else None


def _failure(caller: "Caller", subject: Subject, why: str) -> UnexpectedAnswer:
    return UnexpectedAnswer(
        f"{caller.host} lists in a way that cannot be followed: {why}.",
        host=str(caller.host),
        repository=subject.repository,
    )
