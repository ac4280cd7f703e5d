"""A host is spoken to as fast as it can bear, never faster than allowed, and nobody is starved by another."""

import asyncio
import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.oci_client.errors import RateLimited
from app.oci_client.pacing import Concurrency, Places
from app.oci_client.reference import RegistryHost
from app.oci_client.retrying import HostLimiter
from tests.oci_client.lab import Clock

HOST = RegistryHost("registry.example.com")


@dataclass
class Simulation:
    """A host in virtual time, to which as many requests are sent as are allowed.

    `seconds`: how long one takes when so many are under way; `refuses`: whether it is told to come later.
    """

    concurrency: Concurrency
    seconds: Callable[[int], float]
    refuses: Callable[[float, int], bool] = lambda now, under_way: False
    wanted: int = 10_000
    now: float = 0.0
    done: int = 0
    refused: int = 0
    most_under_way: int = 0
    limits: list[int] = field(default_factory=list)

    def run(self, until: float) -> "Simulation":
        under_way: list[tuple[float, float, bool]] = []
        while self.now < until:
            while len(under_way) < min(self.concurrency.limit, self.wanted):
                refused = self.refuses(self.now, len(under_way) + 1)
                ends_at = self.now + self.seconds(len(under_way) + 1)
                heapq.heappush(under_way, (ends_at, self.now, refused))
            self.most_under_way = max(self.most_under_way, len(under_way))
            full = len(under_way) >= self.concurrency.limit
            self.now, began_at, refused = heapq.heappop(under_way)
            if refused:
                self.refused += 1
                self.concurrency.refused(began_at, self.now)
            else:
                self.done += 1
                self.concurrency.answered("GET", began_at, self.now, full=full)
            self.limits.append(self.concurrency.limit)
        return self


def far_away(under_way: int) -> float:
    """Thirty milliseconds, however many there are."""
    return 0.030


def few_cores(under_way: int) -> float:
    """Two at a time, two milliseconds each: the others wait for them."""
    return 0.002 * max(1.0, under_way / 2)


def test_most_are_under_way_within_three_round_trips_when_the_host_is_far_away() -> None:
    seen = Simulation(Concurrency(16, 64), far_away).run(until=3 * 0.030 + 0.001)
    assert seen.concurrency.limit == seen.most_under_way == 64


def test_nearly_all_of_the_bound_is_reached_when_the_host_is_far_away() -> None:
    seen = Simulation(Concurrency(16, 64), far_away).run(until=2.0)
    assert seen.done >= 0.95 * 64 * 2.0 / 0.030


def test_usual_number_stays_when_more_would_only_wait() -> None:
    seen = Simulation(Concurrency(16, 64), few_cores).run(until=5.0)
    assert set(seen.limits) == {16}


