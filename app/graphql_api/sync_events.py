"""What happens to syncs, as it happens."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Any

import strawberry

from app.domain.sync_events import EventKind, RepositoryState, SyncState
from app.graphql_api.context import Info
from app.graphql_api.faults import SyncFault, fault_in
from app.graphql_api.paging import decode_id, encode_id
from app.graphql_api.permissions import read_subscription
from app.graphql_api.syncs import Sync, SyncProgress, progress_of, sync_of
from app.store import entities


@strawberry.interface(description="One thing that happened to a sync. sequence starts at 1 and has no gaps.")
class SyncEvent:
    sync_id: strawberry.ID = strawberry.field(description="The sync it happened to.")
    sequence: int = strawberry.field(description="Its place; give the last one seen as `after` to go on from there.")
    at: datetime = strawberry.field(description="When it happened.")
    progress: SyncProgress = strawberry.field(description="How far the sync was then.")


@strawberry.type(description="A worker took the sync up.")
class SyncStarted(SyncEvent):
    pass


@strawberry.type(description="A repository's tags are known.")
class RepositoryListed(SyncEvent):
    repository: str = strawberry.field(description="Path inside the registry.")
    tags: int = strawberry.field(description="How many tags it has.")


@strawberry.type(description="A chart version is in the store, as a new one or in another shape.")
class ChartVersionStored(SyncEvent):
    repository: str = strawberry.field(description="Path inside the registry.")
    version: str = strawberry.field(description="Semver as in Chart.yaml.")
    chart_version_id: strawberry.ID = strawberry.field(description="Its id.")


@strawberry.type(description="A chart version is gone from the registry.")
class ChartVersionRemoved(SyncEvent):
    repository: str = strawberry.field(description="Path inside the registry.")
    version: str = strawberry.field(description="The tag it had.")


@strawberry.type(description="A version or a repository failed; the rest goes on.")
class SyncFaulted(SyncEvent):
    fault: SyncFault = strawberry.field(description="What failed, and why.")


@strawberry.type(description="Nothing more will be said of this repository in this sync.")
class RepositoryFinished(SyncEvent):
    repository: str = strawberry.field(description="Path inside the registry.")
    state: RepositoryState = strawberry.field(description="What was found.")


@strawberry.type(description="Always the last event.")
class SyncFinished(SyncEvent):
    state: SyncState = strawberry.field(description="What came of it.")


EVENT_TYPES: Mapping[EventKind, type[SyncEvent]] = {
    EventKind.STARTED: SyncStarted,
    EventKind.REPOSITORY_LISTED: RepositoryListed,
    EventKind.VERSION_STORED: ChartVersionStored,
    EventKind.VERSION_REMOVED: ChartVersionRemoved,
    EventKind.FAULTED: SyncFaulted,
    EventKind.REPOSITORY_FINISHED: RepositoryFinished,
    EventKind.FINISHED: SyncFinished,
}

_Detail = dict[str, Any]
_DETAILS: Mapping[EventKind, Callable[[_Detail], _Detail]] = {
    EventKind.STARTED: lambda detail: {},
    EventKind.REPOSITORY_LISTED: lambda detail: {"repository": detail["repository"], "tags": detail["tags"]},
    EventKind.VERSION_STORED: lambda detail: {
        "repository": detail["repository"],
        "version": detail["version"],
        "chart_version_id": encode_id("ChartVersion", detail["chart_version_id"]),
    },
    EventKind.VERSION_REMOVED: lambda detail: {"repository": detail["repository"], "version": detail["version"]},
    EventKind.FAULTED: lambda detail: {"fault": fault_in(detail["fault"])},
    EventKind.REPOSITORY_FINISHED: lambda detail: {
        "repository": detail["repository"],
        "state": RepositoryState(detail["state"]),
    },
    EventKind.FINISHED: lambda detail: {"state": SyncState(detail["state"])},
}
"""What of an event's detail its type shows. Source: services.recording, which writes it."""


def event_of(row: entities.SyncEvent) -> SyncEvent:
    return EVENT_TYPES[row.kind](
        sync_id=encode_id("Sync", row.sync_id),
        sequence=row.sequence,
        at=row.at,
        progress=progress_of(row.progress),
        **_DETAILS[row.kind](row.detail),
    )


@strawberry.type(description="What happens, as it happens.")
class Subscription:
    @read_subscription(
        description="Every event of one sync from its first (or from after), then live, until SyncFinished; "
        "no gap and no repeat, whenever one subscribes and from whichever replica."
    )
    async def sync_events(
        self,
        info: Info,
        sync_id: Annotated[strawberry.ID, strawberry.argument(description="Which sync.")],
        after: Annotated[
            int | None, strawberry.argument(description="The sequence of the last event seen; 0: from the first.")
        ] = 0,
    ) -> AsyncIterator[SyncEvent]:
        rows = info.context.services.watching.events(decode_id(sync_id, "Sync"), max(after or 0, 0))
        async with aclosing(rows):  # type: ignore[type-var] # a generator, which ends with its subscriber
            async for row in rows:
                yield event_of(row)

    @read_subscription(
        description="Every sync whose state or progress changes, at most a few times a second each: for dashboards."
    )
    async def sync_activity(
        self,
        info: Info,
        registry_id: Annotated[strawberry.ID | None, strawberry.argument(description="Of this registry alone.")] = None,
    ) -> AsyncIterator[Sync]:
        of_registry = decode_id(registry_id, "Registry") if registry_id else None
        rows = info.context.services.watching.activity(of_registry)
        async with aclosing(rows):  # type: ignore[type-var]
            async for row in rows:
                info.context.forget()
                yield sync_of(row)
