"""Rows of charts, their versions and their content, as the chart store reads them."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.image_name import ImageName
from app.domain.kube_version import runs_on
from app.domain.semver import Version
from app.store.chart_index import ChartDependencyName, ChartImage, ChartKeyword, KubeConstraint
from app.store.driver_rows import DriverRows, read_rows
from app.store.entities import (
    SIGNED,
    Chart,
    ChartContent,
    ChartRepository,
    ChartVersion,
    DigestSighting,
    Registry,
)
from app.store.joined_rows import Along, JoinedRows, Link, Wanted
from app.store.keyset import JoinedPages, Order, Page, ShownPages
from app.store.prepared import among
from app.store.registries import REGISTRIES, REPOSITORIES
from app.store.shown_rows import Reader, ShownRows

LONG_TEXTS = (
    ChartContent.readme_markdown,
    ChartContent.values_yaml,
    ChartContent.values_schema,
    ChartContent.notes,
    ChartContent.chart_yaml,
    ChartContent.files,
    ChartContent.changes,
)
"""What pages of many versions leave out."""
CHARTS, VERSIONS = ShownRows(Chart), ShownRows(ChartVersion)
LIGHT_CONTENTS = ShownRows(ChartContent, without=LONG_TEXTS)
_OF_VERSION = {"content": Link(LIGHT_CONTENTS, "archive_digest", own="archive_digest")}
LINKS = {
    "registry": Link(REGISTRIES, "registry_id"),
    "repository": Link(REPOSITORIES, "repository_id"),
    "latest_version": Link(VERSIONS, "latest_version_id", links=_OF_VERSION),
    "latest_prerelease": Link(VERSIONS, "latest_prerelease_id", links=_OF_VERSION),
}
"""What belongs to a chart."""
_KEYS = Wanted(frozenset({"id", "name", "updated_at"}))
"""What cursors are made of."""
LISTS_KEPT = 64
"""Statements of different filters and selections: 20 KB each, 300 where a filter names thousands."""
# Statements that pages need are made once: to make one takes as long as to run it.
_WITH_A_VERSION = CHARTS.statement.where(col(Chart.latest_version_id).is_not(None))
_CHARTS_BY_ID = _WITH_A_VERSION.where(among(col(Chart.id), "ids"))
_CHARTS_BY_REPOSITORY = _WITH_A_VERSION.where(among(col(Chart.repository_id), "ids"))
_VERSIONS_BY_ID = VERSIONS.statement.where(among(col(ChartVersion.id), "ids"))
_KUBE_CONSTRAINTS = select(KubeConstraint.id, KubeConstraint.text)
_LIGHT_CONTENTS_BY_DIGEST = LIGHT_CONTENTS.statement.where(among(col(ChartContent.archive_digest), "digests"))


@dataclass(frozen=True, slots=True)
class ChartConditions:
    """Which charts, judged by their latest version; None leaves a condition out.

    Charts that have only pre-releases are left out unless `include_prereleases`, as `helm search` does it
    without `--devel`. `kube_constraint_ids` are what `kube_version` comes to: see `with_kube_constraints`.
    """

    registry_ids: Collection[int] | None = None
    repository_ids: Collection[int] | None = None
    keywords: Collection[str] | None = None
    """Any of them, whatever their case."""
    types: Collection[str] | None = None
    deprecated: bool | None = None
    signed: bool | None = None
    kube_version: Version | None = None
    image: ImageName | None = None
    depends_on: str | None = None
    include_prereleases: bool = False
    kube_constraint_ids: Collection[int] | None = None

    @property
    def narrowing(self) -> bool:
        """Whether there is any but what always holds."""
        return self != ChartConditions(include_prereleases=self.include_prereleases)

    @property
    def key(self) -> Hashable:
        """Equal where the same charts are asked for."""
        values = (getattr(self, condition.name) for condition in fields(self))
        return tuple(frozenset(value) if isinstance(value, list | set | tuple) else value for value in values)

    def __hash__(self) -> int:
        return hash(self.key)

    def clauses(self) -> list[ColumnElement[bool]]:
        return [*self._of_chart(), *self._of_latest_version()]

    def _of_chart(self) -> Iterator[ColumnElement[bool]]:
        yield col(Chart.latest_version_id).is_not(None)
        if not self.include_prereleases:
            yield col(Chart.prerelease).is_(False)
        if self.registry_ids is not None:
            yield col(Chart.registry_id).in_(self.registry_ids)
        if self.repository_ids is not None:
            yield col(Chart.repository_id).in_(self.repository_ids)
        if self.types is not None:
            yield col(Chart.type).in_([kind.lower() for kind in self.types])
        if self.deprecated is not None:
            yield col(Chart.deprecated).is_(self.deprecated)

    def _of_latest_version(self) -> Iterator[ColumnElement[bool]]:
        if self.keywords is not None:
            wanted = [" ".join(keyword.split()).lower() for keyword in self.keywords]
            yield col(Chart.id).in_(select(ChartKeyword.chart_id).where(col(ChartKeyword.keyword).in_(wanted)))
        if self.image is not None:
            yield col(Chart.id).in_(_naming(self.image))
        if self.depends_on is not None:
            named = select(ChartDependencyName.chart_id).where(ChartDependencyName.name == self.depends_on)
            yield col(Chart.id).in_(named)
        if self.kube_constraint_ids is not None:
            # Written into the statement as numbers: there may be more of them than it takes parameters.
            fitting: BindParameter[Any] = bindparam(
                "fitting", list(self.kube_constraint_ids), expanding=True, literal_execute=True
            )
            constraint = col(Chart.kube_constraint_id)
            yield or_(constraint.is_(None), constraint.in_(fitting))
        if self.signed is not None:
            yield _is_signed() if self.signed else ~_is_signed()


def _naming(image: ImageName) -> Any:
    named = select(ChartImage.chart_id).where(ChartImage.repository == image.repository)
    if image.host is not None:
        named = named.where(ChartImage.host == image.host)
    if image.tag is not None:
        named = named.where(ChartImage.tag == image.tag)
    return named


def _is_signed() -> ColumnElement[bool]:
    signed = select(ChartVersion.id).where(
        col(ChartVersion.id) == col(Chart.latest_version_id),
        SIGNED,
    )
    return signed.exists()


async def with_kube_constraints(reader: DriverRows, conditions: ChartConditions) -> ChartConditions:
    """The same, ready for `clauses`: each constraint that charts have is checked once, for all that have it."""
    version = conditions.kube_version
    if version is None:
        return conditions
    constraints = await read_rows(reader, _KUBE_CONSTRAINTS)
    return replace(conditions, kube_constraint_ids=[number for number, text in constraints if runs_on(text, version)])


BY_NAME = (Order(col(Chart.name)), Order(col(Chart.id)))
BY_UPDATE = (Order(col(Chart.updated_at), descending=True), Order(col(Chart.id), descending=True))


async def page(
    reader: Reader,
    first: int,
    after: Sequence[Any] | None,
    conditions: Sequence[ColumnElement[bool]],
    orders: Sequence[Order] = BY_NAME,
) -> Page[Chart]:
    """Keys of the cursor: those of `orders`."""
    return await ShownPages(CHARTS, CHARTS.statement.where(*conditions), orders).page(reader, first, after)


async def page_with_links(
    reader: DriverRows,
    first: int,
    after: Sequence[Any] | None,
    conditions: ChartConditions,
    wanted: Wanted,
    *,
    by_update: bool,
) -> tuple[Page[Chart], Along]:
    """One statement, whatever is wanted. Keys of the cursor: those of BY_UPDATE, or BY_NAME."""
    return await _pages(conditions, wanted, by_update).page(reader, first, after)


@lru_cache(maxsize=LISTS_KEPT)
def _pages(conditions: ChartConditions, wanted: Wanted, by_update: bool) -> JoinedPages[Chart]:
    joined = JoinedRows(CHARTS, wanted | _KEYS, LINKS)
    return JoinedPages(joined, joined.statement.where(*conditions.clauses()), BY_UPDATE if by_update else BY_NAME)


async def count(reader: DriverRows, conditions: Sequence[ColumnElement[bool]]) -> int:
    (row,) = await read_rows(reader, select(func.count()).select_from(Chart).where(*conditions))
    return int(row[0])


async def find_many(reader: Reader, ids: Collection[int]) -> dict[int, Chart]:
    """Charts that have a version to show, by id."""
    return {row.id: row for row in await CHARTS.read(reader, _CHARTS_BY_ID, {"ids": list(ids)})}


async def find_by_repositories(reader: Reader, repository_ids: Collection[int]) -> dict[int, Chart]:
    """Charts that have a version to show, by the id of their repository."""
    rows = await CHARTS.read(reader, _CHARTS_BY_REPOSITORY, {"ids": list(repository_ids)})
    return {row.repository_id: row for row in rows}


# ── Versions ──

NEWEST_FIRST = (
    Order(col(ChartVersion.sort_key), descending=True),
    Order(col(ChartVersion.id), descending=True),
)


async def find_versions(reader: Reader, ids: Collection[int]) -> dict[int, ChartVersion]:
    return {row.id: row for row in await VERSIONS.read(reader, _VERSIONS_BY_ID, {"ids": list(ids)})}


async def find_versions_by_number(
    session: AsyncSession, wanted: Mapping[tuple[int, str], str]
) -> dict[tuple[int, str], ChartVersion]:
    """By chart and version, gone ones too; `wanted` gives the sort key of each, by which the index finds it."""
    query = (
        select(ChartVersion)
        .where(
            col(ChartVersion.chart_id).in_({chart_id for chart_id, _ in wanted}),
            col(ChartVersion.sort_key).in_(set(wanted.values())),
            col(ChartVersion.within_policy).is_(True),
        )
        # Two tags may hold the same version; the one that is still there is the last to be put in.
        .order_by(col(ChartVersion.removed_at).is_(None), col(ChartVersion.id))
    )
    found = {(row.chart_id, row.version): row for row in (await session.exec(query)).all()}
    return {key: row for key, row in found.items() if key in wanted}


async def find_contents(reader: Reader, archive_digests: Collection[str]) -> dict[str, ChartContent]:
    """By archive digest, without the long texts."""
    rows = await LIGHT_CONTENTS.read(reader, _LIGHT_CONTENTS_BY_DIGEST, {"digests": list(archive_digests)})
    return {row.archive_digest: row for row in rows}


async def digest_history(
    session: AsyncSession, tags: Collection[tuple[int, str]]
) -> dict[tuple[int, str], list[DigestSighting]]:
    """Sightings by repository id and tag, newest first."""
    query = (
        select(DigestSighting)
        .where(
            col(DigestSighting.repository_id).in_({repository_id for repository_id, _ in tags}),
            col(DigestSighting.tag).in_({tag for _, tag in tags}),
        )
        .order_by(col(DigestSighting.first_seen_at).desc())
    )
    found: dict[tuple[int, str], list[DigestSighting]] = {key: [] for key in tags}
    for row in (await session.exec(query)).all():
        if (row.repository_id, row.tag) in found:
            found[row.repository_id, row.tag].append(row)
    return found


async def find_by_names(session: AsyncSession, names: Collection[str]) -> list[tuple[int, str, str, str]]:
    """Chart id, repository path, registry host and chart name of all charts of these names."""
    query = (
        select(Chart.id, ChartRepository.name, Registry.host, Chart.name)
        .join(ChartRepository, col(ChartRepository.id) == col(Chart.repository_id))
        .join(Registry, col(Registry.id) == col(Chart.registry_id))
        .where(col(Chart.name).in_(names), col(Chart.latest_version_id).is_not(None))
        .order_by(col(Chart.id))
    )
    return [(row[0], row[1], row[2], row[3]) for row in (await session.exec(query)).all()]


async def known_digests(session: AsyncSession, digests: Collection[str]) -> dict[str, ChartVersion]:
    """A version for each of these manifest digests that is stored anywhere: its content need not be pulled."""
    query = select(ChartVersion).where(col(ChartVersion.digest).in_(digests))
    return {row.digest: row for row in (await session.exec(query)).all()}
