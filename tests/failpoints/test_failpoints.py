"""kill -9 at every named place of a sync: nothing is lost, nothing is there twice, nothing is pulled again that was
committed; the sync ends as if nobody had disturbed it.
"""

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.domain.sync_events import EventKind
from app.store.session import Store
from tests.failpoints import scene
from tests.failpoints.conftest import Stage
from tests.failpoints.points import (
    ALL,
    FOLLOWING,
    GIVING_BACK,
    PARKING,
    RESUMING,
    SCHEDULING,
    SYNCING,
    TIDYING,
    Failpoint,
)
from tests.failpoints.scene import NEW, Outcome
from tests.lab.faulty_registry import refusing, waiting_for

ON_POSTGRES = ("commit-3", "store-versions-after", "last-words")
"""Few: what differs there is the queue and how commits come about."""
FIRST_KILL = "commit-begun-after"
"""Where the first of two is killed: some versions are stored, others are not."""


ALL_ENVIRONMENT_NAME = "CHARTROOM_ALL_FAILPOINTS"


def named(points: list[Failpoint]) -> list[str]:
    """All where the environment says so; else without those right before another one, to spare some minutes."""
    if os.environ.get(ALL_ENVIRONMENT_NAME):
        return [point.name for point in points]
    behind = {point.name.removesuffix("-after") for point in points if point.name.endswith("-after")}
    return [point.name for point in points if point.name.removesuffix("-before") not in behind]


async def end_and_compare(stage: Stage, undisturbed: Outcome) -> None:
    """Starts the command as ever on what the killed one left, and holds what comes of it against the story of a
    sync that nobody disturbed.
    """
    archives, tags = await scene.committed(stage.database_url)
    before = len(stage.registry.asked)
    async with stage.worker() as worker:
        await worker.is_ready()
        assert await stage.finished() == "PARTIAL", worker.log_text[-4000:]
        worker.send(signal.SIGTERM)
        assert await worker.ended() == 0
    same_story(await stage.outcome(), undisturbed)
    asked = stage.registry.asked[before:]
    assert [one for one in asked if one.kind == "blob" and one.reference in archives] == []
    assert [one for one in asked if one.kind == "manifest" and (one.repository, one.reference) in tags] == []


def same_story(outcome: Outcome, undisturbed: Outcome) -> None:
    assert outcome.archives_lost == []
    assert outcome.sequences == list(range(1, len(outcome.sequences) + 1))
    assert outcome.told == undisturbed.told
    for part, rows in undisturbed.held.items():
        assert outcome.held[part] == rows, part


def test_undisturbed_sync_has_something_of_everything(sqlite_undisturbed: Outcome) -> None:
    (_, state, unleased, repositories, done, total, versions, *counts) = sqlite_undisturbed.held["syncs"][-1]
    assert (state, unleased, repositories, done) == ("PARTIAL", 1, 3, 3)
    assert total == versions
    added, changed, removed, unchanged, failed = counts
    assert (added, changed, removed, unchanged, failed) == (33, 1, 3, 8, 1)
    stored = [
        (repository, version)
        for kind, repository, version, _ in sqlite_undisturbed.told
        if kind == EventKind.VERSION_STORED
    ]
    assert len(stored) == len(set(stored)) == 34
    assert {version for repository, version in stored if repository == "acme/app"} == {*NEW, "1.0.0"}


@pytest.mark.parametrize("failpoint", named(SYNCING))
async def test_sync_ends_as_if_nothing_had_happened_when_it_is_killed(
    stage: Stage, sqlite_undisturbed: Outcome, failpoint: str
) -> None:
    await stage.killed_at(failpoint)
    await end_and_compare(stage, sqlite_undisturbed)


@pytest.mark.parametrize("failpoint", named(RESUMING))
async def test_sync_ends_as_if_nothing_had_happened_when_the_one_that_resumed_it_is_killed_too(
    stage: Stage, sqlite_undisturbed: Outcome, failpoint: str
) -> None:
    await stage.killed_at(FIRST_KILL)
    await stage.killed_at(failpoint)
    await end_and_compare(stage, sqlite_undisturbed)


@pytest.mark.parametrize("failpoint", named(GIVING_BACK))
async def test_sync_ends_as_if_nothing_had_happened_when_it_is_killed_while_it_is_given_back(
    stage: Stage, sqlite_undisturbed: Outcome, failpoint: str
) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()
    await held_in_mid_sync(stage, reached, go_on)
    async with stage.worker(failpoint) as worker:
        await reached.wait()
        worker.send(signal.SIGTERM)
        assert await worker.ended() == -signal.SIGKILL, worker.log_text[-4000:]
    go_on.set()
    await end_and_compare(stage, sqlite_undisturbed)


