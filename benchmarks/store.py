"""How fast the chart store answers, against the same statements by the plain driver, in the same run.

    python -m benchmarks.store [--versions 100000] [--database sqlite|postgresql] [--rounds 5]

Fills an empty store (SQLite in a temporary folder, PostgreSQL a throwaway server) with charts of 20 versions each,
then measures in turns what `Browsing` does and what the driver alone needs for the very statements that it sent.
Numbers are milliseconds in this process, without HTTP and GraphQL; PostgreSQL's own CPU is not in them.
"""

import argparse
import asyncio
import gc
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import event, text

from app.services.browsing import Browsing
from app.services.listing import Listing, Span, VersionConditions
from app.store import migrating
from app.store.archives import Archives
from app.store.charts import ChartConditions
from app.store.session import Store, execute
from benchmarks.store_filling import fill
from tests.real.postgres import find_binaries, running_server

REPEATS = 40
Asked = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """`floor` runs the statements of one `ask` by the driver alone."""

    name: str
    ask: Asked


class Floor:
    """The statements that were sent, sent again by the plain driver on one connection."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: Any = None

    async def open(self) -> None:
        url = self._store.engine.url
        if self._store.is_sqlite:
            self._connection = sqlite3.connect(str(url.database), isolation_level=None)
            self._connection.execute("PRAGMA cache_size = -16000")
        else:
            plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
            self._connection = await asyncpg.connect(plain)

    async def run(self, statements: list[tuple[str, Any]]) -> None:
        for statement, values in statements:
            if self._store.is_sqlite:
                self._connection.execute(statement, values).fetchall()
            else:
                await self._connection.fetch(statement, *values)

    async def close(self) -> None:
        if self._store.is_sqlite:
            self._connection.close()
        else:
            await self._connection.close()


@contextmanager
def noted(store: Store) -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append((statement, values))

    def told(statement: str, values: Any) -> None:
        seen.append((statement, values))

    event.listen(store.engine.sync_engine, "before_cursor_execute", note)
    store.rows.watchers.append(told)
    try:
        yield seen
    finally:
        event.remove(store.engine.sync_engine, "before_cursor_execute", note)
        store.rows.watchers.remove(told)


@dataclass
class Measured:
    """Of one question."""

    took: list[float] = field(default_factory=list)
    """Milliseconds of each call."""
    cpu: list[float] = field(default_factory=list)
    """Milliseconds of this process's CPU for a call, one of each round: it tells the same on a busy machine."""

    async def add(self, run: Asked) -> None:
        cpu_before = time.process_time()
        for _ in range(REPEATS):
            begin = time.perf_counter()
            await run()
            self.took.append((time.perf_counter() - begin) * 1000)
        self.cpu.append((time.process_time() - cpu_before) / REPEATS * 1000)


def questions(store: Store, deep: tuple[Any, ...], deep_update: tuple[Any, ...]) -> list[Question]:
    archives, listing = Archives("memory://"), Listing(store)

    def fresh() -> Browsing:
        """One that has not counted anything yet."""
        return Browsing(store, archives, None)  # type: ignore[arg-type]  # no file is read

    def page(after: Any = None, text: str | None = None, **conditions: Any) -> Asked:
        by_update = conditions.pop("by_update", False)

        async def ask() -> Any:
            browsing = fresh()
            selection = await browsing.select(text, ChartConditions(**conditions))
            return await browsing.chart_page(selection, 20, after, by_update=by_update)

        return ask

    def facets(text: str | None = None, **conditions: Any) -> Asked:
        async def ask() -> Any:
            browsing = fresh()
            return await browsing.facets(await browsing.select(text, ChartConditions(**conditions)))

        return ask

    def total(text: str | None = None) -> Asked:
        async def ask() -> Any:
            browsing = fresh()
            return await browsing.count_charts(await browsing.select(text))

        return ask

    async def marked() -> Any:
        browsing = fresh()
        selection = await browsing.select("server")
        hits = await browsing.chart_page(selection, 20, None)
        return await browsing.highlights(selection, [row.id for row in hits.rows])

    async def versions() -> Any:
        return await listing.versions([17], (Span(20), VersionConditions()))

    return [
        Question("page 1 by name", page()),
        Question("deep page by name (four fifths down)", page(deep)),
        Question("page 1 by update", page(by_update=True)),
        Question("deep page by update", page(deep_update, by_update=True)),
        Question("page, deprecated", page(deprecated=True)),
        Question("page, keyword", page(keywords=["storage"])),
        Question("search r", page(text="r")),
        Question("search re", page(text="re")),
        Question("search redis", page(text="redis")),
        Question("search redis clu", page(text="redis clu")),
        Question("search common word (in every text)", page(text="kubernetes")),
        Question("search rare word", page(text="zanzibar")),
        Question("search with a typo", page(text="redsi")),
        Question("search common word, filtered", page(text="kubernetes", deprecated=True)),
        Question("search with highlights", marked),
        Question("versions of one chart", versions),
        Question("total", total()),
        Question("total of common word", total("kubernetes")),
        Question("facets", facets()),
        Question("facets of common word", facets("kubernetes")),
    ]


