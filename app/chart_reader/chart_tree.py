"""A chart with the charts inside it, as far as values go: defaults, schemas, and what each wants of the others.

Source: Helm, pkg/chart/v2/loader/load.go. A sub-chart is a folder in `charts/`, or an archive in it.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from app.chart_reader.archive import ChartArchive, open_archive
from app.chart_reader.chart_yaml import CHART_YAML, REQUIREMENTS_YAML
from app.chart_reader.errors import ArchiveTooLarge, MalformedChart
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.plain_text import decode_strictly
from app.chart_reader.yaml_tree import parse_yaml_tree

VALUES_YAML = "values.yaml"
VALUES_SCHEMA = "values.schema.json"
_CHARTS = "charts/"

Values = dict[str, Any]


@dataclass(slots=True)
class Requirement:
    """What Chart.yaml says of a chart it depends on. `name` becomes the alias once charts are matched."""

    name: str
    version: str
    alias: str
    conditions: tuple[str, ...]
    tags: tuple[str, ...]
    import_values: tuple[Any, ...]
    enabled: bool = True


@dataclass(slots=True)
class LoadedChart:
    """`schema` is the text of values.schema.json."""

    name: str
    version: str
    values: Values
    schema: str | None
    requirements: list[Requirement]
    charts: list["LoadedChart"] = field(default_factory=list)

    def under_another_name(self, name: str) -> "LoadedChart":
        """The same chart once more; what is done to one is not done to the other."""
        return replace(
            self,
            name=name,
            requirements=[replace(requirement) for requirement in self.requirements],
            charts=[replace(chart) for chart in self.charts],
        )


def load_chart(archive: bytes, limits: ReadingLimits) -> LoadedChart:
    """Raises ChartReadError where Helm could not load it either, or it is beyond the bounds."""
    return _Loading(limits).load(_files_of(open_archive(archive, limits)), "", 0)


Files = dict[str, tuple[bytes, tuple[int, int]]]
"""Path below the chart's root → the tar it lies in, and where."""


def _files_of(archive: ChartArchive) -> Files:
    return {path: (archive.tar, extent) for path, extent in archive.extents.items()}


@dataclass(slots=True)
class _Loading:
    limits: ReadingLimits
    charts_count: int = 0
    inflated_bytes: int = 0

    def load(self, files: Files, where: str, depth: int) -> LoadedChart:
        self.charts_count += 1
        if depth > self.limits.sub_charts_max_depth or self.charts_count > self.limits.sub_charts_max_count:
            raise ArchiveTooLarge("it holds too many charts inside charts", where or None)
        metadata = self._mapping(files, CHART_YAML, where)
        if metadata is None or not isinstance(metadata.get("name"), str):
            raise MalformedChart("it is missing, or names no chart", where + CHART_YAML)
        requirements = metadata.get("dependencies")
        listed = self._mapping(files, REQUIREMENTS_YAML, where) or {}
        if "dependencies" in listed:
            requirements = listed["dependencies"]
        chart = LoadedChart(
            name=metadata["name"],
            version=str(metadata.get("version") or ""),
            values=self._mapping(files, VALUES_YAML, where) or {},
            schema=self._text(files, VALUES_SCHEMA, where),
            requirements=[_requirement(each) for each in requirements or () if isinstance(each, dict)],
        )
        for name, inner in _grouped(files).items():
            chart.charts.append(self._load_inner(name, inner, f"{where}{_CHARTS}{name}/", depth + 1))
        return chart

    def _load_inner(self, name: str, files: Files, where: str, depth: int) -> LoadedChart:
        if not name.endswith(".tgz"):
            return self.load(files, where, depth)
        opened = open_archive(_data(files, ""), self.limits)
        self.inflated_bytes += len(opened.tar)
        if self.inflated_bytes > self.limits.inflated_max_bytes:
            raise ArchiveTooLarge("the charts inside it are larger than an archive may be", where)
        return self.load(_files_of(opened), where, depth)

    def _text(self, files: Files, path: str, where: str) -> str | None:
        if path not in files:
            return None
        data = _data(files, path)
        if len(data) > self.limits.values_yaml_max_bytes:
            raise ArchiveTooLarge(f"it has {len(data)} bytes", where + path)
        try:
            return decode_strictly(data)
        except ValueError as error:
            raise MalformedChart("it is not UTF-8 text", where + path) from error

    def _mapping(self, files: Files, path: str, where: str) -> Values | None:
        """None where there is no such file, or nothing in it."""
        text = self._text(files, path, where)
        tree = None if text is None else parse_yaml_tree(text, where + path, self.limits)
        if tree is not None and not isinstance(tree, dict):
            raise MalformedChart("it is no YAML mapping", where + path)
        return tree


def _data(files: Files, path: str) -> bytes:
    tar, (offset, size) = files[path]
    return tar[offset : offset + size]


def _grouped(files: Files) -> dict[str, Files]:
    """The files of each chart in `charts/`, by their paths below its root; an archive's own path is empty."""
    groups: dict[str, Files] = {}
    for path, place in files.items():
        name, _, inner = path.removeprefix(_CHARTS).partition("/")
        if not path.startswith(_CHARTS) or name[:1] in ("_", ".") or path.endswith(".prov"):
            continue
        if inner or name.endswith(".tgz"):
            groups.setdefault(name, {})[inner] = place
    return groups


def _requirement(given: Values) -> Requirement:
    def texts(name: str) -> tuple[str, ...]:
        value = given.get(name)
        return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()

    imported = given.get("import-values")
    return Requirement(
        name=str(given.get("name") or ""),
        version=str(given.get("version") or ""),
        alias=str(given.get("alias") or ""),
        conditions=tuple(each for each in str(given.get("condition") or "").strip().split(",") if each),
        tags=texts("tags"),
        import_values=tuple(imported) if isinstance(imported, list) else (),
    )
