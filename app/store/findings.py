"""What a sync finds, written down: versions, their content, sightings, skipped tags and the chart they make up."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete, func, insert, select, update
from sqlmodel import Session, SQLModel, col

from app.domain.signatures import Verification
from app.domain.sync_events import SkipReason
from app.domain.sync_plan import HeldTag
from app.domain.sync_plan import SkippedTag as Skipped
from app.store import indexing
from app.store.columns import Identity
from app.store.driver_rows import DriverRows, read_rows
from app.store.entities import (
    Chart,
    ChartContent,
    ChartRepository,
    ChartVersion,
    DigestSighting,
    SkippedTag,
)
from app.store.many_rows import ManyRows
from app.store.prepared import among, given
from app.store.session import execute_now


def _table(entity: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(entity.__tablename__)]


# Tables rather than entities: a sync writes thousands of rows, and no session has to know them.
_charts, _versions, _contents = _table(Chart), _table(ChartVersion), _table(ChartContent)
_repositories, _skipped = _table(ChartRepository), _table(SkippedTag)

CONTENT_ROWS = ManyRows(ChartContent, keys=["archive_digest"])
VERSION_ROWS = ManyRows(ChartVersion, without=["id"], keys=["repository_id", "tag"], keeping=["stored_at"])
SIGHTING_ROWS = ManyRows(DigestSighting, keys=["repository_id", "tag", "digest"])
SKIPPED_ROWS = ManyRows(SkippedTag, keys=["repository_id", "tag"], keeping=[])

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


_NO_CHARTS_OF = select(_skipped.c.tag, _skipped.c.digest).where(
    _skipped.c.repository_id == given("repository_id", Identity),
    _skipped.c.reason == SkipReason.NOT_A_CHART,
    _skipped.c.digest.is_not(None),
)
_VERSIONS_OF = select(
    _versions.c.tag,
    _versions.c.digest,
    _versions.c.id,
    _versions.c.within_policy,
    _versions.c.removed_at.is_not(None),
    _versions.c.sync_id,
).where(_versions.c.repository_id == given("repository_id", Identity))


async def held_tags(reader: DriverRows, repository_id: int, sync_id: int) -> dict[str, HeldTag]:
    """What the store holds of a repository, by tag: versions, and tags known to be no chart.

    A tag that was a chart once and is something else now is no chart.
    """
    found: dict[str, HeldTag] = {}
    of_repository = {"repository_id": repository_id}
    for tag, digest in await read_rows(reader, _NO_CHARTS_OF, of_repository):
        found[tag] = HeldTag(tag, digest)
    rows = await read_rows(reader, _VERSIONS_OF, of_repository)
    for tag, digest, version_id, within_policy, is_removed, stored_by in rows:
        if is_removed and tag in found:
            continue
        found[tag] = HeldTag(tag, digest, version_id, within_policy, is_removed, stored_by == sync_id)
    return found


_KNOWN = select(_contents.c.archive_digest, _contents.c.name, _contents.c.version).where(
    _contents.c.archive_digest.in_(bindparam("digests", expanding=True))
)


def known_archives(session: Session, archive_digests: Collection[str]) -> dict[str, tuple[str, str]]:
    """Name and version of the charts in those of the archives whose content is stored, by digest."""
    rows = execute_now(session, _KNOWN, {"digests": list(archive_digests)}).all()
    return {digest: (name, version) for digest, name, version in rows}


_CHARTS_OF = select(_charts.c.repository_id, _charts.c.id).where(
    _charts.c.repository_id.in_(bindparam("repositories", expanding=True))
)


def ensure_charts(session: Session, names: Mapping[int, str], now: datetime) -> dict[int, int]:
    """The ids of the repositories' charts, by repository; one is made with the first version, so named."""
    asked = {"repositories": list(names)}
    found: dict[int, int] = dict(execute_now(session, _CHARTS_OF, asked).all())
    missing = names.keys() - found.keys()
    if not missing:
        return found
    registries = select(_repositories.c.id, _repositories.c.registry_id).where(_repositories.c.id.in_(missing))
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
        for repository_id, registry_id in execute_now(session, registries).all()
    ]
    if rows:
        execute_now(session, insert(_charts), rows)
    return dict(execute_now(session, _CHARTS_OF, asked).all())


