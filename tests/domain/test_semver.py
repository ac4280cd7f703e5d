import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.semver import SORT_KEY_MAX_CHARS, VERSION_MAX_CHARS, InvalidVersion, Version, newest_first

VECTORS = Path(__file__).parent / "semver-masterminds.json"
CASES: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]

# The upstream test ran its table twice: with CoerceNewVersion true (helm's setting), then with false.
COERCED = CASES["new_version_lenient"][: len(CASES["new_version_lenient"]) // 2]
UNCOERCED = CASES["new_version_lenient"][len(CASES["new_version_lenient"]) // 2 :]


def ids(case: dict[str, Any]) -> str:
    return " / ".join(f"{value!r}" for value in case.values())


def accepts(parse: Any, text: str) -> bool:
    try:
        parse(text)
    except InvalidVersion:
        return False
    return True


@pytest.mark.parametrize("case", CASES["strict_new_version"], ids=ids)
def test_strict_parse_agrees_with_masterminds(case: dict[str, Any]) -> None:
    assert accepts(Version.parse_strict, case["version"]) is not case["error"]


@pytest.mark.parametrize("case", COERCED, ids=ids)
def test_lenient_parse_agrees_with_masterminds(case: dict[str, Any]) -> None:
    assert accepts(Version.parse, case["version"]) is not case["error"]


@pytest.mark.parametrize("case", UNCOERCED, ids=ids)
def test_lenient_parse_agrees_with_masterminds_when_leading_zeros_are_refused(case: dict[str, Any]) -> None:
    parsed = accepts(lambda text: Version.parse(text, leading_zeros_allowed=False), case["version"])
    assert parsed is not case["error"]


@pytest.mark.parametrize("case", CASES["coerce_string"], ids=ids)
def test_text_form_is_canonical(case: dict[str, Any]) -> None:
    version = Version.parse(case["version"])
    assert str(version) == case["canonical"]
    assert version.original == case["version"]


@pytest.mark.parametrize("case", CASES["compare"], ids=ids)
def test_precedence_agrees_with_masterminds(case: dict[str, Any]) -> None:
    a, b = Version.parse(case["a"]), Version.parse(case["b"])
    assert (a > b) - (a < b) == case["expected"]
    assert (a.sort_key > b.sort_key) - (a.sort_key < b.sort_key) == case["expected"]
    assert (a == b) is (case["expected"] == 0)


@pytest.mark.parametrize(
    ("group", "case"),
    [
        (group, case)
        for group in ("LessThan", "GreaterThan", "LessThanEqual", "GreaterThanEqual")
        for case in CASES[group]
    ],
    ids=lambda value: ids(value) if isinstance(value, dict) else value,
)
def test_operators_agree_with_masterminds(group: str, case: dict[str, Any]) -> None:
    a, b = Version.parse(case["a"]), Version.parse(case["b"])
    results = {"LessThan": a < b, "GreaterThan": a > b, "LessThanEqual": a <= b, "GreaterThanEqual": a >= b}
    assert results[group] is case["expected"]


def test_sorting_agrees_with_masterminds() -> None:
    case = CASES["sort_collection"]
    assert [str(version) for version in sorted(map(Version.parse, case["input"]))] == case["expected"]


def test_every_group_of_the_vectors_is_tested() -> None:
    here = {"strict_new_version", "new_version_lenient", "coerce_string", "compare", "sort_collection"}
    here |= {"LessThan", "GreaterThan", "LessThanEqual", "GreaterThanEqual"}
    constraints = {"constraint_check_single", "constraints_check", "constraints_check_include_prerelease"}
    constraints |= {"constraints_validate", "new_constraint", "is_x", "rewrite_range"}
    assert set(CASES) == here | constraints


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("1.2.3", "1.2.3"),
        ("v1.2.3", "1.2.3"),
        ("1.2.3_build.5", "1.2.3+build.5"),
        ("1.2.3+build.5", "1.2.3+build.5"),
        ("v1.2.3-rc.1_b-7", "1.2.3-rc.1+b-7"),
    ],
)
def test_tag_is_read_as_the_version_it_stands_for(tag: str, text: str) -> None:
    version = Version.from_tag(tag)
    assert (str(version), version.original) == (text, tag)


@pytest.mark.parametrize(
    "tag", ["latest", "1", "1.2", "v1", "vv1.2.3", "V1.2.3", "1.2.3_a_b", "sha256-ab.sig", "", "v"]
)
def test_tag_is_refused_when_it_is_no_whole_version(tag: str) -> None:
    with pytest.raises(InvalidVersion):
        Version.from_tag(tag)


@pytest.mark.parametrize(
    "text", ["1.2.3\n", " 1.2.3", "1.2.3 ", "١.2.3", "1.2.3-é", "V1.2.3", "1..3", "1.2.3-", "1.2.3+"]
)
def test_parse_is_refused_when_a_character_is_foreign(text: str) -> None:
    assert not accepts(Version.parse, text)
    assert not accepts(Version.parse_strict, text)


