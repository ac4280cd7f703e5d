from typing import Any

import pytest
from graphql import get_introspection_query, parse

from app.graphql_api.door_schema import DoorSchema
from app.graphql_api.limits import QueryLimits
from app.graphql_api.query_shape import ShapeMeasurer
from tests.graphql_api.toy_schema import READER, ToyContext, toy_schema

SCHEMA = toy_schema()


async def answer(query: str, schema: DoorSchema = SCHEMA, **options: Any) -> Any:
    return await schema.execute(query, context_value=ToyContext(READER), **options)


async def refusal(query: str, schema: DoorSchema = SCHEMA, **options: Any) -> dict[str, Any]:
    """The extensions of the only error."""
    result = await answer(query, schema, **options)
    assert result.data is None
    (error,) = result.errors
    return dict(error.extensions or {})


def too_complex(measure: str, limit: int, actual: int) -> dict[str, Any]:
    return {"code": "QUERY_TOO_COMPLEX", "measure": measure, "limit": limit, "actual": actual}


def nested(levels: int) -> str:
    """A query of so many levels of fields; an even number."""
    pairs = (levels - 2) // 2
    return "{named(ids:[1]){... on Book{" + "shelf{books{" * pairs + "name" + "}}" * pairs + "}}}"


async def test_depth_is_let_through_up_to_its_limit_and_no_further() -> None:
    roomy = toy_schema(limits=QueryLimits(nodes_max=10**9))
    assert (await answer(nested(12), roomy)).errors is None
    assert await refusal(nested(14), roomy) == too_complex("depth", 12, 14)


async def test_depth_counts_through_fragments() -> None:
    inside = "fragment f on Book{shelf{books{shelf{books{shelf{books{name}}}}}}}"
    query = "{named(ids:[]){... on Book{shelf{books{shelf{books{shelf{books{...f}}}}}}}}}" + inside
    assert await refusal(query) == too_complex("depth", 12, 14)


async def test_aliases_are_counted_as_often_as_their_fragment_is_spread() -> None:
    assert (await answer("{" + " ".join(f"a{n}:hello" for n in range(15)) + "}")).errors is None
    query = "{" + " ".join(f"a{n}:hello" for n in range(16)) + "}"
    assert await refusal(query) == too_complex("aliases", 15, 16)
    spread = "{books{nodes{...f} edges{node{...f}}}} fragment f on Book{" + " ".join(f"a{n}:name" for n in range(8))
    assert await refusal(spread + "}") == too_complex("aliases", 15, 16)


async def test_repeats_of_one_field_are_refused_before_the_quadratic_validation() -> None:
    assert await refusal("{" + "hello " * 11 + "}") == too_complex("repeats of one field", 10, 11)
    assert (await answer("{" + "hello " * 10 + "}")).errors is None


async def test_repeats_are_refused_in_a_fragment_that_nothing_spreads() -> None:
    query = "{hello} fragment f on Book{" + "name " * 11 + "}"
    assert await refusal(query) == too_complex("repeats of one field", 10, 11)


@pytest.mark.parametrize("text", ["{" + "hello " * 1000 + "}", "{hello" + " @skip(if:false)" * 200 + "}"])
async def test_tokens_are_bounded(text: str) -> None:
    result = await answer(text)
    assert "more than 1000 tokens" in result.errors[0].message


@pytest.mark.parametrize("text", ["{a" * 400 + "}" * 400, "{echo(text:" + "[" * 450 + "]" * 450 + ")}"])
async def test_deep_nesting_is_a_syntax_error_and_no_crash(text: str) -> None:
    result = await answer(text)
    assert "nested too deeply" in result.errors[0].message


def doubling(fragments: int) -> str:
    """Each fragment spreads the next one twice: 2^fragments fields when expanded."""
    parts = [f"fragment f{n} on Book{{...f{n + 1} ...f{n + 1}}}" for n in range(fragments)]
    return "{named(ids:[1]){...f0}} " + " ".join(parts) + f" fragment f{fragments} on Book{{x:name}}"


