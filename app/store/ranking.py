"""The statements that put hits in order, best first. Built once for each shape of a question, then run with values.

What is best is decided here and not by either database, from the chart alone: in both the same order, which no other
chart's coming or going changes, so that a page can go on behind the last row of the one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    String,
    Subquery,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlmodel import col

from app.store.charts import CHARTS, ChartConditions
from app.store.columns import ByteOrdered, Identity, Instant
from app.store.entities import Chart
from app.store.prepared import given
from app.store.search_documents import EVERYTHING, NAMES, SUMMARIES, TOPICS, Dialect

RANKED_AT_MOST = 1000
"""Hits that are put in order, those that match closest. People look at the first few; ranking all of a million
would take a second. Those beyond come behind all ranked ones, in the order of their ids."""


class Closeness(IntEnum):
    """How well a chart matches, best first."""

    SAME_NAME = 0
    NAME_BEGINS = 1
    WORDS_OF_NAME = 2
    BEGINNINGS_IN_NAME = 3
    KEYWORDS = 4
    BEGINNINGS_IN_KEYWORDS = 5
    DESCRIPTION = 6
    TYPO_IN_NAME = 7
    BODY = 8
    UNRANKED = 9


_OF_NAMES = (
    Closeness.SAME_NAME,
    Closeness.NAME_BEGINS,
    Closeness.WORDS_OF_NAME,
    Closeness.BEGINNINGS_IN_NAME,
    Closeness.TYPO_IN_NAME,
)
"""Shorter names first: of `redis-cluster` and `redis-ha-with-sentinel`, more of the first was typed."""
CLOSENESS, _DEPRECATED, _STALE = 10_000, 2_000, 1_000  # what a score is made of; names have 300 characters at most


KINDS = (
    (Closeness.WORDS_OF_NAME, NAMES, True),
    (Closeness.BEGINNINGS_IN_NAME, NAMES, False),
    (Closeness.KEYWORDS, TOPICS, True),
    (Closeness.BEGINNINGS_IN_KEYWORDS, TOPICS, False),
    (Closeness.DESCRIPTION, SUMMARIES, False),
    (Closeness.BODY, EVERYTHING, False),
)
"""In which document words, or their beginnings, must stand for a chart to match so closely."""


def query_name(closeness: Closeness, place: str = "") -> str:
    return f"query_{int(closeness)}{place}"


@dataclass(frozen=True, slots=True)
class Ranking:
    """Statements; values are given by name. Those `behind` go on behind a row.

    Each row of them is a chart, its score and, of `best`, how many hits were put in order. `named` finds hits that
    nothing else precedes: where they fill a page, no other needs to be looked for.
    """

    named: Select[Any]
    named_behind: Select[Any]
    best: Select[Any]
    best_behind: Select[Any]
    unranked: Select[Any]
    """Hits beyond those that are ranked: charts alone."""


@lru_cache(maxsize=64)  # to build them takes longer than to run them, and who types keeps what they ticked
def ranking(dialect: Dialect, corrected: tuple[str, ...], conditions: ChartConditions) -> Ranking:
    """`corrected` are the documents that corrections are looked for in."""
    clauses = conditions.clauses()
    named = _named(clauses).cte("named")
    # Conditions that leave out much are applied before hits are taken; otherwise only behind, which is faster.
    pool, matches = _pool(dialect, corrected, named, clauses if conditions.narrowing else [])
    scored_names = select(named.c.id, named.c.name_key, _score(named.c.closeness, named.c).label("score"))
    found = union_all(scored_names, _others(named, pool, clauses)).subquery("found")
    counted = (_count_of(named) + _count_of(pool)).label("counted")
    ranked = union_all(select(named.c.id), select(pool.c.id))
    unranked = CHARTS.statement.where(*clauses, matches, col(Chart.id) > _AFTER_ID, col(Chart.id).not_in(ranked))
    of_names = scored_names.subquery("found")
    return Ranking(
        named=_best(of_names),
        named_behind=_best(of_names, behind=True),
        best=_best(found, counted),
        best_behind=_best(found, counted, behind=True),
        unranked=unranked.order_by(col(Chart.id)).limit(_ROWS),
    )


_ROWS, _AFTER_ID = given("rows", Integer), given("after_id", Identity)
_AFTER = tuple_(given("after_score", Identity), given("after_key", ByteOrdered), _AFTER_ID)


def _best(found: Subquery, *told: ColumnElement[Any], behind: bool = False) -> Select[Any]:
    """Whole charts are read last, those of the page alone."""
    key = (found.c.score, found.c.name_key, found.c.id)
    hits = select(found).where(tuple_(*key) > _AFTER) if behind else select(found)
    top = hits.order_by(*key).limit(_ROWS).subquery("top")
    return (
        CHARTS.statement.add_columns(top.c.score, *told)
        .join(top, top.c.id == col(Chart.id))
        .order_by(top.c.score, top.c.name_key, top.c.id)
    )


def _count_of(hits: CTE) -> ColumnElement[int]:
    return select(func.count()).select_from(hits).scalar_subquery()


def _named(clauses: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Charts of this very name, or whose names begin so, with all that their score is made of: an index has it."""
    key, end = given("key", ByteOrdered), given("key_end", ByteOrdered)
    name = col(Chart.name_key)
    closeness = case((name == key, int(Closeness.SAME_NAME)), else_=int(Closeness.NAME_BEGINS))
    return (
        select(col(Chart.id), name, col(Chart.deprecated), col(Chart.released_at), closeness.label("closeness"))
        .where(name >= key, name < end, *clauses)
        .order_by(name, col(Chart.id))
        .limit(RANKED_AT_MOST)
    )


