"""The registry is a real one: it refuses strangers, holds its certificate, and comes back as it was."""

import ssl

import httpx
import pytest

from tests.real.conftest import MakeArchive
from tests.real.docker_registry import DockerRegistry, StartDockerRegistry
from tests.real.pushing import push_chart


def _tags(registry: DockerRegistry, repository: str) -> list[str]:
    with registry.client() as client:
        return list(client.get(f"/v2/{repository}/tags/list").json()["tags"])


def test_request_is_refused_when_login_is_missing(shared_docker_registry: DockerRegistry) -> None:
    registry = shared_docker_registry
    assert registry.ca_pem is not None
    verify = ssl.create_default_context(cadata=registry.ca_pem)
    response = httpx.get(f"{registry.url}/v2/", verify=verify, trust_env=False)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Basic realm=")


def test_tls_fails_when_ca_is_not_given(shared_docker_registry: DockerRegistry) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{shared_docker_registry.url}/v2/", trust_env=False)


def test_plain_public_registry_answers_without_login(docker_registry: StartDockerRegistry) -> None:
    registry = docker_registry(login=False, tls=False)
    assert registry.url.startswith("http://")
    assert httpx.get(f"{registry.url}/v2/", trust_env=False).status_code == 200


def test_registry_keeps_port_and_charts_when_killed_and_started_again(
    docker_registry: StartDockerRegistry, make_archive: MakeArchive
) -> None:
    registry = docker_registry()
    push_chart(registry, "acme/payments", make_archive("payments", "1.0.0"))
    host = registry.host

    registry.kill()
    with pytest.raises(httpx.ConnectError):
        _tags(registry, "acme/payments")
    registry.start()

    assert registry.host == host
    assert _tags(registry, "acme/payments") == ["1.0.0"]


def test_nothing_answers_when_frozen_until_thawed(docker_registry: StartDockerRegistry) -> None:
    registry = docker_registry(login=False, tls=False)
    registry.freeze()
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{registry.url}/v2/", timeout=0.3, trust_env=False)
    registry.thaw()
    assert httpx.get(f"{registry.url}/v2/", trust_env=False).status_code == 200


def test_tags_are_gone_when_their_manifest_is_deleted(
    shared_docker_registry: DockerRegistry, make_archive: MakeArchive
) -> None:
    repository = "deleting/payments"
    gone = push_chart(shared_docker_registry, repository, make_archive("payments", "1.0.0"))
    push_chart(shared_docker_registry, repository, make_archive("payments", "1.1.0"))
    shared_docker_registry.delete_manifest(repository, gone.digest)
    assert _tags(shared_docker_registry, repository) == ["1.1.0"]
