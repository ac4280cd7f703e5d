"""The worker: takes syncs from the queue, looks for forgotten ones, and starts what the schedule and pushes want."""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.jobs.queue import SyncQueue
from app.services.noticing import Noticing
from app.services.syncing import Syncing
from app.services.tidying import Tidying
from app.services.triggering import Triggering

TIDY_LOOKED_FOR_EVERY_SECONDS = 3600.0

log = structlog.get_logger()


class Worker:
    """Runs until cancelled. There may be any number, in any process: leases keep them apart."""

    def __init__(
        self,
        queue: SyncQueue,
        syncing: Syncing,
        triggering: Triggering,
        noticing: Noticing,
        tidying: Tidying,
        syncs_at_once: int,
        look_every_seconds: float,
    ) -> None:
        self._queue = queue
        self._syncing = syncing
        self._triggering = triggering
        self._noticing = noticing
        self._tidying = tidying
        self._syncs_at_once = syncs_at_once
        self._look_every_seconds = look_every_seconds

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._queue.work(self._syncing.run, self._syncs_at_once))
            group.create_task(self._look_around())
            group.create_task(self._tidy_up())

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

    async def _tidy_up(self) -> None:
        while True:
            try:
                await self._tidying.tidy_when_due()
            except (SQLAlchemyError, OSError) as fault:
                log.warning("worker.not_tidied", reason=type(fault).__name__)
            await asyncio.sleep(TIDY_LOOKED_FOR_EVERY_SECONDS)
