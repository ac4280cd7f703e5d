"""Tags by a company's own API, which gives digests with them, and by the standard where that is not to be had."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx

from app.oci_client.answers import Answer, Asked, Subject
from app.oci_client.bodies import load_json
from app.oci_client.errors import PermissionDenied, RegistryError, RepositoryNotFound, TooLarge
from app.oci_client.listing import tag_pages
from app.oci_client.provider import ListedRepository, ListedTag
from app.oci_client.reference import is_digest, is_tag

if TYPE_CHECKING:
    from app.oci_client.calling import Caller


class OwnApiUnusable(Exception):
    """The company's own API does not serve here. `note` tells people why and what would mend it; None where
    nothing is lost. `status` is the API's answer, None where there was none that could be read.
    """

    def __init__(self, note: str | None, status: int | None = None) -> None:
        super().__init__(note)
        self.note = note
        self.status = status


class ListingShifted(Exception):
    """Tags came or went while pages were read, so that some may have been missed."""


@dataclass
class ListingNotes:
    """Why a repository's tags came by the standard listing; kept in a caller's memory."""

    by_repository: dict[str, str | None] = field(default_factory=dict)


async def own_then_standard(
    caller: "Caller",
    repository: str,
    own: AsyncIterator[tuple[ListedTag, ...]],
    page_size: int | None,
    *,
    guess_last: bool = True,
) -> AsyncIterator[tuple[ListedTag, ...]]:
    """The pages of `own`, each tag once; what it leaves out, when it fails or shifts, by the standard listing.

    `page_size` and `guess_last` are as for `tag_pages`. Raises what the standard listing raises, so that a
    repository is missing or forbidden in one way only.
    """
    seen: set[str] = set()
    notes = caller.memory(ListingNotes).by_repository
    notes.pop(repository, None)
    try:
        async for page in own:
            fresh = tuple({tag.tag: tag for tag in page if tag.tag not in seen and is_tag(tag.tag)}.values())
            seen.update(tag.tag for tag in fresh)
            if len(seen) > caller.limits.tags_max:
                raise TooLarge(
                    f"{repository} at {caller.host} has more than {caller.limits.tags_max} tags, more than is read.",
                    host=str(caller.host),
                    repository=repository,
                )
            if fresh:
                yield fresh
        return
    except OwnApiUnusable as unusable:
        notes[repository] = unusable.note
    except ListingShifted:
        pass
    async for names in tag_pages(caller, repository, page_size, guess_last=guess_last):
        left = tuple(ListedTag(name) for name in names if name not in seen)
        if left:
            yield left


async def within_each(
    namespaces: Sequence[str], pages_of: Callable[[str], AsyncIterator[tuple[ListedRepository, ...]]], *, asked: bool
) -> AsyncIterator[tuple[ListedRepository, ...]]:
    """Repositories of one namespace after the other.

    One that is refused or missing does not hide the others, unless it was `asked` for: else its error is raised only
    where none could be listed.
    """
    failure: RegistryError | None = None
    listed = False
    for namespace in namespaces:
        try:
            async for page in pages_of(namespace):
                yield page
            listed = True
        except (PermissionDenied, RepositoryNotFound) as error:
            failure = failure or error
    if failure is not None and (asked or not listed):
        raise failure


async def ask_api(
    caller: "Caller", url: httpx.URL, headers: Mapping[str, str], repository: str | None, unusable_note: str | None
) -> tuple[Answer, Any]:
    """The answer 200 and the JSON in it. Raises OwnApiUnusable for everything else, a failing network included."""
    try:
        answer = await caller.fetch_elsewhere(
            url,
            headers={"Accept": "application/json", **headers},
            subject=Subject(Asked.PROVIDER_API, repository),
            max_bytes=caller.limits.tag_page_max_bytes,
        )
    except RegistryError:
        raise OwnApiUnusable(unusable_note) from None
    if answer.status != 200:
        raise OwnApiUnusable(unusable_note, answer.status)
    try:
        return answer, await load_json(answer.body)
    except ValueError:
        raise OwnApiUnusable(unusable_note, answer.status) from None


def rows_of(document: Any, key: str | None = None) -> list[Mapping[str, Any]]:
    """The objects of the list in a document, or under its `key`. Raises OwnApiUnusable where there is no list."""
    listed = document.get(key) if key is not None and isinstance(document, dict) else document
    if not isinstance(listed, list):
        raise OwnApiUnusable(None)
    return [row for row in listed if isinstance(row, dict)]


def digest_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) and is_digest(value) else None


def text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def instant_or_none(value: Any) -> datetime | None:
    """An RFC 3339 instant with a zone, of any number of digits; None for others and for year 1, which is “never”."""
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None and instant.year > 1 else None


def texts(values: Any) -> Iterable[str]:
    """The texts in a list; nothing for what is no list."""
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
