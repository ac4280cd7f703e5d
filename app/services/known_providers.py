"""What each provider does in its own way; imported when a registry of its kind is first spoken to or entered."""

import asyncio
import importlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from app.store.entities import Provider

if TYPE_CHECKING:
    from app.oci_client.provider import Provider as ProviderWays


WHAT_SPEAKING_TAKES: Final = (
    "app.oci_client.transport",
    "app.oci_client.client",
    "app.oci_client.probing",
    "app.oci_client.providers.google_keys",
    "app.services.verifying",
    "app.signatures.trust",
)


async def import_ways() -> None:
    """Before a registry is entered or spoken to: a fifth of a second the first time, in which nobody else waits."""
    if not PROVIDERS.are_all_made:
        await asyncio.to_thread(_import)


def _import() -> None:
    for name in WHAT_SPEAKING_TAKES:
        importlib.import_module(name)
    for provider in PROVIDERS:
        _ = PROVIDERS[provider]


class KnownProviders(Mapping[Provider, "ProviderWays"]):
    """All of them, each made once."""

    def __init__(self) -> None:
        self._made: dict[Provider, ProviderWays] = {}

    @property
    def are_all_made(self) -> bool:
        return len(self._made) == len(Provider)

    def __getitem__(self, provider: Provider) -> "ProviderWays":
        if provider not in self._made:
            self._made[provider] = _made(provider)
        return self._made[provider]

    def __iter__(self) -> Iterator[Provider]:
        return iter(Provider)

    def __len__(self) -> int:
        return len(Provider)


def _made(provider: Provider) -> "ProviderWays":
    match provider:
        case Provider.ECR:
            from app.oci_client.providers.ecr import EcrProvider

            return EcrProvider()
        case Provider.DOCKER_HUB:
            from app.oci_client.providers.docker_hub import DockerHubProvider

            return DockerHubProvider()
        case Provider.AZURE:
            from app.oci_client.providers.azure import AzureProvider

            return AzureProvider()
        case Provider.ARTIFACT_REGISTRY:
            from app.oci_client.providers.artifact_registry import ArtifactRegistryProvider

            return ArtifactRegistryProvider()
        case Provider.QUAY:
            from app.oci_client.providers.quay import QuayProvider

            return QuayProvider()
        case Provider.OTHER:
            from app.oci_client.providers.generic import GenericProvider

            return GenericProvider()


PROVIDERS = KnownProviders()
