"""A chart archive into its contents: bytes in, facts out."""

from app.chart_reader.archive import ChartArchive, open_archive
from app.chart_reader.changes import changes_of
from app.chart_reader.chart_tree import VALUES_SCHEMA, VALUES_YAML
from app.chart_reader.chart_yaml import CHART_YAML, REQUIREMENTS_YAML, parse_chart_yaml
from app.chart_reader.contents import ChartContents, ChartFile
from app.chart_reader.errors import ArchiveTooLarge, MalformedChart
from app.chart_reader.images import images_of
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.plain_text import block_text, decode_leniently, decode_strictly

NOTES = "templates/NOTES.txt"
# Helm, pkg/action/show.go, readmeFileNames: compared without case, Markdown preferred.
_README_NAMES = ("readme.md", "readme.txt", "readme")


def read_chart(archive: bytes, limits: ReadingLimits) -> ChartContents:
    """All that the store keeps of a .tgz. Bytes that are no sound chart raise a ChartReadError, only that."""
    opened = open_archive(archive, limits)
    chart_yaml = _strict_text(opened, CHART_YAML, limits.chart_yaml_max_bytes)
    if chart_yaml is None:
        raise MalformedChart("it is missing", CHART_YAML)
    metadata = parse_chart_yaml(
        chart_yaml, _strict_text(opened, REQUIREMENTS_YAML, limits.chart_yaml_max_bytes), limits
    )
    readme_path = _readme_path(opened)
    readme = None if readme_path is None else _lenient_text(opened, readme_path, limits.readme_max_bytes)
    schema = _strict_text(opened, VALUES_SCHEMA, limits.values_schema_max_bytes)
    values = _strict_text(opened, VALUES_YAML, limits.values_yaml_max_bytes)
    notes = _lenient_text(opened, NOTES, limits.file_max_bytes)
    return ChartContents(
        metadata=metadata,
        chart_yaml=chart_yaml,
        readme_markdown=readme,
        readme_plain=readme_path is not None and readme_path.lower().endswith(".txt"),
        values_yaml=values,
        values_schema=schema,
        notes=None if notes is None else block_text(notes),
        files=tuple(ChartFile(path, extent[1]) for path, extent in opened.extents.items()),
        images=images_of(values, metadata.annotations, metadata.app_version, limits),
        changes=changes_of(metadata.annotations, limits),
    )


def read_chart_file(archive: bytes, path: str, limits: ReadingLimits) -> str | None:
    """The text of one file of a .tgz, `path` relative to its root; None where it is absent or no text.

    Raises a ChartReadError for bytes that are no sound archive.
    """
    data = open_archive(archive, limits).data(path)
    if data is None:
        return None
    try:
        return decode_strictly(data)
    except ValueError:
        return None


def _bounded(opened: ChartArchive, path: str, size_max_bytes: int) -> bytes | None:
    data = opened.data(path)
    if data is not None and len(data) > size_max_bytes:
        raise ArchiveTooLarge(f"it has {len(data)} bytes, over {size_max_bytes}", path)
    return data


def _strict_text(opened: ChartArchive, path: str, size_max_bytes: int) -> str | None:
    data = _bounded(opened, path, size_max_bytes)
    if data is None:
        return None
    try:
        return decode_strictly(data)
    except ValueError as error:
        raise MalformedChart("it is not UTF-8 text", path) from error


def _lenient_text(opened: ChartArchive, path: str, size_max_bytes: int) -> str | None:
    data = _bounded(opened, path, size_max_bytes)
    return None if data is None else decode_leniently(data)


def _readme_path(opened: ChartArchive) -> str | None:
    found = {path.lower(): path for path in reversed(opened.extents) if path.lower() in _README_NAMES}
    return next((found[name] for name in _README_NAMES if name in found), None)
