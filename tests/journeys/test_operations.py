"""What those who run Chartroom rely on: health, numbers, roles, keys, a worker apart, PostgreSQL."""

import os
import re
import subprocess

import httpx
import pytest

from tests.chart_reader.packing import pack_chart
from tests.journeys.conftest import COMMAND, REGISTER, Chartroom, StartChartroom, registry_input
from tests.real.child_process import ChildProcess
from tests.real.docker_registry import DockerRegistry
from tests.real.pushing import push_chart

CREATE_TOKEN = """mutation Create($input: CreateApiTokenInput!) {
  createApiToken(input: $input) { secret apiToken { id prefix } userErrors { message } }
}"""


def test_health_and_numbers_need_no_token_and_tell_no_names(chartroom: Chartroom) -> None:
    assert httpx.get(f"{chartroom.base_url}/livez").text == "alive\n"
    assert httpx.get(f"{chartroom.base_url}/readyz").json() == {"ready": True, "reason": None}
    chartroom.ask(
        REGISTER,
        input={"name": "canary-name", "visibility": "PUBLIC", "provider": {"other": {"registryUrl": "a.example"}}},
    )
    numbers = httpx.get(f"{chartroom.base_url}/metrics").text
    assert "chartroom_registries 1.0" in numbers
    assert re.search(r'chartroom_http_requests_total\{path="/graphql",status="200"\} 1\.0', numbers)
    assert "canary-name" not in numbers
    welcome = httpx.get(f"{chartroom.base_url}/")
    assert welcome.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in welcome.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("request_options", "status"),
    [
        ({"json": {"query": "{ viewer { name } }"}}, 401),
        ({"json": {"query": "{ viewer { name } }"}, "headers": {"Authorization": "Bearer wrong"}}, 401),
        ({"content": "{}", "headers": {"Authorization": "TOKEN", "Content-Type": "text/plain"}}, 415),
        ({"json": {"query": " " * 70_000}, "headers": {"Authorization": "TOKEN"}}, 413),
        (
            {
                "json": {"query": "{ viewer { name } }"},
                "headers": {"Authorization": "TOKEN", "Origin": "https://x.example"},
            },
            403,
        ),
    ],
    ids=["no-token", "wrong-token", "not-json", "too-large", "foreign-origin"],
)
def test_door_refuses_what_is_not_a_request_of_ours(
    chartroom: Chartroom, request_options: dict[str, object], status: int
) -> None:
    headers = {
        name: f"Bearer {chartroom.token}" if value == "TOKEN" else value
        for name, value in dict(request_options.pop("headers", {})).items()  # type: ignore[call-overload]
    }
    answer = httpx.post(f"{chartroom.base_url}/graphql", headers=headers, **request_options)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert answer.json()["errors"][0]["message"]
    assert httpx.get(f"{chartroom.base_url}/graphql", params={"query": "{ viewer { name } }"}).status_code == 405


def test_reader_reads_and_manages_nothing_and_a_revoked_token_ends(chartroom: Chartroom) -> None:
    made = chartroom.ask(CREATE_TOKEN, input={"name": "eve", "role": "READER"})["createApiToken"]
    reader = made["secret"]
    assert reader.startswith(made["apiToken"]["prefix"])
    assert chartroom.ask("{ viewer { name role canManageRegistries } }", token=reader) == {
        "viewer": {"name": "eve", "role": "READER", "canManageRegistries": False}
    }
    given = {"name": "x", "visibility": "PUBLIC", "provider": {"other": {"registryUrl": "a.example"}}}
    for document, variables in (
        (REGISTER, {"input": given}),
        ("{ apiTokens { name } }", {}),
        ("{ auditLog { nodes { action } } }", {}),
        (CREATE_TOKEN, {"input": {"name": "more", "role": "ADMIN"}}),
    ):
        refused = chartroom.post(document, token=reader, **variables)
        assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert chartroom.ask("{ registries { totalCount } }", token=reader)["registries"]["totalCount"] == 0

    chartroom.ask(
        "mutation Revoke($id: ID!) { revokeApiToken(id: $id) { revokedApiTokenId } }", id=made["apiToken"]["id"]
    )
    assert chartroom.post("{ viewer { name } }", token=reader)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    actions = [entry["action"] for entry in chartroom.ask("{ auditLog { nodes { action } } }")["auditLog"]["nodes"]]
    assert actions == ["token.revoke", "token.create"]


async def test_keys_are_rotated_while_the_service_runs(
    chartroom: Chartroom, shared_docker_registry: DockerRegistry
) -> None:
    push_chart(shared_docker_registry, "rotate/app", pack_chart("app", "1.0.0"))
    registered = chartroom.ask(REGISTER, input=registry_input(shared_docker_registry, "rotate/app"))["registerRegistry"]
    await chartroom.events(registered["sync"]["id"])

    rotated = subprocess.run(
        [str(COMMAND), "keys", "rotate"], env=chartroom.environment, capture_output=True, text=True, check=True
    )
    assert "Sealed 1 credentials anew" in rotated.stdout

    started = chartroom.ask(
        "mutation Start($id: ID!) { startSync(registryId: $id) { sync { id } } }", id=registered["registry"]["id"]
    )["startSync"]
    assert (await chartroom.events(started["sync"]["id"]))[-1]["state"] == "SUCCEEDED"
    keys = (chartroom.folder / "keys").read_text().splitlines()
    assert len(keys) == 2
    (chartroom.folder / "keys").write_text(keys[0] + "\n")
    chartroom.process.stop()
    chartroom.start()


def test_start_is_refused_when_the_key_of_stored_credentials_is_gone(
    chartroom: Chartroom, shared_docker_registry: DockerRegistry
) -> None:
    chartroom.ask(REGISTER, input=registry_input(shared_docker_registry))
    chartroom.process.stop()
    (chartroom.folder / "keys").unlink()
    refused = subprocess.run(
        [str(COMMAND), "serve", "--first-run"], env=chartroom.environment, capture_output=True, text=True, timeout=60
    )
    assert refused.returncode == 1
    assert "Bring it back" in refused.stderr
    assert not (chartroom.folder / "keys").exists()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_worker_apart_syncs_what_the_web_process_registers_and_streams(
    start_chartroom: StartChartroom,
    shared_docker_registry: DockerRegistry,
    database: str,
    request: pytest.FixtureRequest,
    tmp_path: object,
) -> None:
    repository = f"apart-{database}/app"
    for patch in range(10):
        push_chart(shared_docker_registry, repository, pack_chart("app", f"1.0.{patch}"))
    settings = {"worker_in_process": "false"}
    if database == "postgresql":
        settings["database_url"] = request.getfixturevalue("postgres_url")
    chartroom = start_chartroom(**settings)
    worker = ChildProcess([str(COMMAND), "worker"], chartroom.folder / "worker.log", environment=chartroom.environment)
    worker.start(lambda: "is waiting for syncs" in worker.log_text)
    try:
        gives_way = os.getpriority(os.PRIO_PROCESS, worker.process_id)
        registered = chartroom.ask(REGISTER, input=registry_input(shared_docker_registry, repository))
        events = await chartroom.events(registered["registerRegistry"]["sync"]["id"])
    finally:
        worker.stop()
    assert worker.exit_status == 0
    assert gives_way == min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)
    assert events[-1]["state"] == "SUCCEEDED"
    assert [event["__typename"] for event in events].count("ChartVersionStored") == 10
    assert chartroom.ask("{ charts { nodes { versionCount } } }")["charts"]["nodes"] == [{"versionCount": 10}]