async def bench(store: Store, versions: int, rounds: int) -> None:
    begin = time.perf_counter()
    charts = await fill(store, versions)
    print(f"filled: {charts} charts, {versions} versions in {time.perf_counter() - begin:.0f} s", file=sys.stderr)
    browsing = Browsing(store, Archives("memory://"), None)  # type: ignore[arg-type]  # no file is read
    async with store.reading() as session:
        middle = (
            await execute(
                session, text("SELECT name, id FROM chart ORDER BY name, id LIMIT 1 OFFSET :n"), {"n": charts * 4 // 5}
            )
        ).one()
    page = await browsing.chart_page(await browsing.select(), 1, (middle[0], middle[1] - 1))
    row = page.rows[0]
    floor = Floor(store)
    await floor.open()
    asked = questions(store, tuple(middle), (row.updated_at, row.id))
    ours = {question.name: Measured() for question in asked}
    plain = {question.name: Measured() for question in asked}
    counts: dict[str, int] = {}
    gc.collect()
    for _ in range(rounds):
        for question in random.sample(asked, len(asked)):
            with noted(store) as statements:
                await question.ask()
            counts[question.name] = len(statements)
            sent = list(statements)
            await ours[question.name].add(question.ask)
            await plain[question.name].add(lambda: floor.run(sent))  # noqa: B023 - awaited at once
    await floor.close()
    print_table(asked, ours, plain, counts)


def print_table(
    asked: list[Question], ours: dict[str, Measured], plain: dict[str, Measured], counts: dict[str, int]
) -> None:
    print("| what | statements | p50 ms | p99 ms | CPU ms | driver alone p50 ms | its CPU ms |")
    print("|---|---|---|---|---|---|---|")
    for question in asked:
        took, floor = ours[question.name], plain[question.name]
        p99 = sorted(took.took)[int(len(took.took) * 0.99)]
        print(
            f"| {question.name} | {counts[question.name]} | {statistics.median(took.took):.2f} | {p99:.2f} | "
            f"{statistics.median(took.cpu):.2f} | {statistics.median(floor.took):.2f} | "
            f"{statistics.median(floor.cpu):.2f} |"
        )


async def on_sqlite(versions: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite+aiosqlite:///{Path(folder) / 'store.sqlite'}")
        await migrating.migrate(store)
        await bench(store, versions, rounds)
        await store.close()


async def on_postgresql(url: str, versions: int, rounds: int) -> None:
    store = Store(url)
    await migrating.migrate(store)
    await bench(store, versions, rounds)
    await store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--versions", type=int, default=100_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    if given.database != "postgresql":
        print(f"\n## SQLite, {given.versions:,} versions\n")
        asyncio.run(on_sqlite(given.versions, given.rounds))
    if given.database != "sqlite":
        binaries = find_binaries()
        if binaries is None:
            raise SystemExit("PostgreSQL is not there: apt-get install postgresql")
        print(f"\n## PostgreSQL, {given.versions:,} versions\n")
        with running_server(binaries) as server:
            asyncio.run(on_postgresql(server.create_database(), given.versions, given.rounds))


if __name__ == "__main__":
    main()
