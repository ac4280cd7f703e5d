"""Values mean what they mean to Helm, and stay within bounds."""

import json
from pathlib import Path

import pytest

from app.chart_reader.errors import ArchiveTooLarge, ChartReadError, MalformedChart, UnsupportedChart
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.yaml_tree import parse_yaml_tree
from app.domain.values_diff import Json
from tests.real.helm_client import Helm

LIMITS = ReadingLimits()
# Every kind of scalar, key and merge that YAML 1.1 and 1.2 see differently.
VALUES = """
base: &base {a: 2, c: 3}
merged_after: {a: 1, <<: *base}
merged_before: {<<: *base, a: 1}
merged_list: {<<: [*base, {a: 9, d: 4}]}
words: [y, N, yes, Off, TRUE, "yes", ~, null, Null, "", '']
numbers: [0755, 0o14, 08, 0x1F, -0x1, 0b101, 1_000, +12, 1e3, .5, 1., 1e400, 123456789012]
texts: [22:80, 2001-01-01, ., "12", '0x1', 1.2.3, v1, 1.10.0, "-", 0xZZ]
tagged: [!!str 12, !!int "12", !!float 3, !own 12, !!binary aGVsbG8=, !!bool "yes"]
twice: 1
twice: 2
1: integer key
1.5: float key
true: boolean key
"<<": quoted
alias: *base
block: |
  a: 1
folded: >-
  one
  two
"""


def parse(text: str, limits: ReadingLimits = LIMITS) -> Json:
    return parse_yaml_tree(text, "values.yaml", limits)


def test_values_are_what_helm_takes_them_for(helm: Helm, tmp_path: Path) -> None:
    chart = tmp_path / "oracle"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: oracle\nversion: 0.1.0\n")
    # A null among the defaults is no value to templates: in the user's values it stays.
    (chart / "values.yaml").write_text("")
    (chart / "templates" / "all.yaml").write_text("{{ .Values | toJson }}\n")
    (tmp_path / "given.yaml").write_text(VALUES)
    rendered = helm.run("template", str(chart), "--values", str(tmp_path / "given.yaml"))
    expected = json.loads(rendered.partition("all.yaml\n")[2])
    assert expected.pop("global", {}) == {}
    assert parse(VALUES) == expected


def test_nothing_is_an_empty_document() -> None:
    assert [parse(""), parse("# only a comment\n"), parse("---\n")] == [None, None, None]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("a: .inf", MalformedChart, id="infinity"),
        pytest.param("? [a]\n: 1", MalformedChart, id="list-as-a-key"),
        pytest.param("~: 1", MalformedChart, id="null-as-a-key"),
        pytest.param("<<: 1", MalformedChart, id="merge-of-no-mapping"),
        pytest.param("a: !!int x", MalformedChart, id="tag-that-does-not-fit"),
        pytest.param("a: !!set {b: null}", UnsupportedChart, id="tagged-collection"),
        pytest.param("a: 1\n---\nb: 1", MalformedChart, id="two-documents"),
        pytest.param("a: *b", MalformedChart, id="alias-of-nothing"),
        pytest.param("a: &a [*a]", MalformedChart, id="alias-of-itself"),
        pytest.param("a: [", MalformedChart, id="no-yaml"),
    ],
)
def test_what_helm_would_refuse_or_no_json_can_hold_is_refused(text: str, kind: type[ChartReadError]) -> None:
    with pytest.raises(kind, match=r"values\.yaml"):
        parse(text)


def test_merges_and_aliases_count_for_all_that_they_stand_for() -> None:
    bomb = "a0: &a0 {x: 1}\n" + "".join(
        f"a{n}: &a{n} {{p: *a{n - 1}, q: *a{n - 1}, <<: *a{n - 1}}}\n" for n in range(1, 40)
    )
    with pytest.raises(ArchiveTooLarge, match="more than 20000 YAML nodes"):
        parse(bomb)


def test_depth_counts_through_aliases() -> None:
    deep = "a0: &a0 " + "[" * 30 + "]" * 30 + "\n"
    for number in range(1, 8):
        deep += f"a{number}: &a{number} " + "[" * 30 + f"*a{number - 1}" + "]" * 30 + "\n"
    with pytest.raises(ArchiveTooLarge, match="nested deeper than 64"):
        parse(deep)
