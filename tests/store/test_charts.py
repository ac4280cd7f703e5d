"""Pages of charts and versions: stable while syncs write, in semver order on either database."""

import random

import pytest

from app.store import charts, findings, migrating, nesting
from app.store.charts import BY_NAME, BY_UPDATE, ChartConditions
from app.store.entities import ChartVersion
from app.store.session import Store
from tests.real.postgres import PostgresServer
from tests.store.rows import (
    LATER,
    NOW,
    add_chart,
    add_registry,
    add_repository,
    found_version,
    store_found,
)

# Each in its place by semver 2.0.0, 11; under a locale such as en_US case and punctuation would move them.
ASCENDING = [
    "1.0.0-0", "1.0.0-9", "1.0.0-10", "1.0.0--", "1.0.0-1a", "1.0.0-A", "1.0.0-B", "1.0.0-a", "1.0.0-a.1",
    "1.0.0-a.b", "1.0.0-a-b", "1.0.0-aB", "1.0.0-ab", "1.0.0-alpha", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
    "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0-rc.1", "2.0.0", "10.0.0", "18446744073709551615.0.0",
]  # fmt: skip


async def all_versions(store: Store, chart_id: int, size: int, **conditions: bool) -> list[ChartVersion]:
    seen: list[ChartVersion] = []
    after = None
    while len(seen) < 1000:  # a page that does not end is a failure, no hang
        async with store.reading() as session:
            page = (await nesting.version_pages(session, [chart_id], size, after, **conditions))[chart_id]
        seen += page.rows
        if not page.has_next:
            break
        after = (page.rows[-1].sort_key, page.rows[-1].id)
    return seen


async def test_versions_stand_in_semver_order_whatever_the_order_they_came_in(store: Store) -> None:
    repository_id = await add_repository(store, await add_registry(store))
    shuffled = random.Random(1).sample(ASCENDING, len(ASCENDING))
    chart_id, _ = await store_found(store, repository_id, *(found_version(tag) for tag in shuffled))
    for size in (1, 7, 100):
        assert [row.version for row in await all_versions(store, chart_id, size)] == ASCENDING[::-1]


async def test_versions_stand_in_semver_order_when_the_database_has_a_locale_that_sorts_otherwise(
    postgres_server: PostgresServer,
) -> None:
    url = postgres_server.create_database()
    name = url.rpartition("/")[2]
    postgres_server.execute(f'DROP DATABASE "{name}"')
    postgres_server.execute(
        f"CREATE DATABASE \"{name}\" TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'"
    )
    store = Store(url)
    try:
        await migrating.migrate(store)
        repository_id = await add_repository(store, await add_registry(store))
        chart_id, _ = await store_found(store, repository_id, *(found_version(tag) for tag in ASCENDING))
        assert [row.version for row in await all_versions(store, chart_id, 7)] == ASCENDING[::-1]
    finally:
        await store.close()
        postgres_server.drop_database(url)


async def test_versions_that_differ_in_build_only_come_each_once(store: Store) -> None:
    repository_id = await add_repository(store, await add_registry(store))
    tags = ["1.0.0_a", "1.0.0_b", "1.0.0", "v1.0.0"]
    chart_id, _ = await store_found(store, repository_id, *(found_version(tag) for tag in tags))
    assert sorted(row.tag for row in await all_versions(store, chart_id, 1)) == sorted(tags)


async def test_pages_of_versions_have_no_gap_or_repeat_while_a_sync_writes(store: Store) -> None:
    repository_id = await add_repository(store, await add_registry(store))
    old = [f"1.{minor}.0" for minor in range(0, 20, 2)]
    chart_id, _ = await store_found(store, repository_id, *(found_version(tag) for tag in old))
    seen: list[str] = []
    after = None
    fresh = iter(f"1.{minor}.0" for minor in range(1, 20, 2))
    while len(seen) < 1000:  # a page that does not end is a failure, no hang
        async with store.reading() as session:
            page = (await nesting.version_pages(session, [chart_id], 3, after))[chart_id]
        seen += [row.version for row in page.rows]
        if not page.has_next:
            break
        after = (page.rows[-1].sort_key, page.rows[-1].id)
        await store_found(store, repository_id, found_version(next(fresh)), found_version(next(fresh)))
    assert len(seen) == len(set(seen))
    assert set(old) <= set(seen)


