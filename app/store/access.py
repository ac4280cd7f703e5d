"""Rows of API tokens and of the audit log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.store.entities import ApiToken, AuditEntry
from app.store.keyset import Order, Page, fetch_page


async def tokens(session: AsyncSession) -> list[ApiToken]:
    """Tokens that were not revoked, by name."""
    query = select(ApiToken).where(col(ApiToken.revoked_at).is_(None)).order_by(col(ApiToken.name), col(ApiToken.id))
    return list((await session.exec(query)).all())


async def find_token(session: AsyncSession, token_id: int) -> ApiToken | None:
    return await session.get(ApiToken, token_id)


async def find_usable_token(session: AsyncSession, secret_hash: str, now: datetime) -> ApiToken | None:
    query = select(ApiToken).where(
        ApiToken.secret_hash == secret_hash,
        col(ApiToken.revoked_at).is_(None),
        or_(col(ApiToken.expires_at).is_(None), col(ApiToken.expires_at) > now),
    )
    return (await session.exec(query)).first()


async def count_tokens(session: AsyncSession) -> int:
    """All that were ever made, revoked ones too."""
    return (await session.exec(select(func.count()).select_from(ApiToken))).one()


async def mark_used(session: AsyncSession, token_id: int, at: datetime) -> None:
    await session.exec(update(ApiToken).where(col(ApiToken.id) == token_id).values(last_used_at=at))


async def audit_page(session: AsyncSession, first: int, after: Sequence[Any] | None) -> Page[AuditEntry]:
    """The audit log, latest first. Key of the cursor: id."""
    return await fetch_page(session, select(AuditEntry), (Order(col(AuditEntry.id), descending=True),), first, after)
