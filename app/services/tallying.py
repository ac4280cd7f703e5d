"""Counts of one repository within one sync."""

from app.domain.faults import Fault
from app.domain.sync_events import Progress
from app.domain.sync_plan import SkippedTag
from app.store.entities import ChartRepository, SyncRepository


class RepositoryTally:
    """Counts of one repository within one sync, its tags that turned out to be no chart, and those that failed."""

    def __init__(self, repository: ChartRepository, row: SyncRepository) -> None:
        self.repository = repository
        self.row = row
        self.skipped: list[SkippedTag] = []
        self.fault: Fault | None = None
        self.cut_short = False
        """Some of its steps are still to be taken, when the sync goes on."""
        self.failed: set[str] = set()
        self.failed_before: frozenset[str] = frozenset()


def forget_unfinished(progress: Progress, row: SyncRepository) -> None:
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
