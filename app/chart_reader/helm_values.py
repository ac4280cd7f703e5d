"""The values that templates and schemas see: the chart's defaults, its sub-charts' and the user's, as Helm merges them.

Each function does what its namesake in Helm does, warnings aside. Sources: Helm, pkg/chart/common/util/coalesce.go
and pkg/chart/v2/util/dependencies.go; compared with Helm itself by the tests.
"""

from typing import Any

from app.chart_reader.chart_tree import LoadedChart, Requirement, Values
from app.domain.semver import InvalidVersion, Version
from app.domain.semver_constraint import Constraint, InvalidConstraint

_GLOBAL = "global"


class ValuesMismatch(Exception):
    """What is set for a sub-chart is no mapping. `path`: keys that lead there."""

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__(path)
        self.path = path


def render_values(chart: LoadedChart, given: Values) -> Values:
    """The values an installation of `chart` with `given` has. Charts that are switched off are taken out of it.

    Raises ValuesMismatch.
    """
    _process_enabled(chart, given, "")
    _process_import_values(chart)
    return coalesce_values(chart, given)


def coalesce_values(chart: LoadedChart, given: Values) -> Values:
    """`given` over the defaults of the chart and its sub-charts; null deletes a default. Raises ValuesMismatch."""
    return _coalesce(chart, copied(given), (), merge=False)


def copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: copied(child) for key, child in value.items()}
    return [copied(child) for child in value] if isinstance(value, list) else value


# ── Merging ──


def _coalesce(chart: LoadedChart, dest: Values, path: tuple[str, ...], *, merge: bool) -> Values:
    _coalesce_defaults(chart, dest, merge=merge)
    for inner in chart.charts:
        below = (*path, inner.name)
        own = dest.setdefault(inner.name, {})
        if not isinstance(own, dict):
            raise ValuesMismatch(below)
        _coalesce_globals(own, dest)
        dest[inner.name] = _coalesce(inner, own, below, merge=merge)
    return dest


def _coalesce_defaults(chart: LoadedChart, dest: Values, *, merge: bool) -> None:
    names = {inner.name for inner in chart.charts}
    for key, default in copied(chart.values).items():
        if key in dest:
            own = dest[key]
            if own is None and not merge:
                del dest[key]
            elif isinstance(own, dict) and isinstance(default, dict):
                merge_inside = merge or key in names
                if not merge_inside:
                    _clean_nulls(default)
                _coalesce_tables(own, default, merge=merge_inside)
        elif merge or default is not None:
            if not merge and isinstance(default, dict):
                _clean_nulls(default)
            dest[key] = default


def _coalesce_tables(dest: Values, source: Values, *, merge: bool) -> Values:
    """`source` below `dest`; both are altered."""
    set_in_source = {key for key, value in source.items() if value is not None}
    source.update({key: None for key, value in dest.items() if value is None})
    for key, value in source.items():
        if key not in dest:
            dest[key] = value
        elif dest[key] is None and not merge and key in set_in_source:
            del dest[key]
        elif isinstance(value, dict) and isinstance(dest[key], dict):
            _coalesce_tables(dest[key], value, merge=merge)
    return dest


def _coalesce_globals(dest: Values, source: Values) -> None:
    """Those of the parent win over those that it sets for the sub-chart."""
    own, inherited = dest.get(_GLOBAL, {}), source.get(_GLOBAL, {})
    if not isinstance(own, dict) or not isinstance(inherited, dict):
        return
    for key, value in inherited.items():
        if isinstance(value, dict):
            table = copied(value)
            if key not in own:
                own[key] = table
            elif isinstance(own[key], dict):
                own[key] = _coalesce_tables(table, own[key], merge=True)
        elif not isinstance(own.get(key), dict):
            own[key] = value
    dest[_GLOBAL] = own


def _clean_nulls(values: Values) -> None:
    for key in [key for key, value in values.items() if value is None]:
        del values[key]
    for value in values.values():
        if isinstance(value, dict):
            _clean_nulls(value)


# ── Which charts are on ──


def _process_enabled(chart: LoadedChart, values: Values, path: str) -> None:
    if not chart.requirements:
        return
    chart.charts = _matched(chart)
    for requirement in chart.requirements:
        requirement.name = requirement.alias or requirement.name
        requirement.enabled = True
    merged = coalesce_values(chart, values)
    _apply_tags(chart.requirements, merged)
    for requirement in chart.requirements:
        _apply_condition(requirement, merged, path)
    switched_off = {requirement.name for requirement in chart.requirements if not requirement.enabled}
    chart.charts = [inner for inner in chart.charts if inner.name not in switched_off]
    for inner in chart.charts:
        _process_enabled(inner, merged, f"{path}{inner.name}.")
    chart.requirements = [each for each in chart.requirements if each.name not in switched_off]


def _matched(chart: LoadedChart) -> list[LoadedChart]:
    """Charts that nobody asks for, then one for each requirement that a chart fits."""
    found = [inner for inner in chart.charts if not any(_fits(inner, each) for each in chart.requirements)]
    for requirement in chart.requirements:
        fitting = next((inner for inner in chart.charts if _fits(inner, requirement)), None)
        if fitting is not None:
            found.append(fitting.under_another_name(requirement.alias or fitting.name))
    return found


def _fits(chart: LoadedChart, requirement: Requirement) -> bool:
    try:
        return chart.name == requirement.name and Constraint.parse(requirement.version).check(
            Version.parse(chart.version)
        )
    except (InvalidVersion, InvalidConstraint):
        return False


def _apply_tags(requirements: list[Requirement], values: Values) -> None:
    switches = values.get("tags")
    if not isinstance(switches, dict):
        return
    for requirement in requirements:
        said = [switches[tag] for tag in requirement.tags if isinstance(switches.get(tag), bool)]
        requirement.enabled = any(said) or not said


def _apply_condition(requirement: Requirement, values: Values, path: str) -> None:
    for condition in requirement.conditions:
        switch = _at(values, path + condition)
        if isinstance(switch, bool):
            requirement.enabled = switch
            return


def _at(values: Any, path: str) -> Any:
    """What stands at a dotted path; None where nothing does."""
    for key in path.split("."):
        if not isinstance(values, dict):
            return None
        values = values.get(key)
    return values


# ── import-values ──


def _process_import_values(chart: LoadedChart) -> None:
    """What a chart imports from those inside it becomes a default of its own."""
    for inner in chart.charts:
        _process_import_values(inner)
    if not chart.requirements:
        return
    values = _coalesce(chart, {}, (), merge=True)
    imported: Values = {}
    for requirement in chart.requirements:
        for wanted in requirement.import_values:
            child, parent = _import_paths(wanted)
            table = _at(values, f"{requirement.name}.{child}") if child else None
            if isinstance(table, dict):
                _coalesce_tables(imported, _nested(parent, copied(table)), merge=True)
    chart.values = _coalesce_tables(copied(values), imported, merge=True)


def _import_paths(wanted: Any) -> tuple[str, str]:
    """Where in the inner chart's values, and where to in the outer one's; the first is empty for nonsense."""
    if isinstance(wanted, str):
        return f"exports.{wanted}", "."
    if isinstance(wanted, dict):
        return str(wanted.get("child") or ""), str(wanted.get("parent") or "")
    return "", "."


def _nested(path: str, table: Values) -> Values:
    if path == ".":
        return table
    for key in reversed(path.split(".")):
        table = {key: table}
    return table
