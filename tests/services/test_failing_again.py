"""What failed stays in the plan until it works: temporary faults are tried each time, lasting ones after a while."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.sync_events import RepositoryState, SyncState, SyncTrigger
from app.services.syncing import Syncing
from app.services.triggering import Triggering
from app.store import nesting, registries, syncs
from app.store.entities import Sync, SyncFault
from tests.lab.faulty_registry import FaultyRegistry, digest, refusing, serving
from tests.services.conftest import Room
from tests.services.test_sync_faults import REPOSITORY, chart, fill

BROKEN = b"this is no archive"


class Later:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def registry() -> AsyncIterator[FaultyRegistry]:
    """Charts 1.0.0 to 1.0.5, and 2.0.0 that is none."""
    registry = FaultyRegistry()
    fill(registry)
    registry.repository(REPOSITORY).push_chart("2.0.0", BROKEN)
    async with serving(registry):
        yield registry


class Journey:
    """Syncs one after the other, and what each asked for."""

    def __init__(self, room: Room, registry: FaultyRegistry, clock: Later) -> None:
        self.room, self.registry, self.clock = room, registry, clock
        self.registry_id = 0

    async def first(self) -> Sync:
        registered, sync = await self.room.register(self.registry, REPOSITORY)  # type: ignore[arg-type]
        self.registry_id = registered.id
        return await self._run(sync)

    async def again(self, trigger: SyncTrigger = SyncTrigger.SCHEDULE) -> Sync:
        self.registry.asked.clear()
        triggering = Triggering(self.room.store, self.room.bell, _nobody_told, self.clock)
        return await self._run(await triggering.start(self.registry_id, None, trigger, "tester"))

    async def _run(self, sync: Sync) -> Sync:
        assert await Syncing(replace(self.room.tools, clock=self.clock)).run(sync.id)
        async with self.room.store.reading() as session:
            row = await syncs.find(session, sync.id)
        assert row is not None
        return row

    @property
    def pulled(self) -> int:
        """Layers that were asked for."""
        return self.registry.count("blob")

    async def faults(self, sync: Sync) -> list[SyncFault]:
        async with self.room.store.reading() as session:
            return list((await nesting.fault_pages(session, [sync.id], 50, None))[sync.id].rows)

    async def repository_state(self) -> RepositoryState:
        async with self.room.store.reading() as session:
            (row,) = await registries.repositories_to_sync(session, self.registry_id, None)
        return row.state


async def _nobody_told(sync_id: int, attempt: int = 0) -> None:
    """Syncs are run by hand here."""


@pytest.fixture
def journey(room: Room, registry: FaultyRegistry) -> Journey:
    return Journey(room, registry, Later())


async def test_broken_chart_is_pulled_again_after_a_growing_while_and_told_each_time(journey: Journey) -> None:
    first = await journey.first()
    assert (first.state, first.versions_failed) == (SyncState.PARTIAL, 1)
    pulls = []
    for _ in range(8):
        journey.clock.now += timedelta(minutes=31)
        sync = await journey.again()
        pulls.append(journey.pulled)
        assert (sync.state, sync.versions_failed, sync.versions_unchanged) == (SyncState.PARTIAL, 1, 6)
        assert sync.versions_done == sync.versions_total == 7
        assert [(fault.code.value, fault.tag) for fault in await journey.faults(sync)] == [("MALFORMED_CHART", "2.0.0")]
        assert await journey.repository_state() is RepositoryState.PARTIAL
    assert pulls == [0, 1, 0, 0, 0, 1, 0, 0]  # at 31, 62, … minutes: due after one hour, and two hours after that


async def test_broken_chart_that_waits_costs_what_an_unchanged_one_does(journey: Journey) -> None:
    await journey.first()
    sync = await journey.again()
    manifests = [(asked.method, asked.reference) for asked in journey.registry.asked if asked.kind == "manifest"]
    assert sorted(manifests) == [("HEAD", tag) for tag in (*(f"1.0.{patch}" for patch in range(6)), "2.0.0")]
    (fault,) = await journey.faults(sync)
    assert "It is pulled again after" in fault.message


async def test_broken_chart_is_pulled_at_once_by_hand_or_when_its_tag_has_moved(journey: Journey) -> None:
    await journey.first()
    await journey.again(SyncTrigger.MANUAL)
    assert journey.pulled == 1
    journey.registry.repository(REPOSITORY).push_chart("2.0.0", BROKEN + b", nor is this")
    assert ((await journey.again()).versions_failed, journey.pulled) == (1, 1)
    journey.registry.repository(REPOSITORY).push_chart("2.0.0", chart("2.0.0"))
    mended = await journey.again()
    assert (mended.state, mended.versions_added, journey.pulled) == (SyncState.SUCCEEDED, 1, 1)
    assert await journey.repository_state() is RepositoryState.SYNCED


async def test_waiting_begins_anew_when_the_tag_failed_was_mended_and_failed_again(journey: Journey) -> None:
    await journey.first()
    repository = journey.registry.repository(REPOSITORY)
    journey.clock.now += timedelta(minutes=61)
    await journey.again()
    broken_digest = repository.tags["2.0.0"]
    repository.push_chart("2.0.0", chart("2.0.0"))
    await journey.again()
    repository.tags["2.0.0"] = broken_digest
    assert (await journey.again()).versions_failed == 1
    journey.clock.now += timedelta(minutes=61)
    await journey.again()
    assert journey.pulled == 1


async def test_temporary_fault_is_tried_at_every_sync(journey: Journey) -> None:
    del journey.registry.repository(REPOSITORY).tags["2.0.0"]
    journey.registry.go_wrong("blob", refusing(503), of=digest(chart("1.0.3")), times=5)
    first = await journey.first()
    assert (first.state, first.versions_failed) == (SyncState.PARTIAL, 1)
    second = await journey.again()
    assert (second.state, second.versions_failed) == (SyncState.SUCCEEDED, 0)
    assert journey.pulled == 1
