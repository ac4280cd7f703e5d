"""Many small things done at once, as many as there is room for at each moment, without a task for each of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Lanes:
    """Shared by all who do such things: each has one lane, and more of them while there is room."""

    def __init__(self, room: Callable[[], int]) -> None:
        """`room`: how many lanes there may be now."""
        self._room = room
        self._used = 0

    async def run(self, things: Sequence[T], do: Callable[[T], Awaitable[R]]) -> list[R]:
        """What `do` makes of each, in their order. Raises ExceptionGroup as soon as one of them raises."""
        left = iter(enumerate(things))
        done: dict[int, R] = {}

        async def lane() -> None:
            for number, thing in left:
                if self._used < self._room():
                    open_lane()
                done[number] = await do(thing)

        def open_lane() -> None:
            self._used += 1
            group.create_task(lane()).add_done_callback(self._closed)

        async with asyncio.TaskGroup() as group:
            open_lane()
        return [done[number] for number in range(len(things))]

    def _closed(self, _lane: "asyncio.Task[None]") -> None:
        self._used -= 1
