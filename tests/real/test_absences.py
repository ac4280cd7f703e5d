"""A missing tool is said in one line, and cannot hide where nothing may be missing."""

import pytest

from tests.real.absences import Absences


def test_test_is_skipped_and_line_says_the_remedy_when_a_tool_is_missing() -> None:
    absences = Absences(required=False)
    for _ in range(2):
        with pytest.raises(pytest.skip.Exception, match="helm is not there"):
            absences.report("helm", "install it")
    assert absences.lines() == ["helm is not there, its tests did not run: install it"]


def test_test_fails_when_a_tool_is_missing_that_is_required() -> None:
    with pytest.raises(pytest.fail.Exception, match="helm is not there and CHARTROOM_REQUIRE_REAL is set"):
        Absences(required=True).report("helm", "install it")


def test_nothing_is_said_when_all_is_there() -> None:
    assert Absences(required=False).lines() == []
