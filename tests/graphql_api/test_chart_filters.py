"""What one can tick and count in the store, and what is refused in words."""

from typing import Any

import pytest

from app.graphql_api.paging import encode_cursor, encode_id
from app.store.session import Store
from tests.graphql_api.conftest import Desk
from tests.graphql_api.rows import add_chart, add_registry

NAMES = """query Names($search: String, $filter: ChartFilter) {
  charts(search: $search, filter: $filter) { totalCount nodes { name } } }"""
FACETS = """query Facets($search: String, $filter: ChartFilter) { charts(search: $search, filter: $filter) {
  totalCount facets { registries { registry { name } count } keywords { value count } types { value count } deprecated }
} }"""
PAGE = """query Page($search: String, $order: ChartOrder, $after: String) {
  charts(first: 1, search: $search, orderBy: $order, after: $after) {
    nodes { name } pageInfo { hasNextPage endCursor } } }"""


async def fill(store: Store) -> None:
    one, two = await add_registry(store, "one"), await add_registry(store, "two", host="two.example.com")
    await add_chart(
        store, one, "a/shop", keywords=["CI"], kube_version=">=1.30.0-0", images=["nginx:1.27"],
        dependencies=[{"name": "redis"}],
    )  # fmt: skip
    await add_chart(store, one, "a/shop-lib", type="library", keywords=["ci", "web"], deprecated=True)
    await add_chart(store, two, "b/unripe", ["1.0.0-rc.1"], kube_version="<1.30")


async def names(desk: Desk, **variables: Any) -> list[str]:
    page = (await desk.ask(NAMES, **variables))["charts"]
    assert page["totalCount"] == len(page["nodes"])
    return [node["name"] for node in page["nodes"]]


async def test_charts_are_those_of_each_field_of_the_filter(desk: Desk) -> None:
    await fill(desk.store)
    assert await names(desk) == ["shop", "shop-lib"]
    assert await names(desk, filter={"includePrereleases": True}) == ["shop", "shop-lib", "unripe"]
    assert await names(desk, filter={"keywords": ["ci"]}) == ["shop", "shop-lib"]
    assert await names(desk, filter={"keywords": ["WEB"]}) == ["shop-lib"]
    assert await names(desk, filter={"kubeVersion": "1.34"}) == ["shop", "shop-lib"]
    assert await names(desk, filter={"kubeVersion": "v1.29.1", "includePrereleases": True}) == ["shop-lib", "unripe"]
    assert await names(desk, filter={"image": "docker.io/library/nginx"}) == ["shop"]
    assert await names(desk, filter={"dependsOn": "redis"}) == ["shop"]
    assert await names(desk, filter={"signed": True}) == []
    assert await names(desk, filter={"signed": False}) == ["shop", "shop-lib"]
    assert await names(desk, search="shpo", filter={"deprecated": True}) == ["shop-lib"]


async def test_facets_are_of_the_same_charts_as_the_total(desk: Desk) -> None:
    await fill(desk.store)
    everything = (await desk.ask(FACETS))["charts"]
    assert everything == {
        "totalCount": 2,
        "facets": {
            "registries": [{"registry": {"name": "one"}, "count": 2}],
            "keywords": [{"value": "ci", "count": 2}, {"value": "web", "count": 1}],
            "types": [{"value": "APPLICATION", "count": 1}, {"value": "LIBRARY", "count": 1}],
            "deprecated": 1,
        },
    }
    found = (await desk.ask(FACETS, search="lib", filter={"keywords": ["web"]}))["charts"]
    assert (found["totalCount"], found["facets"]["types"]) == (1, [{"value": "LIBRARY", "count": 1}])
    nested = await desk.ask("{ registries { nodes { name charts { totalCount facets { types { value count } } } } } }")
    assert nested["registries"]["nodes"][1]["charts"] == {
        "totalCount": 1, "facets": {"types": [{"value": "APPLICATION", "count": 1}]},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("conditions", "code", "told"),
    [
        ({"kubeVersion": "newest"}, "BAD_ARGUMENT", "newest"),
        ({"image": "a b"}, "BAD_ARGUMENT", "a b"),
        ({"registryIds": ["nonsense"]}, "BAD_ID", "no id"),
        ({"repositoryIds": [encode_id("Registry", 1)]}, "BAD_ID", "Registry"),
    ],
)
async def test_filter_is_refused_in_words_when_it_cannot_be_read(
    desk: Desk, conditions: dict[str, Any], code: str, told: str
) -> None:
    refused, message = await desk.refusal(NAMES, filter=conditions)
    assert refused == code
    assert told in message


@pytest.mark.parametrize(
    ("after", "variables"),
    [
        (encode_cursor("charts.name", "shop", 1), {"search": "shop"}),
        (encode_cursor("charts.relevance", 1), {"search": "shop"}),
        (encode_cursor("charts.relevance", "1", "shop", 1), {"search": "shop"}),
        (encode_cursor("charts.relevance", 1, "shop", 1), {}),
        (encode_cursor("charts.relevance", 1, "shop", 1), {"search": "shop", "order": "NAME"}),
        (encode_cursor("charts.relevance", 2**63, "shop", 1), {"search": "shop"}),
        (encode_cursor("charts.relevance", 1, "a\0b", 1), {"search": "shop"}),
        ("nonsense", {}),
    ],
)
async def test_cursor_is_refused_when_it_is_forged_or_of_another_list(
    desk: Desk, after: str, variables: dict[str, Any]
) -> None:
    await fill(desk.store)
    assert (await desk.refusal(PAGE, after=after, **variables))[0] == "BAD_CURSOR"


@pytest.mark.parametrize("score", [-(2**63), -1, 0, 90_000, 2**31, 2**63 - 1])
async def test_page_behind_a_forged_place_is_no_error(desk: Desk, score: int) -> None:
    await fill(desk.store)
    await desk.ask(PAGE, search="shop", after=encode_cursor("charts.relevance", score, "shop", 2**63 - 1))


@pytest.mark.parametrize(("name", "value"), [("kubeVersion", "newest"), ("image", "a b")])
async def test_filter_that_cannot_be_read_is_named_for_machines(desk: Desk, name: str, value: str) -> None:
    (error,) = (await desk.answer(NAMES, filter={name: value})).errors
    assert error.extensions["argument"] == f"filter.{name}"
