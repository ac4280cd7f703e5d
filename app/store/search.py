"""Search over charts: one document a chart, of its latest version. FTS5 on SQLite, tsvector on PostgreSQL.

Both match words as they are (no stemming), as prefixes, and want all of them. What is best is decided here and
not by either database, from the chart alone: in both the same order, which no other chart's coming or going
changes, so that a page can go on behind the last row of the one before.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    table,
    text,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.orm import Mapped
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.search_words import (
    TYPO_MIN_CHARS,
    begins_with_one_typo,
    highlight,
    is_one_typo_apart,
    name_key,
    with_one_letter_less,
    words_of,
)
from app.store.chart_index import NameTypo, NameWord
from app.store.charts import CHARTS, ChartConditions
from app.store.columns import ByteOrdered, Identity, Instant, TsQuery
from app.store.entities import Chart, ChartContent, ChartVersion
from app.store.keyset import Page
from app.store.session import execute

RANKED_AT_MOST = 1000
"""Hits of each kind that are put in order. People look at the first few; ranking all of a million would take a
second. Those beyond come behind all ranked ones, in the order of their ids."""
CORRECTIONS_AT_MOST = 8
LOOK_ALIKES_AT_MOST = 1000
"""Words with the same first letters that are compared with what was typed: two milliseconds."""
SAME_LETTERS = 3
HIGHLIGHTED_CHARACTERS = 8_000
"""Of each text: where the first match stands further down, none is shown."""
LAST_LETTER = "\U0010ffff"

NAMES, TOPICS, SUMMARIES, EVERYTHING = "names", "topics", "summaries", "everything"
_FTS5_COLUMNS = {NAMES: "{names}", TOPICS: "{names keywords}", SUMMARIES: "{names keywords description}"}


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
_CLOSENESS, _DEPRECATED, _STALE = 10_000, 2_000, 1_000  # what a score is made of; names have 300 characters at most


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody is looking for: words, and for each the words of names it may be a typo of."""

    words: tuple[str, ...]
    corrections: tuple[tuple[str, ...], ...] = ()

    @property
    def has_typos(self) -> bool:
        return any(self.corrections)

    def alternatives(self) -> list[tuple[str, tuple[str, ...]]]:
        return list(zip(self.words, self.corrections or ((),) * len(self.words), strict=True))


@dataclass(frozen=True, slots=True)
class Ranked:
    """A chart that matches. `score` is lower where it does so better."""

    chart: Chart
    score: int

    @property
    def keys(self) -> tuple[int, str, int]:
        """Of a cursor behind it."""
        if self.score >= Closeness.UNRANKED * _CLOSENESS:
            return (self.score, "", self.chart.id)
        return (self.score, self.chart.name_key, self.chart.id)


# ── What is asked ──


async def read_question(session: AsyncSession, typed: str | None) -> Question | None:
    """None where there is no word in it. A word that begins no word of any name may have a typo."""
    words = tuple(words_of(typed or ""))
    if not words:
        return None
    doubtful = await _unknown(session, {word for word in words if len(word) >= TYPO_MIN_CHARS})
    if not doubtful:
        return Question(words)
    corrected = await _corrections(session, doubtful)
    return Question(words, tuple(corrected.get(word, ()) for word in words))


async def _unknown(session: AsyncSession, words: Collection[str]) -> set[str]:
    if not words:
        return set()
    known = [
        select(literal(word).label("typed")).where(
            select(col(NameWord.word)).where(_begins_with(col(NameWord.word), word)).exists()
        )
        for word in sorted(words)
    ]
    return set(words) - set((await execute(session, union_all(*known))).scalars())


async def _corrections(session: AsyncSession, words: Collection[str]) -> dict[str, tuple[str, ...]]:
    variants = {variant for word in words for variant in with_one_letter_less(word)}
    similar: list[Select[Any]] = [select(col(NameTypo.word).label("word")).where(col(NameTypo.variant).in_(variants))]
    for word in sorted(words):
        alike: Select[Any] = select(col(NameWord.word).label("word")).where(
            _begins_with(col(NameWord.word), word[:SAME_LETTERS])
        )
        similar.append(select(alike.order_by(col(NameWord.word)).limit(LOOK_ALIKES_AT_MOST).subquery().c.word))
    candidates = set((await execute(session, union(*similar))).scalars())
    return {typed: _nearest(typed, candidates) for typed in words}