_NO_LONGER_SKIPPED = delete(_skipped).where(
    _skipped.c.repository_id.in_(bindparam("repositories", expanding=True)),
    _skipped.c.tag.in_(bindparam("tags", expanding=True)),
)
_IDS = select(_versions.c.repository_id, _versions.c.tag, _versions.c.id).where(
    _versions.c.repository_id.in_(bindparam("repositories", expanding=True)),
    _versions.c.tag.in_(bindparam("tags", expanding=True)),
)


def store_versions(
    session: Session, found: Sequence[FoundVersion], sync_id: int, now: datetime
) -> dict[tuple[int, str], int]:
    """Writes versions, new ones and changed ones alike; their ids by repository and tag."""
    names = {version.repository_id: version.chart_name for version in found}
    charts = ensure_charts(session, names, now)
    CONTENT_ROWS.write(session, [version.content for version in found if version.content is not None])
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
    VERSION_ROWS.write(session, rows)
    SIGHTING_ROWS.write(session, [{**row, "first_seen_at": now} for row in rows])
    asked = {"repositories": list(names), "tags": list({version.tag for version in found})}
    execute_now(session, _NO_LONGER_SKIPPED, asked)
    return {(repository_id, tag): number for repository_id, tag, number in execute_now(session, _IDS, asked).all()}


# All versions of a repository may go at once: more than a statement has parameters.
_OF_THESE = update(_versions).where(among(_versions.c.id, "ids"))
_REMOVED = _OF_THESE.values(removed_at=bindparam("at"))
_RETURNED = _OF_THESE.values(removed_at=None, within_policy=True)
_OUTSIDE_POLICY = _OF_THESE.values(within_policy=False)


def mark_removed(session: Session, version_ids: Collection[int], at: datetime) -> None:
    execute_now(session, _REMOVED, {"ids": version_ids, "at": at})


def mark_returned(session: Session, version_ids: Collection[int]) -> None:
    """Versions that are in the registry, and in its policy, with the digest they had."""
    execute_now(session, _RETURNED, {"ids": version_ids})


def mark_outside_policy(session: Session, version_ids: Collection[int]) -> None:
    execute_now(session, _OUTSIDE_POLICY, {"ids": version_ids})


def remember_no_charts(session: Session, repository_id: int, skipped: Sequence[Skipped]) -> None:
    """Tags that turned out to be no chart, with their digests: the next sync need not look again.

    A version stored under such a tag before is marked as removed by whoever calls this.
    """
    SKIPPED_ROWS.write(session, _skipped_rows(repository_id, skipped))


_ALL_SKIPPED_OF = delete(_skipped).where(_skipped.c.repository_id == bindparam("of_repository"))


def replace_skipped_tags(session: Session, skipped: Mapping[int, Sequence[Skipped]]) -> None:
    """By repository: all tags of a complete listing that are no version of a chart to show."""
    if not skipped:
        return
    execute_now(session, _ALL_SKIPPED_OF, [{"of_repository": repository_id} for repository_id in skipped])
    SKIPPED_ROWS.write(session, [row for of_one in skipped.items() for row in _skipped_rows(*of_one)])


def _skipped_rows(repository_id: int, skipped: Sequence[Skipped]) -> list[dict[str, Any]]:
    return [
        {"repository_id": repository_id, "tag": tag.tag, "reason": tag.reason, "digest": tag.digest} for tag in skipped
    ]


_FINISHED = (
    update(_repositories)
    .where(_repositories.c.id == bindparam("finished_id"))
    .values(
        {name: bindparam(name) for name in ("state", "last_error", "last_synced_at", "last_sync_id")}
        | {"listed_empty": func.coalesce(bindparam("empty"), _repositories.c.listed_empty)}
    )
)


