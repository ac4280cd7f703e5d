"""INSERT that knows ON CONFLICT, which both databases write alike."""

from typing import Any

from sqlalchemy import Dialect, FromClause


def insert_into(table: FromClause, dialect: Dialect) -> Any:
    """Without PostgreSQL's part of SQLAlchemy where the database is SQLite: it takes some MB."""
    if dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)  # type: ignore[arg-type]
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)  # type: ignore[arg-type]