def test_shape_visits_each_selection_once_whatever_spreads_it() -> None:
    document = parse(doubling(60))
    measurer = ShapeMeasurer(document)
    for definition in document.definitions:
        shape = measurer.shape_of(definition.selection_set)  # type: ignore[attr-defined]
    # 60 fragments of two spreads and one field, once by definition and once by spread; the operation has two.
    assert measurer.visits <= 2 * (60 * 2 + 1) + 2
    assert shape.aliases == 1


@pytest.mark.timeout(10)
async def test_doubling_fragments_are_refused_at_once() -> None:
    query = doubling(25)
    assert len(query) < 1_100
    extensions = await refusal(query)
    assert extensions == too_complex("aliases", 15, 2**25)
    assert await refusal(doubling(60)) == too_complex("aliases", 15, 2**31 - 1)


@pytest.mark.timeout(10)
async def test_doubling_fragments_without_aliases_cost_one_visit_each() -> None:
    result = await answer(doubling(25).replace("x:name", "name"))
    assert result.errors is None


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "query",
    [
        "{books{nodes{...a}}} fragment a on Book{...a}",
        "{books{nodes{...a}}} fragment a on Book{shelf{books{...b}}} fragment b on Book{shelf{books{...a}}}",
    ],
)
async def test_fragments_in_a_circle_are_refused(query: str) -> None:
    result = await answer(query)
    assert "Cannot spread fragment" in result.errors[0].message


async def test_introspection_of_graphiql_passes() -> None:
    query = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
        one_of=True,
    )
    result = await answer(query)
    assert result.errors is None
    assert result.data["__schema"]["queryType"]["name"] == "Query"


async def test_introspection_depth_has_its_own_limit() -> None:
    deep = '{__type(name:"Book"){' + "ofType{" * 15 + "name" + "}" * 15 + "}}"
    assert await refusal(deep) == too_complex("introspection depth", 16, 17)


async def test_introspection_lists_within_lists_are_refused() -> None:
    query = "{__schema{types{fields{type{...t}}}}} fragment t on __Type{fields{type{name}}}"
    assert await refusal(query) == too_complex("introspection lists", 1, 2)


async def test_introspection_is_refused_when_switched_off_and_typename_is_not() -> None:
    schema = toy_schema(introspection_allowed=False)
    result = await answer("{__schema{types{name}}}", schema)
    assert "introspection" in result.errors[0].message.lower()
    assert (await answer("{__typename hello}", schema)).data == {"__typename": "Query", "hello": "world"}
    suggestion = await answer("{hell}", schema)
    assert "hello" not in suggestion.errors[0].message


@pytest.mark.parametrize(
    ("query", "nodes"),
    [
        ("{hello}", 0),
        ("{books{nodes{name}}}", 20),
        ("{books(first:7){nodes{name tags}}}", 7),
        ("{books(first:7){edges{cursor node{name}} pageInfo{endCursor}}}", 7),
        ("{books(first:7){nodes{shelf{name}}}}", 14),
        ("{books(first:7){nodes{shelf{books{name}}}}}", 7 + 7 * (1 + 10)),
        ("{books(first:7){nodes{related(first:5){nodes{name}}}}}", 7 + 35),
        ("{books(first:7){nodes{...f}}} fragment f on Book{related{nodes{name}}}", 7 + 140),
        ("{a:books(first:7){...f} b:books(first:9){...f}} fragment f on BookConnection{nodes{name}}", 16),
        ("{named(ids:[1,2,3]){name}}", 3),
        ("{named(ids:[1,2,3]){... on Book{related(first:4){nodes{name}}}}}", 15),
        ("query($n:Int!){books(first:$n){nodes{name}}}", 11),
        ("query($n:Int=9){books(first:$n){nodes{name}}}", 11),
        ("query($m:Int=9){books(first:$m){nodes{name}}}", 9),
        ("query($m:Int){books(first:$m){nodes{name}}}", 20),
        ("query($ids:[ID!]!){named(ids:$ids){name}}", 2),
        ("subscription{books(first:3){nodes{name}}}", 3),
    ],
)
async def test_nodes_are_counted_by_first(query: str, nodes: int) -> None:
    variables = {"n": 11, "ids": ["a", "b"]}
    under = toy_schema_with_nodes(nodes)
    result = await anext(await under.stream(query, context_value=ToyContext(READER), variable_values=variables))
    assert result.errors is None
    if nodes:
        extensions = await refusal(query, toy_schema_with_nodes(nodes - 1), variable_values=variables)
        assert extensions == too_complex("nodes asked for", nodes - 1, nodes)


