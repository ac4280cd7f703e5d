"""Bytes in flight never exceed the budget, nobody is overtaken, and nothing leaks when somebody gives up."""

import asyncio
import random
from collections.abc import Callable

import pytest

from app.services.byte_budget import ByteBudget


async def begin(budget: ByteBudget, size: int) -> asyncio.Task[Callable[[], None]]:
    task = asyncio.create_task(budget.take(size))
    for _ in range(3):
        await asyncio.sleep(0)
    return task


async def test_taker_waits_until_there_is_room() -> None:
    budget = ByteBudget(10)
    give_back = await budget.take(8)
    waiting = await begin(budget, 3)
    assert not waiting.done()
    give_back()
    await waiting


async def test_small_one_does_not_overtake_a_large_one_that_waits() -> None:
    budget = ByteBudget(10)
    give_back = await budget.take(8)
    large, small = await begin(budget, 9), await begin(budget, 1)
    assert not small.done()
    give_back()
    await large
    assert not (await begin(budget, 10)).done()


async def test_something_larger_than_the_budget_goes_alone() -> None:
    budget = ByteBudget(10)
    give_back = await budget.take(1000)
    waiting = await begin(budget, 1)
    assert not waiting.done()
    give_back()
    await waiting


async def test_bytes_are_given_back_once_however_often_that_is_said() -> None:
    budget = ByteBudget(10)
    give_back = await budget.take(10)
    for _ in range(3):
        give_back()
    await budget.take(10)
    assert not (await begin(budget, 1)).done()


@pytest.mark.parametrize("after_its_turn", [False, True])
async def test_nothing_leaks_when_a_waiter_gives_up(after_its_turn: bool) -> None:
    budget = ByteBudget(10)
    give_back = await budget.take(10)
    large, small = await begin(budget, 10), await begin(budget, 1)
    if after_its_turn:
        give_back()
    large.cancel()
    await asyncio.gather(large, return_exceptions=True)
    if not after_its_turn:
        assert not small.done()
        give_back()
    async with asyncio.timeout(10):
        (await small)()
        await budget.take(10)


async def test_budget_is_kept_and_whole_again_when_many_come_and_go_and_give_up() -> None:
    chance, budget = random.Random(1), ByteBudget(100)
    in_flight = most = 0

    async def one() -> None:
        nonlocal in_flight, most
        size = chance.randint(1, 120)
        give_back = await budget.take(size)
        in_flight += min(size, 100)
        most = max(most, in_flight)
        try:
            await asyncio.sleep(chance.random() / 500)
        finally:
            in_flight -= min(size, 100)
            give_back()

    tasks = [asyncio.create_task(one()) for _ in range(200)]
    for task in chance.sample(tasks, 60):
        await asyncio.sleep(0)
        task.cancel()
    async with asyncio.timeout(30):
        await asyncio.gather(*tasks, return_exceptions=True)
        await budget.take(100)
    assert 50 < most <= 100
