"""Signatures pushed as cosign pushes them."""

import json
from collections.abc import Mapping

from tests.real.docker_registry import DockerRegistry
from tests.real.pushing import COSIGN_LAYER, IMAGE_CONFIG, OCI_INDEX, OCI_MANIFEST, digest_of, push_blob, push_manifest
from tests.signatures.signing import PrivateKey, bundle, simple_signing

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"


def signature_manifest(media_type: str, content: bytes, **annotations: str) -> tuple[bytes, bytes]:
    """The manifest, and its config."""
    config = b"{}"
    layer = {"mediaType": media_type, "digest": digest_of(content), "size": len(content), "annotations": annotations}
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": {"mediaType": IMAGE_CONFIG, "digest": digest_of(config), "size": len(config)},
        "layers": [layer],
    }
    return json.dumps(manifest).encode(), config


def push_signature(registry: DockerRegistry, repository: str, digest: str, key: PrivateKey) -> None:
    """Under the tag sha256-<hex>.sig."""
    payload, signature = simple_signing(key, digest)
    push_payload(registry, repository, digest, payload, {"dev.cosignproject.cosign/signature": signature})


def push_payload(
    registry: DockerRegistry, repository: str, digest: str, payload: bytes, beside: Mapping[str, str]
) -> None:
    """The same of a payload with all that cosign puts into annotations."""
    manifest, config = signature_manifest(COSIGN_LAYER, payload, **beside)
    with registry.client() as client:
        push_blob(client, repository, config)
        push_blob(client, repository, payload)
        push_manifest(client, repository, f"{digest.replace(':', '-')}.sig", manifest, OCI_MANIFEST)


def push_bundle(registry: DockerRegistry, repository: str, digest: str, key: PrivateKey) -> None:
    """As a referrer, in the list that stands in for the referrers API: the tag sha256-<hex>."""
    push_bundle_content(registry, repository, digest, bundle(key, digest))


def push_bundle_content(registry: DockerRegistry, repository: str, digest: str, content: bytes) -> None:
    manifest, config = signature_manifest(BUNDLE, content)
    entry = {"mediaType": OCI_MANIFEST, "digest": digest_of(manifest), "size": len(manifest), "artifactType": BUNDLE}
    index = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [entry]}).encode()
    with registry.client() as client:
        push_blob(client, repository, config)
        push_blob(client, repository, content)
        push_manifest(client, repository, digest_of(manifest), manifest, OCI_MANIFEST)
        push_manifest(client, repository, digest.replace(":", "-"), index, OCI_INDEX)
