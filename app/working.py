"""What `chartroom worker` does."""

import asyncio
import os
import signal
import sys

import structlog
import typer
import uvicorn

from app.ending import end_within
from app.opening import migrated_store, sealer_for
from app.settings import Settings
from app.wiring import wire

log = structlog.get_logger()


def event_loop() -> asyncio.AbstractEventLoop:
    """The same kind as that of `serve`."""
    make = uvicorn.Config(app="").get_loop_factory()
    return make() if make is not None else asyncio.new_event_loop()


async def work(settings: Settings) -> None:
    """Until a signal ends it."""
    os.nice(settings.worker_niceness)  # of this thread and all that come from it: it is the first one
    async with migrated_store(settings) as store:
        await sealer_for(settings, store)
    system = wire(settings)
    await system.start()
    working = asyncio.create_task(system.worker.run())
    told_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, told_to_end.set)
    typer.echo(f"Chartroom worker {os.getpid()} is waiting for syncs.")
    sys.stdout.flush()
    waiting = asyncio.create_task(told_to_end.wait())
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    end_within(settings.shutdown_grace_seconds)
    waiting.cancel()
    working.cancel()
    await asyncio.wait({working}, timeout=settings.shutdown_grace_seconds)
    await system.close()
    log.info("worker.stopped")
    if working.done() and not working.cancelled() and (error := working.exception()) is not None:
        raise error
