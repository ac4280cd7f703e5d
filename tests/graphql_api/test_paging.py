import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.graphql_api.errors import BadCursor, BadId, BadPageSize
from app.graphql_api.paging import (
    CURSOR_MAX_CHARS,
    decode_cursor,
    decode_id,
    encode_cursor,
    encode_id,
    link_edges,
    page_size,
    split_id,
)

INSTANT = datetime(2026, 11, 23, 8, 0, 0, 5, tzinfo=UTC)


def packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_id_comes_back_as_type_and_number() -> None:
    text = encode_id("Chart", 42)
    assert decode_id(text, "Chart") == 42
    assert split_id(text) == ("Chart", 42)
    assert text.isascii() and "42" not in text


def test_id_of_another_type_is_refused_with_its_name() -> None:
    with pytest.raises(BadId, match="id of a Chart, a Registry was expected") as caught:
        decode_id(encode_id("Chart", 42), "Registry")
    assert caught.value.extensions == {"code": "BAD_ID"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "42",
        "é",
        "====",
        "Q2hhcnQ6NDI=",  # the id of chart 42 with padding: a second spelling
        *(base64.urlsafe_b64encode(plain.encode()).rstrip(b"=").decode()
          for plain in ("Chart:", ":42", "Chart:-1", "Chart:042", "Chart:+42", "Chart: 42", "Chart:٤٢", "Chart:1:2",
                        "Chart:99999999999999999999", "Chart", "A b:1", "Chart:4_2")),
        "A" * 100_000,
    ],
)  # fmt: skip
def test_id_is_refused_when_it_is_none(text: str) -> None:
    with pytest.raises(BadId):
        split_id(text)


def test_cursor_comes_back_with_its_values_and_types() -> None:
    text = encode_cursor("charts.name", "zoë", 7, 1.5, None, True, INSTANT)
    values = decode_cursor("charts.name", text, str, int, float, int | None, bool, datetime)
    assert values == ("zoë", 7, 1.5, None, True, INSTANT)


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        ("charts.updated", (str, int)),
        ("charts.name", (str,)),
        ("charts.name", (str, int, int)),
        ("charts.name", (str, str)),
    ],
)
def test_cursor_of_another_kind_or_shape_is_refused(kind: str, types: tuple[type, ...]) -> None:
    text = encode_cursor("charts.name", "a", 7)
    with pytest.raises(BadCursor) as caught:
        decode_cursor(kind, text, *types)
    assert caught.value.extensions == {"code": "BAD_CURSOR"}


@pytest.mark.parametrize(
    "text",
    ["", "!", "é", "AAAA", packed(None), packed({}), packed([]), packed("k"), packed(["k", "a"]), packed(["k", True]),
     packed(["k", 2**63]), packed(["k", {"at": 5}]), packed(["k", [1]]), packed(["k", 1.0]),
     "A" * (CURSOR_MAX_CHARS + 1),
     base64.urlsafe_b64encode(b"[" * 3000).decode().rstrip("=")],
)  # fmt: skip
def test_cursor_is_refused_when_it_is_forged(text: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor("k", text, int)


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
def test_cursor_is_refused_when_no_database_could_hold_its_text(value: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor("k", packed(["k", value]), str)


@pytest.mark.parametrize("at", ["2026-11-23T08:00:00", "nonsense", "0001-01-01T00:00:00+23:59"])
def test_cursor_is_refused_when_its_instant_is_none(at: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor("k", packed(["k", {"at": at}]), datetime)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (lambda: decode_cursor("k", text, int), lambda: split_id(text)):
        try:
            read()
        except (BadCursor, BadId):
            continue


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200),
    st.integers(-(2**63), 2**63 - 1),
)
def test_any_values_come_back(text: str, number: int) -> None:
    assert decode_cursor("k", encode_cursor("k", text, number), str, int) == (text, number)


def test_page_size_is_within_its_bounds() -> None:
    assert [page_size(1), page_size(100), page_size(None), page_size(None, 50)] == [1, 100, 20, 50]
    for first in (0, -1, 101):
        with pytest.raises(BadPageSize, match="first must be 1 to 100"):
            page_size(first)


def test_edges_are_linked_in_order_with_their_cursors() -> None:
    edges, info = link_edges([1, 2], str, lambda row, cursor: (row, cursor), has_next=True, after="x")
    assert edges == [(1, "1"), (2, "2")]
    assert (info.start_cursor, info.end_cursor, info.has_next_page, info.has_previous_page) == ("1", "2", True, True)


def test_page_without_rows_has_no_cursors() -> None:
    edges, info = link_edges([], str, lambda row, cursor: (row, cursor), has_next=False, after=None)
    assert edges == []
    assert (info.start_cursor, info.end_cursor, info.has_next_page, info.has_previous_page) == (
        None,
        None,
        False,
        False,
    )
