"""Chartroom in a process of its own, so that what it costs is its own.

    python -m benchmarks.product DATA_FOLDER PORT AT_ONCE REPOSITORY_COUNT STEP...

Each step is a sync of the registry at PORT: `first`, or `again`. `wait` instead of a step: a line on stdin first.
Prints the figures of all steps as JSON. The event loop is the one of `chartroom serve`.
"""

import asyncio
import base64
import gc
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

from app.domain.sync_events import SyncState, SyncTrigger
from app.jobs import queue
from app.oci_client.credentials import Anonymous
from app.services.drafting import ProviderChoice, Registration
from app.settings import Settings
from app.store import migrating, syncs
from app.store.entities import ConnectionSecurity, Provider, Sync, Visibility
from app.telemetry import configure_logs
from app.wiring import System, wire

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(system: System) -> tuple[float, float]:
    """Of this process, and of the processes that read archives."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    readers = 0.0
    for process_id in system.readers.process_ids:
        after_name = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
        readers += (int(after_name[11]) + int(after_name[12])) / CLOCK_TICKS
    return used.ru_utime + used.ru_stime, readers


def memory_megabytes(name: str, process_id: int | str = "self") -> float:
    """VmRSS, or VmHWM: the most there was since `forget_peak`."""
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def registration(port: int, repository_count: int) -> Registration:
    choice = ProviderChoice(
        provider=Provider.OTHER,
        path=("input", "provider", "other"),
        host=f"127.0.0.1:{port}",
        host_field="registryUrl",
        credential=Anonymous(),
        credential_field="authentication",
        connection_security=ConnectionSecurity.INSECURE,
    )
    names = [f"bench/chart-{number:02}" for number in range(repository_count)]
    return Registration(
        name="bench", visibility=Visibility.PUBLIC, choice=choice, use_as_chart_repository=True, repositories=names
    )


async def until_finished(system: System, sync_id: int) -> Sync:
    """Looks when the bell rings, so that looking costs little of what is measured."""
    with system.bell.listening(sync_id) as ear:
        while True:
            async with system.store.reading() as session:
                sync = await syncs.find(session, sync_id)
            if sync is not None and sync.state.finished:
                assert sync.state is SyncState.SUCCEEDED, (sync.state, sync.error)
                return sync
            await ear.wait()


async def step(system: System, what: str, port: int, repository_count: int) -> dict[str, Any]:
    draft = registration(port, repository_count)
    if what == "first":
        # As people do before they register. What is imported to speak to registries is imported here.
        await system.services.probing.probe_draft(draft)
    forget_peak()
    own_before, readers_before = cpu_seconds(system)
    began = time.perf_counter()
    if what == "first":
        _, begun = await system.services.registering.register(draft, "benchmark")
    else:
        begun = await system.services.triggering.start(1, None, SyncTrigger.MANUAL, "benchmark")
    assert begun is not None
    sync = await until_finished(system, begun.id)
    wall = time.perf_counter() - began
    own, readers = cpu_seconds(system)
    return {
        "wall_seconds": wall,
        "own_cpu_seconds": own - own_before,
        "reader_cpu_seconds": readers - readers_before,
        "requests": sync.registry_requests,
        "added": sync.versions_added,
        "unchanged": sync.versions_unchanged,
        "bytes_pulled": sync.bytes_pulled,
        "peak_megabytes": memory_megabytes("VmHWM"),
        "reader_peak_megabytes": sum(memory_megabytes("VmHWM", each) for each in system.readers.process_ids),
    }


async def main(folder: Path, port: int, at_once: int, repository_count: int, steps: list[str]) -> None:
    settings = Settings(
        data_dir=folder,
        keys=base64.b64encode(bytes(32)).decode(),  # type: ignore[arg-type]
        allowed_private_networks="127.0.0.0/8",  # type: ignore[arg-type]
        requests_per_host=min(at_once, 16),
        requests_per_host_max=max(at_once, 64),
        log_level="WARNING",
    )
    configure_logs(settings.log_level, as_json=True)
    system = wire(settings)
    await migrating.migrate(system.store)
    await queue.install(settings.database)
    await system.start()
    working = asyncio.create_task(system.worker.run())
    await asyncio.sleep(1)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # as `chartroom serve` does
    figures: dict[str, Any] = {"idle_megabytes": memory_megabytes("VmRSS"), "steps": []}
    for what in steps:
        if what == "wait":
            print("waiting", flush=True)
            await asyncio.to_thread(sys.stdin.readline)
        else:
            figures["steps"].append(await step(system, what, port, repository_count))
    working.cancel()
    await asyncio.wait({working})
    await system.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:]))
