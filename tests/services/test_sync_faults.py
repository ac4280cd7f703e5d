"""What a sync lives through: a database that is locked, full or gone, a registry that lies, stalls or wants peace."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from app.domain.sync_events import EventKind, SyncState, SyncTrigger
from app.oci_client.address_guard import AddressGuard
from app.oci_client.limits import ClientLimits
from app.oci_client.transport import HttpClients
from app.services.syncing import Syncing
from app.services.triggering import Triggering
from app.store import nesting, syncs
from app.store.archives import Archives
from app.store.entities import Sync
from app.store.session import Store
from tests.chart_reader.packing import pack_chart
from tests.lab.faulty_registry import (
    Answer,
    FaultyRegistry,
    dripping,
    refusing,
    saying,
    serving,
    truncating,
    waiting_for,
)
from tests.oci_client.lab import digest
from tests.real.postgres import ENVIRONMENT_NAME, OwnPostgresServer
from tests.services.conftest import LOOPBACK, Room, build_room

VERSIONS = 6
REPOSITORY = "acme/app"


@pytest.fixture
async def registry() -> AsyncIterator[FaultyRegistry]:
    """One repository with charts 1.0.0 to 1.0.5."""
    registry = FaultyRegistry()
    fill(registry)
    async with serving(registry):
        yield registry


@pytest.fixture
async def private_registry() -> AsyncIterator[FaultyRegistry]:
    """The same behind bearer tokens."""
    registry = FaultyRegistry(login=True)
    fill(registry)
    async with serving(registry):
        yield registry


def fill(registry: FaultyRegistry) -> None:
    repository = registry.repository(REPOSITORY)
    for patch in range(VERSIONS):
        repository.push_chart(f"1.0.{patch}", chart(f"1.0.{patch}"))


def chart(version: str, note: str = "") -> bytes:
    return pack_chart("app", version, {"README.md": f"# {version}\n{note}\n" * 20})


async def row_of(room: Room, sync_id: int) -> Sync:
    async with room.store.reading() as session:
        row = await syncs.find(session, sync_id)
    assert row is not None
    return row


async def faults_of(room: Room, sync_id: int) -> list[tuple[str, str | None]]:
    async with room.store.reading() as session:
        page = (await nesting.fault_pages(session, [sync_id], 50, None))[sync_id]
    return [(fault.code.value, fault.tag) for fault in page.rows]


async def synced(room: Room, registry: FaultyRegistry, syncing: Syncing | None = None) -> Sync:
    """A first sync, to its end."""
    _, sync = await room.register(registry, REPOSITORY)  # type: ignore[arg-type]
    assert await (syncing or room.syncing).run(sync.id)
    return await row_of(room, sync.id)


async def synced_again(room: Room, registry_id: int) -> Sync:
    sync = await room.triggering.start(registry_id, None, SyncTrigger.MANUAL, "tester")
    assert await room.syncing.run(sync.id)
    return await row_of(room, sync.id)


async def resumed(room: Room, sync_id: int) -> Sync:
    """Once its lease has ended, by another worker: no restart, nobody's hand."""
    async with asyncio.timeout(30):
        while not await room.another_worker().run(sync_id):
            await asyncio.sleep(0.1)
    return await row_of(room, sync_id)


def with_bounds(room: Room, **bounds: Any) -> Syncing:
    return Syncing(replace(room.tools, bounds=replace(room.tools.bounds, **bounds)))


async def complete_story(room: Room, sync_id: int, stored: int) -> None:
    """Events without gap, each version told and kept once."""
    events = [event async for event in room.watching.events(sync_id, 0)]
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    kinds = [event.kind for event in events]
    assert (kinds[0], kinds[-1]) == (EventKind.STARTED, EventKind.FINISHED)
    told = [event.detail["version"] for event in events if event.kind is EventKind.VERSION_STORED]
    assert len(told) == len(set(told)) == stored
    page = await room.browsing.chart_page(await room.browsing.select(), 5, None)
    assert [row.version_count for row in page.rows] == [stored]


# ── The database ──

