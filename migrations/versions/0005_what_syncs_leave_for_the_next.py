"""What syncs leave for the next: what is to follow them"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("sync", sa.Column("follow_up", sa.String(64), nullable=True))
    op.create_index("ix_sync_follow_up", "sync", ["follow_up"])


def downgrade() -> None:
    op.drop_index("ix_sync_follow_up", "sync")
    op.drop_column("sync", "follow_up")
