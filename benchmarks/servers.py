"""The registries of the benchmarks: nginx over files, docker-registry, and one that answers late."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import aiohttp

from benchmarks.corpus import Version
from tests.real.child_process import ChildProcess, free_port
from tests.real.pushing import OCI_MANIFEST

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr error;
{user}
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; keepalive_timeout 600;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  map_hash_max_size 131072; map_hash_bucket_size 256;
  map $uri $manifest_digest {{ include {folder}/digests.map; }}
  server {{
    listen 127.0.0.1:{port}; root {corpus}; default_type application/octet-stream;
    add_header Docker-Distribution-Api-Version registry/2.0;
    location = /v2/ {{ default_type application/json; try_files /v2/index.json =404; }}
    location ~ /tags/list$ {{ default_type application/json; }}
    location ~ /manifests/ {{ default_type {manifest}; add_header Docker-Content-Digest $manifest_digest; }}
  }}
}}
"""
PUSHED_AT_ONCE = 8


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def nginx(folder: Path, corpus_folder: Path, versions: Sequence[Version]) -> Iterator[int]:
    """Serves the corpus from files; its port. Raises FileNotFoundError where there is no nginx."""
    binary = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if binary is None:
        raise FileNotFoundError("nginx is not there: apt-get install nginx")
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"/v2/{version.repository}/manifests/{reference} {version.manifest_digest};\n"
        for version in versions
        for reference in (version.tag, version.manifest_digest)
    ]
    (folder / "digests.map").write_text("".join(lines))
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""  # the corpus may lie where no other account may read
    configuration = folder / "nginx.conf"
    configuration.write_text(
        NGINX.format(folder=folder, corpus=corpus_folder, port=port, manifest=OCI_MANIFEST, user=user)
    )
    process = ChildProcess([binary, "-c", str(configuration), "-p", str(folder)], folder / "nginx.log")
    process.start(lambda: _answers(port))
    try:
        yield port
    finally:
        process.stop()


@contextmanager
def docker_registry(folder: Path) -> Iterator[int]:
    """An empty one over plain HTTP, without login; its port."""
    binary = shutil.which("docker-registry") or shutil.which("registry")
    if binary is None:
        raise FileNotFoundError("docker-registry is not there: apt-get install docker-registry")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    configuration = {
        "version": "0.1",
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "storage")}, "cache": {"blobdescriptor": "inmemory"}},
        "http": {"addr": f"127.0.0.1:{port}"},
    }
    path = folder / "registry.yaml"
    path.write_text(json.dumps(configuration))
    process = ChildProcess([binary, "serve", str(path)], folder / "registry.log")
    process.start(lambda: _answers(port))
    try:
        yield port
    finally:
        process.stop()


@contextmanager
def late_registry(folder: Path, corpus_folder: Path, delay_seconds: float) -> Iterator[int]:
    """The corpus, each answer later by so much; its port."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.late_registry", str(corpus_folder), str(port), str(delay_seconds)]
    process = ChildProcess(command, folder / "late.log")
    process.start(lambda: _answers(port))
    try:
        yield port
    finally:
        process.stop()


async def push(port: int, corpus_folder: Path, versions: Sequence[Version]) -> None:
    """All of it, blobs before manifests."""
    slots = asyncio.Semaphore(PUSHED_AT_ONCE)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:

        async def blob(version: Version, digest: str) -> None:
            content = (corpus_folder / "v2" / version.repository / "blobs" / digest).read_bytes()
            async with session.post(f"/v2/{version.repository}/blobs/uploads/") as begun:
                location = begun.headers["Location"]
            separator = "&" if "?" in location else "?"
            path = location[location.index("/v2/") :]
            async with session.put(f"{path}{separator}digest={digest}", data=content) as done:
                done.raise_for_status()

        async def one(version: Version) -> None:
            async with slots:
                await blob(version, version.config_digest)
                await blob(version, version.layer_digest)
                manifest = (corpus_folder / "v2" / version.repository / "manifests" / version.tag).read_bytes()
                path = f"/v2/{version.repository}/manifests/{version.tag}"
                async with session.put(path, data=manifest, headers={"Content-Type": OCI_MANIFEST}) as done:
                    done.raise_for_status()

        await asyncio.gather(*(one(version) for version in versions))


def run_measured(module: str, *arguments: str) -> dict[str, float]:
    """What `python -m module` prints as its last line, a JSON object of figures."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{module} failed: {done.stdout.decode()[-500:]}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def settle() -> None:
    """Lets what the last measurement left behind come to rest."""
    time.sleep(0.5)
