"""Harbor, recognised behind Other. What every provider does alike is in test_contract.py."""

import pytest

from app.oci_client.client import RegistryClient
from app.oci_client.errors import PermissionDenied
from app.oci_client.manifest import HELM_CONFIG
from app.oci_client.probing import probe
from app.oci_client.provider import ListedTag
from app.oci_client.providers.generic import GenericProvider
from tests.lab.content import IMAGE_CONFIG
from tests.lab.harbor import CHARTS, HOST, ROBOT, SECRET, LabHarbor, build
from tests.lab.server import Lab

ARTIFACTS = "/artifacts"


def bench(lab: Lab) -> tuple[LabHarbor, RegistryClient]:
    return build(lab, ROBOT.username), lab.client(HOST, ROBOT, GenericProvider())


async def listed(client: RegistryClient) -> dict[str, ListedTag]:
    return {tag.tag: tag async for page in client.list_tags(CHARTS) for tag in page}


async def test_slashes_are_encoded_twice(lab: Lab) -> None:
    _, client = bench(lab)
    await listed(client)
    assert [seen.path for seen in lab.seen_at(HOST, ARTIFACTS)] == [
        "/api/v2.0/projects/acme/repositories/charts%252Fpayments/artifacts"
    ]


async def test_charts_are_told_from_images_by_the_listing(lab: Lab) -> None:
    harbor, client = bench(lab)
    harbor.repositories[CHARTS].push_image("latest")
    found = await listed(client)
    assert found["1.1.0"].artifact_type == HELM_CONFIG
    assert found["latest"].artifact_type == IMAGE_CONFIG


async def test_every_tag_of_an_artifact_is_listed(lab: Lab) -> None:
    harbor, client = bench(lab)
    held = harbor.repositories[CHARTS]
    held.tags["stable"] = held.tags["1.1.0"]
    found = await listed(client)
    assert found["stable"].digest == found["1.1.0"].digest == held.tags["1.1.0"]


async def test_tags_come_by_the_standard_when_the_robot_may_not_list(lab: Lab) -> None:
    harbor, client = bench(lab)
    harbor.api_refused = True
    stages = [stage async for stage in probe(client, [CHARTS])]
    assert "holds charts: 3 tags" in stages[-1].message
    assert "give the robot the permission “List”" in stages[-1].message


async def test_tag_is_not_lost_when_another_is_deleted_between_pages(lab: Lab) -> None:
    harbor, client = bench(lab)
    repository = harbor.repositories[CHARTS]
    repository.push_charts(150)
    found: list[str] = []
    async for page in client.list_tags(CHARTS):
        if not found:
            del repository.manifests[repository.tags.pop("1.0.0")]
        found += [tag.tag for tag in page]
    assert set(repository.tags) <= set(found) and len(set(found)) == len(found)


async def test_denial_with_a_basic_challenge_is_a_denial(lab: Lab) -> None:
    _, client = bench(lab)
    with pytest.raises(PermissionDenied, match="lacks “Pull”"):
        await client.get_manifest(SECRET, "1.0.0")
    assert lab.count(HOST, "/manifests/") == 2


async def test_discovery_says_what_to_grant_when_the_robot_may_not_list(lab: Lab) -> None:
    harbor, client = bench(lab)
    harbor.api_refused = True
    with pytest.raises(PermissionDenied, match="“List” on “Repository”"):
        _ = [page async for page in client.discover_repositories()]
