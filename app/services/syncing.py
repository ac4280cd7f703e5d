"""A sync: plan each repository, take the steps of the plan, write down what is found.

Bytes flow from the registry through verification and the reader into the store, never more at once than
`in_flight_max_bytes`. What fails is a fault; the rest goes on. What dies is planned anew.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.domain.faults import Fault
from app.domain.sync_events import EventKind, RepositoryState, SyncState, SyncTrigger, final_state
from app.domain.sync_plan import RepositoryPlan, Step
from app.oci_client.errors import RateLimited, RegistryError
from app.progress.bell import Bell
from app.services.byte_budget import ByteBudget
from app.services.clock import Clock, utc_now
from app.services.connecting import Connections
from app.services.courtesy import Courtesy
from app.services.faults import fault_of
from app.services.finding_lost import lost_tags
from app.services.lanes import Lanes
from app.services.planning import Planning
from app.services.pulling import Pulling, Reader, needs_look
from app.services.recording import LeaseLost, Recorder
from app.services.repository_faults import in_common, nothing_found, of_repository
from app.services.tallying import RepositoryTally
from app.store import registries, syncs
from app.store.archives import Archives
from app.store.entities import ChartRepository, Registry, Sync, SyncRepository
from app.store.session import Store

if TYPE_CHECKING:
    from app.oci_client.client import RegistryClient
    from app.signatures.trust import Trust

CANCEL_LOOKED_FOR_EVERY_SECONDS = 0.4  # a cancelled sync stops within a second
REPOSITORIES_LISTED_AT_ONCE = 16  # as many as requests to begin with: far away, nothing is pulled before
REPOSITORIES_PULLED_AT_ONCE = 2  # the slots of versions stay full while one of them comes to its end
REPOSITORIES_LOOKED_AHEAD_AT_ONCE = 8  # a look ahead takes a round trip; small repositories would leave slots empty
NEWEST_FIRST_OF_ALL = 1
LOOKED_AHEAD = 100  # ECR gives so many manifests at a time

log = structlog.get_logger()

E = TypeVar("E", bound=Exception)
R = TypeVar("R")


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
    trust: "Trust | None" = None
    """None: nobody is."""
    courtesy: Courtesy = field(default_factory=Courtesy)
    """Shared with whoever answers in this process."""


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
                if run.sync.cancel_requested_at is not None:
                    raise CancelRequested
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
        if lost:
            return
        if run.parked_until is not None and not cancelled and error is None:
            await recorder.park(run.parked_until)
            log.info("sync.parked", until=run.parked_until.isoformat(timespec="seconds"))
        else:
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
        if await recorder.give_back():
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
        self.parked_until: datetime | None = None
        """Set where the registry wants no requests for longer than a worker should wait: what is begun is ended."""

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
        if any(repository.last_synced_at is None for repository in repositories):
            self._tools.reader.make_ready()  # what it reads takes some requests to come
        client = await self._tools.connections.client_of(self._registry)
        self._recorder.requests_made = lambda: client.requests_made
        self._looks = Lanes(lambda: client.requests_at_once)
        pulling = Pulling(
            self._tools.store,
            client,
            self._tools.archives,
            self._tools.reader,
            self._recorder,
            ByteBudget(self._tools.bounds.in_flight_max_bytes),
            self._tools.courtesy,
        )
        async with asyncio.TaskGroup() as group:
            lost = group.create_task(self._lost_tags())
            for tally in tallies:
                if not _finished_before(self._earlier.get(tally.repository_id)):
                    group.create_task(self._sync_repository(client, pulling, tally, lost))
        if self.parked_until is None:
            await self._verify(client, pulling)

    async def _lost_tags(self) -> Mapping[int, frozenset[str]]:
        """By repository; not asked for after a push to one: to list archives in an object store takes requests."""
        if self.sync.repository_id is not None and self.sync.trigger is not SyncTrigger.MANUAL:
            return {}
        return await lost_tags(self._tools.store, self._tools.archives, self.sync.registry_id)

    async def _verify(self, client: "RegistryClient", pulling: Pulling) -> None:
        """Signatures come last: charts are shown without waiting for them."""
        sound = [tally.repository_id for tally in self._tallies if tally.counts.state is not RepositoryState.FAILED]
        if sound:
            from app.services.verifying import Verifying
            from app.signatures.trust import Trust

            await self._recorder.flush()
            tools, record = self._tools, self._recorder.signature_examined
            verifying = Verifying(tools.store, client, self._registry, tools.trust or Trust(), tools.clock, record)
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

    async def _sync_repository(
        self,
        client: "RegistryClient",
        pulling: Pulling,
        tally: RepositoryTally,
        lost: asyncio.Task[Mapping[int, frozenset[str]]],
    ) -> None:
        plan = None
        try:
            async with self._listing_slots:
                if self.parked_until is not None:
                    return
                planned = await self._planning.plan(client, self._registry, tally.repository, self.sync, lost)
            plan = planned.plan
            tally.failed_before = planned.failed
            self._recorder.begin_repository(tally, plan, planned.tags)
            await self._take_steps(pulling, tally, plan)
            if tally.cut_short:
                return
            tally.fault = nothing_found(tally, plan)
            state = RepositoryState.PARTIAL if tally.fault or tally.counts.versions_failed else RepositoryState.SYNCED
        except RegistryError as error:
            if self._is_parked(error):
                return
            tally.fault = of_repository(error, tally, plan)
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
                    await self._start(group, self._take_newest(pulling, tally, step))
                for steps in batched(plan.steps[NEWEST_FIRST_OF_ALL:], LOOKED_AHEAD):
                    async with self._looking_slots:
                        left = await self._look(pulling, tally, steps)
                        ahead = await pulling.look_ahead(tally, left)
                        async with self._repository_slots:
                            for step in left:
                                await self._start(group, self._unless_parked(tally, pulling.take, step, ahead))
        except* RegistryError as errors:
            raise _first(errors) from None

    async def _take_newest(self, pulling: Pulling, tally: RepositoryTally, step: Step) -> None:
        seen = await self._unless_parked(tally, pulling.look, step)
        if seen is not None:
            ahead = await pulling.look_ahead(tally, [seen])
            await self._unless_parked(tally, pulling.take, seen, ahead)

    async def _look(self, pulling: Pulling, tally: RepositoryTally, steps: Sequence[Step]) -> Sequence[Step]:
        """Those of the steps that a look at their tags does not end, with the digests that were seen."""
        if not any(map(needs_look, steps)):
            return steps
        looked_at = await self._looks.run(steps, lambda step: self._unless_parked(tally, pulling.look, step))
        return [step for step in looked_at if step is not None]

    async def _unless_parked(self, tally: RepositoryTally, do: Callable[..., Awaitable[R]], *given: Any) -> R | None:
        """None where the sync is parked. Others that are under way come to their end: they are paid for."""
        if self.parked_until is not None:
            tally.cut_short = True
            return None
        try:
            return await do(tally, *given)
        except RateLimited as error:
            if not self._is_parked(error):
                raise
            tally.cut_short = True
            return None

    def _is_parked(self, error: RegistryError) -> bool:
        if isinstance(error, RateLimited) and error.until is not None:
            self.parked_until = max(error.until, self.parked_until or error.until)
            return True
        return False

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
        failed = [tally for tally in self._tallies if tally.counts.state is RepositoryState.FAILED]
        partial = any(tally.counts.state is RepositoryState.PARTIAL for tally in self._tallies)
        state = SyncState.FAILED if error else final_state(self._recorder.progress, len(failed), cancelled)
        if state is SyncState.SUCCEEDED and partial:
            state = SyncState.PARTIAL
        if state is SyncState.FAILED and error is None:
            error = in_common(failed)
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
