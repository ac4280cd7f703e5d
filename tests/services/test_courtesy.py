"""Syncs give way to whoever waits for an answer of the same process, and lose nothing by it."""

from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from app.domain.sync_events import SyncState
from app.graphql_api.http_door import HttpDoor
from app.services.authorising import Caller
from app.services.courtesy import SHARE, Courtesy
from app.services.pulling import LOOK_SECONDS, PULL_SECONDS
from app.services.syncing import Syncing
from tests.chart_reader.packing import pack_chart
from tests.graphql_api.toy_schema import READER, ToyContext, toy_schema
from tests.real.docker_registry import DockerRegistry
from tests.real.pushing import push_chart
from tests.services.conftest import Room
from tests.services.test_syncing import sync_again, sync_row


class Watch:
    """A clock that goes on by itself only where somebody sleeps, and how long that was."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def courtesy(watch: Watch) -> Courtesy:
    return Courtesy(lambda: watch.now, watch.sleep)


async def test_nobody_is_held_up_when_nobody_waits(courtesy: Courtesy, watch: Watch) -> None:
    with courtesy:
        pass
    for _ in range(100):
        await courtesy.turn(1.0)
    assert watch.slept == []


async def test_work_takes_its_share_of_the_time_while_somebody_waits(courtesy: Courtesy, watch: Watch) -> None:
    with courtesy, courtesy:
        for _ in range(4):
            await courtesy.turn(0.1)
    one = 0.1 / SHARE
    assert watch.slept == pytest.approx([one, 2 * one, 3 * one])


async def test_what_was_not_done_in_time_gives_no_right_to_a_burst(courtesy: Courtesy, watch: Watch) -> None:
    with courtesy:
        await courtesy.turn(0.1)
        watch.now = 1000.0
        await courtesy.turn(0.1)
        await courtesy.turn(0.1)
    assert watch.slept == pytest.approx([0.1 / SHARE])


async def test_small_work_goes_on_until_it_has_become_much(courtesy: Courtesy, watch: Watch) -> None:
    with courtesy:
        for _ in range(20):
            await courtesy.turn(0.0001)
    assert 0 < len(watch.slept) < 20


def test_somebody_waits_whom_the_door_knows_and_until_the_answer_is_there(courtesy: Courtesy) -> None:
    waited: list[tuple[str, bool]] = []

    async def authenticate(bearer: str) -> Caller | None:
        waited.append(("asked for a token", courtesy.somebody_waits))
        return READER if bearer == "known" else None

    def make_context(caller: Caller | None) -> ToyContext:
        waited.append(("answered", courtesy.somebody_waits))
        return ToyContext(caller)

    door = HttpDoor(toy_schema(), authenticate, make_context, courtesy=courtesy)
    client = TestClient(Starlette(routes=[Route("/graphql", door)]))
    for token, content in (("known", '{"query": "{ hello }"}'), ("known", "no JSON"), ("stranger", "")):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        client.post("/graphql", content=content, headers=headers)
        assert not courtesy.somebody_waits
    assert set(waited) == {("asked for a token", False), ("answered", True)}


async def test_sync_gives_way_for_each_version_and_stores_them_all(
    room: Room, shared_docker_registry: DockerRegistry, courtesy: Courtesy, watch: Watch
) -> None:
    for number in range(30):
        push_chart(shared_docker_registry, "beside/payments", pack_chart("payments", f"1.0.{number}"))
    registry, sync = await room.register(shared_docker_registry, "beside/payments")
    syncing = Syncing(replace(room.tools, courtesy=courtesy))
    with courtesy:
        assert await syncing.run(sync.id)
        assert max(watch.slept) == pytest.approx(29 * PULL_SECONDS / SHARE)
        row = await sync_row(room, sync.id)
        assert (row.state, row.versions_added) == (SyncState.SUCCEEDED, 30)

        watch.slept.clear()
        watch.now = 1000.0
        room.syncing = syncing
        row = await sync_again(room, registry.id)
    assert (row.state, row.versions_unchanged) == (SyncState.SUCCEEDED, 30)
    assert max(watch.slept) == pytest.approx(29 * LOOK_SECONDS / SHARE)