@pytest.mark.parametrize(("orders", "keys"), [(BY_NAME, ("name", "id")), (BY_UPDATE, ("updated_at", "id"))])
async def test_pages_of_charts_have_no_gap_or_repeat_while_others_are_added(
    store: Store, orders: tuple[charts.Order, ...], keys: tuple[str, str]
) -> None:
    registry_id = await add_registry(store)
    old = [f"chart-{number:02}" for number in range(0, 14, 2)]
    for name in old:
        await add_chart(store, registry_id, name)
    seen: list[str] = []
    after = None
    fresh = iter(f"chart-{number:02}" for number in range(1, 14, 2))
    while len(seen) < 1000:  # a page that does not end is a failure, no hang
        page = await charts.page(store.rows, 2, after, ChartConditions().clauses(), orders)
        seen += [row.name for row in page.rows]
        if not page.has_next:
            break
        after = tuple(getattr(page.rows[-1], key) for key in keys)
        await add_chart(store, registry_id, next(fresh))
    assert len(seen) == len(set(seen))
    assert set(old) <= set(seen)


async def test_hidden_versions_are_left_out_unless_asked_for(store: Store) -> None:
    repository_id = await add_repository(store, await add_registry(store))
    tags = ["1.0.0", "1.1.0", "1.2.0", "2.0.0-rc.1"]
    chart_id, ids = await store_found(store, repository_id, *(found_version(tag) for tag in tags))
    async with store.writing() as session:
        await session.run_sync(findings.mark_removed, [ids["1.1.0"]], LATER)
        await session.run_sync(findings.mark_outside_policy, [ids["1.2.0"]])

    async def shown(**conditions: bool) -> list[str]:
        rows = [row.version for row in await all_versions(store, chart_id, 2, **conditions)]
        async with store.reading() as session:
            assert await nesting.count_versions(session, [chart_id], **conditions) == {chart_id: len(rows)}
        return rows

    assert await shown() == ["2.0.0-rc.1", "1.0.0"]
    assert await shown(include_prereleases=False) == ["1.0.0"]
    assert await shown(include_removed=True) == ["2.0.0-rc.1", "1.1.0", "1.0.0"]


async def test_conditions_hold_together_when_several_are_given(store: Store) -> None:
    first, second = await add_registry(store, "one"), await add_registry(store, "two")
    await add_chart(store, first, "app")
    await add_chart(store, first, "lib", type="library")
    await add_chart(store, first, "old", deprecated=True)
    await add_chart(store, second, "elsewhere")

    async def names(conditions: ChartConditions) -> list[str]:
        page = await charts.page(store.rows, 10, None, conditions.clauses())
        assert await charts.count(store.rows, conditions.clauses()) == len(page.rows)
        return [row.name for row in page.rows]

    assert await names(ChartConditions()) == ["app", "elsewhere", "lib", "old"]
    assert await names(ChartConditions(registry_ids=[first], deprecated=False)) == ["app", "lib"]
    assert await names(ChartConditions(types=["LIBRARY"])) == ["lib"]
    assert await names(ChartConditions(registry_ids=[])) == []


async def test_chart_without_a_version_to_show_is_not_listed(store: Store) -> None:
    repository_id = await add_repository(store, await add_registry(store))
    chart_id, ids = await store_found(store, repository_id, found_version())
    async with store.writing() as session:
        await session.run_sync(findings.mark_removed, list(ids.values()), NOW)
        await session.run_sync(findings.refresh_charts, [repository_id], [], NOW)
    async with store.reading() as session:
        assert (await charts.page(session, 10, None, ChartConditions().clauses())).rows == []
        assert await charts.find_many(session, [chart_id]) == {}


async def test_digest_history_is_newest_first_and_of_the_tags_asked_for(store: Store) -> None:
    repository_id = await add_repository(store, await add_registry(store))
    await store_found(store, repository_id, found_version(digest="sha256:1"), found_version("2.0.0"))
    await store_found(store, repository_id, found_version(digest="sha256:2"), now=LATER)
    async with store.reading() as session:
        history = await charts.digest_history(session, [(repository_id, "1.0.0"), (repository_id, "no such tag")])
    assert [(row.digest, row.first_seen_at) for row in history[repository_id, "1.0.0"]] == [
        ("sha256:2", LATER),
        ("sha256:1", NOW),
    ]
    assert history[repository_id, "no such tag"] == []
