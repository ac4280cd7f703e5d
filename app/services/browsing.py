"""What the chart store shows: pages, charts, versions, what is in them. Every page costs a constant number
of statements; what belongs to many rows is read for all of them at once."""

import asyncio
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.chart_reader.errors import ChartReadError
from app.chart_reader.pool import ReaderPool
from app.domain.errors import Unreadable
from app.domain.host_names import familiar_host, oci_repository
from app.domain.semver import InvalidVersion, Version
from app.services.clock import Clock, utc_now
from app.services.rendering import Rendering
from app.store import charts, facets, long_texts, registries, search, syncs
from app.store.archives import Archives
from app.store.charts import ChartConditions
from app.store.driver_rows import DriverRows
from app.store.entities import (
    Chart,
    ChartContent,
    ChartRepository,
    ChartVersion,
    DigestSighting,
    Provider,
    Registry,
    SkippedTag,
    Sync,
)
from app.store.facets import Facets
from app.store.joined_rows import Along, Wanted
from app.store.kept import Kept
from app.store.keyset import Page
from app.store.long_texts import LongText
from app.store.selection import Selection, select_charts
from app.store.session import Store

COUNTS_KEPT, FACETS_KEPT = 1_000, 100
"""Of different searches: facets have up to fifty keywords, some kilobytes."""
EVERYTHING = Wanted()
"""Of a row, and nothing along with it."""
STALE_AFTER = timedelta(days=2 * 365)
"""Of the latest version: charts that nobody has released for so long stand below others that match as well."""


ARCHIVES_AT_ONCE = 4
"""In memory for those who ask for files; each has 10 MiB at most, and readers are few."""


@dataclass(frozen=True, slots=True)
class ChartPage:
    """Charts in order; `keys` are what a cursor after each row holds."""

    rows: list[Chart]
    keys: list[tuple[Any, ...]]
    has_next: bool
    along: Along | None = None
    """What was wanted along with them; None where nothing was read along."""


