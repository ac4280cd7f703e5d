"""What is kept is given while the revision stays, within its bound; equal questions are worked on once."""

import asyncio
from collections.abc import Hashable
from typing import Any

import pytest

from app.store.kept import Kept


class Revision:
    """Moves when a test says so."""

    def __init__(self) -> None:
        self.now: Hashable | None = 1

    def current(self) -> Hashable | None:
        return self.now


class Work:
    """Comes to its number of times, once it may."""

    def __init__(self) -> None:
        self.times = 0
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self) -> str:
        self.times += 1
        came_to = f"v{self.times}"
        await self.may_end.wait()
        return came_to


@pytest.fixture
def revision() -> Revision:
    return Revision()


def keeper(revision: Revision, weight_max: int = 10) -> Kept[str, str]:
    return Kept(revision, weight_max, lambda _key, value: len(value) // 2)  # type: ignore[arg-type]


async def asked(kept: Kept[str, str], work: Any, key: str = "a", good: bool = True) -> str:
    return await kept.find_or(key, work, lambda _value: good)


async def test_value_is_worked_out_once_while_the_revision_stays(revision: Revision) -> None:
    kept, work = keeper(revision), Work()
    assert [await asked(kept, work) for _ in range(3)] == ["v1", "v1", "v1"]
    assert await asked(kept, work, "b") == "v2"
    assert kept.find("a") == "v1"


async def test_value_is_worked_out_anew_when_the_revision_moved(revision: Revision) -> None:
    kept, work = keeper(revision), Work()
    await asked(kept, work)
    revision.now = 2
    assert kept.find("a") is None
    assert [await asked(kept, work) for _ in range(2)] == ["v2", "v2"]
    revision.now = 1  # cannot be; all that was kept then is gone nevertheless
    assert kept.find("a") is None


async def test_nothing_is_kept_or_given_where_the_revision_is_unknown(revision: Revision) -> None:
    kept, work = keeper(revision), Work()
    await asked(kept, work)
    revision.now = None
    assert kept.find("a") is None
    assert [await asked(kept, work) for _ in range(2)] == ["v2", "v3"]


async def test_value_is_not_kept_when_the_revision_moved_while_it_was_worked_out(revision: Revision) -> None:
    kept, work = keeper(revision), Work()
    work.may_end.clear()
    begun = asyncio.create_task(asked(kept, work))
    await asyncio.sleep(0)
    revision.now = 2
    later = asyncio.create_task(asked(kept, work))
    await asyncio.sleep(0)
    work.may_end.set()
    assert (await begun, await later) == ("v1", "v2")  # who asks after a commit joins nobody who asked before it
    assert kept.find("a") == "v2"


async def test_least_recently_used_values_go_when_there_are_too_many(revision: Revision) -> None:
    kept = keeper(revision, 3)
    for key in "abc":
        await asked(kept, Work(), key)
    kept.find("a")
    await asked(kept, Work(), "d")
    assert [key for key in "abcd" if kept.find(key)] == ["a", "c", "d"]
    assert kept.weight == 3


async def test_value_over_the_bound_is_not_kept_and_drives_nothing_out(revision: Revision) -> None:
    kept = keeper(revision, 3)
    await asked(kept, Work())
    kept.keep("large", "x" * 10, 1)
    assert (kept.find("large"), kept.find("a"), kept.weight) == (None, "v1", 1)


async def test_nothing_is_kept_when_the_bound_is_nothing(revision: Revision) -> None:
    kept, work = keeper(revision, 0), Work()
    assert [await asked(kept, work) for _ in range(2)] == ["v1", "v2"]


async def test_equal_questions_under_way_are_worked_on_once(revision: Revision) -> None:
    kept, work = keeper(revision), Work()
    work.may_end.clear()
    waiting = [asyncio.create_task(asked(kept, work)) for _ in range(5)]
    await asyncio.sleep(0)
    work.may_end.set()
    assert await asyncio.gather(*waiting) == ["v1"] * 5


async def test_what_is_not_good_is_nobody_elses(revision: Revision) -> None:
    kept, work = keeper(revision), Work()
    work.may_end.clear()
    waiting = [asyncio.create_task(asked(kept, work, good=False)) for _ in range(3)]
    await asyncio.sleep(0)
    work.may_end.set()
    assert sorted(await asyncio.gather(*waiting)) == ["v1", "v2", "v3"]
    assert kept.find("a") is None


async def test_who_waits_for_one_that_fails_or_is_cancelled_works_by_themselves(revision: Revision) -> None:
    kept, work, times = keeper(revision), Work(), 0

    async def failing() -> str:
        nonlocal times
        times += 1
        await asyncio.sleep(0)
        raise RuntimeError

    failed = await asyncio.gather(asked(kept, failing), asked(kept, work), return_exceptions=True)
    assert isinstance(failed[0], RuntimeError) and failed[1] == "v1" and times == 1
    work.may_end.clear()
    first = asyncio.create_task(asked(kept, work))
    second = asyncio.create_task(asked(kept, work))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    work.may_end.set()
    assert await second == "v3"


async def test_who_stops_waiting_stops_nobody_else(revision: Revision) -> None:
    kept, work = keeper(revision), Work()
    work.may_end.clear()
    waiting = [asyncio.create_task(asked(kept, work)) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    await asyncio.sleep(0)
    work.may_end.set()
    assert await waiting[0] == await waiting[2] == "v1"
