"""Versions compared and values checked, as GraphQL shows it."""

import hashlib
import json

from app.graphql_api.paging import encode_id
from app.store.entities import Chart, ChartVersion
from tests.chart_reader.packing import pack_chart
from tests.graphql_api.conftest import Desk
from tests.graphql_api.rows import add_chart, add_registry, content_of

DIFF = """query Diff($from: ID!, $to: ID!) {
  chartVersionDiff(from: $from, to: $to) {
    from { version } to { version }
    breaking leftOut
    values { path kind before after }
    chartYaml { path kind before after }
    schema { path kind }
    files { path kind unifiedDiff }
  }
}"""
CHECK = """query Check($id: ID!, $values: String!) {
  validateValues(chartVersionId: $id, values: $values) { valid hasSchema problems { pointer message } }
}"""
SCHEMA = json.dumps({"properties": {"port": {"type": "integer"}}})


async def stored(desk: Desk, path: str, tag: str, archive: bytes, *, kept: bool = True) -> str:
    """The id of a version whose archive is this one."""
    digest = "sha256:" + hashlib.sha256(archive).hexdigest()
    registry = await add_registry(desk.store, path)
    chart: Chart = await add_chart(desk.store, registry, path, [tag])
    if kept:
        await desk.archives.keep(digest, archive)
    async with desk.store.writing() as session:
        version = await session.get_one(ChartVersion, chart.latest_version_id)
        session.add(content_of(ChartVersion(archive_digest=digest, version=tag), chart.name, {}))
        await session.flush()
        version.archive_digest = digest
        session.add(version)
    return encode_id("ChartVersion", chart.latest_version_id or 0)


async def test_versions_of_two_charts_are_compared(desk: Desk) -> None:
    before = await stored(desk, "a/one", "1.0.0", pack_chart("one", "1.0.0", {"values.yaml": "port: 80\ntls: true\n"}))
    after = await stored(desk, "b/two", "2.0.0", pack_chart("one", "2.0.0", {"values.yaml": "port: http\ntls: true\n"}))
    diff = (await desk.ask(DIFF, **{"from": before, "to": after}))["chartVersionDiff"]
    assert (diff["from"], diff["to"]) == ({"version": "1.0.0"}, {"version": "2.0.0"})
    assert (diff["breaking"], diff["leftOut"], diff["schema"]) == (True, [], [])
    assert diff["values"] == [{"path": "port", "kind": "TYPE_CHANGED", "before": 80, "after": "http"}]
    assert diff["chartYaml"] == [{"path": "version", "kind": "CHANGED", "before": "1.0.0", "after": "2.0.0"}]
    assert [(file["path"], file["kind"]) for file in diff["files"]] == [
        ("Chart.yaml", "CHANGED"),
        ("values.yaml", "CHANGED"),
    ]
    assert "-port: 80\n+port: http" in diff["files"][1]["unifiedDiff"]


async def test_values_are_checked_with_pointers_to_what_is_wrong(desk: Desk) -> None:
    version = await stored(desk, "a/one", "1.0.0", pack_chart("one", "1.0.0", {"values.schema.json": SCHEMA}))
    fine = (await desk.ask(CHECK, id=version, values="port: 1"))["validateValues"]
    assert fine == {"valid": True, "hasSchema": True, "problems": []}
    wrong = (await desk.ask(CHECK, id=version, values="port: http"))["validateValues"]
    assert wrong["valid"] is False
    assert wrong["problems"] == [{"pointer": "/port", "message": '"http" is not of type "integer".'}]


async def test_yaml_error_of_the_values_is_a_problem_and_no_graphql_error(desk: Desk) -> None:
    version = await stored(desk, "a/one", "1.0.0", pack_chart("one", "1.0.0"))
    checked = (await desk.ask(CHECK, id=version, values="a: ["))["validateValues"]
    assert (checked["valid"], checked["hasSchema"], checked["problems"][0]["pointer"]) == (False, False, "")


async def test_archive_that_is_gone_is_a_clean_error(desk: Desk) -> None:
    version = await stored(desk, "a/one", "1.0.0", pack_chart("one", "1.0.0"), kept=False)
    for document, variables in ((DIFF, {"from": version, "to": version}), (CHECK, {"id": version, "values": ""})):
        code, message = await desk.refusal(document, **variables)
        assert code == "UNREADABLE"
        assert "is not in the store any more" in message


async def test_versions_that_are_not_there_are_a_clean_error(desk: Desk) -> None:
    gone = encode_id("ChartVersion", 4711)
    assert (await desk.refusal(DIFF, **{"from": gone, "to": gone}))[0] == "NOT_FOUND"
    assert (await desk.refusal(CHECK, id=encode_id("Chart", 1), values=""))[0] == "BAD_ID"
