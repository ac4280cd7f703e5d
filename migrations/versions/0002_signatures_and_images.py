"""Signatures of versions; images and changes of what they hold"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

JSON = sa.JSON().with_variant(JSONB, "postgresql")


def upgrade() -> None:
    op.add_column("chart_content", sa.Column("images", JSON, nullable=False, server_default="[]"))
    op.add_column("chart_content", sa.Column("changes", JSON, nullable=False, server_default="[]"))
    for column in (
        sa.Column("has_signature", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("verification", sa.String(64), nullable=False, server_default="UNSIGNED"),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("verification_message", sa.Text(), nullable=True),
        sa.Column("trusted_keys", sa.String(64), nullable=True),
    ):
        op.add_column("chart_version", column)
    signed = sa.text("has_provenance OR has_signature")
    op.create_index(
        "ix_chart_version_signed", "chart_version", ["repository_id"], sqlite_where=signed, postgresql_where=signed
    )
    op.execute("UPDATE chart_version SET verification = 'UNVERIFIED' WHERE has_provenance")


def downgrade() -> None:
    op.drop_index("ix_chart_version_signed", "chart_version")
    for column in ("trusted_keys", "verification_message", "signed_by", "verification", "has_signature"):
        op.drop_column("chart_version", column)
    for column in ("changes", "images"):
        op.drop_column("chart_content", column)
