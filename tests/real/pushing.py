"""What publishers do, by the OCI push protocol: charts as helm pushes them, and the odd ones registries hold.

Every function speaks to a DockerRegistry and returns what it pushed, digests included.
Source: distribution-spec 1.1, Pushing; helm's pkg/registry for media types and annotations.
"""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import httpx
import yaml

from tests.real.docker_registry import DockerRegistry

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
HELM_CONFIG = "application/vnd.cncf.helm.config.v1+json"
HELM_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
HELM_LEGACY_LAYER = "application/tar+gzip"
HELM_PROVENANCE = "application/vnd.cncf.helm.chart.provenance.v1.prov"
IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json"
IMAGE_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
COSIGN_LAYER = "application/vnd.dev.cosign.simplesigning.v1+json"


@dataclass(frozen=True)
class Pushed:
    """`digest` is what the tag points at; `archive_digest` that of the first chart (or image) layer."""

    repository: str
    tag: str
    digest: str
    archive_digest: str
    manifest: bytes


def digest_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def push_blob(client: httpx.Client, repository: str, content: bytes) -> str:
    """POST for an upload session, then one PUT: the two-step monolithic push. Returns the digest."""
    digest = digest_of(content)
    session = client.post(f"/v2/{repository}/blobs/uploads/")
    session.raise_for_status()
    location = httpx.URL(urljoin(str(session.request.url), session.headers["Location"]))
    done = client.put(
        location.copy_merge_params({"digest": digest}),
        content=content,
        headers={"Content-Type": "application/octet-stream"},
    )
    done.raise_for_status()
    return digest


def push_manifest(client: httpx.Client, repository: str, tag: str, manifest: bytes, media_type: str) -> str:
    """Byte for byte as given; also how a tag is moved or put beside another. Returns the digest."""
    response = client.put(f"/v2/{repository}/manifests/{tag}", content=manifest, headers={"Content-Type": media_type})
    response.raise_for_status()
    return digest_of(manifest)


def push_chart(
    registry: DockerRegistry,
    repository: str,
    archive: bytes,
    *,
    tag: str | None = None,
    config: bytes | None = None,
    config_media_type: str = HELM_CONFIG,
    layer_media_type: str = HELM_LAYER,
    provenance: bytes | None = None,
    provenance_first: bool = True,
    annotations: dict[str, str] | None = None,
    created: str | None = None,
    in_index: bool = False,
) -> Pushed:
    """As `helm push` does.

    `tag`: by default the version of Chart.yaml with + as _. `config`: by default Chart.yaml as JSON.
    `created`: RFC 3339, becomes org.opencontainers.image.created. `provenance_first`: helm 4 sorts layers by
    digest, so provenance may stand before the chart. `in_index`: the tag points at an index of one manifest.
    """
    chart = {} if tag and config else _chart_yaml(archive)
    tag = tag or str(chart["version"]).replace("+", "_")
    config = json.dumps(chart).encode() if config is None else config
    layers = [(layer_media_type, archive)]
    if provenance is not None:
        layers.insert(0 if provenance_first else 1, (HELM_PROVENANCE, provenance))
    notes = dict(annotations or {}) | ({"org.opencontainers.image.created": created} if created else {})
    with registry.client() as client:
        manifest = _push_parts(client, repository, (config_media_type, config), layers, notes)
        if not in_index:
            digest = push_manifest(client, repository, tag, manifest, OCI_MANIFEST)
            return Pushed(repository, tag, digest, digest_of(archive), manifest)
        push_manifest(client, repository, digest_of(manifest), manifest, OCI_MANIFEST)
        index = _json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [_descriptor(OCI_MANIFEST, manifest)]})
        digest = push_manifest(client, repository, tag, index, OCI_INDEX)
        return Pushed(repository, tag, digest, digest_of(archive), index)


def push_image(registry: DockerRegistry, repository: str, tag: str) -> Pushed:
    """A container image of one small layer: what shares repositories with charts and is none."""
    layer = _one_file_tar_gz("etc/motd", f"image {tag}\n".encode())
    config = _json({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}})
    with registry.client() as client:
        manifest = _push_parts(client, repository, (IMAGE_CONFIG, config), [(IMAGE_LAYER, layer)], {})
        digest = push_manifest(client, repository, tag, manifest, OCI_MANIFEST)
    return Pushed(repository, tag, digest, digest_of(layer), manifest)


def push_cosign_signature(registry: DockerRegistry, repository: str, digest: str) -> Pushed:
    """Under cosign's tag for `digest`, sha256-<hex>.sig. The signature itself signs nothing real."""
    payload = _json({"critical": {"image": {"docker-manifest-digest": digest}}, "optional": None})
    tag = digest.replace(":", "-") + ".sig"
    with registry.client() as client:
        layers = [(COSIGN_LAYER, payload)]
        manifest = _push_parts(client, repository, (IMAGE_CONFIG, _json({"os": ""})), layers, {})
        pushed = push_manifest(client, repository, tag, manifest, OCI_MANIFEST)
    return Pushed(repository, tag, pushed, digest_of(payload), manifest)


def _push_parts(
    client: httpx.Client,
    repository: str,
    config: tuple[str, bytes],
    layers: Sequence[tuple[str, bytes]],
    annotations: dict[str, str],
) -> bytes:
    """Pushes the blobs and returns the manifest, which the caller puts under its tag."""
    for _, content in [config, *layers]:
        push_blob(client, repository, content)
    manifest: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": _descriptor(*config),
        "layers": [_descriptor(media_type, content) for media_type, content in layers],
    }
    if annotations:
        manifest["annotations"] = annotations
    return _json(manifest)


def _descriptor(media_type: str, content: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def _json(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def _chart_yaml(archive: bytes) -> dict[str, Any]:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        name = next(name for name in tar.getnames() if name.count("/") == 1 and name.endswith("/Chart.yaml"))
        member = tar.extractfile(name)
        assert member is not None
        chart: dict[str, Any] = yaml.safe_load(member.read())
    return chart


def _one_file_tar_gz(path: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        member = tarfile.TarInfo(path)
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)
