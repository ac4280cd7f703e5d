"""How a document is built: depth, aliases, repeats. The document alone decides, no schema and no variables."""

from dataclasses import dataclass
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
)

# Fields of the introspection types that list fields or types again: each nesting multiplies the answer.
_INTROSPECTION_LISTS: Final = {"fields", "inputFields", "interfaces", "possibleTypes"}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a selection set asks for, fragments included; `whole_…` as if it stood inside introspection."""

    depth: int = 0
    introspection_depth: int = 0
    introspection_lists: int = 0
    whole_depth: int = 0
    whole_lists: int = 0
    aliases: int = 0
    repeats: int = 0


class ShapeMeasurer:
    """Measures what the document alone decides."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = fragments_of(document)
        self._shapes: dict[str, Shape] = {}
        self.visits = 0

    def shape_of(self, selection_set: SelectionSetNode | None) -> Shape:
        if selection_set is None:
            return Shape()
        parts: list[Shape] = []
        names: dict[str, int] = {}
        for selection in selection_set.selections:
            self.visits += 1
            if isinstance(selection, FieldNode):
                name = (selection.alias or selection.name).value
                names[name] = names.get(name, 0) + 1
                parts.append(self._shape_of_field(selection))
            elif isinstance(selection, InlineFragmentNode):
                parts.append(self.shape_of(selection.selection_set))
            elif isinstance(selection, FragmentSpreadNode):
                parts.append(self._shape_of_fragment(selection.name.value))
        if not parts:
            return Shape()
        return Shape(
            depth=max(part.depth for part in parts),
            introspection_depth=max(part.introspection_depth for part in parts),
            introspection_lists=max(part.introspection_lists for part in parts),
            whole_depth=max(part.whole_depth for part in parts),
            whole_lists=max(part.whole_lists for part in parts),
            aliases=sum(part.aliases for part in parts),
            repeats=max([*names.values(), *(part.repeats for part in parts)]),
        )

    def _shape_of_field(self, field: FieldNode) -> Shape:
        name, inner = field.name.value, self.shape_of(field.selection_set)
        aliases = inner.aliases + (field.alias is not None)
        whole_depth = inner.whole_depth + 1
        whole_lists = inner.whole_lists + (name in _INTROSPECTION_LISTS)
        if name.startswith("__"):
            return Shape(0, whole_depth, whole_lists, whole_depth, whole_lists, aliases, inner.repeats)
        return Shape(
            inner.depth + 1,
            inner.introspection_depth,
            inner.introspection_lists,
            whole_depth,
            whole_lists,
            aliases,
            inner.repeats,
        )

    def _shape_of_fragment(self, name: str) -> Shape:
        if name not in self._shapes:
            # A fragment that reaches itself finds this and ends; validation refuses it afterwards.
            self._shapes[name] = Shape()
            fragment = self._fragments.get(name)
            self._shapes[name] = self.shape_of(fragment.selection_set if fragment else None)
        return self._shapes[name]


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """By name."""
    return {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
