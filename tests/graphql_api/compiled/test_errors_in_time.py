"""What a resolver finds out without waiting is told when it would have been, had it waited."""

from collections.abc import Sequence
from typing import Any

import strawberry
from graphql import parse

from app.graphql_api.compiled.ahead import AHEAD
from app.graphql_api.door_schema import DoorSchema
from app.graphql_api.permissions import read_field
from tests.graphql_api.compiled.comparing import executed
from tests.graphql_api.toy_schema import READER, ToyContext


async def read_nothing(_context: Any, _parents: Sequence[Any]) -> None:
    return None


@strawberry.type
class Child:
    @strawberry.field
    def toy(self) -> str | None:
        raise ValueError("no toy")


@strawberry.type
class Parent:
    @strawberry.field(metadata={AHEAD: read_nothing})
    async def child(self) -> Child:
        return Child()

    @strawberry.field(metadata={AHEAD: read_nothing})
    async def lost(self) -> Child:
        raise ValueError("no child")

    @strawberry.field
    def name(self) -> str:
        raise ValueError("no name")


@strawberry.type
class Query:
    @read_field
    def parents(self) -> list[Parent | None]:
        return [Parent(), Parent()]


SCHEMA = DoorSchema(Query)


async def told(text: str) -> list[str]:
    """The errors of both executors, which must be the same ones."""
    answers = [
        await executed(SCHEMA, parse(f"{{ parents {{ {text} }} }}"), ToyContext(READER), {}, compiled)
        for compiled in (False, True)
    ]
    assert answers[0] == answers[1]
    return answers[1].errors


async def test_error_below_what_a_plain_field_makes_null_is_not_told() -> None:
    errors = await told("child { toy } name")
    assert len(errors) == 2
    assert all("no name" in error for error in errors)


async def test_error_of_a_field_that_need_not_wait_comes_after_those_that_never_do() -> None:
    errors = await told("lost { toy } name")
    assert all("no name" in error for error in errors)


async def test_errors_that_nothing_else_makes_null_are_all_told() -> None:
    assert len(await told("child { toy } other: child { toy }")) == 4
