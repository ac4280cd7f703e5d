"""The queue of a process that has its database to itself."""

import asyncio

import structlog

from app.jobs.queue import RunSync

log = structlog.get_logger()


class ProcessQueue:
    """As SyncQueue."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[tuple[int, int]] = asyncio.Queue()
        self._known: set[tuple[int, int]] = set()
        """What waits or runs, by sync and attempt."""
        self._working = False

    async def start(self) -> None:
        """There is nothing to connect to."""

    async def close(self) -> None:
        """There is nothing to let go."""

    async def put(self, sync_id: int, attempt: int = 0) -> None:
        job = (sync_id, attempt)
        # Where nobody works here, another process does, and looks at the rows.
        if self._working and job not in self._known:
            self._known.add(job)
            self._waiting.put_nowait(job)

    async def work(self, run: RunSync, at_once: int) -> None:
        self._working = True
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(at_once):
                    group.create_task(self._run_one_by_one(run))
        finally:
            self._working = False

    async def _run_one_by_one(self, run: RunSync) -> None:
        while True:
            job = await self._waiting.get()
            try:
                await run(job[0])
            except Exception:
                log.exception("queue.job_failed", sync_id=job[0])
            finally:
                self._known.discard(job)
