"""How much an answer brings is bounded, and bringing it keeps nobody waiting."""

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from graphql import DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, parse

from app.graphql_api.answer_bytes import AnswerBytes
from app.graphql_api.chart_versions import SCHEMA_PARSED_HERE_MAX_CHARS
from app.graphql_api.door_schema import DoorSchema
from app.graphql_api.errors import QueryTooComplex
from app.graphql_api.limits import QueryLimits
from app.graphql_api.loaders import Loaders
from app.graphql_api.paging import encode_id
from app.graphql_api.query_cost import COSTS, CostMeasurer
from app.graphql_api.turns import FEW, PIECE, in_turns
from app.graphql_api.wire_json import encode
from app.services.browsing import Browsing
from app.store.entities import Chart
from app.store.long_texts import LongText
from tests.graphql_api.conftest import Desk, FilesInThisProcess
from tests.graphql_api.rows import add_chart, add_registry

FRONTEND = Path(__file__).parents[2] / "frontend-stub" / "src"
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
VERSION = "query Version($id: ID!) { chartVersion(id: $id) { %s } }"


async def ask(desk: Desk, chart: Chart, fields: str) -> dict[str, Any]:
    answer = await desk.ask(VERSION % fields, id=encode_id("ChartVersion", chart.latest_version_id or 0))
    version: dict[str, Any] = answer["chartVersion"]
    return version


async def test_texts_of_many_versions_are_refused_before_they_are_read(desk: Desk) -> None:
    tags = [f"1.{number}.0" for number in range(40)]
    chart = await add_chart(desk.store, await add_registry(desk.store), tags=tags, values_yaml="#" * 1024 * 1024)
    document = (
        """query Values($id: ID!, $first: Int!) { chart(id: $id) { versions(first: $first) { nodes { %s } } } }"""
    )
    identity = encode_id("Chart", chart.id)
    assert len((await desk.ask(document % "values", id=identity, first=16))["chart"]["versions"]["nodes"]) == 16
    with desk.statements() as seen:
        answer = await desk.answer(document % "values", id=identity, first=17)
    codes = {error.extensions["code"] for error in answer.errors}
    assert codes == {"QUERY_TOO_COMPLEX"}
    assert answer.errors[0].extensions["measure"] == "bytes of texts asked for"
    assert [statement for statement in seen if "values_yaml" in statement and "length" not in statement] == []
    # Other texts of the same versions are short.
    assert len((await desk.ask(document % "chartYaml", id=identity, first=40))["chart"]["versions"]["nodes"]) == 40


async def test_long_schemas_of_many_versions_are_shown_as_they_are(desk: Desk) -> None:
    text = '{"a": "' + "x" * SCHEMA_PARSED_HERE_MAX_CHARS + '"}'
    tags = ("1.0.0", "1.1.0", "1.2.0")
    chart = await add_chart(desk.store, await add_registry(desk.store), tags=tags, values_schema=text)
    document = "query Schemas($id: ID!) { chart(id: $id) { versions { nodes { valuesSchema version } } } }"
    nodes = (await desk.ask(document, id=encode_id("Chart", chart.id)))["chart"]["versions"]["nodes"]
    assert json.loads(encode([node["valuesSchema"] for node in nodes])) == [json.loads(text)] * 3


async def test_texts_of_single_versions_count_together(desk: Desk) -> None:
    registry, taken = await add_registry(desk.store), AnswerBytes(100)
    context = desk.context()
    loaders = Loaders(context.services.browsing, context.services.listing, context.services.addressing, taken)
    for place in range(3):
        chart = await add_chart(desk.store, registry, f"charts/{place}", notes="n" * 40)
        row = (await context.services.browsing.versions([chart.latest_version_id or 0])).popitem()[1]
        loading = loaders.long_text.load((row.archive_digest, LongText.NOTES))
        if place < 2:
            assert await loading == "n" * 40
        else:
            with pytest.raises(QueryTooComplex):
                await loading


async def test_readmes_count_as_they_are_shown(desk: Desk) -> None:
    """A byte of Markdown may be four of HTML."""
    text = "```\n" + "<" * 262_000 + "\n```"
    tags = [f"1.{number}.0" for number in range(40)]
    chart = await add_chart(desk.store, await add_registry(desk.store), tags=tags, readme_markdown=text)
    document = """query Readmes($id: ID!, $first: Int!) {
      chart(id: $id) { versions(first: $first) { nodes { readme { %s } } } } }"""
    identity = encode_id("Chart", chart.id)
    assert len((await desk.ask(document % "html", id=identity, first=12))["chart"]["versions"]["nodes"]) == 12
    answer = await desk.answer(document % "html", id=identity, first=20)
    assert {error.extensions["code"] for error in answer.errors} == {"QUERY_TOO_COMPLEX"}
    shown = [node["readme"] for node in answer.data["chart"]["versions"]["nodes"]]
    assert (len(shown), shown.count(None)) == (20, 20 - 11)
    assert len((await desk.ask(document % "markdown", id=identity, first=40))["chart"]["versions"]["nodes"]) == 40


