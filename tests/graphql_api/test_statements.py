"""One page costs a constant number of SQL statements, whatever `first` is."""

import pytest

from app.domain.faults import Fault, FaultCode
from app.domain.sync_events import SyncState
from app.store import syncs
from app.store.session import Store
from tests.graphql_api.conftest import Desk
from tests.graphql_api.rows import add_chart, add_registry, add_repository, add_sync

ROWS = 6

CHARTS = """query Charts($first: Int!) { charts(first: $first) { totalCount nodes {
  id name description deprecated versionCount maintainers { name }
  latestVersion { version appVersion digest archiveDigest annotations dependencies { name resolvesTo { name } } }
  latestPrerelease { version }
  registry { id name host } repository { id name skippedTags { tag } chart { name } }
  versions(first: 3) { totalCount nodes { version digestHistory { digest } install { helm } } }
} } }"""

SEARCH = """query Search($first: Int!) { charts(first: $first, search: "payments") { totalCount edges {
  highlight node { name latestVersion { version } registry { name } } } } }"""

FACETS = """query Facets($first: Int!) { charts(first: $first, search: "payments", filter: {deprecated: false}) {
  totalCount nodes { name } facets { registries { registry { name } count } keywords { value count }
  types { value count } deprecated } } }"""

VERSIONS = """query Versions($first: Int!) { charts(first: 1) { nodes { versions(first: $first) { nodes {
  id version appVersion tag digest archiveDigest archiveBytes apiVersion type kubeVersion description deprecated
  prerelease annotations maintainers { name } createdAt storedAt removedAt digestHistory { digest firstSeenAt }
  dependencies { name resolvesTo { id } } chart { name repository { name } } install { helm argoCd flux }
} } } } }"""

WHOLE = """query Whole($first: Int!) { charts(first: 1, filter: {dependsOn: "payments-0"}) { nodes {
  versions(first: $first) { nodes {
  readme { html } values valuesSchema notes chartYaml files { path bytes } } } } } }"""

CONSTRAINED = """query Constrained($first: Int!) { charts(first: $first) { nodes {
  versions(first: 2, constraint: ">=1.0.0") { totalCount nodes { version } } } } }"""

BY_NUMBER = """query ByNumber($first: Int!) { charts(first: $first) { nodes {
  lowest: version(version: "1.0.0") { version appVersion } highest: version(version: "1.5.0") { version }
  none: version(version: "9.9.9") { version } } } }"""

REGISTRIES = """query Registries($first: Int!) { registries(first: $first) { totalCount nodes {
  name host lastSync { id state registry { name } }
  repositories(first: 2) { totalCount nodes { name state lastError { code } registry { name } } }
  charts(first: 2) { totalCount nodes { name } facets { types { value count } keywords { value count } } }
  syncs(first: 2) { totalCount nodes { state repository { name } } }
} } }"""

SYNCS = """query Syncs($first: Int!) { syncs(first: $first) { totalCount nodes {
  state progress { versionsDone } registry { name } repository { name }
  faults(first: 2) { totalCount nodes { code message } } } } }"""

NODES = """query Nodes($ids: [ID!]!) { nodes(ids: $ids) { id ... on Chart { name } } }"""


async def fill(store: Store) -> None:
    """ROWS registries, each with repositories, a chart of ROWS versions, and syncs with faults."""
    needs = [{"name": "payments-0", "version": "1", "repository": "oci://registry.example.com/charts"}]
    for place in range(ROWS):
        registry = await add_registry(store, f"acme-{place}")
        await add_repository(store, registry, "acme/none")
        await add_chart(store, registry, f"charts/other-{place}")
        tags = [f"1.{minor}.0" for minor in range(ROWS)]
        chart = await add_chart(store, registry, f"charts/payments-{place}", tags, dependencies=needs)
        for repository_id in (None, chart.repository_id):
            sync = await add_sync(store, registry, repository_id=repository_id, state=SyncState.PARTIAL)
            faults = [Fault(FaultCode.TIMED_OUT, f"slow {number}", True, "acme/none") for number in range(3)]
            async with store.writing() as session:
                await session.run_sync(syncs.append_faults, sync.id, faults)


@pytest.mark.parametrize(
    ("document", "statements_max"),
    [
        pytest.param(CHARTS, 16, id="charts"),
        pytest.param(SEARCH, 9, id="search"),
        pytest.param(FACETS, 8, id="facets"),
        pytest.param(VERSIONS, 9, id="versions"),
        pytest.param(WHOLE, 5, id="whole"),
        pytest.param(CONSTRAINED, 5, id="constrained"),
        pytest.param(BY_NUMBER, 3, id="versions by number"),
        pytest.param(REGISTRIES, 13, id="registries"),
        pytest.param(SYNCS, 6, id="syncs"),
    ],
)
async def test_number_of_statements_is_the_same_for_two_rows_and_many(
    desk: Desk, document: str, statements_max: int
) -> None:
    await fill(desk.store)
    counts = []
    for first in (2, ROWS):
        await add_registry(desk.store, f"what was counted is counted anew: {first}")
        with desk.statements() as seen:
            await desk.ask(document, first=first)
        counts.append(len(seen))
    # A search looks at names first; where they do not fill the page, the other hits are a statement more.
    of_other_hits = 1 if document in (SEARCH, FACETS) else 0
    assert counts[0] + of_other_hits == counts[1] <= statements_max


async def test_readme_is_not_read_when_only_light_fields_are_asked(desk: Desk) -> None:
    await fill(desk.store)
    with desk.statements() as seen:
        await desk.ask(VERSIONS, first=ROWS)
    assert any("chart_content" in statement for statement in seen)
    assert not any("readme_markdown" in statement or "values_yaml" in statement for statement in seen)


async def test_total_facets_and_highlights_are_not_read_when_nobody_asks(desk: Desk) -> None:
    await fill(desk.store)
    with desk.statements() as seen:
        await desk.ask("{ charts { nodes { name } } }")
    assert len(seen) == 1
    assert "count(" not in seen[0]
    with desk.statements() as seen:
        await desk.ask('{ charts(search: "payments") { edges { cursor node { name } } } }')
    assert len(seen) == 3  # is it a word of a name, names that begin so, other hits
    assert not any("readme" in statement or "chart_keyword" in statement for statement in seen)


async def test_nodes_of_one_type_are_read_together_when_many_ids_are_given(desk: Desk) -> None:
    await fill(desk.store)
    ids = [node["id"] for node in (await desk.ask("{ charts { nodes { id } } }"))["charts"]["nodes"]]
    with desk.statements() as seen:
        answer = await desk.ask(NODES, ids=ids)
    assert [node["id"] for node in answer["nodes"]] == ids
    assert len(seen) == 1