class Browsing:
    """Reads the store for whoever may read."""

    def __init__(self, store: Store, archives: Archives, reader: ReaderPool, clock: Clock = utc_now) -> None:
        self._clock = clock
        self._store = store
        self._archives = archives
        self._reader = reader
        self.readmes = Rendering(reader)
        self._archive_turns = asyncio.Semaphore(ARCHIVES_AT_ONCE)
        # Pages of the same search, one after the other, tell the same counts.
        self._counts: Kept[Hashable, int] = Kept(store.revision, COUNTS_KEPT)
        self._facets: Kept[Hashable, Facets] = Kept(store.revision, FACETS_KEPT)

    # ── Registries and repositories ──

    async def registries(self, ids: Collection[int]) -> dict[int, Registry]:
        return await registries.find_many(self._store.rows, ids)

    async def registry_by_name(self, name: str) -> Registry | None:
        async with self._store.reading() as session:
            return await registries.find_by_name(session, name)

    async def registry_page(
        self,
        first: int,
        after: Sequence[Any] | None,
        *,
        text: str | None = None,
        providers: Collection[Provider] | None = None,
        use_as_chart_repository: bool | None = None,
    ) -> Page[Registry]:
        """By name. Keys of the cursor: name, id."""
        async with self._store.reading() as session:
            return await registries.page(
                session,
                first,
                after,
                search=text,
                providers=providers,
                use_as_chart_repository=use_as_chart_repository,
            )

    async def count_registries(
        self,
        *,
        text: str | None = None,
        providers: Collection[Provider] | None = None,
        use_as_chart_repository: bool | None = None,
    ) -> int:
        async with self._store.reading() as session:
            return await registries.count(
                session, search=text, providers=providers, use_as_chart_repository=use_as_chart_repository
            )

    async def repositories(self, ids: Collection[int]) -> dict[int, ChartRepository]:
        async with self._store.reading() as session:
            return await registries.find_repositories(session, ids)

    async def count_repositories(self, registry_ids: Collection[int]) -> dict[int, int]:
        async with self._store.reading() as session:
            return await registries.count_repositories(session, registry_ids)

    async def skipped_tags(self, repository_ids: Collection[int]) -> dict[int, list[SkippedTag]]:
        async with self._store.reading() as session:
            return await registries.skipped_tags(session, repository_ids)

    # ── Charts ──

    async def select(self, text: str | None = None, conditions: ChartConditions | None = None) -> Selection:
        """Which charts are asked for, read once for all that is told of them."""
        return await select_charts(self._store.rows, text, conditions or ChartConditions())

    async def chart_page(
        self,
        selection: Selection,
        first: int,
        after: Sequence[Any] | None,
        *,
        by_update: bool = False,
        by_name: bool = False,
        wanted: Wanted = EVERYTHING,
    ) -> ChartPage:
        """By relevance where there are words and no other order is asked for, else by name or by update.

        Keys of the cursor: score, name key and id for a search, name and id by name, instant and id by update.
        `wanted` is what is read where there are no words; a search gives whole charts and nothing along.
        """
        if selection.question is None:
            page, along = await charts.page_with_links(
                self._store.rows, first, after, selection.conditions, wanted, by_update=by_update
            )
            return _chart_page(page, by_update, along)
        reader = self._rows_for(selection)
        if by_update or by_name:
            orders = charts.BY_UPDATE if by_update else charts.BY_NAME
            return _chart_page(await charts.page(reader, first, after, selection.clauses, orders), by_update)
        stale_before = _midnight(self._clock()) - STALE_AFTER
        hits = await search.page(
            reader, selection.question, selection.conditions, first, after, stale_before=stale_before
        )
        return ChartPage([hit.chart for hit in hits.rows], [hit.keys for hit in hits.rows], hits.has_next)

    def _rows_for(self, selection: Selection) -> DriverRows:
        return self._store.rows.for_searches() if selection.question else self._store.rows

    async def highlights(self, selection: Selection, chart_ids: Collection[int]) -> dict[int, str]:
        """Where the words stand, by chart id; sanitised."""
        if selection.question is None or not chart_ids:
            return {}
        return await search.highlights(self._store.rows, selection.question, chart_ids)

    async def count_charts(self, selection: Selection) -> int:
        async def count() -> int:
            return await charts.count(self._rows_for(selection), selection.clauses)

        return await self._counts.find_or(selection.key, count)

    async def facets(self, selection: Selection) -> Facets:
        """Of the same charts that `count_charts` counts."""

        async def count() -> Facets:
            return await facets.count_facets(self._rows_for(selection), selection.clauses)

        return await self._facets.find_or(selection.key, count)

    async def facets_of_registries(self, registry_ids: Collection[int]) -> dict[int, Facets]:
        """By registry id; none for those without a chart."""
        conditions = ChartConditions(registry_ids=registry_ids, include_prereleases=True)
        return await facets.count_facets_by_registry(self._store.rows, conditions.clauses())

    async def charts(self, ids: Collection[int]) -> dict[int, Chart]:
        return await charts.find_many(self._store.rows, ids)

    async def charts_of_repositories(self, repository_ids: Collection[int]) -> dict[int, Chart]:
        """By the id of their repository."""
        return await charts.find_by_repositories(self._store.rows, repository_ids)

    async def chart_by_repository(self, registry_name: str, repository: str) -> Chart | None:
        async with self._store.reading() as session:
            found = await registries.find_repository_by_name(session, registry_name, repository)
            if found is None:
                return None
            return (await charts.find_by_repositories(session, [found.id])).get(found.id)

    # ── Versions ──

    async def versions(self, ids: Collection[int]) -> dict[int, ChartVersion]:
        return await charts.find_versions(self._store.rows, ids)

    async def versions_by_number(self, wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], ChartVersion]:
        """By chart id and version as Chart.yaml writes it; what is no semver is not there."""
        keys = {(chart_id, number): key for chart_id, number in wanted if (key := _sort_key(number)) is not None}
        if not keys:
            return {}
        async with self._store.reading() as session:
            return await charts.find_versions_by_number(session, keys)

    async def contents(self, archive_digests: Collection[str]) -> dict[str, ChartContent]:
        """By archive digest; without the long texts."""
        return await charts.find_contents(self._store.rows, archive_digests)

    async def count_text_bytes(self, archive_digests: Collection[str], texts: Collection[LongText]) -> int:
        async with self._store.reading() as session:
            return await long_texts.count_bytes(session, archive_digests, texts)

    async def texts(
        self, archive_digests: Collection[str], texts: Collection[LongText]
    ) -> dict[tuple[str, LongText], Any]:
        """By archive digest and text."""
        async with self._store.reading() as session:
            return await long_texts.find(session, archive_digests, texts)

    async def can_be_shown(self, json_text: str) -> bool:
        """Whether it is JSON that an answer can hold as it is; looked at in another process. Raises Unreadable."""
        try:
            return await self._reader.can_be_shown(json_text)
        except ChartReadError as error:
            raise Unreadable(f"The values schema could not be read: {error}.") from error

    async def digest_history(self, tags: Collection[tuple[int, str]]) -> dict[tuple[int, str], list[DigestSighting]]:
        """By repository id and tag, newest first."""
        async with self._store.reading() as session:
            return await charts.digest_history(session, tags)

    async def file(self, archive_digest: str, path: str) -> str | None:
        """The text of a file of an archive; None where there is none, or it is no text. Raises Unreadable."""
        async with self._archive_turns:
            archive = await self._archives.read(archive_digest)
            try:
                return None if archive is None else await self._reader.read_file(archive, path)
            except ChartReadError as error:
                raise Unreadable(f"The archive could not be read: {error}.") from error

    async def charts_by_oci_path(self, paths: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Chart ids by `oci://` repository and chart name, as Chart.yaml has them for a dependency."""
        async with self._store.reading() as session:
            rows = await charts.find_by_names(session, {name for _, name in paths})
        # The oldest of those that were registered more than once.
        stored = {(familiar_host(host), repository): chart_id for chart_id, repository, host, _ in reversed(rows)}
        places = {path: oci_repository(*path) for path in paths}
        return {path: stored[place] for path, place in places.items() if place is not None and place in stored}

    # ── Syncs ──

    async def syncs(self, ids: Collection[int]) -> dict[int, Sync]:
        async with self._store.reading() as session:
            return await syncs.find_many(session, ids)

    async def sync_page(self, first: int, after: Sequence[Any] | None, registry_id: int | None) -> Page[Sync]:
        """Latest first. Key of the cursor: id."""
        async with self._store.reading() as session:
            return await syncs.page(session, first, after, registry_id)

    async def count_syncs(self, registry_id: int | None) -> int:
        async with self._store.reading() as session:
            return await syncs.count(session, registry_id)

    async def last_syncs(self, registry_ids: Collection[int]) -> dict[int, Sync]:
        """By registry id."""
        async with self._store.reading() as session:
            return await syncs.last_of(session, registry_ids)

    async def count_faults(self, sync_ids: Collection[int]) -> dict[int, int]:
        async with self._store.reading() as session:
            return await syncs.count_faults(session, sync_ids)


def _sort_key(number: str) -> str | None:
    try:
        return Version.parse(number).sort_key
    except InvalidVersion:
        return None


def _chart_page(page: Page[Chart], by_update: bool, along: Along | None = None) -> ChartPage:
    keys = [(row.updated_at, row.id) if by_update else (row.name, row.id) for row in page.rows]
    return ChartPage(page.rows, keys, page.has_next, along)


def _midnight(now: datetime) -> datetime:
    """What is stale changes once a day, and not between two pages."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
