"""What comes of a field, completed by its type: lists, objects, interfaces and leaves.

Each completer is made for one place of a document. It takes a value of the classes it knows, and hands every other
one to graphql-core. What it gives is complete, or a coroutine that completes it; errors are the caller's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import CoroutineType, NoneType
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLAbstractType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

from app.graphql_api.compiled.ahead import Needs, read_all
from app.graphql_api.compiled.leaves import Leaf, leaf_of
from app.graphql_api.compiled.places import At, Place
from app.graphql_api.compiled.selections import Program

if TYPE_CHECKING:
    from app.graphql_api.compiled.executor import CompiledExecutor
    from app.graphql_api.compiled.fields import Compiler

Complete = Callable[[Any, At, Any], Any]
"""(value, where it stands, run)"""


@dataclass(frozen=True, slots=True)
class Completer:
    complete: Complete
    types: frozenset[type]
    """Of values that it takes; NoneType where null may be."""
    needs_of: Callable[[type, Any], Needs | None] | None = None
    """(class of a value, run): what is to be read ahead for values of it."""


def completer(compiler: Compiler, place: Place, type_: GraphQLOutputType) -> Completer:
    inner, needs_of = get_nullable_type(type_), None
    if is_list_type(inner):
        items = inner.of_type
        if is_leaf_type(get_nullable_type(items)):
            made = _leaf_list(place, type_, inner)
        else:
            made = _list(place, type_, inner, completer(compiler, place, items))
        types: set[type] = {list, tuple}
    elif is_leaf_type(inner):
        leaf = leaf_of(inner)
        made, types = _leaf(place, type_, leaf), set(leaf.types)
    else:
        assert is_object_type(inner) or is_abstract_type(inner)
        kinds = _kinds(compiler, inner)
        programs = _Programs(compiler, place, kinds)
        made, types, needs_of = _object(programs, place, type_), set(kinds), programs.needs_of
    return Completer(made, frozenset(types if is_non_null_type(type_) else {*types, NoneType}), needs_of)


def _leaf(place: Place, type_: GraphQLOutputType, leaf: Leaf) -> Complete:
    types, write, nullable = leaf.types, leaf.write, not is_non_null_type(type_)

    def complete(value: Any, at: At, run: CompiledExecutor) -> Any:
        if type(value) in types:
            written = write(value)
            if written is not None and written is not Undefined:
                return written
        elif value is None and nullable:
            return None
        return run.complete_odd(place, at, value, type_)

    return complete


def _leaf_list(place: Place, type_: GraphQLOutputType, inner: GraphQLList[Any]) -> Complete:
    leaf, nullable = leaf_of(get_nullable_type(inner.of_type)), not is_non_null_type(type_)
    items_nullable = not is_non_null_type(inner.of_type)
    types = leaf.types | {NoneType} if items_nullable else leaf.types
    write, passes = leaf.write, leaf.passes

    def complete(value: Any, at: At, run: CompiledExecutor) -> Any:
        if value is None and nullable:
            return None
        if type(value) in (list, tuple) and types.issuperset(map(type, value)):
            if passes:
                return [*value]
            try:
                written = [None if item is None else write(item) for item in value]
            except Exception:
                # Whichever item it was, graphql-core finds it again, with its path.
                return run.complete_odd(place, at, value, type_)
            if Undefined not in written and (items_nullable or None not in written):
                return written
        return run.complete_odd(place, at, value, type_)

    return complete


def _list(place: Place, type_: GraphQLOutputType, inner: GraphQLList[Any], items: Completer) -> Complete:
    complete_item, types, item_type = items.complete, items.types, inner.of_type
    needs_of, nullable = items.needs_of, not is_non_null_type(type_)

    def complete(value: Any, at: At, run: CompiledExecutor) -> Any:
        if value is None and nullable:
            return None
        if type(value) not in (list, tuple) or not types.issuperset(map(type, value)):
            # One odd item makes the list odd: nothing of it was begun yet.
            return run.complete_odd(place, at, value, type_)
        if needs_of is not None:
            readings = _readings(value, needs_of, run)
            if readings:
                return complete_read(readings, value, at, run)
        return complete_items(value, at, run)

    async def complete_read(readings: Any, value: Any, at: At, run: CompiledExecutor) -> Any:
        await read_all(readings, run.context_value)
        completed = complete_items(value, at, run)
        return await completed if type(completed) is CoroutineType else completed

    def complete_items(value: Any, at: At, run: CompiledExecutor) -> Any:
        waiting = run.waiting
        completed: list[Any] = []
        try:
            for index, item in enumerate(value):
                here = (at, index, None)
                try:
                    item = complete_item(item, here, run)
                except Exception as error:
                    item = run.fail_item(place, here, error, item_type)
                if type(item) is CoroutineType:
                    item = run.wait_for_item(place, here, item, item_type)
                completed.append(item)
        except Exception:
            run.settle(completed)
            raise
        return completed if run.waiting == waiting else run.gathered_list(completed)

    return complete


def _readings(value: Any, needs_of: Callable[[type, Any], Needs | None], run: CompiledExecutor) -> list[Any]:
    """What is to be read ahead for the items of a list, by their classes."""
    readings: list[Any] = []
    for kind in dict.fromkeys(map(type, value)):
        needs = needs_of(kind, run)
        if needs is not None:
            readings += needs.of([item for item in value if type(item) is kind], run)
    return readings


class _Programs:
    """One for each class of objects; made when the first of it comes along: of an interface's types few ever do."""

    def __init__(self, compiler: Compiler, place: Place, kinds: dict[type, GraphQLObjectType]) -> None:
        self._compiler = compiler
        self._place = place
        self._kinds = kinds
        self._made: dict[type, Program] = {}

    def of(self, kind: type, run: CompiledExecutor) -> Program | None:
        """None for a class that is odd here."""
        program = self._made.get(kind)
        if program is None and kind in self._kinds:
            type_ = self._kinds[kind]
            fields = run.collect_subfields(type_, self._place.details).grouped_field_set
            program = self._made[kind] = self._compiler.selection(type_, fields)
        return program

    def needs_of(self, kind: type, run: CompiledExecutor) -> Needs | None:
        program = self.of(kind, run)
        return program.needs if program else None


