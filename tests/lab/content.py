"""What lies in the lab's registries: charts, images and signatures, as bytes by digest."""

import json
from dataclasses import dataclass, field

from app.oci_client.manifest import HELM_CHART, HELM_CONFIG, OCI_MANIFEST
from tests.chart_reader.packing import pack_chart
from tests.oci_client.lab import chart_manifest, digest

IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json"
PUSHED_AT_FIRST_EPOCH = 1_767_225_600  # 2026-01-01T00:00:00Z; each push is a minute later


@dataclass(frozen=True)
class Held:
    """A manifest. `config_type` is the media type of its config, what tells charts from images."""

    digest: str
    body: bytes
    config_type: str
    config: bytes
    pushed_at: int
    media_type: str = OCI_MANIFEST


@dataclass
class Repository:
    """Tags in the order of their pushing. `readers`: accounts that may read, beside everybody where `public`."""

    name: str
    public: bool = False
    readers: set[str] = field(default_factory=set)
    tags: dict[str, str] = field(default_factory=dict)
    manifests: dict[str, Held] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)

    def push_chart(self, tag: str, layer: bytes | None = None) -> str:
        """The manifest's digest. Without `layer` it is a small chart of that version."""
        name = self.name.rpartition("/")[2]
        archive = layer if layer is not None else pack_chart(name, tag)
        config = json.dumps({"apiVersion": "v2", "name": name, "version": tag}).encode()
        return self._push(tag, chart_manifest(archive, config), HELM_CONFIG, config, archive)

    def push_charts(self, count: int) -> None:
        """1.0.0, 1.0.1 and so on."""
        for number in range(count):
            self.push_chart(f"1.0.{number}")

    def push_image(self, tag: str) -> str:
        config = json.dumps({"architecture": "amd64", "os": "linux", "of": tag}).encode()
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": OCI_MANIFEST,
                "config": {"mediaType": IMAGE_CONFIG, "digest": digest(config), "size": len(config)},
                "layers": [],
            }
        ).encode()
        return self._push(tag, manifest, IMAGE_CONFIG, config)

    def push_signature(self, of_digest: str) -> str:
        """As cosign does: an image under the tag of the signed digest."""
        return self.push_image(f"{of_digest.replace(':', '-')}.sig")

    def find(self, reference: str) -> Held | None:
        """By tag or digest."""
        return self.manifests.get(self.tags.get(reference, reference))

    def held_tags(self) -> list[tuple[str, Held]]:
        """Tags with what they point at, in the order of their pushing."""
        return [(tag, self.manifests[at]) for tag, at in self.tags.items()]

    def _push(self, tag: str, manifest: bytes, config_type: str, *blobs: bytes) -> str:
        self.blobs.update({digest(blob): blob for blob in blobs})
        pushed_at = PUSHED_AT_FIRST_EPOCH + 60 * len(self.manifests)
        held = Held(digest(manifest), manifest, config_type, blobs[0], pushed_at)
        self.manifests[held.digest] = held
        self.tags[tag] = held.digest
        return held.digest


__all__ = ["HELM_CHART", "HELM_CONFIG", "IMAGE_CONFIG", "Held", "Repository"]
