"""Rows of tokens and of the audit log."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from app.domain.roles import Role
from app.store import access
from app.store.entities import ApiToken, AuditEntry
from app.store.session import Store
from tests.store.rows import NOW


async def add_token(store: Store, name: str = "ci", **values: Any) -> ApiToken:
    token = ApiToken(
        **{"role": Role.READER, "prefix": "chartroom_abcd", "secret_hash": name.ljust(64), "created_at": NOW, **values},
        name=name,
    )
    async with store.writing() as session:
        session.add(token)
    return token


@pytest.mark.parametrize(
    ("values", "usable"),
    [
        ({}, True),
        ({"expires_at": NOW + timedelta(seconds=1)}, True),
        ({"expires_at": NOW}, False),
        ({"revoked_at": NOW}, False),
    ],
)
async def test_token_is_usable_until_it_ends_or_is_revoked(store: Store, values: dict[str, Any], usable: bool) -> None:
    token = await add_token(store, **values)
    async with store.reading() as session:
        assert (await access.find_usable_token(session, token.secret_hash, NOW) is not None) is usable
        assert await access.find_usable_token(session, "another".ljust(64), NOW) is None


async def test_tokens_are_listed_by_name_without_revoked_ones_which_still_count(store: Store) -> None:
    for name, values in {"b": {}, "a": {}, "gone": {"revoked_at": NOW}}.items():
        await add_token(store, name, **values)
    async with store.reading() as session:
        assert [token.name for token in await access.tokens(session)] == ["a", "b"]
        assert await access.count_tokens(session) == 3


async def test_token_is_refused_when_its_hash_exists(store: Store) -> None:
    await add_token(store, "one", secret_hash="0" * 64)
    with pytest.raises(IntegrityError):
        await add_token(store, "two", secret_hash="0" * 64)


async def test_last_use_is_noted(store: Store) -> None:
    token = await add_token(store)
    async with store.writing() as session:
        await access.mark_used(session, token.id, NOW)
    async with store.reading() as session:
        found = await access.find_token(session, token.id)
    assert found is not None
    assert found.last_used_at == NOW


async def test_audit_log_is_latest_first_over_pages(store: Store) -> None:
    async with store.writing() as session:
        for number in range(5):
            session.add(AuditEntry(at=NOW, actor="me", action="registry.delete", subject=str(number)))
            await session.flush()
    seen: list[str] = []
    after = None
    while len(seen) < 1000:  # a page that does not end is a failure, no hang
        async with store.reading() as session:
            page = await access.audit_page(session, 2, after)
        seen += [entry.subject for entry in page.rows]
        if not page.has_next:
            break
        after = (page.rows[-1].id,)
    assert seen == ["4", "3", "2", "1", "0"]
