"""Who asks, tokens, the audit log, and things by their id."""

import pytest

from app.domain.roles import Role
from app.graphql_api.paging import encode_id
from app.services.authorising import Caller
from tests.graphql_api.conftest import Desk
from tests.graphql_api.rows import add_chart, add_registry, add_sync

CREATE = """mutation($input: CreateApiTokenInput!) { createApiToken(input: $input) {
  apiToken { id name role prefix createdAt expiresAt lastUsedAt } secret userErrors { code field } } }"""
REVOKE = "mutation($id: ID!) { revokeApiToken(id: $id) { revokedApiTokenId userErrors { code field } } }"
NODE = "query($id: ID!) { node(id: $id) { __typename id } }"


@pytest.mark.parametrize(
    ("role", "manages", "administers"),
    [(Role.READER, False, False), (Role.MANAGER, True, False), (Role.ADMIN, True, True)],
)
async def test_viewer_knows_what_it_may_do(desk: Desk, role: Role, manages: bool, administers: bool) -> None:
    viewer = (await desk.ask("{ viewer { name role canManageRegistries canManageTokens } }", role))["viewer"]
    assert viewer == {
        "name": role.lower(),
        "role": role.value,
        "canManageRegistries": manages,
        "canManageTokens": administers,
    }


@pytest.mark.parametrize("document", ["{ apiTokens { name } }", "{ auditLog { nodes { actor } } }"])
async def test_tokens_and_audit_log_are_for_admins_only(desk: Desk, document: str) -> None:
    for role in (Role.READER, Role.MANAGER):
        assert (await desk.refusal(document, role))[0] == "FORBIDDEN"


async def test_token_is_made_told_once_used_and_revoked(desk: Desk) -> None:
    made = (await desk.ask(CREATE, input={"name": "ci", "role": "MANAGER"}))["createApiToken"]
    assert made["apiToken"]["role"] == "MANAGER"
    assert made["secret"].startswith(made["apiToken"]["prefix"])
    assert await desk.services.authorising.recognise(made["secret"]) == Caller("ci", Role.MANAGER, 1)
    assert [token["name"] for token in (await desk.ask("{ apiTokens { name } }"))["apiTokens"]] == ["ci"]
    identity = made["apiToken"]["id"]
    assert (await desk.ask(REVOKE, id=identity))["revokeApiToken"]["revokedApiTokenId"] == identity
    assert await desk.services.authorising.recognise(made["secret"]) is None
    assert (await desk.ask(REVOKE, id=identity))["revokeApiToken"] == {
        "revokedApiTokenId": None,
        "userErrors": [{"code": "NOT_FOUND", "field": ["id"]}],
    }


async def test_field_is_named_when_a_token_cannot_be_made(desk: Desk) -> None:
    for given, field in (({"name": ""}, "name"), ({"name": "x", "expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt")):
        payload = (await desk.ask(CREATE, input={"role": "READER", **given}))["createApiToken"]
        assert (payload["apiToken"], payload["secret"]) == (None, None)
        assert payload["userErrors"] == [{"code": "INVALID", "field": ["input", field]}]


async def test_audit_log_is_paged_latest_first(desk: Desk) -> None:
    for name in ("one", "two", "three"):
        await desk.ask(CREATE, input={"name": name, "role": "READER"})
    document = """query($after: String) { auditLog(first: 2, after: $after) {
      nodes { actor action subject detail } pageInfo { hasNextPage endCursor } } }"""
    first = (await desk.ask(document))["auditLog"]
    rest = (await desk.ask(document, after=first["pageInfo"]["endCursor"]))["auditLog"]
    assert [entry["subject"] for entry in first["nodes"] + rest["nodes"]] == ["three", "two", "one"]
    assert first["nodes"][0] == {
        "actor": "admin",
        "action": "token.create",
        "subject": "three",
        "detail": {"role": "READER"},
    }
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_node_of_every_type_is_found_by_its_id(desk: Desk) -> None:
    registry = await add_registry(desk.store)
    chart = await add_chart(desk.store, registry)
    sync = await add_sync(desk.store, registry)
    await desk.ask(CREATE, input={"name": "ci", "role": "READER"})
    numbers = {
        "Registry": registry.id,
        "ChartRepository": chart.repository_id,
        "Chart": chart.id,
        "ChartVersion": chart.latest_version_id or 0,
        "Sync": sync.id,
        "ApiToken": 1,
    }
    for kind, number in numbers.items():
        identity = encode_id(kind, number)
        assert (await desk.ask(NODE, id=identity))["node"] == {"__typename": kind, "id": identity}
        assert (await desk.ask(NODE, id=encode_id(kind, 999)))["node"] is None
    assert (await desk.ask(NODE, Role.MANAGER, id=encode_id("ApiToken", 1)))["node"] is None
    assert (await desk.ask(NODE, id=encode_id("Sailor", 1)))["node"] is None
    assert (await desk.refusal(NODE, id="nonsense"))[0] == "BAD_ID"


async def test_missing_nodes_are_null_in_their_places(desk: Desk) -> None:
    registry = await add_registry(desk.store)
    here, gone = encode_id("Registry", registry.id), encode_id("Registry", 99)
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert (await desk.ask(document, ids=[gone, here, gone]))["nodes"] == [None, {"id": here}, None]
    assert (await desk.refusal(document, ids=[here] * 101))[0] == "BAD_ARGUMENT"
