from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.graphql_api.errors import BadArgument
from app.graphql_api.scalars import read_digest, read_instant, write_instant
from tests.graphql_api.toy_schema import READER, ToyContext, toy_schema

SCHEMA = toy_schema()


async def answer(query: str, **variables: Any) -> Any:
    return await SCHEMA.execute(query, context_value=ToyContext(READER), variable_values=variables)


def test_scalars_are_printed_as_in_the_contract() -> None:
    lines = SCHEMA.as_str().splitlines()
    assert [line for line in lines if line.startswith("scalar ")] == [
        "scalar DateTime",
        "scalar Digest",
        "scalar JSON",
    ]


async def test_instant_is_written_in_utc_with_z() -> None:
    assert (await answer("{now}")).data == {"now": "2026-11-23T08:00:00Z"}


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))), "2026-01-02T01:04:05Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 60, tzinfo=UTC), "2026-01-02T03:04:05.000060Z"),
    ],
)
def test_instant_of_another_offset_is_written_as_utc(instant: datetime, text: str) -> None:
    assert write_instant(instant) == text
    assert read_instant(text) == instant


async def test_naive_datetime_is_a_masked_error_and_never_sent() -> None:
    with capture_logs() as lines:
        result = await answer("{naive}")
    assert result.data == {"naive": None}
    assert result.errors[0].extensions["code"] == "INTERNAL"
    assert len(lines) == 1


@pytest.mark.parametrize("text", ["2026-11-23T10:00:00+02:00", "2026-11-23t08:00:00z", "2026-11-23T08:00:00.000Z"])
async def test_instant_is_read_in_any_offset(text: str) -> None:
    result = await answer("query($at: DateTime){echo(at: $at)}", at=text)
    assert result.data["echo"]["at"] == "2026-11-23 08:00:00+00:00"


@pytest.mark.parametrize(
    "value",
    ["2026-11-23T08:00:00", "2026-11-23", "2026-W48-1", "yesterday", "", "2026-13-01T00:00:00Z", 5, None, True,
     "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-23T08:00:00Z\n", "２026-11-23T08:00:00Z"],
)  # fmt: skip
def test_instant_is_refused_when_it_is_none(value: object) -> None:
    with pytest.raises(BadArgument):
        read_instant(value)


async def test_bad_scalar_is_an_ordinary_error_in_literal_and_variable() -> None:
    with capture_logs() as lines:
        for result in (
            await answer('{echo(at: "2026-11-23T08:00:00")}'),
            await answer("query($at: DateTime){echo(at: $at)}", at="2026-11-23T08:00:00"),
        ):
            assert "offset included" in result.errors[0].message
    assert lines == []


@pytest.mark.parametrize("value", ["sha256:" + "a" * 64, "sha512:" + "0" * 128, "blake3+x:" + "0" * 64])
def test_digest_is_read_as_it_is(value: str) -> None:
    assert read_digest(value) == value


@pytest.mark.parametrize(
    "value",
    ["", "sha256:", "sha256:" + "a" * 63, "sha256:" + "A" * 64, "SHA256:" + "a" * 64, "sha256:" + "g" * 64, "a" * 64,
     "sha256:" + "a" * 64 + "\n", "sha256:../../" + "a" * 58, 5, None],
)  # fmt: skip
def test_digest_is_refused_when_it_is_none(value: object) -> None:
    with pytest.raises(BadArgument):
        read_digest(value)
