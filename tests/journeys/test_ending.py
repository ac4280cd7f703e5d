"""A process that is told to end does so, whatever it waits for."""

import asyncio
import base64
import os
import signal
import time
from pathlib import Path

import pytest

from app.ending import CLOSING_SECONDS
from tests.journeys.conftest import COMMAND
from tests.real.child_process import ChildProcess, free_port
from tests.real.line import Line

GRACE_SECONDS = 1.0
# Twice: `serve` gives requests their time and then syncs. The rest is a machine that is slow.
ENDS_WITHIN_SECONDS = 2 * GRACE_SECONDS + CLOSING_SECONDS + 5


@pytest.mark.parametrize(("command", "ready"), [("worker", "is waiting for syncs"), ("serve", "/graphql")])
async def test_process_whose_database_fell_silent_ends_when_it_is_told_to(
    command: str, ready: str, migrated_postgres_url: str, tmp_path: Path
) -> None:
    line = Line(migrated_postgres_url)
    async with line.open() as url:
        environment = {
            "PATH": os.environ["PATH"],
            "CHARTROOM_DATABASE_URL": url,
            "CHARTROOM_DATA_DIR": str(tmp_path),
            "CHARTROOM_KEYS": base64.b64encode(bytes(32)).decode(),
            "CHARTROOM_PORT": str(free_port()),
            "CHARTROOM_SHUTDOWN_GRACE_SECONDS": str(GRACE_SECONDS),
        }
        process = ChildProcess([str(COMMAND), command], tmp_path / "log", environment=environment)
        try:
            await asyncio.to_thread(process.start, lambda: ready in process.log_text)
            await asyncio.sleep(1.5)  # it looks for syncs every second: it has connections
            line.fall_silent()
            await asyncio.sleep(2.5)  # and waits for an answer
            process.send(signal.SIGTERM)
            told_at = time.monotonic()
            while process.running and time.monotonic() - told_at < ENDS_WITHIN_SECONDS:
                await asyncio.sleep(0.05)
            assert process.exit_status == 0, process.log_text[-2000:]
        finally:
            process.kill()
