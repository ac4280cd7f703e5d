"""The sample charts as archives: every release of demo/charts/, the same bytes whenever they are packed."""

import gzip
import io
import re
import tarfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

CHARTS_FOLDER = Path(__file__).parent / "charts"
# What the sources write for the registry they are in.
WRITTEN_HOST = "127.0.0.1:5001"


class ReleaseError(Exception):
    """A releases.yaml that does not fit its source: says which chart, version and text."""


@dataclass(frozen=True)
class SampleChart:
    """`tag` is what the release is published under; `chart_yaml` is Chart.yaml read."""

    name: str
    version: str
    tag: str
    created_at: datetime
    chart_yaml: dict[str, Any]
    archive: bytes


def pack_samples(registry_host: str, folder: Path = CHARTS_FOLDER) -> list[SampleChart]:
    """Every release of every chart; charts that others bundle come first. `registry_host` is host:port."""
    waiting = [
        (path.parent, release)
        for path in sorted(folder.glob("*/releases.yaml"))
        for release in yaml.safe_load(path.read_text())
    ]
    packed: dict[tuple[str, str], SampleChart] = {}
    while waiting:
        ready = [(path, release) for path, release in waiting if _bundled(release) <= packed.keys()]
        if not ready:
            raise ReleaseError(f"bundles that nobody releases: {sorted(path.name for path, _ in waiting)}")
        for path, release in ready:
            sample = _pack(path, release, registry_host, packed)
            packed[sample.name, sample.version] = sample
            waiting.remove((path, release))
    return list(packed.values())


def _bundled(release: dict[str, Any]) -> set[tuple[str, str]]:
    return set(release.get("bundles", {}).items())


def _pack(
    folder: Path, release: dict[str, Any], registry_host: str, packed: dict[tuple[str, str], SampleChart]
) -> SampleChart:
    files = _source_at(folder, release, registry_host)
    chart_yaml: dict[str, Any] = yaml.safe_load(files["Chart.yaml"])
    name, version = chart_yaml["name"], chart_yaml["version"]
    contents = {f"{name}/{path}": text.encode() for path, text in files.items()}
    for bundled in sorted(_bundled(release)):
        contents[f"{name}/charts/{'-'.join(bundled)}.tgz"] = packed[bundled].archive
    return SampleChart(
        name=name,
        version=version,
        tag=release.get("tag") or version.replace("+", "_"),
        created_at=release["created"],
        chart_yaml=chart_yaml,
        archive=_tar_gz(contents, release["created"]),
    )


def _source_at(folder: Path, release: dict[str, Any], registry_host: str) -> dict[str, str]:
    """Path → text as it was in that release, Chart.yaml first, as helm packs it."""
    source = folder / "chart"
    found = [path.relative_to(source) for path in source.rglob("*") if path.is_file()]
    paths = sorted(found, key=lambda path: (path != Path("Chart.yaml"), path))
    files = {str(path): (source / path).read_text() for path in paths}
    for path, replacements in release.get("replace", {}).items():
        for replacement in replacements:
            if files[path].count(replacement["this"]) != 1:
                raise ReleaseError(f"{folder.name} {release['version']}: not once in {path}: {replacement['this']}")
            files[path] = files[path].replace(replacement["this"], replacement["by"])
    chart_yaml = re.sub(r"(?m)^version: .*$", f"version: {release['version']}", files["Chart.yaml"])
    if "appVersion" in release:
        chart_yaml = re.sub(r"(?m)^appVersion: .*$", f'appVersion: "{release["appVersion"]}"', chart_yaml)
    files["Chart.yaml"] = chart_yaml
    return {path: text.replace(WRITTEN_HOST, registry_host) for path, text in files.items()}


def _tar_gz(contents: dict[str, bytes], changed_at: datetime) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path, content in contents.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            member.mode = 0o644
            member.mtime = int(changed_at.timestamp())
            tar.addfile(member, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)
