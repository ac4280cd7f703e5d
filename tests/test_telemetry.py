"""No secret reaches the log, whichever way it takes."""

import json
import subprocess
import sys
from typing import Any

import pytest

from app.telemetry import MASK, Metrics, redact

CANARY = "hunter2-canary-0123456789"


def redacted(**event: Any) -> dict[str, Any]:
    return dict(redact(None, "info", event))


@pytest.mark.parametrize(
    "name",
    ["password", "Authorization", "client_secret", "access_token", "api_key", "set-cookie", "credential", "key_json"],
)
def test_value_is_masked_when_its_name_says_it_is_secret(name: str) -> None:
    assert redacted(**{name: CANARY}) == {name: MASK}
    assert redacted(request={"headers": {name: CANARY}}) == {"request": {"headers": {name: MASK}}}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"sent Bearer {CANARY} to it", "sent Bearer *** to it"),
        (f"Authorization: basic {CANARY}", "Authorization: basic ***"),
        ("made chartroom_AbCdEfGhIjKlMnOpQrStUvWx", "made chartroom_***"),
        (f"postgresql+asyncpg://chartroom:{CANARY}@db/x?y", "postgresql+asyncpg://***@db/x?y"),
        (f"https://{CANARY}@registry.example.com/v2/", "https://***@registry.example.com/v2/"),
        (f"a -----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY----- b", "a *** b"),
    ],
)
def test_secret_is_masked_when_it_stands_inside_a_text(text: str, shown: str) -> None:
    assert redacted(event=text, deep=[{"x": (text,)}]) == {"event": shown, "deep": [{"x": [shown]}]}
    assert CANARY not in repr(redacted(error=RuntimeError(text), raw=text.encode()))


def test_everything_else_is_left_as_it_is() -> None:
    event = {"event": "sync.finished", "sync_id": 7, "token_id": 3, "url": "https://h/v2/a@b", "ok": True, "none": None}
    assert redacted(**event) == event


PROGRAM = f"""
import logging
import structlog
from app.telemetry import configure_logs

configure_logs("INFO", as_json=AS_JSON)
log = structlog.get_logger("chartroom")
library = logging.getLogger("uvicorn.error")
log.info("plain", password="{CANARY}", url="https://u:{CANARY}@h/", error=ValueError("Bearer {CANARY}"))
log.debug("too fine to be told")
library.info("asked with Bearer %s", "{CANARY}")
library.info("more", extra={{"token": "{CANARY}", "color_message": "\\x1b[36mmore\\x1b[0m"}})
try:
    raise RuntimeError("Authorization: Bearer {CANARY}")
except RuntimeError:
    log.exception("failed")
    library.exception("failed too")
"""


def logged(*, as_json: bool) -> str:
    program = PROGRAM.replace("AS_JSON", str(as_json))
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stderr


def test_lines_are_json_without_secrets_whoever_wrote_them() -> None:
    text = logged(as_json=True)
    assert CANARY not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["event"] for line in lines] == [
        "plain", "asked with Bearer ***", "more", "failed", "failed too",
    ]  # fmt: skip
    assert lines[0]["error"] == "ValueError('Bearer ***')"
    assert all("RuntimeError: Authorization: Bearer ***" in line["exception"] for line in lines[3:])
    assert lines[2] | {"timestamp": "T"} == {
        "event": "more", "token": MASK, "level": "info", "logger": "uvicorn.error", "timestamp": "T"
    }  # fmt: skip
    assert {line["level"] for line in lines} == {"info", "error"}
    assert all("_record" not in line and line["timestamp"].endswith("Z") for line in lines)


def test_lines_for_people_hold_no_secrets_either() -> None:
    text = logged(as_json=False)
    assert CANARY not in text
    assert text.count("RuntimeError: Authorization: Bearer ***") == 2
    assert "\x1b" not in text


def test_numbers_of_two_systems_are_apart() -> None:
    first, second = Metrics(), Metrics()
    first.requests.labels("/graphql", "200").inc()
    sample = "chartroom_http_requests_total"
    labels = {"path": "/graphql", "status": "200"}
    assert first.registry.get_sample_value(sample, labels) == 1
    assert second.registry.get_sample_value(sample, labels) is None
