"""A sync: plan each repository, take the steps of the plan, write down what is found.

Bytes flow from the registry through verification and the reader into the store, never more at once than
`in_flight_max_bytes`. What fails is a fault; the rest goes on. What dies is planned anew.
"""

import asyncio
import os
import socket
from collections import Counter
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.domain.faults import Fault, FaultCode
from app.domain.sync_events import EventKind, RepositoryState, SkipReason, SyncState, final_state
from app.domain.sync_plan import RepositoryPlan, Step
from app.oci_client.client import RegistryClient
from app.oci_client.errors import RegistryError
from app.progress.bell import Bell
from app.services.byte_budget import ByteBudget
from app.services.clock import Clock, utc_now
from app.services.connecting import Connections
from app.services.faults import fault_of
from app.services.planning import Planning
from app.services.pulling import Pulling, Reader
from app.services.recording import LeaseLost, Recorder
from app.services.tallying import RepositoryTally
from app.services.verifying import Verifying
from app.signatures.trust import Trust
from app.store import registries, syncs
from app.store.archives import Archives
from app.store.entities import ChartRepository, Registry, Sync, SyncRepository
from app.store.session import Store

CANCEL_LOOKED_FOR_EVERY_SECONDS = 0.4  # a cancelled sync stops within a second
REPOSITORIES_LISTED_AT_ONCE = 8
REPOSITORIES_PULLED_AT_ONCE = 2  # the slots of versions stay full while one of them comes to its end
REPOSITORIES_LOOKED_AHEAD_AT_ONCE = 8  # a look ahead takes a round trip; small repositories would leave slots empty
NEWEST_FIRST_OF_ALL = 1
LOOKED_AHEAD = 100  # ECR gives so many manifests at a time

log = structlog.get_logger()

E = TypeVar("E", bound=Exception)


class CancelRequested(Exception):
    """Somebody wants this sync to stop."""


@dataclass(frozen=True, slots=True)
class SyncBounds:
    """How much of one sync is under way at once, how long a silent one keeps its lease, how many are kept."""

    versions_at_once: int
    in_flight_max_bytes: int
    lease: timedelta
    syncs_retained: int


def worker_name() -> str:
    """Names this process so that another can see whether it lives: host, process id, something random."""
    return f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"


@dataclass(frozen=True, slots=True)
class SyncTools:
    """What syncs are run with."""

    store: Store
    connections: Connections
    archives: Archives
    reader: Reader
    bell: Bell
    bounds: SyncBounds
    clock: Clock = utc_now
    trust: Trust = field(default_factory=Trust)


class Syncing:
    """Runs syncs under a lease, one at a time for each registry."""

    def __init__(self, tools: SyncTools) -> None:
        self._tools = tools
        self._store = tools.store
        self.owner = worker_name()

    async def run(self, sync_id: int) -> bool:
        """Runs a sync until it is finished or cancelled; False where it was not this worker's turn.

        Where this itself is cancelled, the sync is given back as it is, for the next worker to go on.
        """
        now, lease = self._tools.clock(), self._tools.bounds.lease
        async with self._store.writing() as session:
            sync = await syncs.claim(session, sync_id, self.owner, now, now + lease)
        if sync is None:
            return False
        async with self._store.reading() as session:
            registry = await registries.find(session, sync.registry_id)
            earlier = await syncs.repositories_of(session, sync_id)
        if registry is None:
            return False
        recorder = Recorder(self._store, self._tools.bell, self._tools.clock, sync, lease)
        run = SyncRun(self._tools, sync, registry, recorder, earlier)
        with structlog.contextvars.bound_contextvars(sync_id=sync_id, registry=registry.name):
            try:
                await self._to_its_end(run, recorder)
            except (LeaseLost, SQLAlchemyError):
                log.warning("sync.abandoned", exc_info=True)
            except asyncio.CancelledError:
                await asyncio.shield(_given_back(recorder))
                raise
            finally:
                await recorder.settle()
        return True

    async def _to_its_end(self, run: "SyncRun", recorder: Recorder) -> None:
        cancelled, lost = False, False
        error: Fault | None = None
        try:
            async with asyncio.TaskGroup() as group:
                beside = (
                    group.create_task(recorder.flush_now_and_then()),
                    group.create_task(self._keep_lease(recorder)),
                    group.create_task(self._stop_when_cancelled(run.sync.id)),
                )
                await run.work()
                for task in beside:
                    task.cancel()
        except* CancelRequested:
            cancelled = True
        except* (LeaseLost, SQLAlchemyError):
            # The row says RUNNING; once the lease ends, the sync is taken up anew.
            lost = True
            log.warning("sync.abandoned", exc_info=True)
        except* Exception as errors:
            error = fault_of(_first(errors))
            log.exception("sync.failed")
        if not lost:
            await run.finish(cancelled, error)

    async def _keep_lease(self, recorder: Recorder) -> None:
        while True:
            await asyncio.sleep(self._tools.bounds.lease.total_seconds() / 4)
            await recorder.flush()

    async def _stop_when_cancelled(self, sync_id: int) -> None:
        while True:
            async with self._store.reading() as session:
                if await syncs.cancel_requested(session, [sync_id]):
                    raise CancelRequested
            await asyncio.sleep(CANCEL_LOOKED_FOR_EVERY_SECONDS)


