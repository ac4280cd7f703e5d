"""Registries are registered, changed and deleted; their secrets are sealed and go to no other host."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import trustme
from sqlalchemy import text
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.errors import Conflict, Invalid, KeyMissing, NameTaken, NotFound, Refusals, Required
from app.domain.sync_events import SyncState, SyncTrigger
from app.oci_client.credentials import Anonymous
from app.services.registering import TARGETED_SYNCS_MAX, Change, Registering
from app.store import registries, syncs
from app.store.entities import (
    AuditEntry,
    Authentication,
    ConnectionSecurity,
    Provider,
    Registry,
    Sync,
    Visibility,
)
from app.store.session import Store, execute
from tests.services.choices import CANARY, a_choice, a_credential, a_private_registration, a_registration
from tests.services.conftest import Room

OTHER = ("input", "provider", "other")


async def stored(room: Room, registry_id: int) -> Registry:
    async with room.store.reading() as session:
        found = await registries.find(session, registry_id)
    assert found is not None
    return found


async def unfinished(room: Room, registry_id: int) -> list[Sync]:
    async with room.store.reading() as session:
        return await syncs.unfinished_of(session, registry_id)


async def audited(room: Room) -> list[tuple[str, str, str]]:
    async with room.store.reading() as session:
        rows = (await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))).all()
    return [(row.actor, row.action, row.subject) for row in rows]


async def password_of(room: Room, registry_id: int) -> str:
    target = await room.connections.target_of(await stored(room, registry_id))
    return target.credential.password.reveal()  # type: ignore[union-attr]


def fields(caught: pytest.ExceptionInfo[Refusals]) -> list[tuple[type, tuple[str, ...]]]:
    return [(type(refusal), refusal.field) for refusal in caught.value.refusals]


# ── Register ──


async def test_chart_repository_is_registered_and_its_first_sync_waits(room: Room) -> None:
    registry, sync = await room.registering.register(
        a_registration(name="  acme ", use_as_chart_repository=True, repositories=["acme/a"], sync_interval_seconds=60),
        "alice",
    )
    assert sync is not None
    assert (sync.state, room.enqueued) == (SyncState.QUEUED, [sync.id])
    found = await stored(room, registry.id)
    assert (found.name, found.host, found.authentication) == ("acme", "registry.example.com", Authentication.ANONYMOUS)
    assert found.next_sync_at is not None
    assert await audited(room) == [("alice", "registry.register", "acme")]


@pytest.mark.parametrize("values", [{"use_as_chart_repository": True}, {"repositories": ["acme/a"]}])
async def test_nothing_is_synced_when_it_is_no_chart_repository_or_has_no_repository(
    room: Room, values: dict[str, Any]
) -> None:
    _, sync = await room.registering.register(a_registration(**values), "alice")
    assert (sync, room.enqueued) == (None, [])


async def test_name_is_refused_when_it_is_taken_and_nothing_of_it_is_kept(room: Room) -> None:
    await room.registering.register(a_registration(), "alice")
    with pytest.raises(Refusals, match="a registry named acme already") as caught:
        await room.registering.register(a_private_registration(repositories=["acme/a"]), "bob")
    assert fields(caught) == [(NameTaken, ("input", "name"))]
    assert len(await audited(room)) == 1
    async with room.store.reading() as session:
        assert await registries.count(session) == 1
        assert await registries.sealing_key_ids(session) == set()


async def test_refusals_name_their_fields_and_nothing_is_stored(room: Room) -> None:
    with pytest.raises(Refusals) as caught:
        await room.registering.register(a_registration(name="", visibility=Visibility.PRIVATE), "alice")
    assert fields(caught) == [(Required, ("input", "name")), (Required, (*OTHER, "authentication"))]
    assert await audited(room) == []


# ── Secrets ──


async def test_secret_stands_nowhere_in_clear(room: Room) -> None:
    registry, _ = await room.registering.register(a_private_registration(), "alice")
    await room.registering.change(Change(registry.id, choice=a_choice(credential=a_credential(CANARY + "2"))), "alice")
    async with room.store.reading() as session:
        for name in SQLModel.metadata.tables:
            rows = (await execute(session, text(f'SELECT * FROM "{name}"'))).all()
            assert CANARY not in repr(rows), name
    if room.store.is_sqlite:
        path = Path(str(room.store.engine.url.database))
        files = list(path.parent.glob(f"{path.name}*"))
        assert any(b"registry.example.com" in file.read_bytes() for file in files)
        assert not any(CANARY.encode() in file.read_bytes() for file in files)
    assert await password_of(room, registry.id) == CANARY + "2"
    assert CANARY not in repr(await room.connections.target_of(await stored(room, registry.id)))


async def test_sealed_row_opens_in_no_other_registry(room: Room) -> None:
    first, _ = await room.registering.register(a_private_registration(), "alice")
    second, _ = await room.registering.register(a_private_registration(name="other"), "alice")
    async with room.store.writing() as session:
        row = await registries.find_credential(session, first.id)
        assert row is not None
        await registries.seal_credential(session, second.id, row.key_id, row.ciphertext)
    with pytest.raises(KeyMissing):
        await room.connections.target_of(await stored(room, second.id))


# ── Change ──


async def test_only_what_is_given_is_changed(room: Room) -> None:
    registry, _ = await room.registering.register(
        a_private_registration(versions_kept=5, sync_interval_seconds=60, use_as_chart_repository=True), "alice"
    )
    changed = await room.registering.change(Change(registry.id, name=" new ", versions_kept=None), "bob")
    found = await stored(room, registry.id)
    assert (found.name, found.versions_kept, found.sync_interval_seconds) == ("new", None, 60)
    assert (changed.name, found.host, found.visibility) == ("new", "registry.example.com", Visibility.PRIVATE)
    assert await password_of(room, registry.id) == CANARY
    assert (await audited(room))[-1] == ("bob", "registry.update", "new")


async def test_credentials_are_kept_when_none_are_given_for_the_same_host(room: Room) -> None:
    registry, _ = await room.registering.register(a_private_registration(), "alice")
    await room.registering.change(Change(registry.id, choice=a_choice("Registry.Example.com")), "alice")
    assert await password_of(room, registry.id) == CANARY
    assert (await stored(room, registry.id)).username == "robot"


async def test_credentials_are_wanted_anew_when_they_would_go_elsewhere_or_less_safely(room: Room) -> None:
    registry, _ = await room.registering.register(a_private_registration(), "alice")
    before = (await stored(room, registry.id)).model_dump()
    for elsewhere in (
        a_choice("evil.example.com"),
        a_choice("registry.example.com:8443"),
        a_choice(None, provider=Provider.DOCKER_HUB),
        a_choice(connection_security=ConnectionSecurity.INSECURE),
    ):
        with pytest.raises(Refusals, match="stored credentials were entered for") as caught:
            await room.registering.change(Change(registry.id, choice=elsewhere), "mallory")
        assert fields(caught) == [(Invalid, (*OTHER, "authentication"))]
        assert (await stored(room, registry.id)).model_dump() == before
    anew = replace(elsewhere, credential=a_credential("another"))
    await room.registering.change(Change(registry.id, choice=anew), "alice")
    assert await password_of(room, registry.id) == "another"


async def test_ca_certificate_is_kept_when_one_is_wanted_and_none_is_given(room: Room) -> None:
    pem = trustme.CA().cert_pem.bytes().decode()
    by_ca = a_choice(credential=a_credential(), connection_security=ConnectionSecurity.SECURE_WITH_CA)
    given = replace(a_private_registration(), choice=replace(by_ca, ca_certificate=pem))
    registry, _ = await room.registering.register(given, "alice")
    await room.registering.change(Change(registry.id, choice=replace(by_ca, credential=a_credential("new"))), "bob")
    assert (await stored(room, registry.id)).ca_certificate == pem
    assert await password_of(room, registry.id) == "new"

    await room.registering.change(Change(registry.id, choice=a_choice(credential=a_credential("newer"))), "bob")
    assert (await stored(room, registry.id)).ca_certificate is None
    with pytest.raises(Refusals) as caught:
        await room.registering.change(Change(registry.id, choice=by_ca), "bob")
    assert fields(caught) == [(Required, (*OTHER, "caCertificate"))]


async def test_credentials_are_forgotten_when_the_registry_becomes_public(room: Room) -> None:
    registry, _ = await room.registering.register(a_private_registration(), "alice")
    await room.registering.change(Change(registry.id, visibility=Visibility.PUBLIC, choice=a_choice()), "alice")
    found = await stored(room, registry.id)
    assert (found.authentication, found.username, found.sign_in) == (Authentication.ANONYMOUS, None, {})
    async with room.store.reading() as session:
        assert await registries.find_credential(session, registry.id) is None


@pytest.mark.parametrize("private_before", [True, False])
async def test_visibility_alone_is_refused_when_it_is_another(room: Room, private_before: bool) -> None:
    given = a_private_registration() if private_before else a_registration()
    registry, _ = await room.registering.register(given, "alice")
    wanted = Visibility.PUBLIC if private_before else Visibility.PRIVATE
    with pytest.raises(Refusals) as caught:
        await room.registering.change(Change(registry.id, visibility=wanted), "alice")
    assert fields(caught) == [(Invalid, ("input", "provider"))]
    await room.registering.change(Change(registry.id, visibility=registry.visibility), "alice")


async def test_private_registry_wants_credentials_when_it_was_public_before(room: Room) -> None:
    registry, _ = await room.registering.register(a_registration(), "alice")
    for credential in (None, Anonymous()):
        with pytest.raises(Refusals) as caught:
            change = Change(registry.id, visibility=Visibility.PRIVATE, choice=a_choice(credential=credential))
            await room.registering.change(change, "alice")
        assert fields(caught) == [(Required, (*OTHER, "authentication"))]


async def test_change_is_refused_when_the_name_is_anothers(room: Room) -> None:
    await room.registering.register(a_registration(), "alice")
    second, _ = await room.registering.register(a_registration(name="other"), "alice")
    with pytest.raises(Refusals) as caught:
        await room.registering.change(Change(second.id, name="acme"), "alice")
    assert fields(caught) == [(NameTaken, ("input", "name"))]


async def test_change_of_what_is_not_there_is_refused(room: Room) -> None:
    with pytest.raises(NotFound) as caught:
        await room.registering.change(Change(4711, name="x"), "alice")
    assert caught.value.field == ("input", "id")


async def test_running_sync_is_asked_to_stop_when_the_target_changes(room: Room) -> None:
    registry, _ = await room.registering.register(
        a_registration(use_as_chart_repository=True, repositories=["a"]), "alice"
    )
    await room.registering.change(Change(registry.id, name="renamed"), "alice")
    assert [sync.cancel_requested_at for sync in await unfinished(room, registry.id)] == [None]
    await begin(room, room.enqueued[0])
    await room.registering.change(Change(registry.id, choice=a_choice("elsewhere.example.com")), "alice")
    assert [sync.cancel_requested_at is not None for sync in await unfinished(room, registry.id)] == [True]


async def test_schedule_ends_when_it_is_no_chart_repository_any_more_and_begins_when_it_is(room: Room) -> None:
    registry, _ = await room.registering.register(
        a_registration(use_as_chart_repository=True, sync_interval_seconds=60), "alice"
    )
    await room.registering.change(Change(registry.id, use_as_chart_repository=False), "alice")
    assert (await stored(room, registry.id)).next_sync_at is None
    await room.registering.change(Change(registry.id, use_as_chart_repository=True), "alice")
    assert (await stored(room, registry.id)).next_sync_at is not None
    assert len(await unfinished(room, registry.id)) == 1


@pytest.mark.parametrize("change", [{"version_constraint": ">=2"}, {"versions_kept": 3}])
async def test_registry_is_synced_when_its_policy_changes(room: Room, change: dict[str, Any]) -> None:
    registry, _ = await room.registering.register(a_registration(use_as_chart_repository=True), "alice")
    await room.registering.change(Change(registry.id, name="renamed"), "alice")
    assert room.enqueued == []
    await room.registering.change(Change(registry.id, **change), "alice")
    assert len(room.enqueued) == 1


async def test_another_sync_follows_when_the_policy_changes_while_one_runs(room: Room) -> None:
    registry, sync = await room.registering.register(
        a_registration(use_as_chart_repository=True, repositories=["a"]), "alice"
    )
    assert sync is not None
    await begin(room, sync.id)
    await room.registering.change(Change(registry.id, version_constraint=">=2"), "alice")
    (running,) = await unfinished(room, registry.id)
    assert (running.id, running.cancel_requested_at, running.follow_up) == (sync.id, None, SyncTrigger.REGISTRATION)


async def test_running_sync_is_stopped_and_followed_and_a_queued_one_stays_when_the_target_changes(room: Room) -> None:
    registry, sync = await room.registering.register(
        a_registration(use_as_chart_repository=True, repositories=["a"]), "alice"
    )
    assert sync is not None
    elsewhere = a_registration().choice
    await room.registering.change(Change(registry.id, choice=elsewhere), "alice")
    (queued,) = await unfinished(room, registry.id)
    assert queued.cancel_requested_at is None
    await begin(room, sync.id)
    await room.registering.change(Change(registry.id, choice=elsewhere), "alice")
    (stopped,) = await unfinished(room, registry.id)
    assert (stopped.cancel_requested_at is None, stopped.follow_up) == (False, SyncTrigger.REGISTRATION)


async def begin(room: Room, sync_id: int) -> None:
    async with room.store.writing() as session:
        row = await session.get_one(Sync, sync_id)
        row.state = SyncState.RUNNING
        session.add(row)


# ── Delete ──


async def test_deleted_registry_is_gone_and_the_log_says_who_did_it(room: Room) -> None:
    registry, _ = await room.registering.register(a_private_registration(), "alice")
    await room.registering.delete(registry.id, "bob")
    async with room.store.reading() as session:
        assert await registries.find(session, registry.id) is None
        assert await registries.find_credential(session, registry.id) is None
    assert (await audited(room))[-1] == ("bob", "registry.delete", "acme")
    with pytest.raises(NotFound):
        await room.registering.delete(registry.id, "bob")


# ── Repositories ──


async def test_added_repositories_are_synced_each_and_those_there_before_are_not(room: Room) -> None:
    registry, _ = await room.registering.register(a_registration(use_as_chart_repository=True), "alice")
    rows = await room.registering.add_repositories(registry.id, ["b", "a"], "alice")
    assert [row.name for row in rows] == ["a", "b"]
    assert len(room.enqueued) == 2
    again = await room.registering.add_repositories(registry.id, ["a", "c"], "alice")
    assert [row.id for row in again][:1] == [rows[0].id]
    assert len(room.enqueued) == 3
    assert [action for _, action, _ in await audited(room)].count("repository.add") == 2


async def test_registry_is_synced_as_a_whole_when_many_repositories_are_added(room: Room) -> None:
    registry, _ = await room.registering.register(a_registration(use_as_chart_repository=True), "alice")
    names = [f"a/{number}" for number in range(TARGETED_SYNCS_MAX + 1)]
    await room.registering.add_repositories(registry.id, names, "alice")
    (sync,) = await unfinished(room, registry.id)
    assert sync.repository_id is None


async def test_no_repository_is_added_when_a_name_is_wrong(room: Room) -> None:
    registry, _ = await room.registering.register(a_registration(), "alice")
    with pytest.raises(Refusals) as caught:
        await room.registering.add_repositories(registry.id, ["fine", "Not Fine"], "alice")
    assert fields(caught) == [(Invalid, ("names", "1"))]
    with pytest.raises(NotFound) as missing:
        await room.registering.add_repositories(4711, ["fine"], "alice")
    assert missing.value.field == ("registryId",)
    async with room.store.reading() as session:
        assert await registries.repository_names(session, registry.id) == set()


async def test_no_repository_is_removed_when_one_of_them_is_not_there(room: Room) -> None:
    registry, _ = await room.registering.register(a_registration(repositories=["a", "b"]), "alice")
    rows = await room.registering.add_repositories(registry.id, ["a", "b"], "alice")
    with pytest.raises(NotFound) as caught:
        await room.registering.remove_repositories([rows[0].id, 4711], "alice")
    assert caught.value.field == ("ids", "1")
    assert await room.registering.remove_repositories([rows[0].id], "bob") == [rows[0].id]
    async with room.store.reading() as session:
        assert await registries.repository_names(session, registry.id) == {"b"}
    assert (await audited(room))[-1] == ("bob", "repository.remove", "a")


async def test_repository_is_disabled_and_enabled_again(room: Room) -> None:
    registry, _ = await room.registering.register(a_registration(), "alice")
    (row,) = await room.registering.add_repositories(registry.id, ["a"], "alice")
    for enabled in (False, True):
        assert (await room.registering.enable_repository(row.id, enabled, "alice")).enabled is enabled
        async with room.store.reading() as session:
            assert len(await registries.repositories_to_sync(session, registry.id, None)) == int(enabled)
    with pytest.raises(NotFound):
        await room.registering.enable_repository(4711, True, "alice")


class OvertakenStore:
    """Before its first unit of work another one is done: what somebody else did in the meantime."""

    def __init__(self, store: Store, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self._store = store
        self._meanwhile: Callable[[], Awaitable[object]] | None = meanwhile
        self.reading = store.reading

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        async with self._store.writing() as session:
            yield session


async def test_kept_credentials_are_not_those_that_somebody_else_entered_for_another_host_meanwhile(room: Room) -> None:
    registry, _ = await room.registering.register(a_private_registration(), "alice")
    elsewhere = replace(a_choice(), host="elsewhere.example.com", credential=a_credential())
    overtaken = OvertakenStore(
        room.store, lambda: room.registering.change(Change(registry.id, choice=elsewhere), "bob")
    )
    registering = Registering(overtaken, room.sealer, room.drafting, room.triggering)  # type: ignore[arg-type]

    with pytest.raises(Refusals) as caught:
        await registering.change(Change(registry.id, choice=replace(a_choice(), credential=None)), "alice")

    assert fields(caught) == [(Conflict, ("input",))]
    assert (await stored(room, registry.id)).host == "elsewhere.example.com"


@asynccontextmanager
async def a_transaction(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Of another process. What it would have to wait for longer than 2 s for fails."""
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    await connection.execute("SET lock_timeout = '2s'; SET deadlock_timeout = '1min'")
    try:
        async with connection.transaction():
            yield connection
    finally:
        await connection.close()


