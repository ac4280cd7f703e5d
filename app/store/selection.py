"""Which charts somebody asks for: what they typed and what they ticked, ready for the statements that list, count
and group them, so that all of these speak of the same charts."""

from collections.abc import Hashable
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from app.store import search
from app.store.charts import ChartConditions, with_kube_constraints
from app.store.driver_rows import DriverRows
from app.store.search_documents import Question


@dataclass(frozen=True, slots=True)
class Selection:
    """What they have in common is asked of the database that the question was read from."""

    question: Question | None
    conditions: ChartConditions
    is_sqlite: bool

    @property
    def clauses(self) -> list[ColumnElement[bool]]:
        """What question and conditions say together."""
        words = [search.matching(self.question, is_sqlite=self.is_sqlite)] if self.question else []
        return [*self.conditions.clauses(), *words]

    @property
    def key(self) -> Hashable:
        """Equal where the same charts are asked for."""
        return (self.question, self.conditions.key)


async def select_charts(reader: DriverRows, text: str | None, conditions: ChartConditions) -> Selection:
    """At most three statements; one where there are words, none where there are neither words nor a kube version."""
    question = await search.read_question(reader, text)
    conditions = await with_kube_constraints(reader, conditions)
    return Selection(question, conditions, is_sqlite=reader.is_sqlite)
