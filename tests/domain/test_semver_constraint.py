import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.semver import Version
from app.domain.semver_constraint import (
    CONSTRAINT_MAX_CHARS,
    Comparison,
    Constraint,
    InvalidConstraint,
    is_wildcard,
    rewrite_hyphen_ranges,
)

VECTORS = Path(__file__).parent / "semver-masterminds.json"
CASES: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]


def ids(case: dict[str, Any]) -> str:
    return " / ".join(f"{value!r}" for value in case.values())


@pytest.mark.parametrize("case", CASES["constraint_check_single"], ids=ids)
def test_comparison_agrees_with_masterminds(case: dict[str, Any]) -> None:
    comparison = Comparison.parse(case["constraint"])
    refusal = comparison.refusal(Version.parse(case["version"]), comparison.bound.is_prerelease)
    assert (refusal is None) is case["expected"]


@pytest.mark.parametrize("case", CASES["constraints_check"], ids=ids)
def test_check_agrees_with_masterminds(case: dict[str, Any]) -> None:
    assert Constraint.parse(case["constraint"]).check(Version.parse(case["version"])) is case["expected"]


@pytest.mark.parametrize("case", CASES["constraints_check_include_prerelease"], ids=ids)
def test_check_agrees_with_masterminds_when_prereleases_are_included(case: dict[str, Any]) -> None:
    constraint = Constraint.parse(case["constraint"], prereleases_included=True)
    assert constraint.check(Version.parse(case["version"])) is case["expected"]


@pytest.mark.parametrize("case", CASES["constraints_validate"], ids=ids)
def test_validate_agrees_with_masterminds(case: dict[str, Any]) -> None:
    satisfied, reasons = Constraint.parse(case["constraint"]).validate(Version.parse(case["version"]))
    assert satisfied is case["expected"]
    assert bool(reasons) is not satisfied


@pytest.mark.parametrize("case", CASES["new_constraint"], ids=ids)
def test_parse_agrees_with_masterminds(case: dict[str, Any]) -> None:
    if case["error"]:
        with pytest.raises(InvalidConstraint):
            Constraint.parse(case["constraint"])
        return
    alternatives = Constraint.parse(case["constraint"]).alternatives
    assert (len(alternatives), len(alternatives[0])) == (case["ors"], case["ands"])


@pytest.mark.parametrize("case", CASES["is_x"], ids=ids)
def test_wildcards_agree_with_masterminds(case: dict[str, Any]) -> None:
    assert is_wildcard(case["value"]) is case["expected"]


@pytest.mark.parametrize("case", CASES["rewrite_range"], ids=ids)
def test_hyphen_ranges_agree_with_masterminds(case: dict[str, Any]) -> None:
    assert rewrite_hyphen_ranges(case["constraint"]) == case["rewritten"]


@pytest.mark.parametrize(
    ("constraint", "version", "reasons"),
    [
        # From Masterminds' TestConstraintsValidate.
        ("2.x", "1.2.3", ["1.2.3 is less than 2.x"]),
        ("!=4.2.x", "4.2.3", ["4.2.3 is equal to 4.2.x"]),
        (">1.1", "1.1.0", ["1.1.0 is less than or equal to 1.1"]),
        ("<1.x", "2.1.1", ["2.1.1 is greater than or equal to 1.x"]),
        ("<=1.1.x", "1.2.500", ["1.2.500 is greater than 1.1.x"]),
        (">=2 <1.1.x", "1.2.3", ["1.2.3 is less than 2", "1.2.3 is greater than or equal to 1.1.x"]),
        ("1.2.3", "1.2.4", ["1.2.4 is not equal to 1.2.3"]),
        ("~1.2.3", "1.3.0", ["1.3.0 does not have same major and minor version as 1.2.3"]),
        ("^1", "2.0.0", ["2.0.0 does not have same major version as 1"]),
        (
            "^0.0.1",
            "0.0.2",
            ["0.0.2 does not equal 0.0.1. Expect version and constraint to equal when major and minor versions are 0"],
        ),
        (
            ">1 || <3 !=2.0.0",
            "1.0.0-beta",
            ["1.0.0-beta is a prerelease version and the constraint is only looking for release versions"],
        ),
    ],
)
def test_validate_gives_the_reasons_in_order(constraint: str, version: str, reasons: list[str]) -> None:
    assert Constraint.parse(constraint).validate(Version.parse(version)) == (False, reasons)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ",",
        "1,",
        ",1",
        "1,,2",
        "1 ||",
        "|| 1",
        "1|2",
        ">>1",
        "> = 1",
        "1\v2",
        "1.2.3.x",
        "xx",
        "é",
        "1>2",
        "latest",
    ],
)
def test_parse_is_refused_when_the_text_is_no_constraint(text: str) -> None:
    with pytest.raises(InvalidConstraint):
        Constraint.parse(text)


def test_parse_is_refused_when_longer_than_the_bound() -> None:
    longest = "1" + " " * (CONSTRAINT_MAX_CHARS - 1)
    assert Constraint.parse(longest).check(Version.parse("1.5.0"))
    with pytest.raises(InvalidConstraint):
        Constraint.parse(longest + " ")


def test_constraint_of_a_kubernetes_version_ignores_build() -> None:
    assert Constraint.parse(">= 1.28.0-0").check(Version.parse("v1.28.3-gke.100+build"))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        # A pattern that may split one run of blanks in several ways tries all of them, for each run: 2^100.
        "1  " * 340 + "!",
        "1" * CONSTRAINT_MAX_CHARS,
        " " * CONSTRAINT_MAX_CHARS,
        "1-" + "a." * 510 + "!",
        "1 " + " - " * 340,
        "1 - " * 255,
        "||" * 512,
    ],
    ids=["blanks", "digits", "only blanks", "identifiers", "hyphens", "open ranges", "alternatives"],
)
def test_parse_ends_soon_when_the_text_is_hostile(text: str) -> None:
    with pytest.raises(InvalidConstraint):
        Constraint.parse(text)


@given(st.text("0129.xX*v-+ab,|<>=!~^ \t", max_size=40))
def test_parse_gives_a_constraint_or_its_own_refusal(text: str) -> None:
    try:
        constraint = Constraint.parse(text)
    except InvalidConstraint:
        return
    version = Version.parse("1.2.3")
    assert constraint.validate(version)[0] is constraint.check(version)
    assert Constraint.parse(str(constraint)).check(version) is constraint.check(version)
