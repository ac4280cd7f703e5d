"""What a sync finds is written in batches, by whoever holds the lease, and nothing is lost on the way."""

import asyncio
import gc
from dataclasses import dataclass, replace
from datetime import timedelta

import asyncpg
import pytest
from sqlmodel import col, select

from app.domain.faults import Fault, FaultCode
from app.domain.sync_events import EventKind, RepositoryState, SkipReason, SyncState
from app.domain.sync_plan import HeldTag, RepositoryPlan, SkippedTag, Step
from app.progress.bell import LocalBell
from app.services.clock import utc_now
from app.services.recording import FLUSH_AT_VERSIONS, LeaseLost, Recorder
from app.services.tallying import RepositoryTally
from app.store import findings, registries, syncs
from app.store.entities import ChartVersion, Sync, SyncEvent, SyncFault, SyncRepository
from app.store.findings import FoundVersion
from app.store.session import Store
from tests.store.rows import add_registry, add_repository, add_sync, found_version, store_found

LEASE = timedelta(seconds=20)


@dataclass
class Desk:
    """One sync that is taken up, with one repository."""

    store: Store
    bell: LocalBell
    sync_id: int
    repository_id: int
    recorder: Recorder
    tally: RepositoryTally

    def found(self, tag: str) -> FoundVersion:
        return replace(found_version(tag), repository_id=self.repository_id)

    def store_version(self, tag: str, released: list[str] | None = None) -> None:
        gone = None if released is None else lambda: released.append(tag)
        self.recorder.version_stored(self.tally, self.found(tag), changed=False, released=gone)

    async def row(self) -> Sync:
        async with self.store.reading() as session:
            return await session.get_one(Sync, self.sync_id)

    async def events(self) -> list[SyncEvent]:
        async with self.store.reading() as session:
            return await syncs.events_after(session, self.sync_id, 0, 1000)

    async def tags(self) -> list[str]:
        async with self.store.reading() as session:
            return list((await session.exec(select(ChartVersion.tag).order_by(col(ChartVersion.tag)))).all())


async def taken_up(store: Store, sync_id: int, repository_id: int) -> Desk:
    now = utc_now()
    async with store.writing() as session:
        sync = await syncs.claim(session, sync_id, "me", now, now + LEASE)
        repository = await registries.find_repository(session, repository_id)
    assert sync is not None
    assert repository is not None
    row = SyncRepository(
        sync_id=sync_id, repository_id=repository_id, name=repository.name, state=RepositoryState.NEVER_SYNCED
    )
    bell = LocalBell()
    recorder = Recorder(store, bell, utc_now, sync, LEASE)
    return Desk(store, bell, sync_id, repository_id, recorder, RepositoryTally(repository, row))


@pytest.fixture
async def desk(store: Store) -> Desk:
    registry_id = await add_registry(store)
    repository_id = await add_repository(store, registry_id)
    return await taken_up(store, await add_sync(store, registry_id), repository_id)


async def lose_lease(desk: Desk) -> None:
    async with desk.store.writing() as session:
        await syncs.end_leases(session, [desk.sync_id], utc_now() - timedelta(seconds=1))
    await taken_up(desk.store, desk.sync_id, desk.repository_id)


async def test_nothing_is_written_before_a_flush_and_all_of_it_by_one(desk: Desk) -> None:
    desk.recorder.event(EventKind.STARTED)
    released: list[str] = []
    for tag in ("1.0.0", "1.1.0"):
        desk.store_version(tag, released)
    assert (await desk.events(), await desk.tags(), released) == ([], [], [])

    with desk.bell.listening(desk.sync_id) as ear:
        await desk.recorder.flush()
        assert ear._rung.is_set()

    assert (await desk.tags(), released) == (["1.0.0", "1.1.0"], ["1.0.0", "1.1.0"])
    events = await desk.events()
    assert [(event.sequence, event.kind) for event in events] == [
        (1, EventKind.STARTED), (2, EventKind.VERSION_STORED), (3, EventKind.VERSION_STORED),
    ]  # fmt: skip
    assert [event.progress["versions_added"] for event in events] == [0, 1, 2]
    async with desk.store.reading() as session:
        ids = dict((await session.exec(select(ChartVersion.id, ChartVersion.version))).all())
    assert [ids[event.detail["chart_version_id"]] for event in events[1:]] == ["1.0.0", "1.1.0"]
    row = await desk.row()
    assert (row.last_sequence, row.versions_added, row.versions_done) == (3, 2, 2)
    assert row.lease_until is not None
    assert row.lease_until > utc_now() + LEASE / 2