def test_numbers_are_accepted_up_to_64_bits_and_no_further() -> None:
    assert Version.parse_strict(f"{2**64 - 1}.0.0").major == 2**64 - 1
    assert not accepts(Version.parse, f"1.{2**64}.0")


def test_parse_is_refused_when_longer_than_the_bound() -> None:
    longest = "1.0.0-" + "a" * (VERSION_MAX_CHARS - 6)
    assert Version.parse(longest).prerelease.startswith("aaa")
    assert not accepts(Version.parse, longest + "a")


def test_build_is_kept_but_has_no_part_in_precedence() -> None:
    a, b = Version.parse("1.0.0+a"), Version.parse("1.0.0+b")
    assert a == b and hash(a) == hash(b) and a.sort_key == b.sort_key and not a < b
    assert (a.build, b.build) == ("a", "b")


def test_newest_first_lets_build_decide_between_equals() -> None:
    texts = ["1.0.0+a", "1.0.0-rc.10", "1.0.0+b", "2.0.0-alpha", "1.0.0-rc.9", "0.9.0"]
    expected = ["2.0.0-alpha", "1.0.0+b", "1.0.0+a", "1.0.0-rc.10", "1.0.0-rc.9", "0.9.0"]
    for given_order in (texts, texts[::-1]):
        assert [str(version) for version in newest_first(map(Version.parse, given_order))] == expected


def test_versions_order_as_semver_org_lists_them() -> None:
    # semver.org 2.0.0, 11.4.
    texts = ["alpha", "alpha.1", "alpha.beta", "beta", "beta.2", "beta.11", "rc.1"]
    versions = [Version.parse_strict(f"1.0.0-{text}") for text in texts] + [Version.parse_strict("1.0.0")]
    assert versions == sorted(versions)
    assert all(a < b for a, b in itertools.pairwise(versions))


def test_comparing_with_another_type_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        _ = Version.parse("1.0.0") < "2.0.0"  # type: ignore[operator]
    assert Version.parse("1.0.0") != "1.0.0"


NUMBERS = st.one_of(st.integers(0, 12), st.integers(0, 2**64 - 1))
WORDS = st.text("019azAZ-", min_size=1, max_size=5).filter(lambda text: not text.isdigit())
IDENTIFIERS = st.one_of(st.integers(0, 12).map(str), st.integers(0, 10**30).map(str), WORDS)
PRERELEASES = st.lists(IDENTIFIERS, max_size=4).map(".".join)
VERSIONS = st.builds(
    lambda numbers, prerelease, build: Version.parse_strict(
        ".".join(map(str, numbers)) + (f"-{prerelease}" if prerelease else "") + (f"+{build}" if build else "")
    ),
    st.one_of(st.just((1, 0, 0)), st.tuples(NUMBERS, NUMBERS, NUMBERS)),
    PRERELEASES,
    st.sampled_from(["", "a", "01"]),
)


def precedence_by_the_letter(a: Version, b: Version) -> int:
    """semver.org 2.0.0, section 11, step by step; knows nothing of how Version does it."""
    for x, y in ((a.major, b.major), (a.minor, b.minor), (a.patch, b.patch)):
        if x != y:
            return 1 if x > y else -1
    if bool(a.prerelease) != bool(b.prerelease):
        return 1 if b.prerelease else -1
    for s, t in zip(a.prerelease.split("."), b.prerelease.split("."), strict=False):
        if s == t:
            continue
        if s.isdigit() and t.isdigit():
            return 1 if int(s) > int(t) else -1
        if s.isdigit() != t.isdigit():
            return -1 if s.isdigit() else 1
        return 1 if s.encode() > t.encode() else -1
    fields_a, fields_b = a.prerelease.count("."), b.prerelease.count(".")
    return (fields_a > fields_b) - (fields_a < fields_b)


@given(VERSIONS, VERSIONS)
def test_sort_key_orders_by_bytes_as_precedence_does(a: Version, b: Version) -> None:
    expected = precedence_by_the_letter(a, b)
    key_a, key_b = a.sort_key.encode("ascii"), b.sort_key.encode("ascii")
    assert (key_a > key_b) - (key_a < key_b) == expected
    assert (a > b) - (a < b) == expected
    assert (hash(a) == hash(b)) or expected != 0


@given(VERSIONS)
def test_text_form_reads_back_as_the_same_version(version: Version) -> None:
    assert str(Version.parse_strict(str(version))) == str(version)
    assert str(Version.from_tag(str(version).replace("+", "_"))) == str(version)


@pytest.mark.parametrize("filler", ["0.", "a.", "1234567.", "a", "9"])
def test_sort_key_stays_within_its_bound_for_the_longest_versions(filler: str) -> None:
    numbers = f"{2**64 - 1}.{2**64 - 1}.{2**64 - 1}"
    for core in ("1.0.0", numbers):
        room = VERSION_MAX_CHARS - len(core) - 1
        version = Version.parse(core + "-" + (filler * VERSION_MAX_CHARS)[:room].rstrip("."))
        assert len(version.sort_key) <= SORT_KEY_MAX_CHARS
