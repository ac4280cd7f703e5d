"""What the image promises, read from the Dockerfile; its health check is run for real."""

import json
import re
import subprocess
import sys
import threading
import tomllib
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Instruction:
    name: str
    argument: str


def _stages() -> list[list[Instruction]]:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#")).replace("\\\n", " ")
    stages: list[list[Instruction]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, argument = line.split(maxsplit=1)
        if name == "FROM":
            stages.append([])
        stages[-1].append(Instruction(name, argument.strip()))
    return stages


def _arguments(name: str, stages: list[list[Instruction]]) -> list[str]:
    return [instruction.argument for stage in stages for instruction in stage if instruction.name == name]


def _pins(lock_name: str) -> dict[str, str]:
    """Package → its whole entry (version, marker and hashes)."""
    entries = re.split(r"(?m)^(?=[a-z0-9])", (ROOT / lock_name).read_text())
    without_comments = [re.sub(r"(?m)^\s*#.*\n?", "", entry).strip() for entry in entries]
    return {entry.split("==")[0]: entry for entry in without_comments if "==" in entry}


def test_image_runs_as_a_numeric_user_that_is_not_root() -> None:
    (user,) = _arguments("USER", _stages()[-1:])
    uid, gid = user.split(":")
    assert int(uid) > 0
    assert int(gid) > 0


def test_image_starts_the_server_on_all_addresses_with_its_data_on_a_volume() -> None:
    final = _stages()[-1:]
    assert _arguments("ENTRYPOINT", final) == ['["chartroom"]']
    assert _arguments("CMD", final) == ['["serve"]']
    assert _arguments("VOLUME", final) == ['["/data"]']
    environment = " ".join(_arguments("ENV", final)).split()
    assert "CHARTROOM_HOST=0.0.0.0" in environment
    assert "CHARTROOM_DATA_DIR=/data" in environment


def test_every_copied_file_exists_and_is_let_in() -> None:
    let_in = {
        line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    copies = [argument for argument in _arguments("COPY", _stages()) if not argument.startswith("--from=")]
    sources = {source for copy in copies for source in copy.split()[:-1]}
    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert {source.split("/")[0] for source in sources} == let_in


def test_no_secret_is_baked_in() -> None:
    names = re.compile(r"token|secret|passw|credential|_key|admin", re.IGNORECASE)
    values = [*_arguments("ENV", _stages()), *_arguments("ARG", _stages())]
    assert [value for value in values if names.search(value)] == []


def test_every_installation_is_locked_by_hash_or_offline() -> None:
    commands = [
        command.strip()
        for argument in _arguments("RUN", _stages())
        for command in argument.split("&&")
        if re.search(r"\bpip\b.*\b(install|wheel)\b", command)
    ]
    assert commands
    unlocked = [
        command
        for command in commands
        if "--require-hashes" not in command and not ("--no-deps" in command and "--no-" in command)
    ]
    assert unlocked == []


def test_runtime_lock_is_the_lock_without_what_only_developers_need() -> None:
    everything, runtime = _pins("requirements.lock"), _pins("requirements.runtime.lock")
    assert runtime.items() <= everything.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower() for requirement in requirements}

    assert names(project["project"]["dependencies"]) <= runtime.keys()
    assert names(project["dependency-groups"]["dev"]) <= everything.keys()
    assert "pytest" not in runtime
    assert "mypy" not in runtime


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_health_check_says_what_livez_says(status: int, healthy: bool) -> None:
    asked: list[str] = []

    class Livez(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Quiet."""

    (health_check,) = _arguments("HEALTHCHECK", _stages()[-1:])
    command: list[str] = json.loads(health_check.split("CMD", 1)[1])
    assert command[0] == "python"
    server = HTTPServer(("127.0.0.1", 0), Livez)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        finished = subprocess.run(
            [sys.executable, *command[1:]],
            env={"CHARTROOM_PORT": str(server.server_port)},
            capture_output=True,
            timeout=60,
            check=False,
        )
    finally:
        server.shutdown()
        server.server_close()
    assert asked == ["/livez"]
    assert (finished.returncode == 0) is healthy
