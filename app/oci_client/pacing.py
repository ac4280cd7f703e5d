"""How many requests may be under way at one host, and who may send the next.

The number adapts itself: it is doubled each round trip as long as the host answers as quickly as it can (slow
start), grows by one a round trip afterwards, goes back to the usual one when answers become slow, and is halved when
the host refuses or falls silent. Source: RFC 5681 for the shape; for latency as the sign of a queue, Netflix'
concurrency-limits.
"""

import asyncio
import statistics
from collections import deque
from dataclasses import dataclass
from typing import Final

REQUESTS_PER_HOST: Final = 16
SLOW: Final = 2.0
"""Times the quickest answer of its kind: half of it was spent in a queue then, and more requests only lengthen that."""
QUICKEST_REMEMBERED_SECONDS: Final = 300.0
"""So that a route that became longer is not taken for a queue for ever."""
ROUNDS_BELOW_REFUSAL: Final = 50
"""How long the number that was refused is not tried again: else a tenth of all requests would be refused."""


@dataclass(slots=True)
class _Quickest:
    """Seconds of the quickest answer of a kind, in this span of time and the one before."""

    before: float
    now: float
    since: float

    @property
    def seconds(self) -> float:
        return min(self.before, self.now)


class Concurrency:
    """The number, fed by what comes of each request. Knows no clock: instants are given, in seconds."""

    def __init__(self, usual: int = REQUESTS_PER_HOST, most: int = 0) -> None:
        """`usual` to begin with, and never less because of slowness alone; it may grow up to `most`."""
        self._usual = max(usual, 1)
        self._most = max(most, self._usual)
        self._limit = float(self._usual)
        self._doubling = True
        self._quickest: dict[str, _Quickest] = {}
        self._slowness: list[float] = []
        self._full = False
        self._cut_at = float("-inf")
        self._too_many = float("inf")
        self._rounds_since = 0

    @property
    def limit(self) -> int:
        return int(self._limit)

    def answered(
        self, kind: str, began_at: float, now: float, *, full: bool, host_seconds: float | None = None
    ) -> None:
        """An answer of this kind came. `full`: no further request could have been sent meanwhile.

        `host_seconds`: what the host itself took, where that is known: what we were busy with makes no host slow.
        """
        seconds = max(now - began_at, 1e-6)
        quickest = self._quickest.get(kind)
        if quickest is None:
            quickest = self._quickest[kind] = _Quickest(seconds, seconds, now)
        elif now - quickest.since > QUICKEST_REMEMBERED_SECONDS:
            quickest.before, quickest.now, quickest.since = quickest.now, seconds, now
        quickest.now = min(quickest.now, seconds)
        self._slowness.append((seconds if host_seconds is None else host_seconds) / quickest.seconds)
        self._full = self._full or full
        if len(self._slowness) >= self.limit:
            self._end_round()

    def refused(self, began_at: float, now: float) -> None:
        """The host wants fewer requests, or does not answer any. Those sent before the last cut cut no further."""
        if began_at <= self._cut_at:
            return
        self._cut_at = now
        self._doubling = False
        self._too_many, self._rounds_since = self._limit, 0
        self._limit = max(self._limit / 2, 1.0)
        self._begin_round()

    def _end_round(self) -> None:
        slowness, full = statistics.median(self._slowness), self._full
        self._begin_round()
        self._rounds_since += 1
        slow = slowness > SLOW
        if slow and self._limit > self._usual:
            self._doubling = False
            self._limit = max(self._limit * max(SLOW / slowness, 0.5), self._usual)
        elif full and (self._limit < self._usual or not slow):
            grown = self._limit * 2 if self._doubling else self._limit + 1
            if grown < self._too_many or self._rounds_since > ROUNDS_BELOW_REFUSAL:
                self._limit = min(grown, self._most)

    def _begin_round(self) -> None:
        self._slowness.clear()
        self._full = False


class Places:
    """As many as `concurrency` says, given in turn to all who want some: who wants many starves nobody."""

    def __init__(self, concurrency: Concurrency) -> None:
        self.concurrency = concurrency
        self._taken = 0
        self._waiting: dict[object, deque[asyncio.Future[None]]] = {}

    @property
    def are_full(self) -> bool:
        return self._taken >= self.concurrency.limit

    @property
    def taken(self) -> int:
        return self._taken

    def take_at_once(self) -> bool:
        """Whether there was a free place that nobody waits for; it is taken then, and to be given back."""
        if self._waiting or self._taken >= self.concurrency.limit:
            return False
        self._taken += 1
        return True

    async def take(self, who: object) -> None:
        """Returns with a place, to be given back. `who` has one turn, however many places are asked for."""
        if self.take_at_once():
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(who, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back()
            raise

    def give_back(self) -> None:
        self._taken -= 1
        self.hand_out()

    def hand_out(self) -> None:
        """What is free, also because the number has grown."""
        while self._waiting and not self.are_full:
            who, turns = next(iter(self._waiting.items()))
            turn = turns.popleft()
            del self._waiting[who]
            if turns:
                self._waiting[who] = turns  # at the end: the others come first
            if not turn.done():
                self._taken += 1
                turn.set_result(None)
