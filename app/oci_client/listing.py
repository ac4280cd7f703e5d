"""Listings of `/v2/`: tags of a repository, repositories of a registry.

Sources: distribution-spec 1.1, Listing tags; what registries make of it, see each comment.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from app.oci_client.answers import Asked, Subject, parse_object
from app.oci_client.errors import RegistryError, TooLarge, UnexpectedAnswer
from app.oci_client.pages import RefusedLink, next_page
from app.oci_client.reference import REPOSITORY_PATTERN, TAG_PATTERN

if TYPE_CHECKING:
    from app.oci_client.calling import Caller

# Docker Hub sends 100,000 tags at once: handed on in slices, so that the event loop breathes between them.
SLICE: Final = 1000


async def tag_pages(
    caller: "Caller", repository: str, page_size: int | None, *, guess_last: bool = True
) -> AsyncIterator[tuple[str, ...]]:
    """Names of tags, each once. Raises TooLarge beyond the bounds on tags and pages.

    `guess_last`: behind a full page without a Link the next one is asked for by the last name; not where that mark is
    not a name, as at ECR.
    """
    listing = _Listing(
        caller,
        path=f"/v2/{repository}/tags/list",
        key="tags",
        scope=f"repository:{repository}:pull",
        subject=Subject(Asked.TAGS, repository),
        page_size=page_size,
        guess_last=guess_last,
    )
    async for page in listing.pages():
        # A tag outside the grammar cannot be asked for, so it is none.
        async for names in _sliced(page, TAG_PATTERN):
            yield names


async def catalog_pages(caller: "Caller") -> AsyncIterator[tuple[str, ...]]:
    """Names of repositories, each once. Not every registry has a catalogue, and few show it to everybody."""
    listing = _Listing(
        caller,
        path="/v2/_catalog",
        key="repositories",
        scope="registry:catalog:*",
        subject=Subject(Asked.CATALOG),
        page_size=None,  # Distribution answers 400 when n is above its own maximum, 100 or 1000
    )
    async for page in listing.pages():
        async for names in _sliced(page, REPOSITORY_PATTERN):
            yield names


async def _sliced(page: list[str], grammar: re.Pattern[str]) -> AsyncIterator[tuple[str, ...]]:
    for start in range(0, len(page), SLICE):
        names = tuple(name for name in page[start : start + SLICE] if grammar.fullmatch(name))
        if names:
            yield names
        await asyncio.sleep(0)


class _Listing:
    def __init__(
        self,
        caller: "Caller",
        *,
        path: str,
        key: str,
        scope: str,
        subject: Subject,
        page_size: int | None,
        guess_last: bool = True,
    ) -> None:
        self._caller = caller
        self._path = path
        self._key = key
        self._scope = scope
        self._subject = subject
        self._page_size = page_size
        self._guess_last = guess_last
        self._seen: set[str] = set()

    async def pages(self) -> AsyncIterator[list[str]]:
        """What each page adds to those before it."""
        limits = self._caller.limits
        first = self._path if self._page_size is None else f"{self._path}?n={self._page_size}"
        asked: set[str] = set()
        target: str | None = first
        while target is not None:
            if target in asked:
                raise self._failure("its pages lead back to one that was read already")
            if len(asked) >= limits.pages_max:
                raise self._too_many(f"more than {limits.pages_max} pages")
            asked.add(target)
            answer = await self._caller.fetch(
                target, scope=self._scope, subject=self._subject, max_bytes=limits.tag_page_max_bytes
            )
            document = await parse_object(answer, str(self._caller.host), self._subject)
            names = self._names(document)
            fresh = [name for name in dict.fromkeys(names) if name not in self._seen]
            self._seen.update(fresh)
            if len(self._seen) > limits.tags_max:
                raise self._too_many(f"more than {limits.tags_max} {self._key}")
            if fresh:
                yield fresh
            try:
                target = next_page(answer.url, answer.headers.get_list("link"))
            except RefusedLink as refused:
                raise self._failure(str(refused)) from None
            # Nexus sends no Link: a full page may have another one behind it, which is asked for by the last
            # name.
            if target is None and self._guess_last and fresh and len(names) == self._page_size:
                target = f"{self._path}?n={self._page_size}&last={quote(names[-1], safe='')}"

    def _names(self, document: Any) -> list[str]:
        names = document.get(self._key, ())
        if names is None:  # what Distribution sends for a repository without tags
            return []
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            if self._key not in document:
                raise self._failure("it sent a page without a list")
            raise self._failure("it sent a list that is no list of names")
        return names

    def _failure(self, why: str) -> UnexpectedAnswer:
        return UnexpectedAnswer(
            f"{self._caller.host} lists {self._key} in a way that cannot be followed: {why}.",
            host=str(self._caller.host),
            repository=self._subject.repository,
        )

    def _too_many(self, what: str) -> RegistryError:
        whose = self._subject.repository or "the registry"
        return TooLarge(
            f"{whose} at {self._caller.host} has {what}, more than is read.",
            host=str(self._caller.host),
            repository=self._subject.repository,
        )
