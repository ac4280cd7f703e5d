"""Register a registry, watch its sync, read the chart store: the whole way, with a chart packaged by Helm."""

import stat
from pathlib import Path

from tests.chart_reader.packing import pack_chart
from tests.journeys.conftest import REGISTER, Chartroom, StartChartroom, registry_input
from tests.real.docker_registry import DockerRegistry
from tests.real.helm_client import Helm
from tests.real.pushing import push_chart, push_image

CHART = """
query Chart($registry: String!, $repository: String!) {
  chartByRepository(registryName: $registry, repository: $repository) {
    id name description keywords versionCount deprecated
    maintainers { name email }
    registry { name }
    repository { name state versionCount skippedTags { tag reason } }
    latestVersion { version }
    latestPrerelease { version }
    versions(first: 10) {
      totalCount
      nodes {
        id version tag digest archiveDigest archiveBytes apiVersion type prerelease appVersion
        chartYaml values valuesSchema notes annotations
        readme { markdown html }
        dependencies { name version repository }
        maintainers { name }
        files { path bytes }
        digestHistory { digest }
      }
    }
  }
}
"""

CHART_YAML = """apiVersion: v2
name: payments
description: Takes money
version: 2.1.0
appVersion: "9.4"
keywords: [money, cards]
maintainers: [{name: Ada, email: ada@acme.example}]
dependencies: [{name: postgresql, version: ">=1", repository: "https://charts.acme.example"}]
"""
VALUES = "# How many copies run\nreplicas: 2 # odd numbers elect a leader\nimage:\n  tag: v1\n"
README = "# Payments\n\nTakes *money*.\n\n<script>alert(1)</script>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"


