"""The queue of syncs: within this process beside SQLite, pgqueuer's in PostgreSQL otherwise.

A job holds nothing but the id of a Sync row. What the queue forgets, `Triggering.recover` puts in again.
"""

from collections.abc import Callable, Coroutine
from typing import Protocol

POSTGRES_CONNECTIONS = 4
"""At most: one listens, the others ask."""

RunSync = Callable[[int], Coroutine[None, None, bool]]


class SyncQueue(Protocol):
    """Syncs are put in, and, once `work` is called, taken out."""

    async def start(self) -> None:
        """Connects. Raises what the driver raises where the database cannot be reached."""

    async def close(self) -> None: ...

    async def put(self, sync_id: int, attempt: int = 0) -> None:
        """Once for each sync that waits or runs, and once more for each worker that died with it.

        Never raises, since the Sync row is found again anyway.
        """

    async def work(self, run: RunSync, at_once: int) -> None:
        """Runs syncs, up to `at_once` together, until cancelled: then they are cancelled too."""


def queue_for(database_url: str) -> SyncQueue:
    if database_url.startswith("sqlite"):
        from app.jobs.process_queue import ProcessQueue

        return ProcessQueue()
    from app.jobs.postgres_queue import PostgresQueue

    return PostgresQueue(database_url)


async def install(database_url: str) -> None:
    """Makes the queue's tables in PostgreSQL, or brings them up to date; nothing for SQLite."""
    if not database_url.startswith("sqlite"):
        from app.jobs.postgres_queue import install_tables

        await install_tables(database_url)
