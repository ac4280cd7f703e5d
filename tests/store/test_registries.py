"""Rows of registries: pages, filters, and what goes along when one goes."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from app.domain.faults import Fault, FaultCode
from app.domain.sync_events import EventKind, RepositoryState, SkipReason
from app.domain.sync_plan import SkippedTag
from app.store import failures, findings, registries, syncs, webhooks
from app.store.entities import Provider, SyncRepository
from app.store.remembered import AbsentReferrers
from app.store.session import Store, execute
from tests.store.rows import (
    LATER,
    NOW,
    add_registry,
    add_repository,
    add_sync,
    found_version,
    store_found,
)


async def names_found(store: Store, **conditions: object) -> list[str]:
    async with store.reading() as session:
        page = await registries.page(session, 100, None, **conditions)  # type: ignore[arg-type]
        counted = await registries.count(session, **conditions)  # type: ignore[arg-type]
    assert counted == len(page.rows)
    return [row.name for row in page.rows]


async def test_pages_together_are_all_registries_by_name_once_each(store: Store) -> None:
    for name in ("d", "b", "a", "e", "c"):
        await add_registry(store, name)
    seen: list[str] = []
    after = None
    while len(seen) < 1000:  # a page that does not end is a failure, no hang
        async with store.reading() as session:
            page = await registries.page(session, 2, after)
        seen += [row.name for row in page.rows]
        if not page.has_next:
            break
        after = (page.rows[-1].name, page.rows[-1].id)
    assert seen == ["a", "b", "c", "d", "e"]


async def test_search_finds_what_name_or_host_holds_as_it_stands(store: Store) -> None:
    expected = {
        "ACME": {"Acme", "acme-eu"},
        "eu": {"acme-eu"},
        "Quay.IO": {"mirror"},
        "%": {"100%"},
        "_": {"under_score"},
        "\\": {"back\\slash"},
        "/": {"sla/sh"},
        "'; DROP TABLE registry; --": set(),
        "ac%me": set(),
        "a_me": set(),
    }
    for name in ("Acme", "acme-eu", "100%", "under_score", "back\\slash", "sla/sh"):
        await add_registry(store, name)
    await add_registry(store, "mirror", host="quay.io")
    assert {text: set(await names_found(store, search=text)) for text in expected} == expected


async def test_filters_hold_together_when_several_are_given(store: Store) -> None:
    await add_registry(store, "hub", provider=Provider.DOCKER_HUB)
    await add_registry(store, "other")
    await add_registry(store, "idle", use_as_chart_repository=False)
    assert await names_found(store, providers=[Provider.OTHER]) == ["idle", "other"]
    assert await names_found(store, providers=[Provider.OTHER], use_as_chart_repository=True) == ["other"]
    assert await names_found(store, use_as_chart_repository=False) == ["idle"]
    assert await names_found(store, providers=[]) == []


async def test_second_registry_is_refused_when_its_name_is_taken(store: Store) -> None:
    await add_registry(store, "acme")
    with pytest.raises(IntegrityError):
        await add_registry(store, "acme")


async def test_repository_is_refused_when_its_registry_has_it_already(store: Store) -> None:
    first, second = await add_registry(store, "one"), await add_registry(store, "two")
    await add_repository(store, first)
    await add_repository(store, second)
    with pytest.raises(IntegrityError):
        await add_repository(store, first)


async def test_registry_is_due_when_its_time_has_come_and_it_is_a_chart_repository(store: Store) -> None:
    due = await add_registry(store, "due", next_sync_at=NOW)
    await add_registry(store, "not yet", next_sync_at=LATER)
    await add_registry(store, "never")
    await add_registry(store, "idle", next_sync_at=NOW, use_as_chart_repository=False)
    async with store.reading() as session:
        assert [row.id for row in await registries.due_for_sync(session, NOW)] == [due]


async def test_only_enabled_repositories_are_synced_unless_one_is_asked_for(store: Store) -> None:
    registry_id = await add_registry(store)
    on = await add_repository(store, registry_id, "b/on")
    first = await add_repository(store, registry_id, "a/on")
    off = await add_repository(store, registry_id, "off", enabled=False)
    async with store.reading() as session:
        everything = await registries.repositories_to_sync(session, registry_id, None)
        one = await registries.repositories_to_sync(session, registry_id, off)
    assert ([row.id for row in everything], [row.id for row in one]) == ([first, on], [off])


LISTED: dict[str, Any] = {
    "keywords": ["bank"], "images": ["nginx:1.27"], "dependencies": [{"name": "redis"}], "kube_version": ">=1.30-0",
}  # fmt: skip
STAYING = {"chart_content", "kube_constraint", "name_word", "name_typo"}
"""Content is addressed by digest: it may be found under another tag tomorrow. So may a constraint, and words of
names are what typos in others are recognised by."""


async def fill(store: Store) -> tuple[int, int]:
    """A registry with a row in every table that can belong to one; its id and its repository's."""
    registry_id = await add_registry(store, "full")
    repository_id = await add_repository(store, registry_id)
    await store_found(store, repository_id, found_version(readme_markdown="words to be found", **LISTED))
    sync_id = await add_sync(store, registry_id)
    await add_sync(store, registry_id, repository_id)
    event = {
        "sync_id": sync_id, "sequence": 1, "at": NOW, "kind": EventKind.STARTED, "detail": {}, "progress": {},
    }  # fmt: skip
    async with store.writing() as session:
        await registries.seal_credential(session, registry_id, "key", b"sealed")
        await session.run_sync(
            findings.remember_no_charts, repository_id, [SkippedTag("9.9.9", SkipReason.NOT_A_CHART, "sha256:1")]
        )
        await session.run_sync(syncs.append_events, [event])
        await session.run_sync(syncs.append_faults, sync_id, [Fault(FaultCode.INTERNAL, "x", False)])
        row = SyncRepository(
            sync_id=sync_id, repository_id=repository_id, name="acme/payments", state=RepositoryState.SYNCED
        )
        await session.run_sync(syncs.save_repositories, [row.model_dump()])
        fault = Fault(FaultCode.UNSUPPORTED_CHART, "x", False, "acme/payments", "8.8.8", "sha256:8")
        await session.run_sync(failures.remember, [failures.row_of(repository_id, fault, None, sync_id, NOW)])
        await webhooks.add_secrets(session, {registry_id: ("key", b"sealed")})
        await session.merge(AbsentReferrers(registry_id=registry_id, host="r.example.com", seen_at=NOW))
        await webhooks.note_pushes(session, registry_id, ["acme/payments"], NOW, NOW)
    return registry_id, repository_id


