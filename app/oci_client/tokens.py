"""Bearer tokens: read, kept for as long as they hold, minted once for all who wait.

Source: distribution docs/spec/auth/token.md; jwt.md for `exp`.
"""

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from app.oci_client.credentials import Credential, Secret

# The lifetime of a token that does not say; token.md.
LIFETIME_DEFAULT_SECONDS: Final = 60.0
# A token that claims to hold longer is asked for anew every day.
LIFETIME_MAX_SECONDS: Final = 24 * 3600.0
# Clocks differ and requests take time: renewed at least 10 s or a tenth of its life before the end.
MARGIN_SECONDS: Final = 10.0
MARGIN_SHARE: Final = 0.1
# One token for each repository and credential in use; beyond this the ended ones are swept.
ENTRIES_BEFORE_SWEEP: Final = 1024


class UnreadableToken(ValueError):
    """A token endpoint's answer without a token in it."""


@dataclass(frozen=True, slots=True)
class Token:
    """`authorization` is the whole value of the header."""

    authorization: Secret
    lifetime_seconds: float


@dataclass(frozen=True, slots=True)
class TokenKey:
    """Whose token for what: a token never serves another origin, identity or scope."""

    origin: str
    credential: Credential
    scope: str


def parse_token(body: bytes, now_epoch_seconds: float) -> Token:
    """The token in a token endpoint's answer. Raises UnreadableToken."""
    try:
        answer = orjson.loads(body)
    except ValueError:
        raise UnreadableToken("no JSON") from None
    if not isinstance(answer, dict):
        raise UnreadableToken("no JSON object")
    # Harbor sends "access_token": "" beside the real one: ask for truth, not for presence.
    text = answer.get("token") or answer.get("access_token")
    if not isinstance(text, str) or not text.isascii() or not text.isprintable():
        raise UnreadableToken("no token in it")
    lifetime = _seconds(answer.get("expires_in")) or _jwt_lifetime(text, now_epoch_seconds)
    return Token(Secret(f"Bearer {text}"), min(lifetime or LIFETIME_DEFAULT_SECONDS, LIFETIME_MAX_SECONDS))


def _seconds(value: Any) -> float | None:
    """A positive number, also as text: some endpoints quote it."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return seconds if 0 < seconds < float("inf") and not isinstance(value, bool) else None


def _jwt_lifetime(text: str, now_epoch_seconds: float) -> float | None:
    """Quay and Azure say it only inside the token. It is our own token: no signature to check."""
    parts = text.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    if not isinstance(claims, dict):
        return None
    ends, issued = _seconds(claims.get("exp")), _seconds(claims.get("iat"))
    if ends is None:
        return None
    # Counted from the issuer's own clock where it tells it, so that a wrong clock of ours does no harm.
    return _seconds(ends - (issued if issued is not None else now_epoch_seconds))


@dataclass(frozen=True, slots=True)
class _Kept:
    token: Token
    renew_at: float


class TokenCache:
    """One for the process. Those who want the same token at the same time wait for one request."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[TokenKey, _Kept] = {}
        self._minting: dict[TokenKey, asyncio.Task[Token]] = {}

    async def get(
        self, key: TokenKey, mint: Callable[[], Awaitable[Token]], *, rejected: Secret | None = None
    ) -> Token:
        """The token kept under `key`, or what `mint` brings.

        `rejected`: an `authorization` that the registry has refused; it is not handed out again.
        """
        kept = self._kept.get(key)
        if kept is not None and kept.renew_at > self._clock() and kept.token.authorization != rejected:
            return kept.token
        task = self._minting.get(key)
        if task is None:
            task = self._minting[key] = asyncio.create_task(self._mint(key, mint))
            task.add_done_callback(_consume)
        # Shielded: one who gives up does not take the token from the others.
        return await asyncio.shield(task)

    async def _mint(self, key: TokenKey, mint: Callable[[], Awaitable[Token]]) -> Token:
        try:
            asked_at = self._clock()
            token = await mint()
            lifetime = token.lifetime_seconds
            margin = min(max(MARGIN_SECONDS, lifetime * MARGIN_SHARE), lifetime / 2)
            self._sweep()
            self._kept[key] = _Kept(token, asked_at + lifetime - margin)
            return token
        finally:
            del self._minting[key]

    def _sweep(self) -> None:
        if len(self._kept) >= ENTRIES_BEFORE_SWEEP:
            now = self._clock()
            self._kept = {key: kept for key, kept in self._kept.items() if kept.renew_at > now}


def _consume(task: asyncio.Task[Token]) -> None:
    """Every waiter may have gone; an error nobody asks for is no news."""
    if not task.cancelled():
        task.exception()
