"""A worker that was stopped for longer than its lease lasts: another one goes on, and the woken one cannot write."""

import asyncio
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import make_url

from tests.failpoints.conftest import Stage, WorkerProcess
from tests.failpoints.scene import Outcome
from tests.failpoints.test_failpoints import held_in_mid_sync, same_story


async def test_stopped_worker_is_replaced_and_writes_nothing_when_it_is_woken(
    stage: Stage, sqlite_undisturbed: Outcome
) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()
    await held_in_mid_sync(stage, reached, go_on)
    async with stage.worker() as zombie:
        await reached.wait()
        with writing_locked(stage.database_url):
            zombie.send(signal.SIGSTOP)
        go_on.set()
        async with stage.worker() as other:
            assert await stage.finished() == "PARTIAL"
            zombie.send(signal.SIGCONT)
            await until_told(zombie, "LeaseLost")
            same_story(await stage.outcome(), sqlite_undisturbed)
            other.send(signal.SIGTERM)
            await other.ended()


@contextmanager
def writing_locked(database_url: str) -> Iterator[None]:
    """Nobody else is writing: a process stopped in mid-commit would lock SQLite for as long as it stands."""
    connection = sqlite3.connect(str(make_url(database_url).database), timeout=30, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


async def until_told(worker: WorkerProcess, word: str) -> None:
    """In its log."""
    async with asyncio.timeout(30):
        while word not in worker.log_text:
            await asyncio.sleep(0.1)
