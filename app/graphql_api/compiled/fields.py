"""Each field of a selection set, made into a part of its function."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from types import CoroutineType
from typing import TYPE_CHECKING, Any, TypeAlias

import strawberry
from graphql import GraphQLObjectType, get_nullable_type, is_leaf_type, is_non_null_type
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.pyutils import Undefined
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from app.graphql_api.compiled.ahead import AHEAD, ReadAhead, begin
from app.graphql_api.compiled.leaves import leaf_of
from app.graphql_api.compiled.places import At, Place, path_of
from app.graphql_api.compiled.resolving import Call, call_of, plain_function
from app.graphql_api.compiled.rows import LINKED, FromRow, Linked, columns_of, written_column
from app.graphql_api.compiled.selections import Constant, LeafAttribute, Part, Program, Work, assemble
from app.graphql_api.compiled.values import Completer, completer

if TYPE_CHECKING:
    from app.graphql_api.compiled.executor import CompiledExecutor

TYPE_NAME = "__typename"
Do: TypeAlias = Callable[[Any, At, Any], Any]
"""(object, where it stands, run): what stands in the answer for a field of it."""


class Compiler:
    """Makes the functions of one schema."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self.schema = schema
        self.graphql_schema = schema._schema

    def selection(self, type_: GraphQLObjectType, fields: GroupedFieldSet) -> Program:
        parts = (self._part(type_, key, details) for key, details in fields.items())
        return assemble([part for part in parts if part is not None])

    def _part(self, type_: GraphQLObjectType, key: str, details: FieldDetailsList) -> Part | None:
        name = details[0].node.name.value
        if name == TYPE_NAME:
            return Constant(key, type_.name)
        definition = self.graphql_schema.get_field(type_, name)
        if definition is None:
            return None
        place = Place(key, type_, definition, details)
        field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if not isinstance(field, StrawberryField) or definition.resolve is None:
            # Introspection, and what else is not Strawberry's.
            return Work(key, _by_library(place))
        if definition.subscribe is not None:
            made = completer(self, place, definition.type)
            return Work(key, _resolved(place, lambda event, at, run: event, made, begun=False))
        is_leaf = is_leaf_type(get_nullable_type(definition.type))
        if self._is_attribute(field):
            column = columns_of(type_).get(field.python_name)
            if is_leaf:
                return (
                    _leaf_attribute(place, f"source.{field.python_name}") if column is None else _leaf_of(place, column)
                )
            read = attrgetter(field.python_name)
            made = completer(self, place, definition.type)
            do = _resolved(place, lambda source, at, run: read(source), made, begun=False)
            return Work(key, do, inside=(field.python_name, made.needs_of) if made.needs_of else None)
        if is_leaf and (column := written_column(type_, field)) is not None:
            return _leaf_of(place, column)
        if is_leaf and (function := plain_function(self.schema, field)) is not None:
            return _leaf_attribute(place, "resolve_{number}(source)", names=(("resolve", function),))
        ahead: ReadAhead | None = field.metadata.get(AHEAD)
        made = completer(self, place, definition.type)
        do = _resolved(place, call_of(self.schema, place, field), made, begun=ahead is not None)
        linked: Linked | None = field.metadata.get(LINKED)
        return Work(key, do if linked is None else _linked(place, linked, made, do), ahead, linked)

    def _is_attribute(self, field: StrawberryField) -> bool:
        return (
            field.is_basic_field
            and type(field) is StrawberryField
            and field.default_resolver is getattr
            and field.python_name.isidentifier()
            and not self.schema.schema_converter.exception_handlers
        )


def _resolved(place: Place, call: Call, made: Completer, *, begun: bool) -> Callable[[Any, At, Any], Any]:
    """`begun`: what it waits for was read ahead, so that it may well be done at once."""
    key, type_name, type_ = place.key, place.parent.name, place.field.type
    complete, expected = made.complete, made.types

    def do(source: Any, at: At, run: CompiledExecutor) -> Any:
        here = (at, key, type_name)
        try:
            value = call(source, here, run)
            if type(value) is CoroutineType:
                if begun:
                    return start(value, here, run)
                run.waiting += 1
                return arrive(value, here, run)
            value = complete(value, here, run)
            if type(value) is CoroutineType:
                return run.wait_for_field(place, here, value)
        except Exception as error:
            return run.fail(place, here, error)
        return value

    def start(coroutine: Any, here: At, run: CompiledExecutor) -> Any:
        errors, failure = len(run.collected_errors.errors), None
        try:
            done, value = begin(coroutine)
            if not done:
                run.waiting += 1
                return arrive(value, here, run)
            value = finish(value, here, run)
        except Exception as error:
            value, failure = None, error
        noted = run.collected_errors.take_back(errors)
        if noted or failure is not None:
            value = run.catch_up(noted, value, failure)
        return run.wait_for_field(place, here, value) if type(value) is CoroutineType else value

    async def arrive(awaited: Any, here: At, run: CompiledExecutor) -> Any:
        try:
            value = finish(await awaited, here, run)
            return await value if type(value) is CoroutineType else value
        except Exception as error:
            return run.fail(place, here, error)

    def finish(value: Any, here: At, run: CompiledExecutor) -> Any:
        if type(value) not in expected and run.is_awaitable(value):
            return run.complete_arrived(place, here, value, type_)
        return complete(value, here, run)

    return do


def _linked(place: Place, linked: Linked, made: Completer, ask: Do) -> Do:
    """What came along with the object is there at once; for the rest the resolver is asked."""
    key, type_name, complete = place.key, place.parent.name, made.complete

    def do(source: Any, at: At, run: CompiledExecutor) -> Any:
        value = linked.of(source)
        if value is None:
            return ask(source, at, run)
        here = (at, key, type_name)
        try:
            value = complete(value, here, run)
            return run.wait_for_field(place, here, value) if type(value) is CoroutineType else value
        except Exception as error:
            return run.fail(place, here, error)

    return do


def _leaf_of(place: Place, column: FromRow) -> LeafAttribute:
    read = f"{column.holder}[{column.name!r}]"
    if column.convert is None:
        return _leaf_attribute(place, read, column.holder)
    return _leaf_attribute(place, f"convert_{{number}}({read})", column.holder, (("convert", column.convert),))


def _leaf_attribute(
    place: Place, read: str, holder: str | None = None, names: tuple[tuple[str, Any], ...] = ()
) -> LeafAttribute:
    key, type_name, type_ = place.key, place.parent.name, place.field.type

    def odd(value: Any, at: At, run: CompiledExecutor) -> Any:
        here = (at, key, type_name)
        completed = run.complete_odd(place, here, value, type_)
        return run.wait_for_field(place, here, completed) if type(completed) is CoroutineType else completed

    def fail(error: Exception, at: At, run: CompiledExecutor) -> None:
        run.fail(place, (at, key, type_name), error)

    leaf = leaf_of(get_nullable_type(type_))  # type: ignore[arg-type] # a leaf, as the caller saw
    return LeafAttribute(key, read, leaf, not is_non_null_type(type_), odd, fail, holder, names)


def _by_library(place: Place) -> Callable[[Any, At, Any], Any]:
    key, type_name = place.key, place.parent.name

    def do(source: Any, at: At, run: CompiledExecutor) -> Any:
        value = run.execute_field(place.parent, source, place.details, path_of((at, key, type_name)), None)
        assert value is not Undefined  # the field exists, as was seen when it was compiled
        if type(value) is CoroutineType:
            run.waiting += 1
        return value

    return do
