"""Values of strangers as Helm takes them: YAML into JSON values, within bounds.

Helm reads YAML by sigs.k8s.io/yaml, which is go-yaml 2 and then JSON: YAML 1.1 words for booleans, octal numbers
by a leading nought, sexagesimals and dates as text, the later of two equal keys, merge keys that override what
stands before them. Source: go-yaml v2, resolve.go and decode.go; compared with Helm itself by the tests.
"""

import base64
import binascii
import math
import re
from dataclasses import dataclass
from typing import Any, Final

import yaml
from yaml._yaml import CParser

from app.chart_reader.errors import MalformedChart, UnsupportedChart
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.yaml_scan import Builder, explained
from app.domain.values_diff import Json

_TAG: Final = "tag:yaml.org,2002:"
_WORDS: Final[dict[str, Json]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
}
_INFINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_INTEGER: Final = re.compile(r"(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bin>[01]+)|"
                             r"0[oO]?(?P<oct>[0-7]+)|(?P<dec>0|[1-9][0-9]*))")  # fmt: skip
_BASES: Final = {"hex": 16, "bin": 2, "oct": 8, "dec": 10}
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NUMBER_BEGINS: Final = frozenset("+-.0123456789")
_INT64_MIN, _UINT64_MAX = -(2**63), 2**64 - 1
_MERGE: Final = object()
"""The key `<<`, unquoted."""


def parse_yaml_tree(text: str, path: str, limits: ReadingLimits) -> Json:
    """The one document in `text`; None for an empty one. Merged and aliased nodes count as often as they stand.

    `path` is for errors. Raises ArchiveTooLarge, MalformedChart, UnsupportedChart.
    """
    parser = CParser(text)
    try:
        tree: Json = _TreeBuilder(parser, path, limits).build()
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        raise MalformedChart(f"it is no YAML: {explained(error)}", path) from error
    finally:
        parser.dispose()
    return tree


@dataclass(slots=True)
class _TreeBuilder(Builder):
    def scalar(self, event: yaml.ScalarEvent) -> Any:
        text: str = event.value
        tag: str | None = event.tag
        if tag is None:
            if event.style:
                return text
            return _MERGE if text == "<<" and self._awaits_key() else self._plain(text)
        if not tag.startswith(_TAG) or tag == f"{_TAG}str":
            return text  # a tag of somebody's own means nothing to Helm
        return self._tagged(text, tag.removeprefix(_TAG))

    def _awaits_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].node, dict) and self.open[-1].key is None

    def _plain(self, text: str) -> Json:
        if text in _WORDS:
            return _WORDS[text]
        if text[0] in _NUMBER_BEGINS:
            return self._number(text)
        return text

    def _number(self, text: str) -> Json:
        if _INFINITE.fullmatch(text):
            raise MalformedChart(f"it holds {text}, which is no number to JSON", self.path)
        digits = text if text[0] == "." else text.replace("_", "")
        found = _INTEGER.fullmatch(digits)
        if found is not None:
            base = found.lastgroup or "dec"
            number = int(found[base], _BASES[base]) if len(digits) <= 70 else _UINT64_MAX + 1
            number = -number if found["sign"] == "-" else number
            if _INT64_MIN <= number <= _UINT64_MAX:
                return number
        if _FLOAT.fullmatch(digits):
            value = float(digits)
            return text if math.isinf(value) else value
        return text

    def _tagged(self, text: str, kind: str) -> Json:
        if kind == "binary":
            try:
                return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace")
            except binascii.Error as error:
                raise MalformedChart("it holds !!binary that is no base64", self.path) from error
        value = self._plain(text)
        kinds: dict[str, type | tuple[type, ...]] = {
            "int": int, "float": (int, float), "bool": bool, "null": type(None), "timestamp": str,
        }  # fmt: skip
        fits = kind in kinds and isinstance(value, kinds[kind]) and isinstance(value, bool) == (kind == "bool")
        if not fits:
            raise MalformedChart(f"it holds a value that is no !!{kind}", self.path)
        return value

    def collection_tag(self, tag: str) -> None:
        if tag.startswith(_TAG) and tag not in (f"{_TAG}map", f"{_TAG}seq"):
            raise UnsupportedChart(f"it holds a YAML tag, {tag}", self.path)

    def key(self, node: Any, mapping: dict[Any, Any]) -> Any:
        """As sigs.k8s.io/yaml writes keys that are no text."""
        if node is _MERGE or isinstance(node, str):
            return node
        if isinstance(node, bool):
            return "true" if node else "false"
        if isinstance(node, int):
            return str(node)
        if isinstance(node, float):
            return f"{node:g}"
        raise MalformedChart("it holds a YAML key that is null, a list or a mapping", self.path)

    def put(self, mapping: dict[Any, Any], key: Any, node: Any) -> None:
        if key is not _MERGE:
            mapping[key] = node
            return
        merged = node if isinstance(node, list) else [node]
        if not all(isinstance(each, dict) for each in merged):
            raise MalformedChart("it merges something other than mappings", self.path)
        for each in reversed(merged):  # the first of a list wins
            mapping.update(each)
