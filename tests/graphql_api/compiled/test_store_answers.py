"""The real schema over a filled store: the compiled answer is graphql-core's, byte by byte."""

import os
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.domain.faults import Fault, FaultCode
from app.domain.roles import Role
from app.domain.sync_events import SyncState
from app.graphql_api.connections import BY_NAME, CursorKind
from app.graphql_api.limits import QueryLimits
from app.graphql_api.paging import encode_id
from app.graphql_api.schema import build_schema
from app.store import syncs
from app.store.session import Store
from tests.graphql_api.compiled.comparing import Answer
from tests.graphql_api.compiled.documents import Document, DocumentWriter
from tests.graphql_api.conftest import Desk
from tests.graphql_api.rows import add_chart, add_registry, add_repository, add_sync

DOCUMENTS = int(os.environ.get("CHARTROOM_COMPARED_DOCUMENTS", "1200")) // 5
PARTS = 4
# A document that is refused beforehand shows nothing of how it would be executed.
GENEROUS = QueryLimits(aliases_max=200, depth_max=20)
PLAIN = build_schema(GENEROUS, documents_compiled=False)
COMPILED = build_schema(GENEROUS)
ASKS_REGISTRIES = ("Query.discoverRepositories",)

BY_ID = (
    ("node", "id", "Chart"),
    ("registry", "id", "Registry"),
    ("sync", "id", "Sync"),
    ("chart", "id", "Chart"),
    ("chartVersion", "id", "ChartVersion"),
    ("chartVersionDiff", "from", "ChartVersion"),
    ("chartVersionDiff", "to", "ChartVersion"),
    ("validateValues", "chartVersionId", "ChartVersion"),
)
DEPENDENCY = {"name": "payments", "version": ">=1", "repository": "oci://registry.example.com/charts"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a database answers is the same for both executors: one kind of it will do."""
    return sqlite_url


async def fill(store: Store) -> dict[str, list[Any]]:
    """What arguments may be given: ids that lead somewhere, ids that do not, and text that is no id."""
    acme = await add_registry(store, "acme")
    other = await add_registry(store, "other", host="charts.example.org")
    payments = await add_chart(store, acme, tags=("1.0.0", "1.1.0", "2.0.0-rc.1"), description="Pays", keywords=["pay"])
    await add_chart(store, acme, "charts/orders", dependencies=[DEPENDENCY], maintainers=[{"name": "ann"}])
    await add_chart(store, other, "web", deprecated=True, readme_markdown="# Web")
    broken = await add_chart(store, other, "broken", annotations={"a": "b"})
    await add_repository(store, other, "empty")
    sync = await add_sync(store, acme)
    await add_sync(store, other, state=SyncState.FAILED)
    fault = Fault(FaultCode.TIMED_OUT, "slow", True, "charts/payments")
    async with store.writing() as session:
        await session.run_sync(syncs.append_faults, sync.id, [fault])
        # Its latest version is gone: a field that may not be null fails, and takes the chart along.
        broken.latest_version_id = 999
        session.add(broken)
    ids = [
        *(encode_id(name, number) for name in ("Registry", "Chart", "ChartVersion") for number in (1, 2, 999)),
        *(encode_id(name, 1) for name in ("ChartRepository", "Sync", "ApiToken", "Nothing")),
        encode_id("Chart", payments.id),
        "no id",
    ]
    cursors = [CursorKind(kind, BY_NAME).write("orders", 1) for kind in ("charts.name", "registries", "repositories")]
    return {
        "ID": ids,
        # Most of what is asked for is there: where a field of Query may not be null, its error is the whole answer.
        **{
            f"Query.{field}.{argument}": [*[encode_id(name, number) for number in (1, 2, 1, 2)], *ids[-2:]]
            for field, argument, name in BY_ID
        },
        "first": [*(1, 2, 3, 20) * 8, 0, 101],
        "after": [*[None] * 12, *cursors, "no cursor"],
        "search": ["pay", "web or", ""],
        "registryName": ["acme", "nobody"],
        "repository": ["charts/payments", "web", "nothing"],
        "constraint": [*[">=1.0.0"] * 6, "no constraint"],
        "kubeVersion": [*["1.30"] * 6, "no version"],
        "path": ["Chart.yaml", "gone"],
        "String": ["pay", "web", ""],
        "Int": [1, 5],
        "Boolean": [True, False],
    }


async def answer(desk: Desk, schema: Any, document: Document, role: Role) -> Answer:
    result = await schema.execute(document.text, document.variables, context_value=desk.context(role))
    return Answer.of(result.data, result.errors)


@pytest.mark.parametrize("part", range(PARTS))
async def test_answer_is_graphql_cores_over_a_filled_store(desk: Desk, part: int) -> None:
    pools = await fill(desk.store)
    writer = DocumentWriter(PLAIN._schema, pools, part, left_out=ASKS_REGISTRIES)
    answered = 0
    with capture_logs():
        for number in range(DOCUMENTS // PARTS):
            document = writer.write()
            role = Role.READER if number % 5 == 0 else Role.ADMIN
            expected = await answer(desk, PLAIN, document, role)
            assert (await answer(desk, COMPILED, document, role)).agrees_with(expected), document
            answered += expected.data != "null"
    assert answered > number / 2
