"""Authorities and servers for tests of oci_client."""

from collections.abc import AsyncIterator

import pytest
import trustme

from tests.oci_client.lab import Bench, LabServer, bench, fixed, server_context, serving


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """The CA that the lab's "system" trusts."""
    return trustme.CA(organization_name="Lab CA")


@pytest.fixture
async def lab(authority: trustme.CA) -> AsyncIterator[LabServer]:
    """An https registry on 127.0.0.1 that wants no credentials."""
    async with serving(server_context(authority)) as server:
        server.on("/v2/", fixed("{}"))
        yield server


@pytest.fixture
async def at(authority: trustme.CA) -> AsyncIterator[Bench]:
    """A bench with SECURE settings whose system trusts the lab's CA."""
    async with bench(authority) as made:
        yield made
