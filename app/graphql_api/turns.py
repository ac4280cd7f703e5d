"""Long lists, made and completed a piece at a time: between two pieces the loop gets to others.

An object costs some microseconds to complete, so that 10,000 files of a chart would hold the loop too long.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Final, TypeVar, cast

T = TypeVar("T")

FEW: Final = 1000
PIECE: Final = 250
"""Objects: about 6 ms of work of graphql-core's own executor, which takes such iterators."""


def in_turns(rows: Sequence[Any], make: Callable[[Any], T]) -> list[T]:
    """What a resolver gives for a list: an object of each row, in a list where they are few.

    Where they are many it is an asynchronous iterator, which the executor takes for a list as well.
    """
    return [make(row) for row in rows] if len(rows) <= FEW else cast(list[T], _pieces(rows, make))


async def _pieces(rows: Sequence[Any], make: Callable[[Any], T]) -> AsyncIterator[T]:
    for place, row in enumerate(rows):
        if place % PIECE == 0:
            await asyncio.sleep(0)
        yield make(row)
