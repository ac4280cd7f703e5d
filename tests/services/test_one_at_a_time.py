"""One at a time for each key, and nobody is left waiting."""

import asyncio

import pytest

from app.services.one_at_a_time import OneAtATime


class Work:
    """Notes who is at work with whom."""

    def __init__(self) -> None:
        self.turns = OneAtATime()
        self.at_work: list[str] = []
        self.together: set[tuple[str, ...]] = set()
        self.done = 0

    async def do(self, key: str, fails: bool = False) -> None:
        async with self.turns.turn(key):
            self.at_work.append(key)
            self.together.add(tuple(sorted(self.at_work)))
            await asyncio.sleep(0)
            self.at_work.remove(key)
            self.done += 1
            if fails:
                raise ValueError(key)


async def test_same_key_waits_and_another_does_not() -> None:
    work = Work()
    await asyncio.gather(*(work.do(key) for key in "aaab"))
    assert work.done == 4
    assert work.together == {("a",), ("a", "b")}


async def test_turn_ends_when_its_work_fails() -> None:
    work = Work()
    with pytest.raises(ValueError, match="a"):
        await asyncio.gather(work.do("a", fails=True), other := asyncio.create_task(work.do("a")))
    await other
    assert work.done == 2


async def test_turn_passes_on_when_somebody_who_waits_is_cancelled() -> None:
    work = Work()
    first, second, third = (asyncio.create_task(work.do("a")) for _ in range(3))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.wait({first, second, third})
    assert (second.cancelled(), work.done) == (True, 2)
    assert work.turns._taken == {}
