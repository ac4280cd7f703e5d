"""The chart store, as GraphQL shows it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeAlias

import strawberry

from app.domain.image_name import ImageName
from app.domain.search_words import words_of
from app.domain.semver import InvalidVersion, Version
from app.graphql_api import chart_versions, registries
from app.graphql_api.chart_facets import ChartFacets, facets_of
from app.graphql_api.compiled.rows import CONTENT, WANTS, Linked
from app.graphql_api.connections import BY_NAME, After, CursorKind, Edge, First
from app.graphql_api.context import Info
from app.graphql_api.enums import ChartOrder, ChartType
from app.graphql_api.errors import BadArgument
from app.graphql_api.loaders import ahead, load_count, load_known, versions_ahead
from app.graphql_api.maintainers import Maintainer, maintainers_of
from app.graphql_api.nodes import Node, computed, from_rows, object_of
from app.graphql_api.paging import PageInfo, decode_id
from app.graphql_api.permissions import read_field
from app.graphql_api.references import AChartRepository, AChartVersion, ARegistry, ChartVersions
from app.services.browsing import EVERYTHING
from app.services.listing import VersionConditions
from app.store import entities
from app.store.charts import ChartConditions
from app.store.facets import Facets
from app.store.joined_rows import Along
from app.store.keyset import Page

NAME_CURSOR = CursorKind("charts.name", BY_NAME)
UPDATE_CURSOR = CursorKind("charts.updated", (datetime, int))
MATCH_CURSOR = CursorKind("charts.relevance", (int, str, int))

CursorOf: TypeAlias = Callable[[entities.Chart], str]
Marked: TypeAlias = Callable[[], Awaitable[dict[int, str]]]
"""Reads highlights by chart id."""


def _linked_version(name: str) -> Linked:
    path = f"{name}.{CONTENT}"

    def show(row: entities.ChartVersion, along: Along) -> Any:
        contents = along.get(path)
        if contents is None:  # nothing of it is asked for
            return chart_versions.shown_version(row, None)
        content = contents.get(row.archive_digest)
        return chart_versions.shown_version(row, content) if content is not None else None

    return Linked(name, f"{name}_id", show)


@strawberry.type(description="A chart: what one repository holds versions of.")
class Chart(Node):
    row: strawberry.Private[entities.Chart]
    along: strawberry.Private[Along | None]
    """What was read along with all charts of its page."""
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

    @computed(
        "The repository that holds it.",
        ahead(lambda loaders: loaders.repository, lambda it: it.row.repository_id),
        linked=Linked("repository", "repository_id", lambda row, _along: registries.repository_of(row)),
    )
    async def repository(self, info: Info) -> AChartRepository:
        return registries.repository_of(await load_known(info.context.loaders.repository, self.row.repository_id))

    @computed(
        "The registry it is in.",
        ahead(lambda loaders: loaders.registry, lambda it: it.row.registry_id),
        linked=Linked("registry", "registry_id", lambda row, _along: registries.registry_of(row)),
    )
    async def registry(self, info: Info) -> ARegistry:
        return registries.registry_of(await load_known(info.context.loaders.registry, self.row.registry_id))

    @computed("Who maintains it.", reads=["maintainers"])
    def maintainers(self) -> list[Maintainer]:
        return maintainers_of(self.row.maintainers)

    @computed(
        "Highest semver that is no pre-release, else the highest.",
        versions_ahead(lambda it: it.row.latest_version_id),
        linked=_linked_version("latest_version"),
    )
    async def latest_version(self, info: Info) -> AChartVersion:
        row = await load_known(info.context.loaders.version, self.row.latest_version_id or 0)
        return await chart_versions.version_of(info.context, row)

    @computed(
        "Highest semver of all, pre-releases included.",
        versions_ahead(lambda it: it.row.latest_prerelease_id),
        linked=_linked_version("latest_prerelease"),
    )
    async def latest_prerelease(self, info: Info) -> AChartVersion | None:
        if self.row.latest_prerelease_id is None:
            return None
        row = await load_known(info.context.loaders.version, self.row.latest_prerelease_id)
        return await chart_versions.version_of(info.context, row)

    @computed("One of its versions, gone from the registry or not; null where there is none.", reads=["id"])
    async def version(
        self,
        info: Info,
        version: Annotated[str, strawberry.argument(description="Semver as in Chart.yaml, e.g. 1.2.3+build.5.")],
    ) -> AChartVersion | None:
        row = await info.context.loaders.version_by_number.load((self.row.id, version))
        return await chart_versions.version_of(info.context, row) if row else None

    @computed("Its versions, highest semver first.", reads=["id"])
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


from_rows(Chart)


async def _highlights_ahead(_context: Any, edges: Sequence["ChartEdge"]) -> None:
    if marked := edges[0].marked:
        await marked()


@strawberry.type(description="A chart on a page.")
class ChartEdge(Edge[Chart]):
    cursor_of: strawberry.Private[CursorOf]
    marked: strawberry.Private[Marked | None]

    @computed(
        "Where the search matched, with <mark> around it; sanitised. Null where only name or keywords match.",
        _highlights_ahead,
    )
    async def highlight(self) -> str | None:
        return (await self.marked()).get(self.node.row.id) if self.marked else None


class _WrittenWhenAsked:
    """The cursor of an edge: pages of nodes alone need none."""

    def __get__(self, edge: ChartEdge | None, _owner: type | None = None) -> Any:
        return self if edge is None else edge.cursor_of(edge.node.row)


ChartEdge.cursor = _WrittenWhenAsked()  # type: ignore[assignment] # to whoever reads it, a text


@strawberry.type(description="A page of charts.")
class ChartConnection:
    edges: list[ChartEdge] = strawberry.field(description="The rows with their cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]
    counted: strawberry.Private[Callable[[], Awaitable[Facets]]]

    @computed("The rows alone.")
    def nodes(self) -> list[Chart]:
        return [edge.node for edge in self.edges]

    @computed("How many charts there are on all pages; counted only when asked.")
    async def total_count(self) -> int:
        return await self.count()

    @computed("How many there are of each kind; counted only when asked.")
    async def facets(self, info: Info) -> ChartFacets:
        return await facets_of(info.context, await self.counted())

    @classmethod
    def of(
        cls,
        page: Page[entities.Chart] | None,
        cursor_of: CursorOf,
        after: str | None,
        count: Callable[[], Awaitable[int]],
        counted: Callable[[], Awaitable[Facets]],
        marked: Marked | None = None,
        along: Along | None = None,
    ) -> "ChartConnection":
        rows = page.rows if page else []
        return cls(
            edges=[object_of(ChartEdge, node=chart_of(row, along), cursor_of=cursor_of, marked=marked) for row in rows],
            page_info=PageInfo(
                has_next_page=bool(page and page.has_next),
                has_previous_page=after is not None,
                start_cursor=cursor_of(rows[0]) if rows else None,
                end_cursor=cursor_of(rows[-1]) if rows else None,
            ),
            count=count,
            counted=counted,
        )


@strawberry.input(description="Which charts, by their latest version; what is left out or null is no condition.")
class ChartFilter:
    registry_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Of these registries.")
    repository_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Of these repositories.")
    keywords: list[str] | None = strawberry.field(
        default=None, description="With any of these keywords, whatever their case."
    )
    types: list[ChartType] | None = strawberry.field(default=None, description="Of any of these types.")
    deprecated: bool | None = strawberry.field(
        default=None, description="True: only deprecated, false: none of them, null: both."
    )
    signed: bool | None = strawberry.field(
        default=None, description="True: only those with a signature, be it verified or not; false: only those without."
    )
    kube_version: str | None = strawberry.field(
        default=None, description="That Helm would install on this Kubernetes, e.g. 1.34 or v1.34.1-eks-3025e55."
    )
    image: str | None = strawberry.field(
        default=None, description="That name this image; host and tag count only where they are given."
    )
    depends_on: str | None = strawberry.field(default=None, description="That depend on a chart of this name.")
    include_prereleases: bool | None = strawberry.field(
        default=False, description="Those too that have only pre-releases."
    )

    def conditions(self) -> ChartConditions:
        """Raises BadId, BadArgument."""
        return ChartConditions(
            registry_ids=_numbers(self.registry_ids, "Registry"),
            repository_ids=_numbers(self.repository_ids, "ChartRepository"),
            keywords=self.keywords,
            types=None if self.types is None else [kind.value for kind in self.types],
            deprecated=self.deprecated,
            signed=self.signed,
            kube_version=_kube_version(self.kube_version),
            image=_image(self.image),
            depends_on=self.depends_on,
            include_prereleases=bool(self.include_prereleases),
        )


def _kube_version(text: str | None) -> Version | None:
    try:
        return None if text is None else Version.parse(text.strip())
    except InvalidVersion as error:
        raise BadArgument(f"filter.kubeVersion: {error}.", argument="filter.kubeVersion") from error


def _image(text: str | None) -> ImageName | None:
    name = None if text is None else ImageName.parse(text)
    if text is not None and name is None:
        raise BadArgument(f"filter.image: {text[:80]!r} is no name of an image.", argument="filter.image")
    return name


def chart_of(row: entities.Chart, along: Along | None = None) -> Chart:
    return object_of(Chart, row=row, along=along)


def _numbers(ids: list[strawberry.ID] | None, type_name: str) -> list[int] | None:
    return None if ids is None else [decode_id(identity, type_name) for identity in ids]


@strawberry.type
class ChartQueries:
    """Fields of Query."""

    @read_field(description="The chart store.", metadata={WANTS: True})
    async def charts(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Words, or their beginnings, that all must match; a typo in a name is forgiven."
            ),
        ] = None,
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
        selection = await browsing.select(search, wanted)
        page = await browsing.chart_page(
            selection,
            span.first,
            span.after,
            by_update=order is ChartOrder.UPDATED_AT_DESC,
            by_name=order is ChartOrder.NAME,
            wanted=getattr(info, "wanted", None) or EVERYTHING,
        )
        keys: dict[int, tuple[Any, ...]] = {row.id: key for row, key in zip(page.rows, page.keys, strict=True)}
        return ChartConnection.of(
            Page(page.rows, page.has_next),
            lambda row: kind.write(*keys[row.id]),
            after,
            lambda: browsing.count_charts(selection),
            lambda: browsing.facets(selection),
            _once(lambda: browsing.highlights(selection, keys)) if selection.question else None,
            page.along,
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


def _once(read: Marked) -> Marked:
    """All edges of a page ask for theirs; they are read together."""
    reading: list[asyncio.Future[dict[int, str]]] = []

    def read_once() -> Awaitable[dict[int, str]]:
        if not reading:
            reading.append(asyncio.ensure_future(read()))
        return reading[0]

    return read_once


def _cursor_kind(order: ChartOrder, search: str | None) -> CursorKind:
    """Must be that of the keys which Browsing.chart_page gives."""
    if order is ChartOrder.UPDATED_AT_DESC:
        return UPDATE_CURSOR
    return MATCH_CURSOR if order is ChartOrder.RELEVANCE and words_of(search or "") else NAME_CURSOR
