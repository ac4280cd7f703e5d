"""Which versions have signatures that are still to be looked at, and what came of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, func, or_, update
from sqlmodel import Session, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.sync_events import SkipReason
from app.store.entities import SIGNED, Chart, ChartContent, ChartRepository, ChartVersion, Registry, SkippedTag
from app.store.remembered import AbsentReferrers
from app.store.session import execute, execute_now, insert_for

# A digest of 64 hex digits behind `sha256-`. Source: cosign, specs/SIGNATURE_SPEC.md, Tag-based discovery.
_IDS_MAX_COUNT = 5000  # PostgreSQL takes 32,767 parameters
_HEX_BEGINS, _HEX_DIGITS = len("sha256-") + 1, 64


@dataclass(frozen=True, slots=True)
class SignedVersion:
    """A version with what looking at its signatures needs. `chart_version` is that of Chart.yaml."""

    id: int
    repository_id: int
    repository: str
    chart_id: int
    digest: str
    archive_digest: str
    has_provenance: bool
    chart_name: str
    chart_version: str


async def to_examine(
    session: AsyncSession, repository_ids: Collection[int], trusted_keys: str
) -> dict[int, tuple[SignedVersion, list[str]]]:
    """By id: versions not looked at with these keys yet, each with the tags that its signatures stand under."""
    stale = or_(col(ChartVersion.trusted_keys).is_(None), col(ChartVersion.trusted_keys) != trusted_keys)
    with_tags = await _with_signature_tags(
        session, repository_ids, or_(stale, col(ChartVersion.has_signature).is_(False))
    )
    found = await _versions(session, col(ChartVersion.repository_id).in_(repository_ids), SIGNED, stale)
    unknown = sorted(with_tags.keys() - found.keys())
    for start in range(0, len(unknown), _IDS_MAX_COUNT):
        found |= await _versions(session, col(ChartVersion.id).in_(unknown[start : start + _IDS_MAX_COUNT]))
    newest_first = sorted(found.items(), reverse=True)
    return {version_id: (version, with_tags.get(version_id, [])) for version_id, version in newest_first}


async def _with_signature_tags(
    session: AsyncSession, repository_ids: Collection[int], condition: ColumnElement[bool]
) -> dict[int, list[str]]:
    """The tags of each version's signatures, by version id."""
    digest = "sha256:" + func.substr(SkippedTag.tag, _HEX_BEGINS, _HEX_DIGITS)
    query = (
        select(ChartVersion.id, SkippedTag.tag)
        .join(SkippedTag, col(SkippedTag.repository_id) == col(ChartVersion.repository_id))
        .where(
            col(SkippedTag.repository_id).in_(repository_ids),
            col(SkippedTag.reason) == SkipReason.SIGNATURE_OR_ATTESTATION,
            col(ChartVersion.digest) == digest,
            condition,
        )
    )
    found: dict[int, list[str]] = {}
    for version_id, tag in (await session.exec(query)).all():
        found.setdefault(version_id, []).append(tag)
    return found


async def latest_since(
    session: AsyncSession, repository_ids: Collection[int], stored_after: datetime
) -> list[SignedVersion]:
    """The latest version of each chart that was stored since then, and is not known to be signed by cosign."""
    latest = select(Chart.latest_version_id).where(col(Chart.repository_id).in_(repository_ids))
    found = await _versions(
        session,
        col(ChartVersion.id).in_(latest),
        col(ChartVersion.has_signature).is_(False),
        col(ChartVersion.stored_at) > stored_after,
    )
    return list(found.values())


async def never_examined(session: AsyncSession, chart_ids: Collection[int], limit: int) -> list[SignedVersion]:
    """Versions of these charts that were never looked at, the newest first."""
    found = await _versions(
        session,
        col(ChartVersion.chart_id).in_(chart_ids),
        col(ChartVersion.has_signature).is_(False),
        col(ChartVersion.trusted_keys).is_(None),
        limit=limit,
    )
    return list(found.values())


async def _versions(
    session: AsyncSession, *conditions: ColumnElement[bool] | Any, limit: int | None = None
) -> dict[int, SignedVersion]:
    query = (
        select(  # type: ignore[call-overload]
            ChartVersion.id,
            ChartVersion.repository_id,
            ChartRepository.name,
            ChartVersion.chart_id,
            ChartVersion.digest,
            ChartVersion.archive_digest,
            ChartVersion.has_provenance,
            ChartContent.name,
            ChartContent.version,
        )
        .join(ChartRepository, col(ChartRepository.id) == col(ChartVersion.repository_id))
        .join(ChartContent, col(ChartContent.archive_digest) == col(ChartVersion.archive_digest))
        .where(col(ChartVersion.removed_at).is_(None), col(ChartVersion.within_policy), *conditions)
        .order_by(col(ChartVersion.sort_key).desc())
        .limit(limit)
    )
    return {row[0]: SignedVersion(*row) for row in (await session.exec(query)).all()}


async def lacks_referrers(session: AsyncSession, registry: Registry, since: datetime) -> bool:
    """Whether the registry was seen since then not to list referrers."""
    query = select(AbsentReferrers.registry_id).where(
        AbsentReferrers.registry_id == registry.id,
        AbsentReferrers.host == registry.host,
        col(AbsentReferrers.seen_at) > since,
    )
    return (await session.exec(query)).first() is not None


async def remember_absent_referrers(session: AsyncSession, registry: Registry, now: datetime) -> None:
    statement = insert_for(session, AbsentReferrers)
    values = {"registry_id": registry.id, "host": registry.host, "seen_at": now}
    again = {"host": registry.host, "seen_at": now}
    await execute(session, statement.on_conflict_do_update(index_elements=["registry_id"], set_=again), [values])


def save(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """What was found of each version: its id as `version_id`, and the columns of its signatures."""
    table: Table = ChartVersion.__table__  # type: ignore[attr-defined]
    # Moved in the meantime, the version is another one, and looked at on its own.
    statement = update(table).where(table.c.id == bindparam("version_id"), table.c.digest == bindparam("of_digest"))
    columns = [name for name in rows[0] if name not in ("version_id", "of_digest")]
    execute_now(session, statement.values({name: bindparam(name) for name in columns}), rows)
