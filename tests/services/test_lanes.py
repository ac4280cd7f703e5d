"""Small things are done at once as far as there is room, and each of them once."""

import asyncio

import pytest

from app.services.lanes import Lanes


class Work:
    """Takes a turn of the loop for each thing, and remembers how much was under way."""

    def __init__(self) -> None:
        self.under_way = 0
        self.most = 0

    async def double(self, thing: int) -> int:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        return 2 * thing


@pytest.mark.parametrize("room", [1, 3, 16, 1000])
async def test_each_thing_is_done_once_and_no_more_at_once_than_there_is_room_for(room: int) -> None:
    work = Work()
    assert await Lanes(lambda: room).run(range(100), work.double) == [2 * thing for thing in range(100)]
    assert 1 <= work.most <= room
    assert (work.most == 1) is (room == 1)
    assert await Lanes(lambda: room).run([], work.double) == []


async def test_room_is_shared_and_everybody_has_a_lane_of_his_own() -> None:
    work, lanes = Work(), Lanes(lambda: 4)
    await asyncio.gather(*(lanes.run(range(50), work.double) for _ in range(3)))
    assert work.most <= 4 + 2
    await asyncio.gather(*(lanes.run(range(50), work.double) for _ in range(8)))
    assert work.most == 8


async def test_lanes_are_opened_while_there_is_more_and_more_room() -> None:
    rooms = iter([1] * 10 + [5] * 1000)
    work = Work()
    await Lanes(lambda: next(rooms)).run(range(100), work.double)
    assert work.most == 5


@pytest.mark.parametrize("end", ["raised", "cancelled", "cancelled at once"])
async def test_room_is_free_again_however_it_ended(end: str) -> None:
    lanes = Lanes(lambda: 4)

    async def hang(thing: int) -> None:
        if end == "raised" and thing == 2:
            raise LookupError
        await asyncio.sleep(3600)

    if end == "raised":
        with pytest.raises(ExceptionGroup) as raised:
            await lanes.run(range(10), hang)
        assert raised.value.subgroup(LookupError)
    else:
        running = asyncio.create_task(lanes.run(range(10), hang))
        for _ in range(0 if end == "cancelled at once" else 10):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait({running})
    await asyncio.sleep(0)
    work = Work()
    await lanes.run(range(100), work.double)
    assert work.most == 4