async def rows_of_every_table(store: Store) -> dict[str, int]:
    counted = {}
    async with store.reading() as session:
        for name in [*SQLModel.metadata.tables, "chart_search"]:
            counted[name] = (await execute(session, text(f'SELECT count(*) FROM "{name}"'))).scalar_one()
    return {name: count for name, count in counted.items() if count}


async def test_everything_goes_along_when_a_registry_is_deleted(store: Store) -> None:
    registry_id, _ = await fill(store)
    assert (await rows_of_every_table(store)).keys() == (SQLModel.metadata.tables.keys() | {"chart_search"}) - {
        "api_token",
        "audit_entry",
        "chore",
        "unreferenced_content",
    }
    async with store.writing() as session:
        await registries.delete_registry(session, registry_id)
    assert (await rows_of_every_table(store)).keys() == STAYING


async def test_other_registries_keep_theirs_when_one_is_deleted(store: Store) -> None:
    registry_id, _ = await fill(store)
    other = await add_registry(store, "other")
    repository_id = await add_repository(store, other)
    await store_found(store, repository_id, found_version())
    async with store.writing() as session:
        await registries.delete_registry(session, registry_id)
    left = await rows_of_every_table(store)
    assert (left["registry"], left["chart_version"], left["chart_search"]) == (1, 1, 1)


async def test_its_charts_and_syncs_go_along_when_a_repository_is_deleted(store: Store) -> None:
    _, repository_id = await fill(store)
    async with store.writing() as session:
        await registries.delete_repositories(session, [repository_id])
    left = await rows_of_every_table(store)
    kept = {"absent_referrers", "registry", "sealed_credential", "sealed_webhook", "sync", "sync_event", "sync_fault"}
    assert left.keys() == kept | STAYING
    assert left["sync"] == 1


async def test_id_is_not_given_again_when_its_row_was_deleted(store: Store) -> None:
    first = await add_registry(store, "first")
    async with store.writing() as session:
        await registries.delete_registry(session, first)
    assert await add_registry(store, "second") > first


async def test_credential_is_replaced_when_another_is_sealed(store: Store) -> None:
    registry_id = await add_registry(store)
    for key_id, ciphertext in (("old", b"1"), ("new", b"2")):
        async with store.writing() as session:
            await registries.seal_credential(session, registry_id, key_id, ciphertext)
    async with store.reading() as session:
        row = await registries.find_credential(session, registry_id)
        used = await registries.sealing_key_ids(session)
    assert row is not None
    assert (row.key_id, row.ciphertext, used) == ("new", b"2", {"new"})
