"""`chartroom worker` ends when it is told to, whatever its syncs wait for."""

import asyncio
import base64
import os
import signal
from pathlib import Path

import pytest

from app.jobs.worker import Worker
from app.settings import Settings
from app.store import migrating
from app.store.session import Store
from app.working import work

SAFETY_SECONDS = 60


async def test_worker_waits_for_its_syncs_no_longer_than_it_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, released = asyncio.Event(), asyncio.Event()
    refused: list[BaseException] = []

    async def stubborn(_worker: Worker) -> None:
        begun.set()
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError as told:
                refused.append(told)

    monkeypatch.setattr(Worker, "run", stubborn)
    settings = Settings(
        data_dir=tmp_path,
        keys=base64.b64encode(bytes(32)).decode(),  # type: ignore[arg-type]
        worker_niceness=0,
        shutdown_grace_seconds=0.2,
    )
    store = Store(settings.database)
    await migrating.migrate(store)
    await store.close()
    async with asyncio.timeout(SAFETY_SECONDS):
        ending = asyncio.create_task(work(settings))
        await begun.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        await ending
        released.set()
    assert len(refused) == 1
