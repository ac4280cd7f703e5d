"""What is pushed is what a registry then serves, in each of the shapes that publishers use."""

from typing import Any

import httpx

from tests.real.conftest import MakeArchive
from tests.real.docker_registry import DockerRegistry
from tests.real.pushing import (
    HELM_CONFIG,
    HELM_LAYER,
    HELM_LEGACY_LAYER,
    HELM_PROVENANCE,
    IMAGE_CONFIG,
    OCI_INDEX,
    OCI_MANIFEST,
    Pushed,
    digest_of,
    push_chart,
    push_cosign_signature,
    push_image,
    push_manifest,
)


def _pulled(registry: DockerRegistry, pushed: Pushed) -> httpx.Response:
    with registry.client() as client:
        response = client.get(
            f"/v2/{pushed.repository}/manifests/{pushed.tag}",
            headers={"Accept": f"{OCI_MANIFEST}, {OCI_INDEX}"},
        )
    response.raise_for_status()
    assert response.headers["Docker-Content-Digest"] == pushed.digest == digest_of(response.content)
    return response


def _media_types(manifest: dict[str, Any]) -> list[str]:
    return [layer["mediaType"] for layer in manifest["layers"]]


def test_chart_comes_back_byte_for_byte_under_the_tag_of_its_version(
    shared_docker_registry: DockerRegistry, make_archive: MakeArchive
) -> None:
    archive = make_archive("payments", "1.2.3+build.5")
    pushed = push_chart(
        shared_docker_registry,
        "pushing/payments",
        archive,
        created="2026-01-02T03:04:05Z",
        annotations={"a": "b"},
    )
    assert pushed.tag == "1.2.3_build.5"

    manifest = _pulled(shared_docker_registry, pushed).json()
    assert manifest["config"]["mediaType"] == HELM_CONFIG
    assert _media_types(manifest) == [HELM_LAYER]
    assert manifest["annotations"] == {"a": "b", "org.opencontainers.image.created": "2026-01-02T03:04:05Z"}
    with shared_docker_registry.client() as client:
        config = client.get(f"/v2/pushing/payments/blobs/{manifest['config']['digest']}").json()
        assert (config["name"], config["version"]) == ("payments", "1.2.3+build.5")
        assert client.get(f"/v2/pushing/payments/blobs/{pushed.archive_digest}").content == archive


def test_provenance_layer_stands_first_when_asked(
    shared_docker_registry: DockerRegistry, make_archive: MakeArchive
) -> None:
    archive = make_archive("signed", "1.0.0")
    pushed = push_chart(shared_docker_registry, "pushing/signed", archive, provenance=b"-----BEGIN PGP")
    assert _media_types(_pulled(shared_docker_registry, pushed).json()) == [HELM_PROVENANCE, HELM_LAYER]


def test_layer_has_the_legacy_media_type_when_asked(
    shared_docker_registry: DockerRegistry, make_archive: MakeArchive
) -> None:
    archive = make_archive("old", "1.0.0")
    pushed = push_chart(shared_docker_registry, "pushing/old", archive, layer_media_type=HELM_LEGACY_LAYER)
    assert _media_types(_pulled(shared_docker_registry, pushed).json()) == [HELM_LEGACY_LAYER]


def test_tag_points_at_an_index_of_the_chart_when_wrapped(
    shared_docker_registry: DockerRegistry, make_archive: MakeArchive
) -> None:
    pushed = push_chart(shared_docker_registry, "pushing/index", make_archive("index", "1.0.0"), in_index=True)
    index = _pulled(shared_docker_registry, pushed)
    assert index.headers["Content-Type"] == OCI_INDEX
    (wrapped,) = index.json()["manifests"]
    with shared_docker_registry.client() as client:
        path = f"/v2/pushing/index/manifests/{wrapped['digest']}"
        manifest = client.get(path, headers={"Accept": OCI_MANIFEST}).json()
    assert _media_types(manifest) == [HELM_LAYER]


def test_image_and_signature_stand_beside_a_chart(
    shared_docker_registry: DockerRegistry, make_archive: MakeArchive
) -> None:
    chart = push_chart(shared_docker_registry, "pushing/mixed", make_archive("mixed", "1.0.0"))
    image = push_image(shared_docker_registry, "pushing/mixed", "latest")
    signature = push_cosign_signature(shared_docker_registry, "pushing/mixed", chart.digest)
    assert signature.tag == f"sha256-{chart.digest.removeprefix('sha256:')}.sig"
    assert _pulled(shared_docker_registry, image).json()["config"]["mediaType"] == IMAGE_CONFIG
    assert len(_pulled(shared_docker_registry, signature).json()["layers"]) == 1


def test_tag_moves_when_another_manifest_is_pushed_under_it(
    shared_docker_registry: DockerRegistry, make_archive: MakeArchive
) -> None:
    repository = "pushing/moved"
    first = push_chart(shared_docker_registry, repository, make_archive("moved", "1.0.0"), tag="stable")
    second = push_chart(shared_docker_registry, repository, make_archive("moved", "1.1.0"), tag="stable")
    assert first.digest != second.digest
    _pulled(shared_docker_registry, second)
    with shared_docker_registry.client() as client:
        assert push_manifest(client, repository, "stable", first.manifest, OCI_MANIFEST) == first.digest
    _pulled(shared_docker_registry, first)
