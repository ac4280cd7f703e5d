"""What a sync costs, against the same requests made raw, side by side in one run.

    python -m benchmarks.sync [--versions 50] [--rounds 3] [--memory] [--only NAME ...] [--folder PATH]

Needs nginx and docker-registry. Prints a table; figures of one run can be compared with each other, and with nothing
else. `--memory` adds a sync of 10,000 versions, and some minutes.
"""

import argparse
import asyncio
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import servers
from benchmarks.corpus import corpus, write_version
from benchmarks.servers import run_measured, settle

REPOSITORIES = 40
AT_ONCE = 16
AT_ONCE_WHEN_LATE = 64
DELAY_SECONDS = 0.03
MEMORY_VERSIONS = 250  # of each repository: 10,000 in all


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    ours: str
    against: str
    ratio: str
    goal: str
    met: bool | None

    def as_markdown(self) -> str:
        verdict = {True: "met", False: "**missed**", None: "–"}[self.met]
        return f"| {self.what} | {self.ours} | {self.against} | {self.ratio} | {self.goal} | {verdict} |"


HEAD = "| what | Chartroom | against, same run | ratio | goal | |\n|---|---|---|---|---|---|"


class Bench:
    """Where everything lies, and how often it is measured."""

    def __init__(self, folder: Path, versions: int, rounds: int) -> None:
        self.folder = folder
        self.corpus_folder = folder / f"corpus-{REPOSITORIES}x{versions}"
        self.versions = corpus(self.corpus_folder, REPOSITORIES, versions)
        self.rounds = rounds
        self.rows: list[Row] = []

    @property
    def count(self) -> int:
        return len(self.versions)

    def product(self, port: int, at_once: int, *steps: str) -> dict[str, Any]:
        """A Chartroom of its own, on an empty folder."""
        with tempfile.TemporaryDirectory(prefix="chartroom-bench-") as data:
            settle()
            return run_measured("benchmarks.product", data, str(port), str(at_once), str(REPOSITORIES), *steps)

    def raw(self, port: int, what: str, at_once: int) -> dict[str, float]:
        settle()
        return run_measured(
            "benchmarks.raw_client", str(self.corpus_folder / "corpus.json"), str(port), what, str(at_once)
        )

    def both(
        self, port: int, at_once: int
    ) -> tuple[list[dict[str, Any]], list[dict[str, float]], list[dict[str, float]]]:
        """In turn, so that both meet the same machine: Chartroom first and again, raw fetches, raw HEADs."""
        ours, fetched, headed = [], [], []
        for _ in range(self.rounds):
            fetched.append(self.raw(port, "fetch", at_once))
            ours.append(self.product(port, at_once, "first", "again"))
            headed.append(self.raw(port, "head", at_once))
        return ours, fetched, headed

    def add(self, what: str, ours: str, against: str, ratio: float | None, goal: str, met: bool | None) -> None:
        row = Row(what, ours, against, "" if ratio is None else f"{ratio:.2f}", goal, met)
        self.rows.append(row)
        print(row.as_markdown(), flush=True)


def median(runs: list[dict[str, Any]], name: str, step: int | None = None) -> float:
    return statistics.median(run[name] if step is None else run["steps"][step][name] for run in runs)


def measure_docker_registry(bench: Bench) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="chartroom-bench-registry-") as folder,
        servers.docker_registry(Path(folder)) as port,
    ):
        asyncio.run(servers.push(port, bench.corpus_folder, bench.versions))
        ours, fetched, headed = bench.both(port, AT_ONCE)
        wall, raw_wall = median(ours, "wall_seconds", 0), median(fetched, "wall_seconds")
        _first_sync(bench, "docker-registry", wall, raw_wall, wall / raw_wall <= 1.5)
        _unchanged_sync(bench, "docker-registry", ours, headed)
        _one_new(bench, port)


def measure_nginx(bench: Bench) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="chartroom-bench-nginx-") as folder,
        servers.nginx(Path(folder), bench.corpus_folder, bench.versions) as port,
    ):
        ours, fetched, headed = bench.both(port, AT_ONCE)
    wall, raw_wall = median(ours, "wall_seconds", 0), median(fetched, "wall_seconds")
    _first_sync(bench, "nginx", wall, raw_wall, None)
    own = median(ours, "own_cpu_seconds", 0) / bench.count * 1000
    reader = median(ours, "reader_cpu_seconds", 0) / bench.count * 1000
    raw = median(fetched, "cpu_seconds") / bench.count * 1000
    ratio = (own + reader) / raw
    bench.add(
        "client CPU a version, nginx",
        f"{own + reader:.2f} ms ({own:.2f} + reader {reader:.2f})",
        f"{raw:.2f} ms",
        ratio,
        "≤ 4, and ≤ 1.2 ms",
        ratio <= 4 and own + reader <= 1.2,
    )
    _unchanged_sync(bench, "nginx", ours, headed)


def _first_sync(bench: Bench, server: str, wall: float, raw_wall: float, met: bool | None) -> None:
    goal = "≤ 1.5" if met is not None else "–"
    what = f"first sync of {bench.count} versions, {server}"
    bench.add(what, f"{wall:.2f} s", f"{raw_wall:.2f} s", wall / raw_wall, goal, met)


