"""GitLab's registry, recognised behind Other. What every provider does alike is in test_contract.py."""

import pytest

from app.oci_client.client import RegistryClient
from app.oci_client.errors import PermissionDenied
from app.oci_client.probing import probe
from app.oci_client.provider import Namespaces
from app.oci_client.providers.generic import GenericProvider
from tests.lab.gitlab import CHARTS, DEPLOY, HOST, TOKENS, LabGitLab, build
from tests.lab.server import Lab

OWN_TAGS = "GET /gitlab/v1/repositories/{repository*}/tags/list/"


def bench(lab: Lab) -> tuple[LabGitLab, RegistryClient]:
    return build(lab, DEPLOY.username), lab.client(HOST, DEPLOY, GenericProvider(), belongs_to=[TOKENS])


async def names(client: RegistryClient) -> list[str]:
    return [tag.tag async for page in client.list_tags(CHARTS) for tag in page]


async def test_pages_are_followed_past_the_link_that_holds_two_relations(lab: Lab) -> None:
    gitlab, client = bench(lab)
    gitlab.repositories[CHARTS].push_charts(2500)
    assert len(await names(client)) == len(gitlab.repositories[CHARTS].tags)
    assert lab.count(HOST, OWN_TAGS) == 3
    assert lab.count(HOST, "/v2/{repository*}/tags/list") == 0


async def test_slash_stands_at_the_end(lab: Lab) -> None:
    _, client = bench(lab)
    await names(client)
    assert {seen.path for seen in lab.seen_at(HOST, "/gitlab/")} == {f"/gitlab/v1/repositories/{CHARTS}/tags/list/"}


async def test_tags_come_by_the_standard_when_there_is_no_metadata_database(lab: Lab) -> None:
    gitlab, client = bench(lab)
    gitlab.has_database = False
    stages = [stage async for stage in probe(client, [CHARTS])]
    assert "holds charts: 3 tags" in stages[-1].message and "metadata database" in stages[-1].message


async def test_discovery_wants_a_group_when_none_is_known(lab: Lab) -> None:
    _, client = bench(lab)
    with pytest.raises(PermissionDenied, match="one group or project at a time"):
        _ = [page async for page in client.discover_repositories()]


async def test_discovery_says_what_to_grant_when_it_is_refused(lab: Lab) -> None:
    gitlab, client = bench(lab)
    gitlab.has_database = False
    with pytest.raises(PermissionDenied, match="read_registry"):
        _ = [page async for page in client.discover_repositories(Namespaces(["acme"]))]
