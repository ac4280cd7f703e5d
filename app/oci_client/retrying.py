"""When to try again, and how many may try at once.

Full jitter: aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter. Retry-After: RFC 9110, 10.2.3.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

from app.oci_client.errors import RateLimited, RegistryError
from app.oci_client.limits import ClientLimits
from app.oci_client.pacing import REQUESTS_PER_HOST, Concurrency, Places
from app.oci_client.reference import RegistryHost

Result = TypeVar("Result")
Sleep = Callable[[float], Awaitable[None]]

# No registry asks for more than a day; an epoch in seconds sent by mistake (seen at Docker Hub) would be
# decades.
RETRY_AFTER_BELIEVED_MAX_SECONDS: Final = 24 * 3600.0


def utc_now() -> datetime:
    """The wall clock, for instants that people see."""
    return datetime.now(UTC)


def parse_retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds to wait from `now`, of either form of the header; None when there is none that can be read."""
    text = (header or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        seconds = float(text[:12])
    else:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    return min(max(seconds, 0.0), RETRY_AFTER_BELIEVED_MAX_SECONDS)


class Place:
    """One request's place at a host; told how it was answered, so that the host's pace is known."""

    def __init__(self, concurrency: Concurrency, places: Places, clock: Callable[[], float]) -> None:
        self._concurrency = concurrency
        self._places = places
        self._clock = clock
        self._began_at = clock()

    def give_back(self) -> None:
        """To whoever waits for one. Once."""
        self._places.give_back()

    def answered(self, kind: str, host_seconds: float | None = None) -> None:
        """The head of an answer came, `host_seconds` of it the host's own. `kind`: of what takes the same time."""
        self._concurrency.answered(
            kind, self._began_at, self._clock(), full=self._places.are_full, host_seconds=host_seconds
        )
        self._places.hand_out()

    def refused(self) -> None:
        """The host said that there are too many requests, or nothing at all."""
        self._concurrency.refused(self._began_at, self._clock())


class HostLimiter:
    """Shared by all who speak to one host: bounds how many do at once, and makes all wait when the host says
    so.
    """

    def __init__(
        self,
        concurrency: int = REQUESTS_PER_HOST,
        concurrency_max: int = 0,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """`clock` is monotonic, in seconds; `now` is what `RateLimited.until` is counted from.

        Without a `concurrency_max` it never grows.
        """
        self._bounds = (concurrency, concurrency_max)
        self.concurrency = Concurrency(concurrency, concurrency_max)
        self._places = Places(self.concurrency)
        self._clock = clock
        self._sleep = sleep
        self._now = now
        self._closed_until = 0.0
        self._others: dict[str, HostLimiter] = {}

    def of_other(self, host: str) -> "HostLimiter":
        """The limiter of a host that is spoken to for this one, such as its token endpoint: it keeps a pace of its
        own.
        """
        other = self._others.get(host)
        if other is None:
            other = HostLimiter(*self._bounds, clock=self._clock, sleep=self._sleep, now=self._now)
            self._others[host] = other
        return other

    def hold(self, seconds: float) -> None:
        """Let nobody speak to the host for so long; never shortens an earlier hold."""
        self._closed_until = max(self._closed_until, self._clock() + seconds)

    def take_at_once(self) -> Place | None:
        """One of the places where one is free and the host is open; None where there is something to wait for."""
        if self._closed_until > self._clock() or not self._places.take_at_once():
            return None
        return Place(self.concurrency, self._places, self._clock)

    async def take(self, host: RegistryHost, wait_max_seconds: float, who: object = None) -> Place:
        """One of the places, to be given back; `who` asks takes turns with the others.

        Raises RateLimited when the host is closed for longer than `wait_max_seconds`.
        """
        await self._places.take(who)
        try:
            while (seconds := self._closed_until - self._clock()) > 0:
                if seconds > wait_max_seconds:
                    raise rate_limited_until(host, self._now() + timedelta(seconds=seconds))
                await self._sleep(seconds)
        except BaseException:
            self._places.give_back()
            raise
        return Place(self.concurrency, self._places, self._clock)


class HostLimiters:
    """One limiter for each host, made on first use."""

    def __init__(
        self,
        concurrency: int = REQUESTS_PER_HOST,
        concurrency_max: int = 0,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        def make() -> HostLimiter:
            return HostLimiter(concurrency, concurrency_max, clock=clock, sleep=sleep, now=now)

        self._make = make
        self._limiters: dict[RegistryHost, HostLimiter] = {}

    def for_host(self, host: RegistryHost) -> HostLimiter:
        """The limiter that everybody who speaks to `host` shares."""
        limiter = self._limiters.get(host)
        if limiter is None:
            limiter = self._limiters[host] = self._make()
        return limiter


class Retrying:
    """Runs an attempt until it succeeds, fails for good or has been tried often enough."""

    def __init__(
        self,
        limits: ClientLimits,
        *,
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], datetime] = utc_now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`chance` gives numbers from 0 to 1."""
        self._limits = limits
        self._sleep = sleep
        self._now = now
        self._chance = chance

    async def run(self, host: RegistryHost, limiter: HostLimiter, attempt: Callable[[], Awaitable[Result]]) -> Result:
        """What `attempt` returns.

        Raises its last error, or RateLimited when the host asks for too long a wait.
        """
        tries = 0
        while True:
            try:
                return await attempt()
            except RegistryError as error:
                tries += 1
                failure = error
            await self._prepare_next(host, limiter, failure, tries)

    async def _prepare_next(self, host: RegistryHost, limiter: HostLimiter, failure: RegistryError, tries: int) -> None:
        asked = failure.retry_after_seconds
        parked = isinstance(failure, RateLimited) and failure.until is not None
        if asked is not None:
            limiter.hold(asked)
            if asked > self._limits.retry_after_max_seconds:
                raise rate_limited_until(host, self._now() + timedelta(seconds=asked), failure) from None
        if parked or not failure.temporary or tries >= self._limits.tries_max:
            raise failure
        ceiling = min(self._limits.retry_first_delay_seconds * 2 ** (tries - 1), self._limits.retry_delay_max_seconds)
        delay = self._chance() * ceiling
        if isinstance(failure, RateLimited):
            # At least half of it: asking again at once is what brought us here.
            limiter.hold(max(delay, ceiling / 2))
        await self._sleep(delay)  # what the host asked for is waited out at the limiter, by everybody


def rate_limited_until(host: RegistryHost, until: datetime, cause: RegistryError | None = None) -> RateLimited:
    """The error of a wait too long to sit out."""
    error = RateLimited(
        f"{host} wants no more requests until {until:%Y-%m-%d %H:%M:%S} UTC.",
        host=str(host),
        repository=cause.repository if cause else None,
        reference=cause.reference if cause else None,
    )
    error.until = until
    return error
