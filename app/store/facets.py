"""How many charts of a result there are of each kind: one statement, counted over all of its pages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import CTE, ColumnElement, String, Subquery, cast, func, literal, select, union_all
from sqlmodel import col

from app.store.chart_index import ChartKeyword
from app.store.driver_rows import DriverRows, read_rows
from app.store.entities import Chart

KEYWORDS_SHOWN = 50
_WHOLE = 0
_COUNT = func.count().label("count")


@dataclass(frozen=True, slots=True)
class Facets:
    """Pairs of value and count, most first. Registries by id; types as in Chart.yaml; keywords in lower case."""

    registries: list[tuple[int, int]]
    keywords: list[tuple[str, int]]
    types: list[tuple[str, int]]
    deprecated: int


NONE = Facets([], [], [], 0)


async def count_facets(reader: DriverRows, conditions: Sequence[ColumnElement[bool]]) -> Facets:
    """Of the charts that the conditions leave, each counted under every value it has."""
    charts = _found(conditions)
    keyword = col(ChartKeyword.keyword)
    keywords = (
        select(literal(_WHOLE).label("facet_group"), keyword.label("value"), _COUNT)
        .where(col(ChartKeyword.chart_id).in_(select(charts.c.id)))
        .group_by(keyword)
        .order_by(_COUNT.desc(), keyword)
        .limit(KEYWORDS_SHOWN)
        .subquery()
    )
    counted = await _count(reader, charts, literal(_WHOLE), keywords)
    return counted.get(_WHOLE, NONE)


async def count_facets_by_registry(reader: DriverRows, conditions: Sequence[ColumnElement[bool]]) -> dict[int, Facets]:
    """The same of each registry, by its id; none where it has no chart."""
    charts = _found(conditions)
    group, keyword = charts.c.registry_id.label("facet_group"), col(ChartKeyword.keyword)
    place = func.row_number().over(partition_by=charts.c.registry_id, order_by=(_COUNT.desc(), keyword))
    ranked = (
        select(group, keyword.label("value"), _COUNT, place.label("place"))
        .join(charts, charts.c.id == col(ChartKeyword.chart_id))
        .group_by(charts.c.registry_id, keyword)
        .subquery()
    )
    keywords = select(ranked).where(ranked.c.place <= KEYWORDS_SHOWN).subquery()
    return await _count(reader, charts, charts.c.registry_id, keywords)


def _found(conditions: Sequence[ColumnElement[bool]]) -> CTE:
    told = (col(Chart.id), col(Chart.registry_id), col(Chart.type), col(Chart.deprecated))
    return select(*told).where(*conditions).cte("found")


async def _count(reader: DriverRows, charts: CTE, group: ColumnElement[int], keywords: Subquery) -> dict[int, Facets]:
    statement = union_all(
        # Named, since group and value may be the same column.
        select(
            literal("registry").label("kind"),
            group.label("facet_group"),
            cast(charts.c.registry_id, String).label("value"),
            _COUNT,
        ).group_by(charts.c.registry_id),
        select(literal("type"), group, charts.c.type, _COUNT).group_by(charts.c.registry_id, charts.c.type),
        select(literal("deprecated"), group, literal(""), _COUNT)
        .where(charts.c.deprecated)
        .group_by(charts.c.registry_id),
        select(literal("keyword"), keywords.c.facet_group, keywords.c.value, keywords.c.count),
    )
    counted: dict[int, dict[str, Counter[str]]] = {}
    for kind, of_group, value, number in await read_rows(reader, statement):
        # Types and deprecated ones come by registry; of the whole result, these are added up.
        counted.setdefault(of_group, {}).setdefault(kind, Counter())[value] += number
    return {of_group: _facets(kinds) for of_group, kinds in counted.items()}


def _facets(kinds: dict[str, Counter[str]]) -> Facets:
    ordered = {kind: sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0])) for kind, pairs in kinds.items()}
    return Facets(
        registries=[(int(value), number) for value, number in ordered.get("registry", [])],
        keywords=ordered.get("keyword", []),
        types=ordered.get("type", []),
        deprecated=sum(number for _, number in ordered.get("deprecated", [])),
    )
