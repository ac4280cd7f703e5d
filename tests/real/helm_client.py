"""The helm client itself, with a home of its own: nothing of whoever runs the tests is read or written."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.real.absences import Absences
from tests.real.docker_registry import DockerRegistry

REPOSITORY_ROOT = Path(__file__).resolve().parents[2]


class HelmError(Exception):
    """Holds what helm said."""


class Helm:
    def __init__(self, binary: Path, home: Path) -> None:
        self.binary = binary
        self._home = home
        self._environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(home),
            "HELM_CACHE_HOME": str(home / "cache"),
            "HELM_CONFIG_HOME": str(home / "config"),
            "HELM_DATA_HOME": str(home / "data"),
        }

    def run(self, *arguments: str) -> str:
        """Its standard output. Raises HelmError."""
        finished = subprocess.run(
            [str(self.binary), *arguments],
            env=self._environment,
            cwd=self._home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if finished.returncode != 0:
            raise HelmError(f"helm {arguments[0]}: {finished.stderr.strip()}")
        return finished.stdout

    def package(self, chart: Path, destination: Path, *, version: str | None = None) -> Path:
        """The archive that helm makes of the chart's folder."""
        before = set(destination.glob("*.tgz"))
        extra = ("--version", version) if version else ()
        self.run("package", str(chart), "--destination", str(destination), *extra)
        (archive,) = set(destination.glob("*.tgz")) - before
        return archive

    def push(self, registry: DockerRegistry, archive: Path, namespace: str) -> None:
        """To `namespace`/<chart name>, under the tag that helm makes of the version."""
        self.run("push", str(archive), f"oci://{registry.host}/{namespace}", *self._access(registry))

    def pull(self, registry: DockerRegistry, repository: str, version: str, destination: Path) -> Path:
        """The archive, as helm wrote it."""
        destination.mkdir(parents=True, exist_ok=True)
        target = f"oci://{registry.host}/{repository}"
        access = self._access(registry)
        self.run("pull", target, "--version", version, "--destination", str(destination), *access)
        (archive,) = destination.glob("*.tgz")
        return archive

    def _access(self, registry: DockerRegistry) -> list[str]:
        arguments: list[str] = []
        if registry.username and registry.password:
            arguments += ["--username", registry.username, "--password", registry.password]
        if registry.ca_pem is None:
            return [*arguments, "--plain-http"]
        ca_file = self._home / f"ca-{registry.port}.pem"
        ca_file.write_text(registry.ca_pem)
        return [*arguments, "--ca-file", str(ca_file)]


@pytest.fixture(scope="session")
def helm_binary(absences: Absences) -> Path:
    folders = [REPOSITORY_ROOT / ".tools" / "bin", Path.home() / "go" / "bin"]
    search_path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders)])
    found = shutil.which("helm", path=search_path)
    if found is None:
        absences.report("helm", "GOBIN=$PWD/.tools/bin go install helm.sh/helm/v3/cmd/helm@v3.22.0")
    return Path(found)


@pytest.fixture(scope="session")
def helm(helm_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Helm:
    return Helm(helm_binary, tmp_path_factory.mktemp("helm-home"))
