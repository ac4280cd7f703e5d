"""What charts are found by.

Documents and rows are not filled here: `migrate` indexes whatever is not indexed, see app.store.indexing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BYTE_ORDERED = sa.String(2000).with_variant(sa.String(2000, collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)
DOCUMENTS = ("names", "topics", "summaries", "everything")


def upgrade() -> None:
    _add_columns_of_chart()
    _create_index_tables()
    op.execute("DROP TABLE chart_search")
    if op.get_bind().dialect.name == "sqlite":
        # No ranks are computed from the index, so that it needs neither positions (detail) nor sizes. A prefix
        # of one to three letters has a list of its own; longer ones are few enough words to be merged.
        op.execute(
            "CREATE VIRTUAL TABLE chart_search USING fts5(names, keywords, description, body, "
            "tokenize = 'unicode61 remove_diacritics 0', prefix = '1 2 3', detail = column, columnsize = 0)"
        )
    else:
        documents = ", ".join(f"{name} tsvector NOT NULL" for name in DOCUMENTS)
        op.execute(
            "CREATE TABLE chart_search (chart_id bigint PRIMARY KEY REFERENCES chart (id) ON DELETE CASCADE, "
            f"{documents})"
        )
        for name in DOCUMENTS:
            # Without fastupdate: every search would read the list of what is not yet in its place.
            op.execute(
                f"CREATE INDEX ix_chart_search_{name} ON chart_search USING gin ({name}) WITH (fastupdate = off)"
            )


def _add_columns_of_chart() -> None:
    op.add_column("chart", sa.Column("prerelease", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("chart", sa.Column("released_at", INSTANT, nullable=True))
    op.add_column("chart", sa.Column("name_key", BYTE_ORDERED, nullable=False, server_default=""))
    op.add_column("chart", sa.Column("kube_constraint_id", IDENTITY, nullable=True))
    op.create_index("ix_chart_name_key", "chart", ["name_key"])
    op.create_index("ix_chart_kube_constraint_id", "chart", ["kube_constraint_id"])


def _create_index_tables() -> None:
    op.create_table(
        "chart_keyword",
        sa.Column("chart_id", IDENTITY, sa.ForeignKey("chart.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("keyword", sa.String(100), primary_key=True),
    )
    op.create_index("ix_chart_keyword_keyword", "chart_keyword", ["keyword", "chart_id"])
    op.create_table(
        "chart_image",
        sa.Column("chart_id", IDENTITY, sa.ForeignKey("chart.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("repository", sa.String(512), primary_key=True),
        sa.Column("host", sa.String(512), primary_key=True),
        sa.Column("tag", sa.String(512), primary_key=True),
    )
    op.create_index("ix_chart_image_repository", "chart_image", ["repository", "chart_id"])
    op.create_table(
        "chart_dependency",
        sa.Column("chart_id", IDENTITY, sa.ForeignKey("chart.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("name", sa.String(300), primary_key=True),
    )
    op.create_index("ix_chart_dependency_name", "chart_dependency", ["name", "chart_id"])
    op.create_table(
        "kube_constraint",
        sa.Column("id", IDENTITY, primary_key=True),
        sa.Column("text", sa.String(1024), nullable=False, unique=True),
    )
    op.create_table("name_word", sa.Column("word", BYTE_ORDERED, primary_key=True))
    op.create_table(
        "name_typo",
        sa.Column("variant", BYTE_ORDERED, primary_key=True),
        sa.Column("word", BYTE_ORDERED, primary_key=True),
    )


def downgrade() -> None:
    """The search of before is there again, and empty: syncs fill it."""
    for table in ("chart_keyword", "chart_image", "chart_dependency", "kube_constraint", "name_word", "name_typo"):
        op.drop_table(table)
    op.drop_index("ix_chart_name_key", "chart")
    op.drop_index("ix_chart_kube_constraint_id", "chart")
    op.execute("DROP TABLE chart_search")
    if op.get_bind().dialect.name == "sqlite":
        # The trigger that empties it speaks of it by name; no column can be dropped while that is not there.
        op.execute(
            "CREATE VIRTUAL TABLE chart_search USING fts5(name, keywords, description, body, "
            "tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')"
        )
    else:
        op.execute(
            "CREATE TABLE chart_search (chart_id bigint PRIMARY KEY REFERENCES chart (id) ON DELETE CASCADE, "
            "body text NOT NULL, document tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX ix_chart_search_document ON chart_search USING gin (document)")
    for column in ("prerelease", "released_at", "name_key", "kube_constraint_id"):
        op.drop_column("chart", column)
