"""What people paste: it parses, it is exact, and what a stranger named it runs nothing."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.graphql_api import install_snippets
from app.graphql_api.install_snippets import Installable
from tests.graphql_api.snippet_schemas import refusals
from tests.graphql_api.test_chart_versions import archive_of
from tests.real.cluster_stub import cluster_stub
from tests.real.docker_registry import DockerRegistry
from tests.real.helm_client import Helm, HelmError
from tests.real.pushing import push_chart

DIGEST = "sha256:" + "ab" * 32
CHART = Installable("payments", "registry-1.docker.io", "acme/charts/payments", "1.2.3_build.5", DIGEST)


def loaded(text: str) -> list[Any]:
    return list(yaml.safe_load_all(text))


def test_helm_command_has_address_digest_and_version_filled_in() -> None:
    address = f"oci://registry-1.docker.io/acme/charts/payments@{DIGEST}"
    assert install_snippets.helm(CHART) == f"helm install payments {address} --version 1.2.3+build.5"


def test_helm_version_is_that_of_the_tag_when_it_has_a_v() -> None:
    assert install_snippets.helm(replace(CHART, tag="v1.2.3")).endswith("--version v1.2.3")


def test_argo_cd_application_names_the_path_above_and_the_chart() -> None:
    (application,) = loaded(install_snippets.argo_cd(CHART))
    assert application["kind"] == "Application"
    assert application["spec"]["source"] == {
        "repoURL": "registry-1.docker.io/acme/charts",
        "chart": "payments",
        "targetRevision": "1.2.3+build.5",
    }
    assert DIGEST in install_snippets.argo_cd(CHART)


def test_argo_cd_repository_is_the_host_when_the_chart_lies_at_the_top() -> None:
    (application,) = loaded(install_snippets.argo_cd(replace(CHART, host="localhost:5000", repository="payments")))
    assert application["spec"]["source"]["repoURL"] == "localhost:5000"


def test_flux_release_refers_to_a_source_pinned_to_the_digest() -> None:
    source, release = loaded(install_snippets.flux(CHART))
    assert (source["kind"], release["kind"]) == ("OCIRepository", "HelmRelease")
    assert source["spec"]["url"] == "oci://registry-1.docker.io/acme/charts/payments"
    assert source["spec"]["ref"] == {"tag": "1.2.3_build.5", "digest": DIGEST}
    assert release["spec"]["chartRef"] == {"kind": "OCIRepository", "name": source["metadata"]["name"]}


@pytest.mark.parametrize(
    ("name", "release"),
    [
        ("Pay Ments", "pay-ments"),
        ("$(touch /tmp/x)", "touch-tmp-x"),
        ('a"\n: b', "a-b"),
        ("'; rm -rf ~", "rm-rf"),
        ("日本", "release"),
        ("x" * 60, "x" * 53),
        ("1.10", "1-10"),
    ],
)
def test_release_is_a_kubernetes_name_whatever_the_chart_is_called(name: str, release: str) -> None:
    chart = replace(CHART, chart_name=name)
    assert shlex.split(install_snippets.helm(chart))[2] == release
    (application,) = loaded(install_snippets.argo_cd(chart))
    assert application["metadata"]["name"] == application["spec"]["destination"]["namespace"] == release
    assert [part["metadata"]["name"] for part in loaded(install_snippets.flux(chart))] == [release, release]


def test_versions_stay_texts_when_yaml_would_read_them_as_numbers() -> None:
    chart = replace(CHART, tag="1.10")
    assert loaded(install_snippets.argo_cd(chart))[0]["spec"]["source"]["targetRevision"] == "1.10"
    assert loaded(install_snippets.flux(chart))[0]["spec"]["ref"]["tag"] == "1.10"


STRANGE = [
    CHART,
    replace(CHART, tag="1.10"),
    replace(CHART, tag="v1.2.3"),
    replace(CHART, host="localhost:5000", repository="payments"),
    *(replace(CHART, chart_name=name) for name in ("Pay.Ments", "$(touch /tmp/x)", "日本", "x" * 60, "1.10")),
]


@pytest.mark.parametrize("chart", STRANGE, ids=lambda chart: f"{chart.chart_name[:20]} {chart.tag} {chart.host}")
def test_argo_cd_and_flux_take_what_is_shown(chart: Installable) -> None:
    shown = [*loaded(install_snippets.argo_cd(chart)), *loaded(install_snippets.flux(chart))]
    assert [document["kind"] for document in shown] == ["Application", "OCIRepository", "HelmRelease"]
    assert {document["kind"]: refusals(document) for document in shown} == {
        "Application": [],
        "OCIRepository": [],
        "HelmRelease": [],
    }


def test_schemas_refuse_what_the_tools_would() -> None:
    (application,) = loaded(install_snippets.argo_cd(CHART))
    source, release = loaded(install_snippets.flux(CHART))
    for document, change in (
        (application, {"source": {"repoUrl": "x"}}),
        (source, {"interval": "1 hour"}),
        (source, {"layerSelector": {"operation": "unpack"}}),
        (release, {"chartRef": {"kind": "OCIRepo", "name": "x"}}),
        (release, {"unknown": 1}),
    ):
        assert refusals({**document, "spec": {**document["spec"], **change}})
    assert refusals({**release, "apiVersion": "helm.toolkit.fluxcd.io/v2beta1"})


def access_to(registry: DockerRegistry, folder: Path) -> list[str]:
    """Options for helm: the login and the CA of a registry of these tests."""
    ca_file = folder / "ca.pem"
    ca_file.write_text(registry.ca_pem or "")
    return ["--username", registry.username or "", "--password", registry.password or "", "--ca-file", str(ca_file)]


@pytest.mark.parametrize(("tag", "version"), [("1.2.3_build.5", "1.2.3+build.5"), ("v1.2.3", "1.2.3")])
def test_helm_finds_what_the_command_names(
    helm: Helm, shared_docker_registry: DockerRegistry, tmp_path: Path, tag: str, version: str
) -> None:
    repository = f"snippets/{tag.replace('_', '-')}/payments"
    pushed = push_chart(
        shared_docker_registry,
        repository,
        archive_of({"Chart.yaml": f"apiVersion: v2\nname: payments\nversion: {version}\n"}),
        tag=tag,
    )
    chart = Installable("payments", shared_docker_registry.host, repository, tag, pushed.digest)
    command = shlex.split(install_snippets.helm(chart))
    assert command[:3] == ["helm", "install", "payments"]
    shown = yaml.safe_load(helm.run("show", "chart", *command[3:], *access_to(shared_docker_registry, tmp_path)))
    assert (shown["name"], shown["version"]) == ("payments", version)


def test_helm_installs_and_pulls_what_the_command_names(
    helm: Helm, shared_docker_registry: DockerRegistry, tmp_path: Path
) -> None:
    """The whole command, but for what it would change in a cluster."""
    files = {
        "Chart.yaml": "apiVersion: v2\nname: payments\nversion: 1.2.3+build.5\n",
        "templates/map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-map\n",
    }
    archive = archive_of(files)
    pushed = push_chart(shared_docker_registry, "snippets/install/payments", archive, tag="1.2.3_build.5")
    host = shared_docker_registry.host
    chart = Installable("payments", host, "snippets/install/payments", "1.2.3_build.5", pushed.digest)
    command, access = shlex.split(install_snippets.helm(chart)), access_to(shared_docker_registry, tmp_path)
    with cluster_stub() as address:
        dry = ["--dry-run=client", "--disable-openapi-validation", "--kube-apiserver", address]
        rendered = helm.run(*command[1:], *dry, *access)
    assert "name: payments-map" in rendered
    helm.run("pull", *command[3:], "--destination", str(tmp_path), *access)
    (pulled,) = tmp_path.glob("*.tgz")
    assert pulled.read_bytes() == archive


def test_helm_refuses_the_command_when_the_tag_was_moved(
    helm: Helm, shared_docker_registry: DockerRegistry, tmp_path: Path
) -> None:
    archive = archive_of({"Chart.yaml": "apiVersion: v2\nname: payments\nversion: 1.0.0\n"})
    push_chart(shared_docker_registry, "snippets/moved/payments", archive)
    chart = Installable("payments", shared_docker_registry.host, "snippets/moved/payments", "1.0.0", DIGEST)
    command = shlex.split(install_snippets.helm(chart))
    with pytest.raises(HelmError, match="digest mismatch"):
        helm.run("show", "chart", *command[3:], *access_to(shared_docker_registry, tmp_path))
