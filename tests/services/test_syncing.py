"""A sync against a real docker-registry, on both databases."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.chart_reader.contents import ChartContents
from app.domain.sync_events import EventKind, RepositoryState, SyncState, SyncTrigger
from app.oci_client.credentials import Secret, UsernamePassword
from app.services.listing import Span, VersionConditions
from app.services.pulling import Reader
from app.services.registering import Change
from app.services.syncing import Syncing
from app.store import syncs
from app.store.entities import Sync, SyncFault
from tests.chart_reader.packing import pack_chart
from tests.real.docker_registry import DockerRegistry, StartDockerRegistry
from tests.real.pushing import push_chart, push_cosign_signature, push_image
from tests.services.conftest import Room, registration


async def sync_row(room: Room, sync_id: int) -> Sync:
    async with room.store.reading() as session:
        row = await syncs.find(session, sync_id)
    assert row is not None
    return row


async def faults_of(room: Room, sync_id: int) -> list[SyncFault]:
    return (await room.listing.faults([sync_id], Span(10)))[sync_id].rows


async def story(room: Room, sync_id: int) -> list[tuple[int, EventKind]]:
    return [(event.sequence, event.kind) async for event in room.watching.events(sync_id, 0)]


async def sync_again(room: Room, registry_id: int) -> Sync:
    sync = await room.triggering.start(registry_id, None, SyncTrigger.MANUAL, "tester")
    assert await room.syncing.run(sync.id)
    return await sync_row(room, sync.id)


async def test_sync_stores_every_version_and_tells_it_in_order(
    room: Room, shared_docker_registry: DockerRegistry
) -> None:
    for version in ("1.2.3", "1.10.0", "2.0.0-rc.1", "1.2.3+build.5"):
        push_chart(shared_docker_registry, "first/payments", pack_chart("payments", version))
    pushed = push_chart(shared_docker_registry, "first/orders", pack_chart("orders", "0.1.0"), tag="v0.1.0")
    push_cosign_signature(shared_docker_registry, "first/orders", pushed.digest)
    push_image(shared_docker_registry, "first/orders", "3.0.0")
    push_image(shared_docker_registry, "first/orders", "latest")

    _, sync = await room.register(shared_docker_registry, "first/payments", "first/orders")
    assert room.enqueued == [sync.id]
    assert await room.syncing.run(sync.id)

    row = await sync_row(room, sync.id)
    assert (row.state, row.versions_added, row.versions_failed) == (SyncState.SUCCEEDED, 5, 0)
    assert (row.versions_total, row.versions_done, row.repositories_done) == (5, 5, 2)
    events = await story(room, sync.id)
    assert [sequence for sequence, _ in events] == list(range(1, len(events) + 1))
    assert events[0][1] is EventKind.STARTED
    assert events[-1][1] is EventKind.FINISHED
    assert [kind for _, kind in events].count(EventKind.VERSION_STORED) == 5

    page = await room.browsing.chart_page(await room.browsing.select(), 10, None)
    assert [chart.name for chart in page.rows] == ["orders", "payments"]
    latest = await room.browsing.versions([chart.latest_version_id or 0 for chart in page.rows])
    highest = await room.browsing.versions([chart.latest_prerelease_id or 0 for chart in page.rows])
    assert {version.version for version in latest.values()} == {"0.1.0", "1.10.0"}
    assert {version.version for version in highest.values()} == {"0.1.0", "2.0.0-rc.1"}
    repositories = await room.browsing.charts_of_repositories([chart.repository_id for chart in page.rows])
    skipped = await room.browsing.skipped_tags(list(repositories))
    assert {tag.tag.partition("-")[0]: tag.reason.value for tags in skipped.values() for tag in tags} == {
        "3.0.0": "NOT_A_CHART",
        "latest": "NOT_SEMVER",
        "sha256": "SIGNATURE_OR_ATTESTATION",
    }


async def test_second_sync_pulls_nothing_when_nothing_changed(
    room: Room, shared_docker_registry: DockerRegistry
) -> None:
    for version in ("1.0.0", "1.1.0"):
        push_chart(shared_docker_registry, "again/app", pack_chart("app", version))
    push_image(shared_docker_registry, "again/app", "9.9.9")
    registry, sync = await room.register(shared_docker_registry, "again/app")
    await room.syncing.run(sync.id)
    before = shared_docker_registry.log_text.count("GET /v2/again/app/blobs")

    second = await sync_again(room, registry.id)

    assert (second.state, second.versions_unchanged, second.versions_added) == (SyncState.SUCCEEDED, 2, 0)
    assert second.bytes_pulled == 0
    assert shared_docker_registry.log_text.count("GET /v2/again/app/blobs") == before


async def test_moved_and_deleted_tags_are_noticed(room: Room, shared_docker_registry: DockerRegistry) -> None:
    push_chart(shared_docker_registry, "moved/app", pack_chart("app", "1.0.0"))
    gone = push_chart(shared_docker_registry, "moved/app", pack_chart("app", "1.1.0"))
    registry, sync = await room.register(shared_docker_registry, "moved/app")
    await room.syncing.run(sync.id)

    push_chart(shared_docker_registry, "moved/app", pack_chart("app", "1.0.0", {"README.md": "# Moved"}))
    shared_docker_registry.delete_manifest("moved/app", gone.digest)
    second = await sync_again(room, registry.id)

    assert (second.versions_changed, second.versions_removed) == (1, 1)
    chart = (await room.browsing.chart_page(await room.browsing.select(), 5, None)).rows[0]
    conditions = VersionConditions(include_removed=True)
    versions = (await room.listing.versions([chart.id], (Span(10), conditions)))[chart.id]
    assert [(row.version, row.removed_at is not None) for row in versions.rows] == [("1.1.0", True), ("1.0.0", False)]
    assert chart.latest_version_id == versions.rows[1].id
    history = await room.browsing.digest_history([(versions.rows[1].repository_id, "1.0.0")])
    assert [len(sightings) for sightings in history.values()] == [2]


async def test_broken_chart_is_a_fault_and_the_others_are_stored(
    room: Room, shared_docker_registry: DockerRegistry
) -> None:
    push_chart(shared_docker_registry, "broken/app", pack_chart("app", "1.0.0"))
    bad = push_chart(shared_docker_registry, "broken/app", b"this is no archive", tag="2.0.0", config=b"{}")
    _, sync = await room.register(shared_docker_registry, "broken/app")
    await room.syncing.run(sync.id)

    row = await sync_row(room, sync.id)
    assert (row.state, row.versions_added, row.versions_failed) == (SyncState.PARTIAL, 1, 1)
    faults = await faults_of(room, sync.id)
    assert [(fault.code.value, fault.repository, fault.tag, fault.digest) for fault in faults] == [
        ("MALFORMED_CHART", "broken/app", "2.0.0", bad.digest)
    ]


async def test_unknown_repository_is_a_fault_and_the_others_are_unharmed(
    room: Room, shared_docker_registry: DockerRegistry
) -> None:
    push_chart(shared_docker_registry, "known/app", pack_chart("app", "1.0.0"))
    _, sync = await room.register(shared_docker_registry, "known/app", "known/nothing")
    await room.syncing.run(sync.id)

    row = await sync_row(room, sync.id)
    assert (row.state, row.versions_added) == (SyncState.PARTIAL, 1)
    faults = await faults_of(room, sync.id)
    assert [(fault.code.value, fault.repository) for fault in faults] == [("REPOSITORY_NOT_FOUND", "known/nothing")]
    page = (await room.listing.repositories([row.registry_id], Span(10)))[row.registry_id]
    assert [repository.state for repository in page.rows] == [RepositoryState.SYNCED, RepositoryState.FAILED]


async def test_repository_of_images_says_that_it_holds_no_chart(
    room: Room, shared_docker_registry: DockerRegistry
) -> None:
    push_image(shared_docker_registry, "images/app", "1.0.0")
    _, sync = await room.register(shared_docker_registry, "images/app")
    await room.syncing.run(sync.id)

    row = await sync_row(room, sync.id)
    assert row.state is SyncState.PARTIAL
    faults = await faults_of(room, sync.id)
    assert "none of them is a Helm chart" in faults[0].message


async def test_same_digest_in_another_repository_is_not_pulled_again(
    room: Room, shared_docker_registry: DockerRegistry
) -> None:
    archive = pack_chart("app", "1.0.0")
    push_chart(shared_docker_registry, "twice/app", archive)
    registry, sync = await room.register(shared_docker_registry, "twice/app")
    await room.syncing.run(sync.id)

    push_chart(shared_docker_registry, "twice/copy", archive, tag="1.0.0")
    rows = await room.registering.add_repositories(registry.id, ["twice/copy"], "tester")
    assert len(rows) == 1
    assert await room.syncing.run(room.enqueued[-1])

    row = await sync_row(room, room.enqueued[-1])
    assert (row.versions_added, row.bytes_pulled) == (1, 0)


@pytest.mark.parametrize("tag", ["1.0.0", "1.1.0", "1.2.0"])  # the highest is taken before the others
async def test_nothing_is_pulled_when_a_tag_moves_to_a_digest_that_is_stored(
    room: Room, shared_docker_registry: DockerRegistry, tag: str
) -> None:
    repository, stored = f"stored-{tag}/app", pack_chart("app", "0.1.0")
    push_chart(shared_docker_registry, repository, stored)
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        push_chart(shared_docker_registry, repository, pack_chart("app", version))
    registry, sync = await room.register(shared_docker_registry, repository)
    await room.syncing.run(sync.id)
    pulled = f"GET /v2/{repository}/manifests/"
    before = shared_docker_registry.log_text.count(pulled)

    push_chart(shared_docker_registry, repository, stored, tag=tag)
    second = await sync_again(room, registry.id)

    assert (second.state, second.versions_changed, second.versions_unchanged) == (SyncState.SUCCEEDED, 1, 3)
    assert (second.bytes_pulled, shared_docker_registry.log_text.count(pulled)) == (0, before)


async def test_tag_listing_that_is_empty_once_removes_nothing(
    room: Room, shared_docker_registry: DockerRegistry
) -> None:
    only = push_chart(shared_docker_registry, "emptied/app", pack_chart("app", "1.0.0"))
    registry, sync = await room.register(shared_docker_registry, "emptied/app")
    await room.syncing.run(sync.id)

    shared_docker_registry.delete_manifest("emptied/app", only.digest)
    second = await sync_again(room, registry.id)
    assert second.versions_removed == 0
    third = await sync_again(room, registry.id)
    assert third.versions_removed == 1


async def test_second_worker_does_not_take_a_sync_that_runs(room: Room, shared_docker_registry: DockerRegistry) -> None:
    push_chart(shared_docker_registry, "lease/app", pack_chart("app", "1.0.0"))
    _, sync = await room.register(shared_docker_registry, "lease/app")
    reader = SlowReader(room.tools.reader, after=0)
    running = asyncio.create_task(with_reader(room, reader).run(sync.id))
    await reader.reached.wait()
    assert not await room.another_worker().run(sync.id)
    reader.go_on.set()
    assert await running


# ── What a sync lives through ──


class SlowReader:
    """Reads one chart and then waits for a word, so that a sync is caught in the middle."""

    def __init__(self, inner: Reader, after: int) -> None:
        self._inner = inner
        self._left = after
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()

    def make_ready(self) -> None:
        self._inner.make_ready()

    async def read(self, archive: bytes) -> ChartContents:
        if self._left == 0:
            self.reached.set()
            await self.go_on.wait()
        else:
            self._left -= 1
        return await self._inner.read(archive)


def with_reader(room: Room, reader: Reader, **bounds: Any) -> Syncing:
    return Syncing(replace(room.tools, reader=reader, bounds=replace(room.tools.bounds, **bounds)))


async def test_cancelled_sync_stops_and_keeps_what_is_done(room: Room, shared_docker_registry: DockerRegistry) -> None:
    for patch in range(6):
        push_chart(shared_docker_registry, "cancel/app", pack_chart("app", f"1.0.{patch}"))
    _, sync = await room.register(shared_docker_registry, "cancel/app")
    reader = SlowReader(room.tools.reader, after=2)
    running = asyncio.create_task(with_reader(room, reader, versions_at_once=1).run(sync.id))
    await reader.reached.wait()

    await room.triggering.cancel(sync.id, "tester")
    async with asyncio.timeout(5):
        assert await running

    row = await sync_row(room, sync.id)
    assert (row.state, row.versions_added) == (SyncState.CANCELLED, 2)
    assert (await story(room, sync.id))[-1][1] is EventKind.FINISHED
    page = await room.browsing.chart_page(await room.browsing.select(), 5, None)
    assert page.rows[0].version_count == 2
    again = await sync_again(room, row.registry_id)
    assert (again.versions_added, again.versions_unchanged) == (4, 2)


async def test_sync_that_is_cut_off_goes_on_without_pulling_again(
    room: Room, shared_docker_registry: DockerRegistry
) -> None:
    for patch in range(5):
        push_chart(shared_docker_registry, "cut/app", pack_chart("app", f"1.0.{patch}"))
    _, sync = await room.register(shared_docker_registry, "cut/app")
    reader = SlowReader(room.tools.reader, after=2)
    running = asyncio.create_task(with_reader(room, reader, versions_at_once=1).run(sync.id))
    await reader.reached.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    given_back = await sync_row(room, sync.id)
    assert (given_back.state, given_back.versions_added) == (SyncState.RUNNING, 2)

    pulled = shared_docker_registry.log_text.count("GET /v2/cut/app/blobs")
    assert await room.triggering.recover("somebody:1:else") == 1
    assert await room.another_worker().run(sync.id)

    row = await sync_row(room, sync.id)
    assert (row.state, row.versions_added, row.versions_done, row.versions_total) == (SyncState.SUCCEEDED, 5, 5, 5)
    assert shared_docker_registry.log_text.count("GET /v2/cut/app/blobs") - pulled == 3
    events = await story(room, sync.id)
    assert [sequence for sequence, _ in events] == list(range(1, len(events) + 1))
    kinds = [kind for _, kind in events]
    assert (kinds.count(EventKind.VERSION_STORED), kinds.count(EventKind.STARTED)) == (5, 1)


async def test_worker_that_lost_its_lease_writes_nothing(room: Room, shared_docker_registry: DockerRegistry) -> None:
    for patch in range(3):
        push_chart(shared_docker_registry, "zombie/app", pack_chart("app", f"1.0.{patch}"))
    _, sync = await room.register(shared_docker_registry, "zombie/app")
    reader = SlowReader(room.tools.reader, after=1)
    zombie = asyncio.create_task(
        with_reader(room, reader, versions_at_once=1, lease=timedelta(seconds=0.1)).run(sync.id)
    )
    await reader.reached.wait()
    async with room.store.writing() as session:
        await syncs.end_leases(session, [sync.id], datetime(2020, 1, 1, tzinfo=UTC))
        taken = await syncs.claim(
            session, sync.id, "another", datetime.now(UTC), datetime.now(UTC) + timedelta(hours=1)
        )
    assert taken is not None
    before = await sync_row(room, sync.id)

    reader.go_on.set()
    async with asyncio.timeout(10):
        await zombie

    after = await sync_row(room, sync.id)
    assert after.model_dump() == before.model_dump()


@pytest.mark.parametrize("how", ["deleted", "edited"])
async def test_registry_deleted_or_edited_in_mid_sync_ends_the_sync(
    room: Room, shared_docker_registry: DockerRegistry, how: str
) -> None:
    for patch in range(3):
        push_chart(shared_docker_registry, "mid/app", pack_chart("app", f"1.0.{patch}"))
    registry, sync = await room.register(shared_docker_registry, "mid/app")
    reader = SlowReader(room.tools.reader, after=1)
    running = asyncio.create_task(with_reader(room, reader, versions_at_once=1).run(sync.id))
    await reader.reached.wait()

    if how == "deleted":
        await room.registering.delete(registry.id, "tester")
        reader.go_on.set()
    else:
        choice = replace(registration(shared_docker_registry).choice, host="localhost:1")
        await room.registering.change(Change(registry.id, choice=choice), "tester")
    async with asyncio.timeout(10):
        await running

    if how == "deleted":
        assert await room.browsing.syncs([sync.id]) == {}
        assert await room.browsing.charts_of_repositories([1]) == {}
    else:
        assert (await sync_row(room, sync.id)).state is SyncState.CANCELLED


async def test_registry_gone_in_mid_sync_is_a_fault_that_says_what_was_left(
    room: Room, docker_registry: StartDockerRegistry
) -> None:
    gone = docker_registry()
    for patch in range(4):
        push_chart(gone, "gone/app", pack_chart("app", f"1.0.{patch}"))
    _, sync = await room.register(gone, "gone/app")
    reader = SlowReader(room.tools.reader, after=1)
    running = asyncio.create_task(with_reader(room, reader, versions_at_once=1).run(sync.id))
    await reader.reached.wait()
    gone.kill()
    reader.go_on.set()
    async with asyncio.timeout(30):
        await running

    row = await sync_row(room, sync.id)
    assert (row.state, row.versions_added) == (SyncState.PARTIAL, 2)
    faults = await faults_of(room, sync.id)
    assert [fault.code.value for fault in faults] == ["REGISTRY_UNREACHABLE"]
    assert "2 of 4 versions were not looked at" in faults[0].message


async def test_wrong_password_is_told_as_such(room: Room, shared_docker_registry: DockerRegistry) -> None:
    given = registration(shared_docker_registry, "locked/app")
    wrong = UsernamePassword(shared_docker_registry.username or "", Secret("wrong"))
    _, sync = await room.registering.register(replace(given, choice=replace(given.choice, credential=wrong)), "tester")
    assert sync is not None
    await room.syncing.run(sync.id)

    row = await sync_row(room, sync.id)
    assert row.state is SyncState.FAILED
    assert row.error is not None
    assert row.error["code"] == "CREDENTIALS_REFUSED"
    assert "wrong" not in row.error["message"].replace("wrong password", "")
