"""What token endpoints answer, and for how long it holds."""

import asyncio
import base64
import json

import pytest

from app.oci_client.credentials import Anonymous, Login, Secret
from app.oci_client.errors import TimedOut
from app.oci_client.tokens import Token, TokenCache, TokenKey, UnreadableToken, parse_token
from tests.oci_client.lab import Clock

NOW = 1_800_000_000.0
KEY = TokenKey("https://r.example", Anonymous(), "repository:a:pull")


def jwt(**claims: float) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{payload}.c2ln"


@pytest.mark.parametrize(
    ("answer", "text", "lifetime"),
    [
        ({"token": "a", "access_token": "", "expires_in": 1800}, "a", 1800),
        ({"access_token": "b"}, "b", 60),
        ({"token": "", "access_token": "b", "expires_in": "300"}, "b", 300),
        ({"token": "a", "expires_in": 0}, "a", 60),
        ({"token": "a", "expires_in": -5}, "a", 60),
        ({"token": "a", "expires_in": None}, "a", 60),
        ({"token": "a", "expires_in": 1e12}, "a", 86400),
        ({"token": jwt(exp=NOW + 3600, iat=NOW)}, jwt(exp=NOW + 3600, iat=NOW), 3600),
        ({"token": jwt(exp=NOW + 600)}, jwt(exp=NOW + 600), 600),
        ({"token": jwt(exp=NOW - 600)}, jwt(exp=NOW - 600), 60),
        ({"token": "a.!!.c"}, "a.!!.c", 60),
    ],
)
def test_token_and_lifetime_are_read_as_services_write_them(
    answer: dict[str, object], text: str, lifetime: float
) -> None:
    token = parse_token(json.dumps(answer).encode(), NOW)
    assert token.authorization.reveal() == f"Bearer {text}"
    assert token.lifetime_seconds == lifetime


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"token": 7}', b'{"token": "a\\r\\nX: y"}'])
def test_answer_is_refused_when_it_holds_no_token(body: bytes) -> None:
    with pytest.raises(UnreadableToken):
        parse_token(body, NOW)


async def test_failure_reaches_all_who_wait_and_is_not_kept() -> None:
    cache = TokenCache(Clock())
    calls = 0

    async def fail() -> Token:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0)
        raise LookupError

    results = await asyncio.gather(*(cache.get(KEY, fail) for _ in range(5)), return_exceptions=True)
    assert [type(result) for result in results] == [LookupError] * 5
    with pytest.raises(LookupError):
        await cache.get(KEY, fail)
    assert calls == 2


async def test_one_who_gives_up_does_not_take_the_token_from_others() -> None:
    cache = TokenCache(Clock())
    go = asyncio.Event()

    async def mint() -> Token:
        await go.wait()
        return Token(Secret("Bearer t"), 60)

    impatient = asyncio.create_task(cache.get(KEY, mint))
    patient = asyncio.create_task(cache.get(KEY, mint))
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.sleep(0)
    go.set()
    assert (await patient).authorization.reveal() == "Bearer t"


async def test_old_token_stays_in_use_while_its_renewal_fails() -> None:
    clock = Clock()
    cache = TokenCache(clock)
    asked = 0

    async def mint() -> Token:
        nonlocal asked
        asked += 1
        if asked > 1:
            raise TimedOut("the token endpoint does not answer")
        return Token(Secret("Bearer a"), 300)

    assert (await cache.get(KEY, mint)).authorization == Secret("Bearer a")
    clock.seconds += 280
    assert (await cache.get(KEY, mint)).authorization == Secret("Bearer a")
    assert (await cache.get(KEY, mint)).authorization == Secret("Bearer a")
    assert asked == 2  # not every request tries again
    clock.seconds += 21
    with pytest.raises(TimedOut):
        await cache.get(KEY, mint)


async def test_old_token_is_not_handed_out_when_it_was_refused() -> None:
    cache = TokenCache(Clock())

    async def mint() -> Token:
        return Token(Secret("Bearer a"), 300)

    async def failing() -> Token:
        raise TimedOut("the token endpoint does not answer")

    kept = await cache.get(KEY, mint)
    with pytest.raises(TimedOut):
        await cache.get(KEY, failing, rejected=kept.authorization)


async def test_login_is_shared_and_renewed_before_its_end() -> None:
    clock = Clock()
    cache = TokenCache(clock)
    made: list[Login] = []

    async def sign_in() -> Login:
        await asyncio.sleep(0)
        made.append(Login("AWS", Secret(f"password-{len(made)}"), 3600))
        return made[-1]

    first, second = await asyncio.gather(cache.get_login(KEY, sign_in), cache.get_login(KEY, sign_in))
    assert first is second and len(made) == 1
    clock.seconds += 3300
    assert await cache.get_login(KEY, sign_in) is made[1]
    assert await cache.get_login(KEY, sign_in, rejected=made[1]) is made[2]
