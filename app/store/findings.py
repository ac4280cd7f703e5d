"""What a sync finds, written down: versions, their content, sightings, skipped tags and the chart they make up."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, update
from sqlmodel import Session, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.signatures import Verification
from app.domain.sync_events import SkipReason
from app.domain.sync_plan import HeldTag
from app.domain.sync_plan import SkippedTag as Skipped
from app.store import indexing
from app.store.entities import (
    Chart,
    ChartContent,
    ChartRepository,
    ChartVersion,
    DigestSighting,
    SkippedTag,
)
from app.store.session import execute_now, insert_for

TOLD_AT_ONCE = 50
"""Charts whose latest contents are held at once: 50 * 1 MB, the most that one chart's texts have in practice."""


@dataclass(frozen=True, slots=True)
class FoundVersion:
    """A chart version as a sync found it. `content` is None where the store has it already."""

    repository_id: int
    tag: str
    digest: str
    version: str
    sort_key: str
    prerelease: bool
    archive_digest: str
    has_provenance: bool
    created_at: datetime | None
    chart_name: str
    content: dict[str, Any] | None


async def held_tags(session: AsyncSession, repository_id: int, sync_id: int) -> dict[str, HeldTag]:
    """What the store holds of a repository, by tag: versions, and tags known to be no chart.

    A tag that was a chart once and is something else now is no chart.
    """
    found: dict[str, HeldTag] = {}
    skipped = select(SkippedTag.tag, SkippedTag.digest).where(
        SkippedTag.repository_id == repository_id,
        SkippedTag.reason == SkipReason.NOT_A_CHART,
        col(SkippedTag.digest).is_not(None),
    )
    for tag, digest in (await session.exec(skipped)).all():
        found[tag] = HeldTag(tag, digest or "")
    versions = select(
        ChartVersion.tag,
        ChartVersion.digest,
        ChartVersion.id,
        ChartVersion.within_policy,
        ChartVersion.removed_at,
        ChartVersion.sync_id,
    ).where(ChartVersion.repository_id == repository_id)  # type: ignore[call-overload]
    for tag, digest, version_id, within_policy, removed_at, stored_by in (await session.exec(versions)).all():
        if removed_at is not None and tag in found:
            continue
        found[tag] = HeldTag(tag, digest, version_id, within_policy, removed_at is not None, stored_by == sync_id)
    return found


def known_archives(session: Session, archive_digests: Collection[str]) -> dict[str, tuple[str, str]]:
    """Name and version of the charts in those of the archives whose content is stored, by digest."""
    query = select(ChartContent.archive_digest, ChartContent.name, ChartContent.version).where(
        col(ChartContent.archive_digest).in_(archive_digests)
    )
    return {digest: (name, version) for digest, name, version in session.exec(query).all()}


def ensure_charts(session: Session, names: Mapping[int, str], now: datetime) -> dict[int, int]:
    """The ids of the repositories' charts, by repository; one is made with the first version, so named."""
    table = Chart.__table__  # type: ignore[attr-defined]
    query = select(Chart.repository_id, Chart.id).where(col(Chart.repository_id).in_(names))
    found = dict(session.exec(query).all())
    missing = names.keys() - found.keys()
    if not missing:
        return found
    registries = select(ChartRepository.id, ChartRepository.registry_id).where(col(ChartRepository.id).in_(missing))
    rows = [
        {
            "repository_id": repository_id,
            "registry_id": registry_id,
            "name": names[repository_id],
            "type": "application",
            "deprecated": False,
            "version_count": 0,
            "sources": [],
            "keywords": [],
            "maintainers": [],
            "updated_at": now,
        }
        for repository_id, registry_id in session.exec(registries).all()
    ]
    if rows:
        execute_now(session, insert(table), rows)
    return dict(session.exec(query).all())


def store_versions(
    session: Session, found: Sequence[FoundVersion], sync_id: int, now: datetime
) -> dict[tuple[int, str], int]:
    """Writes versions, new ones and changed ones alike; their ids by repository and tag."""
    names = {version.repository_id: version.chart_name for version in found}
    charts = ensure_charts(session, names, now)
    contents = [version.content for version in found if version.content is not None]
    if contents:
        statement = insert_for(session, ChartContent).on_conflict_do_nothing(index_elements=["archive_digest"])
        execute_now(session, statement, contents)
    rows = [
        {
            "chart_id": charts[version.repository_id],
            "repository_id": version.repository_id,
            "tag": version.tag,
            "version": version.version,
            "sort_key": version.sort_key,
            "prerelease": version.prerelease,
            "digest": version.digest,
            "archive_digest": version.archive_digest,
            "has_provenance": version.has_provenance,
            "has_signature": False,
            "verification": Verification.UNVERIFIED if version.has_provenance else Verification.UNSIGNED,
            "signed_by": None,
            "verification_message": None,
            "trusted_keys": None,
            "created_at": version.created_at,
            "stored_at": now,
            "removed_at": None,
            "within_policy": True,
            "sync_id": sync_id,
        }
        for version in found
    ]
    statement = insert_for(session, ChartVersion)
    kept = ("repository_id", "tag", "stored_at")
    again = {name: statement.excluded[name] for name in rows[0] if name not in kept}
    execute_now(session, statement.on_conflict_do_update(index_elements=["repository_id", "tag"], set_=again), rows)
    sightings = [
        {name: row[name] for name in ("repository_id", "tag", "digest")} | {"first_seen_at": now} for row in rows
    ]
    seen = insert_for(session, DigestSighting).on_conflict_do_nothing(index_elements=["repository_id", "tag", "digest"])
    execute_now(session, seen, sightings)
    tags = {version.tag for version in found}
    session.exec(delete(SkippedTag).where(col(SkippedTag.repository_id).in_(names), col(SkippedTag.tag).in_(tags)))
    query = select(ChartVersion.repository_id, ChartVersion.tag, ChartVersion.id).where(
        col(ChartVersion.repository_id).in_(names), col(ChartVersion.tag).in_(tags)
    )
    return {(repository_id, tag): version_id for repository_id, tag, version_id in session.exec(query).all()}


