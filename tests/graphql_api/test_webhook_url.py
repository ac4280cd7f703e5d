"""Addresses of webhooks are shown to those who manage registries, and to nobody else."""

import pytest

from app.domain.roles import Role
from app.graphql_api.paging import encode_id
from tests.graphql_api.conftest import PUBLIC_URL, Desk
from tests.graphql_api.rows import add_registry

URLS = "{ registries { nodes { name webhookUrl } } }"
RENEW = """mutation Renew($id: ID!) { renewWebhookUrl(id: $id) { webhookUrl userErrors { code field } } }"""


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN])
async def test_addresses_are_shown_when_the_role_reaches(desk: Desk, role: Role) -> None:
    row = await add_registry(desk.store)
    (shown,) = (await desk.ask(URLS, role))["registries"]["nodes"]
    assert shown["webhookUrl"].startswith(f"{PUBLIC_URL}/webhooks/{row.id}/")


async def test_addresses_are_null_for_readers_and_none_is_made(desk: Desk) -> None:
    await add_registry(desk.store)
    with desk.statements() as seen:
        (shown,) = (await desk.ask(URLS, Role.READER))["registries"]["nodes"]
    assert shown["webhookUrl"] is None
    assert "sealed_webhook" not in "\n".join(seen)


async def test_page_of_addresses_costs_a_constant_number_of_statements(desk: Desk) -> None:
    counts = []
    for number in range(3):
        for _ in range(4):
            await add_registry(desk.store, f"registry {number} {_}")
        await desk.ask(URLS)
        with desk.statements() as seen:
            await desk.ask(URLS)
        counts.append(len(seen))
    assert len(set(counts)) == 1


async def test_address_is_renewed(desk: Desk) -> None:
    row = await add_registry(desk.store)
    identity = encode_id("Registry", row.id)
    (before,) = (await desk.ask(URLS))["registries"]["nodes"]
    renewed = (await desk.ask(RENEW, Role.MANAGER, id=identity))["renewWebhookUrl"]
    (after,) = (await desk.ask(URLS))["registries"]["nodes"]
    assert renewed == {"webhookUrl": after["webhookUrl"], "userErrors": []}
    assert after["webhookUrl"] != before["webhookUrl"]
    gone = (await desk.ask(RENEW, id=encode_id("Registry", 4711)))["renewWebhookUrl"]
    assert gone == {"webhookUrl": None, "userErrors": [{"code": "NOT_FOUND", "field": ["id"]}]}
    assert (await desk.refusal(RENEW, Role.READER, id=identity))[0] == "FORBIDDEN"