def test_number_goes_back_when_the_host_becomes_slow_with_it() -> None:
    def busy_above_40(under_way: int) -> float:
        return 0.030 if under_way <= 40 else 0.200

    seen = Simulation(Concurrency(16, 64), busy_above_40).run(until=20.0)
    assert max(seen.limits) > 40
    later = seen.limits[len(seen.limits) // 2 :]
    assert sum(limit <= 44 for limit in later) / len(later) > 0.9
    assert min(later) >= 16


def test_number_stays_when_it_is_ourselves_who_are_slow() -> None:
    concurrency = Concurrency(16, 64)
    Simulation(concurrency, far_away).run(until=1.0)
    for number in range(1000):
        began_at = 1.0 + number / 100
        concurrency.answered("GET", began_at, began_at + 0.5, full=True, host_seconds=0.030)
    assert concurrency.limit == 64
    for number in range(1000):
        began_at = 20.0 + number / 100
        concurrency.answered("GET", began_at, began_at + 0.5, full=True, host_seconds=0.5)
    assert concurrency.limit == 16


def test_number_is_halved_once_for_all_that_are_refused_together() -> None:
    seen = Simulation(Concurrency(16, 64), far_away, lambda now, _: now == 0.0).run(until=0.031)
    assert seen.refused == 16
    assert seen.concurrency.limit == 8


def test_refusals_become_few_when_the_host_bears_no_more_than_ten() -> None:
    seen = Simulation(Concurrency(16, 64), far_away, lambda _, under_way: under_way > 10).run(until=30.0)
    assert seen.refused / seen.done < 0.05
    assert seen.done > 0.6 * 10 * 30.0 / 0.030


def test_number_comes_back_when_the_host_was_overloaded_for_a_while() -> None:
    seen = Simulation(Concurrency(16, 64), far_away, lambda now, _: now < 1.0)
    seen.run(until=1.0)
    assert seen.concurrency.limit == 1
    assert seen.run(until=10.0).concurrency.limit == 64


def test_number_does_not_grow_when_it_is_not_used() -> None:
    seen = Simulation(Concurrency(16, 64), far_away, wanted=5).run(until=5.0)
    assert set(seen.limits) == {16}


def test_longer_route_is_not_taken_for_a_queue_for_ever() -> None:
    concurrency = Concurrency(16, 64)
    Simulation(concurrency, lambda _: 0.005).run(until=10.0)
    moved = Simulation(concurrency, far_away, now=10.0)
    assert moved.run(until=11.0).concurrency.limit == 16
    assert moved.run(until=700.0).concurrency.limit == 64


@given(
    st.integers(1, 300),
    st.integers(0, 300),
    st.lists(st.tuples(st.booleans(), st.floats(0, 100), st.floats(0, 100), st.booleans()), max_size=200),
)
def test_number_is_never_below_one_nor_above_the_most(
    usual: int, most: int, story: list[tuple[bool, float, float, bool]]
) -> None:
    concurrency = Concurrency(usual, most)
    for answered, one, other, full in story:
        began_at, now = sorted((one, other))
        if answered:
            concurrency.answered("GET", began_at, now, full=full)
        else:
            concurrency.refused(began_at, now)
        assert 1 <= concurrency.limit <= max(usual, most)


# ── Places ──


async def work(places: Places, who: str, order: list[str], turns: int = 1) -> None:
    for _ in range(turns):
        await places.take(who)
        order.append(who)
        await asyncio.sleep(0)
        places.give_back()


async def test_small_one_is_not_starved_by_a_big_one() -> None:
    places, order = Places(Concurrency(2)), list[str]()
    big = [asyncio.create_task(work(places, "big", order)) for _ in range(100)]
    await asyncio.sleep(0)
    await work(places, "small", order, turns=5)
    assert order.count("big") <= 4 * 5
    await asyncio.gather(*big)
    assert Counter(order) == {"big": 100, "small": 5}


async def test_place_is_passed_on_when_who_waited_for_it_is_cancelled() -> None:
    places, order = Places(Concurrency(1)), list[str]()
    await places.take("first")
    waiting = [asyncio.create_task(work(places, name, order)) for name in ("a", "b", "c")]
    await asyncio.sleep(0)
    places.give_back()  # to a, which does not live to take it
    waiting[0].cancel()
    waiting[1].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert (order, places.taken) == (["c"], 0)


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["work", "cancelled", "refused", "quick"])), max_size=60))
def test_no_place_is_lost_or_given_twice_whatever_comes(story: list[tuple[int, str]]) -> None:
    async def play() -> None:
        chance = random.Random(len(story))
        concurrency = Concurrency(4, 8)
        places = Places(concurrency)
        under_way = finished = 0

        async def one(who: int, what: str) -> None:
            nonlocal under_way, finished
            allowed = concurrency.limit
            await places.take(who)
            under_way += 1
            assert under_way <= max(allowed, concurrency.limit, 8)
            try:
                for _ in range(chance.randrange(4)):
                    await asyncio.sleep(0)
                if what == "refused":
                    concurrency.refused(float(finished), float(finished) + 1)
                elif what == "quick":
                    concurrency.answered("GET", 0.0, 0.1, full=places.are_full)
                    places.hand_out()
            finally:
                under_way -= 1
                places.give_back()
            finished += 1

        tasks = [(asyncio.create_task(one(who, what)), what) for who, what in story]
        for task, what in tasks:
            await asyncio.sleep(0)
            if what == "cancelled":
                task.cancel()
        await asyncio.gather(*(task for task, _ in tasks), return_exceptions=True)
        assert places.taken == under_way == 0
        assert finished >= sum(what != "cancelled" for _, what in story)

    asyncio.run(play())


# ── The limiter ──


async def test_limiter_opens_more_places_while_answers_stay_quick() -> None:
    clock = Clock()
    limiter = HostLimiter(2, 8, clock=clock, sleep=clock.sleep)
    under_way = most = 0

    async def ask() -> None:
        nonlocal under_way, most
        place = limiter.take_at_once() or await limiter.take(HOST, 1)
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        place.answered("GET")
        under_way -= 1
        place.give_back()

    await asyncio.gather(*(ask() for _ in range(200)))
    assert most == 8


async def test_limiter_halves_when_the_host_refuses() -> None:
    clock = Clock()
    limiter = HostLimiter(8, clock=clock, sleep=clock.sleep)
    (await limiter.take(HOST, 1)).refused()
    assert limiter.concurrency.limit == 4


async def test_everybody_is_told_when_the_host_is_closed_for_long() -> None:
    clock = Clock()
    limiter = HostLimiter(1, clock=clock, sleep=clock.sleep)
    limiter.hold(3600)

    async def ask(who: int) -> None:
        assert limiter.take_at_once() is None, "the host is closed"
        await limiter.take(HOST, 1, who)

    asked = await asyncio.gather(*(ask(who) for who in range(5)), return_exceptions=True)
    assert all(isinstance(each, RateLimited) for each in asked)


@pytest.mark.parametrize("name", ["others.example.com", "token.example.com"])
def test_other_hosts_have_a_pace_of_their_own(name: str) -> None:
    limiter = HostLimiter(4)
    limiter.of_other(name).concurrency.refused(0.0, 1.0)
    assert (limiter.concurrency.limit, limiter.of_other(name).concurrency.limit) == (4, 2)
