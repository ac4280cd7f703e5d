"""Pushes lead to syncs: soon, many to one, none lost."""

from datetime import datetime, timedelta

import pytest

from app.domain.sync_events import SyncState, SyncTrigger
from app.services.noticing import UNFINISHED_MAX, Noticing
from app.store import registries, syncs, webhooks
from app.store.entities import Sync
from tests.services.conftest import Room
from tests.store.rows import NOW, add_registry, add_repository, add_sync

DELAY = timedelta(seconds=5)


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def noticing(room: Room, hands: Hands) -> Noticing:
    return Noticing(room.store, room.triggering, DELAY, hands)


async def rows(room: Room, registry_id: int) -> list[Sync]:
    """Oldest first."""
    async with room.store.reading() as session:
        return (await syncs.page(session, 100, None, registry_id)).rows[::-1]


async def set_state(room: Room, sync_id: int, state: SyncState) -> None:
    async with room.store.writing() as session:
        sync = await session.get_one(Sync, sync_id)
        sync.state = state
        session.add(sync)


async def test_push_is_followed_by_a_sync_of_its_repository_after_the_delay(
    room: Room, noticing: Noticing, hands: Hands
) -> None:
    registry_id = await add_registry(room.store)
    repository_id = await add_repository(room.store, registry_id)
    await add_repository(room.store, registry_id, "acme/other")
    assert await noticing.notice(registry_id, {"acme/payments", "acme/unknown"}) == 1
    hands.move(seconds=4.9)
    assert await noticing.follow_up() == 0
    hands.move(seconds=0.1)
    assert [await noticing.follow_up() for _ in range(2)] == [1, 0]
    (sync,) = await rows(room, registry_id)
    assert (sync.repository_id, sync.trigger, sync.state) == (repository_id, SyncTrigger.WEBHOOK, SyncState.QUEUED)
    assert room.enqueued == [sync.id]


async def test_many_pushes_lead_to_one_sync_and_go_on_coming_without_delaying_it(
    room: Room, noticing: Noticing, hands: Hands
) -> None:
    registry_id = await add_registry(room.store)
    await add_repository(room.store, registry_id)
    for _ in range(50):
        await noticing.notice(registry_id, ["acme/payments"])
        hands.move(seconds=0.1)
    assert await noticing.follow_up() == 1
    # Its sync waits for its turn: it will see these too.
    await noticing.notice(registry_id, ["acme/payments"])
    hands.move(seconds=5)
    await noticing.follow_up()
    assert len(await rows(room, registry_id)) == 1
    assert await noticing.follow_up() == 0


async def test_push_while_a_sync_of_its_repository_runs_is_followed_by_another(
    room: Room, noticing: Noticing, hands: Hands
) -> None:
    registry_id = await add_registry(room.store)
    repository_id = await add_repository(room.store, registry_id)
    running = await add_sync(room.store, registry_id, repository_id, state=SyncState.RUNNING)
    await noticing.notice(registry_id, ["acme/payments"])
    hands.move(seconds=60)
    assert await noticing.follow_up() == 0
    await set_state(room, running, SyncState.SUCCEEDED)
    assert await noticing.follow_up() == 1
    assert [sync.trigger for sync in await rows(room, registry_id)] == [SyncTrigger.MANUAL, SyncTrigger.WEBHOOK]


async def test_push_while_a_sync_of_the_whole_registry_runs_is_followed_by_one_that_waits_for_it(
    room: Room, noticing: Noticing, hands: Hands
) -> None:
    registry_id = await add_registry(room.store)
    await add_repository(room.store, registry_id)
    await add_sync(room.store, registry_id, state=SyncState.RUNNING)
    await noticing.notice(registry_id, ["acme/payments"])
    hands.move(seconds=5)
    assert await noticing.follow_up() == 1
    assert [sync.state for sync in await rows(room, registry_id)] == [SyncState.RUNNING, SyncState.QUEUED]


