"""A sound chart: everything that was packed is found again."""

import json
import subprocess
from pathlib import Path

import pytest

from app.chart_reader.contents import ChartFile, Dependency, Maintainer
from app.chart_reader.errors import ArchiveTooLarge
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.reading import read_chart, read_chart_file
from tests.chart_reader.hostile_tar import chart_and, pax, record
from tests.chart_reader.packing import pack_chart

LIMITS = ReadingLimits()

WHOLE_CHART_YAML = """\
apiVersion: v2
name: payments
version: 1.2.3+build.5
appVersion: "2026.11"
kubeVersion: ">=1.28.0-0"
description: Takes payments
type: library
home: https://payments.example
icon: data:image/png;base64,AAAA
sources: [https://git.example/payments]
keywords: [money, shop]
deprecated: true
maintainers:
  - {name: Ann, email: ann@payments.example}
  - {email: bob@payments.example, url: https://bob.example}
annotations:
  category: Finance
  artifacthub.io/changes: |
    - kind: added
dependencies:
  - {name: redis, version: 18.x, repository: "oci://r.example/charts", condition: redis.enabled}
  - {name: redis, alias: cache}
"""


def test_metadata_is_read_whole() -> None:
    metadata = read_chart(pack_chart(chart_yaml=WHOLE_CHART_YAML), LIMITS).metadata
    assert (metadata.api_version, metadata.name, metadata.version) == ("v2", "payments", "1.2.3+build.5")
    assert (metadata.app_version, metadata.kube_version) == ("2026.11", ">=1.28.0-0")
    assert (metadata.type, metadata.deprecated, metadata.description) == ("library", True, "Takes payments")
    assert (metadata.home, metadata.icon) == ("https://payments.example", "data:image/png;base64,AAAA")
    assert (metadata.sources, metadata.keywords) == (("https://git.example/payments",), ("money", "shop"))
    assert metadata.maintainers == (
        Maintainer("Ann", "ann@payments.example", None),
        Maintainer("bob@payments.example", "bob@payments.example", "https://bob.example"),
    )
    assert metadata.annotations == {"category": "Finance", "artifacthub.io/changes": "- kind: added\n"}
    assert metadata.dependencies == (
        Dependency("redis", "18.x", "oci://r.example/charts", None, "redis.enabled"),
        Dependency("redis", None, None, "cache", None),
    )


def test_texts_and_files_are_read_as_they_were_packed() -> None:
    files = {
        "README.md": "# Payments\n",
        "values.yaml": "# How many\nreplicas: 1 # at least\n",
        "values.schema.json": '{"type": "object"}',
        "templates/NOTES.txt": "Thanks for {{ .Chart.Name }}\n",
        "templates/a.yaml": "a: {{ b }}",
        "charts/redis/Chart.yaml": "name: redis",
    }
    contents = read_chart(pack_chart(chart_yaml=WHOLE_CHART_YAML, files=files), LIMITS)
    assert contents.chart_yaml == WHOLE_CHART_YAML
    assert contents.readme_markdown == files["README.md"]
    assert not contents.readme_plain
    assert contents.values_yaml == files["values.yaml"]
    assert contents.values_schema == files["values.schema.json"]
    assert contents.notes == files["templates/NOTES.txt"]
    packed = {"Chart.yaml": WHOLE_CHART_YAML, **files}
    assert set(contents.files) == {ChartFile(path, len(text)) for path, text in packed.items()}


def test_what_a_chart_does_not_have_is_none() -> None:
    contents = read_chart(pack_chart(chart_yaml="name: a\nversion: 1.0.0\n"), LIMITS)
    assert contents.readme_markdown is None
    assert not contents.readme_plain
    assert contents.values_schema is None
    assert contents.values_schema is None
    assert contents.notes is None
    assert contents.metadata.type == "application"
    assert not contents.metadata.deprecated