def helm_chart(folder: Path) -> Path:
    for path, text in {
        "Chart.yaml": CHART_YAML,
        "values.yaml": VALUES,
        "README.md": README,
        "values.schema.json": '{"type": "object", "properties": {"replicas": {"type": "integer"}}}',
        "templates/NOTES.txt": "Thank you.\n",
        "charts/postgresql/Chart.yaml": "apiVersion: v2\nname: postgresql\nversion: 1.5.0\n",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


async def test_chart_that_helm_pushed_is_registered_watched_and_read(
    chartroom: Chartroom, shared_docker_registry: DockerRegistry, helm: Helm, tmp_path: Path
) -> None:
    archive = helm.package(helm_chart(tmp_path / "payments"), tmp_path)
    helm.push(shared_docker_registry, archive, "journey")
    push_chart(shared_docker_registry, "journey/payments", pack_chart("payments", "2.0.0"))
    push_chart(shared_docker_registry, "journey/payments", pack_chart("payments", "3.0.0-rc.1"), tag="v3.0.0-rc.1")
    push_image(shared_docker_registry, "journey/payments", "latest")
    given = registry_input(shared_docker_registry, "journey/payments")

    # Try it before saving.
    tested = chartroom.ask(
        """mutation Test($input: RegisterRegistryInput!) {
             testRegistry(input: $input) {
               report { ok stages { kind outcome message repository } } userErrors { message } } }""",
        input=given,
    )["testRegistry"]
    assert tested["userErrors"] == []
    assert tested["report"]["ok"], tested
    assert [stage["kind"] for stage in tested["report"]["stages"]] == [
        "ADDRESS", "CONNECT", "TLS", "REGISTRY_API", "LOGIN", "REPOSITORY",
    ]  # fmt: skip

    # Register it, and watch the sync that this starts.
    registered = chartroom.ask(REGISTER, input=given)["registerRegistry"]
    assert registered["userErrors"] == []
    assert registered["sync"]["trigger"] == "REGISTRATION"
    sync_id = registered["sync"]["id"]
    events = await chartroom.events(sync_id)
    kinds = [event["__typename"] for event in events]
    assert (kinds[0], kinds[-1]) == ("SyncStarted", "SyncFinished")
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert kinds.count("ChartVersionStored") == 3
    assert events[-1]["state"] == "SUCCEEDED"
    assert events[-1]["progress"]["versionsTotal"] == events[-1]["progress"]["versionsDone"] == 3
    assert events[-1]["progress"]["bytesPulled"] > 0
    assert await chartroom.events(sync_id, after=3) == events[3:]

    # Read the store.
    page = chartroom.ask("{ charts(first: 5) { totalCount nodes { name latestVersion { version appVersion } } } }")
    assert page["charts"] == {
        "totalCount": 1,
        "nodes": [{"name": "payments", "latestVersion": {"version": "2.1.0", "appVersion": "9.4"}}],
    }
    chart = chartroom.ask(CHART, registry="acme", repository="journey/payments")["chartByRepository"]
    assert [node["version"] for node in chart["versions"]["nodes"]] == ["3.0.0-rc.1", "2.1.0", "2.0.0"]
    assert [node["tag"] for node in chart["versions"]["nodes"]] == ["v3.0.0-rc.1", "2.1.0", "2.0.0"]
    assert chart["latestPrerelease"] == {"version": "3.0.0-rc.1"}
    assert chart["repository"]["skippedTags"] == [{"tag": "latest", "reason": "NOT_SEMVER"}]
    version = chart["versions"]["nodes"][1]
    assert version["values"] == VALUES
    assert version["readme"]["markdown"] == README
    assert "<em>money</em>" in version["readme"]["html"]
    assert "<table>" in version["readme"]["html"]
    assert "<script" not in version["readme"]["html"]
    assert version["valuesSchema"]["properties"]["replicas"] == {"type": "integer"}
    assert version["notes"] == "Thank you.\n"
    assert "name: payments" in version["chartYaml"]
    assert version["dependencies"] == [
        {"name": "postgresql", "version": ">=1", "repository": "https://charts.acme.example"}
    ]
    assert "charts/postgresql/Chart.yaml" in {file["path"] for file in version["files"]}
    assert version["archiveBytes"] == archive.stat().st_size

    # Found by a word that only its README has.
    found = chartroom.ask('{ charts(search: "mon") { edges { highlight node { name } } } }')
    assert found["charts"]["edges"][0]["node"]["name"] == "payments"
    assert chartroom.ask('{ charts(search: "nothing") { totalCount } }')["charts"]["totalCount"] == 0


async def test_second_sync_pulls_nothing_and_registry_can_be_edited_and_deleted(
    chartroom: Chartroom, shared_docker_registry: DockerRegistry
) -> None:
    push_chart(shared_docker_registry, "repeat/app", pack_chart("app", "1.0.0"))
    registered = chartroom.ask(REGISTER, input=registry_input(shared_docker_registry, "repeat/app"))["registerRegistry"]
    await chartroom.events(registered["sync"]["id"])
    registry_id = registered["registry"]["id"]

    started = chartroom.ask(
        "mutation Start($id: ID!) { startSync(registryId: $id) { sync { id } userErrors { message } } }",
        id=registry_id,
    )["startSync"]
    events = await chartroom.events(started["sync"]["id"])
    assert events[-1]["progress"]["bytesPulled"] == 0
    unchanged = chartroom.ask(
        "query Sync($id: ID!) { sync(id: $id) { state registryRequests progress { versionsUnchanged } } }",
        id=started["sync"]["id"],
    )["sync"]
    assert (unchanged["state"], unchanged["progress"]) == ("SUCCEEDED", {"versionsUnchanged": 1})
    assert unchanged["registryRequests"] > 0

    renamed = chartroom.ask(
        """mutation Update($input: UpdateRegistryInput!) {
             updateRegistry(input: $input) { registry { name host } userErrors { message } } }""",
        input={"id": registry_id, "name": "renamed"},
    )["updateRegistry"]
    assert renamed == {"registry": {"name": "renamed", "host": shared_docker_registry.host}, "userErrors": []}

    deleted = chartroom.ask(
        "mutation Delete($id: ID!) { deleteRegistry(id: $id) { deletedRegistryId userErrors { message } } }",
        id=registry_id,
    )["deleteRegistry"]
    assert deleted == {"deletedRegistryId": registry_id, "userErrors": []}
    assert chartroom.ask("{ charts { totalCount } registries { totalCount } }") == {
        "charts": {"totalCount": 0},
        "registries": {"totalCount": 0},
    }


def test_first_run_makes_a_key_file_that_nobody_else_reads_and_prints_a_token_once(
    start_chartroom: StartChartroom,
) -> None:
    chartroom = start_chartroom("fresh", admin_token="")
    printed = chartroom.process.log_text
    token = printed.split("shown this once: ")[1].split()[0]
    assert stat.S_IMODE((chartroom.folder / "keys").stat().st_mode) == 0o600
    assert chartroom.ask("{ viewer { role } }", token=token) == {"viewer": {"role": "ADMIN"}}

    chartroom.process.stop()
    chartroom.start()
    assert chartroom.process.log_text.count("shown this once") == 1
    assert chartroom.ask("{ viewer { role } }", token=token) == {"viewer": {"role": "ADMIN"}}