LOCKER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


class Lock:
    """Another process that holds the write lock of a SQLite file."""

    def __init__(self, store: Store) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", LOCKER, str(store.engine.url.database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"locked\n"

    def release(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


async def without_patience(store: Store) -> None:
    """Writers wait 50 ms for the lock and not two seconds: what follows takes as many tries, and less time."""
    event.listen(store.engine.sync_engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 50").close())
    await store.engine.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sync_goes_on_when_the_database_was_locked_for_a_moment(room: Room, registry: FaultyRegistry) -> None:
    await without_patience(room.store)
    reached, go_on = asyncio.Event(), asyncio.Event()
    registry.go_wrong("blob", waiting_for(go_on, reached), times=VERSIONS)
    _, sync = await room.register(registry, REPOSITORY)  # type: ignore[arg-type]
    running = asyncio.create_task(room.syncing.run(sync.id))
    await reached.wait()
    lock = await asyncio.to_thread(Lock, room.store)
    go_on.set()
    await asyncio.sleep(1)
    await asyncio.to_thread(lock.release)
    async with asyncio.timeout(30):
        assert await running
    row = await row_of(room, sync.id)
    assert (row.state, row.versions_added, row.attempt) == (SyncState.SUCCEEDED, VERSIONS, 1)
    await complete_story(room, sync.id, VERSIONS)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sync_is_taken_up_again_when_the_database_was_locked_for_longer_than_it_is_waited_for(
    room: Room, registry: FaultyRegistry
) -> None:
    await without_patience(room.store)
    reached, go_on = asyncio.Event(), asyncio.Event()
    registry.go_wrong("blob", waiting_for(go_on, reached), times=VERSIONS)
    _, sync = await room.register(registry, REPOSITORY)  # type: ignore[arg-type]
    running = asyncio.create_task(with_bounds(room, lease=timedelta(seconds=1)).run(sync.id))
    await reached.wait()
    lock = await asyncio.to_thread(Lock, room.store)
    go_on.set()
    async with asyncio.timeout(30):
        assert await running
    assert (await row_of(room, sync.id)).state is SyncState.RUNNING
    await asyncio.to_thread(lock.release)
    row = await resumed(room, sync.id)
    assert (row.state, row.versions_added, row.attempt) == (SyncState.SUCCEEDED, VERSIONS, 2)
    await complete_story(room, sync.id, VERSIONS)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sync_is_taken_up_again_when_the_disk_of_the_database_was_full(
    room: Room, registry: FaultyRegistry
) -> None:
    full = False

    def limit(raw: Any, _record: object) -> None:
        # No page more than there are: what SQLite then says is what it says of a disk without room.
        raw.execute(f"PRAGMA max_page_count = {1 if full else 1_000_000}").close()

    for engine in room.store.engines:
        event.listen(engine, "connect", limit)
    registry.repository(REPOSITORY).push_chart("2.0.0", pack_chart("app", "2.0.0", {"README.md": "word " * 100_000}))
    reached, go_on = asyncio.Event(), asyncio.Event()
    registry.go_wrong("blob", waiting_for(go_on, reached), times=VERSIONS + 1)
    _, sync = await room.register(registry, REPOSITORY)  # type: ignore[arg-type]
    running = asyncio.create_task(with_bounds(room, lease=timedelta(seconds=1)).run(sync.id))
    await reached.wait()
    full = True
    await dispose(room.store)
    go_on.set()
    async with asyncio.timeout(30):
        assert await running
    assert (await row_of(room, sync.id)).state is SyncState.RUNNING
    full = False
    await dispose(room.store)
    row = await resumed(room, sync.id)
    assert (row.state, row.versions_added) == (SyncState.SUCCEEDED, VERSIONS + 1)
    await complete_story(room, sync.id, VERSIONS + 1)


async def dispose(store: Store) -> None:
    """What connects from here on connects anew."""
    for engine in store.engines[1:]:
        engine.dispose()
    await store.engine.dispose()


async def test_version_whose_archive_cannot_be_kept_is_a_fault_and_the_others_are_stored(
    room: Room, registry: FaultyRegistry, tmp_path: Path
) -> None:
    folder = tmp_path / "archives"
    tools = replace(room.tools, archives=Archives(folder.as_uri()))
    # A file where its folder belongs: the object store cannot write, as when there is no room.
    (folder / "sha256").mkdir()
    blocked = folder / "sha256" / digest(chart("1.0.3")).removeprefix("sha256:")[:2]
    blocked.write_bytes(b"")
    row = await synced(room, registry, Syncing(tools))
    assert (row.state, row.versions_added, row.versions_failed) == (SyncState.PARTIAL, VERSIONS - 1, 1)
    assert await faults_of(room, row.id) == [("INTERNAL", "1.0.3")]
    blocked.unlink()
    again = await room.triggering.start(row.registry_id, None, SyncTrigger.MANUAL, "tester")
    assert await Syncing(tools).run(again.id)
    healed = await row_of(room, again.id)
    assert (healed.state, healed.versions_added, healed.versions_unchanged) == (SyncState.SUCCEEDED, 1, VERSIONS - 1)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_sync_is_taken_up_again_when_postgresql_was_killed(
    room: Room, registry: FaultyRegistry, request: pytest.FixtureRequest
) -> None:

    if os.environ.get(ENVIRONMENT_NAME):
        pytest.skip("the server is not ours to kill")
    server: OwnPostgresServer = request.getfixturevalue("own_postgres_server")
    reached, go_on = asyncio.Event(), asyncio.Event()
    registry.go_wrong("blob", waiting_for(go_on, reached), times=VERSIONS)
    _, sync = await room.register(registry, REPOSITORY)  # type: ignore[arg-type]
    running = asyncio.create_task(with_bounds(room, lease=timedelta(seconds=1)).run(sync.id))
    await reached.wait()
    await asyncio.to_thread(server.kill)
    try:
        go_on.set()
        async with asyncio.timeout(60):
            await running
    finally:
        await asyncio.to_thread(server.start)
    row = await resumed(room, sync.id)
    assert (row.state, row.versions_added) == (SyncState.SUCCEEDED, VERSIONS)
    await complete_story(room, sync.id, VERSIONS)


# ── A registry that wants peace ──


@pytest.mark.parametrize("kind", ["tags", "manifest", "blob"])
@pytest.mark.parametrize("retry_after", ["1", None])
async def test_sync_waits_as_asked_when_there_are_too_many_requests(
    room: Room, registry: FaultyRegistry, kind: str, retry_after: str | None
) -> None:
    registry.go_wrong(kind, refusing(429, **({"Retry_After": retry_after} if retry_after else {})))
    row = await synced(room, registry)
    assert (row.state, row.versions_added) == (SyncState.SUCCEEDED, VERSIONS)
    if retry_after:
        refused_at = next(one.at for one in registry.asked if one.status == 0)
        later = [one.at for one in registry.asked if one.at > refused_at and one.kind == kind]
        # Those that were on their way already came at once; nobody began to ask before the second was over.
        assert max(later) - refused_at >= 1
        assert await nobody_asked_between(registry, refused_at + 0.3, refused_at + 0.999)


async def nobody_asked_between(registry: FaultyRegistry, begin: float, end: float) -> bool:
    return not any(begin < one.at < end for one in registry.asked)


@pytest.mark.parametrize("retry_after", ["1", None])
async def test_sync_waits_as_asked_when_the_token_endpoint_has_too_many_requests(
    room: Room, private_registry: FaultyRegistry, retry_after: str | None
) -> None:
    private_registry.go_wrong("token", refusing(429, **({"Retry_After": retry_after} if retry_after else {})))
    row = await synced(room, private_registry)
    assert (row.state, row.versions_added) == (SyncState.SUCCEEDED, VERSIONS)
    minted = [one for one in private_registry.asked if one.kind == "token"]
    assert len(minted) == 2
    if retry_after:
        assert minted[1].at - minted[0].at >= 1


async def test_token_is_renewed_once_when_it_ends_in_mid_sync(room: Room, private_registry: FaultyRegistry) -> None:
    private_registry.token_requests_max = 8
    private_registry.latency_seconds = 0.02
    row = await synced(room, private_registry)
    assert (row.state, row.versions_added) == (SyncState.SUCCEEDED, VERSIONS)
    # 13 requests, 8 with the first token: one more does, however many were under way when it ended.
    assert private_registry.count("token") == 2


# ── A registry that lies, stalls or changes its mind ──


@pytest.mark.parametrize(
    ("kind", "answer", "code"),
    [
        ("blob", truncating, "DIGEST_MISMATCH"),
        ("blob", saying(chart("1.0.3") + b"more"), "DIGEST_MISMATCH"),
        ("blob", saying(chart("1.0.3")[:-1] + b"?"), "DIGEST_MISMATCH"),
        ("blob", saying(b""), "DIGEST_MISMATCH"),
        ("blob", refusing(404), "REGISTRY_ERROR"),
        ("blob", refusing(502), "REGISTRY_ERROR"),
        ("manifest", saying(b"<html>sign in</html>", "text/html"), "MALFORMED_MANIFEST"),
        ("manifest", saying(b""), "MALFORMED_MANIFEST"),
        ("manifest", refusing(404), "REGISTRY_ERROR"),
    ],
    ids=["cut", "longer", "other bytes", "empty", "gone", "502", "web page", "empty manifest", "no manifest"],
)
async def test_version_is_a_fault_and_never_stored_when_what_comes_is_not_it(
    room: Room, registry: FaultyRegistry, kind: str, answer: Answer, code: str
) -> None:
    of = "1.0.3" if kind == "manifest" else digest(chart("1.0.3"))
    registry.go_wrong(kind, answer, of=of, times=20)
    row = await synced(room, registry)
    assert (row.state, row.versions_added, row.versions_failed) == (SyncState.PARTIAL, VERSIONS - 1, 1)
    assert await faults_of(room, row.id) == [(code, "1.0.3")]
    assert await room.archives.read(digest(chart("1.0.3"))) is None
    await complete_story(room, row.id, VERSIONS - 1)


@pytest.mark.parametrize("kind", ["tags", "manifest", "blob"])
async def test_sync_succeeds_when_what_is_wrong_passes(room: Room, registry: FaultyRegistry, kind: str) -> None:
    registry.go_wrong(kind, refusing(503), times=2)
    registry.go_wrong("blob", truncating)
    row = await synced(room, registry)
    assert (row.state, row.versions_added, row.versions_failed) == (SyncState.SUCCEEDED, VERSIONS, 0)


@pytest.mark.parametrize("kind", ["tags", "blob"])
async def test_registry_that_drips_is_a_fault_in_time_and_another_is_synced_meanwhile(
    store: Store, registry: FaultyRegistry, kind: str
) -> None:
    limits = ClientLimits(
        retry_first_delay_seconds=0.01,
        tries_max=2,
        throughput_grace_seconds=0.3,
        throughput_min_bytes_per_second=500,
        request_timeout_seconds=2,
        blob_timeout_seconds=2,
    )
    guard = AddressGuard(LOOPBACK)
    http = HttpClients(guard, limits)
    room = build_room(store, http, guard, limits)
    other = FaultyRegistry()
    fill(other)
    registry.go_wrong(kind, dripping, times=1000)
    _, slow = await room.register(registry, REPOSITORY)  # type: ignore[arg-type]
    running = asyncio.create_task(room.syncing.run(slow.id))
    async with serving(other):
        _, quick = await room.register(other, REPOSITORY, name="other")  # type: ignore[arg-type]
        assert await room.syncing.run(quick.id)
    assert (await row_of(room, quick.id)).state is SyncState.SUCCEEDED
    async with asyncio.timeout(60):
        assert await running
    await http.close()
    row = await row_of(room, slow.id)
    assert (row.state, row.versions_added) == (SyncState.FAILED if kind == "tags" else row.state, 0)
    assert {code for code, _ in await faults_of(room, slow.id)} == {"TIMED_OUT"}


async def test_what_is_stored_existed_together_when_a_tag_moves_after_the_listing(
    room: Room, registry: FaultyRegistry
) -> None:
    repository = registry.repository(REPOSITORY)
    registry.afterwards("tags", lambda: repository.push_chart("1.0.3", chart("1.0.3", "moved")))
    row = await synced(room, registry)
    assert (row.state, row.versions_added) == (SyncState.SUCCEEDED, VERSIONS)
    assert await room.archives.read(digest(chart("1.0.3", "moved"))) is not None
    assert await room.archives.read(digest(chart("1.0.3"))) is None


async def test_old_version_is_stored_whole_and_the_move_is_noticed_next_time_when_a_tag_moves_after_its_manifest(
    room: Room, registry: FaultyRegistry
) -> None:
    repository = registry.repository(REPOSITORY)
    old = repository.tags["1.0.3"]
    registry.afterwards("manifest", lambda: repository.push_chart("1.0.3", chart("1.0.3", "moved")), of="1.0.3")
    row = await synced(room, registry)
    assert (row.state, row.versions_added) == (SyncState.SUCCEEDED, VERSIONS)
    second = await synced_again(room, row.registry_id)
    assert (second.versions_changed, second.versions_unchanged) == (1, VERSIONS - 1)
    history = await room.browsing.digest_history([(1, "1.0.3")])
    assert [seen.digest for seen in history[1, "1.0.3"]] in (
        [old, repository.tags["1.0.3"]],
        [repository.tags["1.0.3"], old],
    )


async def test_tag_deleted_after_the_listing_is_a_fault_and_gone_at_the_next_sync(
    room: Room, registry: FaultyRegistry
) -> None:
    repository = registry.repository(REPOSITORY)
    registry.afterwards("tags", lambda: repository.tags.pop("1.0.3"))
    row = await synced(room, registry)
    assert (row.versions_added, row.versions_failed) == (VERSIONS - 1, 1)
    second = await synced_again(room, row.registry_id)
    assert (second.state, second.versions_total, second.versions_removed) == (SyncState.SUCCEEDED, VERSIONS - 1, 0)


async def test_held_version_stays_whole_when_its_tag_is_deleted_between_look_and_listing(
    room: Room, registry: FaultyRegistry
) -> None:
    repository = registry.repository(REPOSITORY)
    row = await synced(room, registry)
    registry.afterwards("tags", lambda: repository.tags.pop("1.0.3"))
    second = await synced_again(room, row.registry_id)
    assert (second.versions_unchanged, second.versions_failed, second.versions_removed) == (VERSIONS - 1, 1, 0)
    third = await synced_again(room, row.registry_id)
    assert (third.state, third.versions_removed) == (SyncState.SUCCEEDED, 1)
    assert await room.archives.read(digest(chart("1.0.3"))) is not None


# ── Several at once ──


async def test_two_replicas_that_start_the_same_sync_start_one_and_one_of_them_runs_it(
    room: Room, registry: FaultyRegistry, database_url: str
) -> None:
    row = await synced(room, registry)
    other = Store(database_url)
    mirrored: list[int] = []

    async def enqueue(sync_id: int, attempt: int = 0) -> None:
        mirrored.append(sync_id)

    replica = Triggering(other, room.bell, enqueue)
    started = await asyncio.gather(
        *(
            triggering.start(row.registry_id, None, SyncTrigger.MANUAL, "tester")
            for triggering in (room.triggering, replica, room.triggering, replica)
        )
    )
    assert len({sync.id for sync in started}) == 1
    workers = [room.another_worker(), Syncing(replace(room.tools, store=other)), room.another_worker()]
    ran = await asyncio.gather(*(worker.run(started[0].id) for worker in workers))
    await other.close()
    assert sorted(ran) == [False, False, True]
    second = await row_of(room, started[0].id)
    assert (second.state, second.attempt, second.versions_unchanged) == (SyncState.SUCCEEDED, 1, VERSIONS)