def mark_removed(session: Session, version_ids: Collection[int], at: datetime) -> None:
    session.exec(update(ChartVersion).where(col(ChartVersion.id).in_(version_ids)).values(removed_at=at))


def mark_returned(session: Session, version_ids: Collection[int]) -> None:
    """Versions that are in the registry, and in its policy, with the digest they had."""
    session.exec(
        update(ChartVersion).where(col(ChartVersion.id).in_(version_ids)).values(removed_at=None, within_policy=True)
    )


def mark_outside_policy(session: Session, version_ids: Collection[int]) -> None:
    session.exec(update(ChartVersion).where(col(ChartVersion.id).in_(version_ids)).values(within_policy=False))


def remember_no_charts(session: Session, repository_id: int, skipped: Sequence[Skipped]) -> None:
    """Tags that turned out to be no chart, with their digests: the next sync need not look again.

    A version stored under such a tag before is marked as removed by whoever calls this.
    """
    rows = [
        {"repository_id": repository_id, "tag": tag.tag, "reason": tag.reason, "digest": tag.digest} for tag in skipped
    ]
    statement = insert_for(session, SkippedTag)
    again = {"reason": statement.excluded.reason, "digest": statement.excluded.digest}
    execute_now(session, statement.on_conflict_do_update(index_elements=["repository_id", "tag"], set_=again), rows)


def replace_skipped_tags(session: Session, repository_id: int, skipped: Sequence[Skipped]) -> None:
    """All tags of a complete listing that are no version of a chart to show."""
    session.exec(delete(SkippedTag).where(col(SkippedTag.repository_id) == repository_id))
    rows = [
        {"repository_id": repository_id, "tag": tag.tag, "reason": tag.reason, "digest": tag.digest} for tag in skipped
    ]
    if rows:
        execute_now(session, insert(SkippedTag), rows)


def finish_repository(session: Session, repository_id: int, values: dict[str, Any]) -> None:
    session.exec(update(ChartRepository).where(col(ChartRepository.id) == repository_id).values(**values))


def refresh_charts(session: Session, repository_ids: Collection[int], written: Collection[int], now: datetime) -> None:
    """Brings the rows of charts in line with their versions: latest by semver, count, and what is told of them.

    Latest is the highest version that is no pre-release, else the highest. `written` are the ids of versions
    that were written just now: their content may be another under the same id. A constant number of
    statements, and as many again for each TOLD_AT_ONCE charts whose latest version is another now.
    """
    touched = col(Chart.repository_id).in_(repository_ids)
    before = dict(session.exec(select(Chart.id, Chart.latest_version_id).where(touched)).all())
    shown = (
        col(ChartVersion.chart_id) == col(Chart.id),
        col(ChartVersion.within_policy),
        col(ChartVersion.removed_at).is_(None),
    )
    highest = (
        select(ChartVersion.id)
        .where(*shown)
        .order_by(col(ChartVersion.sort_key).desc(), col(ChartVersion.id).desc())
        .limit(1)
    )
    release = highest.where(col(ChartVersion.prerelease).is_(False))
    count = select(func.count(col(ChartVersion.id))).where(*shown)
    session.exec(
        update(Chart)
        .where(touched)
        .values(
            latest_version_id=func.coalesce(release.scalar_subquery(), highest.scalar_subquery()),
            latest_prerelease_id=highest.scalar_subquery(),
            version_count=count.scalar_subquery(),
            updated_at=now,
        )
        .execution_options(synchronize_session=False)
    )
    versions = select(Chart.version_count).where(Chart.repository_id == ChartRepository.id).scalar_subquery()
    session.exec(
        update(ChartRepository)
        .where(col(ChartRepository.id).in_(repository_ids))
        .values(version_count=func.coalesce(versions, 0))
        .execution_options(synchronize_session=False)
    )
    after = dict(session.exec(select(Chart.id, Chart.latest_version_id).where(touched)).all())
    indexing.forget_charts(session, [chart_id for chart_id, latest in after.items() if latest is None])
    changed = [
        chart_id
        for chart_id, latest in after.items()
        if latest is not None and (latest != before[chart_id] or latest in written)
    ]
    for start in range(0, len(changed), TOLD_AT_ONCE):
        _tell_of_latest(session, changed[start : start + TOLD_AT_ONCE])


def _tell_of_latest(session: Session, chart_ids: Collection[int]) -> None:
    """Repeats on charts what their latest versions say of them, and makes them found by that."""
    of_latest = (
        select(Chart.id, ChartContent)
        .join(ChartVersion, col(ChartVersion.id) == col(Chart.latest_version_id))
        .join(ChartContent, col(ChartContent.archive_digest) == col(ChartVersion.archive_digest))
        .where(col(Chart.id).in_(chart_ids))
    )
    contents = dict(session.exec(of_latest).all())
    told = ("name", "description", "icon", "home", "sources", "keywords", "maintainers", "type", "deprecated")
    charts = Chart.__table__  # type: ignore[attr-defined]
    execute_now(
        session,
        update(charts).where(charts.c.id == bindparam("told_id")).values({name: bindparam(name) for name in told}),
        [{"told_id": number} | {name: getattr(content, name) for name in told} for number, content in contents.items()],
    )
    indexing.index_charts(session, contents)
