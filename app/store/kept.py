"""Values kept for as long as the store is what it was when they were worked out."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, Protocol, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _any(_value: object) -> bool:
    return True


class Dated(Protocol):
    """What values are worked out of; `app.store.revision` has those of the store."""

    def current(self) -> Hashable | None:
        """Equal to an earlier one only where nothing has changed since; None where that is unknown."""


class Unchanging:
    """What is addressed by its digest."""

    def current(self) -> Hashable:
        return 0


class Kept(Generic[K, V]):
    """All of them go when the revision moves; while it stays, the least recently used ones when there are too many.

    Where the revision is unknown, nothing is kept and nothing kept is given. One event loop's, not thread-safe.
    """

    def __init__(self, revision: Dated, weight_max: int, weigh: Callable[[K, V], int] = lambda _key, _value: 1) -> None:
        """`weight_max` is of all values together, in what `weigh` measures; 0 keeps nothing."""
        self._revision = revision
        self._weight_max = weight_max
        self._weigh = weigh
        self._values: OrderedDict[K, V] = OrderedDict()
        self._at: Hashable | None = None
        """The revision of `_values`."""
        self._under_way: dict[tuple[Hashable, K], asyncio.Future[V | None]] = {}
        self.weight = 0

    def find(self, key: K) -> V | None:
        return self._find(key, self._revision.current())

    async def find_or(self, key: K, work: Callable[[], Awaitable[V]], good: Callable[[V], bool] = _any) -> V:
        """What is kept, else what `work` comes to, and kept if it is `good`.

        Of those who ask the same at the same revision, one works and the others wait for it. What is not good, or
        fails, is nobody else's: each then works by itself.
        """
        revision = self._revision.current()
        if revision is None or self._weight_max == 0:
            return await work()
        found = self._find(key, revision)
        if found is not None:
            return found
        other = self._under_way.get((revision, key))
        if other is not None:
            theirs = await asyncio.shield(other)
            return theirs if theirs is not None else await work()
        return await self._work(key, revision, work, good)

    async def _work(self, key: K, revision: Hashable, work: Callable[[], Awaitable[V]], good: Callable[[V], bool]) -> V:
        told: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        self._under_way[revision, key] = told
        result: V | None = None
        try:
            value = await work()
            if good(value):
                result = value
                self.keep(key, value, revision)
            return value
        finally:
            del self._under_way[revision, key]
            told.set_result(result)

    def _find(self, key: K, revision: Hashable | None) -> V | None:
        if revision is None or revision != self._at:
            return None
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def keep(self, key: K, value: V, revision: Hashable | None) -> None:
        """`revision` is the one before `value` was begun to be worked out."""
        # What was committed while it was worked out may be in it or not: it is good for nobody who asks from now on.
        if revision is None or revision != self._revision.current():
            return
        if revision != self._at:
            self._values.clear()
            self._at, self.weight = revision, 0
        weight = self._weigh(key, value)
        if weight > self._weight_max:
            return
        self._values[key] = value
        self.weight += weight
        while self.weight > self._weight_max:
            self.weight -= self._weigh(*self._values.popitem(last=False))