class OneAfterTheOther(FilesInThisProcess):
    """Notes how many READMEs it renders at once."""

    def __init__(self) -> None:
        self.at_once = self.most = 0

    async def render_markdown(self, text: str) -> str:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0.001)
        self.at_once -= 1
        return text


async def test_readmes_of_one_operation_are_rendered_one_after_the_other(desk: Desk) -> None:
    registry, reader = await add_registry(desk.store), OneAfterTheOther()
    for place in range(5):
        await add_chart(desk.store, registry, f"charts/{place}", readme_markdown=f"# {place}")
    browsing = Browsing(desk.store, desk.archives, reader)  # type: ignore[arg-type]
    asking = replace(desk, services=replace(desk.services, browsing=browsing))
    answer = await asking.ask("{ charts { nodes { latestVersion { readme { html } } } } }")
    shown = [node["latestVersion"]["readme"]["html"] for node in answer["charts"]["nodes"]]
    assert sorted(shown) == [f"# {place}" for place in range(5)]
    assert reader.most == 1


async def test_files_are_listed_alike_be_they_few_or_many(desk: Desk) -> None:
    registry = await add_registry(desk.store)
    for count in (0, 1, FEW, FEW + 1, 3 * FEW):
        files = [[f"templates/{number}.yaml", number] for number in range(count)]
        chart = await add_chart(desk.store, registry, f"charts/{count}", files=files)
        shown = (await ask(desk, chart, "files { path bytes }"))["files"]
        assert shown == [{"path": path, "bytes": size} for path, size in files]


async def test_others_get_their_turn_between_two_pieces_of_a_long_list() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    running = asyncio.create_task(others())
    pieces: Any = in_turns(range(10 * PIECE), str)
    assert [row async for row in pieces] == [str(number) for number in range(10 * PIECE)]
    running.cancel()
    assert turns == 10
    assert in_turns(range(FEW), str) == [str(number) for number in range(FEW)]


# ── What fields cost ──


def cost_of(schema: DoorSchema, document: DocumentNode, operation: OperationDefinitionNode) -> int:
    return CostMeasurer(schema._schema, document, {}, QueryLimits().unpaged_list_size).nodes_of(operation)


def cost(schema: DoorSchema, text: str) -> int:
    document = parse(text)
    (operation,) = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    return cost_of(schema, document, operation)


def test_every_field_with_a_cost_of_its_own_is_there(schema: DoorSchema) -> None:
    for type_name, field in COSTS:
        kind: Any = schema._schema.type_map[type_name]
        assert field in kind.fields


@pytest.mark.parametrize(
    ("text", "objects"),
    [
        ('{ chartVersion(id: "x") { version } }', 1),
        ('{ chartVersion(id: "x") { values } }', 11),
        ('{ chartVersion(id: "x") { readme { html } } }', 12),
        ('{ chartVersion(id: "x") { files { path } } }', 21),
        ('{ chartVersion(id: "x") { a: file(path: "a") b: file(path: "b") } }', 501),
        ('{ node(id: "x") { ... on ChartVersion { ...f } } } fragment f on ChartVersion { file(path: "a") }', 251),
        ('{ chart(id: "x") { versions(first: 100) { nodes { values } } } }', 1101),
        ('{ chartVersionDiff(from: "x", to: "y") { breaking } }', 1001),
        ('{ validateValues(chartVersionId: "x", values: "") { valid } }', 1001),
        ('query($f: Int!) { discoverRepositories(registryId: "x", first: 5) { nodes { name } } }', 1005),
    ],
)
def test_what_costs_more_than_an_object_is_counted_so(schema: DoorSchema, text: str, objects: int) -> None:
    assert cost(schema, text) == objects


async def test_archives_are_not_read_for_a_hundred_versions(desk: Desk) -> None:
    text = '{ chart(id: "x") { versions(first: 100) { nodes { file(path: "values.yaml") } } } }'
    assert (await desk.refusal(text))[0] == "QUERY_TOO_COMPLEX"
    eleven = " ".join(f'd{n}: chartVersionDiff(from: "x", to: "y") {{ breaking }}' for n in range(11))
    assert (await desk.refusal(f"{{ {eleven} }}"))[0] == "QUERY_TOO_COMPLEX"


def documents_of_the_frontend() -> list[str]:
    pattern = re.compile(r"graphql\(`(.*?)`", re.DOTALL)
    return [match for file in sorted(FRONTEND.rglob("*.ts*")) for match in pattern.findall(file.read_text())]


def test_nothing_that_the_frontend_or_the_examples_ask_is_refused(schema: DoorSchema) -> None:
    texts = [*documents_of_the_frontend(), *(file.read_text() for file in sorted(EXAMPLES.glob("*.graphql")))]
    parsed = [definition for text in texts for definition in parse(text).definitions]
    fragments = [each for each in parsed if isinstance(each, FragmentDefinitionNode)]
    operations = [each for each in parsed if isinstance(each, OperationDefinitionNode)]
    assert len(operations) > 40
    # Without variables each page is taken to be the largest.
    costs = {
        operation.name.value if operation.name else "": cost_of(
            schema, DocumentNode(definitions=(*fragments, operation)), operation
        )
        for operation in operations
    }
    assert {name: objects for name, objects in costs.items() if objects > QueryLimits().nodes_max} == {}
