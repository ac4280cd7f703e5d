"""What goes into a JSON column comes out as it was."""

from typing import Any

import pytest

from app.store.json_text import from_json, to_json


@pytest.mark.parametrize(
    "value", [{"a": [1, 2.5, None, True, "ä€😀"]}, [], "", {"a": 2**70 // 2**10}, "\ud800", {"nested": {"1": [{}]}}]
)
def test_value_comes_out_as_it_went_in(value: Any) -> None:
    assert from_json(to_json(value)) == value


def test_number_beyond_64_bits_is_written_in_full() -> None:
    assert to_json([2**70]) == "[1180591620717411303424]"
