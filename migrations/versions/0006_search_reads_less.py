"""Search reads less: what names are ranked by stands in their index, and rows of documents are short."""

from alembic import op

revision = "0006"
down_revision = "0005"

RANKED_BY = ["name_key", "id", "latest_version_id", "prerelease", "deprecated", "released_at"]


def upgrade() -> None:
    op.drop_index("ix_chart_name_key", "chart")
    op.create_index("ix_chart_name_key", "chart", RANKED_BY)
    if op.get_bind().dialect.name == "postgresql":
        # Hits are found by the indexes; of the rows only the ids are read, so that documents had better stand aside.
        op.execute("ALTER TABLE chart_search SET (toast_tuple_target = 128)")
        op.execute("CLUSTER chart_search USING chart_search_pkey")


def downgrade() -> None:
    op.drop_index("ix_chart_name_key", "chart")
    op.create_index("ix_chart_name_key", "chart", ["name_key"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE chart_search RESET (toast_tuple_target)")
