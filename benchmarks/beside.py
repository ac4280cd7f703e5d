"""What people feel while a sync runs: store pages a second, and how long an event takes to a subscriber.

    python -m benchmarks.beside [--versions 50] [--charts 1000]

With the sync in the process that answers and in `chartroom worker` apart, watched by a subscriber and by nobody. The
registry is nginx over files. Each page asked for is another one than the last and none is kept, since each commit of a
sync moves what is kept. Alone is before the sync and after it, half of the time each, and in the same short rounds.
An event's time is from when its row can be read by another connection (looked for every five milliseconds) to when its
frame is received by a subscriber of `syncEvents`. Who looks and subscribes is a process of its own, and looks for rows
while pages are asked for alone too.
"""

import argparse
import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import product
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import orjson
import uvloop

from app.domain.sync_events import EventKind
from app.graphql_api.charts import NAME_CURSOR
from app.store.session import Store
from benchmarks import servers
from benchmarks.corpus import corpus
from benchmarks.load import Figures, load, post
from benchmarks.pages import CONNECTIONS, PAGE, PAGES
from benchmarks.store_filling import fill
from tests.journeys.conftest import ADMIN_TOKEN, REGISTER, SYNC_EVENTS, Chartroom, subscribed
from tests.real.child_process import ChildProcess

REPOSITORIES = 40
ALONE_SECONDS = 4.0
"""Before the sync, and as long after it."""
ROUND_SECONDS = 0.25
LOOKED_FOR_EVERY_SECONDS = 0.005
LATER_EVENTS = "SELECT sequence, kind FROM sync_event WHERE sequence > ? ORDER BY sequence"
READY, FINISHED, STOP = "ready", "finished", "stop"


@contextmanager
def chartroom(folder: Path, *, apart: bool) -> Iterator[Chartroom]:
    """A Chartroom that keeps no answers, with its worker inside or apart."""
    settings = {"kept_answers_max_bytes": "0", "lease_seconds": "20", "log_level": "WARNING"}
    if apart:
        settings["worker_in_process"] = "false"
    serving = Chartroom(folder, **settings)
    serving.start()
    command = [str(Path(sys.executable).with_name("chartroom")), "worker"]
    worker = ChildProcess(command, folder / "worker.log", environment=serving.environment)
    try:
        if apart:
            worker.start(lambda: "is waiting for syncs" in worker.log_text)
        yield serving
    finally:
        if apart:
            worker.stop()
        serving.process.stop()


