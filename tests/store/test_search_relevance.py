"""What people type finds first what they mean, in the same order on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from app.store import search
from app.store.charts import ChartConditions
from app.store.selection import select_charts
from app.store.session import Store
from tests.store.rows import NOW, add_registry, add_repository, found_version, store_found

RELEVANCE: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("search_relevance.yaml").read_text())
NOTHING_ELSE = "."


async def fill(store: Store) -> None:
    registry_id = await add_registry(store)
    for told in RELEVANCE["charts"]:
        name, released = told["name"], told.get("released")
        repository_id = await add_repository(store, registry_id, f"charts/{name}")
        version = found_version(
            name=name,
            description=told["description"],
            keywords=told["keywords"],
            readme_markdown=told.get("readme"),
            values_yaml=told.get("values"),
            images=told.get("images", []),
            maintainers=[{"name": person} for person in told.get("maintainers", [])],
            deprecated=told.get("deprecated", False),
        )
        version = replace(version, created_at=datetime.combine(released, datetime.min.time(), UTC) if released else NOW)
        await store_found(store, repository_id, version)


async def found(store: Store, text: str) -> list[str]:
    asked = await select_charts(store.rows, text, ChartConditions())
    assert asked.question is not None
    page = await search.page(
        store.rows, asked.question, asked.conditions, 100, None, stale_before=NOW - timedelta(days=730)
    )
    return [hit.chart.name for hit in page.rows]


def as_expected(names: list[str], expected: list[str]) -> bool:
    wanted = [name for name in expected if name != NOTHING_ELSE]
    return names[: len(wanted)] == wanted and (NOTHING_ELSE not in expected or len(names) == len(wanted))


async def test_first_hits_are_those_that_are_meant(store: Store) -> None:
    await fill(store)
    queries = RELEVANCE["queries"]
    wrong = []
    for text, expected in queries:
        names = await found(store, text)
        if not as_expected(names, expected):
            wrong.append((text, expected, names[: len(expected) + 2]))
    assert wrong == []
    assert len(RELEVANCE["charts"]) >= 60
    assert len(queries) >= 60
