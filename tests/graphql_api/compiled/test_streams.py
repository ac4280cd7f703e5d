"""Events of a subscription are answered by a program too, each with errors of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import strawberry

from app.domain.roles import Role
from app.domain.sync_events import SyncState
from app.graphql_api.door_schema import DoorSchema
from app.graphql_api.paging import encode_id
from app.graphql_api.permissions import read_field, read_subscription
from app.graphql_api.schema import build_schema
from tests.graphql_api.compiled.comparing import Answer
from tests.graphql_api.compiled.test_programs import Strict, programs_of
from tests.graphql_api.conftest import Desk
from tests.graphql_api.rows import add_chart, add_registry, add_sync
from tests.graphql_api.test_sync_events import EVENTS, STORY, add_story
from tests.graphql_api.toy_schema import READER, ToyContext


@strawberry.interface
class Told:
    number: int

    @strawberry.field
    def sound(self) -> int | None:
        if self.number == 2:
            raise ValueError("two is not sound")
        return self.number

    @strawberry.field
    async def late(self) -> str | None:
        await asyncio.sleep(0)
        if self.number == 3:
            raise ValueError("three came too late")
        return "late"


@strawberry.type
class Few(Told):
    few: bool = True


@strawberry.type
class Many(Told):
    @strawberry.field
    def never_null(self) -> str:
        if self.number == 5:
            raise ValueError("five breaks its word")
        return "many"


@strawberry.type
class Query:
    @read_field
    def hello(self) -> str:
        return "world"


@strawberry.type
class Subscription:
    @read_subscription
    async def told(self, end: int) -> AsyncIterator[Told | None]:
        for number in range(1, end):
            yield (Few if number < 4 else Many)(number=number) if number != 6 else None


DOCUMENT = """subscription Watch($end: Int!, $brief: Boolean = false) { told(end: $end) {
  __typename number sound again: sound @skip(if: $brief) late ... on Few { few } ...OfMany } }
fragment OfMany on Many { neverNull }"""


async def told(schema: DoorSchema, **variables: Any) -> list[Answer]:
    frames: Any = await schema.subscribe(DOCUMENT, variables, context_value=ToyContext(READER))
    async with aclosing(frames):
        return [Answer.of(frame.data, frame.errors) async for frame in frames]


def schema(*, compiled: bool) -> DoorSchema:
    return DoorSchema(Query, subscription=Subscription, types=[Few, Many], documents_compiled=compiled)


async def test_events_are_answered_as_without_programs() -> None:
    by_program, by_library = schema(compiled=True), schema(compiled=False)
    for variables in ({"end": 8}, {"end": 8, "brief": True}, {"end": 1}, {"end": "x"}):
        expected = await told(by_library, **variables)
        assert await told(by_program, **variables) == expected
    assert [len(answer.errors) for answer in await told(by_program, end=8)] == [0, 2, 1, 0, 1, 0, 0]
    assert len(programs_of(by_program)) == 2


ACTIVITY = """subscription { syncActivity { state registry { name
  repositories(first: 5) { nodes { name registry { name } skippedTags { tag } } } } } }"""


async def test_rows_are_read_ahead_for_events_too(desk: Desk) -> None:
    registry = await add_registry(desk.store, "acme")
    for name in ("charts/one", "charts/two"):
        await add_chart(desk.store, registry, name, ("1.0.0",))
    await add_sync(desk.store, registry, state=SyncState.RUNNING)
    frames = desk.stream(ACTIVITY)
    async with aclosing(frames), asyncio.timeout(20):
        answer = await anext(frames)
    assert answer.errors is None
    assert answer.data["syncActivity"]["registry"]["repositories"]["nodes"] == [
        {"name": name, "registry": {"name": "acme"}, "skippedTags": []} for name in ("charts/one", "charts/two")
    ]


async def test_sync_events_are_answered_by_their_program_alone(desk: Desk) -> None:
    sync = await add_sync(desk.store, await add_registry(desk.store), state=SyncState.PARTIAL, last_sequence=len(STORY))
    await add_story(desk, sync)
    schema = build_schema()
    schema.execution_context_class = type("StrictOfSchema", (Strict,), {"programs": programs_of(schema)})
    variables = {"id": encode_id("Sync", sync.id), "after": 0}
    frames: Any = await schema.subscribe(EVENTS, variables, context_value=desk.context(Role.READER))
    async with aclosing(frames):
        seen = [frame async for frame in frames]
    assert [frame.errors for frame in seen] == [None] * len(STORY)
    assert [frame.data["syncEvents"]["sequence"] for frame in seen] == list(range(1, len(STORY) + 1))