def finish_repositories(session: Session, finished: Mapping[int, Mapping[str, Any]]) -> None:
    """By repository: how it fared. `empty` is None where it was not listed to its end."""
    if finished:
        execute_now(
            session,
            _FINISHED,
            [{"finished_id": repository_id, **values} for repository_id, values in finished.items()],
        )


_TOUCHED = _charts.c.repository_id.in_(bindparam("repositories", expanding=True))
_LATEST_OF = select(_charts.c.id, _charts.c.latest_version_id).where(_TOUCHED)
_SHOWN = (_versions.c.chart_id == _charts.c.id, _versions.c.within_policy, _versions.c.removed_at.is_(None))
_HIGHEST = select(_versions.c.id).where(*_SHOWN).order_by(_versions.c.sort_key.desc(), _versions.c.id.desc()).limit(1)
_RELEASE = _HIGHEST.where(_versions.c.prerelease.is_(False))
_LATEST_ANEW = (
    update(_charts)
    .where(_TOUCHED)
    .values(
        latest_version_id=func.coalesce(_RELEASE.scalar_subquery(), _HIGHEST.scalar_subquery()),
        latest_prerelease_id=_HIGHEST.scalar_subquery(),
        version_count=select(func.count(_versions.c.id)).where(*_SHOWN).scalar_subquery(),
        updated_at=bindparam("now"),
    )
)
_COUNTED = select(_charts.c.version_count).where(_charts.c.repository_id == _repositories.c.id).scalar_subquery()
_COUNT_REPEATED = (
    update(_repositories)
    .where(_repositories.c.id.in_(bindparam("repositories", expanding=True)))
    .values(version_count=func.coalesce(_COUNTED, 0))
)


def refresh_charts(session: Session, repository_ids: Collection[int], written: Collection[int], now: datetime) -> None:
    """Brings the rows of charts in line with their versions: latest by semver, count, and what is told of them.

    Latest is the highest version that is no pre-release, else the highest. `written` are the ids of versions
    that were written just now: their content may be another under the same id. A constant number of
    statements, and as many again for each TOLD_AT_ONCE charts whose latest version is another now.
    """
    asked = {"repositories": list(repository_ids)}
    before = dict(execute_now(session, _LATEST_OF, asked).all())
    execute_now(session, _LATEST_ANEW, asked | {"now": now})
    execute_now(session, _COUNT_REPEATED, asked)
    after = dict(execute_now(session, _LATEST_OF, asked).all())
    indexing.forget_charts(session, [chart_id for chart_id, latest in after.items() if latest is None])
    changed = [
        chart_id
        for chart_id, latest in after.items()
        if latest is not None and (latest != before[chart_id] or latest in written)
    ]
    for start in range(0, len(changed), TOLD_AT_ONCE):
        _tell_of_latest(session, changed[start : start + TOLD_AT_ONCE])


_TOLD = ("name", "description", "icon", "home", "sources", "keywords", "maintainers", "type", "deprecated")
_TOLD_AGAIN = (
    update(_charts).where(_charts.c.id == bindparam("told_id")).values({name: bindparam(name) for name in _TOLD})
)
_LATEST_CONTENTS = (
    select(col(Chart.id), ChartContent)
    .join(ChartVersion, col(ChartVersion.id) == col(Chart.latest_version_id))
    .join(ChartContent, col(ChartContent.archive_digest) == col(ChartVersion.archive_digest))
    .where(col(Chart.id).in_(bindparam("charts", expanding=True)))
)


def _tell_of_latest(session: Session, chart_ids: Collection[int]) -> None:
    """Repeats on charts what their latest versions say of them, and makes them found by that."""
    contents = dict(session.execute(_LATEST_CONTENTS, {"charts": list(chart_ids)}).all())
    execute_now(
        session,
        _TOLD_AGAIN,
        [
            {"told_id": number} | {name: getattr(content, name) for name in _TOLD}
            for number, content in contents.items()
        ],
    )
    indexing.index_charts(session, contents)
