"""What happens to a sync, in the past tense, and how far it is.

Events are rows; this file gives them their kinds and the shape of what each says.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from operator import attrgetter
from typing import Any


class SyncState(StrEnum):
    """Where a sync stands. PARTIAL: finished, with some repositories or versions failed."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def finished(self) -> bool:
        return self not in (SyncState.QUEUED, SyncState.RUNNING)


class SyncTrigger(StrEnum):
    """Why a sync starts."""

    MANUAL = "MANUAL"
    SCHEDULE = "SCHEDULE"
    REGISTRATION = "REGISTRATION"
    WEBHOOK = "WEBHOOK"


class RepositoryState(StrEnum):
    """What the last look at a repository found."""

    NEVER_SYNCED = "NEVER_SYNCED"
    SYNCED = "SYNCED"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"


class SkipReason(StrEnum):
    """Why a tag was passed over."""

    NOT_A_CHART = "NOT_A_CHART"
    NOT_SEMVER = "NOT_SEMVER"
    SIGNATURE_OR_ATTESTATION = "SIGNATURE_OR_ATTESTATION"
    OUTSIDE_CONSTRAINT = "OUTSIDE_CONSTRAINT"


class EventKind(StrEnum):
    """One for each type that implements SyncEvent in the schema."""

    STARTED = "SyncStarted"
    REPOSITORY_LISTED = "RepositoryListed"
    VERSION_STORED = "ChartVersionStored"
    VERSION_REMOVED = "ChartVersionRemoved"
    FAULTED = "SyncFaulted"
    REPOSITORY_FINISHED = "RepositoryFinished"
    FINISHED = "SyncFinished"


@dataclass(slots=True)
class Progress:
    """How far a sync is. Totals are None until they are known. Versions done = the five below it together."""

    repositories_total: int | None = None
    repositories_done: int = 0
    versions_total: int | None = None
    versions_done: int = 0
    versions_added: int = 0
    versions_changed: int = 0
    versions_removed: int = 0
    versions_unchanged: int = 0
    versions_failed: int = 0
    bytes_pulled: int = 0

    def as_dict(self) -> dict[str, Any]:
        # Told with each event: asdict() would copy each number by recursion.
        return dict(zip(_PROGRESS_NAMES, _progress_numbers(self), strict=True))


_PROGRESS_NAMES = tuple(field.name for field in fields(Progress))
_progress_numbers = attrgetter(*_PROGRESS_NAMES)


def final_state(progress: Progress, repositories_failed: int, cancelled: bool) -> SyncState:
    """How a sync that came to its end is to be called. PARTIAL is never shown as SUCCEEDED.

    FAILED: every repository failed as a whole and nothing was done. One that stored something, or found
    everything unchanged, beside failures is PARTIAL.
    """
    if cancelled:
        return SyncState.CANCELLED
    achieved = (
        progress.versions_added + progress.versions_changed + progress.versions_removed + progress.versions_unchanged
    )
    if repositories_failed and repositories_failed == progress.repositories_total and not achieved:
        return SyncState.FAILED
    if repositories_failed or progress.versions_failed:
        return SyncState.PARTIAL
    return SyncState.SUCCEEDED
