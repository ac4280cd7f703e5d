"""Helm and the pushers of these tests agree: what one pushes, the other pulls."""

from pathlib import Path

import pytest

from tests.real.conftest import MakeArchive
from tests.real.docker_registry import DockerRegistry, StartDockerRegistry
from tests.real.helm_client import Helm, HelmError
from tests.real.pushing import push_chart


def test_chart_packaged_and_pushed_by_helm_is_pulled_back_by_helm(
    helm: Helm, shared_docker_registry: DockerRegistry, chart_folder: Path, tmp_path: Path
) -> None:
    archive = helm.package(chart_folder, tmp_path)
    helm.push(shared_docker_registry, archive, "helm")
    pulled = helm.pull(shared_docker_registry, "helm/payments", "1.2.3+build.5", tmp_path / "pulled")
    assert pulled.read_bytes() == archive.read_bytes()
    with shared_docker_registry.client() as client:
        assert client.get("/v2/helm/payments/tags/list").json()["tags"] == ["1.2.3_build.5"]


def test_chart_pushed_without_helm_is_pulled_by_helm(
    helm: Helm, shared_docker_registry: DockerRegistry, make_archive: MakeArchive, tmp_path: Path
) -> None:
    archive = make_archive("ledger", "2.0.0")
    push_chart(shared_docker_registry, "helm/ledger", archive)
    assert helm.pull(shared_docker_registry, "helm/ledger", "2.0.0", tmp_path).read_bytes() == archive


def test_chart_goes_through_a_plain_registry_without_login(
    helm: Helm, docker_registry: StartDockerRegistry, chart_folder: Path, tmp_path: Path
) -> None:
    registry = docker_registry(login=False, tls=False)
    archive = helm.package(chart_folder, tmp_path, version="3.0.0")
    helm.push(registry, archive, "helm")
    pulled = helm.pull(registry, "helm/payments", "3.0.0", tmp_path / "pulled")
    assert pulled.read_bytes() == archive.read_bytes()


def test_pull_is_refused_when_version_is_unknown(
    helm: Helm, shared_docker_registry: DockerRegistry, make_archive: MakeArchive, tmp_path: Path
) -> None:
    push_chart(shared_docker_registry, "helm/only-one", make_archive("only-one", "1.0.0"))
    with pytest.raises(HelmError, match="not found"):
        helm.pull(shared_docker_registry, "helm/only-one", "9.9.9", tmp_path)
