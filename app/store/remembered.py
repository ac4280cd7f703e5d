"""What one sync leaves for the next: what is to follow it."""

from sqlmodel import Field, SQLModel

from app.domain.sync_events import SyncTrigger
from app.store.columns import one_of


class FollowedSync(SQLModel):
    """Columns of the sync's own row that say what comes after it."""

    follow_up: SyncTrigger | None = Field(default=None, sa_type=one_of(SyncTrigger), index=True)
    """Why another sync of the same target follows it: what changed since it started."""
