"""Syncs give way to people whose answers are worked out in the same process.

A process answers and syncs in one thread. Whoever waits for a page meanwhile waits for what stands before it there;
a sync has no one who waits.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

SHARE = 0.1
"""Of the time, for all syncs together, while somebody waits."""
UNNOTICED_SECONDS = 0.002  # timers are no finer


class Courtesy:
    """Knows whether somebody waits for an answer, and spaces out what syncs begin while somebody does.

    `with courtesy:` is around each answer to somebody who is known.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`clock` is monotonic, in seconds."""
        self._clock = clock
        self._sleep = sleep
        self._waiting = 0
        self._next_at = 0.0

    def __enter__(self) -> None:
        self._waiting += 1

    def __exit__(self, *_: object) -> None:
        self._waiting -= 1

    @property
    def somebody_waits(self) -> bool:
        return self._waiting > 0

    async def turn(self, work_seconds: float) -> None:
        """Returns once a sync may do what takes this process so long: at once where nobody waits for an answer."""
        if not self.somebody_waits:
            return
        now = self._clock()
        begins_at = max(now, self._next_at)
        self._next_at = begins_at + work_seconds / SHARE
        if begins_at - now > UNNOTICED_SECONDS:
            await self._sleep(begins_at - now)
