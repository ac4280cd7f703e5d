"""The sample charts are charts: the same bytes every time, and helm finds nothing wrong with them."""

import io
import tarfile
from pathlib import Path

import pytest

from demo.packing import ReleaseError, SampleChart, pack_samples
from tests.real.helm_client import Helm

HOST = "127.0.0.1:5001"
SAMPLES = pack_samples(HOST)


def _texts(sample: SampleChart) -> dict[str, str]:
    with tarfile.open(fileobj=io.BytesIO(sample.archive)) as tar:
        members = [(member.name, tar.extractfile(member)) for member in tar.getmembers()]
        return {name: file.read().decode() for name, file in members if file and not name.endswith(".tgz")}


def _sample(name: str, version: str) -> SampleChart:
    return next(sample for sample in SAMPLES if (sample.name, sample.version) == (name, version))


def test_archives_are_the_same_bytes_when_packed_again() -> None:
    assert [sample.archive for sample in pack_samples(HOST)] == [sample.archive for sample in SAMPLES]


def test_samples_hold_a_prerelease_a_deprecated_a_library_and_tags_of_every_kind() -> None:
    assert len({sample.name for sample in SAMPLES}) == 6
    assert any("-rc." in sample.version for sample in SAMPLES)
    assert any(sample.chart_yaml.get("deprecated") for sample in SAMPLES)
    assert any(sample.chart_yaml.get("type") == "library" for sample in SAMPLES)
    assert any(sample.chart_yaml.get("dependencies") for sample in SAMPLES)
    assert {"v0.3.0", "0.5.0_build.7"} <= {sample.tag for sample in SAMPLES}


def test_older_release_holds_what_was_different_then() -> None:
    old, new = _texts(_sample("payments", "1.0.0")), _texts(_sample("payments", "2.1.0-rc.1"))
    assert "host: payments-db" in old["payments/values.yaml"]
    assert "retries:" not in old["payments/values.yaml"]
    assert "url: postgresql://" in new["payments/values.yaml"]
    assert "retries:" in new["payments/values.yaml"]
    assert "Upgrading from 1.x" not in old["payments/README.md"]


def test_charts_name_the_registry_they_are_in_when_its_port_is_another() -> None:
    texts = [text for sample in pack_samples("127.0.0.1:7777") for text in _texts(sample).values()]
    assert not any("127.0.0.1:5001" in text for text in texts)
    assert any("oci://127.0.0.1:7777/samples" in text for text in texts)


def _write_chart(folder: Path, releases: str) -> None:
    (folder / "one" / "chart").mkdir(parents=True)
    (folder / "one" / "chart" / "Chart.yaml").write_text("apiVersion: v2\nname: one\nversion: 1.0.0\n")
    (folder / "one" / "releases.yaml").write_text(releases)


def test_release_is_refused_when_its_replacement_does_not_fit_the_source(tmp_path: Path) -> None:
    releases = "- {version: 1.0.0, created: 2026-01-01T00:00:00Z, replace: {Chart.yaml: [{this: two, by: three}]}}\n"
    _write_chart(tmp_path, releases)
    with pytest.raises(ReleaseError, match=r"one 1\.0\.0: not once in Chart\.yaml: two"):
        pack_samples(HOST, tmp_path)


def test_release_is_refused_when_nobody_releases_what_it_bundles(tmp_path: Path) -> None:
    _write_chart(tmp_path, "- {version: 1.0.0, created: 2026-01-01T00:00:00Z, bundles: {other: 1.0.0}}\n")
    with pytest.raises(ReleaseError, match="nobody releases"):
        pack_samples(HOST, tmp_path)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.name}-{sample.version}")
def test_helm_finds_nothing_wrong_with_the_chart(helm: Helm, sample: SampleChart, tmp_path: Path) -> None:
    archive = tmp_path / f"{sample.name}-{sample.version}.tgz"
    archive.write_bytes(sample.archive)
    assert "0 chart(s) failed" in helm.run("lint", str(archive))
    if sample.chart_yaml["type"] == "application":
        assert "kind: " in helm.run("template", "trial", str(archive), "--kube-version", "1.34.0")
