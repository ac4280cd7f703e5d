"""Loaders: one reading for what is asked for together, and each thing once."""

import asyncio
from collections.abc import Collection

import pytest

from app.graphql_api.loading import Loader


class Shelf:
    """Numbers and their names; notes what is read."""

    def __init__(self, error: Exception | None = None) -> None:
        self.read: list[list[int]] = []
        self.error = error

    async def names(self, numbers: Collection[int]) -> dict[int, str]:
        self.read.append(list(numbers))
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return {number: str(number) for number in numbers if number < 100}


async def test_what_is_asked_for_together_is_read_together() -> None:
    shelf = Shelf()
    loader = Loader(shelf.names)
    assert await asyncio.gather(loader.load(1), loader.load(2), loader.load(1), loader.load_many([3, 2])) == [
        "1",
        "2",
        "1",
        ["3", "2"],
    ]
    assert shelf.read == [[1, 2, 3]]


async def test_what_was_found_is_there_at_once() -> None:
    shelf = Shelf()
    loader = Loader(shelf.names)
    await loader.load_many([1, 2])
    found = loader.load(2)
    with pytest.raises(StopIteration, match="2"):
        found.send(None)
    assert shelf.read == [[1, 2]]


async def test_what_does_not_exist_is_none_and_not_asked_for_again() -> None:
    shelf = Shelf()
    loader = Loader(shelf.names)
    assert await loader.load_many([100, 1]) == [None, "1"]
    assert await loader.load(100) is None
    assert shelf.read == [[100, 1]]


async def test_what_is_being_read_is_not_read_twice() -> None:
    shelf = Shelf()
    loader = Loader(shelf.names)
    first = asyncio.create_task(loader.load(1))
    while not shelf.read:
        await asyncio.sleep(0)
    assert await loader.load_many([1, 2]) == ["1", "2"]
    assert await first == "1"
    assert shelf.read == [[1], [2]]


async def test_error_reaches_everybody_who_asked() -> None:
    loader = Loader(Shelf(OSError("gone")).names)
    answers = await asyncio.gather(loader.load(1), loader.load_many([1, 2]), return_exceptions=True)
    assert [str(answer) for answer in answers] == ["gone", "gone"]
    with pytest.raises(OSError, match="gone"):
        await loader.load(2)


async def test_one_who_gives_up_takes_nobody_along() -> None:
    loader = Loader(Shelf().names)
    hasty, patient = asyncio.create_task(loader.load(1)), asyncio.create_task(loader.load(1))
    await asyncio.sleep(0)
    hasty.cancel()
    assert await patient == "1"
    assert hasty.cancelled()
