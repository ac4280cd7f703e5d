"""Streams what happens to syncs: rows in order, from wherever one begins to watch, without gap or repeat."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

from app.domain.errors import NotFound
from app.domain.sync_events import EventKind
from app.progress.bell import Bell
from app.services.clock import Clock, utc_now
from app.store import syncs
from app.store.entities import Sync, SyncEvent
from app.store.session import Store

EVENTS_A_READ = 200
ACTIVITY_EVERY_SECONDS = 0.3


class Watching:
    """Reads event rows; the bell only says when to look."""

    def __init__(self, store: Store, bell: Bell, clock: Clock = utc_now) -> None:
        self._store = store
        self._bell = bell
        self._clock = clock

    async def events(self, sync_id: int, after: int) -> AsyncIterator[SyncEvent]:
        """Events with a sequence over `after`, in order, then live until SyncFinished.

        Raises NotFound where there is no such sync when one begins to watch.

        The next rows are read when the last was taken, so a slow reader costs no memory. It ends early where
        the sync is deleted.
        """
        began = False
        with self._bell.listening(sync_id) as ear:
            while True:
                rows = await syncs.events_after(self._store.rows, sync_id, after, EVENTS_A_READ)
                sync = None if rows else await self._find(sync_id)
                if not (rows or sync or began):
                    raise NotFound("There is no such sync.", "syncId")
                began = True
                for row in rows:
                    yield row
                    after = row.sequence
                    if row.kind is EventKind.FINISHED:
                        return
                if not rows and (sync is None or (sync.state.finished and after >= sync.last_sequence)):
                    return
                if len(rows) < EVENTS_A_READ:
                    await ear.wait()  # at once, where it rang since these were read

    async def _find(self, sync_id: int) -> Sync | None:
        async with self._store.reading() as session:
            return await syncs.find(session, sync_id)

    async def activity(self, registry_id: int | None) -> AsyncIterator[Sync]:
        """Every unfinished sync now, then each one whose state or progress changes, a few times a second at most."""
        told: dict[int, tuple[object, ...]] = {}
        watched: set[int] = set()
        since: datetime = self._clock()
        with self._bell.listening(None) as ear:
            while True:
                async with self._store.reading() as session:
                    unfinished = {sync.id: sync for sync in await syncs.active(session, registry_id)}
                    ended = await syncs.find_many(session, watched - unfinished.keys())
                    brief = await syncs.finished_since(session, registry_id, since)
                rows = {**{sync.id: sync for sync in brief}, **ended, **unfinished}
                since = max([since, *(sync.finished_at for sync in rows.values() if sync.finished_at)])
                for sync in sorted(rows.values(), key=lambda row: row.id):
                    now = (sync.state, sync.parked_until, sync.registry_requests, *sync.progress.as_dict().values())
                    if told.get(sync.id) != now:
                        told[sync.id] = now
                        yield sync
                watched = set(unfinished)
                told = {sync_id: state for sync_id, state in told.items() if sync_id in rows}
                await asyncio.sleep(ACTIVITY_EVERY_SECONDS)
                await ear.wait()