def _nearest(typed: str, candidates: Collection[str]) -> tuple[str, ...]:
    whole = sorted(word for word in candidates if is_one_typo_apart(typed, word))
    begun = sorted(word for word in candidates if begins_with_one_typo(typed, word))
    return tuple(dict.fromkeys([*whole, *sorted(begun, key=len)]))[:CORRECTIONS_AT_MOST]


def _begins_with(name: Mapped[str], beginning: str) -> ColumnElement[bool]:
    return and_(name >= literal(beginning, ByteOrdered), name < literal(beginning + LAST_LETTER, ByteOrdered))


# ── Which charts match ──


_PREFER_INDEX = "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"
"""Until the transaction ends. What is read whole all the same counts as so dear then that it would be compiled."""
_KINDS = (
    (Closeness.WORDS_OF_NAME, NAMES, True),
    (Closeness.BEGINNINGS_IN_NAME, NAMES, False),
    (Closeness.KEYWORDS, TOPICS, True),
    (Closeness.BEGINNINGS_IN_KEYWORDS, TOPICS, False),
    (Closeness.DESCRIPTION, SUMMARIES, False),
    (Closeness.BODY, EVERYTHING, False),
)
"""In which document words, or their beginnings, must stand for a chart to match so closely."""


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How one database is asked for the ids of charts whose documents hold words."""

    is_sqlite: bool

    def query(self, place: str, words: Sequence[str], *, whole: bool = False) -> str:
        """All words, or their beginnings, anywhere in this document."""
        if self.is_sqlite:
            sign = "" if whole else "*"
            return self._in_fts5(place, " AND ".join(f'"{word}"{sign}' for word in words))
        return " & ".join(f"'{word}'" if whole else f"'{word}':*" for word in words)

    def corrected(self, question: Question) -> dict[str, str]:
        """Queries by document: words with a typo in the name, the others anywhere."""
        mended = [fixes for _, fixes in question.alternatives() if fixes]
        others = [word for word, fixes in question.alternatives() if not fixes]
        if self.is_sqlite:
            parts = [self._in_fts5(NAMES, " OR ".join(f'"{word}"' for word in fixes)) for fixes in mended]
            return {EVERYTHING: " AND ".join([f"({part})" for part in parts] + [f'"{word}"*' for word in others])}
        asked = {NAMES: " & ".join("({})".format(" | ".join(f"'{word}'" for word in fixes)) for fixes in mended)}
        return asked | ({EVERYTHING: self.query(EVERYTHING, others)} if others else {})

    def matching(self, queries: Mapping[str, ColumnElement[str]]) -> Select[tuple[int]]:
        """The ids of charts whose documents, by name, fit queries as the methods above write them."""
        if self.is_sqlite:
            # The columns are part of the query.
            documents = table("chart_search", column("rowid", Integer), column("chart_search", String))
            (query,) = queries.values()
            return select(documents.c.rowid.label("id")).where(documents.c.chart_search.op("MATCH")(query))
        documents = table("chart_search", column("chart_id", Integer), *(column(place) for place in queries))
        fitting = [documents.c[place].op("@@")(cast(query, TsQuery)) for place, query in queries.items()]
        return select(documents.c.chart_id.label("id")).where(*fitting)

    def _in_fts5(self, place: str, query: str) -> str:
        columns = _FTS5_COLUMNS.get(place)
        return f"{columns} : ({query})" if columns else query


def matching(session: AsyncSession, question: Question) -> ColumnElement[bool]:
    """True for every chart that matches, however well."""
    dialect = _dialect_of(session)

    def ids(queries: dict[str, str]) -> ColumnElement[bool]:
        return col(Chart.id).in_(dialect.matching({place: literal(query) for place, query in queries.items()}))

    found = ids({EVERYTHING: dialect.query(EVERYTHING, question.words)})
    return or_(found, ids(dialect.corrected(question))) if question.has_typos else found


async def prefer_index(session: AsyncSession) -> None:
    """Before a statement with `matching`, in its transaction: PostgreSQL takes reading all documents for cheap,
    since it knows their number and not that each of them has kilobytes which are stored aside."""
    if not _dialect_of(session).is_sqlite:
        await execute(session, text(_PREFER_INDEX))


def _dialect_of(session: AsyncSession) -> _Dialect:
    return _Dialect(session.get_bind().dialect.name == "sqlite")


# ── Best first ──


async def page(
    session: AsyncSession,
    question: Question,
    conditions: ChartConditions,
    first: int,
    after: Sequence[Any] | None,
    *,
    stale_before: datetime,
) -> Page[Ranked]:
    """Charts that match, best first; keys of the cursor: score, name key, id.

    One statement, and one more behind the last of the ranked ones; on PostgreSQL `prefer_index` before.
    """
    await prefer_index(session)
    dialect, unranked = _dialect_of(session), Closeness.UNRANKED * _CLOSENESS
    corrected = dialect.corrected(question) if question.has_typos else {}
    values = {_query_name(kind): dialect.query(place, question.words, whole=whole) for kind, place, whole in _KINDS}
    values |= {_query_name(Closeness.TYPO_IN_NAME, place): query for place, query in corrected.items()}
    key = name_key(" ".join(question.words))
    values |= {"key": key, "key_end": key + LAST_LETTER}
    best_first, go_on, beyond = _statements(dialect, tuple(corrected), conditions)
    rows: list[Ranked] = []
    more_than_ranked = True
    if after is None or after[0] < unranked:
        given = {} if after is None else dict(zip(("after_score", "after_key", "after_id"), after, strict=True))
        asked = values | given | {"stale_before": stale_before, "rows": first + 1}
        found = (await execute(session, best_first if after is None else go_on, asked)).all()
        rows = [Ranked(CHARTS.made_of(row), row.score) for row in found]
        more_than_ranked = not found or found[0].counted >= RANKED_AT_MOST
    if len(rows) <= first and more_than_ranked:
        behind = after[2] if after is not None and after[0] >= unranked else 0
        asked = values | {"after_id": behind, "rows": first + 1 - len(rows)}
        rows += [Ranked(chart, unranked) for chart in await CHARTS.read(session, beyond, asked)]
    return Page(rows[:first], len(rows) > first)


def _query_name(closeness: Closeness, place: str = "") -> str:
    return f"query_{int(closeness)}{place}"


@lru_cache(maxsize=64)  # to build them takes longer than to run them, and who types keeps what they ticked
def _statements(dialect: _Dialect, corrected: tuple[str, ...], conditions: ChartConditions) -> tuple[Any, Any, Any]:
    """For the first page, for one that goes on behind a row, and for hits beyond those that are ranked.

    `corrected` are the documents that corrections are looked for in. Values are given by name.
    """
    clauses = conditions.clauses()
    # Conditions that leave out much are applied before hits are ranked; otherwise only behind, which is faster.
    pool, matches = _pool(dialect, corrected, clauses if conditions.narrowing else [])
    best = select(pool.c.id, func.min(pool.c.closeness).label("closeness")).group_by(pool.c.id).subquery("best")
    score = (
        best.c.closeness * _CLOSENESS
        + case((col(Chart.deprecated), _DEPRECATED), else_=0)
        + case((col(Chart.released_at) < bindparam("stale_before", type_=Instant), _STALE), else_=0)
        + case((best.c.closeness.in_([int(kind) for kind in _OF_NAMES]), func.length(col(Chart.name_key))), else_=0)
    )
    counted = select(func.count()).select_from(pool).scalar_subquery().label("counted")
    key = (score, col(Chart.name_key), col(Chart.id))
    rows, after_id = bindparam("rows", type_=Integer), bindparam("after_id", type_=Identity)
    best_first = (
        CHARTS.statement.add_columns(score.label("score"), counted)
        .join(best, best.c.id == col(Chart.id))
        .where(*clauses)
        .order_by(*key)
        .limit(rows)
    )
    after = tuple_(bindparam("after_score", type_=Identity), bindparam("after_key", type_=ByteOrdered), after_id)
    ranked = select(pool.c.id)
    beyond = (
        CHARTS.statement.where(*clauses, matches, col(Chart.id) > after_id, col(Chart.id).not_in(ranked))
        .order_by(col(Chart.id))
        .limit(rows)
    )
    return best_first, best_first.where(tuple_(*key) > after), beyond


def _pool(
    dialect: _Dialect, corrected: tuple[str, ...], clauses: Sequence[ColumnElement[bool]]
) -> tuple[CTE, ColumnElement[bool]]:
    """Ids of the hits that are put in order, and how closely they match; and what is true for all hits."""

    def first_hits(matches: Select[tuple[int]]) -> Select[tuple[int]]:
        hits = matches.subquery()
        found = select(hits.c.id)
        if clauses:
            found = found.join(Chart, col(Chart.id) == hits.c.id).where(*clauses)
        # PostgreSQL must not walk the ids in order and read a whole document for each: a sum has no index.
        return found.order_by(hits.c.id if dialect.is_sqlite else hits.c.id + 0).limit(RANKED_AT_MOST)

    def bound(closeness: Closeness, place: str = "") -> ColumnElement[str]:
        return bindparam(_query_name(closeness, place), type_=String)

    kinds = {kind: dialect.matching({place: bound(kind)}) for kind, place, _ in _KINDS}
    if corrected:
        kind = Closeness.TYPO_IN_NAME
        kinds[kind] = dialect.matching({place: bound(kind, place) for place in corrected})
    all_hits = [col(Chart.id).in_(kinds[kind]) for kind in (Closeness.BODY, Closeness.TYPO_IN_NAME) if kind in kinds]
    named = _named(clauses).subquery()
    arms: list[Select[Any]] = [select(named.c.id, named.c.closeness)]
    for closeness, matches in kinds.items():
        of_kind = first_hits(matches).subquery()
        arms.append(select(of_kind.c.id, literal(int(closeness), Integer).label("closeness")))
    return union_all(*arms).cte("pool"), or_(*all_hits)


def _named(clauses: Sequence[ColumnElement[bool]]) -> Select[tuple[int, int]]:
    """Charts of this very name, or whose names begin so: few of them must not be lost among a thousand others."""
    key, end = bindparam("key", type_=ByteOrdered), bindparam("key_end", type_=ByteOrdered)
    name = col(Chart.name_key)
    closeness = case((name == key, int(Closeness.SAME_NAME)), else_=int(Closeness.NAME_BEGINS))
    return (
        select(col(Chart.id).label("id"), closeness.label("closeness"))
        .where(name >= key, name < end, *clauses)
        .order_by(name, col(Chart.id))
        .limit(RANKED_AT_MOST)
    )


# ── Where they match ──


async def highlights(session: AsyncSession, question: Question, chart_ids: Collection[int]) -> dict[int, str]:
    """Sanitised HTML with <mark>, by chart id; none for charts of which only name or keywords match."""
    statement = (
        select(
            col(Chart.id),
            col(Chart.description),
            func.substr(col(ChartContent.readme_markdown), 1, HIGHLIGHTED_CHARACTERS),
            col(Chart.maintainers),
            col(ChartContent.images),
            func.substr(col(ChartContent.values_yaml), 1, HIGHLIGHTED_CHARACTERS),
        )
        .join(ChartVersion, col(ChartVersion.id) == col(Chart.latest_version_id))
        .join(ChartContent, col(ChartContent.archive_digest) == col(ChartVersion.archive_digest))
        .where(col(Chart.id).in_(chart_ids))
    )
    words = [word for typed, fixes in question.alternatives() for word in (typed, *fixes)]
    found: dict[int, str] = {}
    for chart_id, description, readme, maintainers, images, values in await execute(session, statement):
        people = ", ".join(str(person.get("name") or "") for person in maintainers)
        marked = highlight([description or "", readme or "", people, ", ".join(images), values or ""], words)
        if marked:
            found[chart_id] = marked
    return found
