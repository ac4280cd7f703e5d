"""Rows with what belongs to them, in one statement: charts, their registries, latest versions and the content of those.

Only columns that somebody wants are read. So what is made here is for them alone, and is put nowhere where others would
look for a whole row.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Generic, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Select, select
from sqlmodel import SQLModel

from app.store.driver_rows import DriverRows
from app.store.prepared import Prepared
from app.store.shown_rows import ShownRows

E = TypeVar("E", bound=SQLModel)

Along: TypeAlias = Mapping[str, Mapping[Hashable, Any]]
"""What came along with rows, by its path (`latest_version.content`) and by the key that the row has for it; None where
nothing has that key."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a row is asked for."""

    columns: frozenset[str] | None = None
    """By their names; None: all that are shown."""
    links: tuple[tuple[str, "Wanted"], ...] = ()
    """What belongs to it, by name, each once."""

    def __or__(self, other: "Wanted") -> "Wanted":
        both = None if self.columns is None or other.columns is None else self.columns | other.columns
        links = dict(self.links)
        for name, inner in other.links:
            links[name] = links[name] | inner if name in links else inner
        return Wanted(both, tuple(sorted(links.items(), key=lambda link: link[0])))


NOTHING: Final = Wanted(frozenset())


@dataclass(frozen=True, slots=True)
class Link:
    """One row that belongs to another."""

    shown: ShownRows[Any]
    key: str
    """The column of the row that it belongs to."""
    own: str = "id"
    """Its own column with the same value; unique."""
    links: Mapping[str, "Link"] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class _Part:
    """Some columns of the statement, side by side: those of one table."""

    entity: type[SQLModel]
    names: tuple[str, ...]
    begin: int
    own_place: int


@dataclass(frozen=True, slots=True)
class Joined(Generic[E]):
    rows: list[E]
    along: Along


class JoinedRows(Generic[E]):
    """Reads rows of one entity; of what it makes the same holds as of `ShownRows`."""

    def __init__(self, shown: ShownRows[E], wanted: Wanted, links: Mapping[str, Link]) -> None:
        self._columns: list[Any] = []
        self._linked: list[tuple[str, int, _Part]] = []
        """Path, the place of the key for it, and itself."""
        self._makers: WeakKeyDictionary[Prepared, Callable[..., list[E]]] = WeakKeyDictionary()
        table = _table_of(shown)
        self._from: Any = table
        self._row = self._add(shown, table, wanted, links, "", "id")
        self.statement: Select[Any] = select(*self._columns).select_from(self._from)
        """Of all rows; conditions and order are added to it."""

    def _add(
        self, shown: ShownRows[Any], table: Any, wanted: Wanted, links: Mapping[str, Link], path: str, own: str
    ) -> _Part:
        needed = {own, *(links[name].key for name, _ in wanted.links)}
        names = tuple(
            name for name in shown.columns if wanted.columns is None or name in wanted.columns or name in needed
        )
        begin = len(self._columns)
        self._columns += [table.c[shown.columns[name].name] for name in names]
        part = _Part(shown.entity, names, begin, begin + names.index(own))
        for name, inner in wanted.links:
            link = links[name]
            other = _table_of(link.shown).alias()
            self._from = self._from.outerjoin(other, other.c[link.own] == table.c[link.key])
            linked = self._add(link.shown, other, inner, link.links, f"{path}{name}.", link.own)
            self._linked.append((path + name, begin + names.index(link.key), linked))
        return part

    async def read(self, reader: DriverRows, statement: Select[Any], values: Mapping[str, Any]) -> Joined[E]:
        """`statement` is made of the one above."""
        prepared = reader.prepared(statement)
        make = self._makers.get(prepared)
        if make is None:
            make = self._makers[prepared] = self._maker(prepared)
        along: dict[str, dict[Hashable, Any]] = {path: {} for path, _, _ in self._linked}
        fetched = await reader.fetch(prepared, values)
        return Joined(make(fetched, *along.values()), along)

    def _maker(self, prepared: Prepared) -> Callable[..., list[E]]:
        """(rows of the driver, a dict for each link): the entities. Written as Python: a page has hundreds of values.

        The text holds names of columns, which are ours, and numbers.
        """
        readers = dict(prepared.readers)
        names: dict[str, Any] = {"new": object.__new__, "put": object.__setattr__}

        def read(place: int) -> str:
            return f"read_{place}(row[{place}])" if place in readers else f"row[{place}]"

        def entity(part: _Part, number: int) -> list[str]:
            names[f"Entity_{number}"] = part.entity
            columns = ", ".join(f"{name!r}: {read(part.begin + place)}" for place, name in enumerate(part.names))
            return [f"it = new(Entity_{number})", f"put(it, '__dict__', {{{columns}}})"]

        lines = [*entity(self._row, 0), "rows.append(it)"]
        for number, (_, key_place, part) in enumerate(self._linked, 1):
            making = "".join(f"        {line}\n" for line in entity(part, number))
            lines += [
                f"key = {read(key_place)}",
                f"if key is not None and key not in found_{number}:",
                f"    if row[{part.own_place}] is None:",
                "        it = None",
                f"    else:\n{making.rstrip()}",
                f"    found_{number}[key] = it",
            ]
        names |= {f"read_{place}": reader for place, reader in readers.items()}
        founds = "".join(f", found_{number}" for number in range(1, len(self._linked) + 1))
        body = "\n".join(lines).replace("\n", "\n        ")
        text = f"def make(fetched{founds}):\n    rows = []\n    for row in fetched:\n        {body}\n    return rows\n"
        exec(text, names)  # noqa: S102 - of our own making, see above
        made: Callable[..., list[E]] = names["make"]
        return made


def _table_of(shown: ShownRows[Any]) -> Any:
    return shown.entity.__table__