async def test_sequence_has_no_gap_over_many_flushes(desk: Desk) -> None:
    for number in range(5):
        desk.recorder.event(EventKind.FAULTED)
        desk.store_version(f"1.{number}.0")
        await desk.recorder.flush()
        await desk.recorder.flush()
    assert [event.sequence for event in await desk.events()] == list(range(1, 11))


async def test_batch_is_full_once_it_holds_as_many_versions(desk: Desk) -> None:
    for number in range(FLUSH_AT_VERSIONS):
        assert not desk.recorder.is_full
        desk.store_version(f"1.{number}.0")
    assert desk.recorder.is_full
    await desk.recorder.flush()
    assert not desk.recorder.is_full


async def test_content_is_known_to_wait_until_it_is_written(desk: Desk) -> None:
    found = desk.found("1.0.0")
    desk.store_version("1.0.0")
    assert desk.recorder.content_waiting(found.archive_digest) == ("payments", "1.0.0")
    await desk.recorder.flush()
    assert desk.recorder.content_waiting(found.archive_digest) is None


async def test_nothing_is_written_when_the_lease_was_lost(desk: Desk) -> None:
    released: list[str] = []
    await lose_lease(desk)
    desk.store_version("1.0.0", released)
    desk.recorder.faulted(Fault(FaultCode.INTERNAL, "x", False))
    for _ in range(2):
        with pytest.raises(LeaseLost):
            await desk.recorder.flush()
    with pytest.raises(LeaseLost):
        await desk.recorder.finish(SyncState.SUCCEEDED, None)
    assert (await desk.tags(), await desk.events(), released) == ([], [], [])
    row = await desk.row()
    assert (row.state, row.attempt, row.versions_added) == (SyncState.RUNNING, 2, 0)


async def test_nothing_is_written_when_the_registry_was_deleted(desk: Desk) -> None:
    desk.store_version("1.0.0")
    async with desk.store.writing() as session:
        await registries.delete_registry(session, desk.tally.repository.registry_id)
    with pytest.raises(LeaseLost):
        await desk.recorder.flush()
    assert await desk.tags() == []


async def test_cancelled_flush_loses_nothing(desk: Desk) -> None:
    released: list[str] = []
    desk.store_version("1.0.0", released)
    flushing = asyncio.create_task(desk.recorder.flush())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    flushing.cancel()
    assert isinstance((await asyncio.gather(flushing, return_exceptions=True))[0], asyncio.CancelledError)
    desk.store_version("1.1.0", released)
    await desk.recorder.finish(SyncState.CANCELLED, None)
    assert (await desk.tags(), released) == (["1.0.0", "1.1.0"], ["1.0.0", "1.1.0"])
    assert [event.sequence for event in await desk.events()] == [1, 2, 3]


async def test_flushes_at_once_write_everything_once(desk: Desk) -> None:
    async def one(number: int) -> None:
        desk.store_version(f"1.{number}.0")
        await desk.recorder.flush()

    await asyncio.gather(*(one(number) for number in range(10)))
    assert len(await desk.tags()) == 10
    assert [event.sequence for event in await desk.events()] == list(range(1, 11))


async def test_what_waits_is_written_soon_without_a_flush_being_asked_for(desk: Desk) -> None:
    beside = asyncio.create_task(desk.recorder.flush_now_and_then())
    desk.store_version("1.0.0")
    async with asyncio.timeout(30):
        while not await desk.tags():
            await asyncio.sleep(0.05)
    beside.cancel()
    await asyncio.gather(beside, return_exceptions=True)


async def test_finished_repository_is_told_with_its_counts_and_skipped_tags(desk: Desk) -> None:
    plan = RepositoryPlan(
        steps=[Step("1.0.0", None, None), Step("2.0.0", None, None)],
        skipped=[SkippedTag("latest", SkipReason.NOT_SEMVER)],
    )
    fault = Fault(FaultCode.TIMED_OUT, "Too slow.", True, "acme/payments", "2.0.0")
    desk.recorder.progress.repositories_total = 1
    desk.recorder.begin_repository(desk.tally, plan, 3)
    desk.store_version("1.0.0")
    desk.recorder.version_failed(desk.tally, fault)
    desk.recorder.finish_repository(desk.tally, RepositoryState.PARTIAL, plan)
    await desk.recorder.finish(SyncState.PARTIAL, None)

    row = await desk.row()
    assert (row.state, row.versions_total, row.versions_done, row.versions_failed) == (SyncState.PARTIAL, 2, 2, 1)
    assert (row.lease_until, row.repositories_done) == (None, 1)
    async with desk.store.reading() as session:
        repository = await registries.find_repository(session, desk.repository_id)
        skipped = await registries.skipped_tags(session, [desk.repository_id])
        (kept,) = (await session.exec(select(SyncFault))).all()
    assert repository is not None
    assert (repository.state, repository.version_count, repository.last_sync_id) == (
        RepositoryState.PARTIAL, 1, desk.sync_id,
    )  # fmt: skip
    assert [tag.tag for tag in skipped[desk.repository_id]] == ["latest"]
    assert kept.fault == fault
    assert [event.kind for event in await desk.events()] == [
        EventKind.REPOSITORY_LISTED,
        EventKind.VERSION_STORED,
        EventKind.FAULTED,
        EventKind.REPOSITORY_FINISHED,
        EventKind.FINISHED,
    ]


