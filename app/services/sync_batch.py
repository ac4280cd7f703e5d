"""What a sync found and has not written yet, and how it is written: in one unit of work."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.domain.faults import Fault
from app.domain.sync_events import EventKind
from app.domain.sync_plan import SkippedTag
from app.services.tallying import RepositoryCounts
from app.store import failures, findings, signatures, syncs
from app.store.findings import FoundVersion


@dataclass(slots=True)
class NotedEvent:
    """Something that happened, with how far the sync was then."""

    kind: EventKind
    detail: dict[str, Any]
    progress: dict[str, Any]
    at: datetime
    stored_tag: tuple[int, str] | None = None
    """Of a version whose id is known once its row is written."""


@dataclass(slots=True)
class SyncBatch:
    """What waits for the next commit of one sync."""

    events: list[NotedEvent] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    stored: list[FoundVersion] = field(default_factory=list)
    returned: list[tuple[int, int]] = field(default_factory=list)
    no_charts: dict[int, list[SkippedTag]] = field(default_factory=dict)
    removed: list[tuple[int, int]] = field(default_factory=list)
    outside: list[tuple[int, int]] = field(default_factory=list)
    rows: dict[int, RepositoryCounts] = field(default_factory=dict)
    finished: dict[int, dict[str, Any]] = field(default_factory=dict)
    skipped: dict[int, list[SkippedTag]] = field(default_factory=dict)
    failed: dict[tuple[int, str], dict[str, Any]] = field(default_factory=dict)
    mended: dict[int, frozenset[str]] = field(default_factory=dict)
    forgotten_faults: list[str] = field(default_factory=list)
    released: list[Callable[[], None]] = field(default_factory=list)
    signatures: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    def write(self, session: Session, sync_id: int, sequence: int, now: datetime) -> None:
        """`sequence`: of the last event that was written before."""
        ids = self._write_versions(session, sync_id, now)
        self._write_events(session, sync_id, sequence, ids)
        for repository in self.forgotten_faults:
            syncs.forget_faults(session, sync_id, repository)
        syncs.append_faults(session, sync_id, self.faults)
        self._write_repositories(session)

    def _write_versions(self, session: Session, sync_id: int, now: datetime) -> dict[tuple[int, str], int]:
        """The ids of stored versions, by repository and tag."""
        ids: dict[tuple[int, str], int] = {}
        touched: set[int] = set()
        if self.stored:
            ids = findings.store_versions(session, self.stored, sync_id, now)
            touched = {version.repository_id for version in self.stored}
        for marks, mark in (
            (self.returned, findings.mark_returned),
            (self.outside, findings.mark_outside_policy),
        ):
            if marks:
                mark(session, [version_id for _, version_id in marks])
                touched.update(repository_id for repository_id, _ in marks)
        if self.removed:
            findings.mark_removed(session, [version_id for _, version_id in self.removed], now)
            touched.update(repository_id for repository_id, _ in self.removed)
        if self.signatures:
            signatures.save(session, [row for _, row in self.signatures])
            touched.update(repository_id for repository_id, _ in self.signatures)
        for repository_id, skipped in self.no_charts.items():
            findings.remember_no_charts(session, repository_id, skipped)
        written = set(ids.values())
        if touched:
            findings.refresh_charts(session, touched, written, now)
        return ids

    def _write_events(self, session: Session, sync_id: int, sequence: int, ids: dict[tuple[int, str], int]) -> None:
        rows = []
        for number, noted in enumerate(self.events, sequence + 1):
            detail = noted.detail
            if noted.stored_tag is not None:
                detail = {**detail, "chart_version_id": ids[noted.stored_tag]}
            rows.append(
                {
                    "sync_id": sync_id,
                    "sequence": number,
                    "at": noted.at,
                    "kind": noted.kind,
                    "detail": detail,
                    "progress": noted.progress,
                }
            )
        syncs.append_events(session, rows)

    def _write_repositories(self, session: Session) -> None:
        findings.replace_skipped_tags(session, self.skipped)
        failures.remember(session, list(self.failed.values()))
        for repository_id, tags in self.mended.items():
            if tags:
                failures.forget(session, repository_id, tags)
        findings.finish_repositories(session, self.finished)
        syncs.save_repositories(session, [counts.as_row() for counts in self.rows.values()])