async def test_push_that_comes_while_its_sync_is_started_is_not_lost(
    room: Room, noticing: Noticing, hands: Hands
) -> None:
    registry_id = await add_registry(room.store)
    repository_id = await add_repository(room.store, registry_id)
    await noticing.notice(registry_id, ["acme/payments"])
    hands.move(seconds=5)
    async with room.store.reading() as session:
        ((seen, _),) = await webhooks.due_pushes(session, hands.now, 8, 10)
    await noticing.notice(registry_id, ["acme/payments"])
    async with room.store.writing() as session:
        assert not await webhooks.end_wait(session, seen)
    assert await noticing.follow_up() == 1
    assert (await rows(room, registry_id))[0].repository_id == repository_id


async def test_sync_that_was_taken_up_in_that_moment_does_not_count_as_following(
    room: Room, noticing: Noticing, hands: Hands
) -> None:
    """Another process started it between our look at what is due and our start."""
    registry_id = await add_registry(room.store)
    repository_id = await add_repository(room.store, registry_id)
    await noticing.notice(registry_id, ["acme/payments"])
    hands.move(seconds=5)
    async with room.store.reading() as session:
        ((seen, _),) = await webhooks.due_pushes(session, hands.now, 8, 10)
    running = await add_sync(room.store, registry_id, repository_id, state=SyncState.RUNNING)
    assert not await noticing._follow(seen, registry_id)
    await set_state(room, running, SyncState.SUCCEEDED)
    assert await noticing.follow_up() == 1


async def test_pushes_outlive_the_process_that_noticed_them(room: Room, noticing: Noticing, hands: Hands) -> None:
    registry_id = await add_registry(room.store)
    await add_repository(room.store, registry_id)
    await noticing.notice(registry_id, ["acme/payments"])
    hands.move(days=1)
    assert await Noticing(room.store, room.triggering, DELAY, hands).follow_up() == 1


async def test_a_registry_has_few_syncs_that_wait_and_takes_no_turn_from_others(
    room: Room, noticing: Noticing, hands: Hands
) -> None:
    busy, calm = await add_registry(room.store, "busy"), await add_registry(room.store, "calm")
    names = [f"acme/{number}" for number in range(120)]
    for name in names:
        await add_repository(room.store, busy, name)
    await add_repository(room.store, calm)
    await noticing.notice(busy, names)
    await noticing.notice(calm, ["acme/payments"])
    hands.move(seconds=5)
    assert [await noticing.follow_up() for _ in range(3)] == [UNFINISHED_MAX, 1, 0]
    first, *_ = await rows(room, busy)
    await set_state(room, first.id, SyncState.SUCCEEDED)
    assert 1 <= await noticing.follow_up() <= UNFINISHED_MAX
    assert await noticing.follow_up() == 0


@pytest.mark.parametrize("case", ["disabled", "no chart repository", "of another registry"])
async def test_push_has_no_effect_when_nothing_of_it_is_to_be_synced(
    room: Room, noticing: Noticing, hands: Hands, case: str
) -> None:
    registry_id = await add_registry(room.store, use_as_chart_repository=case != "no chart repository")
    other = await add_registry(room.store, "other")
    await add_repository(room.store, registry_id, enabled=case != "disabled")
    told = other if case == "of another registry" else registry_id
    assert await noticing.notice(told, ["acme/payments"]) == 0
    hands.move(seconds=5)
    assert await noticing.follow_up() == 0


async def test_push_is_forgotten_when_its_registry_stops_being_a_chart_repository(
    room: Room, noticing: Noticing, hands: Hands
) -> None:
    registry_id = await add_registry(room.store)
    await add_repository(room.store, registry_id)
    await noticing.notice(registry_id, ["acme/payments"])
    async with room.store.writing() as session:
        registry = await registries.find(session, registry_id)
        assert registry is not None
        registry.use_as_chart_repository = False
        session.add(registry)
    hands.move(seconds=5)
    await noticing.follow_up()
    async with room.store.reading() as session:
        assert await webhooks.due_pushes(session, hands.now, 8, 10) == []
    assert await rows(room, registry_id) == []
