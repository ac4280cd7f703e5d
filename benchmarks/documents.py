"""What a store page costs by graphql-core and compiled, against a plain route with the same rows, in the same run.

    python -m benchmarks.documents [--versions 20000] [--rounds 9]

A page is 20 charts with their latest versions and registries. CPU of this process, the driver's thread included; the
least of rounds in turns, which neighbours disturb least. "Rows in memory" is execution alone, "store" asks SQLite,
"HTTP" is the whole ASGI application from the request's first byte to the answer's last, without a server; no answer is
kept. The floor is a Starlette route in the same process: one joined statement by `sqlite3`, the same answer by orjson,
nobody asked who they are.
"""

import argparse
import gc
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.domain.roles import Role
from app.graphql_api.context import Context
from app.graphql_api.http_door import HttpDoor
from app.graphql_api.schema import build_schema
from app.services.authorising import Authorising, Caller
from app.services.browsing import Browsing
from app.services.listing import Listing
from app.store import migrating
from app.store.archives import Archives
from app.store.session import Store
from benchmarks.store_filling import fill

PAGE = """query Store($first: Int!, $after: String) { charts(first: $first, after: $after, orderBy: NAME) {
  edges { cursor node {
    id name description icon home keywords deprecated versionCount updatedAt
    latestVersion { id version appVersion type kubeVersion digest createdAt prerelease }
    registry { id name host provider }
  } }
  pageInfo { hasNextPage endCursor }
} }"""
VARIABLES = {"first": 20, "after": None}
READER = Caller("benchmark", Role.READER, None)
TOKEN = "a token for benchmarks alone"
REPEATS = 40

FLOOR_SQL = """SELECT c.id, c.name, c.description, c.icon, c.home, c.keywords, c.deprecated, c.version_count,
  c.updated_at,
  v.id, v.version, k.app_version, k.type, k.kube_version, v.digest, v.created_at, v.prerelease,
  r.id, r.name, r.host, r.provider
FROM chart c JOIN chart_version v ON v.id = c.latest_version_id JOIN chart_content k USING (archive_digest)
JOIN registry r ON r.id = c.registry_id ORDER BY c.name, c.id LIMIT 21"""
CHART_KEYS = "id name description icon home keywords deprecated versionCount updatedAt".split()  # noqa: SIM905
VERSION_KEYS = "id version appVersion type kubeVersion digest createdAt prerelease".split()  # noqa: SIM905
REGISTRY_KEYS = "id name host provider".split()  # noqa: SIM905

Ask = Callable[[], Awaitable[Any]]


class Remembering:
    """Gives what the one behind it gave the first time."""

    def __init__(self, behind: Any) -> None:
        self._behind = behind
        self._answers: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        async def answer(*given: Any, **named: Any) -> Any:
            if name not in self._answers:
                self._answers[name] = await getattr(self._behind, name)(*given, **named)
            return self._answers[name]

        return answer


@dataclass(frozen=True, slots=True)
class Contender:
    layer: str
    name: str
    ask: Ask


def executing(services: Any, *, compiled: bool) -> Ask:
    schema = build_schema(documents_compiled=compiled)

    async def ask() -> Any:
        answer = await schema.execute(PAGE, VARIABLES, context_value=Context(services, READER))
        assert answer.errors is None, answer.errors
        return answer.data

    return ask


def requesting(app: Any, path: str, body: bytes) -> Ask:
    """One request to an ASGI application, in this process."""
    headers = [
        (b"host", b"store"),
        (b"content-type", b"application/json"),
        (b"authorization", f"Bearer {TOKEN}".encode()),
    ]
    scope = {"type": "http", "http_version": "1.1", "method": "POST", "path": path, "raw_path": path.encode()}
    scope |= {"query_string": b"", "headers": headers, "scheme": "http", "server": ("store", 80), "root_path": ""}

    async def ask() -> bytes:
        sent: list[bytes] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            assert message.get("status", 200) == 200, message
            sent.append(message.get("body", b""))

        await app(dict(scope), receive, send)
        return b"".join(sent)

    return ask


