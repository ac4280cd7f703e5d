"""Webhooks: the secrets of their addresses, and the pushes whose sync is still to start."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sealed_webhook",
        sa.Column("registry_id", IDENTITY, sa.ForeignKey("registry.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_sealed_webhook_key_id", "sealed_webhook", ["key_id"])
    op.create_table(
        "waiting_push",
        sa.Column(
            "repository_id", IDENTITY, sa.ForeignKey("chart_repository.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("pushed_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
    )
    op.create_index("ix_waiting_push_due_at", "waiting_push", ["due_at"])


def downgrade() -> None:
    op.drop_table("waiting_push")
    op.drop_table("sealed_webhook")
