"""Counts of one repository within one sync."""

from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from app.domain.faults import Fault
from app.domain.sync_events import Progress, RepositoryState
from app.domain.sync_plan import SkippedTag
from app.store.entities import ChartRepository, SyncRepository


@dataclass(slots=True)
class RepositoryCounts:
    """The row of sync_repository as it will be written: plain, since it changes with every version."""

    sync_id: int
    repository_id: int
    name: str
    state: RepositoryState
    tags: int = 0
    versions_total: int = 0
    versions_added: int = 0
    versions_changed: int = 0
    versions_removed: int = 0
    versions_unchanged: int = 0
    versions_failed: int = 0

    def as_row(self) -> dict[str, Any]:
        return dict(zip(_COLUMNS, _values_of(self), strict=True))


_COLUMNS = tuple(field.name for field in fields(RepositoryCounts))
_values_of = attrgetter(*_COLUMNS)


class RepositoryTally:
    """Counts of one repository within one sync, its tags that turned out to be no chart, and those that failed."""

    def __init__(self, repository: ChartRepository, row: SyncRepository) -> None:
        """`row`: where an earlier attempt left the counts."""
        self.repository = repository
        self.repository_id = repository.id
        self.name = repository.name
        self.counts = RepositoryCounts(**{name: getattr(row, name) for name in _COLUMNS})
        self.skipped: list[SkippedTag] = []
        self.fault: Fault | None = None
        self.cut_short = False
        """Some of its steps are still to be taken, when the sync goes on."""
        self.failed: set[str] = set()
        self.failed_before: frozenset[str] = frozenset()


def forget_unfinished(progress: Progress, row: RepositoryCounts) -> None:
    """Takes what a dead attempt counted in a repository it did not finish out of the progress.

    What it stored or removed stays counted; it is done when the repository is planned anew.
    """
    progress.versions_done -= (
        row.versions_added + row.versions_changed + row.versions_removed + row.versions_unchanged + row.versions_failed
    )
    progress.versions_unchanged -= row.versions_unchanged
    progress.versions_failed -= row.versions_failed
    progress.versions_total = (progress.versions_total or 0) - row.versions_total
    row.versions_unchanged = row.versions_failed = row.versions_total = 0
