"""Programs are made once, kept for as long as they are asked for, and are what answers."""

from typing import Any

import pytest

from app.domain.roles import Role
from app.graphql_api.compiled.executor import CompiledExecutor
from app.graphql_api.compiled.programs import VARIANTS_KEPT, Programs
from app.graphql_api.door_schema import DoorSchema
from app.graphql_api.schema import build_schema
from tests.graphql_api.conftest import Desk
from tests.graphql_api.rows import add_chart, add_registry
from tests.graphql_api.toy_schema import ADMIN, READER, ToyContext, toy_schema

PAGE = """query Store($first: Int!, $brief: Boolean = false) { charts(first: $first, search: "pay") {
  totalCount pageInfo { endCursor }
  edges { cursor highlight node { __typename ... on Node { id } ...Told @skip(if: $brief)
    latestVersion { version digest storedAt type annotations dependencies { name } }
    registry { name provider } repository { name state } } } } }
fragment Told on Chart { name keywords deprecated maintainers { name } versions(first: 2) { nodes { version } } }"""


def programs_of(schema: DoorSchema) -> Programs:
    executor: Any = schema.execution_context_class
    return executor.programs  # type: ignore[no-any-return]


async def ask(schema: DoorSchema, text: str, caller: Any = ADMIN, **variables: Any) -> Any:
    name = variables.pop("operation", None)
    return await schema.execute(text, variables, context_value=ToyContext(caller), operation_name=name)


class Strict(CompiledExecutor):
    """Has nothing to fall back on."""

    def execute_field(self, *_: Any) -> Any:
        raise AssertionError("a field was left to graphql-core")

    def complete_value(self, *_: Any) -> Any:
        raise AssertionError("a value was left to graphql-core")


async def test_store_page_is_answered_by_its_program_alone(desk: Desk) -> None:
    registry = await add_registry(desk.store)
    for name in ("payments", "payroll"):
        await add_chart(desk.store, registry, f"charts/{name}", ("1.0.0", "2.0.0"), keywords=["pay"])
    schema = build_schema()
    schema.execution_context_class = type("StrictOfSchema", (Strict,), {"programs": programs_of(schema)})
    answer = await schema.execute(PAGE, {"first": 20}, context_value=desk.context(Role.READER))
    assert answer.errors is None
    assert {edge["node"]["name"] for edge in answer.data["charts"]["edges"]} == {"payments", "payroll"}


async def test_nothing_is_compiled_where_it_is_switched_off() -> None:
    schema = toy_schema(documents_compiled=False)
    assert not issubclass(schema.execution_context_class, CompiledExecutor)
    assert (await ask(schema, "{ hello }")).data == {"hello": "world"}


async def test_program_is_made_once_for_a_document() -> None:
    schema = toy_schema()
    for _ in range(3):
        assert (await ask(schema, "{ hello }")).data == {"hello": "world"}
    assert len(programs_of(schema)) == 1


async def test_each_operation_of_a_document_has_its_own() -> None:
    schema = toy_schema()
    text = "query One { hello } query Two { now }"
    assert (await ask(schema, text, operation="One")).data == {"hello": "world"}
    assert (await ask(schema, text, operation="Two")).data == {"now": "2026-11-23T08:00:00Z"}
    assert (await ask(schema, text, operation="One")).data == {"hello": "world"}
    assert len(programs_of(schema)) == 2


async def test_each_answer_to_skip_and_include_has_its_own() -> None:
    schema = toy_schema()
    text = "query Q($a: Boolean!, $b: Boolean!) { hello @skip(if: $a) now @include(if: $b) __typename }"
    for a in (True, False):
        for b in (True, False):
            data = (await ask(schema, text, a=a, b=b)).data
            assert ("hello" in data, "now" in data) == (not a, b)
    assert len(programs_of(schema)) == 4


async def test_condition_without_a_value_is_graphql_cores_to_refuse() -> None:
    schema = toy_schema()
    text = "query Q($a: Boolean = true) { hello @skip(if: $a) }"
    (error,) = (await ask(schema, text, a=None)).errors
    assert "Boolean!" in error.message
    assert len(programs_of(schema)) == 0


async def test_the_least_recently_used_operation_is_forgotten() -> None:
    schema = toy_schema()
    programs = Programs(schema, operations_kept=3)
    schema.execution_context_class = type("Few", (CompiledExecutor,), {"programs": programs})
    for number in range(10):
        assert (await ask(schema, f"{{ a{number}: hello }}")).data == {f"a{number}": "world"}
    assert len(programs) == 3


async def test_variants_of_one_operation_are_bounded() -> None:
    schema = toy_schema()
    names = "abcdefgh"
    head = ", ".join(f"${name}: Boolean!" for name in names)
    body = " ".join(f"{name}: hello @skip(if: ${name})" for name in names)
    for number in range(40):
        chosen = {name: bool(number >> place & 1) for place, name in enumerate(names)}
        data = (await ask(schema, f"query Q({head}) {{ {body} __typename }}", **chosen)).data
        assert set(data) == {name for name in names if not chosen[name]} | {"__typename"}
    assert len(programs_of(schema)) == VARIANTS_KEPT


async def test_arguments_are_those_of_each_request() -> None:
    schema = toy_schema()
    text = "query Q($first: Int!) { books(first: $first) { nodes { related(first: $first) { nodes { name } } } } }"
    for first in (1, 3, 2):
        nodes = (await ask(schema, text, first=first)).data["books"]["nodes"]
        assert [len(node["related"]["nodes"]) for node in nodes] == [first] * first


@pytest.mark.parametrize("caller", [READER, ADMIN])
async def test_rights_are_asked_each_time(caller: Any) -> None:
    schema = toy_schema()
    text = "{ secrets books(first: 1) { nodes { price } } }"
    await ask(schema, text, ADMIN)
    answer = await ask(schema, text, caller)
    codes = [error.extensions["code"] for error in answer.errors or ()]
    assert codes == (["FORBIDDEN"] * 2 if caller is READER else [])
    assert answer.data["secrets"] == (None if caller is READER else "all")


async def test_what_a_client_wrote_is_in_no_source() -> None:
    schema = toy_schema()
    hostile = '"); raise SystemExit; ("'
    answer = await ask(schema, "query Q($t: String!) { echo(text: $t) __class__: hello }", t=hostile)
    assert answer.data == {"echo": {"at": "None", "digest": None, "text": hostile}, "__class__": "world"}