async def test_chart_that_became_something_else_is_removed_and_remembered(desk: Desk) -> None:
    _, ids = await store_found(desk.store, desk.repository_id, found_version("1.0.0"))
    held = HeldTag("1.0.0", "sha256:1", ids["1.0.0"])
    plan = RepositoryPlan(steps=[Step("1.0.0", "sha256:2", held)])
    desk.recorder.begin_repository(desk.tally, plan, 1)
    desk.recorder.no_chart(desk.tally, SkippedTag("1.0.0", SkipReason.NOT_A_CHART, "sha256:2"), held)
    desk.recorder.finish_repository(desk.tally, RepositoryState.SYNCED, plan)
    await desk.recorder.finish(SyncState.SUCCEEDED, None)
    row = await desk.row()
    assert (row.versions_total, row.versions_done, row.versions_removed) == (1, 1, 1)
    held_now = await findings.held_tags(desk.store.rows, desk.repository_id, 0)
    assert held_now == {"1.0.0": HeldTag("1.0.0", "sha256:2")}


async def test_sync_can_be_taken_up_at_once_when_it_was_given_back(desk: Desk) -> None:
    desk.store_version("1.0.0")
    await desk.recorder.give_back()
    assert await desk.tags() == ["1.0.0"]
    await asyncio.sleep(0.01)
    assert (await taken_up(desk.store, desk.sync_id, desk.repository_id)).recorder.progress.versions_added == 1


async def test_batch_is_tried_again_when_another_writer_holds_the_database_for_long(sqlite_url: str) -> None:
    store, other = Store(sqlite_url), Store(sqlite_url)
    registry_id = await add_registry(store)
    repository_id = await add_repository(store, registry_id)
    desk = await taken_up(store, await add_sync(store, registry_id), repository_id)
    desk.store_version("1.0.0")
    async with other.writing() as session:
        await registries.set_next_sync(session, registry_id, None)
        flushing = asyncio.create_task(desk.recorder.flush())
        await asyncio.wait({flushing}, timeout=2.2)
    await flushing
    assert await desk.tags() == ["1.0.0"]
    await store.close()
    await other.close()


async def test_batch_is_tried_again_when_it_had_to_give_way_to_another(migrated_postgres_url: str) -> None:
    store = Store(migrated_postgres_url)
    registry_id = await add_registry(store)
    repository_id = await add_repository(store, registry_id)
    desk = await taken_up(store, await add_sync(store, registry_id), repository_id)
    desk.store_version("1.0.0")
    other = await asyncpg.connect(migrated_postgres_url.replace("+asyncpg", ""))
    await other.execute("SET deadlock_timeout = '1min'")  # so that the batch is the one that gives way
    transaction = other.transaction()
    await transaction.start()
    await other.execute("LOCK TABLE sync_event")
    flushing = asyncio.create_task(desk.recorder.flush())
    await asyncio.wait({flushing}, timeout=0.3)  # it holds the sync's row by now and waits for the events
    await other.execute("UPDATE sync SET registry_requests = 7 WHERE id = $1", desk.sync_id)
    await transaction.commit()
    await other.close()
    await flushing
    assert (await desk.tags(), len(await desk.events())) == (["1.0.0"], 1)
    await store.close()


async def test_no_commit_outlives_its_sync_when_those_who_asked_are_cancelled(desk: Desk) -> None:
    unheard: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: unheard.append(context))
    await lose_lease(desk)
    desk.store_version("1.0.0")
    asked = [asyncio.create_task(desk.recorder.flush()) for _ in range(3)]
    await asyncio.sleep(0)
    for one in asked:
        one.cancel()
    await asyncio.wait(asked)

    await desk.recorder.settle()
    assert not [task for task in asyncio.all_tasks() if "_flush" in repr(task.get_coro())]
    del asked
    gc.collect()
    assert not unheard
