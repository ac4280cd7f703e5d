"""What people feel while a sync runs: store pages a second, and how long an event takes to a subscriber.

    python -m benchmarks.beside [--versions 50] [--charts 1000]

Twice, with the sync in the process that answers, and in `chartroom worker` apart. The registry is nginx over files.
Each page asked for is another one than the last and none is kept, since each commit of a sync moves what is kept.
An event's time is from when its row can be read by another connection (looked for every two milliseconds) to when its
frame is received by a subscriber of `syncEvents`.
"""

import argparse
import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import uvloop

from app.graphql_api.charts import NAME_CURSOR
from app.store.session import Store
from benchmarks import servers
from benchmarks.corpus import corpus
from benchmarks.load import Figures, load, post
from benchmarks.pages import CONNECTIONS, PAGE, PAGES
from benchmarks.store_filling import fill
from tests.journeys.conftest import ADMIN_TOKEN, REGISTER, SYNC_EVENTS, Chartroom
from tests.real.child_process import ChildProcess

REPOSITORIES = 40
ALONE_SECONDS = 4.0
LOADED_SECONDS = 0.5
LOOKED_FOR_EVERY_SECONDS = 0.002


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


async def received_events(room: Chartroom, sync_id: str) -> dict[int, float]:
    """When each event came, by its sequence."""
    received = {}
    async for frame in room.subscribe(SYNC_EVENTS, id=sync_id, after=0):
        received[frame["syncEvents"]["sequence"]] = time.monotonic()
    return received


def committed_events(file: Path, until_finished: asyncio.Future[None]) -> dict[int, float]:
    """When each event could be read, by its sequence."""
    connection = sqlite3.connect(file, check_same_thread=False)
    seen: dict[int, float] = {}
    while not until_finished.done():
        for (sequence,) in connection.execute("SELECT sequence FROM sync_event WHERE sequence > ?", (len(seen),)):
            seen[sequence] = time.monotonic()
        time.sleep(LOOKED_FOR_EVERY_SECONDS)
    return seen


async def measure(folder: Path, port: int, charts: int, *, apart: bool) -> None:
    file = folder / "chartroom.sqlite"
    with chartroom(folder, apart=apart) as room:
        store = Store(f"sqlite+aiosqlite:///{file}")
        await fill(store, charts * 20)
        await store.close()
        requests, process_id = page_requests(file), room.process.process_id

        async def loaded(figures: Figures, seconds: float) -> None:
            await load(figures, room.port, process_id, requests, 200, CONNECTIONS, seconds)

        await loaded(Figures(), 1.0)
        alone, beside = Figures(), Figures()
        await loaded(alone, ALONE_SECONDS)
        payload = (await asyncio.to_thread(room.ask, REGISTER, input=registration(port)))["registerRegistry"]
        assert not payload["userErrors"], payload
        finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        looking = asyncio.create_task(asyncio.to_thread(committed_events, file, finished))
        receiving = asyncio.create_task(received_events(room, payload["sync"]["id"]))
        began = time.monotonic()
        while not receiving.done():
            await loaded(beside, LOADED_SECONDS)
        took = time.monotonic() - began
        received = await receiving
        finished.set_result(None)
        committed = await looking
    late = sorted(1000 * (received[each] - committed[each]) for each in received.keys() & committed.keys())
    where = "in `chartroom worker`" if apart else "in the same process"
    share = beside.a_second / alone.a_second
    print(
        f"| sync {where} | {alone.a_second:,.0f} | {beside.a_second:,.0f} | {share:.0%} | "
        f"{'≥ 90 %' if apart else '≥ 50 %'} | {beside.percentile(0.99):.1f} ms | {took:.1f} s | "
        f"{late[len(late) // 2]:.0f} ms | {late[int(len(late) * 0.99)]:.0f} ms |",
        flush=True,
    )


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
    for apart in (True, False):
        with (
            tempfile.TemporaryDirectory() as nginx_folder,
            tempfile.TemporaryDirectory() as name,
            servers.nginx(Path(nginx_folder), corpus_folder, versions) as port,
        ):
            uvloop.run(measure(Path(name) / "data", port, given.charts, apart=apart))


if __name__ == "__main__":
    main()
