"""Statements as the drivers take them: written by SQLAlchemy once, run as often as there are pages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import BindParameter, ColumnElement, Dialect, SelectBase, Text, bindparam, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean, TypeDecorator, TypeEngine

from app.store.json_text import to_json

Convert = Callable[[Any], Any]


JSON_COLUMNS_MAX: Final = 100
"""SQLite gives no function more arguments, by default (sqlite.org/limits.html)."""


class Prepared:
    """A statement in the words of one database."""

    def __init__(self, statement: SelectBase, dialect: Dialect) -> None:
        self.as_json = dialect.name == "sqlite" and len(statement.selected_columns) <= JSON_COLUMNS_MAX
        """Whether all rows come as one text, a list of lists: the driver waits for the interpreter at every row, for
        milliseconds where it is busy."""
        asked = _rows_in_one(statement) if self.as_json else statement
        compiled: Any = asked.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.text: str = compiled.string
        writers: Mapping[str, Convert] = compiled._bind_processors
        fixed: Mapping[str, Any] = compiled.construct_params(_check=False)
        self._parameters: list[tuple[str, Convert, Any]] = []
        for name in compiled.positiontup or ():
            write = writers.get(name, _as_it_is)
            value = fixed[name]
            self._parameters.append((name, write, None if value is None else write(value)))
        readers = (_reader_of(column.type, dialect) for column in statement.selected_columns)
        self.readers: list[tuple[int, Convert]] = [
            (place, read) for place, read in enumerate(readers) if read is not None
        ]

    def parameters(self, values: Mapping[str, Any]) -> list[Any]:
        """In their order; `values` by name, the others are the statement's own."""
        return [write(values[name]) if name in values else value for name, write, value in self._parameters]

    def read(self, row: Sequence[Any]) -> Sequence[Any]:
        """The driver's values as the columns have them."""
        if not self.readers:
            return row
        values = list(row)
        for place, read in self.readers:
            values[place] = read(values[place])
        return values


class PreparedStatements:
    """Those of one database, for as long as somebody holds the statement."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._made: WeakKeyDictionary[SelectBase, Prepared] = WeakKeyDictionary()

    def of(self, statement: SelectBase) -> Prepared:
        made = self._made.get(statement)
        if made is None:
            made = self._made[statement] = Prepared(statement, self._dialect)
        return made


def _rows_in_one(statement: SelectBase) -> SelectBase:
    rows = statement.subquery()
    return select(func.json_group_array(func.json_array(*rows.c)))


def _reader_of(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return type_.dialect_impl(dialect).result_processor(dialect, None)


def _as_it_is(value: Any) -> Any:
    return value


def given(name: str, type_: Any) -> BindParameter[Any]:
    """A value that comes under this name each time the statement is run."""
    return bindparam(name, type_=type_, required=False)


# ── Among many: one text, however many there are ──


class _Several(TypeDecorator[Any]):
    """Many values in one parameter: JSON for SQLite, an array for PostgreSQL."""

    impl = Text
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        from sqlalchemy.dialects.postgresql import ARRAY

        return dialect.type_descriptor(ARRAY(self.of))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return to_json(list(value)) if dialect.name == "sqlite" else list(value)


class _Among(FunctionElement[bool]):
    type = Boolean()
    name = "among"
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        # A comparison needs no `= 1` behind it, as SQLite's booleans do: no index would be used.
        return self


def among(column: Any, name: str) -> ColumnElement[bool]:
    """Whether the column has one of the values that are given under this name, numbers or texts.

    `IN` has a text of its own for each number of values.
    """
    given: BindParameter[Any] = bindparam(name, type_=_Several(column.type), required=False)
    return _Among(column, given)


@compiles(_Among, "sqlite")
def _among_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    column, given = element.clauses
    values = select(func.json_each(given).table_valued("value").c.value).scalar_subquery()
    return f"{compiler.process(column, **options)} IN {compiler.process(values, **options)}"


@compiles(_Among, "postgresql")
def _among_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, given = element.clauses
    return f"{compiler.process(column, **options)} = ANY ({compiler.process(given, **options)})"
