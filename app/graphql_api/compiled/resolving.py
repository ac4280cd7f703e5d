"""How the value of a field is got: its resolver, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import strawberry
from graphql import ListValueNode, ObjectValueNode, ValueNode, VariableNode, get_named_type, is_object_type
from graphql.execution.values import get_argument_values
from graphql.pyutils import Undefined
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from app.graphql_api.compiled.places import At, Place, path_of
from app.graphql_api.compiled.rows import WANTS, WantedRows
from app.graphql_api.permissions import RoleRule
from app.store.joined_rows import Wanted

if TYPE_CHECKING:
    from app.graphql_api.compiled.executor import CompiledExecutor

Call = Callable[[Any, At, Any], Any]
"""(object, where its field stands, run): what the resolver returns or raises."""

# Nobody can change them: what they were made of once may be given to every resolver.
ARGUMENTS_KEPT, COMPARED_MAX_CHARS = 64, 256
"""Of one field, for different values of variables; and of a text among those."""
_UNCHANGING: Final = (str, int, float, bool, type(None), Enum)


class PlacedInfo(strawberry.Info[Any, Any]):
    """Knows the context; whatever else is asked of it is worked out then. Most resolvers ask for nothing else."""

    context: Any = None

    def __init__(
        self, field: StrawberryField, place: Place, at: At, run: CompiledExecutor, wants: WantedRows | None = None
    ) -> None:
        self._wants = wants
        self.context = run.context_value
        self._field = field
        self._place = place
        self._at = at
        self._run = run

    @property
    def wanted(self) -> Wanted | None:
        """What is asked of the rows of a connection; None where the field has none."""
        return self._wants.of(self._run) if self._wants is not None else None

    @cached_property
    def _raw_info(self) -> Any:  # type: ignore[override]
        place = self._place
        return self._run.build_resolve_info(place.field, place.nodes, place.parent, path_of(self._at))


def call_of(schema: strawberry.Schema, place: Place, field: StrawberryField) -> Call:
    """Calls the function behind a field itself where Strawberry would do nothing else; else by Strawberry."""
    resolver = field.base_resolver
    if (
        resolver is None
        or type(field) is not StrawberryField
        or type(resolver) is not StrawberryResolver
        or schema.config.info_class is not strawberry.Info
        or schema.schema_converter.exception_handlers
        or not all(type(extension) is RoleRule for extension in field.extensions)
    ):
        return _call_by_library(place)
    call = _call_itself(schema, place, field, resolver)
    return _call_checked(place, field, resolver, call) if field.extensions else call


def _call_checked(place: Place, field: StrawberryField, resolver: StrawberryResolver[Any], call: Call) -> Call:
    """The rules speak first; the last one is the outermost, and where there is waiting they speak when it begins."""
    rules = [extension for extension in reversed(field.extensions) if isinstance(extension, RoleRule)]

    def check(at: At, run: CompiledExecutor) -> None:
        info = PlacedInfo(field, place, at, run)
        for rule in rules:
            rule.check(info)

    def checked(source: Any, at: At, run: CompiledExecutor) -> Any:
        check(at, run)
        return call(source, at, run)

    async def checked_first(source: Any, at: At, run: CompiledExecutor) -> Any:
        check(at, run)
        return await call(source, at, run)

    return checked_first if resolver.is_async else checked


def plain_function(schema: strawberry.Schema, field: StrawberryField) -> Callable[[Any], Any] | None:
    """The resolver of a field that asks for nothing but its object and waits for nothing."""
    resolver = field.base_resolver
    if (
        type(resolver) is not StrawberryResolver
        or type(field) is not StrawberryField
        or field.extensions
        or field.arguments
        or resolver.is_async
        or resolver.self_parameter is None
        or any((resolver.info_parameter, resolver.parent_parameter, resolver.root_parameter))
        or schema.schema_converter.exception_handlers
    ):
        return None
    return resolver.wrapped_func  # type: ignore[return-value] # bound, by now


def _call_by_library(place: Place) -> Call:
    resolve, definition, node = place.field.resolve, place.field, place.details[0].node
    assert resolve is not None

    def call(source: Any, at: At, run: CompiledExecutor) -> Any:
        info = run.build_resolve_info(definition, place.nodes, place.parent, path_of(at))
        arguments = get_argument_values(definition, node, run.variable_values, None, run.hide_suggestions)
        return resolve(source, info, **arguments)

    return call


def _call_itself(
    schema: strawberry.Schema, place: Place, field: StrawberryField, resolver: StrawberryResolver[Any]
) -> Call:
    function: Callable[..., Any] = resolver.wrapped_func  # type: ignore[assignment] # bound, by now
    takes_self = resolver.self_parameter is not None
    info_name = resolver.info_parameter.name if resolver.info_parameter else None
    source_names = [
        parameter.name for parameter in (resolver.parent_parameter, resolver.root_parameter) if parameter is not None
    ]
    arguments = _Arguments(schema, place, field) if field.arguments else None
    wants = _wants_of(schema, place, field)

    def call(source: Any, at: At, run: CompiledExecutor) -> Any:
        info = PlacedInfo(field, place, at, run, wants) if info_name or arguments else None
        given = arguments.for_call(run, info) if arguments else {}
        for name in source_names:
            given[name] = source
        if info_name:
            given[info_name] = info
        return function(source, **given) if takes_self else function(**given)

    if arguments or source_names or not takes_self:
        return call
    if info_name is None:
        return lambda source, at, run: function(source)
    if info_name != "info":
        return call
    return lambda source, at, run: function(source, info=PlacedInfo(field, place, at, run))


def _wants_of(schema: strawberry.Schema, place: Place, field: StrawberryField) -> WantedRows | None:
    connection = get_named_type(place.field.type)
    if not field.metadata.get(WANTS) or not is_object_type(connection):
        return None
    return WantedRows(connection, place.details)


class _Arguments:
    """The arguments of a field, converted as Strawberry converts them; once, where nobody can change them."""

    def __init__(self, schema: strawberry.Schema, place: Place, field: StrawberryField) -> None:
        self._schema = schema
        self._place = place
        self._field = field
        self._node = place.details[0].node
        given = (_variables_of(argument.value) for argument in self._node.arguments or ())
        self._variables = tuple(dict.fromkeys(name for names in given for name in names))
        self._known: dict[Hashable, dict[str, Any]] = {}
        """By the values of variables."""

    def for_call(self, run: CompiledExecutor, info: Any) -> dict[str, Any]:
        """A dict of the caller's own. Raises what graphql-core and Strawberry raise."""
        key = self._key(run)
        kept = None if key is None else self._known.get(key)
        if kept is None:
            kept = self._converted(run, info)
            if key is not None and all(isinstance(value, _UNCHANGING) for value in kept.values()):
                if len(self._known) >= ARGUMENTS_KEPT:
                    self._known.clear()
                self._known[key] = kept
        return dict(kept)

    def _key(self, run: CompiledExecutor) -> Hashable | None:
        """None where there is too much to be compared."""
        values, key = run.variable_values.coerced, []
        for name in self._variables:
            value = values.get(name, Undefined)
            if not isinstance(value, _UNCHANGING) and value is not Undefined:
                return None
            if isinstance(value, str) and len(value) > COMPARED_MAX_CHARS:
                return None
            key.append((type(value), value))  # True is 1, but no number
        return tuple(key)

    def _converted(self, run: CompiledExecutor, info: Any) -> dict[str, Any]:
        given = get_argument_values(self._place.field, self._node, run.variable_values, None, run.hide_suggestions)
        return convert_arguments(
            given,
            self._field.arguments,
            scalar_registry=self._schema.schema_converter.scalar_registry,
            config=self._schema.config,
            info=info,
        )


def _variables_of(node: ValueNode) -> Iterator[str]:
    match node:
        case VariableNode():
            yield node.name.value
        case ListValueNode():
            for value in node.values:
                yield from _variables_of(value)
        case ObjectValueNode():
            for field in node.fields:
                yield from _variables_of(field.value)
