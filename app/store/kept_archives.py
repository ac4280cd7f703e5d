"""Which archives the rows speak of, and which nothing speaks of any more."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Integer, SelectBase, String, delete, exists, insert, literal, tuple_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.columns import Instant
from app.store.driver_rows import DriverRows, read_rows
from app.store.entities import ChartContent, ChartRepository, ChartVersion
from app.store.prepared import among, given
from app.store.remembered import Chore, UnreferencedContent
from app.store.session import execute, insert_for


async def in_lots(session: AsyncSession, registry_id: int, versions: int) -> list[list[int]]:
    """The ids of a registry's repositories, in order: in each lot so many shown versions at most, or one repository."""
    query = (
        select(ChartRepository.id, ChartRepository.version_count)
        .where(ChartRepository.registry_id == registry_id)
        .order_by(col(ChartRepository.id))
    )
    lots: list[list[int]] = []
    left = 0
    for repository_id, version_count in (await session.exec(query)).all():
        counted = max(1, version_count)
        if counted > left:
            lots.append([])
            left = versions
        lots[-1].append(repository_id)
        left -= counted
    return lots


_SHOWN_BEHIND: Final[SelectBase] = (
    select(ChartVersion.repository_id, ChartVersion.tag, ChartVersion.archive_digest)
    .where(
        among(ChartVersion.repository_id, "repositories"),
        tuple_(ChartVersion.repository_id, ChartVersion.tag)
        > tuple_(given("behind_repository", Integer()), given("behind_tag", String())),
        col(ChartVersion.removed_at).is_(None),
        col(ChartVersion.within_policy),
    )
    .order_by(col(ChartVersion.repository_id), col(ChartVersion.tag))
    .limit(given("rows", Integer()))
)


async def shown_after(
    reader: DriverRows, repository_ids: Collection[int], after: tuple[int, str], limit: int
) -> list[Sequence[Any]]:
    """Repository id, tag and archive digest of versions that are shown, in order, behind a repository id and tag."""
    asked = {"repositories": repository_ids, "behind_repository": after[0], "behind_tag": after[1], "rows": limit}
    return await read_rows(reader, _SHOWN_BEHIND, asked)


async def tags_of(session: AsyncSession, registry_id: int, digests: Collection[str]) -> list[tuple[int, str]]:
    """Repository id and tag of the registry's versions whose archives these are."""
    query = (
        select(ChartVersion.repository_id, ChartVersion.tag)
        .join(ChartRepository, col(ChartRepository.id) == col(ChartVersion.repository_id))
        .where(ChartRepository.registry_id == registry_id, col(ChartVersion.archive_digest).in_(digests))
    )
    return list((await session.exec(query)).all())


# ── What nothing refers to any more ──


async def mark_unreferenced(session: AsyncSession, now: datetime) -> None:
    """Notes contents that no version refers to, and forgets those that one refers to again."""
    referring = select(ChartVersion.id).where(ChartVersion.archive_digest == UnreferencedContent.archive_digest)
    await session.exec(delete(UnreferencedContent).where(exists(referring)))
    of_content = select(ChartVersion.id).where(ChartVersion.archive_digest == ChartContent.archive_digest)
    noted = select(UnreferencedContent.archive_digest)
    unreferenced = select(ChartContent.archive_digest, literal(now, Instant())).where(
        ~exists(of_content), col(ChartContent.archive_digest).not_in(noted)
    )
    await session.exec(insert(UnreferencedContent).from_select(["archive_digest", "since"], unreferenced))


async def forget_unreferenced(session: AsyncSession, since_before: datetime) -> int:
    """Deletes contents that nothing has referred to since then; how many."""
    noted = select(UnreferencedContent.archive_digest).where(col(UnreferencedContent.since) < since_before)
    referring = select(ChartVersion.id).where(ChartVersion.archive_digest == ChartContent.archive_digest)
    statement = delete(ChartContent).where(col(ChartContent.archive_digest).in_(noted), ~exists(referring))
    return (await execute(session, statement.execution_options(synchronize_session=False))).rowcount


async def known_contents(session: AsyncSession, digests: Collection[str]) -> set[str]:
    query = select(ChartContent.archive_digest).where(col(ChartContent.archive_digest).in_(digests))
    return set((await session.exec(query)).all())


async def take_chore(session: AsyncSession, name: str, now: datetime, next_at: datetime) -> bool:
    """Whether it is due, and this worker the one that does it: then it is due again at `next_at`."""
    first = insert_for(session, Chore).on_conflict_do_nothing(index_elements=["name"])
    await execute(session, first, [{"name": name, "due_at": now}])
    taken = update(Chore).where(col(Chore.name) == name, col(Chore.due_at) <= now).values(due_at=next_at)
    return (await execute(session, taken)).rowcount == 1
