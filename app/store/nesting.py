"""Pages below many rows at once: the repositories of twenty registries in one statement, each with its own first.

What `first` and `after` mean is the same as in `keyset.py`, for each parent by itself.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.charts import BY_NAME, NEWEST_FIRST
from app.store.entities import Chart, ChartRepository, ChartVersion, Sync, SyncFault
from app.store.keyset import Order, Page, ShownPages, after_keys
from app.store.shown_rows import ShownRows
from app.store.syncs import LATEST_FIRST

E = TypeVar("E", bound=SQLModel)

REPOSITORY_ORDER = (Order(col(ChartRepository.name)), Order(col(ChartRepository.id)))
FAULT_ORDER = (Order(col(SyncFault.id)),)


async def repository_pages(
    session: AsyncSession, registry_ids: Collection[int], first: int, after: Sequence[Any] | None
) -> dict[int, Page[ChartRepository]]:
    """By registry. Keys of the cursor: name, id."""
    return await _pages(session, ChartRepository, "registry_id", registry_ids, REPOSITORY_ORDER, first, after)


async def chart_pages(
    session: AsyncSession, registry_ids: Collection[int], first: int, after: Sequence[Any] | None
) -> dict[int, Page[Chart]]:
    """Charts that have a version to show, by registry. Keys of the cursor: name, id."""
    return await _pages(session, Chart, "registry_id", registry_ids, BY_NAME, first, after, *_shown_charts())


async def sync_pages(
    session: AsyncSession, registry_ids: Collection[int], first: int, after: Sequence[Any] | None
) -> dict[int, Page[Sync]]:
    """By registry, latest first. Key of the cursor: id."""
    return await _pages(session, Sync, "registry_id", registry_ids, LATEST_FIRST, first, after)


async def fault_pages(
    session: AsyncSession, sync_ids: Collection[int], first: int, after: Sequence[Any] | None
) -> dict[int, Page[SyncFault]]:
    """By sync, in the order they happened. Key of the cursor: id."""
    return await _pages(session, SyncFault, "sync_id", sync_ids, FAULT_ORDER, first, after)


async def version_pages(
    session: AsyncSession,
    chart_ids: Collection[int],
    first: int,
    after: Sequence[Any] | None,
    *,
    include_prereleases: bool = True,
    include_removed: bool = False,
) -> dict[int, Page[ChartVersion]]:
    """By chart, highest semver first. Keys of the cursor: sort key, id."""
    shown = _shown_versions(include_prereleases, include_removed)
    return await _pages(session, ChartVersion, "chart_id", chart_ids, NEWEST_FIRST, first, after, *shown)


async def version_numbers(
    session: AsyncSession, chart_ids: Collection[int], *, include_prereleases: bool, include_removed: bool
) -> list[tuple[int, int, str, str]]:
    """Chart, id, version and sort key of every version, highest first: to check a constraint that SQL cannot."""
    query = (
        select(ChartVersion.chart_id, ChartVersion.id, ChartVersion.version, ChartVersion.sort_key)
        .where(col(ChartVersion.chart_id).in_(chart_ids), *_shown_versions(include_prereleases, include_removed))
        .order_by(*(order.column.desc() for order in NEWEST_FIRST))
    )
    return [(row[0], row[1], row[2], row[3]) for row in (await session.exec(query)).all()]


async def count_charts(session: AsyncSession, registry_ids: Collection[int]) -> dict[int, int]:
    """Charts that have a version to show, by registry; none where there are none."""
    return await _counts(session, Chart, "registry_id", registry_ids, *_shown_charts())


async def count_syncs(session: AsyncSession, registry_ids: Collection[int]) -> dict[int, int]:
    """By registry; none where there are none."""
    return await _counts(session, Sync, "registry_id", registry_ids)


async def count_versions(
    session: AsyncSession,
    chart_ids: Collection[int],
    *,
    include_prereleases: bool = True,
    include_removed: bool = False,
) -> dict[int, int]:
    """By chart; none where there are none."""
    shown = _shown_versions(include_prereleases, include_removed)
    return await _counts(session, ChartVersion, "chart_id", chart_ids, *shown)


async def _pages(
    session: AsyncSession,
    entity: type[E],
    parent_name: str,
    parent_ids: Collection[int],
    orders: Sequence[Order],
    first: int,
    after: Sequence[Any] | None,
    *conditions: ColumnElement[bool],
) -> dict[int, Page[E]]:
    parent, identity, shown = getattr(entity, parent_name), entity.id, _shown_rows(entity)  # type: ignore[attr-defined]
    if len(parent_ids) == 1:
        # Ranking reads every row of the parent; a limit ends at the page.
        (only,) = parent_ids
        query = shown.statement.where(parent == only, *conditions)
        return {only: await ShownPages(shown, query, orders).page(session, first, after)}
    begins = [after_keys(orders, after)] if after is not None else []
    sorting = [order.column.desc() if order.descending else order.column.asc() for order in orders]
    place = func.row_number().over(partition_by=parent, order_by=sorting).label("place")
    ranked = select(identity, place).where(parent.in_(parent_ids), *conditions, *begins).subquery()
    query = shown.statement.join(ranked, ranked.c.id == identity).where(ranked.c.place <= first + 1)
    found: dict[int, list[E]] = {parent_id: [] for parent_id in parent_ids}
    for row in await shown.read(session, query.order_by(parent, ranked.c.place)):
        found[getattr(row, parent_name)].append(row)
    return {parent_id: Page(rows[:first], len(rows) > first) for parent_id, rows in found.items()}


@cache
def _shown_rows(entity: type[E]) -> ShownRows[E]:
    return ShownRows(entity)


async def _counts(
    session: AsyncSession, entity: type, parent_name: str, parent_ids: Collection[int], *conditions: ColumnElement[bool]
) -> dict[int, int]:
    parent = getattr(entity, parent_name)
    query = select(parent, func.count()).where(parent.in_(parent_ids), *conditions).group_by(parent)
    return dict((await session.exec(query)).all())


def _shown_charts() -> list[ColumnElement[bool]]:
    return [col(Chart.latest_version_id).is_not(None)]


def _shown_versions(include_prereleases: bool, include_removed: bool) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [col(ChartVersion.within_policy).is_(True)]
    if not include_prereleases:
        conditions.append(col(ChartVersion.prerelease).is_(False))
    if not include_removed:
        conditions.append(col(ChartVersion.removed_at).is_(None))
    return conditions
