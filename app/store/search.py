"""Search over charts: one document a chart, of its latest version. FTS5 on SQLite, tsvector on PostgreSQL.

Both match words as they are (no stemming), as prefixes, and want all of them. What is best is decided here and
not by either database, from the chart alone: in both the same order, which no other chart's coming or going
changes, so that a page can go on behind the last row of the one before.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)
from sqlmodel import col

from app.domain.search_words import (
    TYPO_MIN_CHARS,
    WORDS_MAX,
    begins_with_one_typo,
    highlight,
    is_one_typo_apart,
    name_key,
    with_one_letter_less,
    words_of,
)
from app.store.chart_index import NameTypo, NameWord
from app.store.charts import CHARTS, ChartConditions
from app.store.columns import ByteOrdered
from app.store.driver_rows import DriverRows, read_rows
from app.store.entities import Chart, ChartContent, ChartVersion
from app.store.keyset import Page
from app.store.prepared import among, given
from app.store.ranking import CLOSENESS, KINDS, RANKED_AT_MOST, Closeness, query_name, ranking
from app.store.search_documents import EVERYTHING, Dialect, Question

CORRECTIONS_AT_MOST = 8
LOOK_ALIKES_AT_MOST = 1000
"""Words with the same first letters that are compared with what was typed: two milliseconds."""
SAME_LETTERS = 3
HIGHLIGHTED_CHARACTERS = 8_000
"""Of each text: where the first match stands further down, none is shown."""
LAST_LETTER = "\U0010ffff"
WORD = "word_{}"
"""The name of a parameter for one of several words."""
SCORE, COUNTED = -2, -1
"""Where they stand in rows of `Ranking.best`."""
NAMED_BELOW, UNRANKED = Closeness.WORDS_OF_NAME * CLOSENESS, Closeness.UNRANKED * CLOSENESS
"""Scores: of names that begin with what was typed, and of hits that were not put in order."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A chart that matches. `score` is lower where it does so better."""

    chart: Chart
    score: int

    @property
    def keys(self) -> tuple[int, str, int]:
        """Of a cursor behind it."""
        if self.score >= UNRANKED:
            return (self.score, "", self.chart.id)
        return (self.score, self.chart.name_key, self.chart.id)


# ── What is asked ──


async def read_question(rows: DriverRows, typed: str | None) -> Question | None:
    """None where there is no word in it. A word that begins no word of any name may have a typo."""
    words = tuple(words_of(typed or ""))
    if not words:
        return None
    doubtful = await _unknown(rows, {word for word in words if len(word) >= TYPO_MIN_CHARS})
    if not doubtful:
        return Question(words)
    corrected = await _corrections(rows, doubtful)
    return Question(words, tuple(corrected.get(word, ()) for word in words))


async def _unknown(rows: DriverRows, words: Collection[str]) -> set[str]:
    if not words:
        return set()
    places = {WORD.format(place): word for place, word in enumerate(sorted(words))}
    known = {place for (place,) in await read_rows(rows, _known_words(len(places)), _beginnings(places))}
    return {word for place, word in places.items() if place not in known}


async def _corrections(rows: DriverRows, words: Collection[str]) -> dict[str, tuple[str, ...]]:
    variants = {variant for word in words for variant in with_one_letter_less(word)}
    letters = {WORD.format(place): word[:SAME_LETTERS] for place, word in enumerate(sorted(words))}
    asked = {"variants": sorted(variants), **_beginnings(letters)}
    found = await read_rows(rows, _look_alikes(len(letters)), asked)
    candidates = {word for (word,) in found}
    return {typed: _nearest(typed, candidates) for typed in words}


@lru_cache(maxsize=WORDS_MAX)
def _known_words(count: int) -> CompoundSelect[tuple[str]]:
    """The places of those words that words of names begin with."""
    word = col(NameWord.word)
    return union_all(
        *(
            select(literal(f"word_{n}", String)).where(select(word).where(_begins(f"word_{n}")).exists())
            for n in range(count)
        )
    )


@lru_cache(maxsize=WORDS_MAX)
def _look_alikes(count: int) -> CompoundSelect[tuple[str]]:
    """Words of names that lack a letter as a variant does, and some that begin as what was typed."""
    word = col(NameWord.word)
    similar: list[Select[Any]] = [select(col(NameTypo.word)).where(among(col(NameTypo.variant), "variants"))]
    for place in map(WORD.format, range(count)):
        alike: Select[Any] = select(word.label("word")).where(_begins(place)).order_by(word).limit(LOOK_ALIKES_AT_MOST)
        similar.append(select(alike.subquery().c.word))
    return union(*similar)


