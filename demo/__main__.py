"""`make demo`: a registry of sample charts and Chartroom beside it, registered and synced, until Ctrl-C.

Keeps nothing: data lies in a temporary folder, and settings of a Chartroom that runs elsewhere are not taken.
"""

import argparse
import json
import os
import secrets
import signal
import sys
import tempfile
import time
from pathlib import Path

from demo.children import Children, DemoError, demand_free_port
from demo.packing import pack_samples
from demo.registry import PASSWORD_VARIABLE, USERNAME, fill
from demo.store_walk import StoreWalk, chart_table

CURL_QUERY = (
    '{ chartByRepository(registryName: "samples", repository: "samples/payments") '
    "{ name latestVersion { version values readme { markdown } } } }"
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--host", default=os.environ.get("CHARTROOM_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("CHARTROOM_PORT", "8000")))
    parser.add_argument("--registry-port", type=int, default=5001)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        run(arguments.host, arguments.port, arguments.registry_port)
    except KeyboardInterrupt:
        print("\nStopped; nothing was kept.")
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def run(host: str, port: int, registry_port: int) -> None:
    """Returns by KeyboardInterrupt or DemoError only."""
    demand_free_port(host, port, "Choose another: CHARTROOM_PORT=8001 make demo")
    demand_free_port("127.0.0.1", registry_port, "Choose another: .venv/bin/python -m demo --registry-port 5002")
    password, token = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
    registry_host = f"127.0.0.1:{registry_port}"
    url = f"http://{_reachable(host)}:{port}"
    with tempfile.TemporaryDirectory(prefix="chartroom-demo-") as folder, Children(Path(folder)) as children:
        started_at = time.monotonic()
        print(f"Starting a registry of sample charts at {registry_host} …", flush=True)
        children.start(
            "registry",
            [sys.executable, "-m", "demo.registry", "--port", str(registry_port)],
            _environment() | {PASSWORD_VARIABLE: password},
            f"http://{registry_host}/v2/",
        )
        print(f"Starting Chartroom at {url} …", flush=True)
        children.start(
            "chartroom",
            [str(Path(sys.executable).with_name("chartroom")), "serve", "--first-run"],
            _environment()
            | {
                "CHARTROOM_HOST": host,
                "CHARTROOM_PORT": str(port),
                "CHARTROOM_DATA_DIR": str(Path(folder) / "data"),
                "CHARTROOM_ADMIN_TOKEN": token,
                "CHARTROOM_ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8,::1/128",
            },
            f"{url}/readyz",
        )
        _show_store(StoreWalk(url, token), registry_host, password)
        print(f"\nReady after {time.monotonic() - started_at:.1f} s. Now ask for yourself:\n")
        print(_curl(url, token))
        print(f"\nGraphQL  {url}/graphql (and the same path by graphql-transport-ws)\nToken    {token}")
        print("Ctrl-C stops everything.", flush=True)
        while True:
            children.raise_if_ended()
            time.sleep(0.5)


def _show_store(walk: StoreWalk, registry_host: str, password: str) -> None:
    repositories = sorted(fill(pack_samples(registry_host)))
    print(f"Registering {registry_host} with {len(repositories)} repositories …", flush=True)
    sync = walk.follow(walk.register(registry_host, repositories, USERNAME, password))
    progress = sync["progress"]
    print(
        f"Sync {sync['state']}: {progress['versionsAdded']} versions added, "
        f"{progress['versionsFailed']} failed, {progress['bytesPulled']} bytes pulled.\n"
    )
    print(chart_table(walk.charts()), flush=True)


def _curl(url: str, token: str) -> str:
    body = json.dumps({"query": CURL_QUERY})
    return (
        f"curl -s {url}/graphql \\\n"
        f"  -H 'Authorization: Bearer {token}' \\\n"
        f"  -H 'Content-Type: application/json' \\\n"
        f"  -d '{body}'"
    )


def _environment() -> dict[str, str]:
    """Without any setting of Chartroom: the demo must not touch a database meant for something else."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CHARTROOM_")}


def _reachable(host: str) -> str:
    """Where a client finds a server that listens on `host`."""
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _interrupt(signal_number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
