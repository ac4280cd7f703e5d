"""Registries that keep to the standard, more or less."""

from collections.abc import Callable

import pytest

from app.oci_client.client import RegistryClient
from app.oci_client.credentials import Anonymous
from app.oci_client.providers.generic import GenericProvider
from tests.lab.plain import CHARTS, NEXUS, USER, ZOT, LabNexus, build_nexus, build_public_zot, build_zot
from tests.lab.registry import LabRegistry
from tests.lab.server import Lab


async def names(client: RegistryClient) -> list[str]:
    return [tag.tag async for page in client.list_tags(CHARTS) for tag in page]


@pytest.mark.parametrize("link", ["absent", "wrong path"])
async def test_nexus_is_listed_whole_whatever_its_link(lab: Lab, link: str) -> None:
    nexus: LabNexus = build_nexus(lab)
    nexus.link = link
    nexus.repositories[CHARTS].push_charts(2500)
    assert sorted(await names(lab.client(NEXUS, USER, GenericProvider()))) == sorted(nexus.repositories[CHARTS].tags)


@pytest.mark.parametrize(("build", "host"), [(build_nexus, NEXUS), (build_zot, ZOT)])
async def test_recognising_costs_a_plain_registry_no_request(
    lab: Lab, build: Callable[[Lab], LabRegistry], host: str
) -> None:
    build(lab)
    await names(lab.client(host, USER, GenericProvider()))
    assert lab.counted() == {(host, "GET /v2/"): 1, (host, "GET /v2/{repository*}/tags/list"): 1}


async def test_public_zot_is_read_without_credentials(lab: Lab) -> None:
    zot = build_public_zot(lab)
    assert sorted(await names(lab.client(ZOT, Anonymous(), GenericProvider()))) == sorted(zot.repositories[CHARTS].tags)
