"""Against Debian's docker-registry, with login and certificate, as people run it."""

import pytest
import trustme

from app.oci_client.client import RegistryClient
from app.oci_client.credentials import Anonymous, Credential, Secret, UsernamePassword
from app.oci_client.errors import (
    CredentialsRefused,
    DigestMismatch,
    ManifestNotFound,
    RepositoryNotFound,
    TlsFailed,
)
from app.oci_client.limits import ClientLimits
from app.oci_client.manifest import ChartManifest, Descriptor
from app.oci_client.probing import StageOutcome, probe
from app.oci_client.reference import RegistryHost
from app.oci_client.tls import ConnectionSecurity, TlsSettings
from tests.oci_client.lab import INSECURE, Bench, bench
from tests.real.docker_registry import DockerRegistry, StartDockerRegistry
from tests.real.pushing import push_chart

ARCHIVE = b"not really a chart, but bytes all the same " * 100
REPOSITORY = "oci-client/payments"


def secured(registry: DockerRegistry) -> TlsSettings:
    return TlsSettings(ConnectionSecurity.SECURE_WITH_CA, registry.ca_pem)


def client_of(made: Bench, registry: DockerRegistry, credential: Credential | None = None) -> RegistryClient:
    if credential is None:
        assert registry.username and registry.password
        credential = UsernamePassword(registry.username, Secret(registry.password))
    return made.client(RegistryHost.parse(registry.host), credential, limits=ClientLimits(tries_max=2))


async def test_chart_is_pulled_as_it_was_pushed(shared_docker_registry: DockerRegistry, authority: trustme.CA) -> None:
    registry = shared_docker_registry
    pushed = push_chart(registry, REPOSITORY, ARCHIVE, tag="1.2.3_build.5", config=b"{}")
    async with bench(authority, secured(registry)) as made:
        client = client_of(made, registry)
        tags = [listed.tag async for page in client.list_tags(REPOSITORY) for listed in page]
        assert "1.2.3_build.5" in tags
        assert (await client.head_manifest(REPOSITORY, "1.2.3_build.5")).digest == pushed.digest
        assert (await client.head_manifest(REPOSITORY, "1.2.3_build.5", pushed.digest)).digest == pushed.digest
        fetched = await client.get_chart_manifest(REPOSITORY, pushed.digest)
        assert fetched.body == pushed.manifest
        assert isinstance(fetched.manifest, ChartManifest)
        assert await client.read_blob(REPOSITORY, fetched.manifest.chart_layer) == ARCHIVE
        shorter = Descriptor("x", fetched.manifest.chart_layer.digest, 10)
        with pytest.raises(DigestMismatch):
            await client.read_blob(REPOSITORY, shorter)


async def test_faults_are_told_apart(shared_docker_registry: DockerRegistry, authority: trustme.CA) -> None:
    registry = shared_docker_registry
    push_chart(registry, REPOSITORY, ARCHIVE, tag="1.0.0", config=b"{}")
    async with bench(authority, secured(registry)) as made:
        with pytest.raises(CredentialsRefused):
            await client_of(made, registry, UsernamePassword("robot", Secret("wrong"))).get_manifest(
                REPOSITORY, "1.0.0"
            )
        with pytest.raises(CredentialsRefused):
            await client_of(made, registry, Anonymous()).get_manifest(REPOSITORY, "1.0.0")
        with pytest.raises(ManifestNotFound):
            await client_of(made, registry).get_manifest(REPOSITORY, "no-such-tag")
        with pytest.raises(RepositoryNotFound):
            [page async for page in client_of(made, registry).list_tags("oci-client/no-such")]
    async with bench(authority) as made:
        with pytest.raises(TlsFailed):
            await client_of(made, registry).ping()


async def test_probe_passes_every_stage(shared_docker_registry: DockerRegistry, authority: trustme.CA) -> None:
    registry = shared_docker_registry
    push_chart(registry, REPOSITORY, ARCHIVE, tag="2.0.0", config=b"{}")
    async with bench(authority, secured(registry)) as made:
        found = [stage async for stage in probe(client_of(made, registry), [REPOSITORY, "oci-client/none"])]
    assert [stage.outcome for stage in found] == [StageOutcome.PASSED] * 6 + [StageOutcome.FAILED]


async def test_plain_public_registry_is_read_when_insecure(
    docker_registry: StartDockerRegistry, authority: trustme.CA
) -> None:
    registry = docker_registry(login=False, tls=False)
    push_chart(registry, REPOSITORY, ARCHIVE, tag="1.0.0", config=b"{}")
    async with bench(authority, INSECURE) as made:
        fetched = await client_of(made, registry, Anonymous()).get_chart_manifest(REPOSITORY, "1.0.0")
    assert isinstance(fetched.manifest, ChartManifest)
