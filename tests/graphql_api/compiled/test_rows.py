"""A document's page of charts is read by one statement with the columns that it shows, and by more where it must."""

import pytest

from app.store.entities import Role
from tests.graphql_api.conftest import Desk
from tests.graphql_api.rows import add_chart, add_registry

STORE = """query Store($whole: Boolean = false) { charts(orderBy: NAME) {
  nodes { id name registry { id name host } repository { name } }
  edges { cursor node { latestVersion { version appVersion type digest } latestPrerelease { tag }
    more: latestVersion @include(if: $whole) { images dependencies { name } } } }
  pageInfo { hasNextPage endCursor } } }"""


@pytest.fixture
async def filled(desk: Desk) -> Desk:
    acme = await add_registry(desk.store)
    for name in ("a", "b", "c"):
        await add_chart(desk.store, acme, f"charts/{name}", tags=("1.0.0", "2.0.0-rc.1"))
    return desk


async def test_page_with_all_that_belongs_to_charts_takes_one_statement(filled: Desk) -> None:
    with filled.statements() as seen:
        answer = await filled.ask(STORE)
    assert len(seen) == 1
    assert not any(
        name in seen[0] for name in ("keywords", "maintainers", "images", "readme", "sign_in", "annotations")
    )
    (first, *_), (edge, *_) = answer["charts"]["nodes"], answer["charts"]["edges"]
    assert (first["name"], first["registry"]["name"], first["repository"]["name"]) == ("a", "acme", "charts/a")
    assert edge["node"]["latestVersion"]["version"] == "1.0.0"


async def test_each_value_of_a_condition_reads_what_it_needs(filled: Desk) -> None:
    for whole in (True, False, True):
        with filled.statements() as seen:
            answer = await filled.ask(STORE, whole=whole)
        assert len(seen) == 1
        assert ("images" in seen[0]) is whole
        assert ("more" in answer["charts"]["edges"][0]["node"]) is whole


@pytest.mark.parametrize(
    ("fields", "statements"),
    [
        pytest.param("name", 1, id="of the chart"),
        pytest.param("... on Node { id } __typename", 1, id="by an interface"),
        pytest.param("registry { lastSync { state } name }", 2, id="a resolver of what came along"),
        pytest.param("latestVersion { chart { name } readme { html } }", 4, id="two resolvers of what came along"),
        pytest.param("latestVersion { install { helm } }", 3, id="a resolver that reads row and content"),
        pytest.param("versions(first: 1) { nodes { version } }", 3, id="pages below charts"),
    ],
)
async def test_rest_is_read_for_all_charts_together(filled: Desk, fields: str, statements: int) -> None:
    with filled.statements() as seen:
        await filled.ask(f"{{ charts {{ nodes {{ {fields} }} }} }}")
    assert len(seen) == statements


async def test_search_reads_what_belongs_to_charts_by_itself(filled: Desk) -> None:
    document = '{ charts(search: "a") { nodes { name registry { name } latestVersion { version appVersion } } } }'
    (chart,) = (await filled.ask(document))["charts"]["nodes"]
    assert (chart["registry"], chart["latestVersion"]["version"]) == ({"name": "acme"}, "1.0.0")


async def test_row_read_in_part_is_nobody_elses(filled: Desk) -> None:
    both = (
        "{ charts { nodes { registry { id name } } } registries { nodes { host visibility charts { totalCount } } } }"
    )
    answer = await filled.ask(both)
    identity = answer["charts"]["nodes"][0]["registry"]["id"]
    again = f'{{ charts {{ nodes {{ registry {{ name }} }} }} registry(id: "{identity}") {{ host createdAt }} }}'
    assert (await filled.ask(again))["registry"]["host"] == answer["registries"]["nodes"][0]["host"]


async def test_role_is_asked_for_before_anything_is_read(filled: Desk) -> None:
    document = "{ charts { nodes { name } } apiTokens { name } }"
    answer = await filled.answer(document, Role.READER)
    assert [(error.path, error.extensions["code"]) for error in answer.errors] == [(["apiTokens"], "FORBIDDEN")]
