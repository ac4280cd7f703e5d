"""The bell: no ring between two waits is lost, here or in another process on the same database."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.progress.bell import LOOKED_FOR_EVERY_SECONDS, Ear, LocalBell, SharedFileBell, bell_for
from app.progress.postgres_bell import CHANNEL, PostgresBell
from tests.real.line import Line

SAFETY_SECONDS = 30  # a net against a hang


async def heard(ear: Ear) -> bool:
    """Whether the ear is rung before its patience ends; the bells below are patient for longer than any test."""
    async with asyncio.timeout(SAFETY_SECONDS):
        await ear.wait()
    return True


class Patient(PostgresBell):
    patience_seconds = 10 * SAFETY_SECONDS


async def test_ring_is_heard_when_it_came_before_the_wait() -> None:
    bell = LocalBell()
    with bell.listening(1) as ear:
        ear._patience_seconds = 10 * SAFETY_SECONDS
        await bell.ring(1)
        assert await heard(ear)
        waiting = asyncio.create_task(ear.wait())
        await asyncio.sleep(0)
        assert not waiting.done()
        await bell.ring(1)
        async with asyncio.timeout(SAFETY_SECONDS):
            await waiting


async def test_wait_ends_when_patience_does() -> None:
    async with asyncio.timeout(SAFETY_SECONDS):
        await Ear(0.01).wait()


async def test_every_ring_is_followed_by_a_look_when_they_come_in_between() -> None:
    bell, rows, seen = LocalBell(), 0, 0
    with bell.listening(7) as ear:
        ear._patience_seconds = 10 * SAFETY_SECONDS

        async def writer() -> None:
            nonlocal rows
            for _ in range(200):
                rows += 1
                await bell.ring(7)
                if rows % 3:
                    await asyncio.sleep(0)

        async with asyncio.timeout(SAFETY_SECONDS), asyncio.TaskGroup() as group:
            group.create_task(writer())
            while seen < 200:
                await ear.wait()
                seen = rows
                await asyncio.sleep(0)


async def test_ear_hears_its_own_sync_and_one_for_all_hears_every_sync() -> None:
    bell = LocalBell()
    with bell.listening(1) as one, bell.listening(2) as two, bell.listening(None) as every:
        await bell.ring(1)
        assert [ear._rung.is_set() for ear in (one, two, every)] == [True, False, True]
    assert bell._ears == {}


def test_bell_is_that_of_the_database() -> None:
    assert type(bell_for("sqlite+aiosqlite:///x")) is LocalBell
    assert type(bell_for("sqlite+aiosqlite:///x", shared=lambda: 1)) is SharedFileBell
    assert type(bell_for("postgresql+asyncpg://x/y")) is PostgresBell


async def test_ear_hears_that_another_process_wrote_to_the_same_file() -> None:
    revision = 1
    bell = SharedFileBell(lambda: revision)
    await bell.start()
    with bell.listening(1) as ear:
        ear._patience_seconds = 10 * SAFETY_SECONDS
        waiting = asyncio.create_task(heard(ear))
        await asyncio.sleep(3 * LOOKED_FOR_EVERY_SECONDS)
        assert not waiting.done()
        revision = 2
        assert await waiting
    await bell.close()


async def connected(bell: PostgresBell) -> int:
    """The process of the server that the bell is connected to."""
    async with asyncio.timeout(SAFETY_SECONDS):
        while bell._connection is None:
            await asyncio.sleep(0.01)
    return int(bell._connection.get_server_pid())


@pytest.fixture
async def bells(postgres_url: str) -> AsyncIterator[tuple[PostgresBell, PostgresBell]]:
    two = Patient(postgres_url), Patient(postgres_url)
    for bell in two:
        await bell.start()
        await connected(bell)
    yield two
    for bell in two:
        await bell.close()


async def test_ring_is_heard_in_another_process_on_the_same_database(bells: tuple[PostgresBell, PostgresBell]) -> None:
    here, there = bells
    with there.listening(5) as ear:
        await here.ring(5)
        assert await heard(ear)


async def test_all_rings_are_passed_on_when_many_syncs_ring_at_once(bells: tuple[PostgresBell, PostgresBell]) -> None:
    here, there = bells
    listening = [there.listening(number) for number in range(20)]
    ears = [each.__enter__() for each in listening]
    await asyncio.gather(*(here.ring(number) for number in range(20)))
    assert all(await asyncio.gather(*(heard(ear) for ear in ears)))
    for each in listening:
        each.__exit__(None, None, None)


async def test_ring_is_heard_again_when_the_connection_was_cut(
    bells: tuple[PostgresBell, PostgresBell], postgres_url: str
) -> None:
    here, there = bells
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    before = await connected(there)
    with there.listening(5) as ear:
        for bell in bells:
            assert await connection.fetchval("SELECT pg_terminate_backend($1)", await connected(bell))
        assert await heard(ear)  # what rang meanwhile is found by looking once
        assert await connected(there) != before
        await connected(here)
        ear._rung.clear()
        await here.ring(5)
        assert await heard(ear)
    await connection.close()


async def test_ring_is_no_error_when_the_database_is_away(postgres_url: str) -> None:
    bell = PostgresBell(postgres_url)
    with bell.listening(1) as ear:
        await bell.ring(1)
        assert await heard(ear)
    await bell.close()


async def test_stranger_on_the_channel_does_not_deafen_the_bell(
    bells: tuple[PostgresBell, PostgresBell], postgres_url: str
) -> None:
    here, there = bells
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    await connection.execute(f"NOTIFY {CHANNEL}, 'nonsense'")
    await connection.close()
    with there.listening(5) as ear:
        await here.ring(5)
        assert await heard(ear)


async def test_ring_keeps_nobody_waiting_and_is_passed_on_again_when_its_connection_fell_silent(
    postgres_url: str,
) -> None:
    line = Line(postgres_url)
    async with line.open() as url, asyncio.timeout(SAFETY_SECONDS):
        here, there = Patient(url), Patient(postgres_url)
        for bell in (here, there):
            await bell.start()
        before = await connected(here)
        await connected(there)
        line.fall_silent()
        await here.ring(5)
        while await connected(here) == before:
            await asyncio.sleep(0.01)
        with there.listening(5) as ear:
            await here.ring(5)
            assert await heard(ear)
        for bell in (here, there):
            await bell.close()


async def test_bell_leaves_no_connection_behind_when_it_is_closed(postgres_url: str) -> None:
    bell = PostgresBell(postgres_url)
    await bell.start()
    process_id = await connected(bell)
    await bell.close()
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    async with asyncio.timeout(SAFETY_SECONDS):
        while await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE pid = $1", process_id):
            await asyncio.sleep(0.01)
    await connection.close()
