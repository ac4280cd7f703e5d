"""Tags that failed, and when they are worth another try."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.faults import Fault
from app.domain.sync_plan import FailedTag, tried_again_after
from app.store.remembered import FailedTagRow
from app.store.session import execute_now, insert_for


async def of_repository(session: AsyncSession, repository_id: int, sync_id: int) -> dict[str, FailedTag]:
    """By tag."""
    rows = (await session.exec(select(FailedTagRow).where(FailedTagRow.repository_id == repository_id))).all()
    return {
        row.tag: FailedTag(
            row.tag, row.digest, row.code, row.message, row.tries, row.next_try_at, row.sync_id == sync_id
        )
        for row in rows
    }


def row_of(repository_id: int, fault: Fault, before: FailedTag | None, sync_id: int, now: datetime) -> dict[str, Any]:
    """Of a fault that sync `sync_id` met; `before`: how the tag failed in another one."""
    tries = 1 + (before.tries if before is not None and before.digest == fault.digest else 0)
    return {
        "repository_id": repository_id,
        "tag": fault.tag,
        "digest": fault.digest,
        "code": fault.code,
        "message": fault.message,
        "tries": tries,
        "next_try_at": now + tried_again_after(tries),
        "sync_id": sync_id,
    }


def remember(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Rows of failed_tag, in place of those of the same tags."""
    if not rows:
        return
    statement = insert_for(session, FailedTagRow)
    keys = ("repository_id", "tag")
    again = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    execute_now(session, statement.on_conflict_do_update(index_elements=keys, set_=again), rows)


def forget(session: Session, repository_id: int, tags: Collection[str]) -> None:
    """Tags that are mended, gone, or not wanted any more."""
    of_repository = delete(FailedTagRow).where(col(FailedTagRow.repository_id) == repository_id)
    session.exec(of_repository.where(col(FailedTagRow.tag).in_(tags)))
