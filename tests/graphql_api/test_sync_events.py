"""What subscribers see: every event in its own type, live, and nothing stale around it."""

import asyncio
from contextlib import aclosing
from dataclasses import asdict
from typing import Any

from app.domain.faults import Fault, FaultCode
from app.domain.sync_events import EventKind, Progress, SyncState
from app.graphql_api.paging import encode_id
from app.store.entities import Registry, Sync, SyncEvent
from tests.graphql_api.conftest import Desk
from tests.graphql_api.rows import NOW, add, add_registry, add_sync

EVENTS = """subscription($id: ID!, $after: Int) { syncEvents(syncId: $id, after: $after) {
  __typename syncId sequence at progress { versionsDone }
  ... on RepositoryListed { repository tags }
  ... on ChartVersionStored { repository version chartVersionId }
  ... on ChartVersionRemoved { repository version }
  ... on SyncFaulted { fault { code message repository tag } }
  ... on RepositoryFinished { repository found: state }
  ... on SyncFinished { state } } }"""
ACTIVITY = "subscription($id: ID) { syncActivity(registryId: $id) { id state registry { name } } }"

STORY: list[tuple[EventKind, dict[str, Any]]] = [
    (EventKind.STARTED, {}),
    (EventKind.REPOSITORY_LISTED, {"repository": "a/b", "tags": 3}),
    (EventKind.VERSION_STORED, {"repository": "a/b", "version": "1.0.0", "chart_version_id": 12}),
    (EventKind.VERSION_REMOVED, {"repository": "a/b", "version": "0.9.0"}),
    (EventKind.FAULTED, {"fault": asdict(Fault(FaultCode.TOO_LARGE, "too large", False, "a/b", "1.1.0"))}),
    (EventKind.REPOSITORY_FINISHED, {"repository": "a/b", "state": "PARTIAL"}),
    (EventKind.FINISHED, {"state": "PARTIAL"}),
]


async def add_story(desk: Desk, sync: Sync, begin: int = 0, end: int | None = None) -> None:
    for place, (kind, detail) in list(enumerate(STORY))[begin:end]:
        progress = Progress(versions_done=place).as_dict()
        await add(
            desk.store,
            SyncEvent(sync_id=sync.id, sequence=place + 1, at=NOW, kind=kind, detail=detail, progress=progress),
        )


async def events(desk: Desk, sync: Sync, after: int = 0) -> list[dict[str, Any]]:
    frames = desk.stream(EVENTS, id=encode_id("Sync", sync.id), after=after)
    seen = []
    async with aclosing(frames), asyncio.timeout(20):
        async for frame in frames:
            assert frame.errors is None, frame.errors
            seen.append(frame.data["syncEvents"])
    return seen


async def test_whole_story_is_told_in_types_when_one_comes_late(desk: Desk) -> None:
    sync = await add_sync(desk.store, await add_registry(desk.store), state=SyncState.PARTIAL, last_sequence=7)
    await add_story(desk, sync)
    seen = await events(desk, sync)
    assert [event["sequence"] for event in seen] == [1, 2, 3, 4, 5, 6, 7]
    assert {event["syncId"] for event in seen} == {encode_id("Sync", sync.id)}
    assert [event["progress"]["versionsDone"] for event in seen] == [0, 1, 2, 3, 4, 5, 6]
    assert {event["at"] for event in seen} == {"2026-03-01T12:00:00Z"}
    common = ("sequence", "syncId", "progress", "at")
    assert [{key: value for key, value in event.items() if key not in common} for event in seen] == [
        {"__typename": "SyncStarted"},
        {"__typename": "RepositoryListed", "repository": "a/b", "tags": 3},
        {
            "__typename": "ChartVersionStored",
            "repository": "a/b",
            "version": "1.0.0",
            "chartVersionId": encode_id("ChartVersion", 12),
        },
        {"__typename": "ChartVersionRemoved", "repository": "a/b", "version": "0.9.0"},
        {
            "__typename": "SyncFaulted",
            "fault": {"code": "TOO_LARGE", "message": "too large", "repository": "a/b", "tag": "1.1.0"},
        },
        {"__typename": "RepositoryFinished", "repository": "a/b", "found": "PARTIAL"},
        {"__typename": "SyncFinished", "state": "PARTIAL"},
    ]


async def test_story_goes_on_behind_the_event_last_seen(desk: Desk) -> None:
    sync = await add_sync(desk.store, await add_registry(desk.store), state=SyncState.PARTIAL, last_sequence=7)
    await add_story(desk, sync)
    assert [event["sequence"] for event in await events(desk, sync, after=5)] == [6, 7]
    assert await events(desk, sync, after=7) == []


async def test_events_come_live_when_the_sync_still_runs(desk: Desk) -> None:
    sync = await add_sync(desk.store, await add_registry(desk.store), state=SyncState.RUNNING)
    await add_story(desk, sync, 0, 2)
    watching = asyncio.create_task(events(desk, sync))
    await asyncio.sleep(0.05)
    await add_story(desk, sync, 2)
    await desk.bell.ring(sync.id)
    assert [event["sequence"] for event in await watching] == [1, 2, 3, 4, 5, 6, 7]


async def test_subscriber_is_told_when_there_is_no_such_sync(desk: Desk) -> None:
    frames = desk.stream(EVENTS, id=encode_id("Sync", 99))
    async with aclosing(frames):
        (error,) = (await anext(frames)).errors
    assert error.extensions["code"] == "NOT_FOUND"


async def test_activity_shows_what_is_now_and_not_what_was_read_before(desk: Desk) -> None:
    registry = await add_registry(desk.store, "before")
    sync = await add_sync(desk.store, registry, state=SyncState.QUEUED)
    frames = desk.stream(ACTIVITY, id=encode_id("Registry", registry.id))
    async with aclosing(frames), asyncio.timeout(20):
        first = (await anext(frames)).data["syncActivity"]
        assert first == {"id": encode_id("Sync", sync.id), "state": "QUEUED", "registry": {"name": "before"}}
        async with desk.store.writing() as session:
            row, owner = await session.get_one(Sync, sync.id), await session.get_one(Registry, registry.id)
            row.state, owner.name = SyncState.RUNNING, "after"
            session.add_all([row, owner])
        await desk.bell.ring(sync.id)
        second = (await anext(frames)).data["syncActivity"]
    assert (second["state"], second["registry"]) == ("RUNNING", {"name": "after"})