WRITES_ITSELF = "UPDATE sync SET registry_requests = 7 WHERE id = $1"
REFERS_TO_IT = (
    "SELECT 1 FROM registry JOIN chart_repository ON registry_id = registry.id WHERE registry.id = $1 FOR KEY SHARE"
)
"""As PostgreSQL does for each row with foreign keys to a registry and its repository."""
CHANGES: dict[str, Callable[[Room, int], Awaitable[object]]] = {
    "registry changed": lambda room, registry_id: room.registering.change(
        Change(registry_id, use_as_chart_repository=False), "tester"
    ),
    "registry deleted": lambda room, registry_id: room.registering.delete(registry_id, "tester"),
    "repository removed": lambda room, _: room.registering.remove_repositories([1], "tester"),
}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_sync_writes_on_while_somebody_waits_to_change_its_registry(
    room: Room, database_url: str, change: Callable[[Room, int], Awaitable[object]]
) -> None:
    given = a_private_registration(repositories=["acme/app"], use_as_chart_repository=True)
    registry, first = await room.registering.register(given, "tester")
    assert first is not None
    async with a_transaction(database_url) as later:
        async with a_transaction(database_url) as writing:
            await writing.execute(WRITES_ITSELF, first.id)
            changing = asyncio.ensure_future(change(room, registry.id))
            await asyncio.wait({changing}, timeout=0.3)
            await writing.execute(REFERS_TO_IT, registry.id)
            # One more is started and writes, before the change has locked what it waits for.
            started = await room.triggering.start(registry.id, 1, SyncTrigger.MANUAL, "tester")
            await later.execute(WRITES_ITSELF, started.id)
        await asyncio.wait({changing}, timeout=0.3)
        assert not changing.done()
        await later.execute(REFERS_TO_IT, registry.id)
    async with asyncio.timeout(5):
        await changing
