"""Rows written by the hundred: SQL made once for each database, rows handed to the driver as they are.

SQLAlchemy looks at every value of every row by name, which for a version takes longer than to write it. Here it says
once what the SQL is and which columns want another form of their values; the types stay those of the entity.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect
from sqlmodel import Session, SQLModel

from app.store.inserting import insert_into


@dataclass(frozen=True, slots=True)
class _Made:
    """For one database: the SQL, a row's values in its order, and by their place the forms of those that need one."""

    sql: str
    values_of: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    forms: tuple[tuple[int, Callable[[Any], Any]], ...]


class ManyRows:
    """Inserts rows of one entity. Every row gives all the columns, those of `without` aside."""

    def __init__(
        self,
        entity: type[SQLModel],
        *,
        without: Collection[str] = (),
        keys: Sequence[str] = (),
        keeping: Collection[str] | None = None,
    ) -> None:
        """`keys`: a row whose key is there already changes nothing; with `keeping`, it takes the place of the one that
        is there, but for the columns of `keeping`."""
        self._table = SQLModel.metadata.tables[str(entity.__tablename__)]
        self._names = tuple(column.name for column in self._table.columns if column.name not in without)
        self._keys = tuple(keys)
        self._keeping = keeping
        self._made: WeakKeyDictionary[Dialect, _Made] = WeakKeyDictionary()

    def write(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """In order. Raises KeyError where a row lacks a column."""
        if not rows:
            return
        connection = session.connection()
        made = self._made.get(connection.dialect)
        if made is None:
            made = self._made[connection.dialect] = self._make(connection.dialect)
        written = []
        for row in rows:
            values = [*made.values_of(row)]
            for place, form in made.forms:
                values[place] = form(values[place])
            written.append(tuple(values))
        connection.exec_driver_sql(made.sql, written)

    def _make(self, dialect: Dialect) -> _Made:
        statement = insert_into(self._table, dialect).inline()  # nobody asks for the ids
        if self._keeping is not None:
            kept = {*self._keys, *self._keeping}
            again = {name: statement.excluded[name] for name in self._names if name not in kept}
            statement = statement.on_conflict_do_update(index_elements=self._keys, set_=again)
        elif self._keys:
            statement = statement.on_conflict_do_nothing(index_elements=self._keys)
        compiled = statement.compile(dialect=dialect, column_keys=self._names)
        types = (self._table.c[name].type.dialect_impl(dialect) for name in compiled.positiontup)
        forms = ((place, type_.bind_processor(dialect)) for place, type_ in enumerate(types))
        return _Made(
            compiled.string,
            itemgetter(*compiled.positiontup),
            tuple((place, form) for place, form in forms if form is not None),
        )
