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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser comes last: Playwright keeps an event loop running in this thread, beside which none can start."""
    items.sort(key=lambda item: "/tests/pages/" in item.path.as_posix())
