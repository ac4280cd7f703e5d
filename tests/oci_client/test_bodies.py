"""Large answers are parsed beside everything else, small ones at once."""

import asyncio
import json

import orjson
import pytest

from app.oci_client.bodies import INLINE_MAX_BYTES, load_json

LISTING = {
    "tags": [f"1.0.{number}" for number in range(20_000)],
    "manifest": {f"sha256:{number:064x}": {"tag": [f"1.0.{number}"], "size": "7"} for number in range(20_000)},
}


@pytest.mark.parametrize("document", [{"tags": ["1.0.0"]}, LISTING, [], "text", None])
async def test_what_is_loaded_is_what_was_sent(document: object) -> None:
    assert await load_json(orjson.dumps(document)) == document


async def test_others_go_on_while_a_large_answer_is_parsed() -> None:
    body, turns = json.dumps(LISTING).encode(), 0
    assert len(body) > INLINE_MAX_BYTES
    loading = asyncio.ensure_future(load_json(body))
    while not loading.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 3


@pytest.mark.parametrize("padding", [0, INLINE_MAX_BYTES], ids=["small", "large"])
@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff\xfe", b"[" * 200_000])
async def test_what_is_no_json_is_a_value_error(body: bytes, padding: int) -> None:
    with pytest.raises(ValueError):
        await load_json(body + b" " * padding)
