"""A budget of bytes in flight: memory stays bounded whatever the number of versions and the size of each."""

import asyncio
from collections import deque
from collections.abc import Callable


class ByteBudget:
    """First come, first served; something larger than the whole budget goes alone."""

    def __init__(self, total_bytes: int) -> None:
        self._total = total_bytes
        self._free = total_bytes
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def take(self, size_bytes: int) -> Callable[[], None]:
        """Waits for room; what it returns gives the bytes back, however often it is called, once."""
        size = min(size_bytes, self._total)
        if self._waiting or size > self._free:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append((size, turn))
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._give_back(size)
                else:
                    self._waiting = deque(entry for entry in self._waiting if entry[1] is not turn)
                    self._let_in()
                raise
        else:
            self._free -= size
        given_back = False

        def give_back() -> None:
            nonlocal given_back
            if not given_back:
                given_back = True
                self._give_back(size)

        return give_back

    def _give_back(self, size: int) -> None:
        self._free += size
        self._let_in()

    def _let_in(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._free:
            size, turn = self._waiting.popleft()
            if not turn.done():
                self._free -= size
                turn.set_result(None)
