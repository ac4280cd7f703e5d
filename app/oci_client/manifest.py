"""Manifest bytes in, what they hold out. No network.

Sources: image-spec 1.1 manifest.md and image-index.md; helm pkg/registry/constants.go.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from app.oci_client.errors import MalformedManifest
from app.oci_client.reference import is_digest

OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
HELM_CONFIG: Final = "application/vnd.cncf.helm.config.v1+json"
HELM_CHART: Final = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
HELM_CHART_LEGACY: Final = "application/tar+gzip"
HELM_PROVENANCE: Final = "application/vnd.cncf.helm.chart.provenance.v1.prov"
CREATED_ANNOTATION: Final = "org.opencontainers.image.created"

ACCEPT_MANIFESTS: Final = ", ".join((OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST))

_FAMILIES: Final = {
    OCI_MANIFEST: "manifest",
    DOCKER_MANIFEST: "manifest",
    OCI_INDEX: "index",
    DOCKER_LIST: "index",
}
# A manifest nests six deep at most (layers, descriptor, annotations, platform); 32 leaves room for
# extensions.
DEPTH_MAX: Final = 32
# The largest manifest that parses in a millisecond or so; a larger one is for a thread.
PARSE_INLINE_MAX_BYTES: Final = 64 * 1024
_MEDIA_TYPE_MAX_CHARACTERS: Final = 255


@dataclass(frozen=True, slots=True)
class Descriptor:
    """Bytes by identity.

    `size` in bytes. `urls` of a descriptor are never read: they lead to foreign origins.
    """

    media_type: str
    digest: str
    size: int
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChartManifest:
    """The manifest of a Helm chart. Layers are chosen by media type: Helm 4 may put the provenance first."""

    config: Descriptor
    chart_layer: Descriptor
    provenance_layer: Descriptor | None
    annotations: Mapping[str, str]
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class NotAChart:
    """A sound manifest of something else; `reason` is for people."""

    reason: str


@dataclass(frozen=True, slots=True)
class ChartIndex:
    """An index; `children` are those that may be a chart, the likeliest first."""

    children: tuple[Descriptor, ...]


def parse_manifest(body: bytes, media_type: str | None = None) -> ChartManifest | NotAChart | ChartIndex:
    """What `body` is. `media_type` is what the registry called it, None when it did not.

    Raises MalformedManifest when the bytes can be read in two ways or in none.
    """
    document = _document(body)
    _refuse_ambiguity(document, media_type)
    if "manifests" in document:
        return _index(document)
    if "schemaVersion" in document and document["schemaVersion"] != 2:
        return NotAChart("It is an image in Docker's old schema 1.")
    if "config" not in document or "layers" not in document:
        return NotAChart(_other_kind(document))
    return _chart(document)


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(body)  # strict: UTF-8, no NaN, at most 1,024 levels
        if isinstance(document, dict):
            _refuse_depth(document, DEPTH_MAX)
            # Where it is written again as it came, as most are, no key is named twice; a slower parser tells of others.
            if orjson.dumps(document) != body:
                document = json.loads(body, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:
        reason = "it names a key twice" if isinstance(error, _DuplicateKeyError) else "it is no JSON"
        raise MalformedManifest(f"The manifest cannot be read: {reason}.") from None
    if not isinstance(document, dict):
        raise MalformedManifest("The manifest is no JSON object.")
    return document


class _DuplicateKeyError(ValueError):
    """One key, two values."""


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers of one document must not see two charts."""
    document = dict(pairs)
    if len(document) != len(pairs):
        raise _DuplicateKeyError
    return document


def _refuse_depth(value: Any, levels_left: int) -> None:
    if not levels_left:
        raise MalformedManifest(f"The manifest nests deeper than {DEPTH_MAX} levels.")
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        if isinstance(child, (dict, list)):
            _refuse_depth(child, levels_left - 1)


