"""What syncs leave for the next: when they go on, what is to follow them, and which tags failed"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("sync", sa.Column("parked_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sync", sa.Column("follow_up", sa.String(64), nullable=True))
    op.create_index("ix_sync_follow_up", "sync", ["follow_up"])
    op.create_table(
        "failed_tag",
        sa.Column(
            "repository_id", IDENTITY, sa.ForeignKey("chart_repository.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("tag", sa.String(128), primary_key=True),
        sa.Column("digest", sa.String(200), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sync_id", IDENTITY, nullable=False),
    )
    op.create_table(
        "absent_referrers",
        sa.Column("registry_id", IDENTITY, sa.ForeignKey("registry.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("host", sa.String(300), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "unreferenced_content",
        sa.Column(
            "archive_digest",
            sa.String(200),
            sa.ForeignKey("chart_content.archive_digest", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_unreferenced_content_since", "unreferenced_content", ["since"])
    op.create_table(
        "chore",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("chore")
    op.drop_table("unreferenced_content")
    op.drop_table("absent_referrers")
    op.drop_table("failed_tag")
    op.drop_index("ix_sync_follow_up", "sync")
    op.drop_column("sync", "follow_up")
    op.drop_column("sync", "parked_until")
