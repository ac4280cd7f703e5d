"""Reads for many rows what each of them asks for: one statement for a page, whatever its size.

One `Loaders` for each operation: what was read once in it is not read again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from app.graphql_api.answer_bytes import AnswerBytes
from app.graphql_api.compiled.ahead import ReadAhead
from app.graphql_api.errors import NotFound
from app.graphql_api.loading import Loader
from app.services.addressing import Addressing
from app.services.browsing import Browsing
from app.services.listing import Listing, Span, VersionConditions
from app.store.entities import (
    Chart,
    ChartContent,
    ChartRepository,
    ChartVersion,
    DigestSighting,
    Registry,
    SkippedTag,
    Sync,
    SyncFault,
)
from app.store.facets import NONE as NO_FACETS
from app.store.facets import Facets
from app.store.keyset import Page
from app.store.long_texts import LongText

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
A = TypeVar("A", bound=Hashable)


def by_parent(
    read: Callable[[Collection[int], A], Awaitable[Mapping[int, V]]],
) -> Loader[tuple[int, A], V]:
    """Keys are of a parent and what is asked of it; one reading for all parents that are asked the same."""

    async def load(keys: Collection[tuple[int, A]]) -> dict[tuple[int, A], V]:
        parents: dict[A, list[int]] = {}
        for parent, asked in keys:
            parents.setdefault(asked, []).append(parent)
        found = {asked: await read(ids, asked) for asked, ids in parents.items()}
        return {(parent, asked): found[asked][parent] for parent, asked in keys if parent in found[asked]}

    return Loader(load)


async def load_known(loader: Loader[K, V], key: K) -> V:
    """What must be there. Raises NotFound where it was deleted while this operation was reading."""
    found = await loader.load(key)
    if found is None:
        raise NotFound("It was deleted in this very moment; ask again.")
    return found


async def load_count(loader: Loader[K, int], key: K) -> int:
    return await loader.load(key) or 0


async def load_facets(loader: Loader[int, Facets], key: int) -> Facets:
    return await loader.load(key) or NO_FACETS


def ahead(loader_of: Callable[["Loaders"], Loader[K, V]], key_of: Callable[[Any], K | None]) -> ReadAhead:
    """For `computed`: what one loader is asked for each object; None asks for nothing."""

    async def read(context: Any, sources: Sequence[Any]) -> None:
        # Each key once, in order.
        keys = dict.fromkeys(key for key in map(key_of, sources) if key is not None)
        await loader_of(context.loaders).load_many(keys)

    return read


def versions_ahead(version_id_of: Callable[[Any], int | None]) -> ReadAhead:
    """For fields that show a version: its row, then its light content."""

    async def read(context: Any, sources: Sequence[Any]) -> None:
        ids = dict.fromkeys(number for number in map(version_id_of, sources) if number is not None)
        rows = await context.loaders.version.load_many(ids)
        await context.loaders.light_content.load_many(dict.fromkeys(row.archive_digest for row in rows if row))

    return read


class Loaders:
    """Each made when it is first used."""

    def __init__(self, browsing: Browsing, listing: Listing, addressing: Addressing, answer_bytes: AnswerBytes) -> None:
        self._browsing = browsing
        self._listing = listing
        self._addressing = addressing
        self._bytes = answer_bytes

    # ── Registries and repositories ──

    @cached_property
    def registry(self) -> Loader[int, Registry]:
        return Loader(self._browsing.registries)

    @cached_property
    def webhook_url(self) -> Loader[int, str]:
        """By registry."""
        return Loader(self._addressing.urls)

    @cached_property
    def repository(self) -> Loader[int, ChartRepository]:
        return Loader(self._browsing.repositories)

    @cached_property
    def repositories(self) -> Loader[tuple[int, Span], Page[ChartRepository]]:
        """By registry."""
        return by_parent(self._listing.repositories)

    @cached_property
    def repository_count(self) -> Loader[int, int]:
        """By registry."""
        return Loader(self._browsing.count_repositories)

    @cached_property
    def skipped_tags(self) -> Loader[int, list[SkippedTag]]:
        """By repository."""
        return Loader(self._browsing.skipped_tags)

    # ── Charts and versions ──

    @cached_property
    def chart(self) -> Loader[int, Chart]:
        """None also for charts without a version to show."""
        return Loader(self._browsing.charts)

    @cached_property
    def chart_of_repository(self) -> Loader[int, Chart]:
        return Loader(self._browsing.charts_of_repositories)

    @cached_property
    def charts(self) -> Loader[tuple[int, Span], Page[Chart]]:
        """By registry."""
        return by_parent(self._listing.charts)

    @cached_property
    def chart_count(self) -> Loader[int, int]:
        """By registry."""
        return Loader(self._listing.count_charts)

    @cached_property
    def facets(self) -> Loader[int, Facets]:
        """By registry."""
        return Loader(self._browsing.facets_of_registries)

    @cached_property
    def chart_id_by_oci_path(self) -> Loader[tuple[str, str], int]:
        """By `oci://` address and chart name."""
        return Loader(self._browsing.charts_by_oci_path)

    @cached_property
    def version(self) -> Loader[int, ChartVersion]:
        return Loader(self._browsing.versions)

    @cached_property
    def version_by_number(self) -> Loader[tuple[int, str], ChartVersion]:
        """By chart, and version as Chart.yaml writes it."""
        return Loader(self._browsing.versions_by_number)

    @cached_property
    def versions(self) -> Loader[tuple[int, tuple[Span, VersionConditions]], Page[ChartVersion]]:
        """By chart."""
        return by_parent(self._listing.versions)

    @cached_property
    def version_count(self) -> Loader[tuple[int, VersionConditions], int]:
        """By chart."""
        return by_parent(self._listing.count_versions)

    @cached_property
    def light_content(self) -> Loader[str, ChartContent]:
        """By archive digest; without README, values and the other long texts."""
        return Loader(self._browsing.contents)

    @cached_property
    def long_text(self) -> Loader[tuple[str, LongText], Any]:
        """By archive digest; those asked for, and none of them where all together are too many bytes."""

        async def load(keys: Collection[tuple[str, LongText]]) -> dict[tuple[str, LongText], Any]:
            digests, texts = {digest for digest, _ in keys}, sorted({text for _, text in keys})
            several = len(digests) > 1
            if several:
                self._bytes.take(await self._browsing.count_text_bytes(digests, texts))
            found = await self._browsing.texts(digests, texts)
            if not several:  # bounded as they are, and counted without asking for their length first
                self._bytes.take(sum(len(text) for text in found.values() if isinstance(text, str)))
            return found

        return Loader(load)

    async def file(self, archive_digest: str, path: str) -> str | None:
        """The text of a file; each one costs reading an archive."""
        text = await self._browsing.file(archive_digest, path)
        self._bytes.take(len(text) if text else 0)
        return text

    @cached_property
    def _readme_turns(self) -> asyncio.Lock:
        return asyncio.Lock()

    async def readme_html(self, archive_digest: str, text: str, plain: bool) -> str:
        """Of a README; each one that was not shown lately is rendered by a reader.

        One after the other: whoever else asks a reader waits for one README of this operation, not for a hundred.
        """
        async with self._readme_turns:
            html = await self._browsing.readmes.readme(archive_digest, text, plain=plain)
        self._bytes.take(len(html))
        return html

    @cached_property
    def digest_history(self) -> Loader[tuple[int, str], list[DigestSighting]]:
        """By repository and tag."""
        return Loader(self._browsing.digest_history)

    # ── Syncs ──

    @cached_property
    def sync(self) -> Loader[int, Sync]:
        return Loader(self._browsing.syncs)

    @cached_property
    def syncs(self) -> Loader[tuple[int, Span], Page[Sync]]:
        """By registry."""
        return by_parent(self._listing.syncs)

    @cached_property
    def sync_count(self) -> Loader[int, int]:
        """By registry."""
        return Loader(self._listing.count_syncs)

    @cached_property
    def last_sync(self) -> Loader[int, Sync]:
        """By registry."""
        return Loader(self._browsing.last_syncs)

    @cached_property
    def faults(self) -> Loader[tuple[int, Span], Page[SyncFault]]:
        """By sync."""
        return by_parent(self._listing.faults)

    @cached_property
    def fault_count(self) -> Loader[int, int]:
        """By sync."""
        return Loader(self._browsing.count_faults)
