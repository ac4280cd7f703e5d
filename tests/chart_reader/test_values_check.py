"""Values are judged as an installation would judge them; Helm itself is asked where it can be."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.chart_reader.answers import ValuesVerdict
from app.chart_reader.errors import ArchiveTooLarge, MalformedChart
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.values_check import check_values
from tests.chart_reader.packing import pack_chart
from tests.real.helm_client import Helm, HelmError

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["image"],
    "properties": {
        "replicas": {"type": "integer", "minimum": 1},
        "image": {"type": "object", "properties": {"tag": {"type": "string", "pattern": "^v[0-9]+$"}}},
        "a/b": {"type": "string"},
    },
}
INNER = {
    "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
    "charts/db/values.yaml": "port: 5432\n",
    "charts/db/values.schema.json": json.dumps({"properties": {"port": {"type": "integer"}, "global": {}}}),
}
FILES = {"values.yaml": "replicas: 1\nimage: {tag: v1}\n", "values.schema.json": json.dumps(SCHEMA), **INNER}


def packed(schema: Any = None, **more: str) -> bytes:
    files: dict[str, bytes | str] = {**FILES, **more}
    if schema is not None:
        files["values.schema.json"] = schema if isinstance(schema, str) else json.dumps(schema)
    return pack_chart("app", "1.0.0", files)


def check(given: str, archive: bytes | None = None, **limits: int) -> ValuesVerdict:
    return check_values(archive or packed(), given, ReadingLimits(**limits))  # type: ignore[arg-type]


def pointers(given: str) -> list[str]:
    return [problem.pointer for problem in check(given).problems]


JUDGED = {
    "replicas: 3": [],
    "": [],
    "replicas: many": ["/replicas"],
    "replicas: 0\nimage: {tag: latest}": ["/image/tag", "/replicas"],
    "image: null": [""],
    "image: {tag: null}": [],
    "a/b: 1": ["/a~1b"],
    "db: {port: http}": ["/db/port"],
    "db: 5": ["/db"],
    "- a": [""],
    "a: [": [""],
}


@pytest.mark.parametrize(("given", "expected"), JUDGED.items())
def test_problems_are_found_where_helm_finds_any(given: str, expected: list[str], helm: Helm, tmp_path: Path) -> None:
    assert sorted(pointers(given)) == expected
    (tmp_path / "app.tgz").write_bytes(packed())
    (tmp_path / "given.yaml").write_text(given)
    refused = False
    try:
        helm.run("template", str(tmp_path / "app.tgz"), "--values", str(tmp_path / "given.yaml"))
    except HelmError:
        refused = True
    assert refused == bool(expected)


def test_problem_says_what_is_wrong_for_people() -> None:
    (problem,) = check("replicas: many").problems
    assert problem.message == '"many" is not of type "integer".'


def test_yaml_that_is_none_is_a_problem_and_says_where() -> None:
    (problem,) = check("a: 1\nb: [").problems
    assert problem.message.startswith("It is no YAML:") and "line" in problem.message


def test_chart_without_schemas_takes_any_values_and_says_so() -> None:
    assert check("x: 1", pack_chart()) == ValuesVerdict(False, ())
    assert check("x: 1", pack_chart("a", "1.0.0", INNER)).has_schema


@pytest.mark.parametrize(
    "reference",
    ["https://schemas.example.com/x.json", "http://127.0.0.1:1/x", "file:///etc/hostname", "other.json", "//host/x"],
)
def test_schema_never_reads_another_one(reference: str) -> None:
    (problem,) = check("", packed({"properties": {"image": {"$ref": reference}}})).problems
    assert "values.schema.json of app cannot be used" in problem.message


def test_urn_references_allow_anything_as_in_helm() -> None:
    assert check("", packed({"properties": {"image": {"$ref": "urn:example:x"}}})).problems == ()


@pytest.mark.parametrize("schema", ["{", '{"type": "nonsense"}', '{"pattern": "["}', "[1]", "[" * 100_000])
def test_schema_that_is_none_is_a_problem(schema: str) -> None:
    (problem,) = check("", packed(schema)).problems
    assert "values.schema.json of app" in problem.message


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(?=(a+)+$)a", r"^(a|a)*\1$"])
def test_patterns_made_to_hang_end(pattern: str) -> None:
    archive = packed({"properties": {"x": {"pattern": pattern}}})
    assert len(check(f"x: {'a' * 60}!", archive).problems) == 1


def test_schema_that_refers_to_itself_ends() -> None:
    assert check("", packed({"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"})).problems == ()


def test_problems_are_bounded() -> None:
    given = "\n".join(f"k{number}: 1" for number in range(300))
    archive = packed({"additionalProperties": {"type": "object"}})
    assert len(check(given, archive).problems) == ReadingLimits().problems_max_count


def test_charts_inside_archives_inside_are_read() -> None:
    inner = pack_chart("db", "1.0.0", {"values.schema.json": '{"properties": {"port": {"type": "integer"}}}'})
    outer = pack_chart("app", "1.0.0", {"charts/db-1.0.0.tgz": inner, "charts/_not/a": "x", "charts/x.prov": "y"})
    assert [problem.pointer for problem in check("db: {port: a}", outer).problems] == ["/db/port"]


def test_too_many_charts_inside_charts_are_refused() -> None:
    archive = pack_chart("a", "1.0.0")
    for _ in range(10):
        archive = pack_chart("a", "1.0.0", {"charts/a-1.0.0.tgz": archive})
    with pytest.raises(ArchiveTooLarge, match="too many charts inside charts"):
        check("", archive)
    with pytest.raises(ArchiveTooLarge, match="larger than an archive"):
        check("", archive, inflated_max_bytes=20_000)


def test_chart_whose_own_values_cannot_be_read_is_refused() -> None:
    with pytest.raises(MalformedChart, match=r"charts/db/values\.yaml"):
        check("", packed(**{"charts/db/values.yaml": "a: ["}))