async def _given_back(recorder: Recorder) -> None:
    try:
        await recorder.give_back()
        log.info("sync.given_back")
    except (LeaseLost, SQLAlchemyError):
        log.warning("sync.not_given_back")


class SyncRun:
    """One sync in the hands of one worker, from its first repository to its last."""

    def __init__(
        self,
        tools: SyncTools,
        sync: Sync,
        registry: Registry,
        recorder: Recorder,
        earlier: Mapping[int, SyncRepository],
    ) -> None:
        self.sync = sync
        self._tools = tools
        self._registry = registry
        self._recorder = recorder
        self._earlier = earlier
        """How an attempt before this one fared, by repository."""
        self._planning = Planning(tools.store, tools.clock)
        self._listing_slots = asyncio.Semaphore(REPOSITORIES_LISTED_AT_ONCE)
        self._looking_slots = asyncio.Semaphore(REPOSITORIES_LOOKED_AHEAD_AT_ONCE)
        self._repository_slots = asyncio.Semaphore(REPOSITORIES_PULLED_AT_ONCE)
        self._version_slots = asyncio.Semaphore(tools.bounds.versions_at_once)
        self._tallies: list[RepositoryTally] = []

    async def work(self) -> None:
        """Every repository, and of each every step of its plan."""
        async with self._tools.store.reading() as session:
            repositories = await registries.repositories_to_sync(
                session, self.sync.registry_id, self.sync.repository_id
            )
        progress = self._recorder.progress
        progress.repositories_total = len(repositories)
        tallies = [self._tally(repository) for repository in repositories]
        if self.sync.last_sequence == 0:
            self._recorder.event(EventKind.STARTED)
            await self._recorder.flush()
        client = await self._tools.connections.client_of(self._registry)
        self._recorder.requests_made = lambda: client.requests_made
        pulling = Pulling(
            self._tools.store,
            client,
            self._tools.archives,
            self._tools.reader,
            self._recorder,
            ByteBudget(self._tools.bounds.in_flight_max_bytes),
        )
        async with asyncio.TaskGroup() as group:
            for tally in tallies:
                if not _finished_before(self._earlier.get(tally.repository.id)):
                    group.create_task(self._sync_repository(client, pulling, tally))
        await self._verify(client, pulling)

    async def _verify(self, client: RegistryClient, pulling: Pulling) -> None:
        """Signatures come last: charts are shown without waiting for them."""
        sound = [tally.repository.id for tally in self._tallies if tally.row.state is not RepositoryState.FAILED]
        if sound:
            await self._recorder.flush()
            tools, record = self._tools, self._recorder.signature_examined
            verifying = Verifying(tools.store, client, tools.trust, tools.clock, record)
            await verifying.examine(sound, pulling.provenance)

    def _tally(self, repository: ChartRepository) -> RepositoryTally:
        """Counts from nought, or from where an earlier attempt left them."""
        row = self._earlier.get(repository.id)
        if row is None:
            row = SyncRepository(
                sync_id=self.sync.id,
                repository_id=repository.id,
                name=repository.name,
                state=RepositoryState.NEVER_SYNCED,
            )
        tally = RepositoryTally(repository, row)
        self._tallies.append(tally)
        return tally

    async def _sync_repository(self, client: RegistryClient, pulling: Pulling, tally: RepositoryTally) -> None:
        plan = None
        try:
            async with self._listing_slots:
                planned = await self._planning.plan(client, self._registry, tally.repository, self.sync)
            plan = planned.plan
            tally.failed_before = planned.failed
            self._recorder.begin_repository(tally, plan, planned.tags)
            await self._take_steps(pulling, tally, plan)
            tally.fault = _nothing_found(tally, plan)
            state = RepositoryState.PARTIAL if tally.fault or tally.row.versions_failed else RepositoryState.SYNCED
        except RegistryError as error:
            tally.fault = _of_repository(error, tally, plan)
            state = RepositoryState.FAILED
        if tally.fault is not None:
            self._recorder.faulted(tally.fault)
        complete = plan if state is not RepositoryState.FAILED else None
        self._recorder.finish_repository(tally, state, complete)

    async def _take_steps(self, pulling: Pulling, tally: RepositoryTally, plan: RepositoryPlan) -> None:
        """Newest version first, a bounded number at once. Raises RegistryError where all further ones would.

        The newest of every repository comes before the second of any: the store shows all charts soon. The
        others come repository by repository, since a batch of one repository is written at less cost.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for step in plan.steps[:NEWEST_FIRST_OF_ALL]:
                    await self._start(group, pulling.take(tally, step))
                for steps in batched(plan.steps[NEWEST_FIRST_OF_ALL:], LOOKED_AHEAD):
                    async with self._looking_slots:
                        await pulling.look_ahead(tally, steps)
                        async with self._repository_slots:
                            for step in steps:
                                await self._start(group, pulling.take(tally, step))
        except* RegistryError as errors:
            raise _first(errors) from None

    async def _start(self, group: asyncio.TaskGroup, step: Coroutine[None, None, None]) -> None:
        """Once there is a slot for it; not at all where this is cancelled before."""
        try:
            await self._version_slots.acquire()
        except asyncio.CancelledError:
            step.close()
            raise
        group.create_task(step).add_done_callback(lambda _task: self._version_slots.release())

    async def finish(self, cancelled: bool, error: Fault | None) -> None:
        """The last words of this sync. Raises LeaseLost."""
        failed = [tally for tally in self._tallies if tally.row.state is RepositoryState.FAILED]
        partial = any(tally.row.state is RepositoryState.PARTIAL for tally in self._tallies)
        state = SyncState.FAILED if error else final_state(self._recorder.progress, len(failed), cancelled)
        if state is SyncState.SUCCEEDED and partial:
            state = SyncState.PARTIAL
        if state is SyncState.FAILED and error is None:
            error = _common(failed)
        await self._recorder.finish(state, error)
        log.info("sync.finished", state=state.value, **self._recorder.progress.as_dict())
        async with self._tools.store.writing() as session:
            await syncs.delete_old(session, self.sync.registry_id, self._tools.bounds.syncs_retained)


def _finished_before(row: SyncRepository | None) -> bool:
    return row is not None and row.state is not RepositoryState.NEVER_SYNCED


def batched(steps: Sequence[Step], size: int) -> Iterator[Sequence[Step]]:
    """The steps in order, `size` at a time."""
    for start in range(0, len(steps), size):
        yield steps[start : start + size]


def _first(errors: ExceptionGroup[E]) -> E:
    error: E | ExceptionGroup[E] = errors
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _of_repository(error: RegistryError, tally: RepositoryTally, plan: RepositoryPlan | None) -> Fault:
    """A fault of the repository as a whole; says how much of it was not looked at."""
    fault = fault_of(error, tally.repository.name)
    if plan is None:
        return fault
    row = tally.row
    done = row.versions_added + row.versions_changed + row.versions_unchanged + row.versions_failed
    left = row.versions_total - done - row.versions_removed
    return replace(fault, message=f"{fault.message} {left} of {row.versions_total} versions were not looked at.")


def _nothing_found(tally: RepositoryTally, plan: RepositoryPlan) -> Fault | None:
    """Says so where a repository has tags and none of them is a chart: it is most likely the wrong one."""
    reasons = Counter(
        skipped.reason
        for skipped in (*plan.skipped, *tally.skipped)
        if skipped.reason is not SkipReason.OUTSIDE_CONSTRAINT
    )
    if not tally.row.tags or sum(reasons.values()) < tally.row.tags:
        return None
    words = {
        SkipReason.NOT_A_CHART: "hold images or other artifacts",
        SkipReason.NOT_SEMVER: "are no versions",
        SkipReason.SIGNATURE_OR_ATTESTATION: "are signatures",
    }
    told = ", ".join(f"{count} {words[reason]}" for reason, count in reasons.items())
    return Fault(
        FaultCode.UNSUPPORTED_CHART,
        f"{tally.repository.name} has {tally.row.tags} tags and none of them is a Helm chart ({told}). "
        "Check the name, or remove the repository.",
        False,
        tally.repository.name,
    )


def _common(failed: Sequence[RepositoryTally]) -> Fault | None:
    """Why the sync as a whole failed, where all its repositories failed alike."""
    faults = [tally.fault for tally in failed if tally.fault is not None]
    if not faults or len({fault.code for fault in faults}) > 1:
        return None
    return replace(faults[0], repository=None) if len(faults) > 1 else faults[0]
