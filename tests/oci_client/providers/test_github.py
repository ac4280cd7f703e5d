"""GitHub's registry, recognised behind Other. What every provider does alike is in test_contract.py."""

import pytest

from app.oci_client.client import RegistryClient
from app.oci_client.credentials import Anonymous, Credential, Secret, UsernamePassword
from app.oci_client.errors import CredentialsRefused, PermissionDenied
from app.oci_client.probing import StageOutcome, probe
from app.oci_client.provider import Namespaces
from app.oci_client.providers.generic import GenericProvider
from tests.lab.ghcr import API, CHARTS, HOST, PAT, LabGhcr, build
from tests.lab.server import Lab

EXPIRED = UsernamePassword("ada", Secret("ghp_expired-canary-83"))


def bench(lab: Lab, credential: Credential, account: str | None) -> tuple[LabGhcr, RegistryClient]:
    return build(lab, account), lab.client(HOST, credential, GenericProvider())


async def names(client: RegistryClient) -> list[str]:
    return [tag.tag async for page in client.list_tags(CHARTS) for tag in page]


async def test_public_package_is_read_without_the_token_when_it_has_expired(lab: Lab) -> None:
    ghcr, client = bench(lab, EXPIRED, None)
    assert await names(client) == list(ghcr.repositories[CHARTS].tags)
    manifest = await client.get_chart_manifest(CHARTS, "1.0.0")
    assert manifest.digest == ghcr.repositories[CHARTS].tags["1.0.0"]
    assert client.caller.was_read_as_nobody(CHARTS)


async def test_expired_token_is_tried_once_for_each_package_only(lab: Lab) -> None:
    _, client = bench(lab, EXPIRED, None)
    await names(client)
    await client.get_manifest(CHARTS, "1.0.0")
    await client.get_manifest(CHARTS, "1.1.0")
    signed_in = [seen for seen in lab.seen_at(HOST, "GET /token") if "authorization" in seen.headers]
    assert len(signed_in) == 1


async def test_token_of_nobody_is_not_taken_for_one_of_the_login(lab: Lab) -> None:
    _, client = bench(lab, EXPIRED, None)
    await names(client)
    other = lab.client(HOST, EXPIRED, GenericProvider())
    await names(other)
    assert other.caller.was_read_as_nobody(CHARTS)


async def test_login_stage_says_that_the_token_has_expired(lab: Lab) -> None:
    _, client = bench(lab, EXPIRED, None)
    stages = [stage async for stage in probe(client, [CHARTS])]
    assert stages[4].outcome is StageOutcome.FAILED and isinstance(stages[4].error, CredentialsRefused)
    assert "has expired or was revoked" in stages[4].message


async def test_package_that_the_token_does_not_reach_is_read_as_public_and_reported(lab: Lab) -> None:
    ghcr, client = bench(lab, PAT, None)
    # An organisation with single sign-on refuses tokens that it has not authorised, for what is public as well.
    ghcr.scope_refusal = lambda account, scope: ghcr.wrong_login("") if account else None  # type: ignore[method-assign]
    stages = [stage async for stage in probe(client, [CHARTS])]
    assert "it is public and was read without them" in stages[-1].message
    assert client.caller.was_read_as_nobody(CHARTS)


@pytest.mark.parametrize("kind", ["orgs", "users"])
async def test_versions_are_found_whether_the_owner_is_an_organisation_or_a_user(lab: Lab, kind: str) -> None:
    ghcr, client = bench(lab, PAT, "ada")
    ghcr.api.owner_kind = kind
    found = {tag.tag: tag.digest async for page in client.list_tags(CHARTS) for tag in page}
    assert found == ghcr.repositories[CHARTS].tags
    assert {seen.path for seen in lab.seen_at(API)} >= {f"/{kind}/acme/packages/container/charts%2Fpayments/versions"}


async def test_tags_come_by_the_standard_when_the_token_may_not_read_packages(lab: Lab) -> None:
    ghcr, client = bench(lab, PAT, "ada")
    ghcr.api.limited = True
    stages = [stage async for stage in probe(client, [CHARTS])]
    assert "holds charts: 3 tags" in stages[-1].message and "read:packages" in stages[-1].message


async def test_all_tags_are_asked_for_at_once_when_nobody_signs_in(lab: Lab) -> None:
    ghcr, client = bench(lab, Anonymous(), None)
    ghcr.repositories[CHARTS].push_charts(1500)
    assert len(await names(client)) == len(ghcr.repositories[CHARTS].tags)
    assert lab.count(HOST, "/tags/list") == 1
    assert lab.count(API) == 0


async def test_discovery_says_what_to_grant_when_it_is_refused(lab: Lab) -> None:
    ghcr, client = bench(lab, PAT, "ada")
    ghcr.api.limited = True
    with pytest.raises(PermissionDenied, match="read:packages"):
        _ = [page async for page in client.discover_repositories(Namespaces(["acme"]))]
