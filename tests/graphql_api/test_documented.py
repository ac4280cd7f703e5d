"""What docs/graphql.md claims, taken from its text and tried."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import Refusal
from app.domain.roles import Role
from app.graphql_api import errors
from app.graphql_api.errors import DoorError
from app.graphql_api.http_door import CODE_BY_STATUS, DoorBounds
from app.graphql_api.limits import QueryLimits
from app.graphql_api.paging import PAGE_MAX_ROWS, encode_id
from app.graphql_api.query_cost import COSTS
from app.settings import ENVIRONMENT_PREFIX, Settings
from tests.graphql_api.conftest import Desk
from tests.graphql_api.rows import add_chart, add_registry, add_sync

PAGE = (Path(__file__).parents[2] / "docs" / "graphql.md").read_text()
BLOCKS = {
    re.search(r"(?:query|mutation|subscription) (\w+)", text)[1]: text  # type: ignore[index]
    for text in re.findall(r"^```graphql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
}


def section(title: str) -> str:
    return re.split(r"^## ", PAGE.split(f"## {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def rows(title: str) -> list[list[str]]:
    """The cells of every table of a section, without heads."""
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def number(text: str) -> int:
    """`64 KiB`, `10,000`."""
    digits, _, unit = text.partition(" ")
    return int(digits.replace(",", "")) * {"": 1, "KiB": 1024, "MiB": 1024 * 1024}[unit]


# ── Limits ──


def test_limits_are_the_defaults_of_their_settings() -> None:
    told = {cells[2].strip("`"): number(cells[1]) for cells in rows("Limits") if ENVIRONMENT_PREFIX in cells[-1]}
    defaults = Settings()
    assert len(told) >= 7
    for name, limit in told.items():
        assert getattr(defaults, name.removeprefix(ENVIRONMENT_PREFIX).lower()) == limit, name
    bounds, limits = DoorBounds(), QueryLimits()
    assert (bounds.body_max_bytes, bounds.operations_per_connection) == (
        defaults.body_max_bytes,
        defaults.operations_per_connection,
    )
    assert (limits.tokens_max, limits.depth_max, limits.aliases_max, limits.nodes_max) == (
        defaults.query_max_tokens,
        defaults.query_max_depth,
        defaults.query_max_aliases,
        defaults.query_max_nodes,
    )
    assert ["rows of a page", str(PAGE_MAX_ROWS), "–"] in rows("Limits")


def test_costs_are_those_that_are_counted() -> None:
    told: dict[str, int] = {}
    for cells in rows("Limits"):
        cost = re.match(r"[0-9,]+", cells[1])
        if len(cells) == 2 and cost:
            for name in re.findall(r"`([\w.]+)`", cells[0]):
                told[name.rpartition(".")[2]] = number(cost[0])
    assert told == {field: cost for (_, field), cost in COSTS.items()}


async def test_first_is_one_to_a_hundred(desk: Desk) -> None:
    assert "`first` is 1 to 100" in PAGE
    for first in (0, 101):
        assert (await desk.refusal(f"{{ charts(first: {first}) {{ nodes {{ id }} }} }}"))[0] == "BAD_PAGE_SIZE"
    for first in (1, 100):
        await desk.ask(f"{{ charts(first: {first}) {{ nodes {{ id }} }} }}")


# ── Errors ──


def codes_of_the_door() -> set[str]:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DoorError)]
    return (
        {kind.code for kind in kinds} | {errors.INTERNAL_CODE, errors.KEY_MISSING_CODE} | set(CODE_BY_STATUS.values())
    )


def test_every_code_of_the_door_is_explained_and_no_other() -> None:
    told = {code for cells in rows("When something is wrong") for code in re.findall(r"`([A-Z_]{4,})`", cells[0])}
    of_services = {kind.code for kind in Refusal.__subclasses__()}
    assert codes_of_the_door() <= told
    assert told - codes_of_the_door() <= of_services


async def test_mutation_answers_what_the_page_says(desk: Desk) -> None:
    answer = (await desk.ask(BLOCKS["OneErrorAtLeast"]))["registerRegistry"]
    (documented,) = re.findall(r"^```json\n(.*?)^```$", section("When something is wrong"), re.MULTILINE | re.DOTALL)
    assert answer == json.loads(documented)


async def test_errors_are_those_that_the_page_promises(desk: Desk) -> None:
    registry = await add_registry(desk.store)
    of_a_registry = encode_id("Registry", registry.id)
    refused = [
        ("{ chart(id: $id) { name } }", of_a_registry, "BAD_ID"),
        ('{ charts(after: "forged") { nodes { id } } }', "", "BAD_CURSOR"),
        ("{ chartVersionDiff(from: $id, to: $id) { breaking } }", encode_id("ChartVersion", 4711), "NOT_FOUND"),
    ]
    for document, identity, code in refused:
        head = "query($id: ID!)" if "$id" in document else "query"
        variables = {"id": identity} if "$id" in document else {}
        assert (await desk.refusal(f"{head} {document}", **variables))[0] == code
    # Queries of one thing answer null instead.
    assert await desk.ask("query($id: ID!) { chart(id: $id) { name } }", id=encode_id("Chart", 4711)) == {"chart": None}
    assert await desk.ask('{ registryByName(name: "nobody") { name } }') == {"registryByName": None}


async def test_too_complex_tells_measure_limit_and_actual(desk: Desk) -> None:
    answer = await desk.answer(
        "{ charts(first: 100) { nodes { versions(first: 100) { nodes { readme { html } } } } } }"
    )
    (error,) = answer.errors
    assert error.extensions["code"] == "QUERY_TOO_COMPLEX"
    assert error.extensions["limit"] == 10_000 < error.extensions["actual"]
    assert error.extensions["measure"] == "nodes asked for"


@pytest.mark.parametrize(("role", "shown"), [(Role.READER, None), (Role.MANAGER, None), (Role.ADMIN, "ApiToken")])
async def test_only_a_token_is_null_to_all_but_admins(desk: Desk, role: Role, shown: str | None) -> None:
    created = """mutation { createApiToken(input: {name: "ci", role: READER}) { apiToken { id } } }"""
    identity = (await desk.ask(created))["createApiToken"]["apiToken"]["id"]
    node = (await desk.ask("query($id: ID!) { node(id: $id) { __typename } }", role, id=identity))["node"]
    assert node == (None if shown is None else {"__typename": shown})
    if role is not Role.ADMIN:
        assert (await desk.refusal("{ apiTokens { id } }", role))[0] == "FORBIDDEN"


# ── Ids, pages, subscriptions ──


async def test_pages_go_on_behind_their_cursor_whatever_is_written_between(desk: Desk) -> None:
    registry = await add_registry(desk.store)
    for name in ("b", "d", "f"):
        await add_chart(desk.store, registry, f"charts/{name}")
    shown = "nodes { name } pageInfo { endCursor hasNextPage }"
    page = f"query($after: String) {{ charts(first: 1, after: $after) {{ {shown} }} }}"
    names, cursor, more = [], None, True
    while more:
        charts = (await desk.ask(page, after=cursor))["charts"]
        names += [node["name"] for node in charts["nodes"]]
        cursor, more = charts["pageInfo"]["endCursor"], charts["pageInfo"]["hasNextPage"]
        if names == ["b"]:
            await add_chart(desk.store, registry, "charts/a")
    assert names == ["b", "d", "f"]
    # Of this list and this order alone.
    for elsewhere in ("charts(after: $after, orderBy: UPDATED_AT_DESC)", "registries(after: $after)"):
        document = f"query($after: String) {{ {elsewhere} {{ nodes {{ id }} }} }}"
        assert (await desk.refusal(document, after=cursor))[0] == "BAD_CURSOR"


async def test_id_is_of_one_thing_for_good(desk: Desk) -> None:
    registry = await add_registry(desk.store)
    chart = await add_chart(desk.store, registry)
    ids = [(await desk.ask("{ charts { nodes { id } } }"))["charts"]["nodes"][0]["id"] for _ in range(2)]
    assert ids == [encode_id("Chart", chart.id)] * 2
    found = await desk.ask("query($id: ID!) { node(id: $id) { __typename id } }", id=ids[0])
    assert found == {"node": {"__typename": "Chart", "id": ids[0]}}


async def test_search_of_the_page_finds_and_highlights(desk: Desk) -> None:
    await add_chart(desk.store, await add_registry(desk.store), "charts/rabbit", description="A message queue")
    (edge,) = (await desk.ask(BLOCKS["Store"]))["charts"]["edges"]
    assert (edge["node"]["name"], edge["highlight"]) == ("rabbit", "A message <mark>queue</mark>")


async def test_subscription_of_the_page_goes_on_behind_what_was_seen(desk: Desk) -> None:
    registry = await add_registry(desk.store)
    sync = await add_sync(desk.store, registry, state="QUEUED")
    cancel = "mutation($id: ID!) { cancelSync(id: $id) { sync { state } userErrors { message } } }"
    await desk.ask(cancel, id=encode_id("Sync", sync.id))
    seen: dict[int, list[Any]] = {}
    for last in (0, 1):
        frames = desk.stream(BLOCKS["GoOn"], syncId=encode_id("Sync", sync.id), lastSeen=last)
        seen[last] = [frame.data["syncEvents"] async for frame in frames]
    assert [event["__typename"] for event in seen[0]] == ["SyncFinished"]
    assert seen[1] == []