def door(services: Any, authorising: Authorising, *, compiled: bool) -> Ask:
    schema = build_schema(documents_compiled=compiled)
    made = HttpDoor(schema, authorising.recognise, lambda caller: Context(services, caller))
    app = Starlette(routes=[Route("/graphql", made)])
    return requesting(app, "/graphql", orjson.dumps({"query": PAGE, "variables": VARIABLES}))


def floor(database: Path) -> Ask:
    connection = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA cache_size = -16000")

    async def page(request: Request) -> Response:
        await request.body()
        rows = connection.execute(FLOOR_SQL).fetchall()
        edges = []
        for row in rows[:20]:
            chart = dict(zip(CHART_KEYS, row[:9], strict=True))
            chart["keywords"] = orjson.loads(row[5])
            chart["latestVersion"] = dict(zip(VERSION_KEYS, row[9:17], strict=True))
            chart["registry"] = dict(zip(REGISTRY_KEYS, row[17:], strict=True))
            edges.append({"cursor": row[1], "node": chart})
        page_info = {"hasNextPage": len(rows) > 20, "endCursor": edges[-1]["cursor"]}
        answer = {"data": {"charts": {"edges": edges, "pageInfo": page_info}}}
        return Response(orjson.dumps(answer), media_type="application/json")

    return requesting(Starlette(routes=[Route("/page", page, methods=["POST"])]), "/page", b"{}")


async def microseconds(ask: Ask) -> float:
    """CPU of one."""
    begin = time.process_time()
    for _ in range(REPEATS):
        await ask()
    return (time.process_time() - begin) / REPEATS * 1e6


async def bench(database: Path, versions: int, rounds: int) -> None:
    store = Store(f"sqlite+aiosqlite:///{database}")
    await migrating.migrate(store)
    await fill(store, versions)
    browsing = Browsing(store, Archives("memory://"), None)  # type: ignore[arg-type]  # no file is read
    services = SimpleNamespace(browsing=browsing, listing=Listing(store), addressing=None)
    remembered = SimpleNamespace(browsing=Remembering(browsing), listing=None, addressing=None)
    authorising = Authorising(store, TOKEN)
    contenders = [
        Contender("rows in memory", "graphql-core", executing(remembered, compiled=False)),
        Contender("rows in memory", "compiled", executing(remembered, compiled=True)),
        Contender("store", "graphql-core", executing(services, compiled=False)),
        Contender("store", "compiled", executing(services, compiled=True)),
        Contender("HTTP", "graphql-core", door(services, authorising, compiled=False)),
        Contender("HTTP", "compiled", door(services, authorising, compiled=True)),
        Contender("HTTP, rows in memory", "graphql-core", door(remembered, authorising, compiled=False)),
        Contender("HTTP, rows in memory", "compiled", door(remembered, authorising, compiled=True)),
        Contender("HTTP", "floor", floor(database)),
    ]
    took: dict[Contender, list[float]] = {contender: [] for contender in contenders}
    for contender in contenders:
        await contender.ask()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # as `chartroom serve` does
    for _ in range(rounds):
        for contender in contenders:
            took[contender].append(await microseconds(contender.ask))
    await store.close()
    print_table({contender: min(times) for contender, times in took.items()})


def print_table(took: dict[Contender, float]) -> None:
    (lowest,) = (time_ for contender, time_ in took.items() if contender.name == "floor")
    print("| what | by | CPU us | x graphql-core | % of the floor |")
    print("|---|---|---|---|---|")
    for contender, cpu in took.items():
        against = next((t for c, t in took.items() if c.layer == contender.layer and c.name == "graphql-core"), cpu)
        share = f"{lowest / cpu * 100:.1f}" if contender.layer.startswith("HTTP") else ""
        print(f"| {contender.layer} | {contender.name} | {cpu:.0f} | {against / cpu:.1f} | {share} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--versions", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    print(sys.version, file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(bench(Path(folder) / "store.sqlite", given.versions, given.rounds))


if __name__ == "__main__":
    main()
