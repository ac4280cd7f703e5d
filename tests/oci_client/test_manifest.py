"""Manifests in, what they hold out."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.oci_client.errors import MalformedManifest
from app.oci_client.manifest import (
    HELM_CHART,
    HELM_CHART_LEGACY,
    HELM_CONFIG,
    HELM_PROVENANCE,
    OCI_INDEX,
    OCI_MANIFEST,
    ChartIndex,
    ChartManifest,
    NotAChart,
    parse_manifest,
)
from tests.oci_client.lab import chart_manifest, digest


def entry(media_type: str, body: bytes = b"x", **more: object) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest(body), "size": len(body), **more}


def manifest(**fields: object) -> bytes:
    whole: dict[str, object] = {
        "schemaVersion": 2,
        "config": entry(HELM_CONFIG),
        "layers": [entry(HELM_CHART)],
        **fields,
    }
    return json.dumps({name: value for name, value in whole.items() if value is not None}).encode()


def test_chart_is_read_when_helm_wrote_it() -> None:
    body = chart_manifest(b"archive", annotations={"org.opencontainers.image.created": "2026-01-02T03:04:05+02:00"})
    chart = parse_manifest(body, OCI_MANIFEST)
    assert isinstance(chart, ChartManifest)
    assert chart.chart_layer.digest == digest(b"archive")
    assert chart.chart_layer.size == 7
    assert chart.config.media_type == HELM_CONFIG
    assert chart.provenance_layer is None
    assert chart.created_at == datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)


def test_chart_layer_is_chosen_by_media_type_when_provenance_comes_first() -> None:
    chart = parse_manifest(manifest(layers=[entry(HELM_PROVENANCE, b"prov"), entry(HELM_CHART, b"chart")]))
    assert isinstance(chart, ChartManifest)
    assert chart.chart_layer.digest == digest(b"chart")
    assert chart.provenance_layer is not None and chart.provenance_layer.digest == digest(b"prov")


def test_legacy_layer_is_taken_when_there_is_no_other() -> None:
    legacy = parse_manifest(manifest(layers=[entry(HELM_CHART_LEGACY, b"old")]))
    assert isinstance(legacy, ChartManifest) and legacy.chart_layer.digest == digest(b"old")
    both = parse_manifest(manifest(layers=[entry(HELM_CHART_LEGACY, b"old"), entry(HELM_CHART, b"new")]))
    assert isinstance(both, ChartManifest) and both.chart_layer.digest == digest(b"new")


@pytest.mark.parametrize("created", ["0001-01-01T00:00:00Z", "yesterday", "", "9999-12-31T23:59:59-23:59"])
def test_creation_is_unknown_when_annotation_is_no_date(created: str) -> None:
    chart = parse_manifest(manifest(annotations={"org.opencontainers.image.created": created}))
    assert isinstance(chart, ChartManifest) and chart.created_at is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (manifest(config=entry("application/vnd.oci.image.config.v1+json")), "image.config"),
        (manifest(config=entry("application/vnd.oci.empty.v1+json"), artifactType="application/x-sbom"), "x-sbom"),
        (b'{"schemaVersion": 1, "fsLayers": []}', "schema 1"),
        (b'{"schemaVersion": 2, "artifactType": "application/x-thing", "blobs": []}', "x-thing"),
        (b"{}", "no chart"),
    ],
    ids=["image", "artifact", "schema1", "artifact-manifest", "empty-object"],
)
def test_manifest_is_no_chart_when_its_config_is_not_helms(body: bytes, reason: str) -> None:
    parsed = parse_manifest(body)
    assert isinstance(parsed, NotAChart)
    assert reason in parsed.reason


def test_index_lists_likeliest_children_only() -> None:
    image = entry(OCI_MANIFEST, b"1", platform={"os": "linux", "architecture": "amd64"})
    unknown = entry(OCI_MANIFEST, b"2", platform={"os": "unknown", "architecture": "unknown"})
    attestation = entry(OCI_MANIFEST, b"3", annotations={"vnd.docker.reference.type": "attestation-manifest"})
    helm = entry(OCI_MANIFEST, b"4", artifactType=HELM_CONFIG)
    plain = entry(OCI_MANIFEST, b"5")

    def children(*listed: dict[str, Any]) -> list[str]:
        index = parse_manifest(json.dumps({"schemaVersion": 2, "manifests": listed}).encode(), OCI_INDEX)
        assert isinstance(index, ChartIndex)
        return [child.digest for child in index.children]

    assert children(image, unknown, attestation, plain) == [digest(b"2"), digest(b"5")]
    assert children(image, plain, helm) == [digest(b"4")]
    assert children(image, attestation) == []


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (manifest(manifests=[]), None),
        (b'{"schemaVersion": 2, "config": {}, "manifests": []}', None),
        (manifest(mediaType=OCI_INDEX), None),
        (manifest(mediaType=OCI_MANIFEST), OCI_INDEX),
        (b'{"schemaVersion": 2, "manifests": []}', OCI_MANIFEST + "; charset=utf-8"),
        (b'{"schemaVersion": 2, "mediaType": "' + OCI_MANIFEST.encode() + b'", "manifests": []}', None),
        (manifest(mediaType=7), None),
        (b'{"config": 1, "config": 2, "layers": []}', None),
        (b'{"annotations": {"a": "1", "a": "2"}}', None),
        (b"[]", None),
        (b'"text"', None),
        (b"", None),
        (b"<html></html>", None),
        (b'{"a": NaN}', None),
        (b'{"a": "\xff"}', None),
        (b"\xef\xbb\xbf{}", None),
        (b'{"a":' * 40 + b"1" + b"}" * 40, None),
        (b'{"a":' * 900 + b"1" + b"}" * 900, None),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", None),
        (manifest(layers={}), None),
        (manifest(layers=[]), None),
        (manifest(layers=[7]), None),
        (manifest(config=[]), None),
        (manifest(layers=[{**entry(HELM_CHART), "size": -1}]), None),
        (manifest(layers=[{**entry(HELM_CHART), "size": True}]), None),
        (manifest(layers=[{**entry(HELM_CHART), "size": "7"}]), None),
        (manifest(layers=[{**entry(HELM_CHART), "size": 2**63}]), None),
        (manifest(layers=[{**entry(HELM_CHART), "digest": "sha256:../../etc"}]), None),
        (manifest(layers=[{**entry(HELM_CHART), "digest": None}]), None),
        (manifest(layers=[{**entry(HELM_CHART), "mediaType": "a" * 300}]), None),
        (manifest(annotations={"a": 1}), None),
        (manifest(annotations=[]), None),
        (b'{"schemaVersion": 2, "manifests": {}}', None),
    ],
)
def test_manifest_is_refused_when_it_reads_in_two_ways_or_none(body: bytes, media_type: str | None) -> None:
    with pytest.raises(MalformedManifest):
        parse_manifest(body, media_type)
