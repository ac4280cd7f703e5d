"""Tags that failed, and when they are worth another try."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlmodel import Session, SQLModel

from app.domain.faults import Fault
from app.domain.sync_plan import FailedTag, tried_again_after
from app.store.columns import Identity
from app.store.driver_rows import DriverRows, read_rows
from app.store.many_rows import ManyRows
from app.store.prepared import among, given
from app.store.remembered import FailedTagRow
from app.store.session import execute_now

FAILED_ROWS = ManyRows(FailedTagRow, keys=["repository_id", "tag"], keeping=[])
_failed = SQLModel.metadata.tables[str(FailedTagRow.__tablename__)]
_OF_REPOSITORY = select(
    _failed.c.tag,
    _failed.c.digest,
    _failed.c.code,
    _failed.c.message,
    _failed.c.tries,
    _failed.c.next_try_at,
    _failed.c.sync_id,
).where(_failed.c.repository_id == given("repository_id", Identity))
_FORGOTTEN = delete(_failed).where(_failed.c.repository_id == bindparam("repository_id"), among(_failed.c.tag, "tags"))


async def of_repository(reader: DriverRows, repository_id: int, sync_id: int) -> dict[str, FailedTag]:
    """By tag."""
    rows = await read_rows(reader, _OF_REPOSITORY, {"repository_id": repository_id})
    return {
        tag: FailedTag(tag, digest, code, message, tries, next_try_at, failed_in == sync_id)
        for tag, digest, code, message, tries, next_try_at, failed_in in rows
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
    FAILED_ROWS.write(session, rows)


def forget(session: Session, repository_id: int, tags: Collection[str]) -> None:
    """Tags that are mended, gone, or not wanted any more."""
    execute_now(session, _FORGOTTEN, {"repository_id": repository_id, "tags": tags})
