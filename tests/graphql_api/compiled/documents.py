"""Documents by chance: valid against a schema, with everything a query may have; the same for the same seed."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_non_null_type,
    is_object_type,
    is_required_argument,
    is_required_input_field,
    parse,
    validate,
)


@dataclass(frozen=True, slots=True)
class Document:
    text: str
    parsed: DocumentNode
    variables: dict[str, Any]


@dataclass
class _Draft:
    """What a document gathers while it is written."""

    variables: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)


class DocumentWriter:
    """`pools` has values as JSON: by type, field and argument (`Query.chart.id`), else by the name of an argument or
    input field, else by that of its type."""

    def __init__(
        self,
        schema: GraphQLSchema,
        pools: Mapping[str, Sequence[Any]],
        seed: int,
        *,
        left_out: Sequence[str] = (),
        depth: int = 5,
    ) -> None:
        self._schema = schema
        self._pools = pools
        self._random = random.Random(seed)
        self._left_out = frozenset(left_out)
        self._depth = depth

    def write(self) -> Document:
        """Drafts that are not valid, for fields that do not merge, are thrown away."""
        while True:
            draft = _Draft()
            text = self._draft(draft)
            parsed = parse(text)
            if not validate(self._schema, parsed):
                return Document(text, parsed, draft.values)

    def _draft(self, draft: _Draft) -> str:
        root = self._schema.query_type
        assert root is not None
        body = self._selection_set(draft, root, self._depth)
        head = f"query ({', '.join(draft.variables)})" if draft.variables else "query"
        return "\n".join([f"{head} {body}", *draft.fragments])

    # ── Selection sets ──

    def _selection_set(self, draft: _Draft, type_: Any, depth: int) -> str:
        count = self._random.choice((1, 1, 2, 2, 3, 5))
        return "{ " + " ".join(self._selection(draft, type_, depth) for _ in range(count)) + " }"

    def _selection(self, draft: _Draft, type_: Any, depth: int) -> str:
        chance = self._random.random()
        if chance < 0.12 and depth > 0:
            return self._inline_fragment(draft, type_, depth - 1)
        if chance < 0.2 and depth > 0:
            return self._spread(draft, type_, depth - 1)
        return self._field(draft, type_, depth)

    def _inline_fragment(self, draft: _Draft, type_: Any, depth: int) -> str:
        condition = self._condition(type_)
        if self._random.random() < 0.2:
            return f"...{self._directives(draft)} {self._selection_set(draft, type_, depth)}"
        return f"... on {condition.name}{self._directives(draft)} {self._selection_set(draft, condition, depth)}"

    def _spread(self, draft: _Draft, type_: Any, depth: int) -> str:
        condition = self._condition(type_)
        name = f"F{len(draft.fragments)}"
        place = len(draft.fragments)
        draft.fragments.append("")
        body = self._selection_set(draft, condition, depth)
        draft.fragments[place] = f"fragment {name} on {condition.name} {body}"
        return f"...{name}{self._directives(draft)}"

    def _condition(self, type_: Any) -> Any:
        """A type that a fragment within this one may be on."""
        choices = [type_]
        if is_abstract_type(type_):
            choices += self._schema.get_possible_types(type_)
        if is_object_type(type_):
            choices += type_.interfaces
        return self._random.choice(choices)

    def _field(self, draft: _Draft, type_: Any, depth: int) -> str:
        fields = getattr(type_, "fields", {})
        names = [
            name
            for name, definition in fields.items()
            if f"{type_.name}.{name}" not in self._left_out
            and (depth > 0 or not is_composite_type(get_named_type(definition.type)))
        ]
        if not names or self._random.random() < 0.05:
            return f"{self._alias()}__typename{self._directives(draft)}"
        name = self._random.choice(names)
        definition = fields[name]
        inner = get_named_type(definition.type)
        body = f" {self._selection_set(draft, inner, depth - 1)}" if is_composite_type(inner) else ""
        arguments = self._arguments(draft, f"{type_.name}.{name}", definition)
        # With arguments most would not merge with the same field elsewhere.
        alias = self._alias(0.9 if arguments else 0.2)
        return f"{alias}{name}{arguments}{self._directives(draft)}{body}"

    def _alias(self, likelihood: float = 0.2) -> str:
        return f"a{self._random.randrange(40)}: " if self._random.random() < likelihood else ""

    def _directives(self, draft: _Draft) -> str:
        chance = self._random.random()
        if chance > 0.12:
            return ""
        name = self._random.choice(("skip", "include"))
        if self._random.random() < 0.4:
            return f" @{name}(if: {self._random.choice(('true', 'false'))})"
        return f" @{name}(if: ${self._variable(draft, GraphQLNonNull(self._schema.get_type('Boolean')), 'if')})"

    # ── Arguments and variables ──

    def _arguments(self, draft: _Draft, field_name: str, definition: Any) -> str:
        given = [
            f"{name}: {self._value(draft, argument.type, self._pool_of(field_name, name))}"
            for name, argument in definition.args.items()
            if is_required_argument(argument) or self._random.random() < 0.4
        ]
        return f"({', '.join(given)})" if given else ""

    def _pool_of(self, field_name: str, argument: str) -> str:
        own = f"{field_name}.{argument}"
        return own if own in self._pools else argument

    def _value(self, draft: _Draft, type_: GraphQLInputType, name: str) -> str:
        if self._random.random() < 0.35:
            return f"${self._variable(draft, type_, name)}"
        return self._literal(type_, name)

    def _variable(self, draft: _Draft, type_: Any, name: str) -> str:
        variable = f"v{len(draft.variables)}"
        default = f" = {self._literal(type_, name)}" if self._random.random() < 0.25 else ""
        draft.variables.append(f"${variable}: {type_}{default}")
        if (default or not is_non_null_type(type_)) and self._random.random() < 0.3:
            return variable
        value = self._json(type_, name)
        draft.values[variable] = ["no such value"] if self._random.random() < 0.01 else value
        return variable

    def _json(self, type_: Any, name: str) -> Any:
        if is_non_null_type(type_):
            return self._json_of(type_.of_type, name)
        return None if self._random.random() < 0.15 else self._json_of(type_, name)

    def _json_of(self, type_: Any, name: str) -> Any:
        if isinstance(type_, GraphQLList):
            return [self._json(type_.of_type, name) for _ in range(self._random.choice((0, 1, 2)))]
        if isinstance(type_, GraphQLEnumType):
            return self._random.choice(list(type_.values))
        if isinstance(type_, GraphQLInputObjectType):
            return {
                key: self._json(inner.type, key)
                for key, inner in type_.fields.items()
                if is_required_input_field(inner) or self._random.random() < 0.3
            }
        return self._random.choice(self._pools.get(name) or self._pools[type_.name])

    def _literal(self, type_: Any, name: str) -> str:
        return _as_literal(type_, self._json(type_, name))


def _as_literal(type_: Any, value: Any) -> str:
    if value is None:
        return "null"
    if is_non_null_type(type_):
        return _as_literal(type_.of_type, value)
    if isinstance(type_, GraphQLList):
        return "[" + ", ".join(_as_literal(type_.of_type, item) for item in value) + "]"
    if isinstance(type_, GraphQLInputObjectType):
        fields = (f"{key}: {_as_literal(type_.fields[key].type, item)}" for key, item in value.items())
        return "{" + ", ".join(fields) + "}"
    return str(value) if isinstance(type_, GraphQLEnumType) else json.dumps(value)


def object_type(schema: GraphQLSchema, name: str) -> GraphQLObjectType:
    found = schema.get_type(name)
    assert isinstance(found, GraphQLObjectType)
    return found
