"""Many who ask for one thing each, answered together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


class Gathering(Generic[Q, A]):
    """Whoever asks while others are being answered is part of the next answer.

    The more ask, the fewer answers they cost; an answer begins `gathered_seconds` after its first question, at once by
    default. `answer` takes the questions in order and gives as many answers, of which an exception is raised where it
    was asked for; what `answer` itself raises is raised to all.
    """

    def __init__(
        self, answer: Callable[[Sequence[Q]], Awaitable[Sequence[A | Exception]]], gathered_seconds: float = 0
    ) -> None:
        self._answer = answer
        self._gathered_seconds = gathered_seconds
        self._asked: list[tuple[Q, asyncio.Future[A]]] = []
        self._answering: asyncio.Task[None] | None = None

    async def ask(self, question: Q) -> A:
        """Cancelled, it leaves the answer of the others as it is."""
        given: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._asked.append((question, given))
        if self._answering is None:
            self._answering = asyncio.create_task(self._answer_all())
        return await given

    async def _answer_all(self) -> None:
        try:
            while self._asked:
                await asyncio.sleep(self._gathered_seconds)
                asked, self._asked = self._asked, []
                await self._answer_these(asked)
        finally:
            self._answering = None

    async def _answer_these(self, asked: list[tuple[Q, asyncio.Future[A]]]) -> None:
        waiting = [(question, given) for question, given in asked if not given.done()]
        answers: Sequence[A | Exception]
        try:
            answers = await self._answer([question for question, _ in waiting])
        except Exception as error:
            answers = [error] * len(waiting)
        for (_, given), answer in zip(waiting, answers, strict=True):
            if given.done():
                continue
            if isinstance(answer, Exception):
                given.set_exception(answer)
            else:
                given.set_result(answer)
