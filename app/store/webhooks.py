"""Rows of webhooks: the secret of each registry's address, and the pushes whose sync is still to start."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import delete, func
from sqlmodel import Field, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.sync_events import SyncState
from app.store.columns import belongs_to, instant
from app.store.entities import ChartRepository, Registry, Sync
from app.store.row import Row
from app.store.session import execute, insert_for
from app.store.syncs import UNFINISHED


class SealedWebhook(Row, table=True):
    """The secret part of the address a registry sends its notifications to, sealed as credentials are."""

    __tablename__: ClassVar[Any] = "sealed_webhook"

    registry_id: int = belongs_to("registry", primary_key=True)
    key_id: str = Field(max_length=64, index=True)
    ciphertext: bytes


class WaitingPush(Row, table=True):
    """A repository that was pushed to, as its registry told, and whose sync is still to start."""

    __tablename__: ClassVar[Any] = "waiting_push"

    repository_id: int = belongs_to("chart_repository", primary_key=True)
    pushed_at: datetime = instant()
    """When the latest of the pushes was told of; by it, whoever ends the wait knows that none came since."""
    due_at: datetime = instant(index=True)
    """When the sync is to start, counted from the first of the pushes."""


# ── Secrets ──


async def find_secrets(session: AsyncSession, registry_ids: Collection[int]) -> dict[int, SealedWebhook]:
    rows = (await session.exec(select(SealedWebhook).where(col(SealedWebhook.registry_id).in_(registry_ids)))).all()
    return {row.registry_id: row for row in rows}


async def add_secrets(session: AsyncSession, sealed: Mapping[int, tuple[str, bytes]]) -> None:
    """Key id and ciphertext by registry; where there is a secret already, it stays."""
    values = [
        {"registry_id": registry_id, "key_id": key_id, "ciphertext": ciphertext}
        for registry_id, (key_id, ciphertext) in sealed.items()
    ]
    if values:
        await execute(session, insert_for(session, SealedWebhook).on_conflict_do_nothing(), values)


async def replace_secret(session: AsyncSession, registry_id: int, key_id: str, ciphertext: bytes) -> None:
    await session.merge(SealedWebhook(registry_id=registry_id, key_id=key_id, ciphertext=ciphertext))


async def sealing_key_ids(session: AsyncSession) -> set[str]:
    return set((await session.exec(select(SealedWebhook.key_id).distinct())).all())


async def secrets_not_sealed_with(session: AsyncSession, key_id: str, limit: int) -> list[SealedWebhook]:
    """Locked until the unit of work ends."""
    query = select(SealedWebhook).where(SealedWebhook.key_id != key_id).limit(limit).with_for_update()
    return list((await session.exec(query)).all())


# ── Pushes ──


async def note_pushes(
    session: AsyncSession, registry_id: int, names: Collection[str], now: datetime, due_at: datetime
) -> int:
    """Of the repositories that syncs look at; how many of the names those are. A push that waits already keeps its
    `due_at`."""
    query = (
        select(ChartRepository.id)
        .join(Registry, col(Registry.id) == col(ChartRepository.registry_id))
        .where(
            Registry.id == registry_id,
            col(Registry.use_as_chart_repository),
            col(ChartRepository.enabled),
            col(ChartRepository.name).in_(names),
        )
        .order_by(col(ChartRepository.id))  # two notifications that name the same ones lock them in one order
    )
    ids = (await session.exec(query)).all()
    if ids:
        statement = insert_for(session, WaitingPush)
        statement = statement.on_conflict_do_update(index_elements=["repository_id"], set_={"pushed_at": now})
        values = [{"repository_id": repository_id, "pushed_at": now, "due_at": due_at} for repository_id in ids]
        await execute(session, statement, values)
    return len(ids)


async def due_pushes(
    session: AsyncSession, now: datetime, unfinished_max: int, limit: int
) -> list[tuple[WaitingPush, int]]:
    """With their registries' ids, longest due first.

    Without repositories that a sync runs for, for it may have passed the push already, and without registries
    that have `unfinished_max` unfinished syncs: theirs run one after the other.
    """
    running = (
        select(Sync.id)
        .where(Sync.repository_id == WaitingPush.repository_id, Sync.state == SyncState.RUNNING)
        .correlate(WaitingPush)
        .exists()
    )
    unfinished = (
        select(func.count())
        .select_from(Sync)
        .where(Sync.registry_id == ChartRepository.registry_id, col(Sync.state).in_(UNFINISHED))
        .correlate(ChartRepository)
        .scalar_subquery()
    )
    query = (
        select(WaitingPush, ChartRepository.registry_id)
        .join(ChartRepository, col(ChartRepository.id) == col(WaitingPush.repository_id))
        .where(WaitingPush.due_at <= now, ~running, unfinished < unfinished_max)
        .order_by(col(WaitingPush.due_at), col(WaitingPush.repository_id))
        .limit(limit)
    )
    return [(push, registry_id) for push, registry_id in (await session.exec(query)).all()]


async def end_wait(session: AsyncSession, push: WaitingPush) -> bool:
    """False where another push of the repository came since `push` was read: that one goes on waiting."""
    ended = await execute(
        session,
        delete(WaitingPush).where(
            col(WaitingPush.repository_id) == push.repository_id, col(WaitingPush.pushed_at) == push.pushed_at
        ),
    )
    return ended.rowcount == 1