def _unchanged_sync(bench: Bench, server: str, ours: list[dict[str, Any]], headed: list[dict[str, float]]) -> None:
    wall, raw_wall = median(ours, "wall_seconds", 1), median(headed, "wall_seconds")
    bench.add(
        f"unchanged sync by HEAD, {server}",
        f"{wall:.2f} s",
        f"{raw_wall:.2f} s",
        wall / raw_wall,
        "≤ 1.3",
        wall / raw_wall <= 1.3,
    )
    asked, least = median(ours, "requests", 1), bench.count + REPOSITORIES
    # Beside tags and pages: how the registry wants to be signed in to, over https first and then http.
    bench.add(
        f"its requests, {server}", f"{asked:.0f}", f"{least} tags + pages", None, "equal, + 2", asked <= least + 2
    )


def _one_new(bench: Bench, port: int) -> None:
    with tempfile.TemporaryDirectory(prefix="chartroom-bench-") as data:
        arguments = [data, str(port), str(AT_ONCE), str(REPOSITORIES), "first", "wait", "again"]
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.product", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"waiting\n"
        new = bench.folder / "one-new"
        shutil.rmtree(new, ignore_errors=True)
        version = write_version(new, "bench/chart-00", "chart-00", "99.0.0")
        asyncio.run(servers.push(port, new, [version]))
        told, _ = process.communicate(b"\n")
    figures = json.loads(told.splitlines()[-1])["steps"][1]
    least = bench.count + REPOSITORIES + 2
    bench.add(
        f"one new version among {bench.count}, docker-registry",
        f"{figures['requests']} requests, {figures['bytes_pulled']} bytes, {figures['added']} added",
        f"{least} = listing, HEADs, manifest, layer; {version.layer_bytes} bytes",
        None,
        "one manifest, one layer, + 2",
        figures["requests"] <= least + 2 and figures["bytes_pulled"] == version.layer_bytes,
    )


def measure_latency(bench: Bench) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="chartroom-bench-late-") as folder,
        servers.late_registry(Path(folder), bench.corpus_folder, DELAY_SECONDS) as port,
    ):
        raw, ours = [], []
        for _ in range(bench.rounds):
            raw.append(bench.raw(port, "fetch", AT_ONCE_WHEN_LATE))
            ours.append(bench.product(port, AT_ONCE_WHEN_LATE, "first"))
    bound = 2 * bench.count * DELAY_SECONDS / AT_ONCE_WHEN_LATE
    wall = median(ours, "wall_seconds", 0)
    bench.add(
        f"first sync, {DELAY_SECONDS * 1000:.0f} ms away, {AT_ONCE_WHEN_LATE} at a time",
        f"{wall:.2f} s",
        f"bound {bound:.2f} s (aiohttp {median(raw, 'wall_seconds'):.2f} s)",
        bound / wall,
        "≥ 0.80 of the bound",
        bound / wall >= 0.8,
    )


def measure_memory(bench: Bench) -> None:
    folder = bench.folder / f"corpus-{REPOSITORIES}x{MEMORY_VERSIONS}"
    versions = corpus(folder, REPOSITORIES, MEMORY_VERSIONS)
    with (
        tempfile.TemporaryDirectory(prefix="chartroom-bench-nginx-") as scratch,
        servers.nginx(Path(scratch), folder, versions) as port,
    ):
        figures = bench.product(port, AT_ONCE, "first")
    idle, step = figures["idle_megabytes"], figures["steps"][0]
    more = step["peak_megabytes"] - idle
    bench.add(
        f"peak memory in a sync of {len(versions)} versions",
        f"{step['peak_megabytes']:.0f} MB (its reader {step['reader_peak_megabytes']:.0f} MB)",
        f"idle {idle:.0f} MB",
        None,
        "idle + 40 MB",
        more <= 40,
    )


MEASUREMENTS = {
    "docker-registry": measure_docker_registry,
    "nginx": measure_nginx,
    "latency": measure_latency,
    "memory": measure_memory,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--versions", type=int, default=50, help="of each of the 40 repositories")
    parser.add_argument("--rounds", type=int, default=3, help="medians are of so many")
    parser.add_argument("--memory", action="store_true", help="a sync of 10,000 versions too")
    parser.add_argument("--only", nargs="*", choices=[*MEASUREMENTS], default=[], help="measure just these")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "chartroom-benchmarks")
    given = parser.parse_args()
    names = given.only or [name for name in MEASUREMENTS if given.memory or name != "memory"]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}, load {os.getloadavg()[0]:.1f}")
    bench = Bench(given.folder, given.versions, given.rounds)
    megabytes = sum(version.layer_bytes for version in bench.versions) / 1e6
    print(f"{bench.count} versions, {megabytes:.0f} MB; medians of {given.rounds} rounds\n\n{HEAD}", flush=True)
    for name in names:
        MEASUREMENTS[name](bench)
    print(f"\nload at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
