"""Values of a user against the schemas of a chart and of those inside it.

Source: Helm, pkg/chart/common/util/jsonschema.go. Other than Helm, no schema fetches another one: a `$ref` that
leads out of it is a problem. `urn:` references allow anything, as there.
"""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from app.chart_reader.answers import ValuesProblem, ValuesVerdict
from app.chart_reader.chart_tree import LoadedChart, load_chart
from app.chart_reader.errors import ChartReadError
from app.chart_reader.helm_values import ValuesMismatch, render_values
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.yaml_tree import parse_yaml_tree

# A pattern that backtracks more often is one written to hang; honest ones stay under a hundred.
_PATTERNS = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000)
_MESSAGE_MAX_CHARACTERS = 500
_GIVEN = "values"


def check_values(archive: bytes, given: str, limits: ReadingLimits) -> ValuesVerdict:
    """What an installation of the chart with the values in the YAML text `given` is told about them.

    Raises ChartReadError where it is the chart that cannot be read.
    """
    chart = load_chart(archive, limits)
    try:
        values = parse_yaml_tree(given, _GIVEN, limits)
    except ChartReadError as error:
        return ValuesVerdict(_has_schema(chart), (ValuesProblem("", _capital(error.reason)),))
    if values is not None and not isinstance(values, dict):
        problem = ValuesProblem("", "The values are no YAML mapping.")
        return ValuesVerdict(_has_schema(chart), (problem,))
    try:
        merged = render_values(chart, values or {})
    except ValuesMismatch as mismatch:
        problem = ValuesProblem(_pointer(mismatch.path), "This is the name of a chart inside: it must be a mapping.")
        return ValuesVerdict(_has_schema(chart), (problem,))
    problems: list[ValuesProblem] = []
    for problem in _problems(chart, merged, ()):
        problems.append(problem)
        if len(problems) == limits.problems_max_count:
            break
    return ValuesVerdict(_has_schema(chart), tuple(problems))


def warm_up() -> None:
    """Builds what is built at first use."""
    list(_against({"type": "object", "properties": {"a": {"pattern": "^(?=b)b$", "format": "uri"}}}, {"a": "b"}, ()))


def _has_schema(chart: LoadedChart) -> bool:
    return chart.schema is not None or any(_has_schema(inner) for inner in chart.charts)


def _problems(chart: LoadedChart, values: Any, path: tuple[str, ...]) -> Iterator[ValuesProblem]:
    if chart.schema is not None:
        try:
            schema = json.loads(chart.schema)
        except (ValueError, RecursionError) as error:
            yield ValuesProblem(_pointer(path), _of_schema(chart, f"is no JSON: {error}"))
        else:
            yield from _against(schema, values, path, chart)
    for inner in chart.charts:
        own = values.get(inner.name)
        if isinstance(own, dict):
            yield from _problems(inner, own, (*path, inner.name))


def _against(
    schema: Any, values: Any, path: tuple[str, ...], chart: LoadedChart | None = None
) -> Iterator[ValuesProblem]:
    try:
        validator = jsonschema_rs.validator_for(schema, retriever=_refuse, pattern_options=_PATTERNS)
        for error in validator.iter_errors(values):
            yield ValuesProblem(_pointer((*path, *error.instance_path)), _cut(_capital(error.message) + "."))
    except (ValueError, jsonschema_rs.ReferencingError) as error:  # of which ValidationError is one
        reason = getattr(error, "message", None) or str(error)
        yield ValuesProblem(_pointer(path), _of_schema(chart, f"cannot be used: {reason}"))


def _refuse(uri: str) -> Any:
    if uri.startswith("urn:"):
        return True
    raise ValueError("schemas are never fetched")


def _of_schema(chart: LoadedChart | None, what: str) -> str:
    return _cut(f"values.schema.json of {chart.name if chart else 'the chart'} {what}.")


def _pointer(path: tuple[str | int, ...]) -> str:
    """RFC 6901."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cut(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _MESSAGE_MAX_CHARACTERS else f"{one_line[: _MESSAGE_MAX_CHARACTERS - 1]}…"
