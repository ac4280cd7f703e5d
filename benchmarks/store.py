"""How fast the chart store answers, against the same statements by the plain driver, in the same run.

    python -m benchmarks.store [--versions 100000 [1000000]] [--database sqlite|postgresql] [--rounds 5]

Fills empty stores (SQLite in a temporary folder, PostgreSQL a throwaway server) with charts of 20 versions each,
then measures in turns what `Browsing` does and what the driver alone needs for the very statements that it sent.
Several sizes are asked in turns and compared. "As one types" is every beginning of many names, one after the other.
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
PAGE = 20
NAMES_TYPED = 40
DEEP_PAGE = 1000
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

    def note(statement: str, values: Any) -> None:
        seen.append((statement, values))

    def note_session(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            note(statement, values)

    store.rows.watchers.append(note)
    event.listen(store.engine.sync_engine, "before_cursor_execute", note_session)
    try:
        yield seen
    finally:
        event.remove(store.engine.sync_engine, "before_cursor_execute", note_session)
        store.rows.watchers.remove(note)


@dataclass
class Measured:
    """Of one question."""

    took: list[float] = field(default_factory=list)
    """Milliseconds of each call."""
    cpu: list[float] = field(default_factory=list)
    """Milliseconds of this process's CPU for a call, one of each round: it tells the same on a busy machine."""

    async def add(self, run: Asked, repeats: int) -> None:
        cpu_before = time.process_time()
        for _ in range(repeats):
            begin = time.perf_counter()
            await run()
            self.took.append((time.perf_counter() - begin) * 1000)
        self.cpu.append((time.process_time() - cpu_before) / repeats * 1000)

    @property
    def p50(self) -> float:
        return statistics.median(self.took)

    @property
    def p99(self) -> float:
        return sorted(self.took)[int(len(self.took) * 0.99)]

    @property
    def cpu_each(self) -> float:
        return statistics.median(self.cpu)


