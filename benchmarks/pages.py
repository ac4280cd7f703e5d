"""How many store pages a second one process answers, over HTTP, against the same page written by hand.

    python -m benchmarks.pages [--versions 100000] [--database sqlite|postgresql] [--rounds 5] [--seconds 2]

Fills an empty store, then loads in turns: the floor (page_floor.py), `/graphql` with nothing kept, `/graphql` with
answers kept, and the same with If-None-Match. Each server is a process of its own (`chartroom serve` as it is, and
the floor under the same uvicorn), this one the client. CPU is the server's own, threads included, PostgreSQL's
processes not: it tells the same on a busy machine.
"""

import argparse
import os
import socket
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import uvloop
from sqlalchemy import text

from app.domain.roles import Role
from app.jobs import queue
from app.services.authorising import Authorising
from app.store import migrating
from app.store.session import Store, execute
from benchmarks.load import Figures, load, post
from benchmarks.store_filling import fill
from tests.real.child_process import ChildProcess, free_port
from tests.real.postgres import find_binaries, running_server

CONNECTIONS = 16
PAGES = 20
"""Different ones, from all over the store, asked for in turns."""
DEEP_PAGE, DEEP_ROWS = 1_000, 5
"""Or the last one, where there are fewer."""
PAGE = """
query Page($first: Int!, $after: String) {
  charts(first: $first, after: $after, orderBy: NAME) {
    nodes {
      id name description keywords deprecated versionCount updatedAt
      registry { name host }
      latestVersion { version appVersion tag archiveDigest createdAt }
    }
    pageInfo { hasNextPage }
  }
}
"""