def _pool(
    dialect: Dialect, corrected: tuple[str, ...], named: CTE, clauses: Sequence[ColumnElement[bool]]
) -> tuple[CTE, ColumnElement[bool]]:
    """Ids of the other hits that are put in order, and how closely they match; and what is true for all hits."""

    def first_hits(matches: Select[tuple[int]]) -> Select[tuple[int]]:
        hits = matches.subquery()
        found = select(hits.c.id)
        if clauses:
            found = found.join(Chart, col(Chart.id) == hits.c.id).where(*clauses)
        # PostgreSQL must not walk the ids in order and read a whole document for each: a sum has no index.
        return found.order_by(hits.c.id if dialect.is_sqlite else hits.c.id + 0).limit(RANKED_AT_MOST)

    def bound(closeness: Closeness, place: str = "") -> ColumnElement[str]:
        return given(query_name(closeness, place), String)

    kinds = {kind: dialect.matching({place: bound(kind)}) for kind, place, _ in KINDS}
    if corrected:
        kind = Closeness.TYPO_IN_NAME
        kinds[kind] = dialect.matching({place: bound(kind, place) for place in corrected})
    all_hits = [col(Chart.id).in_(kinds[kind]) for kind in (Closeness.BODY, Closeness.TYPO_IN_NAME) if kind in kinds]
    arms: list[Select[Any]] = []
    for closeness, matches in sorted(kinds.items()):
        of_kind = first_hits(matches).subquery()
        arms.append(select(of_kind.c.id, literal(int(closeness), Integer).label("closeness")))
    # Kinds come best first, and neither database looks for one once there are enough.
    left = literal(RANKED_AT_MOST, Integer) - _count_of(named)
    return union_all(*arms).limit(left).cte("pool"), or_(*all_hits)


def _others(named: CTE, pool: CTE, clauses: Sequence[ColumnElement[bool]]) -> Select[int, str, int]:
    """Id, name key and score of each hit of the pool that is not among the named ones, once."""
    best = (
        select(pool.c.id, func.min(pool.c.closeness).label("closeness"))
        .where(pool.c.id.not_in(select(named.c.id)))
        .group_by(pool.c.id)
        .subquery("best")
    )
    score = _score(best.c.closeness, Chart.__table__.c).label("score")  # type: ignore[attr-defined]
    return select(col(Chart.id), col(Chart.name_key), score).join(best, best.c.id == col(Chart.id)).where(*clauses)


def _score(closeness: ColumnElement[int], of_chart: Any) -> ColumnElement[int]:
    stale_before = given("stale_before", Instant)
    return (
        closeness * CLOSENESS
        + case((of_chart.deprecated, _DEPRECATED), else_=0)
        + case((of_chart.released_at < stale_before, _STALE), else_=0)
        + case((closeness.in_([int(kind) for kind in _OF_NAMES]), func.length(of_chart.name_key)), else_=0)
    )
