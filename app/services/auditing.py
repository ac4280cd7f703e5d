"""Who did what to what, written in the same commit as what was done."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.services.clock import Clock
from app.store import access
from app.store.entities import AuditEntry
from app.store.keyset import Page
from app.store.session import Store


def record(session: AsyncSession, clock: Clock, actor: str, action: str, subject: str, **detail: Any) -> None:
    """`action` is a verb and a noun, e.g. "registry.delete"; `detail` must hold no secret."""
    session.add(AuditEntry(at=clock(), actor=actor, action=action, subject=subject, detail=detail))


class Auditing:
    """Reads the audit log."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def page(self, first: int, after: list[Any] | None) -> Page[AuditEntry]:
        async with self._store.reading() as session:
            return await access.audit_page(session, first, after)
