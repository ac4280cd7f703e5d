"""Which charts somebody asks for: what they typed and what they ticked, ready for the statements that list, count
and group them, so that all of these speak of the same charts."""

from collections.abc import Hashable
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.search_words import words_of
from app.store import search
from app.store.charts import ChartConditions, with_kube_constraints
from app.store.search_documents import Question


@dataclass(frozen=True, slots=True)
class Selection:
    """`words` says the same as `question`."""

    question: Question | None
    conditions: ChartConditions
    words: ColumnElement[bool] | None = None

    @property
    def clauses(self) -> list[ColumnElement[bool]]:
        """What both say together."""
        return [*self.conditions.clauses(), *([] if self.words is None else [self.words])]

    @property
    def key(self) -> Hashable:
        """Equal where the same charts are asked for."""
        return (self.question, self.conditions.key)


def needs_reading(text: str | None, conditions: ChartConditions) -> bool:
    """Whether what is asked for depends on what the store holds."""
    return bool(words_of(text or "")) or conditions.kube_version is not None


async def select_charts(session: AsyncSession, text: str | None, conditions: ChartConditions) -> Selection:
    """At most three statements; one where there are words, none where there are neither words nor a kube version."""
    question = await search.read_question(session, text)
    conditions = await with_kube_constraints(session, conditions)
    return Selection(question, conditions, search.matching(session, question) if question else None)
