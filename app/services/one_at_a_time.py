"""Who works on the same thing does so one after the other."""

import asyncio


class OneAtATime:
    """A turn for each key. Nobody waits where nobody else is there, which is nearly always."""

    def __init__(self) -> None:
        self._taken: dict[str, asyncio.Event | None] = {}
        """Keys of which somebody has the turn; the event, where others wait for its end."""

    def turn(self, key: str) -> "Turn":
        return Turn(self._taken, key)


class Turn:
    """From entering to leaving, whatever happens between."""

    __slots__ = ("_key", "_taken")

    def __init__(self, taken: dict[str, asyncio.Event | None], key: str) -> None:
        self._taken = taken
        self._key = key

    async def __aenter__(self) -> None:
        while self._key in self._taken:
            ended = self._taken[self._key]
            if ended is None:
                ended = self._taken[self._key] = asyncio.Event()
            await ended.wait()
        self._taken[self._key] = None

    async def __aexit__(self, *_: object) -> None:
        ended = self._taken.pop(self._key)
        if ended is not None:
            ended.set()
