"""What a chart says it changed. Source: Artifact Hub, Helm annotations, artifacthub.io/changes."""

from app.chart_reader.contents import Change
from app.chart_reader.errors import ChartReadError
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.plain_text import block_text, short_text
from app.chart_reader.yaml_tree import parse_yaml_tree

CHANGES_ANNOTATION = "artifacthub.io/changes"
# Change logs of a version have a few KiB; a longer one is no list for a page, and costs time at every sync.
_MAX_CHARACTERS = 64 * 1024
_KIND_MAX_CHARACTERS = 40


def changes_of(annotations: dict[str, str], limits: ReadingLimits) -> tuple[Change, ...]:
    """Entries are texts, or have a kind and a description. Nothing where it is no such list."""
    text = annotations.get(CHANGES_ANNOTATION, "")
    if not text or len(text) > _MAX_CHARACTERS:
        return ()
    try:
        listed = parse_yaml_tree(text, CHANGES_ANNOTATION, limits)
    except ChartReadError:
        return ()
    found: list[Change] = []
    for entry in listed if isinstance(listed, list) else ():
        kind = entry.get("kind") if isinstance(entry, dict) else None
        description = entry.get("description") if isinstance(entry, dict) else entry
        if isinstance(description, str) and description.strip():
            named = isinstance(kind, str) and 0 < len(kind) <= _KIND_MAX_CHARACTERS
            found.append(Change(short_text(str(kind)) if named else None, block_text(description)))
    return tuple(found)
