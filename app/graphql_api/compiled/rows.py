"""Types over rows: what of a row a document asks for, known before it is read, and read where it is written.

Resolvers stay the truth. A field may say in its metadata what its resolver reads of the row (READS), and which row that
belongs to it the resolver shows (LINKED). So a page can be read by one statement with the columns that are shown; where
a field says nothing, everything is read.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from graphql import GraphQLObjectType, get_named_type, is_object_type
from graphql.execution.collect_fields import FieldDetailsList
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from app.store.joined_rows import NOTHING, Along, Wanted

if TYPE_CHECKING:
    from app.graphql_api.compiled.executor import CompiledExecutor

READS: Final = "chartroom.reads"
"""Columns of the row, as a tuple; those of its content as `content.type`."""
LINKED: Final = "chartroom.linked"
WANTS: Final = "chartroom.wants"
"""Of a field that gives a connection: its resolver is told what of the rows is asked for, as `info.wanted`."""
_THROUGH: Final = frozenset({"edges", "node", "nodes"})
"""Fields of connections that lead to their rows. Source: the Relay connection specification."""
CONTENT: Final = "content"
WRITTEN: Final = "chartroom.written"
"""Of a leaf that is worked out of one column of the row: its name, and what makes the function, by the GraphQL type."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A row that came along with the object's own."""

    name: str
    """Its path in `Along`."""
    key: str
    """The column of the object's row that has its key."""
    show: Callable[[Any, Along], Any]
    """Makes the object of the field; None where something of it did not come along."""

    def came_with(self, source: Any) -> bool:
        along: Along | None = source.along
        return along is not None and self.name in along

    def of(self, source: Any) -> Any | None:
        """The object of the field; None where the resolver is to be asked."""
        along: Along | None = source.along
        if along is None or (rows := along.get(self.name)) is None:
            return None
        row = rows.get(source.row.__dict__[self.key])
        return None if row is None else self.show(row, along)


class FromRow:
    """A plain field of a type over a row, read when it is asked for: most objects are shown in part."""

    __slots__ = ("convert", "holder", "name")

    def __init__(self, holder: str, name: str, convert: Callable[[Any], Any] | None = None) -> None:
        self.holder = holder
        """The attribute that has the row."""
        self.name = name
        self.convert = convert

    def __get__(self, shown: Any, _owner: type | None = None) -> Any:
        if shown is None:
            return self
        value = getattr(getattr(shown, self.holder), self.name)
        return value if self.convert is None else self.convert(value)


def columns_of(type_: GraphQLObjectType) -> dict[str, FromRow]:
    """Where plain fields are read from, by Python name; the others are attributes of the object."""
    definition = type_.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    attributes = vars(getattr(definition, "origin", object))
    return {name: found for name, found in attributes.items() if isinstance(found, FromRow)}


def written_column(type_: GraphQLObjectType, field: StrawberryField) -> FromRow | None:
    """For fields that say so under WRITTEN."""
    written = field.metadata.get(WRITTEN)
    return None if written is None else FromRow("row", written[0], written[1](type_.name))


class WantedRows:
    """What one field of a document asks of the rows of its connection; worked out once."""

    def __init__(self, type_: GraphQLObjectType, details: FieldDetailsList) -> None:
        self._type = type_
        self._details = details
        self._wanted: Wanted | None = None

    def of(self, run: "CompiledExecutor") -> Wanted:
        if self._wanted is None:
            self._wanted = _through(run, self._type, self._details)
        return self._wanted


def _fields(
    run: "CompiledExecutor", type_: GraphQLObjectType, details: FieldDetailsList
) -> Iterator[tuple[str, GraphQLObjectType | None, FieldDetailsList, StrawberryField | None]]:
    """Name, the object type it gives, and its own definition."""
    for inner in run.collect_subfields(type_, details).grouped_field_set.values():
        name = inner[0].node.name.value
        definition = type_.fields.get(name)
        if definition is not None:
            named = get_named_type(definition.type)
            field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            yield (
                name,
                named if is_object_type(named) else None,
                inner,
                field if isinstance(field, StrawberryField) else None,
            )


def _through(run: "CompiledExecutor", type_: GraphQLObjectType, details: FieldDetailsList) -> Wanted:
    wanted = NOTHING
    for name, inner_type, inner, _ in _fields(run, type_, details):
        if name in _THROUGH and inner_type is not None:
            leads_on = any(through in inner_type.fields for through in _THROUGH)
            wanted |= (_through if leads_on else _of_row)(run, inner_type, inner)
    return wanted


def _of_row(run: "CompiledExecutor", type_: GraphQLObjectType, details: FieldDetailsList) -> Wanted:
    wanted, columns = NOTHING, columns_of(type_)
    for _, inner_type, inner, field in _fields(run, type_, details):
        if field is None:
            continue  # __typename, which is not read
        column = columns.get(field.python_name)
        linked: Linked | None = field.metadata.get(LINKED)
        reads = field.metadata.get(READS, None if linked is None else ())
        if column is not None:
            reads = (f"{column.holder}.{column.name}",)
        wanted |= _everything_of(type_) if reads is None else _of_columns(reads)
        if linked is not None and inner_type is not None:
            wanted |= Wanted(frozenset({linked.key}), ((linked.name, _of_row(run, inner_type, inner)),))
    return wanted


def _everything_of(type_: GraphQLObjectType) -> Wanted:
    has_content = any(column.holder == CONTENT for column in columns_of(type_).values())
    return Wanted(None, ((CONTENT, Wanted()),) if has_content else ())


def _of_columns(reads: tuple[str, ...]) -> Wanted:
    wanted = NOTHING
    for path in reads:
        holder, _, name = path.rpartition(".")
        if holder == CONTENT:
            wanted |= Wanted(frozenset(), ((CONTENT, Wanted(frozenset({name}))),))
        else:
            wanted |= Wanted(frozenset({name}))
    return wanted
