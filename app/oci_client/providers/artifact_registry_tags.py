"""The tags of a repository with their digests, as Artifact Registry lists them at once.

Source: go-containerregistry pkg/v1/google/list.go; recorded answers of pkg.dev.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from app.oci_client.answers import Asked, Subject, parse_object
from app.oci_client.errors import RepositoryNotFound, TooLarge, UnexpectedAnswer
from app.oci_client.pages import RefusedLink, next_page
from app.oci_client.provider import ListedTag
from app.oci_client.reference import TAG_PATTERN, is_digest
from app.oci_client.registry_text import quotable

if TYPE_CHECKING:
    from app.oci_client.calling import Caller

# Of its own choice Google sends about 1,000 a page. 10,000 with their digests are 4 MiB, a quarter of what is read.
PAGE_SIZE: Final = 10_000
# Handed on in slices, so that the event loop breathes between them: 1,000 take about 2 ms.
SLICE: Final = 1000
_CHILDREN_NAMED: Final = 5
_YEAR_1970: Final = datetime(1970, 1, 1, tzinfo=UTC)


async def digest_pages(caller: "Caller", repository: str) -> AsyncIterator[tuple[ListedTag, ...]]:
    """Tags, each once, in Google's order. Raises TooLarge beyond the bounds on tags and pages."""
    limits = caller.limits
    subject = Subject(Asked.TAGS, repository)
    asked: set[str] = set()
    seen: set[str] = set()
    target: str | None = f"/v2/{repository}/tags/list?n={PAGE_SIZE}"
    while target is not None:
        if target in asked or len(asked) >= limits.pages_max:
            raise _unfollowed(caller, repository, "its pages do not end")
        asked.add(target)
        answer = await caller.fetch(
            target, scope=f"repository:{repository}:pull", subject=subject, max_bytes=limits.tag_page_max_bytes
        )
        document = await parse_object(answer, str(caller.host), subject)
        await asyncio.sleep(0)
        tags, digests = _tags(caller, repository, document), await _digests(document)
        fresh = [tag for tag in dict.fromkeys(tags) if tag not in seen and TAG_PATTERN.fullmatch(tag)]
        seen.update(fresh)
        if len(seen) > limits.tags_max:
            raise TooLarge(
                f"{repository} at {caller.host} has more than {limits.tags_max} tags, more than are read.",
                host=str(caller.host),
                repository=repository,
            )
        for start in range(0, len(fresh), SLICE):
            yield tuple(_listed(tag, digests.get(tag), document) for tag in fresh[start : start + SLICE])
            await asyncio.sleep(0)
        try:
            target = next_page(answer.url, answer.headers.get_list("link"))
        except RefusedLink as refused:
            raise _unfollowed(caller, repository, str(refused)) from None
        if target is None and not seen:
            _refuse_folder(caller, repository, document)


def _tags(caller: "Caller", repository: str, document: Mapping[str, Any]) -> list[str]:
    tags = document.get("tags")
    if "tags" not in document or not isinstance(tags, list | None):
        raise _unfollowed(caller, repository, "it sent a page without a list of tags")
    return _texts(tags)


async def _digests(document: Mapping[str, Any]) -> dict[str, str]:
    """The digest of each tag of a page. There are those without tags, too: 40,000 and more are on a page."""
    manifests = document.get("manifest")
    found: dict[str, str] = {}
    for number, (digest, held) in enumerate(manifests.items() if isinstance(manifests, dict) else ()):
        if number % SLICE == 0:
            await asyncio.sleep(0)
        if is_digest(digest) and isinstance(held, dict):
            found.update((tag, digest) for tag in _texts(held.get("tag")))
    return found


def _texts(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _listed(tag: str, digest: str | None, document: Mapping[str, Any]) -> ListedTag:
    if digest is None:
        return ListedTag(tag)
    held = document["manifest"][digest]
    media_type = held.get("mediaType")
    return ListedTag(
        tag,
        digest,
        media_type=media_type if isinstance(media_type, str) and media_type else None,
        updated_at=instant(held.get("timeUploadedMs")),
    )


def instant(milliseconds: object) -> datetime | None:
    """The instant of Google's milliseconds since 1970, which it writes as text; None for what it writes as no time.

    That is the first day of year 1, far before the epoch.
    """
    if not isinstance(milliseconds, str | int) or isinstance(milliseconds, bool):
        return None
    try:
        since = int(milliseconds)
        return _YEAR_1970 + timedelta(milliseconds=since) if since > 0 else None
    except (ValueError, OverflowError):
        return None


def _refuse_folder(caller: "Caller", repository: str, document: Mapping[str, Any]) -> None:
    """gcr.io lists what lies below a path, too."""
    children = [quotable(child) for child in _texts(document.get("child"))]
    if not children:
        return
    named = ", ".join(f"{repository}/{child}" for child in sorted(children)[:_CHILDREN_NAMED])
    raise RepositoryNotFound(
        f"{repository} at {caller.host} holds nothing itself, only what lies below it: {named}"
        f"{', …' if len(children) > _CHILDREN_NAMED else ''}. Add those.",
        host=str(caller.host),
        repository=repository,
    )


def _unfollowed(caller: "Caller", repository: str, why: str) -> UnexpectedAnswer:
    return UnexpectedAnswer(
        f"{caller.host} lists tags in a way that cannot be followed: {why}.",
        host=str(caller.host),
        repository=repository,
    )
