"""A caller is known by a token, for as long as it is good; nobody can read a token back."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, text
from sqlmodel import SQLModel

from app.domain.errors import Invalid, NotFound
from app.domain.roles import Role
from app.services.authorising import TOKEN_MARK, USE_NOTED_EVERY, Authorising, Caller
from app.store import access
from app.store.session import Store, execute
from tests.store.rows import NOW, a_registry


class ClockOfTests:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


async def last_used(store: Store, token_id: int) -> datetime | None:
    async with store.reading() as session:
        token = await access.find_token(session, token_id)
    assert token is not None
    return token.last_used_at


async def test_caller_is_recognised_by_a_token_that_is_told_once(store: Store) -> None:
    authorising = Authorising(store)
    token, secret = await authorising.create(" ci ", Role.MANAGER, None, "alice")
    assert secret.startswith(TOKEN_MARK)
    assert secret.startswith(token.prefix)
    assert await authorising.recognise(secret) == Caller("ci", Role.MANAGER, token.id)
    async with store.reading() as session:
        for name in SQLModel.metadata.tables:
            assert secret not in repr((await execute(session, text(f'SELECT * FROM "{name}"'))).all())


async def test_nobody_is_recognised_by_another_text(store: Store) -> None:
    wrong = ["", "chartroom_", "x", "a" * 100_000, "ünïcode", "\0"]
    authorising = Authorising(store, "the admin token of the environment")
    _, secret = await authorising.create("ci", Role.READER, None, "alice")
    for given in (*wrong, secret[:-1], secret + "x", secret.upper()):
        assert await authorising.recognise(given) is None


async def test_admin_token_of_the_environment_is_an_admin_without_a_row(store: Store) -> None:
    authorising = Authorising(store, "given-from-outside-0001")
    caller = await authorising.recognise("given-from-outside-0001")
    assert caller == Caller("CHARTROOM_ADMIN_TOKEN", Role.ADMIN, None)
    assert not await authorising.has_tokens()
    assert await Authorising(store).recognise("given-from-outside-0001") is None


async def test_token_is_refused_once_it_ended(store: Store) -> None:
    clock = ClockOfTests()
    authorising = Authorising(store, clock=clock)
    _, secret = await authorising.create("ci", Role.READER, NOW + timedelta(days=1), "alice")
    assert await authorising.recognise(secret) is not None
    clock.now += timedelta(days=1)
    assert await authorising.recognise(secret) is None


async def test_token_is_refused_once_it_was_revoked_and_revoking_it_again_is_refused(store: Store) -> None:
    authorising = Authorising(store)
    token, secret = await authorising.create("ci", Role.READER, None, "alice")
    await authorising.revoke(token.id, "alice")
    assert await authorising.recognise(secret) is None
    assert await authorising.tokens() == []
    assert await authorising.has_tokens()
    for token_id in (token.id, 4711):
        with pytest.raises(NotFound):
            await authorising.revoke(token_id, "alice")


async def test_token_without_a_usable_name_is_refused(store: Store) -> None:
    for name in ("", "  ", "x" * 201):
        with pytest.raises(Invalid) as caught:
            await Authorising(store).create(name, Role.READER, None, "alice")
        assert caught.value.field == ("input", "name")


async def test_token_that_ends_in_the_past_is_refused(store: Store) -> None:
    with pytest.raises(Invalid) as caught:
        await Authorising(store, clock=lambda: NOW).create("ci", Role.READER, NOW, "alice")
    assert caught.value.field == ("input", "expiresAt")


async def test_use_is_noted_once_a_minute(store: Store) -> None:
    clock = ClockOfTests()
    authorising = Authorising(store, clock=clock)
    token, secret = await authorising.create("ci", Role.READER, None, "alice")
    await authorising.recognise(secret)
    assert await last_used(store, token.id) == NOW
    clock.now = NOW + USE_NOTED_EVERY
    await authorising.recognise(secret)
    assert await last_used(store, token.id) == NOW
    clock.now += timedelta(seconds=1)
    await authorising.recognise(secret)
    assert await last_used(store, token.id) == clock.now


async def test_uses_of_all_tokens_are_noted_by_one_commit_a_minute(store: Store) -> None:
    clock = ClockOfTests()
    authorising = Authorising(store, clock=clock)
    made = [await authorising.create(f"ci-{number}", Role.READER, None, "alice") for number in range(3)]
    for _, secret in made:
        await authorising.recognise(secret)  # a first use is noted at once
        clock.now += timedelta(seconds=5)
    commits = 0

    def count(_connection: object) -> None:
        nonlocal commits
        commits += 1

    event.listen(store.engine.sync_engine, "commit", count)
    for _ in range(3 * 60 // 5):
        for _, secret in made:
            assert await authorising.recognise(secret) is not None
        clock.now += timedelta(seconds=5)
    event.remove(store.engine.sync_engine, "commit", count)
    assert commits == 3
    for token, _ in made:
        noted_at = await last_used(store, token.id)
        assert noted_at is not None and clock.now - noted_at <= USE_NOTED_EVERY + timedelta(seconds=15)


async def test_caller_is_let_in_although_the_use_cannot_be_noted(sqlite_url: str) -> None:
    store, other = Store(sqlite_url), Store(sqlite_url)
    authorising = Authorising(store)
    token, secret = await authorising.create("ci", Role.READER, None, "alice")
    async with other.writing() as session:
        session.add(a_registry("not committed yet"))
        await session.flush()
        assert await authorising.recognise(secret) == Caller("ci", Role.READER, token.id)
    assert await last_used(store, token.id) is None
    await store.close()
    await other.close()


@pytest.mark.parametrize(
    ("holder", "may"),
    [(Role.READER, [Role.READER]), (Role.MANAGER, [Role.READER, Role.MANAGER]), (Role.ADMIN, list(Role))],
)
def test_each_role_may_do_what_those_before_it_may(holder: Role, may: list[Role]) -> None:
    assert [role for role in Role if Caller("x", holder, 1).may(role)] == may
