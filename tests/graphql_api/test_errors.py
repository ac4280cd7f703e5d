import logging
from typing import Any

import pytest
import structlog
from graphql import GraphQLError
from structlog.testing import capture_logs

from app.domain.errors import Invalid, Refusals
from app.graphql_api.errors import shown_error
from tests.graphql_api.toy_schema import READER, ToyContext, toy_schema

SCHEMA = toy_schema()


async def run(query: str, schema: Any = SCHEMA, **options: Any) -> list[Any]:
    """Every result of an operation, as a WebSocket gets them."""
    return [result async for result in await schema.stream(query, context_value=ToyContext(READER), **options)]


async def test_unexpected_error_is_masked_and_logged_under_the_same_id() -> None:
    with capture_logs() as lines:
        result = await SCHEMA.execute("{broken}", context_value=ToyContext(READER))
    (error,) = result.errors or []
    assert result.data == {"broken": None}
    assert error.path == ["broken"]
    assert error.extensions["code"] == "INTERNAL"
    assert error.message.startswith("Something went wrong on our side.")
    assert error.extensions["errorId"] in error.message
    assert "secret" not in str(error.formatted)
    (line,) = lines
    assert line["error_id"] == error.extensions["errorId"]
    assert isinstance(line["exc_info"], RuntimeError) and line["path"] == ["broken"]


async def test_the_log_holds_neither_document_nor_variables() -> None:
    with capture_logs() as lines:
        query = "query Q($p: String!){broken(password:$p)}"
        await SCHEMA.execute(query, context_value=ToyContext(READER), variable_values={"p": "hunter2"})
    text = str([{key: value for key, value in line.items() if key != "exc_info"} for line in lines])
    assert lines and "hunter2" not in text and "query Q" not in text


async def test_the_library_logs_no_documents(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await SCHEMA.execute("{broken nothing}", context_value=ToyContext(READER))
        await SCHEMA.execute('{broken(password:"hunter2")}', context_value=ToyContext(READER))
    assert [record for record in caplog.records if record.name.startswith("strawberry")] == []


async def test_unexpected_error_is_masked_in_a_stream_before_and_after_its_start() -> None:
    with capture_logs() as lines:
        started = await run("subscription{breaks}")
        single = await run("{broken}")
    for results in (started, single):
        (error,) = results[-1].errors
        assert error.extensions["code"] == "INTERNAL" and "secret" not in str(error.formatted)
    assert started[0].data == {"breaks": 0}
    assert len(lines) == 2


async def test_unexpected_error_shows_when_masking_is_off() -> None:
    with capture_logs():
        (result,) = await run("{broken}", toy_schema(errors_masked=False))
    assert "RuntimeError: the secret inside" in result.errors[0].message
    assert result.errors[0].extensions["code"] == "INTERNAL"


async def test_refusal_of_a_lower_layer_passes_with_its_code() -> None:
    with capture_logs() as lines:
        (result,) = await run("{missing}")
    (error,) = result.errors
    assert (error.message, error.extensions) == ("There is no such book.", {"code": "NOT_FOUND"})
    assert lines == []


def test_refusals_pass_together() -> None:
    refusals = Refusals([Invalid("One is wrong."), Invalid("Two is wrong.")])
    error = shown_error(GraphQLError("x", original_error=refusals), masked=True)
    assert (error.message, error.extensions) == ("One is wrong.; Two is wrong.", {"code": "INVALID"})


@pytest.mark.parametrize("query", ["{hell", "{nothing}", '{echo(digest: "x")}', "query($d:Digest){echo(digest:$d)}"])
async def test_errors_of_the_document_and_its_variables_are_not_masked(query: str) -> None:
    with capture_logs() as lines:
        (result,) = await run(query, variable_values={"d": "nonsense"})
    assert all("Something went wrong" not in error.message for error in result.errors)
    assert lines == []


def test_every_unexpected_error_has_an_id_of_its_own() -> None:
    structlog.reset_defaults()
    with capture_logs():
        ids = {
            shown_error(GraphQLError("x", original_error=ValueError()), masked=True).extensions["errorId"]
            for _ in range(50)
        }
    assert len(ids) == 50
