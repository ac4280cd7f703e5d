"""Reads by keys: what is asked for in the same turn of the event loop in one go, and each thing once.

A field of a page of charts is asked for one chart at a time; `ahead` of it a whole list can be asked for, and what
was found is there at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(slots=True, eq=False)
class _Batch(Generic[K]):
    """Keys that are read together, and who waits for them: a future each, for a cancelled task cancels its own."""

    keys: list[K] = field(default_factory=list)
    waiters: list[asyncio.Future[None]] = field(default_factory=list)
    reading: asyncio.Task[None] | None = None
    ended: bool = False
    error: Exception | None = None

    async def wait(self) -> None:
        """Raises what reading raised, to everybody who asks."""
        if not self.ended:
            waiter = asyncio.get_running_loop().create_future()
            self.waiters.append(waiter)
            await waiter
        if self.error is not None:
            raise self.error

    def end(self, error: Exception | None = None) -> None:
        self.ended, self.error = True, error
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(None)


class Loader(Generic[K, V]):
    """`read` gives what there is of some keys; what it leaves out does not exist."""

    def __init__(self, read: Callable[[Collection[K]], Awaitable[Mapping[K, V]]]) -> None:
        self._read = read
        self._found: dict[K, V | None] = {}
        self._batches: dict[K, _Batch[K]] = {}
        self._next: _Batch[K] | None = None

    async def load(self, key: K) -> V | None:
        """None for what does not exist."""
        if key not in self._found:
            await self._batch_of(key).wait()
        return self._found[key]

    async def load_many(self, keys: Iterable[K]) -> list[V | None]:
        """In the same order."""
        asked = list(keys)
        for batch in {self._batch_of(key): None for key in asked if key not in self._found}:
            await batch.wait()
        return [self._found[key] for key in asked]

    def _batch_of(self, key: K) -> _Batch[K]:
        batch = self._batches.get(key)
        if batch is None:
            batch = self._batches[key] = self._next or self._begin()
            batch.keys.append(key)
        return batch

    def _begin(self) -> _Batch[K]:
        batch = self._next = _Batch[K]()
        loop = asyncio.get_running_loop()

        def start() -> None:
            batch.reading = loop.create_task(self._run(batch))

        # The task begins a turn later still: whoever was woken together with the first gets in.
        loop.call_soon(start)
        return batch

    async def _run(self, batch: _Batch[K]) -> None:
        self._next = None
        try:
            found = await self._read(batch.keys)
        except Exception as error:
            batch.end(error)
        else:
            self._found.update((key, found.get(key)) for key in batch.keys)
            batch.end()
