"""Docker Hub. Sources: containers/image and oras-go for its aliases, docs.docker.com for its limits."""

from typing import ClassVar, Final

from app.oci_client.answers import Asked, Presented, Refusal
from app.oci_client.errors import CredentialsRefused, InvalidRegistryHost, RateLimited, RegistryError
from app.oci_client.provider import Provider
from app.oci_client.reference import RegistryHost, parse_repository

REGISTRY_HOST: Final = RegistryHost("registry-1.docker.io")
TOKEN_HOST: Final = "auth.docker.io"  # noqa: S105 - a host name
# What people type, by exact match: a suffix match would take docker.io.example.com for Docker Hub.
_ALIASES: Final = frozenset(
    {"docker.io", "index.docker.io", "registry.hub.docker.com", "hub.docker.com", "registry-1.docker.io"}
)
# The key under which Docker's own configuration keeps Docker Hub's login.
_CONFIGURATION_KEY: Final = "https://index.docker.io/v1"


class DockerHubProvider(Provider):
    """registry-1.docker.io, whose tokens come from auth.docker.io."""

    name: ClassVar[str] = "dockerHub"
    title: ClassVar[str] = "Docker Hub"
    default_host: ClassVar[RegistryHost | None] = REGISTRY_HOST
    # It ignores n and answers with every tag at once, or with pages and a Link: the choice is left to it.
    tags_page_size: ClassVar[int | None] = None

    def parse_host(self, text: str) -> RegistryHost:
        """registry-1.docker.io for every name people use for it, and for none at all."""
        typed = text.strip().rstrip("/").lower()
        if not typed or typed in _ALIASES or typed == _CONFIGURATION_KEY:
            return REGISTRY_HOST
        raise InvalidRegistryHost(
            "Docker Hub's registry is docker.io. For a registry of your own, choose “Other” as provider."
        )

    def parse_repository(self, text: str, host: RegistryHost | None = None) -> str:
        """Official images have one part only, and live under library/."""
        trimmed = text.strip().strip("/")
        for alias in _ALIASES:
            trimmed = trimmed.removeprefix(f"{alias}/")
        name = parse_repository(trimmed)
        return name if "/" in name else f"library/{name}"

    def token_hosts(self, host: RegistryHost) -> frozenset[str]:
        return frozenset({TOKEN_HOST}) if host == REGISTRY_HOST else frozenset()

    def explain(self, refusal: Refusal) -> RegistryError | None:
        if refusal.status == 429:
            limit = "pull rate limit" if "TOOMANYREQUESTS" in refusal.codes else "limit of requests per minute"
            return RateLimited(
                f"Docker Hub's {limit} is reached. Credentials of a Docker account raise it.{refusal.quoted}",
                **refusal.facts(),
            )
        if refusal.status == 401 and refusal.subject.asked is Asked.TOKEN and refusal.presented is Presented.BASIC:
            return CredentialsRefused(
                "Docker Hub refused the user name or the password or token. With two-factor or single "
                "sign-on, use a "
                f"personal access token; for an organisation's token, the user is the "
                f"organisation.{refusal.quoted}",
                **refusal.facts(),
            )
        return None
