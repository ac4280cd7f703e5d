"""Which charts somebody asks for: what they typed and what they ticked, ready for the statements that list, count
and group them, so that all of these speak of the same charts."""

from collections.abc import Hashable
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store import search
from app.store.charts import ChartConditions, with_kube_constraints
from app.store.search_documents import Question


@dataclass(frozen=True, slots=True)
class Selection:
    """`clauses` say the same as `question` and `conditions` together."""

    question: Question | None
    conditions: ChartConditions
    clauses: list[ColumnElement[bool]]

    @property
    def key(self) -> Hashable:
        """Equal where the same charts are asked for."""
        return (self.question, self.conditions.key)

    @property
    def is_everything(self) -> bool:
        """Whether nothing was typed or ticked."""
        return self.question is None and not self.conditions.narrowing


async def select_charts(session: AsyncSession, text: str | None, conditions: ChartConditions) -> Selection:
    """At most three statements; one where there are words, none where there are neither words nor a kube version."""
    question = await search.read_question(session, text)
    conditions = await with_kube_constraints(session, conditions)
    words = [search.matching(session, question)] if question else []
    return Selection(question, conditions, [*conditions.clauses(), *words])
