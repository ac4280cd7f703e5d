"""Resolvers at their worst: the compiled answer is graphql-core's, errors included."""

import os

import pytest
from graphql import parse

from tests.graphql_api.compiled.comparing import executed
from tests.graphql_api.compiled.documents import DocumentWriter, object_type
from tests.graphql_api.compiled.nasty_schema import POOLS, nasty_schema
from tests.graphql_api.toy_schema import MANAGER, READER, ToyContext

DOCUMENTS = int(os.environ.get("CHARTROOM_COMPARED_DOCUMENTS", "1200")) * 4 // 5
SCHEMA = nasty_schema()
PARTS = 8


@pytest.mark.parametrize("name", object_type(SCHEMA._schema, "Leaf").fields)
async def test_every_value_a_leaf_may_have_is_written_as_graphql_core_writes_it(name: str) -> None:
    document = parse(f"query Q($seed: Int!) {{ leaf(seed: $seed) {{ {name} }} }}")
    for seed in range(150):
        expected = await executed(SCHEMA, document, ToyContext(READER), {"seed": seed}, compiled=False)
        assert await executed(SCHEMA, document, ToyContext(READER), {"seed": seed}, compiled=True) == expected


# A field that was cancelled before it began leaves its coroutine unawaited, with either executor.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <coroutine object:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("part", range(PARTS))
async def test_answer_is_graphql_cores_whatever_resolvers_do(part: int) -> None:
    writer = DocumentWriter(SCHEMA._schema, POOLS, part)
    compared = equal = 0
    for number in range(DOCUMENTS // PARTS):
        document = writer.write()
        context = ToyContext(READER if number % 3 else MANAGER)
        expected = await executed(SCHEMA, document.parsed, context, document.variables, compiled=False)
        for _ in range(2):
            answer = await executed(SCHEMA, document.parsed, context, document.variables, compiled=True)
            assert answer.agrees_with(expected), document.text
            compared, equal = compared + 1, equal + (answer.errors == expected.errors)
    # Which errors are told may differ where several take away the same place, and hardly ever does.
    assert equal >= compared * 0.98
