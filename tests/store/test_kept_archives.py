"""Archives that versions speak of are read in order of an index, each version once."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlmodel import col

from app.store.entities import ChartVersion
from app.store.kept_archives import in_lots, shown_after
from app.store.session import Store, execute
from tests.store.rows import add_registry, add_repository, found_version, store_found

TAGS = ["1.0.0", "1.0.1", "1.0.2", "v1.0.3", "2.0.0"]


@pytest.fixture
async def repositories(store: Store) -> list[int]:
    """Of five, one and no versions, and of another registry."""
    registry_id = await add_registry(store)
    other_id = await add_registry(store, "other")
    made = [await add_repository(store, registry_id, name) for name in ("many", "one", "none")]
    made.append(await add_repository(store, other_id, "other"))
    for repository_id, tags in zip(made, (TAGS, TAGS[:1], (), TAGS), strict=True):
        if tags:
            await store_found(store, repository_id, *(found_version(tag, f"chart{repository_id}") for tag in tags))
    return made


@pytest.mark.parametrize(("versions", "lots"), [(2, [1, 2]), (5, [1, 2]), (6, [2, 1]), (7, [3]), (100, [3])])
async def test_repositories_come_in_lots_of_so_many_versions(
    store: Store, repositories: list[int], versions: int, lots: list[int]
) -> None:
    async with store.reading() as session:
        made = await in_lots(session, 1, versions)
    assert [len(lot) for lot in made] == lots
    assert [repository_id for lot in made for repository_id in lot] == repositories[:3]


@pytest.mark.parametrize("limit", [1, 2, 4, 100])
async def test_every_version_that_is_shown_is_read_once(store: Store, repositories: list[int], limit: int) -> None:
    many, one, none, _ = repositories
    async with store.writing() as session:
        of_many = update(ChartVersion).where(col(ChartVersion.repository_id) == many)
        await session.exec(of_many.where(col(ChartVersion.tag) == TAGS[1]).values(within_policy=False))
        gone = datetime.now(UTC)
        await session.exec(of_many.where(col(ChartVersion.tag) == TAGS[2]).values(removed_at=gone))
    read: list[tuple[int, str, str]] = []
    while page := await shown_after(store.rows, [many, one, none], read[-1][:2] if read else (0, ""), limit):
        assert len(page) <= limit
        read += [(row[0], row[1], row[2]) for row in page]
    assert [row[:2] for row in read] == [(many, TAGS[0]), (many, TAGS[4]), (many, TAGS[3]), (one, TAGS[0])]
    assert len({digest for _, _, digest in read}) == 4


async def test_versions_behind_a_place_are_found_in_the_order_of_an_index(
    store: Store, repositories: list[int]
) -> None:
    asked: list[tuple[str, Any]] = []
    store.rows.watchers.append(lambda statement, parameters: asked.append((statement, parameters)))
    await shown_after(store.rows, repositories[:1], (repositories[0], TAGS[0]), 2)
    ((statement, parameters),) = asked
    async with store.reading() as session:
        if not store.is_sqlite:  # so few rows are read whole and sorted where that may be
            for other_way in ("seqscan", "bitmapscan"):
                await execute(session, text(f"SET LOCAL enable_{other_way} = off"))
        connection = await session.connection()
        explain = "EXPLAIN QUERY PLAN" if store.is_sqlite else "EXPLAIN (COSTS OFF)"
        plan = "\n".join(
            str(row[-1]) for row in await connection.exec_driver_sql(f"{explain} {statement}", tuple(parameters))
        )
    index = "sqlite_autoindex_chart_version" if store.is_sqlite else "chart_version_repository_id_tag_key"
    assert index in plan
    assert "SCAN chart_version" not in plan and "Sort" not in plan and "B-TREE" not in plan
    assert "ROW(repository_id" in plan or "repository_id=?" in plan
