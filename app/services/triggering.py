"""Why and when syncs start and stop: by hand, by schedule, by registration. The Sync row is the truth;
the queue is told afterwards, and what it loses is found again by `recover`."""

import contextlib
import os
import random
import re
import socket
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.exc import IntegrityError

from app.domain.errors import Conflict, NotFound
from app.domain.sync_events import EventKind, SyncState, SyncTrigger
from app.progress.bell import Bell
from app.services import auditing
from app.services.clock import Clock, utc_now
from app.store import registries, syncs
from app.store.entities import Registry, Sync, SyncEvent
from app.store.session import Store

JITTER = 0.1  # of the interval, so that a hundred registries do not sync in the same second

WORKER_NAME = re.compile(r"(?P<host>.+):(?P<process>[0-9]{1,18}):(?P<mark>[^:]+)")
"""As services/syncing.py worker_name makes it."""


class Enqueue(Protocol):
    """Tells the queue of a sync that waits. `attempt`: how many workers took it up already."""

    async def __call__(self, sync_id: int, attempt: int = 0) -> None: ...


class Triggering:
    """Starts and stops syncs."""

    def __init__(self, store: Store, bell: Bell, enqueue: Enqueue, clock: Clock = utc_now) -> None:
        self._store = store
        self._bell = bell
        self._enqueue = enqueue
        self._clock = clock

    async def start(self, registry_id: int, repository_id: int | None, trigger: SyncTrigger, actor: str) -> Sync:
        """The new sync, or the queued or running one of the same target. Raises NotFound, Conflict.

        Behind a running one that was asked to stop, another follows by itself.
        """
        while True:
            sync = await self._start(registry_id, repository_id, trigger, actor)
            if sync.cancel_requested_at is None or await self._follow(sync, trigger, actor):
                return sync

    async def start_again_after(
        self, registry_id: int, repository_id: int | None, trigger: SyncTrigger, actor: str
    ) -> Sync:
        """A sync that sees everything as it is now. Raises NotFound, Conflict.

        That is a new one, or one that is queued, be it of the whole registry. Behind a running one, which may have
        looked already, another follows by itself; then the running one is returned.
        """
        while True:
            whole = await self._queued_with_all(registry_id, repository_id)
            if whole is not None:
                return whole
            sync = await self._start(registry_id, repository_id, trigger, actor)
            if sync.state is SyncState.QUEUED or await self._follow(sync, trigger, actor):
                return sync

    async def _queued_with_all(self, registry_id: int, repository_id: int | None) -> Sync | None:
        """A queued sync of the whole registry that will look at this repository too."""
        if repository_id is None:
            return None
        async with self._store.reading() as session:
            repository = await registries.find_repository(session, repository_id)
            whole = await syncs.find_unfinished(session, registry_id, None)
        if repository is None or repository.registry_id != registry_id or not repository.enabled:
            return None
        return whole if whole is not None and whole.state is SyncState.QUEUED else None

    async def _follow(self, sync: Sync, trigger: SyncTrigger, actor: str) -> bool:
        """False where it has finished meanwhile: then a new one can be started."""
        async with self._store.writing() as session:
            if not await syncs.follow_running(session, sync.id, trigger):
                return False
            if trigger is SyncTrigger.MANUAL:
                auditing.record(session, self._clock, actor, "sync.start", str(sync.id))
        return True

    async def _start(
        self, registry_id: int, repository_id: int | None, trigger: SyncTrigger, actor: str | None
    ) -> Sync:
        """`actor`: None where somebody's wish is carried out that is in the audit log already."""
        async with self._store.reading() as session:
            registry = await registries.find(session, registry_id)
            repository = await registries.find_repository(session, repository_id) if repository_id is not None else None
            running = await syncs.find_unfinished(session, registry_id, repository_id)
        if registry is None:
            raise NotFound("There is no such registry; it may have been deleted.", "registryId")
        if repository_id is not None and (repository is None or repository.registry_id != registry_id):
            raise NotFound("There is no such repository in this registry.", "repositoryId")
        if not registry.use_as_chart_repository:
            raise Conflict(
                f"{registry.name} is not used as a chart repository. Set useAsChartRepository first.",
                "registryId",
            )
        if running is not None:
            return running
        sync = await self._insert(registry, repository_id, trigger, actor)
        await self._enqueue(sync.id)
        await self._bell.ring(sync.id)
        return sync

    async def _insert(
        self, registry: Registry, repository_id: int | None, trigger: SyncTrigger, actor: str | None
    ) -> Sync:
        sync = Sync(
            registry_id=registry.id,
            repository_id=repository_id,
            trigger=trigger,
            state=SyncState.QUEUED,
            requested_at=self._clock(),
        )
        try:
            async with self._store.writing() as session:
                session.add(sync)
                await session.flush()
                if trigger is SyncTrigger.MANUAL and actor is not None:
                    auditing.record(session, self._clock, actor, "sync.start", registry.name)
        except IntegrityError:
            # Somebody else started the same one in this very moment, or the registry was deleted.
            async with self._store.reading() as session:
                running = await syncs.find_unfinished(session, registry.id, repository_id)
            if running is None:
                raise NotFound("The registry was deleted.", "registryId") from None
            return running
        return sync

    async def cancel(self, sync_id: int, actor: str) -> Sync:
        """Asks the worker to stop; a queued or parked one is finished here. Nothing follows it.

        Raises NotFound, Conflict.
        """
        now = self._clock()
        async with self._store.writing() as session:
            sync = await syncs.find_to_change(session, sync_id)
            if sync is None:
                raise NotFound("There is no such sync.", "id")
            if sync.state.finished:
                raise Conflict(f"This sync is finished already ({sync.state.value}).", "id")
            sync.cancel_requested_at = now
            sync.follow_up = None
            if sync.state is SyncState.QUEUED or sync.parked_until is not None:
                self._finish_here(sync, now)
                session.add(
                    SyncEvent(
                        sync_id=sync.id,
                        sequence=sync.last_sequence,
                        at=now,
                        kind=EventKind.FINISHED,
                        detail={"state": SyncState.CANCELLED.value},
                        progress=sync.progress.as_dict(),
                    )
                )
            session.add(sync)
            auditing.record(session, self._clock, actor, "sync.cancel", str(sync.id))
        await self._bell.ring(sync.id)
        return sync

    @staticmethod
    def _finish_here(sync: Sync, now: datetime) -> None:
        sync.state = SyncState.CANCELLED
        sync.lease_until = sync.parked_until = None
        sync.finished_at = now
        sync.last_sequence += 1

    async def trigger_due(self) -> int:
        """Starts what the schedule says is due; how many. Run it often: twice changes nothing."""
        now = self._clock()
        async with self._store.reading() as session:
            due = await registries.due_for_sync(session, now)
        for registry in due:
            # Deleted, or no chart repository any more, since it was read: nothing is due.
            with contextlib.suppress(NotFound, Conflict):
                await self.start(registry.id, None, SyncTrigger.SCHEDULE, "schedule")
            # Afterwards: who is killed in between finds it due again, and the sync that was started already.
            async with self._store.writing() as session:
                await registries.set_next_sync(session, registry.id, next_sync_at(registry, now))
        return len(due)

    async def follow_up(self) -> int:
        """Starts the syncs that are to follow finished ones; how many. Run it often: twice changes nothing."""
        async with self._store.reading() as session:
            waiting = await syncs.to_be_followed(session)
        for sync in waiting:
            if sync.follow_up is not None:
                # Deleted, or no chart repository any more, since it was asked for.
                with contextlib.suppress(NotFound, Conflict):
                    await self._start(sync.registry_id, sync.repository_id, sync.follow_up, None)
            # Afterwards: who is killed in between finds it again, and the sync that was started already.
            async with self._store.writing() as session:
                await syncs.followed(session, sync.id)
        return len(waiting)

    async def recover(self, owner: str) -> int:
        """Puts every sync that nobody runs into the queue again; how many. The queue takes none twice.

        A worker of this machine that is dead is recognised at once; one elsewhere by the end of its lease. What the
        queue believes of the job of a dead one does not matter: it is told of the next attempt.
        """
        now = self._clock()
        async with self._store.reading() as session:
            dead = [
                sync.id
                for sync in await syncs.leased_to_others(session, now, owner)
                if sync.lease_owner is not None and is_dead(sync.lease_owner, owner)
            ]
        if dead:
            async with self._store.writing() as session:
                await syncs.end_leases(session, dead, now - timedelta(seconds=1))
        async with self._store.reading() as session:
            waiting = await syncs.claimable(session, now)
        for sync in waiting:
            await self._enqueue(sync.id, sync.attempt)
        return len(waiting)


def next_sync_at(registry: Registry, now: datetime) -> datetime | None:
    """When the schedule is next due; None where there is none, or the registry is no chart repository."""
    if registry.sync_interval_seconds is None or not registry.use_as_chart_repository:
        return None
    spread = 1 + random.uniform(-JITTER, JITTER)  # noqa: S311 - spreading load, no secret
    return now + timedelta(seconds=registry.sync_interval_seconds * spread)


def is_dead(lease_owner: str, me: str) -> bool:
    """Whether this worker was a process of this machine that is no more. Not knowing is no."""
    name = WORKER_NAME.fullmatch(lease_owner)
    if name is None or name["host"] != socket.gethostname():
        return False
    process, mark = name["process"], name["mark"]
    if int(process) == os.getpid():
        return mark != me.rpartition(":")[2]
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
