"""Bearer tokens and logins: read, kept for as long as they hold, asked for once for all who wait.

Source: distribution docs/spec/auth/token.md; jwt.md for `exp`.
"""

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, Protocol, TypeVar

import orjson

from app.oci_client.credentials import Credential, Login, Secret
from app.oci_client.errors import RegistryError

# The lifetime of a token that does not say; token.md.
LIFETIME_DEFAULT_SECONDS: Final = 60.0
# A token that claims to hold longer is asked for anew every day.
LIFETIME_MAX_SECONDS: Final = 24 * 3600.0
INFINITY: Final = float("inf")
# Clocks differ and requests take time: renewed at least 10 s or a tenth of its life before the end.
MARGIN_SECONDS: Final = 10.0
MARGIN_SHARE: Final = 0.1
# After a renewal that failed, while the old token still lasts: not every request shall wait for another try.
RENEWAL_PAUSE_SECONDS: Final = 30.0
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


class Lasting(Protocol):
    """Something that ends. `lifetime_seconds` counts from when it was asked for; None: it does not end."""

    @property
    def lifetime_seconds(self) -> float | None: ...


Kept = TypeVar("Kept", bound=Lasting)


@dataclass(frozen=True, slots=True)
class _Entry(Generic[Kept]):
    value: Kept
    renew_at: float
    ends_at: float


class RenewedCache(Generic[Kept]):
    """Values by whose they are, renewed before they end. Those who want the same one at the same time wait for one
    request.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._entries: dict[TokenKey, _Entry[Kept]] = {}
        self._making: dict[TokenKey, asyncio.Task[Kept]] = {}

    def known(self, key: TokenKey) -> Kept | None:
        """The value kept under `key` where nobody needs to wait for it, nor think of renewing it."""
        entry = self._entries.get(key)
        return entry.value if entry is not None and entry.renew_at > self._clock() else None

    async def get(
        self, key: TokenKey, make: Callable[[], Awaitable[Kept]], *, rejected: Callable[[Kept], bool] | None = None
    ) -> Kept:
        """The value kept under `key`, or what `make` brings.

        `rejected` tells those that the registry has refused; they are not handed out again. A renewal that fails
        with RegistryError leaves the old value in use until its end.
        """
        entry = self._entries.get(key)
        if entry is not None and rejected is not None and rejected(entry.value):
            entry = None
        if entry is not None and entry.renew_at > self._clock():
            return entry.value
        task = self._making.get(key)
        if task is None:
            task = self._making[key] = asyncio.create_task(self._make(key, make))
            task.add_done_callback(_consume)
        try:
            # Shielded: one who gives up does not take the value from the others.
            return await asyncio.shield(task)
        except RegistryError:
            if entry is None or entry.ends_at <= self._clock():
                raise
            self._entries[key] = replace(entry, renew_at=min(entry.ends_at, self._clock() + RENEWAL_PAUSE_SECONDS))
            return entry.value

    async def _make(self, key: TokenKey, make: Callable[[], Awaitable[Kept]]) -> Kept:
        try:
            asked_at = self._clock()
            value = await make()
            lifetime = INFINITY if value.lifetime_seconds is None else value.lifetime_seconds
            margin = 0.0 if lifetime == INFINITY else min(max(MARGIN_SECONDS, lifetime * MARGIN_SHARE), lifetime / 2)
            self._sweep()
            self._entries[key] = _Entry(value, asked_at + lifetime - margin, asked_at + lifetime)
            return value
        finally:
            del self._making[key]

    def _sweep(self) -> None:
        """Also what does not end: it costs nothing to make again."""
        if len(self._entries) >= ENTRIES_BEFORE_SWEEP:
            now = self._clock()
            self._entries = {key: kept for key, kept in self._entries.items() if now < kept.ends_at < INFINITY}


class TokenCache:
    """The tokens and logins of a process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._tokens: RenewedCache[Token] = RenewedCache(clock)
        self._logins: RenewedCache[SignedIn] = RenewedCache(clock)

    def known(self, key: TokenKey) -> Token | None:
        """The token kept under `key` where nobody needs to wait for it, nor think of renewing it."""
        return self._tokens.known(key)

    async def get(
        self, key: TokenKey, mint: Callable[[], Awaitable[Token]], *, rejected: Secret | None = None
    ) -> Token:
        """The token kept under `key`, or what `mint` brings. `rejected`: an `authorization` that was refused."""
        return await self._tokens.get(key, mint, rejected=lambda token: token.authorization == rejected)

    async def get_login(
        self, key: TokenKey, sign_in: Callable[[], Awaitable[Login | None]], *, rejected: Login | None = None
    ) -> Login | None:
        """The login kept under `key`, or what `sign_in` brings; None for nobody in particular."""

        async def make() -> SignedIn:
            return SignedIn(await sign_in())

        def is_rejected(kept: SignedIn) -> bool:
            return rejected is not None and kept.login == rejected

        return (await self._logins.get(key, make, rejected=is_rejected)).login


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What came of signing in."""

    login: Login | None

    @property
    def lifetime_seconds(self) -> float | None:
        return self.login.lifetime_seconds if self.login else None


def _consume(task: asyncio.Task[Any]) -> None:
    """Every waiter may have gone; an error nobody asks for is no news."""
    if not task.cancelled():
        task.exception()
