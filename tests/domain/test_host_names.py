"""One registry is one, whichever of its names is used."""

import pytest

from app.domain.host_names import DOCKER_HUB, DOCKER_HUB_HOSTS, familiar_host, oci_repository
from app.oci_client.providers.docker_hub import REGISTRY_HOST, DockerHubProvider


@pytest.mark.parametrize(
    ("host", "familiar"),
    [
        ("registry-1.docker.io", "docker.io"),
        ("index.docker.io:443", "docker.io"),
        ("Docker.IO", "docker.io"),
        ("docker.io.example.com", "docker.io.example.com"),
        ("docker.io:5000", "docker.io:5000"),
        ("ghcr.io:443", "ghcr.io"),
        ("localhost:5000", "localhost:5000"),
    ],
)
def test_host_has_one_familiar_name(host: str, familiar: str) -> None:
    assert familiar_host(host) == familiar


def test_all_names_of_docker_hub_are_registered_as_one() -> None:
    assert {DockerHubProvider().parse_host(host) for host in DOCKER_HUB_HOSTS} == {REGISTRY_HOST}
    assert familiar_host(str(REGISTRY_HOST)) == DOCKER_HUB


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("oci://docker.io/bitnamicharts", ("docker.io", "bitnamicharts/common")),
        ("oci://registry-1.docker.io/bitnamicharts/", ("docker.io", "bitnamicharts/common")),
        ("OCI://ghcr.io/a/b", ("ghcr.io", "a/b/common")),
        ("oci://localhost:5000", ("localhost:5000", "common")),
        ("https://docker.io/bitnamicharts", None),
        ("oci://", None),
        ("oci:", None),
        ("@alias", None),
        ("", None),
    ],
)
def test_dependency_is_where_helm_looks_for_it(url: str, found: tuple[str, str] | None) -> None:
    assert oci_repository(url, "common") == found