@dataclass
class Route:
    """What is loaded, and how it did. `floor` is the route it is held against."""

    name: str
    server: "Server"
    requests: list[bytes]
    status: int = 200
    figures: Figures = field(default_factory=Figures)
    alone: Figures = field(default_factory=Figures)
    """By one connection."""


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    port: int
    process_id: int

    def ask(self, path: str, body: object, **headers: str) -> tuple[dict[str, str], bytes]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            orjson.dumps(body),
            {"Content-Type": "application/json", **headers},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return {name.lower(): value for name, value in answer.headers.items()}, answer.read()

    @property
    def resident_megabytes(self) -> float:
        status = Path(f"/proc/{self.process_id}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@contextmanager
def serving(url: str, folder: Path, *, by_hand: bool = False, **settings: str) -> Iterator[Server]:
    port = free_port()
    environment = os.environ | {
        "CHARTROOM_DATABASE_URL": url,
        "CHARTROOM_DATA_DIR": str(folder),
        "CHARTROOM_KEYS": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "CHARTROOM_PORT": str(port),
        "CHARTROOM_LOG_LEVEL": "WARNING",
        **settings,
    }
    floor = [sys.executable, "-m", "benchmarks.page_floor", url, str(port)]
    product = [str(Path(sys.executable).parent / "chartroom"), "serve"]
    process = ChildProcess(floor if by_hand else product, folder / f"{port}.log", environment=environment)
    process.start(lambda: _listens(port))
    try:
        yield Server(port, process.process_id)
    finally:
        process.stop()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


async def prepare(store: Store, versions: int) -> tuple[str, list[tuple[str, int]]]:
    """A reader's token, and all charts in their order."""
    await fill(store, versions)
    _, secret = await Authorising(store).create("benchmark", Role.READER, None, "benchmark")
    async with store.reading() as session:
        names = (await execute(session, text("SELECT name, id FROM chart ORDER BY name, id"))).all()
    return secret, [(row[0], row[1]) for row in names]


def routes(floor: Server, fresh: Server, keeping: Server, secret: str, charts: list[tuple[str, int]]) -> list[Route]:
    from app.graphql_api.charts import NAME_CURSOR

    behind = charts[:: max(1, len(charts) // PAGES)][:PAGES]
    bearer = {"Authorization": f"Bearer {secret}"}
    by_hand = [orjson.dumps({"name": name, "id": number}) for name, number in behind]
    asked = [
        orjson.dumps({"query": PAGE, "variables": {"first": 20, "after": NAME_CURSOR.write(*keys)}}) for keys in behind
    ]
    tags = []
    for expected, question in zip(by_hand, asked, strict=True):
        _, rows = floor.ask("/floor", orjson.loads(expected))
        _, told = fresh.ask("/graphql", orjson.loads(question), **bearer)
        names = [chart["name"] for chart in orjson.loads(told)["data"]["charts"]["nodes"]]
        assert names == [chart["name"] for chart in orjson.loads(rows)["charts"]], "the floor answers something else"
        headers, kept = keeping.ask("/graphql", orjson.loads(question), **bearer)
        assert kept == told, "what is kept differs from what is not"
        tags.append(headers.get("etag", ""))
    known = [post("/graphql", body, **bearer, If_None_Match=tag) for body, tag in zip(asked, tags, strict=True)]
    found = [
        Route("floor: one statement, Starlette, orjson", floor, [post("/floor", body) for body in by_hand]),
        Route("/graphql, nothing kept", fresh, [post("/graphql", body, **bearer) for body in asked]),
        Route("/graphql, asked again", keeping, [post("/graphql", body, **bearer) for body in asked]),
    ]
    if all(tags):
        found.append(Route("/graphql, If-None-Match", keeping, known, 304))
    deepest = min(DEEP_PAGE, len(charts) // DEEP_ROWS)
    for page in (1, deepest):
        after = NAME_CURSOR.write(*charts[(page - 1) * DEEP_ROWS - 1]) if page > 1 else None
        body = orjson.dumps({"query": PAGE, "variables": {"first": DEEP_ROWS, "after": after}})
        requests = [post("/graphql", body, **bearer)]
        found.append(Route(f"/graphql, nothing kept, page {page:,} of {DEEP_ROWS} charts", fresh, requests))
    return found


async def rounds(measured: list[Route], count: int, seconds: float) -> None:
    for _ in range(count):
        for route in measured:
            server, requests = route.server, route.requests
            await load(route.figures, server.port, server.process_id, requests, route.status, CONNECTIONS, seconds)
            await load(route.alone, server.port, server.process_id, requests, route.status, 1, seconds / 4)


def print_depth(measured: list[Route]) -> None:
    first, deep = (route.figures.cpu_microseconds for route in measured[-2:])
    print(f"\nthe deep page takes {deep / first:.2f} of the first one's CPU")


def print_table(measured: list[Route]) -> None:
    floor = measured[0]
    print(
        "| route | answers/s | p50 ms | p99 ms | one connection p50 ms | p99 ms | server CPU µs | "
        "answers/s of the floor | CPU of the floor |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for route in measured:
        many, one = route.figures, route.alone
        print(
            f"| {route.name} | {many.a_second:,.0f} | {many.percentile(0.5):.2f} | {many.percentile(0.99):.2f} | "
            f"{one.percentile(0.5):.2f} | {one.percentile(0.99):.2f} | {many.cpu_microseconds:,.0f} | "
            f"{many.a_second / floor.figures.a_second:.1%} | "
            f"{many.cpu_microseconds / floor.figures.cpu_microseconds:.2f} |"
        )


async def bench(url: str, folder: Path, versions: int, count: int, seconds: float) -> None:
    store = Store(url)
    await migrating.migrate(store)
    await queue.install(url)
    secret, charts = await prepare(store, versions)
    await store.close()
    with ExitStack() as stack:
        floor = stack.enter_context(serving(url, folder, by_hand=True))
        fresh = stack.enter_context(serving(url, folder, CHARTROOM_KEPT_ANSWERS_MAX_BYTES="0"))
        keeping = stack.enter_context(serving(url, folder))
        print(f"resident at rest: {keeping.resident_megabytes:.0f} MB\n")
        measured = routes(floor, fresh, keeping, secret, charts)
        await rounds(measured, count, seconds)
        print_table(measured)
        print_depth(measured)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--versions", type=int, default=100_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each route in each round")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.database != "postgresql":
            print(f"\n## SQLite, {given.versions:,} versions\n")
            url = f"sqlite+aiosqlite:///{folder / 'store.sqlite'}"
            uvloop.run(bench(url, folder, given.versions, given.rounds, given.seconds))
        if given.database != "sqlite":
            binaries = find_binaries()
            if binaries is None:
                raise SystemExit("PostgreSQL is not there: apt-get install postgresql")
            print(f"\n## PostgreSQL, {given.versions:,} versions\n")
            with running_server(binaries) as server:
                url = server.create_database()
                uvloop.run(bench(url, folder, given.versions, given.rounds, given.seconds))


if __name__ == "__main__":
    main()
