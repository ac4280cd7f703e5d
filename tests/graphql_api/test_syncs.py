"""Syncs: started, stopped, shown."""

from dataclasses import asdict
from datetime import datetime

from app.domain.faults import Fault, FaultCode
from app.domain.roles import Role
from app.domain.sync_events import SyncState
from app.graphql_api.paging import encode_id
from app.store import syncs
from tests.graphql_api.conftest import Desk
from tests.graphql_api.rows import NOW, add_registry, add_repository, add_sync

START = """mutation($registry: ID!, $repository: ID) { startSync(registryId: $registry, repositoryId: $repository) {
  sync { id state trigger registry { name } repository { name } } userErrors { code field message } } }"""
CANCEL = "mutation($id: ID!) { cancelSync(id: $id) { sync { id state } userErrors { code field } } }"


async def test_second_start_gives_the_sync_that_waits_already(desk: Desk) -> None:
    registry = await add_registry(desk.store)
    repository = await add_repository(desk.store, registry, "a/b")
    identity = encode_id("Registry", registry.id)
    first = (await desk.ask(START, Role.MANAGER, registry=identity))["startSync"]
    second = (await desk.ask(START, Role.MANAGER, registry=identity))["startSync"]
    assert first == second
    assert first["sync"]["trigger"] == "MANUAL"
    assert first["sync"]["repository"] is None
    only = (await desk.ask(START, registry=identity, repository=encode_id("ChartRepository", repository.id)))[
        "startSync"
    ]
    assert only["sync"]["repository"] == {"name": "a/b"}
    assert len(desk.enqueued) == 2


async def test_start_and_cancel_say_what_is_to_be_mended(desk: Desk) -> None:
    unused = await add_registry(desk.store, use_as_chart_repository=False)
    done = await add_sync(desk.store, unused)
    refused = (await desk.ask(START, registry=encode_id("Registry", unused.id)))["startSync"]
    missing = (await desk.ask(START, registry=encode_id("Registry", 99)))["startSync"]
    over = (await desk.ask(CANCEL, id=encode_id("Sync", done.id)))["cancelSync"]
    assert [(payload["sync"], payload["userErrors"][0]["code"]) for payload in (refused, missing, over)] == [
        (None, "CONFLICT"),
        (None, "NOT_FOUND"),
        (None, "CONFLICT"),
    ]


async def test_cancelled_sync_is_shown_so_at_once_when_it_waited(desk: Desk) -> None:
    sync = await add_sync(desk.store, await add_registry(desk.store), state=SyncState.QUEUED)
    payload = (await desk.ask(CANCEL, id=encode_id("Sync", sync.id)))["cancelSync"]
    assert payload["sync"]["state"] == "CANCELLED"


async def test_parked_sync_says_until_when_and_is_cancelled_at_once(desk: Desk) -> None:
    registry = await add_registry(desk.store)
    sync = await add_sync(desk.store, registry, state=SyncState.RUNNING, parked_until=NOW, lease_until=NOW)
    identity = encode_id("Sync", sync.id)
    query = "query($id: ID!) { sync(id: $id) { state parkedUntil } }"
    shown = (await desk.ask(query, id=identity))["sync"]
    assert (shown["state"], datetime.fromisoformat(shown["parkedUntil"])) == ("RUNNING", NOW)
    assert (await desk.ask(CANCEL, id=identity))["cancelSync"]["sync"]["state"] == "CANCELLED"
    assert (await desk.ask(query, id=identity))["sync"] == {"state": "CANCELLED", "parkedUntil": None}


async def test_sync_shows_progress_error_and_every_fault(desk: Desk) -> None:
    error = Fault(FaultCode.CREDENTIALS_REFUSED, "refused", False)
    sync = await add_sync(
        desk.store,
        await add_registry(desk.store),
        state=SyncState.FAILED,
        started_at=NOW,
        finished_at=NOW,
        error=asdict(error),
        registry_requests=7,
        repositories_total=2,
        versions_done=3,
        bytes_pulled=5_000_000_000,
    )
    faults = [Fault(FaultCode.TOO_LARGE, f"fault {place}", False, "a/b", f"1.{place}.0") for place in range(3)]
    async with desk.store.writing() as session:
        await session.run_sync(syncs.append_faults, sync.id, faults)
    document = """query($id: ID!, $after: String) { sync(id: $id) { state startedAt finishedAt registryRequests
      error { code message temporary } progress { repositoriesTotal versionsTotal versionsDone bytesPulled }
      faults(first: 2, after: $after) { totalCount nodes { code message repository tag digest temporary }
        pageInfo { hasNextPage endCursor } } } }"""
    shown = (await desk.ask(document, id=encode_id("Sync", sync.id)))["sync"]
    assert shown["error"] == {"code": "CREDENTIALS_REFUSED", "message": "refused", "temporary": False}
    # GraphQL's Int ends there; more bytes than that must not make an error of the whole sync.
    assert shown["progress"] == {
        "repositoriesTotal": 2,
        "versionsTotal": None,
        "versionsDone": 3,
        "bytesPulled": 2**31 - 1,
    }
    assert shown["registryRequests"] == 7
    first = shown["faults"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    rest = (await desk.ask(document, id=encode_id("Sync", sync.id), after=first["pageInfo"]["endCursor"]))["sync"]
    tags = [fault["tag"] for fault in first["nodes"] + rest["faults"]["nodes"]]
    assert tags == ["1.0.0", "1.1.0", "1.2.0"]


async def test_syncs_are_latest_first_and_of_the_registry_asked_for(desk: Desk) -> None:
    one, two = await add_registry(desk.store, "one"), await add_registry(desk.store, "two")
    for registry in (one, two, one):
        await add_sync(desk.store, registry)
    document = """query($registry: ID, $first: Int, $after: String) {
      syncs(registryId: $registry, first: $first, after: $after) {
        totalCount nodes { registry { name } } pageInfo { endCursor } } }"""
    every = (await desk.ask(document))["syncs"]
    assert [node["registry"]["name"] for node in every["nodes"]] == ["one", "two", "one"]
    only = (await desk.ask(document, registry=encode_id("Registry", two.id)))["syncs"]
    assert (only["totalCount"], len(only["nodes"])) == (1, 1)
    page = (await desk.ask(document, first=1))["syncs"]
    behind = (await desk.ask(document, first=1, after=page["pageInfo"]["endCursor"]))["syncs"]
    assert behind["nodes"][0]["registry"]["name"] == "two"
    assert (await desk.ask("query($id: ID!) { sync(id: $id) { state } }", id=encode_id("Sync", 99))) == {"sync": None}
