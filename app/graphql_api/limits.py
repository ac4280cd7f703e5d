"""How much one operation may ask for, over HTTP and WebSocket alike.

Everything here is linear in the document: each fragment is looked at once, whatever spreads it. A walk that
expands every spread again takes seconds for a document of 831 bytes.

What only the document decides (`query_shape.py`) is measured before validation, whose check for overlapping
fields is quadratic, and kept with the parsed document. What the variables decide (`query_cost.py`) is
measured for each request.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import strawberry
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    parse,
    specified_rules,
    value_from_ast_untyped,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from app.graphql_api.errors import BadPageSize, QueryTooComplex
from app.graphql_api.query_cost import CostMeasurer
from app.graphql_api.query_shape import ShapeMeasurer

DOCUMENTS_KEPT: Final = 128
"""Parsed documents kept, least recently used first to go: 128 of at most 64 KiB text and 1,000 tokens."""


COSTS_KEPT: Final = 100
"""Of one document, for different page sizes."""


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """Each the most that one operation may have."""

    tokens_max: int = 1_000
    depth_max: int = 12
    """Levels of fields; introspection is measured by itself."""
    aliases_max: int = 15
    """Counted as often as their fragment is spread."""
    repeats_max: int = 10
    """One name in one selection set: 245 times `a{n}` took 118 ms to validate, ten are nothing."""
    introspection_depth_max: int = 16
    """What GraphiQL sends has 15."""
    introspection_lists_max: int = 1
    """`fields` within `fields`; GraphiQL has none within another, each further one multiplies by hundreds."""
    nodes_max: int = 10_000
    """Objects asked for, by the `first` of each connection."""
    unpaged_list_size: int = 10
    """What a list without `first` is taken to hold: maintainers, dependencies, dates."""


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A document, parsed, measured and validated; `document` is None where its syntax is wrong."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...]
    costs: "KnownCosts" = field(default_factory=lambda: KnownCosts())

    def cost_errors(
        self,
        schema: strawberry.Schema,
        operation: OperationDefinitionNode | None,
        variables: Mapping[str, Any] | None,
        limits: QueryLimits,
    ) -> list[GraphQLError]:
        """Of one operation of it, with these variables."""
        if operation is None or self.document is None:
            # Validation lets no such document through, but unmeasured nothing is to run.
            return [GraphQLError("Say by operationName which operation is meant.")]
        given = {**_variable_defaults(operation), **(variables or {})}
        try:
            nodes = self.costs.nodes_of(schema._schema, self.document, operation, given, limits)
        except BadPageSize as refusal:
            return [refusal]
        return [QueryTooComplex("nodes asked for", limits.nodes_max, nodes)] if nodes > limits.nodes_max else []


class KnownCosts:
    """What operations of one document cost, by the page sizes that are asked for."""

    def __init__(self) -> None:
        self._nodes: dict[Hashable, int] = {}

    def nodes_of(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        limits: QueryLimits,
    ) -> int:
        """Raises BadPageSize."""
        # All that a cost depends on: numbers, and how long lists are. To Python, True is 1, and not to a page.
        given = ((name, variables[name]) for name in _variable_names(operation) if name in variables)
        sizes = tuple((name, type(value), _size_of(value)) for name, value in given)
        key = (id(operation), sizes)
        nodes = self._nodes.get(key)
        if nodes is None:
            measurer = CostMeasurer(schema, document, variables, limits.unpaged_list_size)
            nodes = measurer.nodes_of(operation)
            if len(self._nodes) < COSTS_KEPT:
                self._nodes[key] = nodes
        return nodes


class QueryGuard(SchemaExtension):
    """Lets an operation through to its execution, or says why not; made by `query_guard`."""

    def __init__(self, limits: QueryLimits, prepare: Callable[..., PreparedDocument]) -> None:
        super().__init__()
        self._limits = limits
        self._prepare = prepare
        self._prepared = PreparedDocument(None, ())

    def on_operation(self) -> Iterator[None]:
        # For documents with wrong syntax, which the library parses once more to report them.
        self.execution_context.parse_options["max_tokens"] = self._limits.tokens_max
        yield

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        if context.query:
            # An error raised here would reach no WebSocket client: syntax errors are left to the library.
            self._prepared = self._prepare(context.schema, context.query)
            context.graphql_document = self._prepared.document
        yield

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        errors = list(self._prepared.errors)
        if not errors and context.graphql_document is not None:
            operation = get_operation_ast(context.graphql_document, context.operation_name)
            errors = self._prepared.cost_errors(context.schema, operation, context.variables, self._limits)
        context.pre_execution_errors = errors
        yield


class Guard:
    """What goes into `Schema(extensions=[…])`: the rules and the documents kept are made once, here."""

    def __init__(self, limits: QueryLimits, prepare: Callable[..., PreparedDocument]) -> None:
        self._limits = limits
        self._prepare = prepare

    def __call__(self) -> QueryGuard:
        return QueryGuard(self._limits, self._prepare)

    def ready(
        self, schema: strawberry.Schema, query: str, variables: dict[str, Any] | None, operation_name: str | None
    ) -> DocumentNode | None:
        """A document that asks for a query with nothing in the way; for every other the extension says what is."""
        prepared = self._prepare(schema, query)
        if prepared.document is None or prepared.errors:
            return None
        operation = get_operation_ast(prepared.document, operation_name)
        if operation is None or operation.operation is not OperationType.QUERY:
            return None
        refused = prepared.cost_errors(schema, operation, variables, self._limits)
        return None if refused else prepared.document


def query_guard(limits: QueryLimits | None = None, introspection_allowed: bool = True) -> Guard:
    """By default with the limits of QueryLimits."""
    bounds = limits or QueryLimits()
    rules = specified_rules if introspection_allowed else (*specified_rules, NoSchemaIntrospectionCustomRule)

    @lru_cache(maxsize=DOCUMENTS_KEPT)
    def prepare(schema: Any, query: str) -> PreparedDocument:
        try:
            document = parse(query, max_tokens=bounds.tokens_max)
        except GraphQLError:
            return PreparedDocument(None, ())
        errors = shape_errors(document, bounds) or validate_document(schema._schema, document, tuple(rules))
        # Whatever a scalar stumbled over in a literal, e.g. an Int of 5,000 digits: the document is wrong, not we.
        plain = (GraphQLError(e.message, e.nodes, extensions=e.extensions) for e in errors)
        return PreparedDocument(document, tuple(plain))

    return Guard(bounds, prepare)


def shape_errors(document: DocumentNode, limits: QueryLimits) -> list[GraphQLError]:
    """The first measure of each operation that is over its limit."""
    measurer = ShapeMeasurer(document)
    errors: list[GraphQLError] = []
    for definition in document.definitions:
        if not isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            continue
        shape = measurer.shape_of(definition.selection_set)
        # A fragment by itself may be one of introspection, whose depth is another; repeats are bad anywhere.
        measures = [("repeats of one field", limits.repeats_max, shape.repeats)]
        if isinstance(definition, OperationDefinitionNode):
            measures += [
                ("depth", limits.depth_max, shape.depth),
                ("aliases", limits.aliases_max, shape.aliases),
                ("introspection depth", limits.introspection_depth_max, shape.introspection_depth),
                ("introspection lists", limits.introspection_lists_max, shape.introspection_lists),
            ]
        errors += [QueryTooComplex(*measure) for measure in measures if measure[2] > measure[1]][:1]
    return errors


def _variable_names(operation: OperationDefinitionNode) -> Iterator[str]:
    for definition in operation.variable_definitions or ():
        yield definition.variable.name.value


def _size_of(value: Any) -> int | None:
    if isinstance(value, list):
        return len(value)
    return value if isinstance(value, int) else None


def _variable_defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None
    }
