"""Registries and their repositories, as GraphQL shows them. No secret has a field here."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from app.domain.roles import Role
from app.domain.sync_events import RepositoryState, SkipReason
from app.graphql_api import charts, syncs
from app.graphql_api.compiled.rows import FromRow
from app.graphql_api.connections import (
    BY_NAME,
    After,
    Connection,
    CursorKind,
    Edge,
    First,
    edges_of,
    name_cursor,
)
from app.graphql_api.context import Info
from app.graphql_api.faults import SyncFault, fault_in
from app.graphql_api.loaders import ahead, load_count, load_facets, load_known
from app.graphql_api.nodes import Node, computed, from_rows, object_of, shown_as
from app.graphql_api.paging import PageInfo, decode_id
from app.graphql_api.permissions import manage_field, principal_of, read_field
from app.graphql_api.references import AChart, ARegistry, ASync, Charts, Syncs
from app.oci_client.tls import read_certificate
from app.services.discovering import Discovered
from app.store import entities
from app.store.entities import Authentication, ConnectionSecurity, Provider, Visibility
from app.store.keyset import Page

REGISTRY_CURSOR = CursorKind("registries", BY_NAME)
REPOSITORY_CURSOR = CursorKind("repositories", BY_NAME)
DISCOVERED_CURSOR = CursorKind("discovered", (str,))


@strawberry.type(description="What a certificate says of itself.")
class CertificateInfo:
    subject: str = strawberry.field(description="Whose it is, as RFC 4514 writes it.")
    issuer: str = strawberry.field(description="Who issued it, as RFC 4514 writes it.")
    expires_at: datetime = strawberry.field(description="When it ends.")
    sha256_fingerprint: str = strawberry.field(description="64 hexadecimal digits.", name="sha256Fingerprint")


@strawberry.type(description="A tag that is no chart version here.")
class SkippedTag:
    tag: str = strawberry.field(description="The tag.")
    reason: SkipReason = strawberry.field(description="Why it was passed over.")


@strawberry.type(description="A path inside a registry whose tags are versions of one chart.")
class ChartRepository(Node):
    row: strawberry.Private[entities.ChartRepository]
    name: str = strawberry.field(description="Path inside the registry, e.g. acme/payments.")
    enabled: bool = strawberry.field(description="Whether syncs look at it.")
    state: RepositoryState = strawberry.field(description="What the last look at it found.")
    last_error: SyncFault | None = strawberry.field(description="Why the last look at this repository failed.")
    last_synced_at: datetime | None = strawberry.field(description="When it was last looked at.")
    version_count: int = strawberry.field(description="Versions of its chart that are shown.")

    @computed("The registry it is in.", ahead(lambda loaders: loaders.registry, lambda it: it.row.registry_id))
    async def registry(self, info: Info) -> ARegistry:
        return registry_of(await load_known(info.context.loaders.registry, self.row.registry_id))

    @computed(
        "Tags that are no charts, and why each was passed over.",
        ahead(lambda loaders: loaders.skipped_tags, lambda it: it.row.id),
    )
    async def skipped_tags(self, info: Info) -> list[SkippedTag]:
        rows = await info.context.loaders.skipped_tags.load(self.row.id)
        return [SkippedTag(tag=row.tag, reason=row.reason) for row in rows or ()]

    @computed(
        "The chart it holds; null as long as none is stored.",
        ahead(lambda loaders: loaders.chart_of_repository, lambda it: it.row.id),
    )
    async def chart(self, info: Info) -> AChart | None:
        row = await info.context.loaders.chart_of_repository.load(self.row.id)
        return charts.chart_of(row) if row else None


from_rows(ChartRepository, {"last_error": FromRow("row", "last_error", fault_in)})


@strawberry.type(description="A page of repositories.")
class ChartRepositoryConnection(Connection[ChartRepository]):
    pass


@strawberry.type(description="An OCI registry that Chartroom knows.")
class Registry(Node):
    row: strawberry.Private[entities.Registry]
    name: str = strawberry.field(description="Unique; may be changed.")
    provider: Provider = strawberry.field(description="Who runs it.")
    host: str = strawberry.field(description="Host and port, without a scheme.")
    visibility: Visibility = strawberry.field(description="Whether it wants credentials.")
    authentication: Authentication = strawberry.field(description="Which kind of credentials it is used with.")
    username: str | None = strawberry.field(
        description="User name or key id, where the authentication has one that is no secret. "
        "Secrets can never be read back."
    )
    connection_security: ConnectionSecurity = strawberry.field(description="How the connection is secured.")
    use_as_chart_repository: bool = strawberry.field(description="Whether its charts are brought into the store.")
    sync_interval_seconds: int | None = strawberry.field(
        description="Seconds between two scheduled syncs; null: only by hand or webhook."
    )
    version_constraint: str | None = strawberry.field(
        description="Only versions inside this semver constraint are kept; null: all."
    )
    versions_kept: int | None = strawberry.field(
        description="At most this many newest versions are kept for each chart; null: all."
    )
    next_sync_at: datetime | None = strawberry.field(description="When the schedule is next due.")
    created_at: datetime = strawberry.field(description="When it was registered.")
    updated_at: datetime = strawberry.field(description="When its settings were last changed.")

    @computed("What the CA certificate given with it says; of a bundle, the first.")
    def ca_certificate(self) -> CertificateInfo | None:
        pem = self.row.ca_certificate
        return shown_as(CertificateInfo, read_certificate(pem)) if pem else None

    @computed("Its repositories, by name.")
    async def repositories(self, info: Info, first: First = 50, after: After = None) -> ChartRepositoryConnection:
        loaders, registry_id = info.context.loaders, self.row.id
        page = await loaders.repositories.load((registry_id, REPOSITORY_CURSOR.span(first, after, 50)))
        return ChartRepositoryConnection.of(
            page,
            name_cursor(REPOSITORY_CURSOR),
            repository_of,
            after,
            lambda: load_count(loaders.repository_count, registry_id),
        )

    @computed("The charts in it, by name.")
    async def charts(self, info: Info, first: First = 20, after: After = None) -> Charts:
        loaders, registry_id = info.context.loaders, self.row.id
        page = await loaders.charts.load((registry_id, charts.NAME_CURSOR.span(first, after)))
        return charts.ChartConnection.of(
            page,
            name_cursor(charts.NAME_CURSOR),
            after,
            lambda: load_count(loaders.chart_count, registry_id),
            lambda: load_facets(loaders.facets, registry_id),
        )

    @computed("Its syncs, latest first.")
    async def syncs(self, info: Info, first: First = 10, after: After = None) -> Syncs:
        loaders, registry_id = info.context.loaders, self.row.id
        page = await loaders.syncs.load((registry_id, syncs.SYNC_CURSOR.span(first, after, 10)))
        return syncs.SyncConnection.of(
            page, syncs.sync_cursor, syncs.sync_of, after, lambda: load_count(loaders.sync_count, registry_id)
        )

    @read_field(
        description="What a registry's push notifications are to be sent to. Null for those who may not manage "
        "registries, and where Chartroom does not know its own address (CHARTROOM_PUBLIC_URL)."
    )
    async def webhook_url(self, info: Info) -> str | None:
        # A secret, so that it is not for readers; null and no error, so that they share a page's document.
        allowed = principal_of(info).may(Role.MANAGER)
        return await info.context.loaders.webhook_url.load(self.row.id) if allowed else None

    @computed("The latest sync, be it finished or not.", ahead(lambda loaders: loaders.last_sync, lambda it: it.row.id))
    async def last_sync(self, info: Info) -> ASync | None:
        row = await info.context.loaders.last_sync.load(self.row.id)
        return syncs.sync_of(row) if row else None


from_rows(Registry)


@strawberry.type(description="A page of registries.")
class RegistryConnection(Connection[Registry]):
    pass


@strawberry.type(description="A repository that the registry itself lists.")
class DiscoveredRepository:
    name: str = strawberry.field(description="Path inside the registry.")
    holds_charts: bool | None = strawberry.field(description="Null: not known without reading it.")
    already_added: bool = strawberry.field(description="Whether it is one of the registry's repositories here.")


@strawberry.type(description="A page of repositories that the registry itself lists.")
class DiscoveredRepositoryConnection:
    edges: list[Edge[DiscoveredRepository]] = strawberry.field(description="The rows with their cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")

    @computed("The rows alone.")
    def nodes(self) -> list[DiscoveredRepository]:
        return [edge.node for edge in self.edges]


@strawberry.input(description="Which registries; what is left out or null is no condition.")
class RegistryFilter:
    search: str | None = strawberry.field(default=None, description="Part of the name or the host.")
    providers: list[Provider] | None = strawberry.field(default=None, description="Any of these.")
    use_as_chart_repository: bool | None = strawberry.field(
        default=None, description="Only those that are, or are not, used as chart repositories."
    )


def registry_of(row: entities.Registry) -> Registry:
    return object_of(Registry, row=row)


def repository_of(row: entities.ChartRepository) -> ChartRepository:
    return object_of(ChartRepository, row=row)


@strawberry.type
class RegistryQueries:
    """Fields of Query."""

    @read_field(description="One registry; null where there is none.")
    async def registry(
        self, info: Info, identity: Annotated[strawberry.ID, strawberry.argument(name="id", description="Its id.")]
    ) -> Registry | None:
        row = await info.context.loaders.registry.load(decode_id(identity, "Registry"))
        return registry_of(row) if row else None

    @read_field(description="One registry; null where there is none.")
    async def registry_by_name(
        self, info: Info, name: Annotated[str, strawberry.argument(description="Its whole name.")]
    ) -> Registry | None:
        row = await info.context.services.browsing.registry_by_name(name)
        return registry_of(row) if row else None

    @read_field(description="Registries, by name.")
    async def registries(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        conditions: Annotated[
            RegistryFilter | None, strawberry.argument(name="filter", description="Which ones; null: all.")
        ] = None,
    ) -> RegistryConnection:
        browsing, wanted = info.context.services.browsing, conditions or RegistryFilter()
        which: dict[str, Any] = {
            "text": wanted.search,
            "providers": wanted.providers,
            "use_as_chart_repository": wanted.use_as_chart_repository,
        }
        span = REGISTRY_CURSOR.span(first, after)
        page = await browsing.registry_page(span.first, span.after, **which)
        return RegistryConnection.of(
            page, name_cursor(REGISTRY_CURSOR), registry_of, after, lambda: browsing.count_registries(**which)
        )

    @manage_field(description="Repositories the registry itself can list, with what they hold. Nothing is stored.")
    async def discover_repositories(
        self,
        info: Info,
        registry_id: Annotated[strawberry.ID, strawberry.argument(description="Which registry is asked.")],
        first: First = 50,
        after: After = None,
        search: Annotated[str | None, strawberry.argument(description="Part of the name.")] = None,
    ) -> DiscoveredRepositoryConnection:
        span = DISCOVERED_CURSOR.span(first, after, 50)
        behind = span.after[0] if span.after else None
        rows, has_next = await info.context.services.discovering.discover(
            decode_id(registry_id, "Registry"), span.first, behind, search
        )
        edges, page_info = edges_of(Page(rows, has_next), _discovered_cursor, _discovered, after)
        return DiscoveredRepositoryConnection(edges=edges, page_info=page_info)


def _discovered(row: Discovered) -> DiscoveredRepository:
    return shown_as(DiscoveredRepository, row)


def _discovered_cursor(row: Discovered) -> str:
    return DISCOVERED_CURSOR.write(row.name)
