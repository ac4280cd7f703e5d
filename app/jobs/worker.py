"""The worker: takes syncs from the queue, looks for forgotten ones, and starts what the schedule and pushes want."""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.jobs.queue import SyncQueue
from app.services.noticing import Noticing
from app.services.syncing import Syncing
from app.services.triggering import Triggering

log = structlog.get_logger()


class Worker:
    """Runs until cancelled. There may be any number, in any process: leases keep them apart."""

    def __init__(
        self,
        queue: SyncQueue,
        syncing: Syncing,
        triggering: Triggering,
        noticing: Noticing,
        syncs_at_once: int,
        look_every_seconds: float,
    ) -> None:
        self._queue = queue
        self._syncing = syncing
        self._triggering = triggering
        self._noticing = noticing
        self._syncs_at_once = syncs_at_once
        self._look_every_seconds = look_every_seconds

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._queue.work(self._syncing.run, self._syncs_at_once))
            group.create_task(self._look_around())

    async def _look_around(self) -> None:
        while True:
            try:
                await self._triggering.recover(self._syncing.owner)
                await self._triggering.follow_up()
                await self._triggering.trigger_due()
                await self._noticing.follow_up()
            except (SQLAlchemyError, OSError) as fault:
                log.warning("worker.database_away", reason=type(fault).__name__)
            await asyncio.sleep(self._look_every_seconds)
