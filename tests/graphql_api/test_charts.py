"""The chart store as people read it: pages, order, filters, search."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.domain.semver import Version
from app.graphql_api.paging import encode_id
from app.store.entities import ChartVersion
from app.store.session import Store
from tests.graphql_api.conftest import Desk
from tests.graphql_api.rows import NOW, add_chart, add_registry

PAGE = """query Page($first: Int, $after: String, $search: String, $filter: ChartFilter, $order: ChartOrder) {
  charts(first: $first, after: $after, search: $search, filter: $filter, orderBy: $order) {
    totalCount edges { cursor highlight node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
} }"""

BY_NUMBER = """query ByNumber($id: ID!, $version: String!) { chart(id: $id) { version(version: $version) {
  version tag removedAt chart { repository { name } } } } }"""


async def fill(store: Store) -> None:
    one, two = await add_registry(store, "one"), await add_registry(store, "two", host="two.example.com")
    await add_chart(store, one, "a/cache", description="Keeps payments fast", updated_at=NOW)
    await add_chart(store, one, "a/payments", ["1.0.0", "2.0.0-rc.1"], updated_at=NOW + timedelta(hours=2))
    await add_chart(store, two, "b/common", type="library", updated_at=NOW + timedelta(hours=1))
    await add_chart(store, two, "b/old", deprecated=True, updated_at=NOW - timedelta(hours=1))


async def names(desk: Desk, **variables: Any) -> list[str]:
    page = (await desk.ask(PAGE, **variables))["charts"]
    assert page["totalCount"] == len(page["edges"])
    return [edge["node"]["name"] for edge in page["edges"]]


@pytest.mark.parametrize(
    ("order", "search", "expected"),
    [
        ("RELEVANCE", None, ["cache", "common", "old", "payments"]),
        ("NAME", None, ["cache", "common", "old", "payments"]),
        ("UPDATED_AT_DESC", None, ["payments", "common", "cache", "old"]),
        ("RELEVANCE", "payments", ["payments", "cache"]),
        ("NAME", "payments", ["cache", "payments"]),
        ("UPDATED_AT_DESC", "payments", ["payments", "cache"]),
    ],
)
async def test_every_chart_is_seen_once_in_order_when_paged_one_by_one(
    desk: Desk, order: str, search: str | None, expected: list[str]
) -> None:
    await fill(desk.store)
    seen: list[str] = []
    after = None
    while True:
        page = (await desk.ask(PAGE, first=1, after=after, search=search, order=order))["charts"]
        seen += [edge["node"]["name"] for edge in page["edges"]]
        assert page["totalCount"] == len(expected)
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == expected


async def test_cursor_is_refused_when_it_is_of_another_order(desk: Desk) -> None:
    await fill(desk.store)
    cursor = (await desk.ask(PAGE, first=1, order="NAME"))["charts"]["pageInfo"]["endCursor"]
    assert (await desk.refusal(PAGE, after=cursor, order="UPDATED_AT_DESC"))[0] == "BAD_CURSOR"


async def test_charts_are_those_of_the_filter(desk: Desk) -> None:
    await fill(desk.store)
    registries = (await desk.ask("{ registries { nodes { id name } } }"))["registries"]["nodes"]
    ids = {registry["name"]: registry["id"] for registry in registries}
    repository = (await desk.ask('{ charts(search: "cache") { nodes { repository { id } } } }'))["charts"]["nodes"][0]
    assert await names(desk, filter={"registryIds": [ids["two"]]}) == ["common", "old"]
    assert await names(desk, filter={"repositoryIds": [repository["repository"]["id"]]}) == ["cache"]
    assert await names(desk, filter={"types": ["LIBRARY"]}) == ["common"]
    assert await names(desk, filter={"types": []}) == []
    assert await names(desk, filter={"deprecated": True}) == ["old"]
    assert await names(desk, filter={"deprecated": False, "types": ["APPLICATION"]}) == ["cache", "payments"]
    assert (await desk.refusal(PAGE, filter={"registryIds": [encode_id("Chart", 1)]}))[0] == "BAD_ID"


async def test_match_is_marked_when_one_searches(desk: Desk) -> None:
    await fill(desk.store)
    edges = (await desk.ask(PAGE, search="payments"))["charts"]["edges"]
    assert "<mark>" in edges[1]["highlight"]
    assert [edge["highlight"] for edge in (await desk.ask(PAGE))["charts"]["edges"]] == [None] * 4


async def test_chart_shows_its_latest_release_and_the_highest_pre_release(desk: Desk) -> None:
    await fill(desk.store)
    document = """{ chartByRepository(registryName: "one", repository: "a/payments") {
      id name versionCount updatedAt latestVersion { version prerelease type } latestPrerelease { version prerelease }
      registry { name } repository { name chart { name } } } }"""
    chart = (await desk.ask(document))["chartByRepository"]
    assert chart["latestVersion"] == {"version": "1.0.0", "prerelease": False, "type": "APPLICATION"}
    assert chart["latestPrerelease"] == {"version": "2.0.0-rc.1", "prerelease": True}
    assert chart["repository"] == {"name": "a/payments", "chart": {"name": "payments"}}
    assert chart["versionCount"] == 2
    assert chart["updatedAt"] == "2026-03-01T14:00:00Z"
    assert await desk.ask("query($id: ID!) { chart(id: $id) { name } }", id=chart["id"]) == {
        "chart": {"name": "payments"}
    }


async def test_chart_is_null_when_there_is_none(desk: Desk) -> None:
    await fill(desk.store)
    document = '{ chartByRepository(registryName: "one", repository: "a/nothing") { name } }'
    assert await desk.ask(document) == {"chartByRepository": None}
    assert await desk.ask("query($id: ID!) { chart(id: $id) { name } }", id=encode_id("Chart", 999)) == {"chart": None}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", ["2.0.0-rc.1", "1.1.0", "1.0.0"]),
        ("includePrereleases: false", ["1.1.0", "1.0.0"]),
        ('constraint: "^1.0.0"', ["1.1.0", "1.0.0"]),
        ('constraint: ">1.0.0-0, <=2.0.0-rc.1"', ["2.0.0-rc.1", "1.1.0", "1.0.0"]),
        ('constraint: ""', ["2.0.0-rc.1", "1.1.0", "1.0.0"]),
        ("includeRemoved: true", ["2.0.0-rc.1", "1.5.0", "1.1.0", "1.0.0"]),
    ],
)
async def test_versions_are_those_asked_for_highest_first_when_paged_by_two(
    desk: Desk, arguments: str, expected: list[str]
) -> None:
    registry = await add_registry(desk.store)
    chart = await add_chart(desk.store, registry, tags=["1.0.0", "1.1.0", "2.0.0-rc.1", "1.5.0"])
    async with desk.store.writing() as session:
        gone = (await session.exec(select(ChartVersion).where(ChartVersion.tag == "1.5.0"))).one()
        gone.removed_at = NOW
        session.add(gone)
    document = f"""query V($id: ID!, $after: String) {{ chart(id: $id) {{
      versions(first: 2, after: $after {arguments}) {{
        totalCount nodes {{ version }} pageInfo {{ hasNextPage endCursor }} }} }} }}"""
    seen: list[str] = []
    after = None
    for _ in range(3):
        page = (await desk.ask(document, id=encode_id("Chart", chart.id), after=after))["chart"]["versions"]
        seen += [node["version"] for node in page["nodes"]]
        assert page["totalCount"] == len(expected)
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == expected


async def test_constraint_is_refused_in_words_when_it_is_none(desk: Desk) -> None:
    await fill(desk.store)
    code, message = await desk.refusal(
        '{ charts { nodes { versions(first: 1, constraint: "nonsense") { totalCount } } } }'
    )
    assert code == "INVALID"
    assert "nonsense" in message


@pytest.mark.parametrize("number", ["1.0.0", "2.0.0-rc.1", "1.5.0", "1.0.0+build.5"])
async def test_version_is_found_by_its_number_when_it_was_published_once(desk: Desk, number: str) -> None:
    registry = await add_registry(desk.store)
    tags = ["1.0.0", "1.0.0_build.5", "2.0.0-rc.1", "1.5.0"]
    chart = await add_chart(desk.store, registry, "charts/payments", tags)
    await add_chart(desk.store, registry, "charts/other", tags)
    async with desk.store.writing() as session:
        for gone in (await session.exec(select(ChartVersion).where(ChartVersion.tag == "1.5.0"))).all():
            gone.removed_at = NOW
            session.add(gone)
    found = (await desk.ask(BY_NUMBER, id=encode_id("Chart", chart.id), version=number))["chart"]["version"]
    assert found["version"] == number
    assert found["chart"]["repository"]["name"] == "charts/payments"
    assert (found["removedAt"] is not None) == (number == "1.5.0")


@pytest.mark.parametrize("number", ["1.0.1", "1.0.0+build.6", "v1.0.0", "latest", ""])
async def test_version_is_null_when_the_chart_has_none_of_that_number(desk: Desk, number: str) -> None:
    registry = await add_registry(desk.store)
    chart = await add_chart(desk.store, registry, tags=["1.0.0", "1.0.0_build.5"])
    await add_chart(desk.store, registry, "charts/other", ["1.0.1"])
    answer = await desk.ask(BY_NUMBER, id=encode_id("Chart", chart.id), version=number)
    assert answer == {"chart": {"version": None}}


async def test_version_is_null_when_the_registry_does_not_keep_it(desk: Desk) -> None:
    chart = await add_chart(desk.store, await add_registry(desk.store), tags=["1.0.0", "1.1.0"])
    async with desk.store.writing() as session:
        row = (await session.exec(select(ChartVersion).where(ChartVersion.tag == "1.0.0"))).one()
        row.within_policy = False
        session.add(row)
    answer = await desk.ask(BY_NUMBER, id=encode_id("Chart", chart.id), version="1.0.0")
    assert answer == {"chart": {"version": None}}


async def test_version_is_the_one_still_there_when_two_tags_hold_it(desk: Desk) -> None:
    chart = await add_chart(desk.store, await add_registry(desk.store), tags=["1.0.0", "v1.0.0"])
    async with desk.store.writing() as session:
        for row in (await session.exec(select(ChartVersion))).all():
            row.version = "1.0.0"
            row.sort_key = Version.parse("1.0.0").sort_key
            row.removed_at = NOW if row.tag == "v1.0.0" else None
            session.add(row)
    answer = await desk.ask(BY_NUMBER, id=encode_id("Chart", chart.id), version="1.0.0")
    assert answer["chart"]["version"]["tag"] == "1.0.0"
