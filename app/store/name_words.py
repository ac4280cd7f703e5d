"""Words of names that no chart has any more, out of what typos are recognised by.

Left there, a word that somebody once mistyped in a name would be taken for right for ever.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, cast, column, delete, table
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.search_words import TYPO_MIN_CHARS, name_words
from app.store.chart_index import NameTypo, NameWord
from app.store.columns import TsQuery
from app.store.entities import Chart
from app.store.session import Store

FORGOTTEN_AT_ONCE = 500


async def names_of_charts(
    session: AsyncSession, *, registry_id: int | None = None, repository_ids: Collection[int] = ()
) -> set[str]:
    """Of the charts of a registry, or of these repositories: whoever deletes them asks before."""
    of_these = (
        col(Chart.registry_id) == registry_id
        if registry_id is not None
        else col(Chart.repository_id).in_(repository_ids)
    )
    return set((await session.exec(select(Chart.name).where(of_these).distinct())).all())


async def forget_words(store: Store, names: Collection[str]) -> int:
    """Words of these names that are in no chart's name; how many they were. After the charts were deleted.

    Units of work of its own, which hold nothing else and wait for nothing: a word that a sync is just about to
    index is left to it, by the lock that it takes.
    """
    words = sorted({word for name in names for word in name_words(name) if len(word) >= TYPO_MIN_CHARS})
    forgotten = 0
    for start in range(0, len(words), FORGOTTEN_AT_ONCE):
        forgotten += await _forget(store, words[start : start + FORGOTTEN_AT_ONCE])
    return forgotten


async def _forget(store: Store, words: Collection[str]) -> int:
    async with store.writing() as session:
        ours = select(NameWord.word).where(col(NameWord.word).in_(words)).with_for_update(skip_locked=True)
        locked = (await session.exec(ours)).all()
        # Another statement, so that it sees what was committed by those who held a lock before.
        in_names = _is_in_a_name(store.is_sqlite)
        unused = (await session.exec(select(NameWord.word).where(col(NameWord.word).in_(locked), ~in_names))).all()
        if unused:
            await session.exec(delete(NameTypo).where(col(NameTypo.word).in_(unused)))
            await session.exec(delete(NameWord).where(col(NameWord.word).in_(unused)))
    return len(unused)


def _is_in_a_name(is_sqlite: bool) -> ColumnElement[bool]:
    """Whether a chart's document of its name has the word, which is letters and digits alone."""
    word: Any = col(NameWord.word)
    if is_sqlite:
        found = table("chart_search", column("rowid", Integer), column("chart_search", String))
        return select(found.c.rowid).where(found.c.chart_search.op("MATCH")('names : "' + word + '"')).exists()
    found = table("chart_search", column("chart_id", Integer), column("names"))
    return select(found.c.chart_id).where(found.c.names.op("@@")(cast("'" + word + "'", TsQuery))).exists()