@pytest.mark.parametrize(("api_version", "names"), [("v1", ["redis"]), ("v2", [])])
def test_requirements_are_dependencies_of_a_v1_chart_only(api_version: str, names: list[str]) -> None:
    archive = pack_chart(
        chart_yaml=f"apiVersion: {api_version}\nname: a\nversion: 1.0.0\n",
        files={"requirements.yaml": "dependencies: [{name: redis, version: 1.x, repository: ''}]\n"},
    )
    assert [d.name for d in read_chart(archive, LIMITS).metadata.dependencies] == names


def test_file_is_read_by_path_and_is_none_where_it_is_no_text() -> None:
    archive = pack_chart(files={"icon.png": b"\x89PNG\0\xff", "templates/a.yaml": "größe"})
    assert read_chart_file(archive, "templates/a.yaml", LIMITS) == "größe"
    assert read_chart_file(archive, "icon.png", LIMITS) is None
    assert read_chart_file(archive, "payments/templates/a.yaml", LIMITS) is None
    assert read_chart_file(archive, "absent", LIMITS) is None


@pytest.mark.parametrize(
    ("limits", "path"),
    [
        (ReadingLimits(archive_max_bytes=300), None),
        (ReadingLimits(inflated_max_bytes=2000), None),
        (ReadingLimits(inflated_max_ratio=2, ratio_checked_above_bytes=0), None),
        (ReadingLimits(files_max_count=2), None),
        (ReadingLimits(file_max_bytes=100), None),
        (ReadingLimits(path_max_bytes=15), None),
        (ReadingLimits(chart_yaml_max_bytes=50), "Chart.yaml"),
        (ReadingLimits(readme_max_bytes=100), "README.md"),
        (ReadingLimits(values_yaml_max_bytes=10), "values.yaml"),
        (ReadingLimits(values_schema_max_bytes=1), "values.schema.json"),
        (ReadingLimits(yaml_max_depth=0), "Chart.yaml"),
        (ReadingLimits(yaml_max_nodes=5), "Chart.yaml"),
    ],
)
def test_chart_over_any_one_bound_is_too_large(limits: ReadingLimits, path: str | None) -> None:
    archive = pack_chart(files={"README.md": "Some words. " * 40, "values.schema.json": "{}"})
    read_chart(archive, LIMITS)
    with pytest.raises(ArchiveTooLarge) as refusal:
        read_chart(archive, limits)
    assert refusal.value.path == path


def test_headers_that_name_no_file_are_counted_too() -> None:
    comments = pax(record(b"comment", b"x"))
    limits = ReadingLimits(files_max_count=1)
    read_chart(chart_and(comments * 2), limits)
    with pytest.raises(ArchiveTooLarge, match="3 tar headers"):
        read_chart(chart_and(comments * 3), limits)


def test_chart_packed_by_helm_reads_as_helm_shows_it(tmp_path: Path, helm_binary: Path) -> None:
    def helm(*arguments: str) -> str:
        return subprocess.run(
            [helm_binary, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout

    helm("create", "storefront")
    (tmp_path / "storefront/README.md").write_text("# Storefront\n\n| a |\n|---|\n| b |\n")
    (tmp_path / "storefront/values.schema.json").write_text(json.dumps({"type": "object"}))
    helm("package", "storefront", "--version", "3.1.4-rc.1+build.5")
    archive_path = tmp_path / "storefront-3.1.4-rc.1+build.5.tgz"
    contents = read_chart(archive_path.read_bytes(), LIMITS)
    assert contents.metadata.version == "3.1.4-rc.1+build.5"
    assert contents.chart_yaml.strip() == helm("show", "chart", str(archive_path)).strip()
    assert (contents.values_yaml or "").strip() == helm("show", "values", str(archive_path)).strip()
    assert (contents.readme_markdown or "").strip() == helm("show", "readme", str(archive_path)).strip()
    created = {str(p.relative_to(tmp_path / "storefront")) for p in (tmp_path / "storefront").rglob("*") if p.is_file()}
    assert {file.path for file in contents.files} == created
    assert contents.notes == (tmp_path / "storefront/templates/NOTES.txt").read_text()