def page_of(store: Store, typed: str) -> Asked:
    """The first page for what somebody has typed so far."""

    async def ask() -> Any:
        browsing = Browsing(store, Archives("memory://"), None)  # type: ignore[arg-type]  # no file is read
        return await browsing.chart_page(await browsing.select(typed), PAGE, None)

    return ask


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
            return await browsing.chart_page(selection, PAGE, after, by_update=by_update)

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
        hits = await browsing.chart_page(selection, PAGE, None)
        return await browsing.highlights(selection, [row.id for row in hits.rows])

    async def versions() -> Any:
        return await listing.versions([17], (Span(20), VersionConditions()))

    return [
        Question("page 1 by name", page()),
        Question("deep page by name", page(deep)),
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


@dataclass
class Contender:
    """A store of some size and what was measured of it."""

    store: Store
    versions: int
    questions: list[Question]
    typed: list[Question]
    floor: Floor
    ours: dict[str, Measured]
    plain: dict[str, Measured]
    as_typed: Measured = field(default_factory=Measured)
    counts: dict[str, int] = field(default_factory=dict)


async def contender(store: Store, versions: int) -> Contender:
    begin = time.perf_counter()
    charts = await fill(store, versions)
    print(f"filled: {charts} charts, {versions} versions in {time.perf_counter() - begin:.0f} s", file=sys.stderr)
    browsing = Browsing(store, Archives("memory://"), None)  # type: ignore[arg-type]  # no file is read
    down = min(DEEP_PAGE * PAGE, charts * 4 // 5)
    async with store.reading() as session:
        found = text("SELECT name, id FROM chart ORDER BY name, id LIMIT 1 OFFSET :n")
        deep = (await execute(session, found, {"n": down})).one()
        step = max(charts // NAMES_TYPED, 1)
        named = text("SELECT name FROM chart WHERE id % :step = 0 ORDER BY id LIMIT :n")
        names = (await execute(session, named, {"step": step, "n": NAMES_TYPED})).scalars().all()
    row = (await browsing.chart_page(await browsing.select(), 1, (deep[0], deep[1] - 1))).rows[0]
    floor = Floor(store)
    await floor.open()
    asked = questions(store, tuple(deep), (row.updated_at, row.id))
    beginnings = [name[:length] for name in names for length in range(1, len(name) + 1)]
    ours = {question.name: Measured() for question in asked}
    plain = {question.name: Measured() for question in asked}
    return Contender(
        store, versions, asked, [Question(typed, page_of(store, typed)) for typed in beginnings], floor, ours, plain
    )


async def bench(contenders: list[Contender], rounds: int) -> None:
    gc.collect()
    for _ in range(rounds):
        for contender in contenders:
            for question in random.sample(contender.questions, len(contender.questions)):
                with noted(contender.store) as statements:
                    await question.ask()
                contender.counts[question.name] = len(statements)
                sent = list(statements)
                await contender.ours[question.name].add(question.ask, REPEATS)
                await contender.plain[question.name].add(lambda: contender.floor.run(sent), REPEATS)  # noqa: B023
            for question in contender.typed:
                await contender.as_typed.add(question.ask, 1)
    for contender in contenders:
        await contender.floor.close()
        print(f"\n### {contender.versions:,} versions\n")
        print_table(contender)
    for larger in contenders[1:]:
        print_growth(contenders[0], larger)


def print_table(of: Contender) -> None:
    print("| what | statements | p50 ms | p99 ms | CPU ms | driver alone p50 ms | its CPU ms |")
    print("|---|---|---|---|---|---|---|")
    for question in of.questions:
        ours, plain = of.ours[question.name], of.plain[question.name]
        print(
            f"| {question.name} | {of.counts[question.name]} | {ours.p50:.2f} | {ours.p99:.2f} | {ours.cpu_each:.2f} | "
            f"{plain.p50:.2f} | {plain.cpu_each:.2f} |"
        )
    print(
        f"| as one types ({len(of.typed)} beginnings) | | {of.as_typed.p50:.2f} | {of.as_typed.p99:.2f} | "
        f"{of.as_typed.cpu_each:.2f} | | |"
    )


def print_growth(small: Contender, large: Contender) -> None:
    print(f"\n### {large.versions:,} against {small.versions:,} versions\n")
    print("| what | p50 | CPU | driver alone p50 |\n|---|---|---|---|")
    for question in small.questions:
        name = question.name
        ours, before, plain = large.ours[name], small.ours[name], large.plain[name].p50 / small.plain[name].p50
        print(f"| {name} | {ours.p50 / before.p50:.2f} | {ours.cpu_each / before.cpu_each:.2f} | {plain:.2f} |")
    typed, before = large.as_typed, small.as_typed
    print(f"| as one types | {typed.p50 / before.p50:.2f} | {typed.cpu_each / before.cpu_each:.2f} | |")


async def on_sqlite(sizes: list[int], rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stores = [Store(f"sqlite+aiosqlite:///{Path(folder) / f'{size}.sqlite'}") for size in sizes]
        await on(stores, sizes, rounds)


async def on_postgresql(urls: list[str], sizes: list[int], rounds: int) -> None:
    await on([Store(url) for url in urls], sizes, rounds)


async def on(stores: list[Store], sizes: list[int], rounds: int) -> None:
    for store in stores:
        await migrating.migrate(store)
    await bench([await contender(store, size) for store, size in zip(stores, sizes, strict=True)], rounds)
    for store in stores:
        await store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--versions", type=int, nargs="+", default=[100_000])
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    if given.database != "postgresql":
        print("\n## SQLite")
        asyncio.run(on_sqlite(given.versions, given.rounds))
    if given.database != "sqlite":
        binaries = find_binaries()
        if binaries is None:
            raise SystemExit("PostgreSQL is not there: apt-get install postgresql")
        print("\n## PostgreSQL")
        with running_server(binaries) as server:
            urls = [server.create_database() for _ in given.versions]
            asyncio.run(on_postgresql(urls, given.versions, given.rounds))


if __name__ == "__main__":
    main()