def _begins(place: str) -> ColumnElement[bool]:
    word = col(NameWord.word)
    begin, end = given(place, ByteOrdered), given(f"{place}_end", ByteOrdered)
    return and_(word >= begin, word < end)


def _beginnings(places: Mapping[str, str]) -> dict[str, str]:
    """Values for `_begins`."""
    return dict(places) | {f"{place}_end": beginning + LAST_LETTER for place, beginning in places.items()}


def _nearest(typed: str, candidates: Collection[str]) -> tuple[str, ...]:
    whole = sorted(word for word in candidates if is_one_typo_apart(typed, word))
    begun = sorted(word for word in candidates if begins_with_one_typo(typed, word))
    return tuple(dict.fromkeys([*whole, *sorted(begun, key=len)]))[:CORRECTIONS_AT_MOST]


# ── Which charts match ──


def matching(question: Question, *, is_sqlite: bool) -> ColumnElement[bool]:
    """True for every chart that matches, however well. To be asked of `Store.searching`."""
    dialect = Dialect(is_sqlite)

    def ids(queries: dict[str, str]) -> ColumnElement[bool]:
        return col(Chart.id).in_(dialect.matching({place: literal(query) for place, query in queries.items()}))

    found = ids({EVERYTHING: dialect.query(EVERYTHING, question.words)})
    return or_(found, ids(dialect.corrected(question))) if question.has_typos else found


# ── Best first ──


async def page(
    reader: DriverRows,
    question: Question,
    conditions: ChartConditions,
    first: int,
    after: Sequence[Any] | None,
    *,
    stale_before: datetime,
) -> Page[Ranked]:
    """Charts that match, best first; keys of the cursor: score, name key, id.

    One statement where names that begin so fill the page, else one more, and one behind the last of the ranked ones.
    """
    dialect = Dialect(reader.is_sqlite)
    corrected = dialect.corrected(question) if question.has_typos else {}
    asked: dict[str, Any] = {
        query_name(kind): dialect.query(place, question.words, whole=whole) for kind, place, whole in KINDS
    }
    asked |= {query_name(Closeness.TYPO_IN_NAME, place): query for place, query in corrected.items()}
    key = name_key(" ".join(question.words))
    asked |= {"key": key, "key_end": key + LAST_LETTER, "stale_before": stale_before, "rows": first + 1}
    if after is not None:
        asked |= dict(zip(("after_score", "after_key", "after_id"), after, strict=True))
    by = ranking(dialect, tuple(corrected), conditions)
    if after is None or after[0] < NAMED_BELOW:
        named = await read_rows(reader, by.named if after is None else by.named_behind, asked)
        if len(named) > first:
            return Page([Ranked(CHARTS.made_of(row), row[-1]) for row in named[:first]], True)
    hits: list[Ranked] = []
    more_than_ranked = True
    if after is None or after[0] < UNRANKED:
        found = await read_rows(reader, by.best if after is None else by.best_behind, asked)
        hits = [Ranked(CHARTS.made_of(row), row[SCORE]) for row in found]
        more_than_ranked = not found or found[0][COUNTED] >= RANKED_AT_MOST
    if len(hits) <= first and more_than_ranked:
        behind = after[2] if after is not None and after[0] >= UNRANKED else 0
        asked |= {"after_id": behind, "rows": first + 1 - len(hits)}
        hits += [Ranked(chart, UNRANKED) for chart in await CHARTS.read(reader, by.unranked, asked)]
    return Page(hits[:first], len(hits) > first)


# ── Where they match ──


async def highlights(reader: DriverRows, question: Question, chart_ids: Collection[int]) -> dict[int, str]:
    """Sanitised HTML with <mark>, by chart id; none for charts of which only name or keywords match."""
    words = [word for typed, fixes in question.alternatives() for word in (typed, *fixes)]
    found: dict[int, str] = {}
    rows = await read_rows(reader, _TEXTS, {"ids": list(chart_ids)})
    for chart_id, description, readme, maintainers, images, values in rows:
        people = ", ".join(str(person.get("name") or "") for person in maintainers)
        marked = highlight([description or "", readme or "", people, ", ".join(images), values or ""], words)
        if marked:
            found[chart_id] = marked
    return found


_TEXTS = (
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
    .where(among(col(Chart.id), "ids"))
)
