"""What every test stands on: one event-loop flavour, and the real servers and tools of tests/real/."""

import os

import pytest

# The throwaway PostgreSQL speaks no TLS. asyncpg would ask it each time, and where a connection attempt is given up in
# that very moment it leaves a future behind that nobody looks at, which fails whatever test is running.
os.environ.setdefault("PGSSLMODE", "disable")

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser comes last: Playwright keeps an event loop running in this thread, beside which none can start."""
    items.sort(key=lambda item: "/tests/pages/" in item.path.as_posix())
