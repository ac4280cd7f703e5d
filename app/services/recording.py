"""Writes down what a sync finds, in batches, by one writer: rows and the events that speak of them together.

What happens is never more than FLUSH_EVERY_SECONDS or FLUSH_AT_VERSIONS behind. Every commit also extends
the lease, and is refused once another worker has taken the sync over.
"""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.domain.errors import ChartroomError
from app.domain.faults import Fault
from app.domain.sync_events import EventKind, Progress, RepositoryState, SyncState
from app.domain.sync_plan import FailedTag, HeldTag, RepositoryPlan, SkippedTag
from app.progress.bell import Bell
from app.services.clock import Clock
from app.services.sync_batch import NotedEvent, SyncBatch
from app.services.tallying import RepositoryTally, forget_unfinished
from app.store import failures, syncs
from app.store.entities import Sync
from app.store.findings import FoundVersion
from app.store.session import Store
from app.store.signatures import SignedVersion

FLUSH_EVERY_SECONDS = 0.2
FLUSH_AT_VERSIONS = 64
TRIES = 4  # 0.25 + 0.5 + 1 s apart: a database that is busy for a moment; longer, and the sync is taken up anew
FIRST_DELAY_SECONDS = 0.25
GIVE_WAY_SQLSTATES = ("40001", "40P01")
"""Serialisation failure, deadlock: two syncs that store the same charts in another order. Source: PostgreSQL, A."""

log = structlog.get_logger()


class LeaseLost(ChartroomError):
    """Another worker has this sync now, or it is gone: nothing more may be written."""


