"""How long Chartroom takes from its start to its first answer, and what it holds at rest, against a Starlette hello.

    python -m benchmarks.start [--rounds 7]

Both under uvicorn, in turns; Chartroom on a migrated SQLite file without a row. Medians. Chartroom's own files are
compiled before, as `make .venv` and the image leave them, and as those of all packages are.
"""

import argparse
import asyncio
import compileall
import os
import statistics
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from app.jobs import queue
from app.store import migrating
from app.store.session import Store
from tests.real.child_process import ChildProcess, free_port

HELLO = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

async def hello(request):
    return PlainTextResponse("hello")

uvicorn.run(Starlette(routes=[Route("/readyz", hello)]), port=int(sys.argv[1]), log_level="warning")
"""
SETTLED_SECONDS = 1.0


def resident_megabytes(process_id: int) -> float:
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def with_children(process_id: int) -> float:
    """Of the process and those it started."""
    children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    return resident_megabytes(process_id) + sum(with_children(int(child)) for child in children)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def measured(command: Sequence[str], port: int, log: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds to the first answer, and megabytes at rest."""
    process = ChildProcess(command, log, environment=environment)
    began = time.perf_counter()
    process.start(lambda: answers(port))
    ready = time.perf_counter() - began
    try:
        time.sleep(SETTLED_SECONDS)
        return ready, with_children(process.process_id)
    finally:
        process.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    for package in ("app", "migrations"):
        compileall.compile_dir(package, quiet=1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite+aiosqlite:///{folder / 'store.sqlite'}"

        async def prepare() -> None:
            store = Store(url)
            await migrating.migrate(store)
            await store.close()
            await queue.install(url)

        asyncio.run(prepare())
        hello, ours = [], []
        for number in range(rounds):
            port = free_port()
            command = [sys.executable, "-c", HELLO, str(port)]
            hello.append(measured(command, port, folder / f"hello-{number}.log", dict(os.environ)))
            port = free_port()
            environment = os.environ | {
                "CHARTROOM_DATABASE_URL": url,
                "CHARTROOM_DATA_DIR": str(folder),
                "CHARTROOM_KEYS": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "CHARTROOM_PORT": str(port),
                "CHARTROOM_LOG_LEVEL": "WARNING",
            }
            command = [str(Path(sys.executable).parent / "chartroom"), "serve"]
            ours.append(measured(command, port, folder / f"ours-{number}.log", environment))
    print("| what | Chartroom | Starlette hello | ratio | goal |\n|---|---|---|---|---|")
    for what, unit, place, goal in (("start to ready", "s", 0, 4.5), ("memory at rest", "MB", 1, 2.5)):
        one, other = (statistics.median(run[place] for run in runs) for runs in (ours, hello))
        print(f"| {what} | {one:.2f} {unit} | {other:.2f} {unit} | {one / other:.2f} | ≤ {goal} |")


if __name__ == "__main__":
    main()