def _object(made: _Programs, place: Place, type_: GraphQLOutputType) -> Complete:
    nullable = not is_non_null_type(type_)
    inner = get_nullable_type(type_)
    may_be_cast = is_abstract_type(inner) or (is_object_type(inner) and inner.is_type_of is not None)
    programs: dict[type, Complete] = {}

    def complete(value: Any, at: At, run: CompiledExecutor) -> Any:
        kind = type(value)
        program = programs.get(kind)
        if program is None:
            if value is None and nullable:
                return None
            found = made.of(kind, run)
            if found is None:
                return run.complete_odd(place, at, value, type_)
            program = programs[kind] = found.do
        if may_be_cast and TYPE_CAST_ATTRIBUTE in value.__dict__:
            return run.complete_odd(place, at, value, type_)
        return program(value, at, run)

    return complete


def _kinds(compiler: Compiler, type_: GraphQLObjectType | GraphQLAbstractType) -> dict[type, GraphQLObjectType]:
    """The classes of which graphql-core and Strawberry would say which object type they are, without being asked."""
    if isinstance(type_, GraphQLObjectType):
        definition = _definition_of(type_)
        if definition is None or definition.is_type_of is not None:
            return {}
        return {definition.origin: type_} if _is_value(definition.origin) else {}
    interface = _definition_of(type_)
    kinds: dict[type, GraphQLObjectType] = {}
    if interface is not None and interface.resolve_type is not None:
        return kinds
    for possible in compiler.graphql_schema.get_possible_types(type_):
        definition = _definition_of(possible)
        if definition is not None and _tells_its_type(definition, possible):
            origin: type = definition.origin
            if _is_value(origin) and (interface is None or issubclass(origin, interface.origin)):
                kinds[origin] = possible
    return kinds


def _tells_its_type(definition: StrawberryObjectDefinition, type_: GraphQLObjectType) -> bool:
    """Whether objects of the class are of this very type, wherever they turn up."""
    return (
        definition.is_type_of is None
        and definition.concrete_of is None
        and not definition.is_graphql_generic
        and definition.name == type_.name
        and definition.origin.__dict__.get("__strawberry_definition__") is definition
    )


def _definition_of(type_: Any) -> StrawberryObjectDefinition | None:
    definition = type_.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return definition if isinstance(definition, StrawberryObjectDefinition) else None


def _is_value(origin: type) -> bool:
    """Neither an error that is returned nor something to wait for; its attributes are its own."""
    return not issubclass(origin, Exception) and not hasattr(origin, "__await__") and origin.__dictoffset__ != 0
