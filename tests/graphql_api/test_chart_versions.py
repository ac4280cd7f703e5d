"""One chart version: what is in it, where it came from, how it is installed."""

import gzip
import hashlib
import io
import json
import tarfile
from datetime import timedelta
from typing import Any

import pytest

from app.graphql_api.chart_versions import SCHEMA_PARSED_HERE_MAX_CHARS, schema_of
from app.graphql_api.paging import encode_id
from app.graphql_api.wire_json import JsonText, encode
from app.store.entities import Chart, ChartContent, ChartVersion, DigestSighting, Provider
from tests.graphql_api.conftest import Desk
from tests.graphql_api.rows import NOW, add, add_chart, add_registry, digest_of

VERSION = "query Version($id: ID!) { chartVersion(id: $id) { %s } }"
TOLD: dict[str, Any] = {
    "app_version": "7.1",
    "kube_version": ">=1.30",
    "description": "Takes money",
    "annotations": {"category": "Finance"},
    "maintainers": [{"name": "Ann", "email": "ann@example.com", "url": None}],
    "readme_markdown": "# Hello",
    "values_yaml": "# How many\nreplicas: 1\n",
    "values_schema": '{"type": "object"}',
    "notes": "Done.",
}


async def ask(desk: Desk, chart: Chart, fields: str) -> dict[str, Any]:
    answer = await desk.ask(VERSION % fields, id=encode_id("ChartVersion", chart.latest_version_id or 0))
    version: dict[str, Any] = answer["chartVersion"]
    return version


async def test_version_tells_what_chart_yaml_says(desk: Desk) -> None:
    chart = await add_chart(desk.store, await add_registry(desk.store), tags=["1.2.3_build.5"], **TOLD)
    fields = """version tag appVersion apiVersion type kubeVersion description deprecated prerelease annotations
      maintainers { name email url } archiveBytes digest archiveDigest createdAt storedAt removedAt chart { name }"""
    assert await ask(desk, chart, fields) == {
        "version": "1.2.3+build.5",
        "tag": "1.2.3_build.5",
        "appVersion": "7.1",
        "apiVersion": "v2",
        "type": "APPLICATION",
        "kubeVersion": ">=1.30",
        "description": "Takes money",
        "deprecated": False,
        "prerelease": False,
        "annotations": {"category": "Finance"},
        "maintainers": [{"name": "Ann", "email": "ann@example.com", "url": None}],
        "archiveBytes": 1000,
        "digest": digest_of(f"manifest {chart.id} 1.2.3_build.5"),
        "archiveDigest": digest_of(f"archive {chart.id} 1.2.3_build.5"),
        "createdAt": "2026-03-01T12:00:00Z",
        "storedAt": "2026-03-01T12:00:00Z",
        "removedAt": None,
        "chart": {"name": "payments"},
    }


async def test_version_shows_its_texts_and_files(desk: Desk) -> None:
    chart = await add_chart(desk.store, await add_registry(desk.store), **TOLD)
    fields = "readme { markdown html } values valuesSchema notes chartYaml files { path bytes }"
    assert await ask(desk, chart, fields) == {
        "readme": {"markdown": "# Hello", "html": "<h1>Hello</h1>\n"},
        "values": "# How many\nreplicas: 1\n",
        "valuesSchema": {"type": "object"},
        "notes": "Done.",
        "chartYaml": "name: payments\n",
        "files": [{"path": "Chart.yaml", "bytes": 10}, {"path": "templates/service.yaml", "bytes": 20}],
    }


async def test_texts_are_null_when_the_chart_has_none(desk: Desk) -> None:
    chart = await add_chart(desk.store, await add_registry(desk.store))
    assert await ask(desk, chart, "readme { html } values valuesSchema notes") == {
        "readme": None,
        "values": None,
        "valuesSchema": None,
        "notes": None,
    }


async def test_readmes_of_a_page_are_rendered_each_as_what_it_is(desk: Desk) -> None:
    registry = await add_registry(desk.store)
    await add_chart(desk.store, registry, "charts/a", readme_markdown="*a*<script>alert(1)</script>")
    await add_chart(desk.store, registry, "charts/b")
    await add_chart(desk.store, registry, "charts/c", readme_markdown="*c* <b>", readme_plain=True)
    answer = await desk.ask("{ charts(orderBy: NAME) { nodes { latestVersion { readme { html markdown } } } } }")
    assert [node["latestVersion"]["readme"] for node in answer["charts"]["nodes"]] == [
        {"html": "<p><em>a</em></p>\n", "markdown": "*a*<script>alert(1)</script>"},
        None,
        {"html": "<pre>*c* &lt;b&gt;</pre>", "markdown": "*c* <b>"},
    ]


