"""The chart store, as GraphQL shows it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

import strawberry

from app.graphql_api import chart_versions, registries
from app.graphql_api.connections import BY_ID, BY_NAME, After, CursorKind, Edge, First, edges_of
from app.graphql_api.context import Info
from app.graphql_api.enums import ChartOrder, ChartType
from app.graphql_api.loaders import load_count, load_known
from app.graphql_api.maintainers import Maintainer, maintainers_of
from app.graphql_api.nodes import Node, computed, shown_as
from app.graphql_api.paging import PageInfo, decode_id
from app.graphql_api.permissions import read_field
from app.graphql_api.references import AChartRepository, AChartVersion, ARegistry, ChartVersions
from app.services.listing import VersionConditions
from app.store import entities
from app.store.charts import ChartConditions
from app.store.keyset import Page
from app.store.search import words_of

NAME_CURSOR = CursorKind("charts.name", BY_NAME)
UPDATE_CURSOR = CursorKind("charts.updated", (datetime, int))
MATCH_CURSOR = CursorKind("charts.relevance", BY_ID)


@strawberry.type(description="A chart: what one repository holds versions of.")
class Chart(Node):
    row: strawberry.Private[entities.Chart]
    name: str = strawberry.field(description="As in Chart.yaml.")
    description: str | None = strawberry.field(description="In one sentence.")
    icon: str | None = strawberry.field(
        description="URL of the icon as the chart gives it; clients decide whether to load it."
    )
    home: str | None = strawberry.field(description="Home page.")
    sources: list[str] = strawberry.field(description="URLs of its source code.")
    keywords: list[str] = strawberry.field(description="What it is about.")
    deprecated: bool = strawberry.field(description="Of the latest version.")
    version_count: int = strawberry.field(description="Versions that are shown, pre-releases included.")
    updated_at: datetime = strawberry.field(description="When a sync last changed something about it.")

    @computed("The repository that holds it.")
    async def repository(self, info: Info) -> AChartRepository:
        return registries.repository_of(await load_known(info.context.loaders.repository, self.row.repository_id))

    @computed("The registry it is in.")
    async def registry(self, info: Info) -> ARegistry:
        return registries.registry_of(await load_known(info.context.loaders.registry, self.row.registry_id))

    @computed("Who maintains it.")
    def maintainers(self) -> list[Maintainer]:
        return maintainers_of(self.row.maintainers)

    @computed("Highest semver that is no pre-release, else the highest.")
    async def latest_version(self, info: Info) -> AChartVersion:
        row = await load_known(info.context.loaders.version, self.row.latest_version_id or 0)
        return await chart_versions.version_of(info.context, row)

    @computed("Highest semver of all, pre-releases included.")
    async def latest_prerelease(self, info: Info) -> AChartVersion | None:
        if self.row.latest_prerelease_id is None:
            return None
        row = await load_known(info.context.loaders.version, self.row.latest_prerelease_id)
        return await chart_versions.version_of(info.context, row)

    @computed("Its versions, highest semver first.")
    async def versions(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        constraint: Annotated[
            str | None, strawberry.argument(description="A semver constraint, e.g. >=1.2 <3.")
        ] = None,
        include_prereleases: Annotated[bool | None, strawberry.argument(description="Pre-releases too.")] = True,
        include_removed: Annotated[
            bool | None, strawberry.argument(description="Those too whose tag is gone from the registry.")
        ] = False,
    ) -> ChartVersions:
        loaders, chart_id = info.context.loaders, self.row.id
        wanted = VersionConditions(constraint, include_prereleases is not False, bool(include_removed))
        page = await loaders.versions.load((chart_id, (chart_versions.VERSION_CURSOR.span(first, after), wanted)))
        rows = await chart_versions.versions_of(info.context, page.rows if page else [])
        return chart_versions.ChartVersionConnection.of(
            Page(rows, bool(page and page.has_next)),
            chart_versions.version_cursor,
            lambda version: version,
            after,
            lambda: load_count(loaders.version_count, (chart_id, wanted)),
        )


@strawberry.type(description="A chart on a page.")
class ChartEdge(Edge[Chart]):
    highlight: str | None = strawberry.field(
        default=None, description="Where the search matched, with <mark> around it; sanitised."
    )


@strawberry.type(description="A page of charts.")
class ChartConnection:
    edges: list[ChartEdge] = strawberry.field(description="The rows with their cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @computed("The rows alone.")
    def nodes(self) -> list[Chart]:
        return [edge.node for edge in self.edges]

    @computed("How many charts there are on all pages; counted only when asked.")
    async def total_count(self) -> int:
        return await self.count()

    @classmethod
    def of(
        cls,
        page: Page[entities.Chart] | None,
        cursor_of: Callable[[entities.Chart], str],
        after: str | None,
        count: Callable[[], Awaitable[int]],
        highlights: dict[int, str] | None = None,
    ) -> "ChartConnection":
        edges, page_info = edges_of(page, cursor_of, chart_of, after)
        marked = highlights or {}
        return cls(
            edges=[
                ChartEdge(cursor=edge.cursor, node=edge.node, highlight=marked.get(edge.node.row.id)) for edge in edges
            ],
            page_info=page_info,
            count=count,
        )


@strawberry.input(description="Which charts; what is left out or null is no condition.")
class ChartFilter:
    registry_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Of these registries.")
    repository_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Of these repositories.")
    types: list[ChartType] | None = strawberry.field(default=None, description="Of any of these types.")
    deprecated: bool | None = strawberry.field(
        default=None, description="True: only deprecated, false: none of them, null: both."
    )

    def conditions(self) -> ChartConditions:
        """Raises BadId."""
        return ChartConditions(
            registry_ids=_numbers(self.registry_ids, "Registry"),
            repository_ids=_numbers(self.repository_ids, "ChartRepository"),
            types=None if self.types is None else [kind.value for kind in self.types],
            deprecated=self.deprecated,
        )


def chart_of(row: entities.Chart) -> Chart:
    return shown_as(Chart, row, row=row)


def _numbers(ids: list[strawberry.ID] | None, type_name: str) -> list[int] | None:
    return None if ids is None else [decode_id(identity, type_name) for identity in ids]


@strawberry.type
class ChartQueries:
    """Fields of Query."""

    @read_field(description="The chart store.")
    async def charts(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        search: Annotated[str | None, strawberry.argument(description="Words that all must match.")] = None,
        conditions: Annotated[
            ChartFilter | None, strawberry.argument(name="filter", description="Which ones; null: all.")
        ] = None,
        order_by: Annotated[
            ChartOrder | None, strawberry.argument(description="What they are sorted by.")
        ] = ChartOrder.RELEVANCE,
    ) -> ChartConnection:
        browsing, wanted = info.context.services.browsing, (conditions or ChartFilter()).conditions()
        order = order_by or ChartOrder.RELEVANCE
        kind = _cursor_kind(order, search)
        span = kind.span(first, after)
        page = await browsing.chart_page(
            span.first,
            span.after,
            text=search,
            conditions=wanted,
            by_update=order is ChartOrder.UPDATED_AT_DESC,
            by_name=order is ChartOrder.NAME,
        )
        keys: dict[int, tuple[Any, ...]] = {row.id: key for row, key in zip(page.rows, page.keys, strict=True)}
        return ChartConnection.of(
            Page(page.rows, page.has_next),
            lambda row: kind.write(*keys[row.id]),
            after,
            lambda: browsing.count_charts(search, wanted),
            page.highlights,
        )

    @read_field(description="One chart; null where there is none, or none of its versions is shown.")
    async def chart(
        self, info: Info, identity: Annotated[strawberry.ID, strawberry.argument(name="id", description="Its id.")]
    ) -> Chart | None:
        row = await info.context.loaders.chart.load(decode_id(identity, "Chart"))
        return chart_of(row) if row else None

    @read_field(description="The chart that a repository holds; null where there is none.")
    async def chart_by_repository(
        self,
        info: Info,
        registry_name: Annotated[str, strawberry.argument(description="The registry's whole name.")],
        repository: Annotated[
            str, strawberry.argument(description="The path inside the registry, e.g. acme/payments.")
        ],
    ) -> Chart | None:
        row = await info.context.services.browsing.chart_by_repository(registry_name, repository)
        return chart_of(row) if row else None

    @read_field(description="One version; null where there is none, or it is not shown.")
    async def chart_version(
        self, info: Info, identity: Annotated[strawberry.ID, strawberry.argument(name="id", description="Its id.")]
    ) -> AChartVersion | None:
        return await chart_versions.find_version(info.context, decode_id(identity, "ChartVersion"))


def _cursor_kind(order: ChartOrder, search: str | None) -> CursorKind:
    """Must be that of the keys which Browsing.chart_page gives."""
    if order is ChartOrder.UPDATED_AT_DESC:
        return UPDATE_CURSOR
    return MATCH_CURSOR if order is ChartOrder.RELEVANCE and words_of(search or "") else NAME_CURSOR
