"""A version's own account of what it changed."""

import pytest

from app.chart_reader.changes import CHANGES_ANNOTATION, changes_of
from app.chart_reader.contents import Change
from app.chart_reader.limits import ReadingLimits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "- Added a thing\n- 'Fixed: another'\n", [(None, "Added a thing"), (None, "Fixed: another")], id="texts"
        ),
        pytest.param(
            "- kind: security\n  description: Mended\n  links: [{name: a}]\n", [("security", "Mended")], id="entries"
        ),
        pytest.param(
            "- {description: No kind}\n- {kind: fixed}\n- 1\n", [(None, "No kind")], id="what-says-nothing-is-left-out"
        ),
        pytest.param("not: a list", [], id="no-list"),
        pytest.param("- [", [], id="no-yaml"),
        pytest.param("- " + "x" * 70_000, [], id="too-long"),
        pytest.param("", [], id="empty"),
    ],
)
def test_changes_are_read_from_the_annotation(text: str, expected: list[tuple[str | None, str]]) -> None:
    changes = changes_of({CHANGES_ANNOTATION: text}, ReadingLimits())
    assert list(changes) == [Change(kind, description) for kind, description in expected]
