"""The same requests by aiohttp and nothing else, which is the least that Python can do about them.

    python -m benchmarks.raw_client CORPUS_JSON PORT fetch|head AT_ONCE

`fetch`: every listing, manifest and layer; `head`: every listing, and HEAD of every tag. Prints figures as JSON.
"""

import asyncio
import json
import resource
import sys
import time
from pathlib import Path

import aiohttp
import uvloop

from benchmarks.corpus import Version
from tests.real.pushing import OCI_MANIFEST


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def measure(versions: list[Version], port: int, what: str, at_once: int) -> dict[str, float]:
    queue = iter(versions)
    accept = {"Accept": OCI_MANIFEST}
    connector = aiohttp.TCPConnector(limit=at_once)
    requests = 0
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", connector=connector, auto_decompress=False) as session:

        async def ask(method: str, path: str, headers: dict[str, str] | None = None) -> None:
            nonlocal requests
            requests += 1
            async with session.request(method, path, headers=headers) as answer:
                answer.raise_for_status()
                await answer.read()

        async def work() -> None:
            for version in queue:
                root = f"/v2/{version.repository}"
                if what == "head":
                    await ask("HEAD", f"{root}/manifests/{version.tag}", accept)
                    continue
                await ask("GET", f"{root}/manifests/{version.tag}", accept)
                await ask("GET", f"{root}/blobs/{version.layer_digest}")

        cpu_before, began = cpu_seconds(), time.perf_counter()
        await ask("GET", "/v2/")
        for repository in dict.fromkeys(version.repository for version in versions):
            await ask("GET", f"/v2/{repository}/tags/list")
        await asyncio.gather(*(work() for _ in range(at_once)))
        return {
            "wall_seconds": time.perf_counter() - began,
            "cpu_seconds": cpu_seconds() - cpu_before,
            "requests": requests,
        }


if __name__ == "__main__":
    listed = [Version(**entry) for entry in json.loads(Path(sys.argv[1]).read_text())]
    print(json.dumps(uvloop.run(measure(listed, int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))))
