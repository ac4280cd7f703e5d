"""A chart that Helm pushes shows up by itself: the registry tells, Chartroom looks."""

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.chart_reader.packing import pack_chart
from tests.journeys.conftest import REGISTER, Chartroom, StartChartroom, registry_input
from tests.journeys.test_first_journey import helm_chart
from tests.real.docker_registry import StartDockerRegistry
from tests.real.helm_client import Helm
from tests.real.pushing import push_chart

REPOSITORY = "acme/payments"
SAFETY_SECONDS = 60
ASKED = """query Asked {
  registryByName(name: "acme") { webhookUrl syncs(first: 10) { nodes { trigger state } } }
  chartByRepository(registryName: "acme", repository: "acme/payments") { versions(first: 10) { nodes { version } } }
}"""


def state_of(chartroom: Chartroom) -> tuple[list[str], list[tuple[str, str]]]:
    """Versions, highest first, and syncs, latest first."""
    data = chartroom.ask(ASKED)
    chart = data["chartByRepository"]
    versions = [row["version"] for row in chart["versions"]["nodes"]] if chart else []
    return versions, [(row["trigger"], row["state"]) for row in data["registryByName"]["syncs"]["nodes"]]


def wait_for(chartroom: Chartroom, wanted: Any) -> None:
    deadline = time.monotonic() + SAFETY_SECONDS
    while (state := state_of(chartroom)) != wanted:
        assert time.monotonic() < deadline, state
        time.sleep(0.1)


@pytest.mark.parametrize("secret_in", ["address", "header"])
def test_pushed_version_shows_up_when_the_registry_notifies(
    start_chartroom: StartChartroom, docker_registry: StartDockerRegistry, helm: Helm, tmp_path: Path, secret_in: str
) -> None:
    chartroom, registry = start_chartroom(webhook_delay_seconds="0.5"), docker_registry()
    push_chart(registry, REPOSITORY, pack_chart("payments", "1.0.0"))
    chartroom.ask(REGISTER, input=registry_input(registry, REPOSITORY))
    first = ("REGISTRATION", "SUCCEEDED")
    wait_for(chartroom, (["1.0.0"], [first]))

    url: str = chartroom.ask(ASKED)["registryByName"]["webhookUrl"]
    assert url.startswith(f"{chartroom.base_url}/webhooks/")
    if secret_in == "address":
        registry.notify(url)
    else:
        bare, _, secret = url.rpartition("/")
        registry.notify(bare, Authorization=f"Bearer {secret}")

    helm.push(registry, helm.package(helm_chart(tmp_path / "payments"), tmp_path), "acme")
    wait_for(chartroom, (["2.1.0", "1.0.0"], [("WEBHOOK", "SUCCEEDED"), first]))

    # Our own pulls were told of too, and so is a repository that nobody registered: neither has an effect.
    push_chart(registry, "acme/unknown", pack_chart("unknown", "1.0.0"))
    push_chart(registry, REPOSITORY, pack_chart("payments", "3.0.0"))
    wait_for(chartroom, (["3.0.0", "2.1.0", "1.0.0"], [("WEBHOOK", "SUCCEEDED")] * 2 + [first]))
    assert url.rpartition("/")[2] not in chartroom.process.log_text


def test_secret_is_in_no_metric_when_an_address_is_asked(start_chartroom: StartChartroom) -> None:
    chartroom = start_chartroom()
    httpx.post(f"{chartroom.base_url}/webhooks/1/a-secret", content=b"{}")
    numbers = httpx.get(f"{chartroom.base_url}/metrics").text
    assert 'path="/webhooks",status="404"' in numbers
    assert "a-secret" not in numbers
