"""YAML of strangers into text, lists and mappings, within bounds.

The parser's events are counted as they come and the result is built from them, so that nothing is ever built,
nor nested, past a bound. PyYAML's own composer recurses in C and crashes on deep nesting; it is not used.
Scalars stay as they are written: `1.10` is "1.10", never 1.1.
"""

from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import yaml
from yaml._yaml import CParser

from app.chart_reader.errors import ArchiveTooLarge, MalformedChart, UnsupportedChart
from app.chart_reader.limits import ReadingLimits

YamlNode: TypeAlias = "str | list[YamlNode] | dict[str, YamlNode] | None"

_TEXT_TAG = "tag:yaml.org,2002:str"
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))


def scan_yaml(text: str, path: str, limits: ReadingLimits) -> YamlNode:
    """The one document in `text`; None for an empty one. Plain `null`, `~` and nothing are None.

    Refused: duplicate and compound keys, merge keys, tags other than !!str, a second document.
    `path` is for errors. Raises ArchiveTooLarge, MalformedChart, UnsupportedChart.
    """
    parser = CParser(text)
    try:
        return cast(YamlNode, Builder(parser, path, limits).build())
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        raise MalformedChart(f"it is no YAML: {explained(error)}", path) from error
    finally:
        parser.dispose()


def explained(error: Exception) -> str:
    """What the YAML parser did not like, and in which line."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"{error.problem} in line {error.problem_mark.line + 1}"
    return str(error)


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end is still to come."""

    node: list[Any] | dict[Any, Any]
    anchor: str | None
    # Nodes counted before this one, to know afterwards how many it holds.
    nodes_before_count: int
    key: Any = None
    # Levels of lists and mappings inside it, those that aliases stand for included.
    levels_below_count: int = 0


@dataclass(slots=True)
class Builder:
    """Builds the one document that the parser's events tell of. What scalars and keys mean is for heirs to say."""

    parser: CParser
    path: str
    limits: ReadingLimits
    nodes_count: int = 0
    open: list[_Open] = field(default_factory=list)
    # Anchor → what it stands for, how many nodes and how many levels that is.
    anchored: dict[str, tuple[Any, int, int]] = field(default_factory=dict)
    root: Any = None

    def build(self) -> Any:
        documents_count = 0
        while (event := self.parser.get_event()) is not None:
            if isinstance(event, yaml.ScalarEvent):
                self._count(1)
                self._attach(self.scalar(event), event.anchor, 1, 0)
            elif isinstance(event, yaml.MappingStartEvent):
                self._begin({}, event)
            elif isinstance(event, yaml.SequenceStartEvent):
                self._begin([], event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._end()
            elif isinstance(event, yaml.AliasEvent):
                self._expand(event.anchor)
            elif isinstance(event, yaml.DocumentStartEvent):
                documents_count += 1
                if documents_count > 1:
                    raise MalformedChart("it holds more than one YAML document", self.path)
            elif isinstance(event, yaml.StreamEndEvent):
                break
        return self.root

    def _count(self, nodes_count: int) -> None:
        self.nodes_count += nodes_count
        if self.nodes_count > self.limits.yaml_max_nodes:
            raise ArchiveTooLarge(f"it holds more than {self.limits.yaml_max_nodes} YAML nodes", self.path)

    def scalar(self, event: yaml.ScalarEvent) -> Any:
        if event.tag is not None and event.tag != _TEXT_TAG:
            raise UnsupportedChart(f"it holds a YAML tag, {event.tag}", self.path)
        text: str = event.value
        plain = not event.style and event.tag is None
        return None if plain and text in _NULLS else text

    def _begin(self, node: list[Any] | dict[Any, Any], event: yaml.CollectionStartEvent) -> None:
        if event.tag is not None:
            self.collection_tag(event.tag)
        self._check_depth(1)
        self.open.append(_Open(node, event.anchor, self.nodes_count))
        self._count(1)

    def collection_tag(self, tag: str) -> None:
        raise UnsupportedChart(f"it holds a YAML tag, {tag}", self.path)

    def _check_depth(self, levels_count: int) -> None:
        if len(self.open) + levels_count > self.limits.yaml_max_depth:
            raise ArchiveTooLarge(f"its YAML is nested deeper than {self.limits.yaml_max_depth}", self.path)

    def _end(self) -> None:
        ended = self.open.pop()
        nodes_count = self.nodes_count - ended.nodes_before_count
        self._attach(ended.node, ended.anchor, nodes_count, 1 + ended.levels_below_count)

    def _expand(self, anchor: str | None) -> None:
        """An alias shares what it stands for, and counts for all of it: readers walk it in full."""
        if anchor is None or anchor not in self.anchored:
            raise MalformedChart(f"the YAML alias {anchor} stands for nothing, or for itself", self.path)
        node, nodes_count, levels_count = self.anchored[anchor]
        self._count(nodes_count)
        self._check_depth(levels_count)
        self._attach(node, None, nodes_count, levels_count)

    def _attach(self, node: Any, anchor: str | None, nodes_count: int, levels_count: int) -> None:
        if anchor is not None:
            self.anchored[anchor] = (node, nodes_count, levels_count)
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        parent.levels_below_count = max(parent.levels_below_count, levels_count)
        if isinstance(parent.node, list):
            parent.node.append(node)
        elif parent.key is None:
            parent.key = self.key(node, parent.node)
        else:
            self.put(parent.node, parent.key, node)
            parent.key = None

    def put(self, mapping: dict[Any, Any], key: Any, node: Any) -> None:
        mapping[key] = node

    def key(self, node: Any, mapping: dict[Any, Any]) -> Any:
        if not isinstance(node, str):
            raise MalformedChart("it holds a YAML key that is no text", self.path)
        if node == "<<":
            raise UnsupportedChart("it holds a YAML merge key", self.path)
        if node in mapping:
            raise MalformedChart(f"it holds the YAML key {node} twice", self.path)
        return node
