"""Resolvers at their worst: the compiled answer is graphql-core's, errors included."""

import os

import pytest

from tests.graphql_api.compiled.comparing import executed
from tests.graphql_api.compiled.documents import DocumentWriter
from tests.graphql_api.compiled.nasty_schema import POOLS, nasty_schema
from tests.graphql_api.toy_schema import MANAGER, READER, ToyContext

DOCUMENTS = int(os.environ.get("CHARTROOM_COMPARED_DOCUMENTS", "1500"))
SCHEMA = nasty_schema()
PARTS = 15


@pytest.mark.parametrize("part", range(PARTS))
async def test_answer_is_graphql_cores_whatever_resolvers_do(part: int) -> None:
    writer = DocumentWriter(SCHEMA._schema, POOLS, part)
    for number in range(DOCUMENTS // PARTS):
        document = writer.write()
        context = ToyContext(READER if number % 3 else MANAGER)
        expected = await executed(SCHEMA, document.parsed, context, document.variables, compiled=False)
        for _ in range(2):
            answer = await executed(SCHEMA, document.parsed, context, document.variables, compiled=True)
            assert answer == expected, document.text
