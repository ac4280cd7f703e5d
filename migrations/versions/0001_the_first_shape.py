"""The first shape"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB, "postgresql")
INSTANT = sa.DateTime(timezone=True)
BYTE_ORDERED = sa.String(2000).with_variant(sa.String(2000, collation="C"), "postgresql")
UNFINISHED = sa.text("state IN ('QUEUED', 'RUNNING')")


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("prefix", sa.String(20), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("last_used_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret_hash"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(300), nullable=False),
        sa.Column("action", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(500), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "chart_content",
        sa.Column("archive_digest", sa.String(200), nullable=False),
        sa.Column("archive_bytes", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("version", sa.String(256), nullable=False),
        sa.Column("api_version", sa.String(20), nullable=False),
        sa.Column("app_version", sa.Text(), nullable=True),
        sa.Column("type", sa.String(20), nullable=False),
        sa.Column("kube_version", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("home", sa.Text(), nullable=True),
        sa.Column("icon", sa.Text(), nullable=True),
        sa.Column("deprecated", sa.Boolean(), nullable=False),
        sa.Column("sources", JSON, nullable=False),
        sa.Column("keywords", JSON, nullable=False),
        sa.Column("maintainers", JSON, nullable=False),
        sa.Column("annotations", JSON, nullable=False),
        sa.Column("dependencies", JSON, nullable=False),
        sa.Column("chart_yaml", sa.Text(), nullable=False),
        sa.Column("readme_markdown", sa.Text(), nullable=True),
        sa.Column("readme_html", sa.Text(), nullable=True),
        sa.Column("values_yaml", sa.Text(), nullable=True),
        sa.Column("values_schema", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("files", JSON, nullable=False),
        sa.PrimaryKeyConstraint("archive_digest"),
    )
    op.create_table(
        "registry",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("host", sa.String(300), nullable=False),
        sa.Column("visibility", sa.String(64), nullable=False),
        sa.Column("authentication", sa.String(64), nullable=False),
        sa.Column("username", sa.String(2000), nullable=True),
        sa.Column("sign_in", JSON, nullable=False),
        sa.Column("connection_security", sa.String(64), nullable=False),
        sa.Column("ca_certificate", sa.Text(), nullable=True),
        sa.Column("use_as_chart_repository", sa.Boolean(), nullable=False),
        sa.Column("sync_interval_seconds", sa.Integer(), nullable=True),
        sa.Column("version_constraint", sa.String(1024), nullable=True),
        sa.Column("versions_kept", sa.Integer(), nullable=True),
        sa.Column("next_sync_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_registry_next_sync_at", "registry", ["next_sync_at"], unique=False)

    op.create_table(
        "chart_repository",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("registry_id", IDENTITY, nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("last_error", JSON, nullable=True),
        sa.Column("last_synced_at", INSTANT, nullable=True),
        sa.Column("last_sync_id", IDENTITY, nullable=True),
        sa.Column("version_count", sa.Integer(), nullable=False),
        sa.Column("listed_empty", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["registry_id"], ["registry.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("registry_id", "name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sealed_credential",
        sa.Column("registry_id", IDENTITY, nullable=False),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["registry_id"], ["registry.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("registry_id"),
    )
    op.create_index("ix_sealed_credential_key_id", "sealed_credential", ["key_id"], unique=False)

    op.create_table(
        "chart",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("repository_id", IDENTITY, nullable=False),
        sa.Column("registry_id", IDENTITY, nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("icon", sa.Text(), nullable=True),
        sa.Column("home", sa.Text(), nullable=True),
        sa.Column("sources", JSON, nullable=False),
        sa.Column("keywords", JSON, nullable=False),
        sa.Column("maintainers", JSON, nullable=False),
        sa.Column("type", sa.String(20), nullable=False),
        sa.Column("deprecated", sa.Boolean(), nullable=False),
        sa.Column("latest_version_id", IDENTITY, nullable=True),
        sa.Column("latest_prerelease_id", IDENTITY, nullable=True),
        sa.Column("version_count", sa.Integer(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["registry_id"], ["registry.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["repository_id"], ["chart_repository.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("repository_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_chart_name", "chart", ["name"], unique=False)
    op.create_index("ix_chart_registry_id", "chart", ["registry_id"], unique=False)
    op.create_index("ix_chart_updated_at", "chart", ["updated_at"], unique=False)

    op.create_table(
        "digest_sighting",
        sa.Column("repository_id", IDENTITY, nullable=False),
        sa.Column("tag", sa.String(128), nullable=False),
        sa.Column("digest", sa.String(200), nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["repository_id"], ["chart_repository.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repository_id", "tag", "digest"),
    )
    op.create_table(
        "skipped_tag",
        sa.Column("repository_id", IDENTITY, nullable=False),
        sa.Column("tag", sa.String(300), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(["repository_id"], ["chart_repository.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repository_id", "tag"),
    )
    op.create_table(
        "sync",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("registry_id", IDENTITY, nullable=False),
        sa.Column("repository_id", IDENTITY, nullable=True),
        sa.Column("trigger", sa.String(64), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("cancel_requested_at", INSTANT, nullable=True),
        sa.Column("error", JSON, nullable=True),
        sa.Column("registry_requests", sa.Integer(), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.String(200), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("repositories_total", sa.Integer(), nullable=True),
        sa.Column("repositories_done", sa.Integer(), nullable=False),
        sa.Column("versions_total", sa.Integer(), nullable=True),
        sa.Column("versions_done", sa.Integer(), nullable=False),
        sa.Column("versions_added", sa.Integer(), nullable=False),
        sa.Column("versions_changed", sa.Integer(), nullable=False),
        sa.Column("versions_removed", sa.Integer(), nullable=False),
        sa.Column("versions_unchanged", sa.Integer(), nullable=False),
        sa.Column("versions_failed", sa.Integer(), nullable=False),
        sa.Column("bytes_pulled", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["registry_id"], ["registry.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["repository_id"], ["chart_repository.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sync_registry_id_id", "sync", ["registry_id", "id"], unique=False)
    op.create_index(
        "uq_sync_one_unfinished_for_a_target",
        "sync",
        ["registry_id", sa.text("coalesce(repository_id, 0)")],
        unique=True,
        sqlite_where=UNFINISHED,
        postgresql_where=UNFINISHED,
    )
    op.create_index(
        "ix_sync_unfinished",
        "sync",
        ["state"],
        unique=False,
        sqlite_where=UNFINISHED,
        postgresql_where=UNFINISHED,
    )

    op.create_table(
        "chart_version",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("chart_id", IDENTITY, nullable=False),
        sa.Column("repository_id", IDENTITY, nullable=False),
        sa.Column("tag", sa.String(128), nullable=False),
        sa.Column("version", sa.String(256), nullable=False),
        sa.Column("sort_key", BYTE_ORDERED, nullable=False),
        sa.Column("prerelease", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(200), nullable=False),
        sa.Column("archive_digest", sa.String(200), nullable=False),
        sa.Column("has_provenance", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=True),
        sa.Column("stored_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.Column("within_policy", sa.Boolean(), nullable=False),
        sa.Column("sync_id", IDENTITY, nullable=True),
        sa.ForeignKeyConstraint(
            ["archive_digest"],
            ["chart_content.archive_digest"],
        ),
        sa.ForeignKeyConstraint(["chart_id"], ["chart.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["repository_id"], ["chart_repository.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("repository_id", "tag"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_chart_version_archive_digest", "chart_version", ["archive_digest"], unique=False)
    op.create_index("ix_chart_version_chart_id_sort_key", "chart_version", ["chart_id", "sort_key", "id"], unique=False)
    op.create_index("ix_chart_version_digest", "chart_version", ["digest"], unique=False)

    op.create_table(
        "sync_event",
        sa.Column("sync_id", IDENTITY, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.Column("progress", JSON, nullable=False),
        sa.ForeignKeyConstraint(["sync_id"], ["sync.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sync_id", "sequence"),
    )
    op.create_table(
        "sync_fault",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("sync_id", IDENTITY, nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("temporary", sa.Boolean(), nullable=False),
        sa.Column("repository", sa.String(255), nullable=True),
        sa.Column("tag", sa.String(300), nullable=True),
        sa.Column("digest", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(["sync_id"], ["sync.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sync_fault_sync_id_id", "sync_fault", ["sync_id", "id"], unique=False)

    op.create_table(
        "sync_repository",
        sa.Column("sync_id", IDENTITY, nullable=False),
        sa.Column("repository_id", IDENTITY, nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("tags", sa.Integer(), nullable=False),
        sa.Column("versions_total", sa.Integer(), nullable=False),
        sa.Column("versions_added", sa.Integer(), nullable=False),
        sa.Column("versions_changed", sa.Integer(), nullable=False),
        sa.Column("versions_removed", sa.Integer(), nullable=False),
        sa.Column("versions_unchanged", sa.Integer(), nullable=False),
        sa.Column("versions_failed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["repository_id"], ["chart_repository.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sync_id"], ["sync.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sync_id", "repository_id"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _create_search_on_sqlite()
    else:
        _create_search_on_postgresql()
        _compress_texts_fast()


def _create_search_on_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE chart_search USING fts5(name, keywords, description, body, "
        "tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')"
    )
    op.execute(
        "CREATE TRIGGER chart_search_forgets AFTER DELETE ON chart "
        "BEGIN DELETE FROM chart_search WHERE rowid = old.id; END"
    )


def _create_search_on_postgresql() -> None:
    op.execute(
        "CREATE TABLE chart_search (chart_id bigint PRIMARY KEY REFERENCES chart (id) ON DELETE CASCADE, "
        "body text NOT NULL, document tsvector NOT NULL)"
    )
    op.execute("CREATE INDEX ix_chart_search_document ON chart_search USING gin (document)")


def _compress_texts_fast() -> None:
    """lz4 takes a fifth of the time of pglz, which is the default; servers built without it keep that."""
    known = op.get_bind().scalar(
        sa.text("SELECT 'lz4' = ANY (enumvals) FROM pg_settings WHERE name = 'default_toast_compression'")
    )
    if not known:
        return
    for column in (
        "chart_yaml",
        "readme_markdown",
        "readme_html",
        "values_yaml",
        "values_schema",
        "notes",
        "files",
    ):
        op.execute(f"ALTER TABLE chart_content ALTER COLUMN {column} SET COMPRESSION lz4")


def downgrade() -> None:
    op.execute("DROP TABLE chart_search")
    for table in (
        "sync_repository",
        "sync_fault",
        "sync_event",
        "chart_version",
        "sync",
        "skipped_tag",
        "digest_sighting",
        "chart",
        "sealed_credential",
        "chart_repository",
        "registry",
        "chart_content",
        "audit_entry",
        "api_token",
    ):
        op.drop_table(table)
