"""Lists what lies below many rows at once, a page for each: a constant number of statements, however many they are."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Invalid
from app.domain.semver import InvalidVersion, Version
from app.domain.semver_constraint import Constraint, InvalidConstraint
from app.store import charts, nesting
from app.store.entities import Chart, ChartRepository, ChartVersion, Sync, SyncFault
from app.store.keyset import Page
from app.store.session import Store


@dataclass(frozen=True, slots=True)
class Span:
    """Which page: `first` rows behind the row whose keys are `after`, of each parent."""

    first: int
    after: tuple[Any, ...] | None = None


@dataclass(frozen=True, slots=True)
class VersionConditions:
    """Which versions of a chart; no constraint means any."""

    constraint: str | None = None
    include_prereleases: bool = True
    include_removed: bool = False

    def flags(self) -> dict[str, bool]:
        return {"include_prereleases": self.include_prereleases, "include_removed": self.include_removed}


class Listing:
    """Reads pages of children for whoever may read. Every answer is by the id of the parent."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def repositories(self, registry_ids: Collection[int], span: Span) -> dict[int, Page[ChartRepository]]:
        """By name. Keys of the cursor: name, id."""
        async with self._store.reading() as session:
            return await nesting.repository_pages(session, registry_ids, span.first, span.after)

    async def charts(self, registry_ids: Collection[int], span: Span) -> dict[int, Page[Chart]]:
        """By name. Keys of the cursor: name, id."""
        async with self._store.reading() as session:
            return await nesting.chart_pages(session, registry_ids, span.first, span.after)

    async def count_charts(self, registry_ids: Collection[int]) -> dict[int, int]:
        async with self._store.reading() as session:
            return await nesting.count_charts(session, registry_ids)

    async def syncs(self, registry_ids: Collection[int], span: Span) -> dict[int, Page[Sync]]:
        """Latest first. Key of the cursor: id."""
        async with self._store.reading() as session:
            return await nesting.sync_pages(session, registry_ids, span.first, span.after)

    async def count_syncs(self, registry_ids: Collection[int]) -> dict[int, int]:
        async with self._store.reading() as session:
            return await nesting.count_syncs(session, registry_ids)

    async def faults(self, sync_ids: Collection[int], span: Span) -> dict[int, Page[SyncFault]]:
        """In the order they happened. Key of the cursor: id."""
        async with self._store.reading() as session:
            return await nesting.fault_pages(session, sync_ids, span.first, span.after)

    async def versions(
        self, chart_ids: Collection[int], asked: tuple[Span, VersionConditions]
    ) -> dict[int, Page[ChartVersion]]:
        """Highest semver first. Keys of the cursor: sort key, id. Raises Invalid for what is no constraint."""
        span, wanted = asked
        if not wanted.constraint:
            async with self._store.reading() as session:
                return await nesting.version_pages(session, chart_ids, span.first, span.after, **wanted.flags())
        fitting = await self._fitting(chart_ids, wanted)
        behind = {chart_id: _behind(versions, span.after) for chart_id, versions in fitting.items()}
        chosen = {chart_id: [number for number, _ in rest[: span.first]] for chart_id, rest in behind.items()}
        async with self._store.reading() as session:
            rows = await charts.find_versions(session, [number for numbers in chosen.values() for number in numbers])
        return {
            chart_id: Page([rows[number] for number in numbers if number in rows], len(behind[chart_id]) > span.first)
            for chart_id, numbers in chosen.items()
        }

    async def count_versions(self, chart_ids: Collection[int], wanted: VersionConditions) -> dict[int, int]:
        """Raises Invalid for what is no constraint."""
        if wanted.constraint:
            return {chart_id: len(fitting) for chart_id, fitting in (await self._fitting(chart_ids, wanted)).items()}
        async with self._store.reading() as session:
            return await nesting.count_versions(session, chart_ids, **wanted.flags())

    async def _fitting(self, chart_ids: Collection[int], wanted: VersionConditions) -> dict[int, list[tuple[int, str]]]:
        """Ids and sort keys of the versions inside the constraint, highest first, by chart."""
        fits = _constraint_check(wanted.constraint or "")
        async with self._store.reading() as session:
            numbers = await nesting.version_numbers(session, chart_ids, **wanted.flags())
        found: dict[int, list[tuple[int, str]]] = {chart_id: [] for chart_id in chart_ids}
        for chart_id, version_id, version, sort_key in numbers:
            if fits(version):
                found[chart_id].append((version_id, sort_key))
        return found


def _behind(versions: list[tuple[int, str]], after: Sequence[Any] | None) -> list[tuple[int, str]]:
    if after is None:
        return versions
    return [version for version in versions if (version[1], version[0]) < (after[0], after[1])]


def _constraint_check(text: str) -> Callable[[str], bool]:
    try:
        constraint = Constraint.parse(text)
    except InvalidConstraint as error:
        raise Invalid(str(error), "constraint") from error

    def fits(version: str) -> bool:
        try:
            return constraint.check(Version.parse(version))
        except InvalidVersion:
            return False

    return fits
