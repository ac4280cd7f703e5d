"""Two archives side by side: values, Chart.yaml and schema leaf by leaf, files line by line, all within bounds."""

import difflib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from app.chart_reader.answers import ChartComparison, FileChange
from app.chart_reader.archive import ChartArchive, open_archive
from app.chart_reader.chart_tree import VALUES_SCHEMA, VALUES_YAML
from app.chart_reader.chart_yaml import CHART_YAML
from app.chart_reader.errors import ChartReadError
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.plain_text import decode_strictly
from app.chart_reader.yaml_tree import parse_yaml_tree
from app.domain.values_diff import ChangeKind, Json, ValueChange, changes_between

_NO_NEWLINE = "\n\\ No newline at end of file"
_NOWHERE = "/dev/null"


def compare_charts(before: bytes, after: bytes, limits: ReadingLimits) -> ChartComparison:
    """Raises ChartReadError where one of the archives is no sound one."""
    return _Comparing(open_archive(before, limits), open_archive(after, limits), limits).compare()


@dataclass(slots=True)
class _Comparing:
    before: ChartArchive
    after: ChartArchive
    limits: ReadingLimits
    left_out: list[str] = field(default_factory=list)
    bytes_left: int = 0

    def compare(self) -> ChartComparison:
        self.bytes_left = self.limits.comparison_max_bytes
        values, breaking = self._changes(VALUES_YAML, self._yaml)
        chart_yaml, _ = self._changes(CHART_YAML, self._yaml)
        schema, _ = self._changes(VALUES_SCHEMA, self._json)
        files = tuple(self._files())
        return ChartComparison(values, breaking, chart_yaml, schema, files, tuple(self.left_out))

    # ── Leaf by leaf ──

    def _changes(self, path: str, parse: Callable[[bytes, str], Json]) -> tuple[tuple[ValueChange, ...], bool]:
        """The changes of one file, and whether any of them breaks something; what cannot be read may well."""
        before, after = self.before.data(path), self.after.data(path)
        if before == after:
            return (), False
        try:
            found = changes_between(_tree(before, path, parse), _tree(after, path, parse))
            return self._bounded(path, found)
        except (ChartReadError, ValueError, RecursionError) as error:
            self.left_out.append(f"{path} was not compared leaf by leaf: {error}")
            return (), True

    def _bounded(self, path: str, changes: Iterator[ValueChange]) -> tuple[tuple[ValueChange, ...], bool]:
        listed: list[ValueChange] = []
        changes_count, breaking = 0, False
        for change in changes:
            changes_count += 1
            breaking = breaking or change.breaking
            if len(listed) < self.limits.changes_max_count and self._fits(_size(change)):
                listed.append(change)
        if changes_count > len(listed):
            self.left_out.append(f"{path}: {changes_count - len(listed)} of {changes_count} changes are not listed.")
        return tuple(listed), breaking

    def _fits(self, size_bytes: int) -> bool:
        if size_bytes > self.bytes_left:
            return False
        self.bytes_left -= size_bytes
        return True

    def _yaml(self, data: bytes, path: str) -> Json:
        return parse_yaml_tree(decode_strictly(data), path, self.limits)

    def _json(self, data: bytes, path: str) -> Json:
        if len(data) > self.limits.values_schema_max_bytes:
            raise ValueError(f"it has {len(data)} bytes")
        tree: Json = json.loads(decode_strictly(data))
        return tree

    # ── Line by line ──

    def _files(self) -> Iterator[FileChange]:
        listed, changed = 0, 0
        for path in sorted(self.before.extents.keys() | self.after.extents.keys()):
            before, after = self.before.data(path), self.after.data(path)
            if before == after:
                continue
            changed += 1
            if listed < self.limits.changes_max_count:
                listed += 1
                yield self._file(path, before, after)
        if changed > listed:
            self.left_out.append(f"{changed - listed} of {changed} changed files are not listed.")

    def _file(self, path: str, before: bytes | None, after: bytes | None) -> FileChange:
        kind = ChangeKind.CHANGED
        if before is None or after is None:
            kind = ChangeKind.ADDED if before is None else ChangeKind.REMOVED
        try:
            old, new = decode_strictly(before or b""), decode_strictly(after or b"")
        except ValueError:
            return FileChange(path, kind, None)
        if len(old) + len(new) > self.limits.comparison_max_bytes:
            self.left_out.append(f"{path} is too large for a diff.")
            return FileChange(path, kind, None)
        names = (_NOWHERE if before is None else f"a/{path}", _NOWHERE if after is None else f"b/{path}")
        diff = unified_diff(_lines(old), _lines(new), names, self.limits.compared_lines_max_product)
        if not self._fits(len(diff)):
            self.left_out.append(f"{path}: its diff has {len(diff)} characters, more than is left to show.")
            return FileChange(path, kind, None)
        return FileChange(path, kind, diff)


def _tree(data: bytes | None, path: str, parse: Callable[[bytes, str], Json]) -> Json:
    """Of a file that is missing or empty: an empty mapping, so that its keys are added or removed."""
    tree = None if data is None else parse(data, path)
    return {} if tree is None else tree


def _size(change: ValueChange) -> int:
    return len(change.path) + sum(
        len(value) if isinstance(value, str) else 8 if not isinstance(value, list | dict) else len(json.dumps(value))
        for value in (change.before, change.after)
    )


def _lines(text: str) -> list[str]:
    if not text:
        return []
    lines = text.split("\n")
    if lines[-1]:
        lines[-1] += _NO_NEWLINE
    else:
        lines.pop()
    return lines


def unified_diff(before: list[str], after: list[str], names: tuple[str, str], product_max: int) -> str:
    """As `diff -u` writes it. Beyond the bound on their product all lines count as replaced."""
    same_at_start = _same_count(before, after)
    middles = len(before) - same_at_start, len(after) - same_at_start
    same_at_end = min(_same_count(before[::-1], after[::-1]), *middles)
    if (middles[0] - same_at_end) * (middles[1] - same_at_end) <= product_max:
        return "\n".join(difflib.unified_diff(before, after, *names, lineterm="")) + "\n"
    head = [f"--- {names[0]}", f"+++ {names[1]}", f"@@ -1,{len(before)} +1,{len(after)} @@"]
    return "\n".join([*head, *(f"-{line}" for line in before), *(f"+{line}" for line in after)]) + "\n"


def _same_count(before: list[str], after: list[str]) -> int:
    """How many lines are the same before the first that is not."""
    for count, (old, new) in enumerate(zip(before, after, strict=False)):
        if old != new:
            return count
    return min(len(before), len(after))
