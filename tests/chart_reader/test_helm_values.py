"""Values are merged as Helm merges them; Helm itself is asked."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.chart_reader.chart_tree import load_chart
from app.chart_reader.helm_values import ValuesMismatch, render_values
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.yaml_tree import parse_yaml_tree
from tests.chart_reader.packing import pack_chart
from tests.real.helm_client import Helm, HelmError

FILES = {
    "Chart.yaml": """apiVersion: v2
name: outer
version: 1.0.0
dependencies:
  - name: db
    version: ">=1"
    repository: ""
    condition: db.enabled
    import-values: [exported, {child: port, parent: p}]
  - {name: db, version: ">=1", repository: "", alias: second, condition: "missing.switch,second.enabled", tags: [more]}
  - {name: cache, version: "~2.1", repository: "", tags: [more, caching]}
  - {name: absent, version: "1", repository: ""}
""",
    "values.yaml": """global: {region: eu, tables: {a: 1}}
list: [1, 2]
table: {a: 1, b: {c: 2}}
scalar: text
db: {port: {number: 1}, user: outer}
second: {enabled: false}
tags: {caching: true}
""",
    "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.5.0\n",
    "charts/db/values.yaml": """enabled: true
user: inner
global: {tables: {b: 2}, own: 1}
port: {number: 5432, name: pg}
removed: {x: 1, y: 2}
exports: {exported: {imported: from-db, list: [9]}}
""",
    "charts/cache/Chart.yaml": """apiVersion: v2
name: cache
version: 2.1.3
dependencies: [{name: deep, version: "*", repository: "", condition: deep.on}]
""",
    "charts/cache/values.yaml": "size: 1\ndeep: {on: false}\n",
    "charts/cache/charts/deep/Chart.yaml": "apiVersion: v2\nname: deep\nversion: 0.0.1\n",
    "charts/cache/charts/deep/values.yaml": "depth: 3\n",
}
GIVEN = {
    "nothing": "",
    "other values": "scalar: 5\nlist: []\ntable: {b: {d: 4}, new: 1}",
    "nulls": "scalar: null\ntable: {a: null, b: null, never: null}\ndb: {user: null, removed: {x: null}}\nnew: null",
    "table for scalar": "scalar: {a: 1}\ntable: text",
    "switched off": "db: {enabled: false}\ntags: {caching: false}",
    "switched on": "second: {enabled: true, user: two}\ntags: {more: true}\ncache: {deep: {on: true}}",
    "globals": "global: {region: us, tables: {a: {deep: 1}, b: 3}}\ndb: {global: {region: inner, mine: 1}}",
    "imports": "db: {exports: {exported: {imported: given}}, port: {name: other}}",
    "null for a chart": "db: null",
}


def chart_folder(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


@pytest.fixture(scope="module")
def chart(helm: Helm, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """The folder, and the archive that Helm packs of it without asking for what is absent."""
    root = tmp_path_factory.mktemp("outer")
    files = {**FILES, "templates/all.yaml": "{{ .Values | toJson }}\n"}
    files["Chart.yaml"] = files["Chart.yaml"].replace('  - {name: absent, version: "1", repository: ""}\n', "")
    folder = chart_folder(root / "outer", files)
    return folder, helm.package(folder, root).read_bytes()


def merged(archive: bytes, given: str) -> dict[str, Any]:
    values = parse_yaml_tree(given, "values", ReadingLimits())
    assert values is None or isinstance(values, dict)
    return render_values(load_chart(archive, ReadingLimits()), values or {})


@pytest.mark.parametrize("name", GIVEN)
def test_values_are_those_that_helm_gives_to_templates(
    name: str, chart: tuple[Path, bytes], helm: Helm, tmp_path: Path
) -> None:
    folder, archive = chart
    (tmp_path / "given.yaml").write_text(GIVEN[name])
    rendered = helm.run("template", str(folder), "--values", str(tmp_path / "given.yaml"))
    assert merged(archive, GIVEN[name]) == json.loads(rendered.partition("all.yaml\n")[2])


def test_text_where_a_chart_inside_wants_a_mapping_is_refused_as_by_helm(
    chart: tuple[Path, bytes], helm: Helm, tmp_path: Path
) -> None:
    folder, archive = chart
    (tmp_path / "given.yaml").write_text("cache: {deep: 1}")
    with pytest.raises(HelmError):
        helm.run("template", str(folder), "--values", str(tmp_path / "given.yaml"))
    with pytest.raises(ValuesMismatch) as caught:
        merged(archive, "cache: {deep: 1}")
    assert caught.value.path == ("cache", "deep")


def test_values_given_are_left_as_they_were(chart: tuple[Path, bytes]) -> None:
    given: dict[str, Any] = {"table": {"b": None}, "db": {}}
    render_values(load_chart(chart[1], ReadingLimits()), given)
    assert given == {"table": {"b": None}, "db": {}}


def test_defaults_that_are_null_are_not_set_as_in_helm_4() -> None:
    """Helm 3 hands them to templates and schemas inside of mappings."""
    archive = pack_chart("a", "1.0.0", {"values.yaml": "top: null\ntable: {a: null, b: 1}\n"})
    assert merged(archive, "") == {"table": {"b": 1}}
