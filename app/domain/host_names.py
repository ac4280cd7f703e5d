"""Names of one and the same registry: where something is compared by host, it is compared by these.

Source: github.com/containers/image and google/go-containerregistry, names of Docker Hub.
"""

from typing import Final

DOCKER_HUB: Final = "docker.io"
DOCKER_HUB_HOSTS: Final = frozenset({DOCKER_HUB, "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"})
HTTPS_PORT: Final = ":443"


def familiar_host(host: str) -> str:
    """The one name for a registry's host: docker.io for all of Docker Hub's, without the port that https has anyway."""
    name = host.lower().removesuffix(HTTPS_PORT)
    return DOCKER_HUB if name in DOCKER_HUB_HOSTS else name


def oci_repository(url: str, name: str) -> tuple[str, str] | None:
    """Host, by its familiar name, and path of the chart `name` beneath an `oci://` URL, as Helm joins them.

    None where the URL is none of `oci://`, or has no host.
    """
    scheme, separator, rest = url.partition("://")
    host, _, path = rest.strip("/").partition("/")
    if scheme.lower() != "oci" or not separator or not host:
        return None
    return familiar_host(host), f"{path}/{name}".strip("/")