async def held_in_mid_sync(stage: Stage, reached: asyncio.Event, go_on: asyncio.Event) -> None:
    """The registry keeps back one archive of the last repository, so that the sync stands still, half done."""
    manifest = stage.registry.repository("acme/old").find("0.2.1")
    assert manifest is not None
    layer = scene.layer_of(manifest)
    stage.registry.go_wrong("blob", waiting_for(go_on, reached), of=layer)


@pytest.mark.parametrize("failpoint", named(SCHEDULING))
async def test_sync_that_is_due_is_run_once_when_the_schedule_is_killed(
    stage: Stage, sqlite_undisturbed: Outcome, failpoint: str
) -> None:
    await make_due_instead_of_queued(stage)
    await stage.killed_at(failpoint)
    async with stage.worker() as worker:
        assert await stage.finished(await newest_sync(stage)) == "PARTIAL"
        worker.send(signal.SIGTERM)
        await worker.ended()
    outcome = await scene.outcome_of(stage.folder, stage.database_url, await newest_sync(stage))
    # Killed behind the start of the sync and before the next time was set: it may be done before it is due again.
    assert len(outcome.held["syncs"]) == 2
    assert outcome.told == sqlite_undisturbed.told
    assert outcome.held["versions"] == sqlite_undisturbed.held["versions"]


async def make_due_instead_of_queued(stage: Stage) -> None:
    store = Store(stage.database_url)
    async with store.writing() as session:
        connection = await session.connection()
        await connection.execute(text("DELETE FROM sync WHERE id = :sync"), {"sync": scene.SECOND_SYNC})
        due = datetime.now(UTC) - timedelta(minutes=1)
        statement = "UPDATE registry SET sync_interval_seconds = 86400, next_sync_at = :due"
        await connection.execute(text(statement), {"due": due.replace(tzinfo=None) if store.is_sqlite else due})
    await store.close()


async def newest_sync(stage: Stage) -> int:
    """Waits for one beyond the first."""
    async with asyncio.timeout(30):
        while True:
            store = Store(stage.database_url)
            async with store.engine.connect() as connection:
                newest = (await connection.execute(text("SELECT max(id) FROM sync"))).scalar_one()
            await store.close()
            if newest > 1:
                return int(newest)
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("failpoint", named(PARKING))
async def test_sync_ends_as_if_nothing_had_happened_when_it_is_killed_while_it_is_parked(
    stage: Stage, sqlite_undisturbed: Outcome, failpoint: str
) -> None:
    stage.registry.go_wrong("blob", refusing(429, Retry_After="3600"))
    await stage.killed_at(failpoint)
    store = Store(stage.database_url)
    async with store.writing() as session:  # as if that hour were over
        await (await session.connection()).execute(text("UPDATE sync SET parked_until = NULL"))
    await store.close()
    await end_and_compare(stage, sqlite_undisturbed)


@pytest.mark.parametrize("failpoint", named(TIDYING))
async def test_sync_ends_as_if_nothing_had_happened_when_it_is_killed_while_archives_are_tidied(
    stage: Stage, sqlite_undisturbed: Outcome, failpoint: str
) -> None:
    await stage.killed_at(failpoint)
    await end_and_compare(stage, sqlite_undisturbed)


@pytest.mark.parametrize("failpoint", named(FOLLOWING))
async def test_sync_that_is_to_follow_is_run_once_when_whoever_starts_it_is_killed(
    stage: Stage, failpoint: str
) -> None:
    store = Store(stage.database_url)
    async with store.writing() as session:
        connection = await session.connection()
        await connection.execute(text("UPDATE sync SET follow_up = 'WEBHOOK' WHERE id = 2"))
    await store.close()
    await stage.killed_at(failpoint)
    async with stage.worker() as worker:
        assert await stage.finished(scene.SECOND_SYNC + 1) == "PARTIAL"
        worker.send(signal.SIGTERM)
        await worker.ended()
    outcome = await scene.outcome_of(stage.folder, stage.database_url, scene.SECOND_SYNC + 1)
    assert len(outcome.held["syncs"]) == 3


@pytest.mark.parametrize("failpoint", [name for name in ON_POSTGRES if name in named(SYNCING)])
async def test_sync_on_postgresql_ends_as_if_nothing_had_happened_when_it_is_killed(
    postgres_stage: Stage, postgres_undisturbed: Outcome, failpoint: str
) -> None:
    await postgres_stage.killed_at(failpoint)
    await end_and_compare(postgres_stage, postgres_undisturbed)


def test_failpoints_are_at_least_twenty_five_and_have_names_of_their_own() -> None:
    points = [*SYNCING, *RESUMING, *GIVING_BACK, *SCHEDULING, *PARKING, *TIDYING, *FOLLOWING]
    assert len(points) == len(ALL)
    assert len(named(points)) >= 25
