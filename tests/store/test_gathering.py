"""Who asks while others are answered is answered together with all who ask meanwhile."""

import asyncio
from collections.abc import Sequence

import pytest

from app.store.gathering import Gathering


class Desk:
    """Answers a question by its length; `open` lets an answer out. A question that begins with x fails."""

    def __init__(self) -> None:
        self.answered: list[list[str]] = []
        self.open = asyncio.Event()
        self.gathering: Gathering[str, int] = Gathering(self.answer)

    async def answer(self, questions: Sequence[str]) -> Sequence[int | Exception]:
        self.answered.append(list(questions))
        await self.open.wait()
        if "broken" in questions:
            raise OSError("broken")
        return [ValueError(question) if question.startswith("x") else len(question) for question in questions]

    async def asked(self, *questions: str) -> list[asyncio.Task[int]]:
        tasks = [asyncio.create_task(self.gathering.ask(question)) for question in questions]
        for _ in range(4):  # the answer begins
            await asyncio.sleep(0)
        return tasks


async def test_those_who_ask_during_an_answer_are_answered_together() -> None:
    desk = Desk()
    tasks = await desk.asked("a") + await desk.asked("bb", "ccc") + await desk.asked("dddd")
    desk.open.set()
    assert await asyncio.gather(*tasks) == [1, 2, 3, 4]
    assert desk.answered == [["a"], ["bb", "ccc", "dddd"]]


async def test_error_is_of_the_one_whose_question_it_is() -> None:
    desk = Desk()
    desk.open.set()
    fine, failing = await desk.asked("fine", "x")
    assert await fine == 4
    with pytest.raises(ValueError, match="x"):
        await failing


async def test_error_of_the_answer_is_of_all_who_asked_and_of_nobody_after_them() -> None:
    desk = Desk()
    desk.open.set()
    for one in await desk.asked("broken", "other"):
        with pytest.raises(OSError, match="broken"):
            await one
    assert await desk.gathering.ask("after") == 5


async def test_one_who_leaves_takes_nothing_from_the_others() -> None:
    desk = Desk()
    first, leaving, staying = await desk.asked("a") + await desk.asked("bb", "ccc")
    leaving.cancel()
    desk.open.set()
    assert (await first, await staying) == (1, 3)
    assert desk.answered == [["a"], ["ccc"]]
