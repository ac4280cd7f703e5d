"""What survives kill -9, and how a shutdown ends what is open."""

import asyncio
import signal

import pytest

from tests.chart_reader.packing import pack_chart
from tests.journeys.conftest import REGISTER, StartChartroom, registry_input
from tests.real.docker_registry import DockerRegistry
from tests.real.pushing import push_chart

VERSIONS = 120
SYNC = "query Sync($id: ID!) { sync(id: $id) { state progress { versionsAdded versionsDone versionsTotal } } }"


def pushed(registry: DockerRegistry, repository: str) -> None:
    for patch in range(VERSIONS):
        push_chart(registry, repository, pack_chart("app", f"1.0.{patch}", {"README.md": f"# {patch}\n" * 50}))


async def until_stored(chartroom, sync_id: str, at_least: int) -> int:  # type: ignore[no-untyped-def]
    async for frame in chartroom.subscribe(
        """subscription Events($id: ID!) { syncEvents(syncId: $id) { __typename progress { versionsAdded } } }""",
        id=sync_id,
    ):
        if frame["syncEvents"]["progress"]["versionsAdded"] >= at_least:
            return int(frame["syncEvents"]["progress"]["versionsAdded"])
    raise AssertionError("the sync ended before it could be interrupted")


async def test_killed_in_mid_sync_it_goes_on_at_the_next_start_and_pulls_nothing_twice(
    start_chartroom: StartChartroom, shared_docker_registry: DockerRegistry
) -> None:
    repository = "killed/app"
    pushed(shared_docker_registry, repository)
    chartroom = start_chartroom(versions_at_once="1")
    given = registry_input(shared_docker_registry, repository)
    sync_id = chartroom.ask(REGISTER, input=given)["registerRegistry"]["sync"]["id"]
    await until_stored(chartroom, sync_id, 30)

    chartroom.process.kill()
    chartroom.start()

    events = await chartroom.events(sync_id)
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["state"] == "SUCCEEDED"
    stored = [event["version"] for event in events if event["__typename"] == "ChartVersionStored"]
    assert sorted(stored) == sorted({f"1.0.{patch}" for patch in range(VERSIONS)})
    assert chartroom.ask(SYNC, id=sync_id)["sync"] == {
        "state": "SUCCEEDED",
        "progress": {"versionsAdded": VERSIONS, "versionsDone": VERSIONS, "versionsTotal": VERSIONS},
    }
    pulled = shared_docker_registry.log_text.count(f'"GET /v2/{repository}/blobs/')
    # What was pulled and not yet committed when the plug was pulled (up to 64 versions) is pulled again.
    assert VERSIONS <= pulled <= VERSIONS + 65


async def test_cancel_stops_within_a_second_and_keeps_what_is_done(
    start_chartroom: StartChartroom, shared_docker_registry: DockerRegistry
) -> None:
    repository = "cancelled/app"
    pushed(shared_docker_registry, repository)
    chartroom = start_chartroom(versions_at_once="1")
    given = registry_input(shared_docker_registry, repository)
    sync_id = chartroom.ask(REGISTER, input=given)["registerRegistry"]["sync"]["id"]
    await until_stored(chartroom, sync_id, 10)

    cancelled = chartroom.ask(
        "mutation Cancel($id: ID!) { cancelSync(id: $id) { sync { id } userErrors { message } } }", id=sync_id
    )["cancelSync"]
    assert cancelled["userErrors"] == []
    events = await chartroom.events(sync_id)
    assert events[-1]["state"] == "CANCELLED"
    added = events[-1]["progress"]["versionsAdded"]
    assert 10 <= added < VERSIONS
    assert chartroom.ask("{ charts { nodes { versionCount } } }")["charts"]["nodes"] == [{"versionCount": added}]


@pytest.mark.parametrize(
    ("database", "log_format", "given_back"),
    [("sqlite", "json", '"event": "sync.given_back"'), ("postgres", "text", "[info     ] sync.given_back ")],
)
async def test_sigterm_ends_it_cleanly_with_a_subscription_open(
    start_chartroom: StartChartroom,
    shared_docker_registry: DockerRegistry,
    request: pytest.FixtureRequest,
    database: str,
    log_format: str,
    given_back: str,
) -> None:
    repository = f"stopped/{database}"
    pushed(shared_docker_registry, repository)
    chartroom = start_chartroom(
        versions_at_once="1",
        shutdown_grace_seconds="3",
        log_format=log_format,
        **({"database_url": request.getfixturevalue("postgres_url")} if database == "postgres" else {}),
    )
    given = registry_input(shared_docker_registry, repository)
    sync_id = chartroom.ask(REGISTER, input=given)["registerRegistry"]["sync"]["id"]
    watching = asyncio.ensure_future(chartroom.events(sync_id))
    await until_stored(chartroom, sync_id, 5)

    await asyncio.to_thread(chartroom.process.stop, signal.SIGTERM)

    assert chartroom.process.exit_status == 0
    assert "chartroom.stopped" in chartroom.process.log_text
    assert given_back in chartroom.process.log_text
    for alarming in ("Traceback", "[error", "[warning", '"level": "error"', '"level": "warning"', "\\u001b", "\x1b"):
        assert alarming not in chartroom.process.log_text
    await asyncio.wait({watching}, timeout=10)
    assert watching.done()
    watching.exception()
    chartroom.start()
    events = await chartroom.events(sync_id)
    assert events[-1]["state"] == "SUCCEEDED"
    assert [event["__typename"] for event in events].count("ChartVersionStored") == VERSIONS
