"""The places where a sync is killed: each names something of the app, and when in its work the plug is pulled.

The app knows nothing of them: `arm` wraps what is named, in the process that is to die.
"""

import functools
import hashlib
import importlib
import inspect
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from sqlalchemy import event
from sqlalchemy.engine import Engine

BEFORE, AFTER, TORN = "before", "after", "torn"
COMMIT = "COMMIT"
"""As a target: the moment before the database is told COMMIT, statements all done."""


@dataclass(frozen=True)
class Failpoint:
    """`target`: module:name, several with spaces between, or COMMIT. `passing`: it dies when it passes for the
    so-manieth time.

    Of what yields, AFTER is after an item. `torn` leaves half an archive where the whole one belongs.
    """

    name: str
    target: str
    moment: str = BEFORE
    passing: int = 1


def _of(name: str, target: str, *moments: str, passing: int = 1) -> list[Failpoint]:
    """One for each moment, so named."""
    return [Failpoint(f"{name}-{moment}", target, moment, passing) for moment in moments]


QUEUE_PUT = "app.jobs.process_queue:ProcessQueue.put app.jobs.postgres_queue:PostgresQueue.put"
SERVICES, STORE, OCI = "app.services", "app.store", "app.oci_client"

STARTING = [
    *_of("queue-put", QUEUE_PUT, BEFORE, AFTER),
    *_of("claim", f"{STORE}.syncs:claim", BEFORE, AFTER),
    Failpoint("claim-commit", COMMIT),
    Failpoint("claimed", f"{STORE}.syncs:repositories_of"),
    *_of("client-made", f"{SERVICES}.connecting:Connections.client_of", BEFORE, AFTER),
    Failpoint("started-told", f"{SERVICES}.recording:Recorder._flush", AFTER),
    Failpoint("ping", f"{OCI}.calling:Caller.ping", AFTER),
    *_of("token", f"{OCI}.signing_in:SignIn._mint", BEFORE, AFTER),
]
PLANNING = [
    Failpoint("tags-page", f"{OCI}.client:RegistryClient.list_tags", AFTER),
    Failpoint("tags-second-page", f"{OCI}.client:RegistryClient.list_tags", AFTER, 2),
    Failpoint("archives-listed", f"{STORE}.archives:Archives.lacking", AFTER),
    *_of("held-tags", f"{STORE}.findings:held_tags", BEFORE, AFTER),
    *_of("plan", f"{SERVICES}.planning:Planning.plan", BEFORE, AFTER),
    Failpoint("repository-begun", f"{SERVICES}.recording:Recorder.begin_repository", AFTER),
    Failpoint("removal-noted", f"{SERVICES}.recording:Recorder.version_removed", AFTER),
]
PULLING = [
    *_of("head", f"{OCI}.client:RegistryClient.head_manifest", BEFORE, AFTER, passing=2),
    *_of("manifest", f"{OCI}.client:RegistryClient.get_chart_manifest", BEFORE, AFTER, passing=5),
    Failpoint("blob-asked", f"{OCI}.client:RegistryClient.read_blob", BEFORE, 12),
    Failpoint("blob-mid-stream", f"{OCI}.verifying:BlobVerifier.feed", AFTER, 20),
    Failpoint("blob-verified", f"{OCI}.verifying:BlobVerifier.finish", AFTER, 12),
    *_of("reader", "app.chart_reader.pool:ReaderPool.read", BEFORE, AFTER, passing=12),
    *_of("archive", f"{STORE}.archives:Archives.keep", BEFORE, TORN, AFTER, passing=12),
    Failpoint("stored-noted", f"{SERVICES}.recording:Recorder.version_stored", AFTER, 14),
    Failpoint("unchanged-noted", f"{SERVICES}.recording:Recorder.version_unchanged", AFTER, 3),
    Failpoint("no-chart-noted", f"{SERVICES}.recording:Recorder.no_chart", AFTER),
    Failpoint("failure-noted", f"{SERVICES}.recording:Recorder.version_failed", AFTER),
]
WRITING = [
    *_of("commit-begun", f"{SERVICES}.recording:Recorder._commit", BEFORE, AFTER, passing=4),
    *_of("save", f"{STORE}.syncs:save", BEFORE, AFTER, passing=4),
    *_of("store-versions", f"{STORE}.findings:store_versions", BEFORE, AFTER, passing=2),
    Failpoint("charts-made", f"{STORE}.findings:ensure_charts", AFTER, 2),
    Failpoint("removed-marked", f"{STORE}.findings:mark_removed", AFTER),
    Failpoint("no-charts-remembered", f"{STORE}.findings:remember_no_charts", AFTER),
    *_of("refresh-charts", f"{STORE}.findings:refresh_charts", BEFORE, AFTER, passing=2),
    Failpoint("search-indexed", f"{STORE}.indexing:index_charts", AFTER, 2),
    *_of("events", f"{STORE}.syncs:append_events", BEFORE, AFTER, passing=4),
    Failpoint("faults-written", f"{STORE}.syncs:append_faults", AFTER, 4),
    *_of("failures-remembered", f"{STORE}.failures:remember", BEFORE, AFTER, passing=4),
    Failpoint("skipped-written", f"{STORE}.findings:replace_skipped_tags", AFTER),
    Failpoint("repository-written", f"{STORE}.findings:finish_repositories", AFTER),
    Failpoint("repository-counts", f"{STORE}.syncs:save_repositories", AFTER, 4),
    *(Failpoint(f"commit-{number}", COMMIT, BEFORE, number) for number in (2, 3, 5)),
    *_of("bell", "app.progress.bell:LocalBell.ring_here", BEFORE, AFTER, passing=4),
]
ENDING = [
    *_of("repository-finished", f"{SERVICES}.recording:Recorder.finish_repository", BEFORE, AFTER),
    Failpoint("repository-finished-2", f"{SERVICES}.recording:Recorder.finish_repository", AFTER, 2),
    *_of("run-finish", f"{SERVICES}.syncing:SyncRun.finish", BEFORE, AFTER),
    Failpoint("last-words", f"{SERVICES}.recording:Recorder.finish", AFTER),
    *_of("delete-old", f"{STORE}.syncs:delete_old", BEFORE, AFTER),
]