def archive_of(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path, text in files.items():
            member = tarfile.TarInfo(f"payments/{path}")
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return gzip.compress(packed.getvalue(), mtime=0)


async def test_file_is_read_from_the_archive_and_null_when_there_is_none(desk: Desk) -> None:
    archive = archive_of(
        {"Chart.yaml": "apiVersion: v2\nname: payments\nversion: 1.0.0\n", "templates/a.yaml": "a: 1\n"}
    )
    digest = "sha256:" + hashlib.sha256(archive).hexdigest()
    await desk.archives.keep(digest, archive)
    registry = await add_registry(desk.store)
    chart = await add_chart(desk.store, registry)
    async with desk.store.writing() as session:
        version = await session.get_one(ChartVersion, chart.latest_version_id)
        content = await session.get_one(ChartContent, version.archive_digest)
        session.add(ChartContent(**{**content.model_dump(), "archive_digest": digest}))
        await session.flush()
        version.archive_digest = digest
        session.add(version)
    assert await ask(desk, chart, 'there: file(path: "templates/a.yaml") gone: file(path: "templates/b.yaml")') == {
        "there": "a: 1\n",
        "gone": None,
    }


async def test_moved_tag_shows_every_digest_newest_first(desk: Desk) -> None:
    chart = await add_chart(desk.store, await add_registry(desk.store))
    newer = digest_of("newer")
    await add(
        desk.store,
        DigestSighting(
            repository_id=chart.repository_id, tag="1.0.0", digest=newer, first_seen_at=NOW + timedelta(days=1)
        ),
    )
    history = (await ask(desk, chart, "digestHistory { digest firstSeenAt }"))["digestHistory"]
    assert history == [
        {"digest": newer, "firstSeenAt": "2026-03-02T12:00:00Z"},
        {"digest": digest_of(f"manifest {chart.id} 1.0.0"), "firstSeenAt": "2026-03-01T12:00:00Z"},
    ]


async def test_dependency_leads_to_the_chart_of_this_store_when_its_address_is_known(desk: Desk) -> None:
    registry = await add_registry(desk.store)
    await add_chart(desk.store, registry, "charts/common")
    needs = [
        {"name": "common", "version": "1", "repository": "oci://registry.example.com/charts/", "alias": "c"},
        {"name": "common", "version": "1", "repository": "oci://elsewhere.example.com/charts"},
        {"name": "common", "version": "1", "repository": "https://registry.example.com/charts"},
        {"name": "common", "version": None, "repository": None, "condition": "common.enabled"},
    ]
    chart = await add_chart(desk.store, registry, dependencies=needs)
    fields = "dependencies { name version repository alias condition resolvesTo { name } }"
    found = (await ask(desk, chart, fields))["dependencies"]
    assert [one["resolvesTo"] for one in found] == [{"name": "common"}, None, None, None]
    assert found[0]["alias"] == "c"
    assert found[3]["condition"] == "common.enabled"


async def test_dependency_on_docker_hub_leads_to_its_chart_by_each_of_its_names(desk: Desk) -> None:
    hub = await add_registry(desk.store, "hub", host="registry-1.docker.io", provider=Provider.DOCKER_HUB)
    await add_chart(desk.store, hub, "bitnamicharts/common")
    # Another chart of that name, elsewhere: in a folder that does not say the chart's name.
    await add_chart(desk.store, hub, "bitnamicharts/other", name="common")
    hosts = ("docker.io", "index.docker.io", "registry-1.docker.io", "docker.io.example.com")
    needs = [{"name": "common", "version": "2.x.x", "repository": f"oci://{host}/bitnamicharts"} for host in hosts]
    chart = await add_chart(desk.store, hub, dependencies=needs)
    found = (await ask(desk, chart, "dependencies { resolvesTo { repository { name } } }"))["dependencies"]
    there = {"repository": {"name": "bitnamicharts/common"}}
    assert [one["resolvesTo"] for one in found] == [there, there, there, None]


async def test_version_is_null_when_its_chart_or_the_policy_hides_it(desk: Desk) -> None:
    registry = await add_registry(desk.store)
    hidden, outside = await add_chart(desk.store, registry, "a/hidden"), await add_chart(desk.store, registry, "a/out")
    async with desk.store.writing() as session:
        row = await session.get_one(Chart, hidden.id)
        row.latest_version_id = None
        version = await session.get_one(ChartVersion, outside.latest_version_id)
        version.within_policy = False
        session.add_all([row, version])
    for chart in (hidden, outside):
        document, identity = VERSION % "version", encode_id("ChartVersion", chart.latest_version_id or 0)
        assert await desk.ask(document, id=identity) == {"chartVersion": None}


TOO_LONG = " " * SCHEMA_PARSED_HERE_MAX_CHARS
"""What keeps a text from being parsed on the loop."""


@pytest.mark.parametrize("padding", ["", TOO_LONG], ids=["short", "long"])
@pytest.mark.parametrize("text", ["", "no json", '{"a": ', "NaN", '"\\ud800"', "[" * 300 + "]" * 300, "[" * 100_000])
async def test_schema_is_null_when_it_is_no_json_or_too_deep_to_show(desk: Desk, text: str, padding: str) -> None:
    assert await schema_of(desk.context(), text + padding) is None


@pytest.mark.parametrize("padding", ["", TOO_LONG], ids=["short", "long"])
@pytest.mark.parametrize("value", [{"maximum": 2**70}, {"a": [[[]]]}, True, 1.5, {"a": "ü"}])
async def test_schema_is_kept_as_it_is_when_it_is_json(desk: Desk, value: object, padding: str) -> None:
    shown = await schema_of(desk.context(), json.dumps(value) + padding)
    assert json.loads(encode({"schema": shown})) == {"schema": value}
    # Beside something that the fast writer refuses.
    assert json.loads(encode({"schema": shown, "other": 2**70})) == {"schema": value, "other": 2**70}


async def test_long_schema_is_looked_at_in_another_process_and_not_parsed_here(desk: Desk) -> None:
    text = json.dumps({"properties": {f"key{number}": {} for number in range(10_000)}})
    chart = await add_chart(desk.store, await add_registry(desk.store), values_schema=text)
    shown = (await ask(desk, chart, "valuesSchema"))["valuesSchema"]
    assert isinstance(shown, JsonText)
    assert json.loads(encode(shown)) == json.loads(text)
