"""The pool's promises: a reading that hangs, swells or dies costs that reading alone; no reader outlives its pool."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.chart_reader.contents import ChartContents
from app.chart_reader.errors import ReaderDied, ReaderOutOfMemory, ReaderPoolClosed, ReadingTimedOut
from app.chart_reader.limits import MEBIBYTE, ReadingLimits
from app.chart_reader.pool import ReaderPool
from tests.chart_reader.packing import pack_chart

SOUND = pack_chart("payments", "1.2.3", {"README.md": "# Payments\n"})
# READMEs. Cleaning takes time that grows with the square of these, inside a call that Python cannot interrupt;
# with the bound on rendering lifted, most of a minute.
SLOW = "<div>" * 200_000
# Some seconds.
STEADY = "<div>" * 50_000
OTHER = pack_chart("other", "1.0.0")
BUSY = "<div>" * 10_000
LARGE = pack_chart("large", "1.0.0", {f"{i}": os.urandom(1024) * 4096 for i in range(6)})
# More than a socket holds: it is still being sent when the reader has had enough.
BULKY = pack_chart("bulky", "1.0.0", {"noise": os.urandom(MEBIBYTE)})
WITHOUT_README_BOUND = ReadingLimits(readme_rendered_max_bytes=MEBIBYTE, inflated_max_ratio=10_000)


@asynccontextmanager
async def opened(
    workers: int = 1,
    timeout_seconds: float = 30,
    memory_max_bytes: int = 512 * MEBIBYTE,
    limits: ReadingLimits | None = None,
    gather_seconds: float = 0.0,
) -> AsyncIterator[ReaderPool]:
    pool = ReaderPool(
        workers=workers,
        timeout_seconds=timeout_seconds,
        memory_max_bytes=memory_max_bytes,
        limits=limits,
        gather_seconds=gather_seconds,
    )
    try:
        yield pool
    finally:
        await pool.close()


async def until(holds: Callable[[], bool], timeout_seconds: float = 20) -> None:
    async with asyncio.timeout(timeout_seconds):
        while not holds():
            await asyncio.sleep(0.02)


def is_running(process_id: int) -> bool:
    """Zombies, which only wait to be reaped, do not run."""
    try:
        status = Path(f"/proc/{process_id}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


async def test_json_is_looked_at_in_another_process() -> None:
    async with opened() as pool:
        assert await pool.can_be_shown('{"a": ' + "[" * 100 + "]" * 100 + "}")
        assert not await pool.can_be_shown("[" * 100_000)
        assert not await pool.can_be_shown("[" * 300 + "]" * 300)
        assert not await pool.can_be_shown('{"a": NaN}')


async def test_readme_is_rendered_in_another_process() -> None:
    async with opened() as pool:
        assert await pool.render_markdown("# Größe\n<script>a</script>") == "<h1>Größe</h1>\n\n"
        assert await pool.render_markdown("a \ud800") == "<p>a ?</p>\n"
        assert len(pool.process_ids) == 1


async def test_chart_is_read_in_another_process() -> None:
    async with opened() as pool:
        contents = await pool.read(SOUND)
        assert contents.metadata.name == "payments"
        assert pool.process_ids
        assert os.getpid() not in pool.process_ids


async def test_no_process_is_started_before_the_first_reading() -> None:
    async with opened(workers=4) as pool:
        assert pool.process_ids == ()


async def test_reader_is_started_before_there_is_something_to_read() -> None:
    async with opened(workers=2) as pool:
        for _ in range(2):
            pool.make_ready()
        (early,) = pool.process_ids
        assert (await pool.read(SOUND)).metadata.name == "payments"
        pool.make_ready()
        assert pool.process_ids == (early,)
    pool.make_ready()
    assert pool.process_ids == ()


async def test_chart_behind_one_that_hangs_is_read_by_another_reader() -> None:
    async with opened(workers=2, limits=WITHOUT_README_BOUND) as pool:
        await asyncio.gather(pool.read(SOUND), pool.read(SOUND))
        assert len(pool.process_ids) == 2
        slow = asyncio.create_task(pool.render_markdown(SLOW))
        sound = await asyncio.gather(*(pool.read(SOUND) for _ in range(15)))
        assert len(sound) == 15
        assert not slow.done()
        slow.cancel()
        await asyncio.wait({slow})
        assert (await pool.read(SOUND)).metadata.name == "payments"


async def test_chart_that_is_slow_and_no_more_is_read_and_its_reader_replaced() -> None:
    async with opened(workers=2, limits=WITHOUT_README_BOUND) as pool:
        await asyncio.gather(pool.read(SOUND), pool.read(SOUND))
        before = set(pool.process_ids)
        steady, *read = await asyncio.gather(pool.render_markdown(STEADY), *(pool.read(SOUND) for _ in range(3)))
        assert steady.startswith("<div>")
        assert [contents.metadata.name for contents in read] == ["payments"] * 3
        await until(lambda: sum(map(is_running, before)) == 1)
        assert len(await asyncio.gather(*(pool.read(SOUND) for _ in range(20)))) == 20


async def test_readings_share_as_many_readers_as_were_allowed() -> None:
    async with opened(workers=2) as pool:
        read = await asyncio.gather(*(pool.read(SOUND) for _ in range(20)))
        assert len(read) == 20
        assert len(pool.process_ids) == 2


async def test_file_is_read_by_its_path() -> None:
    async with opened() as pool:
        assert await pool.read_file(SOUND, "README.md") == "# Payments\n"
        assert await pool.read_file(SOUND, "absent.md") is None
        assert await pool.read_file(SOUND, "\ud800") is None


async def test_hung_reading_times_out_and_the_next_one_is_read() -> None:
    async with opened(timeout_seconds=1, limits=WITHOUT_README_BOUND) as pool:
        await pool.read(SOUND)
        (first,) = pool.process_ids
        with pytest.raises(ReadingTimedOut) as refusal:
            await pool.render_markdown(SLOW)
        assert refusal.value.code == "TIMED_OUT"
        await until(lambda: not is_running(first))
        assert (await pool.read(SOUND)).metadata.name == "payments"
        assert pool.process_ids != (first,)


async def test_other_readings_go_on_while_one_hangs() -> None:
    async with opened(workers=2, timeout_seconds=3, limits=WITHOUT_README_BOUND) as pool:
        hung = asyncio.create_task(pool.render_markdown(SLOW))
        for _ in range(20):
            assert (await pool.read(SOUND)).metadata.name == "payments"
        assert not hung.done()
        with pytest.raises(ReadingTimedOut):
            await hung


async def test_waiting_for_a_free_reader_is_not_counted_as_reading() -> None:
    async with opened(timeout_seconds=1, limits=WITHOUT_README_BOUND) as pool:
        hung = asyncio.create_task(pool.render_markdown(SLOW))
        await asyncio.sleep(0)
        assert (await pool.read(SOUND)).metadata.name == "payments"
        with pytest.raises(ReadingTimedOut):
            await hung


async def test_reading_past_the_memory_limit_is_too_large_and_the_next_one_is_read() -> None:
    async with opened(memory_max_bytes=24 * MEBIBYTE, limits=WITHOUT_README_BOUND) as pool:
        await pool.read(SOUND)
        with pytest.raises(ReaderOutOfMemory) as refusal:
            await pool.read(LARGE)
        assert refusal.value.code == "TOO_LARGE"
        assert (await pool.read(SOUND)).metadata.name == "payments"


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSEGV])
async def test_reader_that_dies_costs_its_reading_only(sent: signal.Signals) -> None:
    async with opened(limits=WITHOUT_README_BOUND) as pool:
        await pool.read(SOUND)
        (reader,) = pool.process_ids
        reading = asyncio.create_task(pool.render_markdown(SLOW))
        await asyncio.sleep(0.1)
        os.kill(reader, sent)
        with pytest.raises(ReaderDied) as refusal:
            await reading
        assert refusal.value.temporary
        assert (await pool.read(SOUND)).metadata.name == "payments"


async def asked_together(pool: ReaderPool, *asked: bytes | str) -> list[ChartContents | str | BaseException]:
    """Archives to be read and texts to be rendered, all in one message to one reader that is there already."""
    await pool.read(SOUND)
    asking = [pool.render_markdown(each) if isinstance(each, str) else pool.read(each) for each in asked]
    return await asyncio.gather(*asking, return_exceptions=True)


async def test_hung_reading_costs_none_of_those_asked_with_it() -> None:
    async with opened(timeout_seconds=1, limits=WITHOUT_README_BOUND) as pool:
        read = await asked_together(pool, SOUND, SLOW, OTHER, SLOW, SOUND)
    assert [type(each) for each in read] == [
        ChartContents,
        ReadingTimedOut,
        ChartContents,
        ReadingTimedOut,
        ChartContents,
    ]
    assert isinstance(read[2], ChartContents)
    assert read[2].metadata.name == "other"


async def test_reading_past_the_memory_limit_costs_none_of_those_asked_with_it() -> None:
    async with opened(memory_max_bytes=24 * MEBIBYTE, limits=WITHOUT_README_BOUND) as pool:
        read = await asked_together(pool, SOUND, LARGE, BULKY, BULKY, LARGE, SOUND)
    assert [type(each) for each in read] == [
        ChartContents,
        ReaderOutOfMemory,
        ChartContents,
        ChartContents,
        ReaderOutOfMemory,
        ChartContents,
    ]


async def test_reader_that_dies_costs_none_of_those_asked_with_what_it_read() -> None:
    async with opened(limits=WITHOUT_README_BOUND) as pool:
        await pool.read(SOUND)
        (reader,) = pool.process_ids
        reading = asyncio.create_task(asked_together(pool, SLOW, OTHER, SOUND))
        await asyncio.sleep(0.2)
        os.kill(reader, signal.SIGKILL)
        assert [type(each) for each in await reading] == [ReaderDied, ChartContents, ChartContents]


async def test_reading_cancelled_behind_another_leaves_its_reader_alone() -> None:
    async with opened(limits=WITHOUT_README_BOUND) as pool:
        await pool.read(SOUND)
        readers = pool.process_ids
        first = asyncio.create_task(pool.render_markdown(BUSY))
        behind, last = (asyncio.create_task(pool.read(each)) for each in (SOUND, OTHER))
        await asyncio.sleep(0.05)
        behind.cancel()
        assert (await first).startswith("<div>")
        assert (await last).metadata.name == "other"
        assert behind.cancelled()
        assert pool.process_ids == readers


async def test_many_more_readings_than_a_reader_is_asked_for_ahead_are_all_read() -> None:
    async with opened(workers=2) as pool:
        names = [f"chart-{number}" for number in range(60)]
        read = await asyncio.gather(*(pool.read(pack_chart(name)) for name in names))
        assert [contents.metadata.name for contents in read] == names


async def test_what_is_asked_waits_for_more_until_a_reader_has_enough() -> None:
    async with opened(gather_seconds=600) as pool, asyncio.timeout(60):
        await asyncio.gather(*(pool.read(SOUND) for _ in range(8)))
        first = asyncio.create_task(pool.read(SOUND))
        await asyncio.sleep(0.2)
        assert not first.done()
        await asyncio.gather(*(pool.read(SOUND) for _ in range(7)))
        assert (await first).metadata.name == "payments"


async def test_what_is_asked_waits_for_more_no_longer_than_it_was_told() -> None:
    async with opened(gather_seconds=0.05) as pool, asyncio.timeout(60):
        assert (await pool.read(SOUND)).metadata.name == "payments"
        assert (await pool.read(OTHER)).metadata.name == "other"


async def test_reader_that_died_at_rest_costs_nothing() -> None:
    async with opened() as pool:
        await pool.read(SOUND)
        (reader,) = pool.process_ids
        os.kill(reader, signal.SIGKILL)
        await until(lambda: not is_running(reader))
        assert (await pool.read(SOUND)).metadata.name == "payments"


async def test_reader_gives_way_as_its_parent_does_and_is_out_of_the_reach_of_its_terminal() -> None:
    async with opened() as pool:
        await pool.read(SOUND)
        (reader,) = pool.process_ids
        assert os.getsid(reader) == os.getsid(0)
        assert os.getpgid(reader) == reader


async def test_interrupt_and_termination_signals_leave_a_reader_alone() -> None:
    async with opened() as pool:
        await pool.read(SOUND)
        before = pool.process_ids
        os.kill(before[0], signal.SIGINT)
        os.kill(before[0], signal.SIGTERM)
        await pool.read(SOUND)
        assert pool.process_ids == before


async def test_cancelled_reading_ends_its_reader_and_the_next_one_is_read() -> None:
    async with opened(limits=WITHOUT_README_BOUND) as pool:
        await pool.read(SOUND)
        (reader,) = pool.process_ids
        reading = asyncio.create_task(pool.render_markdown(SLOW))
        await asyncio.sleep(0.1)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await until(lambda: not is_running(reader))
        assert (await pool.read(SOUND)).metadata.name == "payments"


async def test_reading_cancelled_while_its_reader_starts_leaves_no_process() -> None:
    async with opened() as pool:
        reading = asyncio.create_task(pool.read(SOUND))
        await until(lambda: bool(pool.process_ids))
        (reader,) = pool.process_ids
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await until(lambda: not is_running(reader))
        assert (await pool.read(SOUND)).metadata.name == "payments"


async def test_close_ends_every_reader_and_what_it_reads() -> None:
    async with opened(workers=2, limits=WITHOUT_README_BOUND) as pool:
        await pool.read(SOUND)
        reading = asyncio.create_task(pool.render_markdown(SLOW))
        await asyncio.sleep(0.1)
        readers = pool.process_ids
        await pool.close()
        with pytest.raises(ReaderPoolClosed):
            await reading
        with pytest.raises(ReaderPoolClosed):
            await pool.read(SOUND)
        assert not any(is_running(reader) for reader in readers)
        assert pool.process_ids == ()


async def test_reader_holds_no_environment_and_no_descriptor_but_its_socket() -> None:
    os.environ["CHARTROOM_TEST_CANARY"] = "canary"
    try:
        async with opened() as pool:
            await pool.read(SOUND)
            (reader,) = pool.process_ids
            assert b"canary" not in Path(f"/proc/{reader}/environ").read_bytes()
            descriptors = [str(link.readlink()) for link in Path(f"/proc/{reader}/fd").iterdir()]
            assert sum(target.startswith("socket:") for target in descriptors) == 1
            assert len(descriptors) <= 4  # that one, and the three standard ones
            limits = Path(f"/proc/{reader}/limits").read_text()
            assert "Max open files            0 " in limits
    finally:
        del os.environ["CHARTROOM_TEST_CANARY"]


ORPHANING = """
import asyncio, sys
from app.chart_reader.pool import ReaderPool
from tests.chart_reader.test_pool import SLOW, SOUND, WITHOUT_README_BOUND

