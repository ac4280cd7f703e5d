"""The lab, for tests of providers."""

from collections.abc import AsyncIterator

import pytest

from tests.lab.server import Lab, running_lab


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    """Fails the test at its end when a credential went where it does not belong."""
    async with running_lab() as made:
        yield made
