"""Search over charts: one document a chart, of its latest version. FTS5 on SQLite, tsvector on PostgreSQL.

Both match words as they are (no stemming), as prefixes, and want all of them. What is best is decided here and
not by either database, from the chart alone: in both the same order, which no other chart's coming or going
changes, so that a page can go on behind the last row of the one before.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    text,
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
from app.store.columns import ByteOrdered
from app.store.entities import Chart, ChartContent, ChartVersion
from app.store.keyset import Page
from app.store.ranking import CLOSENESS, KINDS, RANKED_AT_MOST, Closeness, query_name, statements
from app.store.search_documents import EVERYTHING, Dialect, Question
from app.store.session import execute

CORRECTIONS_AT_MOST = 8
LOOK_ALIKES_AT_MOST = 1000
"""Words with the same first letters that are compared with what was typed: two milliseconds."""
SAME_LETTERS = 3
HIGHLIGHTED_CHARACTERS = 8_000
"""Of each text: where the first match stands further down, none is shown."""
LAST_LETTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A chart that matches. `score` is lower where it does so better."""

    chart: Chart
    score: int

    @property
    def keys(self) -> tuple[int, str, int]:
        """Of a cursor behind it."""
        if self.score >= Closeness.UNRANKED * CLOSENESS:
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


def _dialect_of(session: AsyncSession) -> Dialect:
    return Dialect(session.get_bind().dialect.name == "sqlite")


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
    dialect, unranked = _dialect_of(session), Closeness.UNRANKED * CLOSENESS
    corrected = dialect.corrected(question) if question.has_typos else {}
    values = {query_name(kind): dialect.query(place, question.words, whole=whole) for kind, place, whole in KINDS}
    values |= {query_name(Closeness.TYPO_IN_NAME, place): query for place, query in corrected.items()}
    key = name_key(" ".join(question.words))
    values |= {"key": key, "key_end": key + LAST_LETTER}
    best_first, go_on, beyond = statements(dialect, tuple(corrected), conditions)
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