async def main():
    pool = ReaderPool(workers=2, timeout_seconds=1, memory_max_bytes=2**29, limits=WITHOUT_README_BOUND)
    await asyncio.gather(pool.read(SOUND), pool.read(SOUND))
    hung = asyncio.create_task(pool.render_markdown(SLOW))
    await asyncio.sleep(0.1)
    print(*pool.process_ids, flush=True)
    sys.stdin.read()

asyncio.run(main())
"""


async def test_readers_end_when_their_parent_is_killed() -> None:
    """One of them at rest, one in a reading that hangs."""
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHANING],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    readers = [int(reader) for reader in (await asyncio.to_thread(parent.stdout.readline)).split()]
    assert len(readers) == 2
    parent.kill()
    parent.communicate()
    await until(lambda: not any(is_running(reader) for reader in readers))


async def test_versions_are_compared_and_values_checked_in_another_process() -> None:
    other = pack_chart("payments", "1.2.4", {"README.md": "# Payments\n", "values.yaml": "replicas: 2\n"})
    async with opened() as pool:
        compared = await pool.compare(SOUND, other)
        assert [(change.path, change.before, change.after) for change in compared.values] == [("replicas", 1, 2)]
        schema = {"values.schema.json": '{"properties": {"replicas": {"type": "integer"}}}'}
        verdict = await pool.check_values(pack_chart("payments", "1.2.3", schema), "replicas: 'ö'")
        assert [(problem.pointer, problem.message) for problem in verdict.problems] == [
            ("/replicas", '"ö" is not of type "integer".')
        ]


async def test_check_that_takes_too_long_costs_itself_alone() -> None:
    # Each level asks the next one twice, and the last one is never satisfied: 2^40 questions.
    levels = {f"l{n}": {"anyOf": 2 * [{"$ref": f"#/$defs/l{n + 1}"}]} for n in range(40)}
    slow = json.dumps({"$defs": {**levels, "l40": {"required": ["nothing"]}}, "$ref": "#/$defs/l0"})
    async with opened(timeout_seconds=1) as pool:
        with pytest.raises(ReadingTimedOut):
            await pool.check_values(pack_chart("a", "1.0.0", {"values.schema.json": slow}), "a: 1")
        assert (await pool.check_values(SOUND, "a: 1")).problems == ()
