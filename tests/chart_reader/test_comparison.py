"""Two archives are told apart, leaf by leaf and line by line, and within bounds."""

import subprocess
from pathlib import Path

import pytest

from app.chart_reader.answers import ChartComparison
from app.chart_reader.comparison import compare_charts, unified_diff
from app.chart_reader.errors import MalformedArchive
from app.chart_reader.limits import ReadingLimits
from app.domain.values_diff import ChangeKind
from tests.chart_reader.packing import pack_chart

BEFORE = {"values.yaml": "image: {tag: v1}\nport: 80\n", "values.schema.json": '{"type": "object"}', "gone.txt": "a\n"}
AFTER = {
    "values.yaml": "image: {tag: v2}\nport: http\n",
    "values.schema.json": '{"type": "array"}',
    "logo.png": b"\xff\0",
}


def compare(before: bytes, after: bytes, **limits: int) -> ChartComparison:
    return compare_charts(before, after, ReadingLimits(**limits))  # type: ignore[arg-type]


def test_versions_are_compared_in_every_part() -> None:
    found = compare(pack_chart("a", "1.0.0", BEFORE), pack_chart("a", "2.0.0", AFTER))
    assert [(change.path, change.kind.value) for change in found.values] == [
        ("image.tag", "CHANGED"),
        ("port", "TYPE_CHANGED"),
    ]
    assert found.breaking
    assert [(change.path, change.before, change.after) for change in found.chart_yaml] == [
        ("version", "1.0.0", "2.0.0"),
    ]
    assert [change.path for change in found.schema] == ["type"]
    assert [(file.path, file.kind.value) for file in found.files] == [
        ("Chart.yaml", "CHANGED"),
        ("gone.txt", "REMOVED"),
        ("logo.png", "ADDED"),
        ("values.schema.json", "CHANGED"),
        ("values.yaml", "CHANGED"),
    ]
    diffs = {file.path: file.unified_diff for file in found.files}
    assert diffs["gone.txt"] == "--- a/gone.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
    assert diffs["logo.png"] is None
    assert found.left_out == ()


def test_version_does_not_differ_from_itself() -> None:
    archive = pack_chart("a", "1.0.0", BEFORE)
    assert compare(archive, archive) == ChartComparison((), False, (), (), (), ())


def test_fork_is_compared_though_its_folder_has_another_name() -> None:
    found = compare(pack_chart("a", "1.0.0", BEFORE), pack_chart("fork", "1.0.0", BEFORE))
    assert [change.path for change in found.chart_yaml] == ["name", "description"]
    assert [file.path for file in found.files] == ["Chart.yaml"]


def test_values_that_cannot_be_read_leave_out_their_part_alone() -> None:
    found = compare(pack_chart("a", "1.0.0", BEFORE), pack_chart("a", "1.1.0", {"values.yaml": "a: ["}))
    assert (found.values, found.breaking) == ((), True)
    assert "values.yaml was not compared leaf by leaf" in found.left_out[0]
    assert [change.path for change in found.chart_yaml] == ["version"]


def test_what_is_too_much_is_counted_and_not_listed() -> None:
    many = "".join(f"k{number}: 1\n" for number in range(30))
    gone = pack_chart("a", "1.0.0", {"values.yaml": many})
    found = compare(gone, pack_chart("a", "1.1.0", {"values.yaml": ""}), changes_max_count=5)
    assert len(found.values) == 5
    assert found.left_out == ("values.yaml: 25 of 30 changes are not listed.",)
    small = compare(gone, pack_chart("a", "1.1.0", {"values.yaml": ""}), comparison_max_bytes=100)
    assert any("too large for a diff" in left_out for left_out in small.left_out)


def test_archive_that_is_none_is_refused() -> None:
    with pytest.raises(MalformedArchive):
        compare(pack_chart(), b"\x1f\x8bnonsense")


@pytest.mark.parametrize("product_max", [10**6, 0], ids=["lines", "as-a-whole"])
@pytest.mark.parametrize(
    ("before", "after"), [("a\nb\nc\n", "a\nx\nc\nd\n"), ("a\nb", "a\nb\n"), ("a\n", "a\nb"), ("", "x\n"), ("x", "")]
)
def test_diff_turns_one_file_into_the_other_when_patch_applies_it(
    before: str, after: str, product_max: int, tmp_path: Path
) -> None:
    archives = [pack_chart("a", "1.0.0", {"f.txt": text}) for text in (before, after)]
    (change,) = compare(*archives, compared_lines_max_product=product_max).files
    assert change.unified_diff is not None
    assert change.kind is ChangeKind.CHANGED
    (tmp_path / "f.txt").write_text(before)
    subprocess.run(
        ["patch", "-p1", "--no-backup-if-mismatch"], input=change.unified_diff, text=True, cwd=tmp_path, check=True
    )
    assert (tmp_path / "f.txt").read_text() == after


def test_large_replacements_are_not_searched_for_what_stayed() -> None:
    before, after = [f"a{n}" for n in range(3000)], [f"b{n}" for n in range(3000)]
    assert unified_diff(before, after, ("a", "b"), 4_000_000).startswith("--- a\n+++ b\n@@ -1,3000 +1,3000 @@\n-a0\n")
