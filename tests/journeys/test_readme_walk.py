"""The README's first walk, block by block as a reader pastes it, against a real registry; and `make demo`."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from tests.chart_reader.packing import pack_chart
from tests.journeys.conftest import Chartroom
from tests.real.child_process import ChildProcess, free_port
from tests.real.docker_registry import StartDockerRegistry
from tests.real.pushing import push_chart

ROOT = Path(__file__).parents[2]
WALK = re.compile(r"^```sh walk\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_first_walk_of_the_readme_works_as_it_is_pasted(
    chartroom: Chartroom, docker_registry: StartDockerRegistry
) -> None:
    registry = docker_registry(tls=False)
    push_chart(registry, "acme/payments", pack_chart("payments", "1.2.3", {"README.md": "# Payments of the walk"}))
    blocks = WALK.findall((ROOT / "README.md").read_text())
    assert len(blocks) >= 8

    walked = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", "\n".join(blocks)],
        cwd=ROOT,
        env={
            **os.environ,
            "URL": f"{chartroom.base_url}/graphql",
            "TOKEN": chartroom.token,
            "REGISTRY_HOST": registry.host,
            "REGISTRY_REPOSITORY": "acme/payments",
            "REGISTRY_USER": registry.username or "",
            "REGISTRY_PASSWORD": registry.password or "",
            "REGISTRY_SECURITY": "INSECURE",
        },
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert walked.returncode == 0, walked.stdout + walked.stderr
    for promised in ('"ok": true', "SyncStarted", "SyncFinished", "# Payments of the walk", '"deletedRegistryId"'):
        assert promised in walked.stdout
    assert '"errors"' not in walked.stdout
    assert not (ROOT / ".walk.json").exists()


def test_demo_shows_a_filled_store_to_those_who_have_no_registry(tmp_path: Path) -> None:
    log = tmp_path / "demo.log"
    port, registry_port = free_port(), free_port()
    demo = ChildProcess([sys.executable, "-m", "demo", "--port", str(port), "--registry-port", str(registry_port)], log)
    demo.start(lambda: "Ctrl-C stops everything" in demo.log_text)
    try:
        token = re.search(r"^Token +(\S+)$", demo.log_text, re.MULTILINE)
        assert token is not None
        answer = httpx.post(
            f"http://127.0.0.1:{port}/graphql",
            headers={"Authorization": f"Bearer {token[1]}"},
            json={"query": "{ all: charts { totalCount } }"},
        ).json()
        assert answer["data"]["all"]["totalCount"] == 6
        assert "key-value" in demo.log_text
    finally:
        demo.stop(signal.SIGINT)
    assert "Stopped; nothing was kept." in demo.log_text
