"""Docker Hub under all its names."""

import pytest

from app.oci_client.answers import Asked, Presented, Refusal, Subject
from app.oci_client.errors import InvalidRegistryHost, InvalidRepositoryName, RateLimited
from app.oci_client.providers.docker_hub import DockerHubProvider
from app.oci_client.reference import RegistryHost

HUB = DockerHubProvider()


@pytest.mark.parametrize(
    "typed",
    ["", "docker.io", "Docker.IO/", "index.docker.io", "registry.hub.docker.com", "registry-1.docker.io",
     "https://index.docker.io/v1/"],
)  # fmt: skip
def test_host_is_docker_hubs_under_every_name(typed: str) -> None:
    assert str(HUB.parse_host(typed)) == "registry-1.docker.io"


@pytest.mark.parametrize("typed", ["docker.io.evil.example", "evil-docker.io", "ghcr.io", "docker.io:5000"])
def test_host_is_refused_when_it_only_looks_like_docker_hub(typed: str) -> None:
    with pytest.raises(InvalidRegistryHost, match=r"docker\.io"):
        HUB.parse_host(typed)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("nginx", "library/nginx"),
        ("bitnamicharts/nginx", "bitnamicharts/nginx"),
        ("docker.io/bitnamicharts/nginx", "bitnamicharts/nginx"),
    ],
)
def test_repository_is_of_library_when_it_has_one_part(typed: str, name: str) -> None:
    assert HUB.parse_repository(typed) == name


def test_repository_is_refused_when_it_is_none() -> None:
    with pytest.raises(InvalidRepositoryName):
        HUB.parse_repository("Bitnami Charts")


def test_token_host_is_known_for_docker_hub_only() -> None:
    assert HUB.token_hosts(RegistryHost("registry-1.docker.io")) == {"auth.docker.io"}
    assert HUB.token_hosts(RegistryHost("mirror.example")) == frozenset()


@pytest.mark.parametrize(("codes", "words"), [(("TOOMANYREQUESTS",), "pull rate limit"), ((), "requests per minute")])
def test_limits_are_told_apart(codes: tuple[str, ...], words: str) -> None:
    refusal = Refusal("registry-1.docker.io", Subject(Asked.MANIFEST, "a/b", "1"), 429, Presented.TOKEN, codes, "")
    error = HUB.explain(refusal)
    assert isinstance(error, RateLimited) and words in str(error)
