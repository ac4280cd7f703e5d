"""What a store page costs by hand: one joined statement by the driver alone, a Starlette route, orjson.

    python -m benchmarks.page_floor DATABASE_URL PORT

Nobody is asked who they are, and nothing is checked.
"""

import gc
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import orjson
import uvicorn
from sqlalchemy.engine import make_url
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PAGE = """
SELECT chart.id, chart.name, chart.description, chart.keywords, chart.deprecated, chart.version_count,
       chart.updated_at, registry.name, registry.host, version.version, content.app_version, version.tag,
       version.archive_digest, version.created_at
FROM chart
JOIN registry ON registry.id = chart.registry_id
JOIN chart_version AS version ON version.id = chart.latest_version_id
JOIN chart_content AS content ON content.archive_digest = version.archive_digest
WHERE chart.latest_version_id IS NOT NULL AND NOT chart.prerelease AND (chart.name, chart.id) > ({}, {})
ORDER BY chart.name, chart.id LIMIT 21
"""
Rows = list[Any]


def shown(row: Any, keywords: Any) -> dict[str, Any]:
    return {
        "id": row[0], "name": row[1], "description": row[2], "keywords": keywords, "deprecated": bool(row[4]),
        "versionCount": row[5], "updatedAt": row[6], "registry": {"name": row[7], "host": row[8]},
        "latestVersion": {
            "version": row[9], "appVersion": row[10], "tag": row[11], "archiveDigest": row[12], "createdAt": row[13],
        },
    }  # fmt: skip


def floor(url: str) -> Starlette:
    """One route, `/floor`: the page behind `name` and `id` of its body."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(str(make_url(url).database), isolation_level=None)
        connection.execute("PRAGMA cache_size = -16000")

        async def read(name: str, number: int) -> Rows:
            return connection.execute(PAGE.format("?", "?"), (name, number)).fetchall()
    else:
        read = _asyncpg_reader(url)

    async def page(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        rows = await read(asked["name"], asked["id"])
        # Keywords come as JSON text from both.
        charts = [shown(row, orjson.loads(row[3])) for row in rows[:20]]
        return Response(orjson.dumps({"charts": charts, "hasNext": len(rows) > 20}), media_type="application/json")

    return Starlette(routes=[Route("/floor", page, methods=["POST"])])


def _asyncpg_reader(url: str) -> Callable[[str, int], Awaitable[Rows]]:
    pools: list[asyncpg.Pool] = []

    async def read(name: str, number: int) -> Rows:
        if not pools:
            plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
            pools.append(await asyncpg.create_pool(plain, min_size=10, max_size=10))
        async with pools[0].acquire() as connection:
            return list(await connection.fetch(PAGE.format("$1", "$2"), name, number))

    return read


if __name__ == "__main__":
    url, port = sys.argv[1:]
    app = floor(url)
    gc.collect()
    gc.freeze()  # as `chartroom serve` does
    gc.set_threshold(50_000, 20, 50)
    uvicorn.run(
        app, host="127.0.0.1", port=int(port), loop="uvloop", http="httptools",
        log_config=None, access_log=False, server_header=False,
    )  # fmt: skip