RESUMING = [
    *_of("dead-found", f"{STORE}.syncs:end_leases", BEFORE, AFTER),
    Failpoint("recovered", f"{SERVICES}.triggering:Triggering.recover", AFTER),
    Failpoint("resume-claimed", f"{STORE}.syncs:repositories_of", AFTER),
    Failpoint("resume-planned", f"{SERVICES}.planning:Planning.plan", AFTER),
    Failpoint("faults-forgotten", f"{STORE}.syncs:forget_faults", AFTER),
    Failpoint("resume-committed", f"{SERVICES}.recording:Recorder._commit", AFTER, 2),
]
"""Passed by a worker that goes on where another one died."""
GIVING_BACK = [
    *_of("give-back", f"{SERVICES}.recording:Recorder.give_back", BEFORE, AFTER),
    *_of("lease-ended", f"{STORE}.syncs:end_leases", BEFORE, AFTER),
]
"""Passed by a worker that was asked to end."""
SCHEDULING = [
    *_of("next-sync-set", f"{STORE}.registries:set_next_sync", BEFORE, AFTER),
    *_of("sync-inserted", f"{SERVICES}.triggering:Triggering._insert", BEFORE, AFTER),
    *_of("enqueued", QUEUE_PUT, BEFORE, AFTER),
]
"""Passed when the schedule says that a sync is due."""

PARKING = [*_of("park", f"{SERVICES}.recording:Recorder.park", BEFORE, AFTER)]
"""Passed when the registry wants no requests for long."""
TIDYING = [
    *_of("chore-taken", f"{STORE}.kept_archives:take_chore", BEFORE, AFTER),
    *_of("unreferenced-marked", f"{STORE}.kept_archives:mark_unreferenced", BEFORE, AFTER),
    *_of("contents-forgotten", f"{STORE}.kept_archives:forget_unreferenced", BEFORE, AFTER),
]
"""Passed once a day, here when the first worker starts."""
FOLLOWING = [
    *_of("follow-up", f"{SERVICES}.triggering:Triggering.follow_up", BEFORE),
    *_of("follow-up-started", f"{SERVICES}.triggering:Triggering._start", AFTER),
    *_of("followed", f"{STORE}.syncs:followed", BEFORE, AFTER),
]
"""Passed when another sync is to follow one that is finished."""

SYNCING = [*STARTING, *PLANNING, *PULLING, *WRITING, *ENDING]
ALL = {point.name: point for point in [*SYNCING, *RESUMING, *GIVING_BACK, *SCHEDULING, *PARKING, *TIDYING, *FOLLOWING]}


def die() -> NoReturn:
    """As by `kill -9`: nothing of this process runs after this line."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def arm(point: Failpoint) -> None:
    """Makes this process die there."""
    left = point.passing

    def passed() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            die()

    if point.target == COMMIT:
        event.listen(Engine, "commit", lambda _connection: passed())
        return
    for target in point.target.split():
        module_name, _, path = target.partition(":")
        owner: Any = importlib.import_module(module_name)
        *parents, name = path.split(".")
        for parent in parents:
            owner = getattr(owner, parent)
        setattr(owner, name, _wrapped(getattr(owner, name), point, passed))


def _wrapped(inner: Callable[..., Any], point: Failpoint, passed: Callable[[], None]) -> Callable[..., Any]:
    if inspect.isasyncgenfunction(inner):

        async def items(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            async for item in inner(*args, **kwargs):
                passed()
                yield item

        return items
    if inspect.iscoroutinefunction(inner):

        @functools.wraps(inner)
        async def waited_for(*args: Any, **kwargs: Any) -> Any:
            if point.moment == TORN:
                _leave_half(*args)
                passed()
            if point.moment == BEFORE:
                passed()
            result = await inner(*args, **kwargs)
            if point.moment == AFTER:
                passed()
            return result

        return waited_for

    @functools.wraps(inner)
    def called(*args: Any, **kwargs: Any) -> Any:
        if point.moment == BEFORE:
            passed()
        result = inner(*args, **kwargs)
        if point.moment == AFTER:
            passed()
        return result

    return called


def _leave_half(_archives: object, archive_digest: str, archive: bytes) -> None:
    """What a machine that lost power leaves: a file by the right name with half of the bytes."""
    assert hashlib.sha256(archive).hexdigest() in archive_digest
    encoded = archive_digest.partition(":")[2]
    folder = Path(urlsplit(os.environ["CHARTROOM_ARCHIVES_URL"]).path) / "sha256" / encoded[:2]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{encoded}.tgz").write_bytes(archive[: len(archive) // 2])
