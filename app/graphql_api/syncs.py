"""Syncs, as GraphQL shows them, and how they are started and stopped."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from app.domain.sync_events import Progress, SyncState, SyncTrigger
from app.graphql_api import registries
from app.graphql_api.connections import BY_ID, After, Connection, CursorKind, First, id_cursor
from app.graphql_api.context import Info, actor_of
from app.graphql_api.faults import FAULT_CURSOR, SyncFault, SyncFaultConnection, fault_in, fault_of
from app.graphql_api.loaders import ahead, load_count, load_known
from app.graphql_api.nodes import Node, computed, shown_as
from app.graphql_api.paging import decode_id
from app.graphql_api.permissions import manage_field, read_field
from app.graphql_api.references import AChartRepository, ARegistry
from app.graphql_api.user_errors import UserError, attempt
from app.store import entities

INT_MAX = 2**31 - 1
"""GraphQL's Int ends here; an error in its place would take the whole sync out of the answer."""

SYNC_CURSOR = CursorKind("syncs", BY_ID)
sync_cursor = id_cursor(SYNC_CURSOR)


@strawberry.type(description="How far a sync is.")
class SyncProgress:
    repositories_total: int | None = strawberry.field(description="Null until it is known.")
    repositories_done: int = strawberry.field(description="Repositories that were looked at, failed ones too.")
    versions_total: int | None = strawberry.field(description="Null until it is known.")
    versions_done: int = strawberry.field(description="The five below, together.")
    versions_added: int = strawberry.field(description="Versions that were not here before.")
    versions_changed: int = strawberry.field(description="Versions whose tag has another digest now.")
    versions_removed: int = strawberry.field(description="Versions whose tag is gone from the registry.")
    versions_unchanged: int = strawberry.field(description="Versions that are as they were.")
    versions_failed: int = strawberry.field(description="Versions that could not be read.")
    bytes_pulled: int = strawberry.field(description=f"Bytes of archives pulled; it stops at {INT_MAX}.")


@strawberry.type(description="Bringing a registry's charts into the store, once.")
class Sync(Node):
    row: strawberry.Private[entities.Sync]
    trigger: SyncTrigger = strawberry.field(description="Why it was started.")
    state: SyncState = strawberry.field(description="Where it stands.")
    progress: SyncProgress = strawberry.field(description="How far it is.")
    requested_at: datetime = strawberry.field(description="When it was asked for.")
    started_at: datetime | None = strawberry.field(description="When a worker took it up.")
    finished_at: datetime | None = strawberry.field(description="When it came to its end.")
    parked_until: datetime | None = strawberry.field(
        description="Set while the registry wants no requests: until when. Then the sync goes on by itself."
    )
    error: SyncFault | None = strawberry.field(description="Set where the sync as a whole failed.")
    registry_requests: int = strawberry.field(description="Requests made to the registry, for cost and rate limits.")

    @computed("The registry it is of.", ahead(lambda loaders: loaders.registry, lambda it: it.row.registry_id))
    async def registry(self, info: Info) -> ARegistry:
        return registries.registry_of(await load_known(info.context.loaders.registry, self.row.registry_id))

    @computed(
        "Null: all enabled repositories.", ahead(lambda loaders: loaders.repository, lambda it: it.row.repository_id)
    )
    async def repository(self, info: Info) -> AChartRepository | None:
        if self.row.repository_id is None:
            return None
        row = await info.context.loaders.repository.load(self.row.repository_id)
        return registries.repository_of(row) if row else None

    @computed("Every version and repository that failed, none left out.")
    async def faults(self, info: Info, first: First = 50, after: After = None) -> SyncFaultConnection:
        loaders, sync_id = info.context.loaders, self.row.id
        page = await loaders.faults.load((sync_id, FAULT_CURSOR.span(first, after, 50)))
        return SyncFaultConnection.of(
            page, id_cursor(FAULT_CURSOR), fault_of, after, lambda: load_count(loaders.fault_count, sync_id)
        )


@strawberry.type(description="A page of syncs.")
class SyncConnection(Connection[Sync]):
    pass


def sync_of(row: entities.Sync) -> Sync:
    progress = progress_of(row.progress.as_dict())
    return shown_as(Sync, row, row=row, progress=progress, error=fault_in(row.error))


def progress_of(stored: dict[str, Any]) -> SyncProgress:
    """From the form in which events hold it."""
    known = Progress(**stored)
    return shown_as(SyncProgress, known, bytes_pulled=min(known.bytes_pulled, INT_MAX))


@strawberry.type(description="What came of starting or stopping a sync.")
class SyncPayload:
    sync: Sync | None = strawberry.field(description="The sync, as it is now.")
    user_errors: list[UserError] = strawberry.field(description="What is to be mended; then nothing was done.")


@strawberry.type
class SyncQueries:
    """Fields of Query."""

    @read_field(description="One sync; null where there is none.")
    async def sync(
        self, info: Info, identity: Annotated[strawberry.ID, strawberry.argument(name="id", description="Its id.")]
    ) -> Sync | None:
        row = await info.context.loaders.sync.load(decode_id(identity, "Sync"))
        return sync_of(row) if row else None

    @read_field(description="Syncs, latest first.")
    async def syncs(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        registry_id: Annotated[strawberry.ID | None, strawberry.argument(description="Of this registry alone.")] = None,
    ) -> SyncConnection:
        browsing, span = info.context.services.browsing, SYNC_CURSOR.span(first, after)
        of_registry = decode_id(registry_id, "Registry") if registry_id else None
        page = await browsing.sync_page(span.first, span.after, of_registry)
        return SyncConnection.of(page, sync_cursor, sync_of, after, lambda: browsing.count_syncs(of_registry))


@strawberry.type
class SyncMutations:
    """Fields of Mutation."""

    @manage_field(description="Where one is queued or running for the same target, that one is returned.")
    async def start_sync(
        self,
        info: Info,
        registry_id: Annotated[strawberry.ID, strawberry.argument(description="Which registry.")],
        repository_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="This repository alone; null: all enabled ones.")
        ] = None,
    ) -> SyncPayload:
        registry = decode_id(registry_id, "Registry")
        repository = decode_id(repository_id, "ChartRepository") if repository_id else None
        triggering = info.context.services.triggering
        row, errors = await attempt(lambda: triggering.start(registry, repository, SyncTrigger.MANUAL, actor_of(info)))
        return _payload(info, row, errors)

    @manage_field(description="Stops a sync; what it stored stays, and the next one goes on from there.")
    async def cancel_sync(
        self, info: Info, identity: Annotated[strawberry.ID, strawberry.argument(name="id", description="Which sync.")]
    ) -> SyncPayload:
        number = decode_id(identity, "Sync")
        row, errors = await attempt(lambda: info.context.services.triggering.cancel(number, actor_of(info)))
        return _payload(info, row, errors)


def _payload(info: Info, row: entities.Sync | None, errors: list[UserError]) -> SyncPayload:
    info.context.forget()
    return SyncPayload(sync=sync_of(row) if row else None, user_errors=errors)
