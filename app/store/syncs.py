"""Rows of syncs: who runs them, how far they are, what happened and what failed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, or_, update
from sqlmodel import Session, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.faults import Fault
from app.domain.sync_events import Progress, SyncState, SyncTrigger
from app.store.columns import Identity
from app.store.entities import Registry, Sync, SyncEvent, SyncFault, SyncRepository
from app.store.keyset import Order, Page, fetch_page
from app.store.many_rows import ManyRows
from app.store.session import execute, execute_now
from app.store.shown_rows import Reader, ShownRows

UNFINISHED = (SyncState.QUEUED, SyncState.RUNNING)
EVENT_ROWS = ManyRows(SyncEvent)
REPOSITORY_ROWS = ManyRows(SyncRepository, keys=["sync_id", "repository_id"], keeping=[])


async def find(session: AsyncSession, sync_id: int) -> Sync | None:
    return await session.get(Sync, sync_id)


async def find_unfinished(session: AsyncSession, registry_id: int, repository_id: int | None) -> Sync | None:
    """The queued or running one for just this target."""
    query = select(Sync).where(
        Sync.registry_id == registry_id,
        col(Sync.repository_id) == repository_id if repository_id is not None else col(Sync.repository_id).is_(None),
        col(Sync.state).in_(UNFINISHED),
    )
    return (await session.exec(query)).first()


async def find_to_change(session: AsyncSession, sync_id: int) -> Sync | None:
    """Nobody else changes it before this unit of work is done."""
    return (await session.exec(select(Sync).where(Sync.id == sync_id).with_for_update())).first()


async def follow_running(session: AsyncSession, sync_id: int, why: SyncTrigger) -> bool:
    """Has another sync follow this one; False where it is finished already."""
    running = update(Sync).where(col(Sync.id) == sync_id, col(Sync.state).in_(UNFINISHED))
    return (await execute(session, running.values(follow_up=why))).rowcount == 1


async def to_be_followed(session: AsyncSession) -> list[Sync]:
    """Finished syncs that another one is to follow. Oldest first."""
    query = select(Sync).where(col(Sync.follow_up).is_not(None), col(Sync.state).not_in(UNFINISHED))
    return list((await session.exec(query.order_by(col(Sync.id)))).all())


async def followed(session: AsyncSession, sync_id: int) -> None:
    await session.exec(update(Sync).where(col(Sync.id) == sync_id).values(follow_up=None))


async def unfinished_of(session: AsyncSession, registry_id: int) -> list[Sync]:
    query = select(Sync).where(Sync.registry_id == registry_id, col(Sync.state).in_(UNFINISHED))
    return list((await session.exec(query)).all())


LATEST_FIRST = (Order(col(Sync.id), descending=True),)


async def page(session: AsyncSession, first: int, after: Sequence[Any] | None, registry_id: int | None) -> Page[Sync]:
    """Syncs, latest first. Key of the cursor: id."""
    query = select(Sync)
    if registry_id is not None:
        query = query.where(Sync.registry_id == registry_id)
    return await fetch_page(session, query, LATEST_FIRST, first, after)


async def count(session: AsyncSession, registry_id: int | None) -> int:
    query = select(func.count()).select_from(Sync)
    if registry_id is not None:
        query = query.where(Sync.registry_id == registry_id)
    return (await session.exec(query)).one()


async def last_of(session: AsyncSession, registry_ids: Collection[int]) -> dict[int, Sync]:
    """The latest sync of each registry."""
    latest = select(func.max(Sync.id)).where(col(Sync.registry_id).in_(registry_ids)).group_by(col(Sync.registry_id))
    rows = (await session.exec(select(Sync).where(col(Sync.id).in_(latest)))).all()
    return {row.registry_id: row for row in rows}


async def active(session: AsyncSession, registry_id: int | None) -> list[Sync]:
    """Queued and running syncs."""
    query = select(Sync).where(col(Sync.state).in_(UNFINISHED))
    if registry_id is not None:
        query = query.where(Sync.registry_id == registry_id)
    return list((await session.exec(query)).all())


async def finished_since(session: AsyncSession, registry_id: int | None, at: datetime) -> list[Sync]:
    """Syncs that finished after `at`."""
    query = select(Sync).where(col(Sync.finished_at) > at)
    if registry_id is not None:
        query = query.where(Sync.registry_id == registry_id)
    return list((await session.exec(query)).all())


async def find_many(session: AsyncSession, ids: Collection[int]) -> dict[int, Sync]:
    rows = (await session.exec(select(Sync).where(col(Sync.id).in_(ids)))).all()
    return {row.id: row for row in rows}


# ── Events and faults ──


EVENTS = ShownRows(SyncEvent)
_EVENTS_AFTER = (
    EVENTS.statement.where(
        col(SyncEvent.sync_id) == bindparam("sync_id"), col(SyncEvent.sequence) > bindparam("sequence")
    )
    .order_by(col(SyncEvent.sequence))
    .limit(bindparam("at_most", type_=Identity))
)


async def events_after(reader: Reader, sync_id: int, sequence: int, limit: int) -> list[SyncEvent]:
    """Events with a higher sequence, in order. To be shown."""
    return await EVENTS.read(reader, _EVENTS_AFTER, {"sync_id": sync_id, "sequence": sequence, "at_most": limit})


def append_events(session: Session, events: Sequence[dict[str, Any]]) -> None:
    """Rows of sync_event, in order."""
    EVENT_ROWS.write(session, events)


def append_faults(session: Session, sync_id: int, faults: Sequence[Fault]) -> None:
    rows = [
        {
            "sync_id": sync_id,
            "code": fault.code,
            "message": fault.message,
            "temporary": fault.temporary,
            "repository": fault.repository,
            "tag": fault.tag,
            "digest": fault.digest,
        }
        for fault in faults
    ]
    if rows:
        execute_now(session, insert(SyncFault), rows)


def forget_faults(session: Session, sync_id: int, repository: str) -> None:
    """Of a repository that is looked at anew, in the same sync."""
    session.exec(delete(SyncFault).where(col(SyncFault.sync_id) == sync_id, col(SyncFault.repository) == repository))


async def count_faults(session: AsyncSession, sync_ids: Collection[int]) -> dict[int, int]:
    query = (
        select(SyncFault.sync_id, func.count())
        .where(col(SyncFault.sync_id).in_(sync_ids))
        .group_by(col(SyncFault.sync_id))
    )
    return dict((await session.exec(query)).all())


# ── Leases: who runs a sync ──


def _run_by_nobody(now: datetime) -> ColumnElement[bool]:
    parked = and_(
        col(Sync.parked_until).is_not(None), col(Sync.parked_until) > now, col(Sync.cancel_requested_at).is_(None)
    )
    left = and_(col(Sync.state) == SyncState.RUNNING, col(Sync.lease_until) < now, ~parked)
    return or_(col(Sync.state) == SyncState.QUEUED, left)


async def claimable(session: AsyncSession, now: datetime) -> list[Sync]:
    """Unfinished syncs that nobody runs: queued ones, and running ones whose lease or parking ended. Oldest first."""
    query = select(Sync).where(_run_by_nobody(now)).order_by(col(Sync.id))
    return list((await session.exec(query)).all())


async def leased_to_others(session: AsyncSession, now: datetime, owner: str) -> list[Sync]:
    """Running syncs with a lease that has not ended, held by another worker than `owner`."""
    query = select(Sync).where(Sync.state == SyncState.RUNNING, col(Sync.lease_until) >= now, Sync.lease_owner != owner)
    return list((await session.exec(query)).all())


async def claim(session: AsyncSession, sync_id: int, owner: str, now: datetime, until: datetime) -> Sync | None:
    """Takes a sync up, or None where it is finished, run by somebody, or another of its registry runs.

    Only one sync of a registry runs at a time, so that a repository has one writer.
    """
    other = (
        select(Sync.id)
        .where(
            Sync.state == SyncState.RUNNING,
            col(Sync.lease_until) >= now,
            Sync.id != sync_id,
            col(Sync.registry_id) == select(Sync.registry_id).where(Sync.id == sync_id).scalar_subquery(),
        )
        .limit(1)
    )
    # The sync before its registry, as everybody locks them.
    await session.exec(select(Sync.id).where(Sync.id == sync_id).with_for_update())
    # Locking the registry's row makes two workers that claim two of its syncs wait for each other.
    lock = (
        select(Registry.id)
        .where(col(Registry.id) == select(Sync.registry_id).where(Sync.id == sync_id).scalar_subquery())
        .with_for_update()
    )
    await session.exec(lock)
    if (await session.exec(other)).first() is not None:
        return None
    taken = await execute(
        session,
        update(Sync)
        .where(
            col(Sync.id) == sync_id,
            _run_by_nobody(now),
        )
        .values(
            state=SyncState.RUNNING,
            lease_owner=owner,
            lease_until=until,
            attempt=Sync.attempt + 1,
            parked_until=None,
            started_at=func.coalesce(Sync.started_at, now),
        ),
    )
    if taken.rowcount == 0:
        return None
    return (await session.exec(select(Sync).where(Sync.id == sync_id).execution_options(populate_existing=True))).one()


async def end_leases(session: AsyncSession, sync_ids: Collection[int], at: datetime) -> None:
    """Of workers that are known to be dead, or that give their syncs back."""
    await session.exec(update(Sync).where(col(Sync.id).in_(sync_ids)).values(lease_until=at))


def save(
    session: Session,
    sync_id: int,
    attempt: int,
    progress: Progress,
    **values: Any,
) -> bool:
    """Writes how far a sync is; False where this attempt lost its lease to another: nothing may be written."""
    written = execute_now(
        session,
        update(Sync)
        .where(col(Sync.id) == sync_id, col(Sync.attempt) == attempt, col(Sync.state) == SyncState.RUNNING)
        .values(**progress.as_dict(), **values),
    )
    return written.rowcount == 1


async def cancel_requested(session: AsyncSession, sync_ids: Collection[int]) -> set[int]:
    query = select(Sync.id).where(col(Sync.id).in_(sync_ids), col(Sync.cancel_requested_at).is_not(None))
    return set((await session.exec(query)).all())


async def repositories_of(session: AsyncSession, sync_id: int) -> dict[int, SyncRepository]:
    rows = (await session.exec(select(SyncRepository).where(SyncRepository.sync_id == sync_id))).all()
    return {row.repository_id: row for row in rows}


def save_repositories(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of sync_repository: how a sync fares with repositories, in place of what was written before."""
    REPOSITORY_ROWS.write(session, rows)


async def delete_old(session: AsyncSession, registry_id: int, retained: int) -> None:
    """Finished syncs of a registry beyond the latest `retained`, with their events and faults."""
    kept = (
        select(Sync.id).where(Sync.registry_id == registry_id).order_by(col(Sync.id).desc()).limit(retained).subquery()
    )
    old = (
        select(Sync.id)
        .where(
            col(Sync.registry_id) == registry_id,
            col(Sync.state).not_in(UNFINISHED),
            col(Sync.id).not_in(select(kept.c.id)),
        )
        .order_by(col(Sync.id))
        .with_for_update()
    )
    # In the order in which everybody locks them.
    await session.exec(delete(Sync).where(col(Sync.id).in_((await session.exec(old)).all())))
