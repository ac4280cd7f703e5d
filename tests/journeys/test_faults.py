"""What people are told when something is wrong, and that the rest goes on."""

import httpx
import pytest
import trustme

from tests.chart_reader.hostile import HOSTILE_ARCHIVES
from tests.chart_reader.packing import pack_chart
from tests.journeys.conftest import REGISTER, Chartroom, registry_input
from tests.real.docker_registry import DockerRegistry
from tests.real.pushing import push_chart

FAULTS = """
query Faults($id: ID!, $after: String) {
  sync(id: $id) {
    state
    error { code message }
    progress { versionsAdded versionsFailed }
    faults(first: 100, after: $after) {
      totalCount nodes { code message repository tag digest } pageInfo { hasNextPage endCursor }
    }
  }
}
"""


async def synced(chartroom: Chartroom, given: dict[str, object]) -> dict[str, object]:
    registered = chartroom.ask(REGISTER, input=given)["registerRegistry"]
    assert registered["userErrors"] == []
    sync_id = registered["sync"]["id"]
    await chartroom.events(sync_id)
    sync: dict[str, object] = chartroom.ask(FAULTS, id=sync_id)["sync"]
    return {**sync, "id": sync_id}


async def test_wrong_password_is_told_and_never_shown(
    chartroom: Chartroom, shared_docker_registry: DockerRegistry
) -> None:
    wrong = {"username": "robot", "passwordOrToken": "canary-5f1c9"}
    given = registry_input(shared_docker_registry, "faults/app", authentication=wrong)

    report = chartroom.ask(
        """mutation Test($input: RegisterRegistryInput!) {
             testRegistry(input: $input) { report { ok stages { kind outcome message } } } }""",
        input=given,
    )["testRegistry"]["report"]
    outcomes = {stage["kind"]: stage["outcome"] for stage in report["stages"]}
    assert (report["ok"], outcomes["LOGIN"], outcomes["REPOSITORY"]) == (False, "FAILED", "SKIPPED")

    sync = await synced(chartroom, given)
    assert (sync["state"], sync["error"]["code"]) == ("FAILED", "CREDENTIALS_REFUSED")  # type: ignore[index]
    assert "canary-5f1c9" not in chartroom.process.log_text
    for file in chartroom.folder.rglob("*"):
        if file.is_file():
            assert b"canary-5f1c9" not in file.read_bytes(), file


@pytest.mark.parametrize(
    ("host", "code", "word"),
    [("nobody.invalid", "REGISTRY_UNREACHABLE", "resolve"), ("127.0.0.1:1", "REGISTRY_UNREACHABLE", "refused")],
)
async def test_registry_that_cannot_be_reached_says_why(chartroom: Chartroom, host: str, code: str, word: str) -> None:
    sync = await synced(
        chartroom,
        {
            "name": "away",
            "visibility": "PUBLIC",
            "provider": {"other": {"registryUrl": host}},
            "useAsChartRepository": True,
            "repositories": ["acme/app"],
        },
    )
    assert (sync["state"], sync["error"]["code"]) == ("FAILED", code)  # type: ignore[index]
    assert word in sync["error"]["message"]  # type: ignore[index]


async def test_wrong_ca_is_told_as_a_certificate_that_is_not_trusted(
    chartroom: Chartroom, shared_docker_registry: DockerRegistry
) -> None:
    stranger = trustme.CA().cert_pem.bytes().decode()
    sync = await synced(chartroom, registry_input(shared_docker_registry, "faults/app", caCertificate=stranger))
    assert sync["error"]["code"] == "TLS_FAILED"  # type: ignore[index]


async def test_unknown_repository_is_a_fault_and_the_other_is_stored(
    chartroom: Chartroom, shared_docker_registry: DockerRegistry
) -> None:
    push_chart(shared_docker_registry, "faults/known", pack_chart("known", "1.0.0"))
    sync = await synced(chartroom, registry_input(shared_docker_registry, "faults/known", "faults/unknown"))
    assert (sync["state"], sync["progress"]["versionsAdded"]) == ("PARTIAL", 1)  # type: ignore[index]
    assert [(fault["code"], fault["repository"]) for fault in sync["faults"]["nodes"]] == [  # type: ignore[index]
        ("REPOSITORY_NOT_FOUND", "faults/unknown")
    ]


async def test_hostile_archives_end_as_faults_and_every_honest_chart_of_the_sync_is_stored(
    chartroom: Chartroom, shared_docker_registry: DockerRegistry
) -> None:
    assert len(HOSTILE_ARCHIVES) >= 100
    expected: dict[str, str | None] = {}
    for number, kind in enumerate(HOSTILE_ARCHIVES):
        tag = f"1.0.{number}"
        expected[tag] = kind.expected_code
        push_chart(shared_docker_registry, "faults/hostile", kind.archive, tag=tag, config=b"{}")
    push_chart(shared_docker_registry, "faults/hostile", pack_chart("honest", "2.0.0"))

    sync = await synced(chartroom, registry_input(shared_docker_registry, "faults/hostile"))

    faults = list(sync["faults"]["nodes"])  # type: ignore[index]
    page = sync["faults"]["pageInfo"]  # type: ignore[index]
    while page["hasNextPage"]:
        more = chartroom.ask(FAULTS, id=sync["id"], after=page["endCursor"])["sync"]["faults"]
        faults += more["nodes"]
        page = more["pageInfo"]
    told = {fault["tag"]: fault["code"] for fault in faults}
    assert told == {tag: code for tag, code in expected.items() if code is not None}
    assert all(fault["repository"] == "faults/hostile" and fault["digest"] for fault in faults)
    stored = sum(code is None for code in expected.values()) + 1
    assert sync["progress"] == {"versionsAdded": stored, "versionsFailed": len(told)}
    assert httpx.get(f"{chartroom.base_url}/livez").status_code == 200


def test_input_that_cannot_be_meant_is_refused_with_what_to_type(chartroom: Chartroom) -> None:
    refused = chartroom.ask(
        REGISTER,
        input={
            "name": " ",
            "visibility": "PRIVATE",
            "provider": {"other": {"registryUrl": "oci://ghcr.io/acme"}},
            "repositories": ["Acme/App"],
            "versionConstraint": "newest",
        },
    )["registerRegistry"]
    assert refused["registry"] is None
    by_field = {".".join(error["field"]): error for error in refused["userErrors"]}
    assert by_field["input.name"]["code"] == "REQUIRED"
    assert "ghcr.io" in by_field["input.provider.other.registryUrl"]["message"]
    assert by_field["input.provider.other.authentication"]["code"] == "REQUIRED"
    assert "input.repositories.0" in by_field
    assert "input.versionConstraint" in by_field


def test_registry_in_a_private_network_is_refused_by_a_server_that_allows_none(start_chartroom) -> None:  # type: ignore[no-untyped-def]
    server = start_chartroom("closed", allowed_private_networks="")
    refused = server.ask(
        REGISTER,
        input={"name": "inside", "visibility": "PUBLIC", "provider": {"other": {"registryUrl": "127.0.0.1:5000"}}},
    )["registerRegistry"]
    assert [error["code"] for error in refused["userErrors"]] == ["FORBIDDEN_ADDRESS"]
    assert "CHARTROOM_ALLOWED_PRIVATE_NETWORKS" in refused["userErrors"][0]["message"]
