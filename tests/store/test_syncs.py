"""Who runs a sync: one worker, for as long as it holds the lease; and what is kept of syncs."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from app.domain.faults import Fault, FaultCode
from app.domain.sync_events import EventKind, Progress, RepositoryState, SyncState
from app.store import nesting, syncs
from app.store.entities import Sync, SyncRepository
from app.store.session import Store
from tests.store.rows import LATER, NOW, add_registry, add_repository, add_sync

LEASE = timedelta(seconds=20)
AFTER_LEASE = NOW + LEASE + timedelta(seconds=1)


async def claim(store: Store, sync_id: int, owner: str = "me", now: object = NOW) -> Sync | None:
    async with store.writing() as session:
        return await syncs.claim(session, sync_id, owner, now, now + LEASE)  # type: ignore[arg-type, operator]


async def row(store: Store, sync_id: int) -> Sync:
    async with store.reading() as session:
        return await session.get_one(Sync, sync_id)


def event(sync_id: int, sequence: int) -> dict[str, object]:
    return {
        "sync_id": sync_id, "sequence": sequence, "at": NOW, "kind": EventKind.FAULTED, "detail": {}, "progress": {},
    }  # fmt: skip


async def test_queued_sync_is_taken_up_with_a_lease(store: Store) -> None:
    sync_id = await add_sync(store, await add_registry(store))
    taken = await claim(store, sync_id)
    assert taken is not None
    assert (taken.state, taken.lease_owner, taken.lease_until, taken.attempt, taken.started_at) == (
        SyncState.RUNNING, "me", NOW + LEASE, 1, NOW,
    )  # fmt: skip


async def test_sync_is_taken_up_by_nobody_else_until_its_lease_ends(store: Store) -> None:
    sync_id = await add_sync(store, await add_registry(store))
    await claim(store, sync_id)
    assert await claim(store, sync_id, "other", NOW + LEASE) is None
    taken = await claim(store, sync_id, "other", AFTER_LEASE)
    assert taken is not None
    assert (taken.lease_owner, taken.attempt, taken.started_at) == ("other", 2, NOW)


async def test_finished_sync_is_never_taken_up(store: Store) -> None:
    registry_id = await add_registry(store)
    for state in (state for state in SyncState if state.finished):
        assert await claim(store, await add_sync(store, registry_id, state=state)) is None


async def test_sync_that_is_not_there_is_not_taken_up(store: Store) -> None:
    assert await claim(store, 4711) is None


async def test_second_sync_of_a_registry_waits_until_the_first_ends(store: Store) -> None:
    registry_id = await add_registry(store)
    whole = await add_sync(store, registry_id)
    part = await add_sync(store, registry_id, await add_repository(store, registry_id))
    elsewhere = await add_sync(store, await add_registry(store, "other"))
    assert await claim(store, whole) is not None
    assert await claim(store, part) is None
    assert await claim(store, elsewhere) is not None
    async with store.writing() as session:
        assert await session.run_sync(syncs.save, whole, 1, Progress(), state=SyncState.SUCCEEDED, finished_at=NOW)
    assert await claim(store, part) is not None


async def test_write_is_refused_when_another_worker_took_the_sync_over(store: Store) -> None:
    sync_id = await add_sync(store, await add_registry(store))
    await claim(store, sync_id)
    await claim(store, sync_id, "other", AFTER_LEASE)
    async with store.writing() as session:
        assert not await session.run_sync(syncs.save, sync_id, 1, Progress(versions_added=5))
        assert await session.run_sync(syncs.save, sync_id, 2, Progress(versions_added=7))
    assert (await row(store, sync_id)).versions_added == 7


async def test_write_is_refused_when_the_sync_is_finished_or_gone(store: Store) -> None:
    sync_id = await add_sync(store, await add_registry(store))
    await claim(store, sync_id)
    async with store.writing() as session:
        assert await session.run_sync(syncs.save, sync_id, 1, Progress(), state=SyncState.CANCELLED)
        assert not await session.run_sync(syncs.save, sync_id, 1, Progress())
        assert not await session.run_sync(syncs.save, 4711, 1, Progress())


async def test_claimable_are_queued_ones_and_those_whose_lease_ended(store: Store) -> None:
    made = {}
    for name in ("queued", "running", "dead", "done"):
        made[name] = await add_sync(
            store,
            await add_registry(store, name),
            state=SyncState.SUCCEEDED if name == "done" else SyncState.QUEUED,
        )
    await claim(store, made["running"], "me", AFTER_LEASE)
    await claim(store, made["dead"], "other", NOW)
    async with store.reading() as session:
        assert [sync.id for sync in await syncs.claimable(session, AFTER_LEASE)] == [made["queued"], made["dead"]]
        others = await syncs.leased_to_others(session, NOW, "me")
        assert [sync.id for sync in others] == [made["dead"]]
    async with store.writing() as session:
        await syncs.end_leases(session, [made["running"]], NOW)
    assert await claim(store, made["running"], "other", NOW + timedelta(seconds=1)) is not None


@pytest.mark.parametrize("state", [SyncState.QUEUED, SyncState.RUNNING])
async def test_second_unfinished_sync_is_refused_when_the_target_is_the_same(store: Store, state: SyncState) -> None:
    registry_id = await add_registry(store)
    repository_id = await add_repository(store, registry_id)
    await add_sync(store, registry_id, state=state)
    await add_sync(store, registry_id, repository_id, state=state)
    for target in (None, repository_id):
        with pytest.raises(IntegrityError):
            await add_sync(store, registry_id, target)


async def test_further_sync_of_a_target_is_let_in_when_the_others_are_finished(store: Store) -> None:
    registry_id = await add_registry(store)
    for _ in range(3):
        await add_sync(store, registry_id, state=SyncState.SUCCEEDED)
    sync_id = await add_sync(store, registry_id)
    async with store.reading() as session:
        found = await syncs.find_unfinished(session, registry_id, None)
    assert found is not None
    assert found.id == sync_id


async def test_old_syncs_are_deleted_with_their_events_and_unfinished_ones_never(store: Store) -> None:
    registry_id, other = await add_registry(store), await add_registry(store, "other")
    unfinished = await add_sync(store, registry_id)
    finished = [await add_sync(store, registry_id, state=SyncState.SUCCEEDED) for _ in range(5)]
    elsewhere = await add_sync(store, other, state=SyncState.SUCCEEDED)
    async with store.writing() as session:
        for sync_id in finished:
            await session.run_sync(syncs.append_events, [event(sync_id, 1)])
    async with store.writing() as session:
        await syncs.delete_old(session, registry_id, 2)
    async with store.reading() as session:
        page = await syncs.page(session, 10, None, None)
        assert [sync.id for sync in page.rows] == [elsewhere, *finished[:2:-1], unfinished]
        assert await syncs.events_after(session, finished[0], 0, 10) == []
        assert len(await syncs.events_after(session, finished[4], 0, 10)) == 1


async def test_events_come_in_order_from_where_one_asks(store: Store) -> None:
    sync_id = await add_sync(store, await add_registry(store))
    rows = [event(sync_id, number) for number in (3, 1, 2, 4)]
    async with store.writing() as session:
        await session.run_sync(syncs.append_events, rows)
    async with store.reading() as session:
        found = await syncs.events_after(session, sync_id, 1, 2)
    assert [row.sequence for row in found] == [2, 3]


async def test_same_sequence_is_refused_when_it_was_written_before(store: Store) -> None:
    sync_id = await add_sync(store, await add_registry(store))
    async with store.writing() as session:
        await session.run_sync(syncs.append_events, [event(sync_id, 1)])
    with pytest.raises(IntegrityError):
        async with store.writing() as session:
            await session.run_sync(syncs.append_events, [event(sync_id, 1)])


async def test_faults_are_forgotten_of_one_repository_of_one_sync(store: Store) -> None:
    registry_id = await add_registry(store)
    first = await add_sync(store, registry_id, state=SyncState.SUCCEEDED)
    second = await add_sync(store, registry_id)
    faults = [Fault(FaultCode.TIMED_OUT, "x", True, name, "1.0.0", "sha256:1") for name in ("a", "b")]
    async with store.writing() as session:
        await session.run_sync(syncs.append_faults, first, faults)
        await session.run_sync(syncs.append_faults, second, faults)
        await session.run_sync(syncs.forget_faults, second, "a")
    async with store.reading() as session:
        assert await syncs.count_faults(session, [first, second]) == {first: 2, second: 1}
        (left,) = (await nesting.fault_pages(session, [second], 10, None))[second].rows
    assert left.fault == faults[1]


async def test_repository_counts_are_replaced_when_they_are_saved_again(store: Store) -> None:
    registry_id = await add_registry(store)
    repository_id, sync_id = await add_repository(store, registry_id), await add_sync(store, registry_id)
    for added in (1, 2):
        saved = SyncRepository(
            sync_id=sync_id,
            repository_id=repository_id,
            name="acme/payments",
            state=RepositoryState.SYNCED,
            versions_added=added,
        )
        async with store.writing() as session:
            await session.run_sync(syncs.save_repositories, [saved.model_dump()])
    async with store.reading() as session:
        found = await syncs.repositories_of(session, sync_id)
    assert {number: each.versions_added for number, each in found.items()} == {repository_id: 2}


async def test_last_sync_of_each_registry_is_its_latest(store: Store) -> None:
    registry_id, never = await add_registry(store), await add_registry(store, "never")
    for _ in range(2):
        latest = await add_sync(store, registry_id, state=SyncState.FAILED, finished_at=LATER)
    async with store.reading() as session:
        assert {key: sync.id for key, sync in (await syncs.last_of(session, [registry_id, never])).items()} == {
            registry_id: latest
        }
        assert len(await syncs.finished_since(session, None, NOW)) == 2
        assert await syncs.finished_since(session, registry_id, LATER) == []
        assert (await syncs.count(session, None), await syncs.count(session, never)) == (2, 0)