class Recorder:
    """The one writer of one sync, for as long as it holds the lease."""

    def __init__(self, store: Store, bell: Bell, clock: Clock, sync: Sync, lease: timedelta) -> None:
        self._store = store
        self._bell = bell
        self._clock = clock
        self._sync_id = sync.id
        self._attempt = sync.attempt
        self._lease = lease
        self._sequence = sync.last_sequence
        self._requests_before = sync.registry_requests
        self._pending = SyncBatch()
        self._contents: dict[str, tuple[str, str]] = {}
        self._broken: BaseException | None = None
        self._flushing = asyncio.Lock()
        self._commits: set[asyncio.Task[None]] = set()
        self._ended = False
        self._next_commit: asyncio.Task[None] | None = None
        """Has not begun to write: it will write whatever happens until then."""
        self._due = asyncio.Event()
        self.progress = sync.progress
        self.requests_made: Callable[[], int] = lambda: 0

    # ── What happens ──

    def event(self, kind: EventKind, **detail: Any) -> NotedEvent:
        noted = NotedEvent(kind, detail, self.progress.as_dict(), self._clock())
        self._pending.events.append(noted)
        self._due.set()
        return noted

    def begin_repository(self, tally: RepositoryTally, plan: RepositoryPlan, tags: int) -> None:
        """A repository was listed and planned."""
        row, progress = tally.counts, self.progress
        # Here and not before: both are committed together, whenever this attempt dies in its turn.
        forget_unfinished(progress, row)
        row.tags = tags
        # Gone ones are part of the total: they are something that is done.
        row.versions_total = (
            len(plan.steps) + len(plan.unchanged) + len(plan.already_done) + len(plan.failed_before) + len(plan.gone)
        ) + row.versions_removed
        progress.versions_total = (progress.versions_total or 0) + row.versions_total
        progress.versions_done += len(plan.already_done) + row.versions_removed
        if self._attempt > 1:
            self._pending.forgotten_faults.append(tally.name)
        self._pending.rows[tally.repository_id] = row
        self.event(EventKind.REPOSITORY_LISTED, repository=tally.name, tags=tags)
        if plan.unchanged:
            self._count(tally, "versions_unchanged", len(plan.unchanged))
        for failed in plan.failed_before:
            self.version_failed_before(tally, failed)
        for held in plan.gone:
            self.version_removed(tally, held)
        for held in plan.outside_policy:
            self._pending.outside.append((tally.repository_id, held.version_id or 0))

    def version_stored(
        self,
        tally: RepositoryTally,
        found: FoundVersion,
        *,
        changed: bool,
        released: Callable[[], None] | None,
    ) -> None:
        """`released` is called when the version is committed: its bytes are no longer in flight."""
        self._pending.stored.append(found)
        if found.content is not None:
            self._contents[found.archive_digest] = (found.chart_name, found.version)
        if released is not None:
            self._pending.released.append(released)
        self._count(tally, "versions_changed" if changed else "versions_added")
        noted = self.event(EventKind.VERSION_STORED, repository=tally.name, version=found.version)
        noted.stored_tag = (tally.repository_id, found.tag)

    def version_unchanged(self, tally: RepositoryTally, held: HeldTag) -> None:
        if held.version_id is not None and (held.removed or not held.within_policy):
            self._pending.returned.append((tally.repository_id, held.version_id))
        self._count(tally, "versions_unchanged")

    def version_removed(self, tally: RepositoryTally, held: HeldTag) -> None:
        self._pending.removed.append((tally.repository_id, held.version_id or 0))
        self._count(tally, "versions_removed")
        self.event(EventKind.VERSION_REMOVED, repository=tally.name, version=held.tag)

    def no_chart(self, tally: RepositoryTally, skipped: SkippedTag, held: HeldTag | None) -> None:
        """A tag turned out to be no chart; where it was one before, that version is gone."""
        tally.skipped.append(skipped)
        self._pending.no_charts.setdefault(tally.repository_id, []).append(skipped)
        self._pending.rows[tally.repository_id] = tally.counts
        tally.counts.versions_total -= 1
        self.progress.versions_total = (self.progress.versions_total or 1) - 1
        if held is not None and held.is_version and not held.removed:
            tally.counts.versions_total += 1
            self.progress.versions_total += 1
            self.version_removed(tally, held)
        self._due.set()

    def signature_examined(self, version: SignedVersion, found: dict[str, Any]) -> None:
        row = {"version_id": version.id, "of_digest": version.digest, **found}
        self._pending.signatures.append((version.repository_id, row))
        self._due.set()

    def version_failed(self, tally: RepositoryTally, fault: Fault, before: FailedTag | None = None) -> None:
        """`before`: how it failed in another sync."""
        self._count(tally, "versions_failed")
        self.faulted(fault)
        tally.failed.add(fault.tag or "")
        if fault.lasting and fault.tag:
            row = failures.row_of(tally.repository_id, fault, before, self._sync_id, self._clock())
            self._pending.failed[tally.repository_id, fault.tag] = row

    def version_failed_before(self, tally: RepositoryTally, failed: FailedTag) -> None:
        """It is as it was when it failed, and was not tried again."""
        self._count(tally, "versions_failed")
        self.faulted(failed.told_again(tally.name))
        tally.failed.add(failed.tag)

    def faulted(self, fault: Fault) -> None:
        self._pending.faults.append(fault)
        self.event(EventKind.FAULTED, fault=asdict(fault))

    def _count(self, tally: RepositoryTally, what: str, how_many: int = 1) -> None:
        for counts in (self.progress, tally.counts):
            setattr(counts, what, getattr(counts, what) + how_many)
        self.progress.versions_done += how_many
        self._pending.rows[tally.repository_id] = tally.counts
        self._due.set()

    def finish_repository(self, tally: RepositoryTally, state: RepositoryState, plan: RepositoryPlan | None) -> None:
        """Nothing more will be said of this repository in this sync. Without a plan its listing failed."""
        tally.counts.state = state
        self.progress.repositories_done += 1
        now = self._clock()
        values: dict[str, Any] = {
            "state": state,
            "last_error": asdict(tally.fault) if tally.fault else None,
            "last_synced_at": now,
            "last_sync_id": self._sync_id,
            "empty": None,
        }
        if plan is not None:
            self._pending.skipped[tally.repository_id] = plan.skipped + tally.skipped
            self._pending.mended[tally.repository_id] = tally.failed_before - tally.failed
            values["empty"] = tally.counts.tags == 0
        self._pending.finished[tally.repository_id] = values
        self._pending.rows[tally.repository_id] = tally.counts
        self.event(EventKind.REPOSITORY_FINISHED, repository=tally.name, state=state.value)

    # ── Writing it down ──

    def content_waiting(self, archive_digest: str) -> tuple[str, str] | None:
        """Name and version of a chart that was read and waits to be committed."""
        return self._contents.get(archive_digest)

    @property
    def is_full(self) -> bool:
        return len(self._pending.stored) >= FLUSH_AT_VERSIONS

    async def flush_now_and_then(self) -> None:
        """Runs beside the work, until cancelled. Raises LeaseLost."""
        while True:
            await self._due.wait()
            await asyncio.sleep(FLUSH_EVERY_SECONDS)
            await self.flush()

    async def flush(self, **values: Any) -> None:
        """One commit of all that waits, and of `values` of the Sync row. Raises LeaseLost.

        Whoever waits for it may be cancelled; the commit itself goes on to its end. Those who ask while one is being
        written share the next.
        """
        if values or self._next_commit is None:
            commit = asyncio.create_task(self._flush(values))
            self._commits.add(commit)
            commit.add_done_callback(self._committed)
            self._next_commit = commit
        await asyncio.shield(self._next_commit)

    def _committed(self, commit: asyncio.Task[None]) -> None:
        """Takes the error of a commit that nobody waits for any more: `_broken` keeps it for the next one."""
        self._commits.discard(commit)
        if not commit.cancelled():
            commit.exception()

    async def settle(self) -> None:
        """Returns once no commit is under way any more, whoever had asked for it."""
        while self._commits:
            await asyncio.wait(self._commits)

    async def _flush(self, values: dict[str, Any]) -> None:
        async with self._flushing:
            if self._next_commit is asyncio.current_task():
                self._next_commit = None
            if self._broken is not None:
                raise self._broken
            pending, self._pending = self._pending, SyncBatch()
            # Counts as they are now: more is done while this is written, and is told by the next commit.
            progress = replace(self.progress)
            pending.rows = {key: replace(counts) for key, counts in pending.rows.items()}
            self._due.clear()
            try:
                await self._commit_patiently(pending, progress, values)
            except BaseException as error:
                # What was in this batch is not written, so nothing after it may be.
                self._broken = error
                raise
            self._sequence += len(pending.events)
        for found in pending.stored:
            if found.content is not None:
                self._contents.pop(found.archive_digest, None)
        for release in pending.released:
            release()
        await self._bell.ring(self._sync_id)

    async def _commit_patiently(self, pending: SyncBatch, progress: Progress, values: dict[str, Any]) -> None:
        delay = FIRST_DELAY_SECONDS
        for attempt in range(1, TRIES + 1):
            try:
                return await self._commit(pending, progress, values)
            except DBAPIError as fault:
                if attempt == TRIES or not _may_pass(fault):
                    raise
                log.warning("sync.commit_retried", reason=type(fault.orig).__name__)
            await asyncio.sleep(delay)
            delay *= 2
        return None

    async def _commit(self, pending: SyncBatch, progress: Progress, values: dict[str, Any]) -> None:
        now = self._clock()
        lease = {"lease_until": None if "state" in values else now + self._lease}
        last_sequence = self._sequence + len(pending.events)
        requests = self._requests_before + self.requests_made()

        def write(session: Session) -> None:
            held = syncs.save(
                session,
                self._sync_id,
                self._attempt,
                progress,
                last_sequence=last_sequence,
                registry_requests=requests,
                **(lease | values),
            )
            if not held:
                raise LeaseLost(f"Sync {self._sync_id} was taken over by another worker, or deleted.")
            pending.write(session, self._sync_id, self._sequence, now)

        await self._store.write(write)

    async def finish(self, state: SyncState, error: Fault | None) -> None:
        """The last event, and the end of the lease."""
        self._ended = True
        self.event(EventKind.FINISHED, state=state.value)
        await self.flush(state=state, finished_at=self._clock(), error=asdict(error) if error else None)

    async def park(self, until: datetime) -> None:
        """Ends the lease; nobody goes on before `until`."""
        self._ended = True
        await self.flush(parked_until=until, lease_until=self._clock())

    async def give_back(self) -> bool:
        """Ends the lease without finishing: another worker, or the next start, goes on. False where it ends anyway."""
        if self._ended:
            return False
        await self.flush()
        async with self._store.writing() as session:
            await syncs.end_leases(session, [self._sync_id], self._clock())
        return True


def _may_pass(fault: DBAPIError) -> bool:
    """Whether another try can help: the database is locked, the connection broke, or another transaction had
    to go first."""
    if fault.connection_invalidated or getattr(fault.orig, "sqlstate", None) in GIVE_WAY_SQLSTATES:
        return True
    return "locked" in str(fault.orig) or "busy" in str(fault.orig)
