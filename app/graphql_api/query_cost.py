"""How many objects an operation asks for, what costs more than an object counted as several.

Decided by document, schema and variables together. How many bytes it brings is known when they are read
(`answer_bytes.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

from app.graphql_api.errors import BadPageSize
from app.graphql_api.paging import PAGE_MAX_ROWS
from app.graphql_api.query_shape import fragments_of

# Wrappers of the connection specification; what they wrap is counted.
_UNCOUNTED_SUFFIXES: Final = ("Connection", "Edge", "PageInfo")


LONG_TEXT: Final = 10
ARCHIVE_READ: Final = 250
ARCHIVES_COMPARED: Final = 1000
COSTS: Final = {
    ("ChartVersion", "chartYaml"): LONG_TEXT,
    ("ChartVersion", "readme"): LONG_TEXT,
    ("ChartVersion", "values"): LONG_TEXT,
    ("ChartVersion", "valuesSchema"): LONG_TEXT,
    ("ChartVersion", "notes"): LONG_TEXT,
    ("ChartVersion", "files"): LONG_TEXT,
    ("ChartVersion", "changes"): LONG_TEXT,
    ("ChartVersion", "file"): ARCHIVE_READ,
    ("Query", "chartVersionDiff"): ARCHIVES_COMPARED,
    ("Query", "validateValues"): ARCHIVES_COMPARED,
    ("Query", "discoverRepositories"): ARCHIVES_COMPARED,
}
"""Fields that cost more than an object, by type and name, in objects: a long text is a read of its own, a file has an
archive fetched and unpacked, a comparison two of them and up to seconds of a reader, a discovery asks the registry."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Objects asked for: `fixed`, and `per_item` for each item of the page the selection set stands in."""

    fixed: int = 0
    per_item: int = 0


class CostMeasurer:
    """Counts the objects an operation asks for; the document must be valid.

    A selection set costs `fixed + per_item * page`, so that a fragment is measured once though it is spread
    into pages of different sizes. Fields asked for twice count twice, `@skip` counts too: never too little.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        variables: Mapping[str, Any],
        unpaged_list_size: int,
    ) -> None:
        self._schema = schema
        self._fragments = fragments_of(document)
        self._variables = variables
        self._unpaged = unpaged_list_size
        self._costs: dict[str, Cost] = {}

    def nodes_of(self, operation: OperationDefinitionNode) -> int:
        """Raises BadPageSize where a `first` is out of bounds."""
        root = self._schema.get_root_type(operation.operation)
        cost = self._cost_of(operation.selection_set, root.name if root else "")
        return cost.fixed + cost.per_item * self._unpaged

    def _cost_of(self, selection_set: SelectionSetNode | None, type_name: str) -> Cost:
        fixed = per_item = 0
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FieldNode):
                cost = self._cost_of_field(selection, type_name)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                cost = self._cost_of(selection.selection_set, condition.name.value if condition else type_name)
            elif isinstance(selection, FragmentSpreadNode):
                cost = self._cost_of_fragment(selection.name.value)
            else:
                continue
            fixed, per_item = fixed + cost.fixed, per_item + cost.per_item
        return Cost(fixed, per_item)

    def _cost_of_fragment(self, name: str) -> Cost:
        if name not in self._costs:
            self._costs[name] = Cost()
            fragment = self._fragments[name]
            self._costs[name] = self._cost_of(fragment.selection_set, fragment.type_condition.name.value)
        return self._costs[name]

    def _cost_of_field(self, node: FieldNode, type_name: str) -> Cost:
        name = node.name.value
        field: GraphQLField | None = getattr(self._schema.get_type(type_name), "fields", {}).get(name)
        weight = COSTS.get((type_name, name), 0)
        if field is None or not is_composite_type(get_named_type(field.type)):
            return Cost(fixed=weight)
        first = self._first_of(node, field)
        item_type = get_named_type(field.type).name
        inner = self._cost_of(node.selection_set, item_type)
        own = 0 if item_type.endswith(_UNCOUNTED_SUFFIXES) else 1
        is_list = is_list_type(get_nullable_type(field.type))
        page = self._unpaged if first is None or is_list else first
        each = own + inner.fixed + inner.per_item * page
        if not is_list:
            return Cost(fixed=weight + each)
        size = self._items_named(node) if first is None else first
        return Cost(fixed=weight, per_item=each) if size is None else Cost(fixed=weight + each * size)

    def _first_of(self, node: FieldNode, field: GraphQLField) -> int | None:
        """The page size a field is asked for; None where it has no pages."""
        argument = field.args.get("first")
        if argument is None:
            return None
        first = self._value_of(node, "first", argument.default_value)
        if not isinstance(first, int) or isinstance(first, bool):
            # Left out, null or, which the execution refuses, no number: a whole page is the most it can be.
            return PAGE_MAX_ROWS
        if not 1 <= first <= PAGE_MAX_ROWS:
            raise BadPageSize(f"first of {node.name.value} must be 1 to {PAGE_MAX_ROWS}, not {first}.")
        return first

    def _items_named(self, node: FieldNode) -> int | None:
        """How many items a list has that is asked for by its `ids`."""
        ids = self._value_of(node, "ids", None)
        return len(ids) if isinstance(ids, list) else None

    def _value_of(self, node: FieldNode, name: str, default: Any) -> Any:
        for argument in node.arguments or ():
            if argument.name.value != name:
                continue
            value = argument.value
            if isinstance(value, VariableNode):
                return self._variables.get(value.name.value, default)
            if isinstance(value, IntValueNode):
                return int(value.value)
            if isinstance(value, ListValueNode):
                return list(value.values)
            return None if isinstance(value, NullValueNode) else default
        return default
