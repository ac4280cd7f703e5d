"""Whether Chartroom can do its work, and how much it holds."""

from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from app.store import counting, migrating
from app.store.session import Store


@dataclass(frozen=True, slots=True)
class Readiness:
    """`reason` says what is missing; None when nothing is."""

    reason: str | None

    @property
    def ready(self) -> bool:
        return self.reason is None


class Observing:
    """Asks the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def readiness(self) -> Readiness:
        """Ready is: the database answers, and has the shape that this version expects."""
        try:
            revision = await migrating.current_revision(self._store)
        except (SQLAlchemyError, OSError) as fault:
            return Readiness(f"The database does not answer ({type(fault).__name__}).")
        if revision != migrating.head_revision():
            return Readiness("The database has another shape than this version expects. Run: chartroom migrate")
        return Readiness(None)

    async def totals(self) -> counting.Totals:
        async with self._store.reading() as session:
            return await counting.totals(session)
