"""What every test stands on: one event-loop flavour, and the real servers and tools of tests/real/."""

import pytest

pytest_plugins = [
    "tests.real.absences",
    "tests.real.docker_registry",
    "tests.real.helm_client",
    "tests.real.postgres",
    "tests.real.signers",
    "tests.stores",
]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
