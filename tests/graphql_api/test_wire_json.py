import json
from typing import Any

import pytest

from app.graphql_api.wire_json import encode


@pytest.mark.parametrize("value", [{"a": [1, "ü", None, 1.5]}, {"n": 2**70}, {"s": "\ud800"}, [], {"n": -(2**63)}])
def test_value_comes_back_from_its_json(value: Any) -> None:
    assert json.loads(encode(value)) == value
