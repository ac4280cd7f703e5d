"""Reads for many rows what each of them asks for: one statement for a page, whatever its size.

One `Loaders` for each operation: what was read once in it is not read again.
"""

from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader

from app.graphql_api.answer_bytes import AnswerBytes
from app.graphql_api.errors import NotFound
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


def by_key(read: Callable[[Collection[K]], Awaitable[Mapping[K, V]]]) -> DataLoader[K, V | None]:
    """None for what does not exist."""

    async def load(keys: list[K]) -> list[V | None]:
        found = await read(keys)
        return [found.get(key) for key in keys]

    return DataLoader(load)


def by_parent(
    read: Callable[[Collection[int], A], Awaitable[Mapping[int, V]]],
) -> DataLoader[tuple[int, A], V | None]:
    """Keys are of a parent and what is asked of it; one reading for all parents that are asked the same."""

    async def load(keys: list[tuple[int, A]]) -> list[V | None]:
        parents: dict[A, list[int]] = {}
        for parent, asked in keys:
            parents.setdefault(asked, []).append(parent)
        found = {asked: await read(ids, asked) for asked, ids in parents.items()}
        return [found[asked].get(parent) for parent, asked in keys]

    return DataLoader(load)


async def load_known(loader: DataLoader[K, V | None], key: K) -> V:
    """What must be there. Raises NotFound where it was deleted while this operation was reading."""
    found = await loader.load(key)
    if found is None:
        raise NotFound("It was deleted in this very moment; ask again.")
    return found


async def load_count(loader: DataLoader[K, int | None], key: K) -> int:
    return await loader.load(key) or 0


async def load_facets(loader: DataLoader[int, Facets | None], key: int) -> Facets:
    return await loader.load(key) or NO_FACETS


class Loaders:
    """Each made when it is first used."""

    def __init__(self, browsing: Browsing, listing: Listing, addressing: Addressing, answer_bytes: AnswerBytes) -> None:
        self._browsing = browsing
        self._listing = listing
        self._addressing = addressing
        self._bytes = answer_bytes

    # ── Registries and repositories ──

    @cached_property
    def registry(self) -> DataLoader[int, Registry | None]:
        return by_key(self._browsing.registries)

    @cached_property
    def webhook_url(self) -> DataLoader[int, str | None]:
        """By registry."""
        return by_key(self._addressing.urls)

    @cached_property
    def repository(self) -> DataLoader[int, ChartRepository | None]:
        return by_key(self._browsing.repositories)

    @cached_property
    def repositories(self) -> DataLoader[tuple[int, Span], Page[ChartRepository] | None]:
        """By registry."""
        return by_parent(self._listing.repositories)

    @cached_property
    def repository_count(self) -> DataLoader[int, int | None]:
        """By registry."""
        return by_key(self._browsing.count_repositories)

    @cached_property
    def skipped_tags(self) -> DataLoader[int, list[SkippedTag] | None]:
        """By repository."""
        return by_key(self._browsing.skipped_tags)

    # ── Charts and versions ──

    @cached_property
    def chart(self) -> DataLoader[int, Chart | None]:
        """None also for charts without a version to show."""
        return by_key(self._browsing.charts)

    @cached_property
    def chart_of_repository(self) -> DataLoader[int, Chart | None]:
        return by_key(self._browsing.charts_of_repositories)

    @cached_property
    def charts(self) -> DataLoader[tuple[int, Span], Page[Chart] | None]:
        """By registry."""
        return by_parent(self._listing.charts)

    @cached_property
    def chart_count(self) -> DataLoader[int, int | None]:
        """By registry."""
        return by_key(self._listing.count_charts)

    @cached_property
    def facets(self) -> DataLoader[int, Facets | None]:
        """By registry."""
        return by_key(self._browsing.facets_of_registries)

    @cached_property
    def chart_id_by_oci_path(self) -> DataLoader[tuple[str, str], int | None]:
        """By `oci://` address and chart name."""
        return by_key(self._browsing.charts_by_oci_path)

    @cached_property
    def version(self) -> DataLoader[int, ChartVersion | None]:
        return by_key(self._browsing.versions)

    @cached_property
    def version_by_number(self) -> DataLoader[tuple[int, str], ChartVersion | None]:
        """By chart, and version as Chart.yaml writes it."""
        return by_key(self._browsing.versions_by_number)

    @cached_property
    def versions(self) -> DataLoader[tuple[int, tuple[Span, VersionConditions]], Page[ChartVersion] | None]:
        """By chart."""
        return by_parent(self._listing.versions)

    @cached_property
    def version_count(self) -> DataLoader[tuple[int, VersionConditions], int | None]:
        """By chart."""
        return by_parent(self._listing.count_versions)

    @cached_property
    def light_content(self) -> DataLoader[str, ChartContent | None]:
        """By archive digest; without README, values and the other long texts."""
        return by_key(self._browsing.contents)

    @cached_property
    def long_text(self) -> DataLoader[tuple[str, LongText], Any]:
        """By archive digest; those asked for, and none of them where all together are too many bytes."""

        async def load(keys: list[tuple[str, LongText]]) -> list[Any]:
            digests, texts = {digest for digest, _ in keys}, sorted({text for _, text in keys})
            several = len(digests) > 1
            if several:
                self._bytes.take(await self._browsing.count_text_bytes(digests, texts))
            found = await self._browsing.texts(digests, texts)
            if not several:  # bounded as they are, and counted without asking for their length first
                self._bytes.take(sum(len(text) for text in found.values() if isinstance(text, str)))
            return [found.get(key) for key in keys]

        return DataLoader(load)

    async def file(self, archive_digest: str, path: str) -> str | None:
        """The text of a file; each one costs reading an archive."""
        text = await self._browsing.file(archive_digest, path)
        self._bytes.take(len(text) if text else 0)
        return text

    @cached_property
    def digest_history(self) -> DataLoader[tuple[int, str], list[DigestSighting] | None]:
        """By repository and tag."""
        return by_key(self._browsing.digest_history)

    # ── Syncs ──

    @cached_property
    def sync(self) -> DataLoader[int, Sync | None]:
        return by_key(self._browsing.syncs)

    @cached_property
    def syncs(self) -> DataLoader[tuple[int, Span], Page[Sync] | None]:
        """By registry."""
        return by_parent(self._listing.syncs)

    @cached_property
    def sync_count(self) -> DataLoader[int, int | None]:
        """By registry."""
        return by_key(self._listing.count_syncs)

    @cached_property
    def last_sync(self) -> DataLoader[int, Sync | None]:
        """By registry."""
        return by_key(self._browsing.last_syncs)

    @cached_property
    def faults(self) -> DataLoader[tuple[int, Span], Page[SyncFault] | None]:
        """By sync."""
        return by_parent(self._listing.faults)

    @cached_property
    def fault_count(self) -> DataLoader[int, int | None]:
        """By sync."""
        return by_key(self._browsing.count_faults)
