"""The demo asks only what the schema has, and its table says what a person wants to know."""

from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, parse, validate

from demo.__main__ import CURL_QUERY
from demo.store_walk import FOLLOW, REGISTER, STORE, chart_table

SCHEMA_FILE = Path(__file__).resolve().parents[2] / "schema.graphql"


@pytest.mark.parametrize("document", [REGISTER, FOLLOW, STORE, CURL_QUERY])
def test_document_is_valid_against_the_schema(document: str) -> None:
    assert validate(build_schema(SCHEMA_FILE.read_text()), parse(document)) == []


def _chart(**facts: Any) -> dict[str, Any]:
    chart = {
        "name": "payments",
        "deprecated": False,
        "versionCount": 5,
        "latestVersion": {"version": "2.0.0", "appVersion": None},
        "latestPrerelease": {"version": "2.0.0"},
        "repository": {"name": "samples/payments", "skippedTags": []},
    }
    return chart | facts


def test_table_has_a_line_for_each_chart_under_its_heading() -> None:
    assert chart_table([_chart()]).splitlines() == [
        "CHART     LATEST  APP  VERSIONS",
        "payments  2.0.0   –    5",
    ]


def test_table_says_which_chart_is_deprecated_and_which_has_a_prerelease() -> None:
    chart = _chart(deprecated=True, latestPrerelease={"version": "2.1.0-rc.1"})
    assert chart_table([chart]).splitlines()[1].endswith("deprecated, 2.1.0-rc.1 is out for trial")


def test_table_ends_with_the_tags_that_are_no_charts() -> None:
    repository = {"name": "samples/payments", "skippedTags": [{"tag": "latest", "reason": "NOT_A_CHART"}]}
    last = chart_table([_chart(repository=repository)]).splitlines()[-1]
    assert last == "skipped: samples/payments:latest (NOT_A_CHART)"
