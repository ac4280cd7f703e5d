"""What reading a chart costs, in the reader's process and in the one that asks.

    python -m benchmarks.reading [--rounds 5] [--at-once 16] [--folder PATH]

Needs no server. CPU of each process, microseconds a chart; the first reading, which starts the reader, is not counted.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

import uvloop

from app.chart_reader.limits import MEBIBYTE
from app.chart_reader.pool import ReaderPool
from benchmarks.corpus import corpus

REPOSITORIES, VERSIONS = 40, 50


def cpu_seconds(process_id: int) -> float:
    """Source: Linux, Documentation/scheduler/sched-stats.rst, /proc/PID/schedstat."""
    return int(Path(f"/proc/{process_id}/schedstat").read_text().split()[0]) / 1e9


async def read_all(pool: ReaderPool, archives: list[bytes], at_once: int) -> None:
    waiting = iter(archives)

    async def read_one_after_the_other() -> None:
        for archive in waiting:
            await pool.read(archive)

    await asyncio.gather(*(read_one_after_the_other() for _ in range(at_once)))


async def measure(archives: list[bytes], rounds: int, at_once: int) -> None:
    pool = ReaderPool(workers=1, timeout_seconds=30, memory_max_bytes=512 * MEBIBYTE)
    await pool.read(archives[0])
    (reader,) = pool.process_ids
    figures: list[tuple[float, float, float]] = []
    for _ in range(rounds):
        before = (cpu_seconds(reader), time.process_time(), time.perf_counter())
        await read_all(pool, archives, at_once)
        after = (cpu_seconds(reader), time.process_time(), time.perf_counter())
        each = [(end - begin) * 1e6 / len(archives) for begin, end in zip(before, after, strict=True)]
        figures.append((each[0], each[1], each[2]))
        print(f"reader {each[0]:.0f} µs, asking {each[1]:.0f} µs, wall {each[2]:.0f} µs a chart", flush=True)
    medians = [statistics.median(column) for column in zip(*figures, strict=True)]
    print(f"medians: reader {medians[0]:.0f} µs, asking {medians[1]:.0f} µs, wall {medians[2]:.0f} µs a chart")
    await pool.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="medians are of so many")
    parser.add_argument("--at-once", type=int, default=16, help="how many wait for their chart at a time")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "chartroom-benchmarks")
    given = parser.parse_args()
    folder = given.folder / f"corpus-{REPOSITORIES}x{VERSIONS}"
    versions = corpus(folder, REPOSITORIES, VERSIONS)
    blobs = [folder / "v2" / version.repository / "blobs" / version.layer_digest for version in versions]
    print(f"{len(blobs)} charts, load {os.getloadavg()[0]:.1f}", flush=True)
    uvloop.run(measure([blob.read_bytes() for blob in blobs], given.rounds, given.at_once))


if __name__ == "__main__":
    main()
