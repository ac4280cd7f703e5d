"""Search over charts: one document a chart, of its latest version. FTS5 on SQLite, tsvector on PostgreSQL.

Both match words as they are (no stemming), as prefixes, and want all of them. What is best is decided here and
not by either database, from the chart alone: in both the same order, which no other chart's coming or going
changes, so that a page can go on behind the last row of the one before.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    table,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
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
from app.store.columns import ByteOrdered, Identity
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


async def read_question(session: AsyncSession, text: str | None) -> Question | None:
    """None where there is no word in it. A word that begins no word of any name may have a typo."""
    words = tuple(words_of(text or ""))
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


class _Documents:
    """How one database is asked for the ids of charts whose documents hold words."""

    def __init__(self, session: AsyncSession) -> None:
        self._is_sqlite = session.get_bind().dialect.name == "sqlite"

    def holding(self, place: str, words: Sequence[str], *, whole: bool = False) -> Select[tuple[int]]:
        """All words, or their beginnings, anywhere in this document."""
        if self._is_sqlite:
            sign = "" if whole else "*"
            return self._matching_fts5(self._in_fts5(place, " AND ".join(f'"{word}"{sign}' for word in words)))
        sign = "" if whole else ":*"
        return self._matching_tsquery({place: " & ".join(f"'{word}'{sign}" for word in words)})

    def corrected(self, question: Question) -> Select[tuple[int]]:
        """Words with a typo in the name, the others anywhere."""
        mended = [fixes for _, fixes in question.alternatives() if fixes]
        others = [word for word, fixes in question.alternatives() if not fixes]
        if self._is_sqlite:
            parts = [self._in_fts5(NAMES, " OR ".join(f'"{word}"' for word in fixes)) for fixes in mended]
            return self._matching_fts5(
                " AND ".join([f"({part})" for part in parts] + [f'"{word}"*' for word in others])
            )
        asked = {NAMES: " & ".join("({})".format(" | ".join(f"'{word}'" for word in fixes)) for fixes in mended)}
        if others:
            asked[EVERYTHING] = " & ".join(f"'{word}':*" for word in others)
        return self._matching_tsquery(asked)

    def _in_fts5(self, place: str, query: str) -> str:
        columns = _FTS5_COLUMNS.get(place)
        return f"{columns} : ({query})" if columns else query

    def _matching_fts5(self, query: str) -> Select[tuple[int]]:
        documents = table("chart_search", column("rowid", Integer), column("chart_search", String))
        return select(documents.c.rowid.label("id")).where(documents.c.chart_search.op("MATCH")(literal(query)))

    def _matching_tsquery(self, queries: dict[str, str]) -> Select[tuple[int]]:
        documents = table("chart_search", column("chart_id", Integer), *(column(place) for place in queries))
        conditions = [documents.c[place].op("@@")(cast(query, TSQUERY)) for place, query in queries.items()]
        return select(documents.c.chart_id.label("id")).where(*conditions)


def matching(session: AsyncSession, question: Question) -> ColumnElement[bool]:
    """True for every chart that matches, however well."""
    documents = _Documents(session)
    found = col(Chart.id).in_(documents.holding(EVERYTHING, question.words))
    return or_(found, col(Chart.id).in_(documents.corrected(question))) if question.has_typos else found


def _quoted(word: str) -> str:
    return f'"{word}"'


# ── Best first ──


async def page(
    session: AsyncSession,
    question: Question,
    conditions: Sequence[ColumnElement[bool]],
    first: int,
    after: Sequence[Any] | None,
    *,
    stale_before: datetime,
    narrowed: bool,
) -> Page[Ranked]:
    """Charts that match, best first; keys of the cursor: score, name key, id.

    One statement, and one more behind the last of the ranked ones. Where `narrowed`, the conditions leave out
    so much that they are applied before hits are ranked; otherwise only behind, which is faster.
    """
    ranking = _Ranking.of(session, question, conditions if narrowed else ())
    unranked = Closeness.UNRANKED * _CLOSENESS
    rows: list[Ranked] = []
    more_than_ranked = True
    if after is None or after[0] < unranked:
        best = ranking.best_first(stale_before, after).where(*conditions).limit(first + 1)
        found = (await session.exec(best)).all()  # type: ignore[call-overload]
        rows = [Ranked(chart, score) for chart, score, _ in found]
        more_than_ranked = not found or found[0][2] >= RANKED_AT_MOST
    if len(rows) <= first and more_than_ranked:
        behind = after[2] if after is not None and after[0] >= unranked else 0
        rest = ranking.beyond(behind).where(*conditions).limit(first + 1 - len(rows))
        rows += [Ranked(chart, unranked) for (chart,) in (await session.exec(rest)).all()]  # type: ignore[call-overload]
    return Page(rows[:first], len(rows) > first)


@dataclass(frozen=True, slots=True)
class _Ranking:
    """The hits that are put in order: `pool` has ids and how closely they match. `matches`: true for all hits."""

    pool: CTE
    matches: ColumnElement[bool]

    @classmethod
    def of(cls, session: AsyncSession, question: Question, conditions: Sequence[ColumnElement[bool]]) -> "_Ranking":
        documents, words = _Documents(session), question.words

        def first_hits(matches: Select[tuple[int]]) -> Select[tuple[int]]:
            hits = matches.subquery()
            found = select(hits.c.id)
            if conditions:
                found = found.join(Chart, col(Chart.id) == hits.c.id).where(*conditions)
            return found.order_by(hits.c.id).limit(RANKED_AT_MOST)

        kinds = {
            Closeness.WORDS_OF_NAME: first_hits(documents.holding(NAMES, words, whole=True)),
            Closeness.BEGINNINGS_IN_NAME: first_hits(documents.holding(NAMES, words)),
            Closeness.KEYWORDS: first_hits(documents.holding(TOPICS, words, whole=True)),
            Closeness.BEGINNINGS_IN_KEYWORDS: first_hits(documents.holding(TOPICS, words)),
            Closeness.DESCRIPTION: first_hits(documents.holding(SUMMARIES, words)),
            Closeness.BODY: first_hits(documents.holding(EVERYTHING, words)),
        }
        if question.has_typos:
            kinds[Closeness.TYPO_IN_NAME] = first_hits(documents.corrected(question))
        named = _named(question, conditions).subquery()
        arms = [select(named.c.id, named.c.closeness)]
        for closeness, hits in kinds.items():
            of_kind = hits.subquery()
            arms.append(select(of_kind.c.id, literal(int(closeness), Integer).label("closeness")))
        return cls(union_all(*arms).cte("pool"), matching(session, question))

    def best_first(self, stale_before: datetime, after: Sequence[Any] | None) -> Select[tuple[Chart, int, int]]:
        """Charts with their score, and how many there are in the pool."""
        best = (
            select(self.pool.c.id, func.min(self.pool.c.closeness).label("closeness"))
            .group_by(self.pool.c.id)
            .subquery("best")
        )
        score = (
            best.c.closeness * _CLOSENESS
            + case((col(Chart.deprecated), _DEPRECATED), else_=0)
            + case((col(Chart.released_at) < stale_before, _STALE), else_=0)
            + case((best.c.closeness.in_([int(kind) for kind in _OF_NAMES]), func.length(col(Chart.name_key))), else_=0)
        )
        counted = select(func.count()).select_from(self.pool).scalar_subquery()
        key = (score, col(Chart.name_key), col(Chart.id))
        statement = select(Chart, score, counted).join(best, best.c.id == col(Chart.id)).order_by(*key)
        if after is None:
            return statement
        given = tuple_(literal(after[0], Identity), literal(after[1], ByteOrdered), literal(after[2], Identity))
        return statement.where(tuple_(*key) > given)

    def beyond(self, behind: int) -> Select[Any]:
        """Those that match and are not in the pool, by id."""
        ranked = select(self.pool.c.id)
        return (
            select(Chart)
            .where(self.matches, col(Chart.id) > behind, col(Chart.id).not_in(ranked))
            .order_by(col(Chart.id))
        )


def _named(question: Question, conditions: Sequence[ColumnElement[bool]]) -> Select[tuple[int, int]]:
    """Charts of this very name, or whose names begin so: few of them must not be lost among a thousand others."""
    key = name_key(" ".join(question.words))
    closeness = case((col(Chart.name_key) == key, int(Closeness.SAME_NAME)), else_=int(Closeness.NAME_BEGINS))
    return (
        select(col(Chart.id).label("id"), closeness.label("closeness"))
        .where(_begins_with(col(Chart.name_key), key), *conditions)
        .order_by(col(Chart.name_key), col(Chart.id))
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