def page_requests(file: Path) -> list[bytes]:
    rows = sqlite3.connect(file).execute("SELECT name, id FROM chart WHERE name <> '' ORDER BY name, id").fetchall()
    behind = rows[:: max(1, len(rows) // PAGES)][:PAGES]
    return [
        post(
            "/graphql",
            orjson.dumps({"query": PAGE, "variables": {"first": 20, "after": NAME_CURSOR.write(*keys)}}),
            Authorization=f"Bearer {ADMIN_TOKEN}",
        )
        for keys in behind
    ]


def registration(port: int) -> dict[str, object]:
    return {
        "name": "bench",
        "visibility": "PUBLIC",
        "provider": {"other": {"registryUrl": f"127.0.0.1:{port}", "connectionSecurity": "INSECURE"}},
        "useAsChartRepository": True,
        "repositories": [f"bench/chart-{number:02}" for number in range(REPOSITORIES)],
    }


async def receive_events(port: int, sync_id: str, received: dict[int, float]) -> None:
    """Notes when each event came, by its sequence."""
    async for frame in subscribed(port, ADMIN_TOKEN, SYNC_EVENTS, id=sync_id, after=0):
        received[frame["syncEvents"]["sequence"]] = time.monotonic()


def look_on(pipe: Pipe, file: Path, port: int, watched: bool) -> None:
    """Looks for rows of events until it is told to stop; where `watched`, subscribes to the sync whose id it is told.

    Sends READY, FINISHED once the sync is, and at the end when each event could be read, and when it came.
    """
    connection = sqlite3.connect(file)
    committed: dict[int, float] = {}
    received: dict[int, float] = {}
    with ThreadPoolExecutor(1) as threads:
        pipe.send(READY)
        while True:
            if pipe.poll(LOOKED_FOR_EVERY_SECONDS):
                told = pipe.recv()
                if told == STOP:
                    break
                if watched:
                    threads.submit(asyncio.run, receive_events(port, told, received))
            for sequence, kind in connection.execute(LATER_EVENTS, (len(committed),)):
                committed[sequence] = time.monotonic()
                if kind == EventKind.FINISHED.value:
                    pipe.send(FINISHED)
    connection.close()
    pipe.send((committed, received))


@contextmanager
def onlooker(file: Path, port: int, watched: bool) -> Iterator[Pipe]:
    """A process that looks on; the way to it."""
    spawning = get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=look_on, args=(theirs, file, port, watched))
    process.start()
    try:
        assert ours.recv() == READY
        yield ours
    finally:
        process.terminate()
        process.join()


async def measure(folder: Path, port: int, charts: int, *, apart: bool, watched: bool) -> None:
    file = folder / "chartroom.sqlite"
    with chartroom(folder, apart=apart) as room:
        store = Store(f"sqlite+aiosqlite:///{file}")
        await fill(store, charts * 20)
        await store.close()
        requests, process_id = page_requests(file), room.process.process_id

        async def loaded(figures: Figures, seconds: float = ROUND_SECONDS) -> None:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                await load(figures, room.port, process_id, requests, 200, CONNECTIONS, ROUND_SECONDS)

        alone, beside = Figures(), Figures()
        with onlooker(file, room.port, watched) as pipe:
            await loaded(Figures(), 1.0)
            await loaded(alone, ALONE_SECONDS)
            payload = (await asyncio.to_thread(room.ask, REGISTER, input=registration(port)))["registerRegistry"]
            assert not payload["userErrors"], payload
            began = time.monotonic()
            pipe.send(payload["sync"]["id"])
            while True:
                a_round = Figures()
                await loaded(a_round)
                if pipe.poll():
                    break  # the sync ended within this round
                beside.add(a_round)
            assert pipe.recv() == FINISHED
            await loaded(alone, ALONE_SECONDS)
            pipe.send(STOP)
            committed, received = pipe.recv()
    took = max(committed.values()) - began
    assert received.keys() == (committed.keys() if watched else set())
    late = sorted(1000 * (received[each] - committed[each]) for each in received)
    events = f"{late[len(late) // 2]:.0f} ms | {late[int(len(late) * 0.99)]:.0f} ms" if watched else "– | –"
    where = "in `chartroom worker`" if apart else "in the same process"
    cells = [
        f"sync {where}, {'watched' if watched else 'not watched'}",
        f"{alone.a_second:,.0f}",
        f"{beside.a_second:,.0f}",
        f"{beside.a_second / alone.a_second:.0%}",
        "≥ 90 %" if apart else "≥ 50 %",
        f"{beside.percentile(0.99):.1f} ms",
        f"{took:.1f} s",
        events,
    ]
    print("|", " | ".join(cells), "|", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--versions", type=int, default=50, help="of each of the 40 repositories")
    parser.add_argument("--charts", type=int, default=1000, help="in the store beforehand, of 20 versions")
    given = parser.parse_args()
    corpus_folder = Path(tempfile.gettempdir()) / "chartroom-benchmarks" / f"corpus-{REPOSITORIES}x{given.versions}"
    versions = corpus(corpus_folder, REPOSITORIES, given.versions)
    print(
        "| | pages/s alone | beside the sync | share | goal | page p99 | the sync took | event p50 | event p99 "
        "(goal ≤ 100 ms) |\n|---|---|---|---|---|---|---|---|---|"
    )
    for apart, watched in product((True, False), repeat=2):
        with (
            tempfile.TemporaryDirectory() as nginx_folder,
            tempfile.TemporaryDirectory() as name,
            servers.nginx(Path(nginx_folder), corpus_folder, versions) as port,
        ):
            uvloop.run(measure(Path(name) / "data", port, given.charts, apart=apart, watched=watched))


if __name__ == "__main__":
    main()
