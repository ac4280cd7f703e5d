"""Column types that mean the same on SQLite and PostgreSQL."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Dialect, Enum, ForeignKey, Integer, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType
from sqlmodel import Field

Identity = BigInteger().with_variant(Integer, "sqlite")
"""64 bits on both: SQLite's INTEGER PRIMARY KEY is that already, and only under that name."""

ByteOrdered = String(2000).with_variant(String(2000, collation="C"), "postgresql")
"""Text that sorts by its bytes, as semver sort keys must."""


class StoredJson(TypeDecorator[Any]):
    """JSONB in PostgreSQL, whose part of SQLAlchemy is imported there alone."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name != "postgresql":
            return dialect.type_descriptor(JSON(none_as_null=True))
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB(none_as_null=True))


Json = StoredJson(none_as_null=True)


class TsQuery(UserDefinedType[str]):
    """PostgreSQL's TSQUERY, by its name alone for the same reason."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        return "TSQUERY"


class Instant(TypeDecorator[datetime]):
    """An instant in UTC. SQLite gives naive ones back; a naive one going in is a mistake and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        return _from_sqlite if dialect.name == "sqlite" else _in_utc


def _from_sqlite(text: str | None) -> datetime | None:
    # As SQLAlchemy wrote it, in one step instead of three: a page has forty.
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


def one_of(kind: type[StrEnum]) -> Any:
    """A text column that holds the values of `kind`. No database type: adding a value is no migration."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=64,
        values_callable=lambda members: [member.value for member in members],
    )


def identity() -> Any:
    return Field(default=None, primary_key=True, sa_type=Identity, nullable=False)


def belongs_to(table: str, **column: Any) -> Any:
    """A reference whose row goes when `table`'s row goes."""
    reference = Column(Identity, ForeignKey(f"{table}.id", ondelete="CASCADE"), **column)
    return Field(default=None, sa_column=reference)


def instant(**field: Any) -> Any:
    return Field(sa_type=Instant, **field)


def json_column(default: type) -> Any:
    return Field(default_factory=default, sa_type=Json)


def long_text(**field: Any) -> Any:
    return Field(sa_type=Text, **field)
