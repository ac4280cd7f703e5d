"""Search over charts: one document a chart, of its latest version. FTS5 on SQLite, tsvector on PostgreSQL.

Both sides take words as they are (no stemming), match them as prefixes and want all of them.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Float,
    FromClause,
    Integer,
    String,
    TextClause,
    bindparam,
    case,
    column,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.entities import Chart, ChartContent
from app.store.session import execute

RANKED_AT_MOST = 1000
"""Hits that are put in order. People look at the first few; ranking all of a million would take a second."""

WORDS_AT_MOST = 12
BODY_MAX_CHARACTERS = 200_000  # PostgreSQL refuses a tsvector over 1 MiB
HEADLINE_MAX_CHARACTERS = 20_000  # marking words reads the whole text anew for every hit
MARK, UNMARK = "\x02", "\x03"
WITHOUT_MARKS = str.maketrans("", "", MARK + UNMARK)
BODY_COLUMN = 3  # of the FTS5 table; it holds the description too, so that a snippet is of either
WORD = re.compile(r"\w+", re.UNICODE)
VALUES_KEY = re.compile(r"^[ ]*-?[ ]*([A-Za-z_][\w.-]*):", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Hit:
    """A chart that matches, and where: sanitised HTML with <mark>, or None where only its name does."""

    chart_id: int
    highlight: str | None


def words_of(query: str) -> list[str]:
    """The words of what somebody typed; quotes and operators are no words and do no harm."""
    return WORD.findall(query.lower())[:WORDS_AT_MOST]


def _is_sqlite(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"


async def index_chart(session: AsyncSession, chart_id: int, content: ChartContent) -> None:
    """Puts the chart's document in place of the one before."""
    keys = sorted(set(VALUES_KEY.findall(content.values_yaml or "")))
    people = " ".join(str(person.get("name") or "") for person in content.maintainers)
    description = (content.description or "").translate(WITHOUT_MARKS)
    texts = f"{description} {people} {content.readme_markdown or ''} {' '.join(keys)}"
    document = {
        "id": chart_id,
        "name": content.name,
        "keywords": " ".join(content.keywords),
        "description": description,
        "body": texts[:BODY_MAX_CHARACTERS].translate(WITHOUT_MARKS),
    }
    await forget_chart(session, chart_id)
    if _is_sqlite(session):
        statement = (
            "INSERT INTO chart_search (rowid, name, keywords, description, body) "
            "VALUES (:id, :name, :keywords, :description, :body)"
        )
    else:
        statement = (
            "INSERT INTO chart_search (chart_id, body, document) VALUES (:id, :body, "
            "setweight(to_tsvector('simple', :name_words), 'A') || "
            "setweight(to_tsvector('simple', :keywords_words), 'B') || "
            "setweight(to_tsvector('simple', :description_words), 'C') || "
            "setweight(to_tsvector('simple', :body_words), 'D'))"
        )
        # PostgreSQL's own parser takes a/b for a path and a.b for a host, each one word; FTS5 takes two.
        words = {f"{name}_words": " ".join(WORD.findall(str(text))) for name, text in document.items()}
        document = {"id": chart_id, "body": document["body"]} | {
            name: words[name] for name in ("name_words", "keywords_words", "description_words", "body_words")
        }
    await execute(session, text(statement), document)


async def forget_chart(session: AsyncSession, chart_id: int) -> None:
    key = "rowid" if _is_sqlite(session) else "chart_id"
    await execute(session, text(f"DELETE FROM chart_search WHERE {key} = :id"), {"id": chart_id})  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Matching:
    """How one database says which charts match, how well, and where."""

    source: FromClause
    chart_id: ColumnElement[int]
    condition: TextClause
    query: str
    rank: ColumnElement[float]
    marked: ColumnElement[str]


def _matching(session: AsyncSession, words: Sequence[str]) -> _Matching:
    if _is_sqlite(session):
        fts = table("chart_search", column("rowid", Integer))
        return _Matching(
            source=fts,
            chart_id=fts.c.rowid,
            condition=text("chart_search MATCH :query"),
            query=" ".join(f'"{word}"*' for word in words),
            rank=literal_column("bm25(chart_search, 10, 5, 2, 1)", Float),
            marked=literal_column(f"snippet(chart_search, {BODY_COLUMN}, '{MARK}', '{UNMARK}', '…', 16)", String),
        )
    documents = table("chart_search", column("chart_id", Integer), column("document"), column("body", String))
    tsquery = func.to_tsquery("simple", bindparam("query"))
    layout = f"StartSel={MARK}, StopSel={UNMARK}, MaxWords=16, MinWords=8, MaxFragments=1"
    return _Matching(
        source=documents,
        chart_id=documents.c.chart_id,
        condition=text("chart_search.document @@ to_tsquery('simple', :query)"),
        query=" & ".join(f"'{word}':*" for word in words),
        rank=-func.ts_rank(documents.c.document, tsquery),
        marked=func.ts_headline("simple", func.left(documents.c.body, HEADLINE_MAX_CHARACTERS), tsquery, layout),
    )


async def find(session: AsyncSession, words: Sequence[str], conditions: Sequence[ColumnElement[bool]]) -> list[Hit]:
    """The first RANKED_AT_MOST charts that match all words, best first: exact name, name that begins so,
    name that holds it, then by where and how often the words stand; deprecated ones below."""
    matching = _matching(session, words)
    name = func.lower(col(Chart.name))
    statement = (
        select(col(Chart.id), matching.marked)
        .select_from(matching.source)
        .join(Chart, col(Chart.id) == matching.chart_id)
        .where(matching.condition, *conditions)
        .order_by(_closeness(name, "-".join(words)), col(Chart.deprecated), matching.rank, name, col(Chart.id))
        .limit(RANKED_AT_MOST)
    )
    rows = (await execute(session, statement, {"query": matching.query})).all()
    return [Hit(row[0], _sanitised(row[1])) for row in rows]


async def count(session: AsyncSession, words: Sequence[str], conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many charts match all words."""
    matching = _matching(session, words)
    statement = (
        select(func.count())
        .select_from(matching.source)
        .join(Chart, col(Chart.id) == matching.chart_id)
        .where(matching.condition, *conditions)
    )
    return int((await execute(session, statement, {"query": matching.query})).scalar_one())


def _closeness(name: ColumnElement[str], phrase: str) -> ColumnElement[int]:
    return case(
        (name == phrase, 0),
        (name.startswith(phrase, autoescape=True), 1),
        (name.contains(phrase, autoescape=True), 2),
        else_=3,
    )


def _sanitised(snippet: str | None) -> str | None:
    if not snippet or MARK not in snippet:
        return None
    escaped = html.escape(snippet, quote=True)
    return escaped.replace(MARK, "<mark>").replace(UNMARK, "</mark>")
