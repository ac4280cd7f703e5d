"""Changes are told leaf by leaf, under paths that helm --set takes."""

import pytest

from app.domain.values_diff import ChangeKind, Json, ValueChange, changes_between

ADDED, REMOVED = ChangeKind.ADDED, ChangeKind.REMOVED
CHANGED, TYPE_CHANGED = ChangeKind.CHANGED, ChangeKind.TYPE_CHANGED


def told(before: Json, after: Json) -> list[tuple[str, ChangeKind, Json, Json]]:
    return [(each.path, each.kind, each.before, each.after) for each in changes_between(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({"a": {"b": 1}}, {"a": {"b": 1}}, [], id="nothing"),
        pytest.param({"a": 1}, {"a": 2}, [("a", CHANGED, 1, 2)], id="another-value"),
        pytest.param({"a": 1}, {"a": 1.5}, [("a", CHANGED, 1, 1.5)], id="numbers-are-of-one-type"),
        pytest.param({"a": 1}, {"a": True}, [("a", TYPE_CHANGED, 1, True)], id="a-boolean-is-no-number"),
        pytest.param({"a": "1"}, {"a": 1}, [("a", TYPE_CHANGED, "1", 1)], id="a-text-is-no-number"),
        pytest.param({"a": None}, {"a": {"b": 1}}, [("a", CHANGED, None, {"b": 1})], id="null-has-no-type"),
        pytest.param({"a": {"b": 1}}, {"a": [1]}, [("a", TYPE_CHANGED, {"b": 1}, [1])], id="a-mapping-is-no-list"),
        pytest.param(
            {"a": {"b": 1, "c": {}}},
            {},
            [("a.b", REMOVED, 1, None), ("a.c", REMOVED, {}, None)],
            id="each-leaf-removed",
        ),
        pytest.param({"r": {}}, {"r": {"cpu": 1}}, [("r.cpu", ADDED, None, 1)], id="into-an-empty-mapping"),
        pytest.param(
            {"l": [1, {"x": 1}]}, {"l": [2]}, [("l[0]", CHANGED, 1, 2), ("l[1].x", REMOVED, 1, None)], id="list"
        ),
        pytest.param({}, {"l": [[1]]}, [("l[0][0]", ADDED, None, 1)], id="list-in-list"),
        pytest.param([1], [1, 2], [("[1]", ADDED, None, 2)], id="root-list"),
    ],
)
def test_changes_are_told_leaf_by_leaf(before: Json, after: Json, expected: list[object]) -> None:
    assert told(before, after) == expected


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("app.kubernetes.io/name", r"app\.kubernetes\.io/name"),
        ("a,b=c", r"a\,b\=c"),
        ("a[0]", r"a\[0]"),
        ("back\\slash", r"back\\slash"),
    ],
)
def test_keys_are_escaped_as_helm_set_wants_them(key: str, path: str) -> None:
    assert [change.path for change in changes_between({"x": {}}, {"x": {key: 1}})] == [f"x.{path}"]


@pytest.mark.parametrize(
    ("before", "after", "breaking"),
    [
        ({"a": 1}, {}, True),
        ({"a": 1}, {"a": "1"}, True),
        ({"a": 1}, {"a": 2}, False),
        ({}, {"a": 1}, False),
        ({"a": None}, {"a": 1}, False),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ({"a": [{"b": 1}]}, {"a": [{}]}, True),
    ],
)
def test_breaking_is_a_key_removed_or_a_type_changed(before: Json, after: Json, breaking: bool) -> None:
    assert any(change.breaking for change in changes_between(before, after)) is breaking


def test_changes_come_one_by_one_so_that_whoever_asks_can_stop() -> None:
    endless = changes_between({}, {str(number): number for number in range(10**5)})
    assert next(endless) == ValueChange("0", ADDED, None, 0)
