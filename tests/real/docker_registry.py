"""Debian's docker-registry (CNCF Distribution 2.8) on a loopback port, with login and certificate."""

import json
import shutil
import signal
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import trustme

from tests.real.absences import Absences
from tests.real.child_process import ChildProcess, free_port

USERNAME = "robot"
PASSWORD = "pull-and-push-7c1f"


@dataclass(frozen=True)
class RegistryFiles:
    """Paths of what one registry is started from; certificate and key are PEM."""

    binary: Path
    directory: Path
    htpasswd: Path | None
    certificate: Path | None
    key: Path | None

    def write_configuration(self, port: int, endpoint: dict[str, object] | None = None) -> Path:
        """`endpoint` is where it sends notifications, as its documentation has it."""
        http: dict[str, object] = {"addr": f"127.0.0.1:{port}"}
        if self.certificate and self.key:
            http["tls"] = {"certificate": str(self.certificate), "key": str(self.key)}
        configuration: dict[str, object] = {
            "version": "0.1",
            "log": {"level": "info", "accesslog": {"disabled": False}},
            "storage": {
                "filesystem": {"rootdirectory": str(self.directory / "storage")},
                "delete": {"enabled": True},
            },
            "http": http,
        }
        if self.htpasswd:
            configuration["auth"] = {"htpasswd": {"realm": "chartroom tests", "path": str(self.htpasswd)}}
        if endpoint:
            configuration["notifications"] = {"endpoints": [endpoint]}
        path = self.directory / "registry.yaml"
        path.write_text(json.dumps(configuration))  # JSON is YAML
        return path


class DockerRegistry:
    """`host` is host:port; `ca_pem` is None for plain HTTP, `username` and `password` for a public one."""

    def __init__(self, files: RegistryFiles, ca_pem: str | None, username: str | None, password: str | None) -> None:
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.ca_pem = ca_pem
        self.username = username
        self.password = password
        self.directory = files.directory
        self._files = files
        self._process = ChildProcess(
            [str(files.binary), "serve", str(files.write_configuration(self.port))],
            files.directory / "registry.log",
        )

    @property
    def url(self) -> str:
        return f"{'https' if self.ca_pem else 'http'}://{self.host}"

    @property
    def running(self) -> bool:
        return self._process.running

    @property
    def log_text(self) -> str:
        """Its access log too: what was really asked of it."""
        return self._process.log_text

    def client(self) -> httpx.Client:
        """Signed in and trusting the registry's CA; the caller closes it."""
        verify: ssl.SSLContext | bool = ssl.create_default_context(cadata=self.ca_pem) if self.ca_pem else True
        auth = (self.username, self.password) if self.username and self.password else None
        return httpx.Client(base_url=self.url, verify=verify, auth=auth, trust_env=False, timeout=30)

    def start(self) -> None:
        """On the same port and storage as ever."""
        self._process.start(self._answers)

    def stop(self) -> None:
        self._process.stop()

    def kill(self) -> None:
        self._process.kill()

    def restart(self) -> None:
        self.kill()
        self.start()

    def notify(self, url: str, **headers: str) -> None:
        """Tells `url` of what happens from now on. Starts anew."""
        endpoint: dict[str, object] = {
            "name": "chartroom",
            "url": url,
            "headers": {name: [value] for name, value in headers.items()},
            "timeout": "5s",
            "threshold": 3,
            "backoff": "1s",
        }
        self._files.write_configuration(self.port, endpoint)
        self.restart()

    def freeze(self) -> None:
        """Connections are still accepted by the kernel, and nothing answers, until `thaw`."""
        self._process.send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send(signal.SIGCONT)

    def delete_manifest(self, repository: str, digest: str) -> None:
        """Takes every tag that points at `digest` away with it."""
        with self.client() as client:
            client.delete(f"/v2/{repository}/manifests/{digest}").raise_for_status()

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return client.get("/v2/").status_code == 200
        except httpx.TransportError:
            return False


StartDockerRegistry = Callable[..., DockerRegistry]


@pytest.fixture(scope="session")
def certificate_authority() -> trustme.CA:
    return trustme.CA(organization_name="Chartroom tests")


@pytest.fixture(scope="session")
def docker_registry_binary(absences: Absences) -> Path:
    found = shutil.which("docker-registry") or shutil.which("registry")
    if found is None:
        absences.report("docker-registry", "apt-get install docker-registry")
    return Path(found)


@pytest.fixture(scope="session")
def docker_registry(
    docker_registry_binary: Path,
    certificate_authority: trustme.CA,
    absences: Absences,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[StartDockerRegistry]:
    """A function that starts a registry of its own for the caller.

    Keywords: `login` (htpasswd with bcrypt, default True), `tls` (certificate from `certificate_authority`,
    default True). All are ended with the test session; a test that wants one gone earlier stops it.
    """
    started: list[DockerRegistry] = []

    def start(*, login: bool = True, tls: bool = True) -> DockerRegistry:
        directory = tmp_path_factory.mktemp("docker-registry")
        certificate, key = _write_certificate(certificate_authority, directory) if tls else (None, None)
        registry = DockerRegistry(
            RegistryFiles(
                binary=docker_registry_binary,
                directory=directory,
                htpasswd=_write_htpasswd(directory, absences) if login else None,
                certificate=certificate,
                key=key,
            ),
            ca_pem=certificate_authority.cert_pem.bytes().decode() if tls else None,
            username=USERNAME if login else None,
            password=PASSWORD if login else None,
        )
        started.append(registry)
        registry.start()
        return registry

    yield start
    for registry in started:
        registry.kill()


@pytest.fixture(scope="session")
def shared_docker_registry(docker_registry: StartDockerRegistry) -> DockerRegistry:
    """With login and TLS, for tests that only add repositories of their own and never stop it."""
    return docker_registry()


def _write_certificate(authority: trustme.CA, directory: Path) -> tuple[Path, Path]:
    leaf = authority.issue_cert("127.0.0.1", "localhost", "::1")
    certificate, key = directory / "registry.crt", directory / "registry.key"
    certificate.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    key.write_bytes(leaf.private_key_pem.bytes())
    return certificate, key


def _write_htpasswd(directory: Path, absences: Absences) -> Path:
    tool = shutil.which("htpasswd")
    if tool is None:
        absences.report("htpasswd", "apt-get install apache2-utils")
    path = directory / "htpasswd"
    # Distribution takes bcrypt alone; cost 4 is the lowest, so that hundreds of requests stay quick.
    command = [tool, "-c", "-b", "-B", "-C", "4", str(path), USERNAME, PASSWORD]
    subprocess.run(command, check=True, capture_output=True)
    return path
