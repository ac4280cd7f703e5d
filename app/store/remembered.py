"""What one sync leaves for the next: what is to follow it, and which tags are not worth another try yet."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Column, ForeignKey, String
from sqlmodel import Field

from app.domain.faults import FaultCode
from app.domain.sync_events import SyncTrigger
from app.store.columns import Identity, belongs_to, instant, long_text, one_of
from app.store.row import Row


class FollowedSync(Row):
    """Columns of the sync's own row that say when it goes on, and what comes after it."""

    parked_until: datetime | None = instant(default=None)
    """The registry wants no requests before: nobody holds a lease, and the sync goes on by itself then."""

    follow_up: SyncTrigger | None = Field(default=None, sa_type=one_of(SyncTrigger), index=True)
    """Why another sync of the same target follows it: what changed since it started."""


class FailedTagRow(Row, table=True):
    """A digest under a tag that brought a fault no other try is likely to mend."""

    __tablename__: ClassVar[Any] = "failed_tag"

    repository_id: int = belongs_to("chart_repository", primary_key=True)
    tag: str = Field(primary_key=True, max_length=128)
    digest: str = Field(max_length=200)
    code: FaultCode = Field(sa_type=one_of(FaultCode))
    message: str = long_text()
    tries: int
    next_try_at: datetime = instant()
    sync_id: int = Field(sa_type=Identity)
    """The sync that tried it last: one that is taken up anew need not do so again."""


class AbsentReferrers(Row, table=True):
    """A registry, and the host it had, that does not list what refers to a manifest."""

    __tablename__: ClassVar[Any] = "absent_referrers"

    registry_id: int = belongs_to("registry", primary_key=True)
    host: str = Field(max_length=300)
    seen_at: datetime = instant()


class UnreferencedContent(Row, table=True):
    """The content of an archive that no version refers to, and since when that is known."""

    __tablename__: ClassVar[Any] = "unreferenced_content"

    archive_digest: str = Field(
        sa_column=Column(String(200), ForeignKey("chart_content.archive_digest", ondelete="CASCADE"), primary_key=True)
    )
    since: datetime = instant(index=True)


class Chore(Row, table=True):
    """Something that one of all workers does now and then."""

    __tablename__: ClassVar[Any] = "chore"

    name: str = Field(primary_key=True, max_length=64)
    due_at: datetime = instant()
