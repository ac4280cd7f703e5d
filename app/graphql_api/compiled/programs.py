"""Programs, kept for the operations they were made for; the least recently used go first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import strawberry
from graphql import (
    DirectiveNode,
    GraphQLObjectType,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.execution.collect_fields import GroupedFieldSet

from app.graphql_api.compiled.fields import Compiler
from app.graphql_api.compiled.selections import Program

if TYPE_CHECKING:
    from app.graphql_api.compiled.executor import CompiledExecutor

VARIANTS_KEPT: Final = 16
"""Of one operation: all there can be of four variables in @skip and @include."""


@dataclass(slots=True)
class _Kept:
    operation: OperationDefinitionNode
    """Held, so that its identity is not given to another one."""
    conditions: tuple[str, ...]
    """The variables that @skip and @include ask."""
    variants: OrderedDict[tuple[bool, ...], Program] = field(default_factory=OrderedDict)


class Programs:
    """Those of one schema. A document that was parsed again is another one."""

    def __init__(self, schema: strawberry.Schema, operations_kept: int) -> None:
        self._compiler = Compiler(schema)
        self._operations_kept = operations_kept
        self._kept: OrderedDict[int, _Kept] = OrderedDict()

    def __len__(self) -> int:
        return sum(len(kept.variants) for kept in self._kept.values())

    def program_for(
        self, run: CompiledExecutor, root_type: GraphQLObjectType, fields: GroupedFieldSet
    ) -> Program | None:
        """None where a condition has no value: what comes of that is graphql-core's to say."""
        kept = self._kept_for(run)
        values = run.variable_values.coerced
        conditions = tuple(values.get(name) for name in kept.conditions)
        if not all(isinstance(condition, bool) for condition in conditions):
            return None
        program = kept.variants.get(conditions)  # type: ignore[arg-type] # bools, as was just seen
        if program is None:
            program = self._compiler.selection(root_type, fields)
            kept.variants[conditions] = program  # type: ignore[index]
            if len(kept.variants) > VARIANTS_KEPT:
                kept.variants.popitem(last=False)
        elif len(kept.variants) > 1:
            kept.variants.move_to_end(conditions)  # type: ignore[arg-type]
        return program

    def _kept_for(self, run: CompiledExecutor) -> _Kept:
        key = id(run.operation)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        kept = self._kept[key] = _Kept(run.operation, tuple(sorted(set(_conditions_of(run)))))
        if len(self._kept) > self._operations_kept:
            self._kept.popitem(last=False)
        return kept


def _conditions_of(run: CompiledExecutor) -> Iterator[str]:
    """Of the operation and of every fragment, whether it is spread or not."""
    sets = [run.operation.selection_set, *(fragment.selection_set for fragment in run.fragment_definitions.values())]
    while sets:
        selection_set = sets.pop()
        for selection in selection_set.selections:
            for directive in selection.directives or ():
                yield from _variables_of(directive)
            inner: SelectionSetNode | None = getattr(selection, "selection_set", None)
            if inner is not None:
                sets.append(inner)


def _variables_of(directive: DirectiveNode) -> Iterator[str]:
    if directive.name.value in ("skip", "include"):
        for argument in directive.arguments or ():
            if isinstance(argument.value, VariableNode):
                yield argument.value.name.value