def _refuse_ambiguity(document: dict[str, Any], media_type: str | None) -> None:
    # CVE-2021-41190: one digest must not mean a manifest to one reader and an index to another.
    if "manifests" in document and ("layers" in document or "config" in document):
        raise MalformedManifest("The manifest claims to be a manifest and an index at once.")
    own = document.get("mediaType")
    if own is not None and not isinstance(own, str):
        raise MalformedManifest("The manifest's mediaType is no text.")
    shape = "index" if "manifests" in document else "manifest" if "layers" in document else None
    families = {_FAMILIES.get(own or ""), _FAMILIES.get(_bare(media_type)), shape} - {None}
    if len(families) > 1:
        raise MalformedManifest("The manifest is called an index in one place and a manifest in another.")


def _bare(media_type: str | None) -> str:
    return (media_type or "").partition(";")[0].strip().lower()


def _other_kind(document: dict[str, Any]) -> str:
    kind = document.get("artifactType") or document.get("mediaType")
    return f"It is an artifact of type {_short(kind)}." if isinstance(kind, str) else "It is no chart."


def _short(media_type: str) -> str:
    printable = "".join(character for character in media_type if character.isprintable())
    return printable if len(printable) <= 100 else printable[:99] + "…"


def _chart(document: dict[str, Any]) -> ChartManifest | NotAChart:
    config = _descriptor(document["config"], "config")
    if config.media_type != HELM_CONFIG:
        artifact_type = document.get("artifactType")
        kind = artifact_type if isinstance(artifact_type, str) and artifact_type else config.media_type
        return NotAChart(f"It is no Helm chart but {_short(kind)}.")
    raw_layers = document["layers"]
    if not isinstance(raw_layers, list):
        raise MalformedManifest("The manifest's layers are no list.")
    layers = [_descriptor(layer, "layer") for layer in raw_layers]
    chart_layer = _first(layers, HELM_CHART) or _first(layers, HELM_CHART_LEGACY)
    if chart_layer is None:
        raise MalformedManifest("The manifest says that it is a Helm chart but has no chart layer.")
    annotations = _annotations(document.get("annotations"))
    return ChartManifest(
        config=config,
        chart_layer=chart_layer,
        provenance_layer=_first(layers, HELM_PROVENANCE),
        annotations=annotations,
        created_at=_instant(annotations.get(CREATED_ANNOTATION)),
    )


def _first(layers: list[Descriptor], media_type: str) -> Descriptor | None:
    return next((layer for layer in layers if layer.media_type == media_type), None)


def _index(document: dict[str, Any]) -> ChartIndex:
    raw = document["manifests"]
    if not isinstance(raw, list):
        raise MalformedManifest("The index's manifests are no list.")
    certain, possible = [], []
    for entry in raw:
        child = _descriptor(entry, "index entry")
        if entry.get("artifactType") == HELM_CONFIG:
            certain.append(child)
        elif _may_be_chart(entry, child):
            possible.append(child)
    return ChartIndex(tuple(certain or possible))


def _may_be_chart(entry: dict[str, Any], child: Descriptor) -> bool:
    platform = entry.get("platform")
    is_image = isinstance(platform, dict) and platform.get("os") not in (None, "", "unknown")
    is_attestation = "vnd.docker.reference.type" in child.annotations
    return child.media_type in (OCI_MANIFEST, DOCKER_MANIFEST) and not is_image and not is_attestation


def _descriptor(value: Any, what: str) -> Descriptor:
    if not isinstance(value, dict):
        raise MalformedManifest(f"The manifest's {what} is no descriptor.")
    media_type, digest, size = value.get("mediaType"), value.get("digest"), value.get("size")
    if not isinstance(media_type, str) or len(media_type) > _MEDIA_TYPE_MAX_CHARACTERS:
        raise MalformedManifest(f"The manifest's {what} has no usable mediaType.")
    if not isinstance(digest, str) or not is_digest(digest):
        raise MalformedManifest(f"The manifest's {what} has no digest of a known kind.")
    if type(size) is not int or not 0 <= size < 2**63:
        raise MalformedManifest(f"The manifest's {what} has no usable size.")
    return Descriptor(media_type, digest, size, _annotations(value.get("annotations")))


def _annotations(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise MalformedManifest("The manifest's annotations are no map of texts.")
    return value


def _instant(text: str | None) -> datetime | None:
    """RFC 3339 as people write it; None when it is no date or a zero value such as year 1."""
    if not text or len(text) > 64:
        return None
    try:
        instant = datetime.fromisoformat(text.strip())
        instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return instant if instant.year >= 1970 else None
