"""Search documents: one a chart, of its latest version. How each database is asked for those that hold words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, Select, String, cast, column, select, table

from app.store.columns import TsQuery

NAMES, TOPICS, SUMMARIES, EVERYTHING = "names", "topics", "summaries", "everything"
_FTS5_COLUMNS = {NAMES: "{names}", TOPICS: "{names keywords}", SUMMARIES: "{names keywords description}"}


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
class Dialect:
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
