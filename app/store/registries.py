"""Rows of registries, of their credentials and of their repositories."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.entities import ChartRepository, Provider, Registry, SealedCredential, SkippedTag, Sync
from app.store.keyset import Order, Page, fetch_page
from app.store.prepared import among
from app.store.shown_rows import Reader, ShownRows

REGISTRIES, REPOSITORIES = ShownRows(Registry), ShownRows(ChartRepository)
_REGISTRIES_BY_ID = REGISTRIES.statement.where(among(col(Registry.id), "ids"))
LIKE_ESCAPE = "/"
LIKE_SPECIAL, LIKE_ESCAPED = re.compile("[%_/]"), LIKE_ESCAPE + r"\g<0>"


async def find(session: AsyncSession, registry_id: int) -> Registry | None:
    return await session.get(Registry, registry_id)


async def find_to_change(session: AsyncSession, registry_id: int) -> Registry | None:
    """As it is now, and nobody else changes it or its syncs before this unit of work is done."""
    await _hold(session, [registry_id])
    return await session.get(Registry, registry_id, populate_existing=True)


async def find_by_name(session: AsyncSession, name: str) -> Registry | None:
    return (await session.exec(select(Registry).where(Registry.name == name))).first()


async def find_many(reader: Reader, ids: Collection[int]) -> dict[int, Registry]:
    return {row.id: row for row in await REGISTRIES.read(reader, _REGISTRIES_BY_ID, {"ids": list(ids)})}


def _matching(
    search: str | None, providers: Collection[Provider] | None, use_as_chart_repository: bool | None
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if search:
        # Both sides are lowered by the database: SQLite knows the case of ASCII letters only.
        pattern = func.lower(f"%{LIKE_SPECIAL.sub(LIKE_ESCAPED, search)}%")
        conditions.append(
            or_(
                func.lower(Registry.name).like(pattern, escape=LIKE_ESCAPE),
                func.lower(Registry.host).like(pattern, escape=LIKE_ESCAPE),
            )
        )
    if providers is not None:
        conditions.append(col(Registry.provider).in_(providers))
    if use_as_chart_repository is not None:
        conditions.append(col(Registry.use_as_chart_repository) == use_as_chart_repository)
    return conditions


REGISTRY_ORDER = (Order(col(Registry.name)), Order(col(Registry.id)))


async def page(
    session: AsyncSession,
    first: int,
    after: Sequence[Any] | None,
    *,
    search: str | None = None,
    providers: Collection[Provider] | None = None,
    use_as_chart_repository: bool | None = None,
) -> Page[Registry]:
    """Registries by name. Keys of the cursor: name, id."""
    query = select(Registry).where(*_matching(search, providers, use_as_chart_repository))
    return await fetch_page(session, query, REGISTRY_ORDER, first, after)


async def count(
    session: AsyncSession,
    *,
    search: str | None = None,
    providers: Collection[Provider] | None = None,
    use_as_chart_repository: bool | None = None,
) -> int:
    query = select(func.count()).select_from(Registry).where(*_matching(search, providers, use_as_chart_repository))
    return (await session.exec(query)).one()


async def delete_registry(session: AsyncSession, registry_id: int) -> None:
    """Takes its credentials, repositories, charts and syncs along, by their foreign keys."""
    await _hold(session, [registry_id])
    await session.exec(delete(Registry).where(col(Registry.id) == registry_id))


async def _hold(session: AsyncSession, registry_ids: Collection[int]) -> None:
    """Locks registries and their syncs, once what these are writing is written.

    A sync locks its own row before any other; whoever changes what it writes must do the same, or both wait for each
    other. So a sync that was started between the two locks is waited for with neither of them held.
    """
    of_syncs = select(Sync.id).where(col(Sync.registry_id).in_(registry_ids)).order_by(col(Sync.id))
    of_registries = select(Registry.id).where(col(Registry.id).in_(registry_ids)).order_by(col(Registry.id))
    while True:
        async with session.begin_nested() as locks:
            held = set((await session.exec(of_syncs.with_for_update())).all())
            await session.exec(of_registries.with_for_update())
            if held.issuperset((await session.exec(of_syncs)).all()):
                return
            await locks.rollback()


async def due_for_sync(session: AsyncSession, now: datetime) -> list[Registry]:
    query = select(Registry).where(col(Registry.use_as_chart_repository), col(Registry.next_sync_at) <= now)
    return list((await session.exec(query)).all())


# ── Credentials ──


async def seal_credential(session: AsyncSession, registry_id: int, key_id: str, ciphertext: bytes) -> None:
    """Puts the credential in place of the one before."""
    await session.merge(SealedCredential(registry_id=registry_id, key_id=key_id, ciphertext=ciphertext))


async def forget_credential(session: AsyncSession, registry_id: int) -> None:
    await session.exec(delete(SealedCredential).where(col(SealedCredential.registry_id) == registry_id))


async def find_credential(session: AsyncSession, registry_id: int) -> SealedCredential | None:
    return await session.get(SealedCredential, registry_id)


async def sealing_key_ids(session: AsyncSession) -> set[str]:
    return set((await session.exec(select(SealedCredential.key_id).distinct())).all())


async def credentials_not_sealed_with(session: AsyncSession, key_id: str, limit: int) -> list[SealedCredential]:
    """Locked until the unit of work ends: whoever enters a new credential meanwhile waits, and is not overwritten."""
    query = select(SealedCredential).where(SealedCredential.key_id != key_id).limit(limit).with_for_update()
    return list((await session.exec(query)).all())


# ── Repositories ──


async def find_repository(session: AsyncSession, repository_id: int) -> ChartRepository | None:
    return await session.get(ChartRepository, repository_id)


async def find_repositories(session: AsyncSession, ids: Collection[int]) -> dict[int, ChartRepository]:
    rows = (await session.exec(select(ChartRepository).where(col(ChartRepository.id).in_(ids)))).all()
    return {row.id: row for row in rows}


async def find_repository_by_name(session: AsyncSession, registry_name: str, repository: str) -> ChartRepository | None:
    query = (
        select(ChartRepository)
        .join(Registry, col(Registry.id) == col(ChartRepository.registry_id))
        .where(Registry.name == registry_name, ChartRepository.name == repository)
    )
    return (await session.exec(query)).first()


async def find_repositories_by_name(
    session: AsyncSession, registry_id: int, names: Collection[str]
) -> list[ChartRepository]:
    """Those of the names that exist, by name."""
    query = (
        select(ChartRepository)
        .where(ChartRepository.registry_id == registry_id, col(ChartRepository.name).in_(names))
        .order_by(col(ChartRepository.name))
    )
    return list((await session.exec(query)).all())


async def repository_names(session: AsyncSession, registry_id: int) -> set[str]:
    query = select(ChartRepository.name).where(ChartRepository.registry_id == registry_id)
    return set((await session.exec(query)).all())


async def repositories_to_sync(
    session: AsyncSession, registry_id: int, repository_id: int | None
) -> list[ChartRepository]:
    """The enabled repositories of a registry by name, or the one that a sync is for."""
    query = select(ChartRepository).where(ChartRepository.registry_id == registry_id)
    if repository_id is not None:
        query = query.where(ChartRepository.id == repository_id)
    else:
        query = query.where(col(ChartRepository.enabled))
    return list((await session.exec(query.order_by(col(ChartRepository.name)))).all())


async def count_repositories(session: AsyncSession, registry_ids: Collection[int]) -> dict[int, int]:
    query = (
        select(ChartRepository.registry_id, func.count())
        .where(col(ChartRepository.registry_id).in_(registry_ids))
        .group_by(col(ChartRepository.registry_id))
    )
    return dict((await session.exec(query)).all())


async def delete_repositories(session: AsyncSession, ids: Collection[int]) -> None:
    theirs = select(ChartRepository.registry_id).where(col(ChartRepository.id).in_(ids)).distinct()
    await _hold(session, (await session.exec(theirs)).all())
    await session.exec(delete(ChartRepository).where(col(ChartRepository.id).in_(ids)))


async def set_next_sync(session: AsyncSession, registry_id: int, at: datetime | None) -> None:
    await session.exec(update(Registry).where(col(Registry.id) == registry_id).values(next_sync_at=at))


async def skipped_tags(session: AsyncSession, repository_ids: Collection[int]) -> dict[int, list[SkippedTag]]:
    """By repository; tags in their own order."""
    query = (
        select(SkippedTag)
        .where(col(SkippedTag.repository_id).in_(repository_ids))
        .order_by(col(SkippedTag.repository_id), col(SkippedTag.tag))
    )
    found: dict[int, list[SkippedTag]] = {repository_id: [] for repository_id in repository_ids}
    for row in (await session.exec(query)).all():
        found[row.repository_id].append(row)
    return found