def toy_schema_with_nodes(nodes_max: int) -> DoorSchema:
    return toy_schema(limits=QueryLimits(nodes_max=nodes_max))


async def test_nodes_are_counted_anew_when_only_the_variables_differ() -> None:
    query = "query($n:Int!){books(first:$n){nodes{related(first:100){nodes{name}}}}}"
    assert (await answer(query, variable_values={"n": 2})).errors is None
    assert await refusal(query, variable_values={"n": 100}) == too_complex("nodes asked for", 10_000, 10_100)
    assert (await answer(query, variable_values={"n": 2})).errors is None


async def test_what_a_number_costs_is_not_taken_for_what_is_none() -> None:
    query = "query($n:Int){books(first:$n){nodes{related(first:100){nodes{name}}}}}"
    for _ in range(2):
        for number in ({"n": 1}, {}):
            assert (await answer(query, variable_values=number)).errors is None
        for no_number in (True, "1", None):
            refused = await refusal(query, variable_values={"n": no_number})
            assert refused == too_complex("nodes asked for", 10_000, 10_100)


@pytest.mark.parametrize("first", ["0", "-1", "101", "2147483647"])
async def test_first_is_refused_when_outside_one_page(first: str) -> None:
    assert (await refusal(f"{{books(first:{first}){{nodes{{name}}}}}}"))["code"] == "BAD_PAGE_SIZE"
    query = "query($n:Int){books(first:$n){nodes{name}}}"
    assert (await refusal(query, variable_values={"n": int(first)}))["code"] == "BAD_PAGE_SIZE"


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{books(first:" + "9" * 5000 + "){nodes{name}}}", {}),
        ("query($n:Int=" + "9" * 5000 + "){books(first:$n){nodes{name}}}", {}),
        ("query($n:Int){books(first:$n){nodes{name}}}", {"n": "many"}),
        ("query($n:Int){books(first:$n){nodes{name}}}", {"n": {"a": [1]}}),
        ("{books(first:true){nodes{name}}}", {}),
        ("{echo(at:" + "9" * 5000 + ")}", {}),
        ("{hello} query B{hello}", {}),
    ],
)
async def test_nonsense_is_an_ordinary_error(query: str, variables: dict[str, Any]) -> None:
    result = await answer(query, variable_values=variables)
    assert result.errors
    assert all((error.extensions or {}).get("code") != "INTERNAL" for error in result.errors)


async def test_limits_hold_for_subscriptions_and_for_each_transport_alike() -> None:
    schema = toy_schema(limits=QueryLimits(depth_max=2))
    for query in ("subscription{books{nodes{name}}}", "{books{nodes{name}}}"):
        stream = await schema.stream(query, context_value=ToyContext(READER))
        results = [result async for result in stream]
        assert [error.extensions["code"] for error in results[0].errors] == ["QUERY_TOO_COMPLEX"]
        assert len(results) == 1


async def test_syntax_errors_reach_a_stream_too() -> None:
    results = [result async for result in await SCHEMA.stream("{hello", context_value=ToyContext(READER))]
    assert "Syntax Error" in results[0].errors[0].message


async def test_validation_errors_are_the_same_when_the_document_comes_again() -> None:
    messages = [(await answer("{nothing}")).errors[0].message for _ in range(3)]
    assert messages == [messages[0]] * 3 and "nothing" in messages[0]


async def test_the_operation_that_runs_is_the_one_that_is_measured() -> None:
    query = "query A{books(first:1){nodes{name}}} query B{books(first:2){nodes{name}}}"
    schema = toy_schema_with_nodes(1)
    assert (await answer(query, schema)).data == {"books": {"nodes": [{"name": "b0"}]}}
    assert (await answer(query, schema, operation_name="A")).errors is None
    extensions = await refusal(query, schema, operation_name="B")
    assert extensions == too_complex("nodes asked for", 1, 2)
