"""What this machine lacks: those tests are skipped; one line per missing thing says so at the end of the run.

CHARTROOM_REQUIRE_REAL=1 (as in .ci/run) turns every absence into a failure, so that a skip cannot hide there.
"""

import os
from dataclasses import dataclass, field
from typing import NoReturn

import pytest

ENVIRONMENT_NAME = "CHARTROOM_REQUIRE_REAL"


@dataclass
class Absences:
    required: bool
    remedies: dict[str, str] = field(default_factory=dict)

    def report(self, what: str, remedy: str) -> NoReturn:
        """Skips the test that asked for `what`, or fails it where nothing may be missing."""
        self.remedies[what] = remedy
        if self.required:
            pytest.fail(f"{what} is not there and {ENVIRONMENT_NAME} is set: {remedy}", pytrace=False)
        pytest.skip(f"{what} is not there")

    def lines(self) -> list[str]:
        return [
            f"{what} is not there, its tests did not run: {remedy}" for what, remedy in sorted(self.remedies.items())
        ]


_ABSENCES = pytest.StashKey[Absences]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_ABSENCES] = Absences(required=os.environ.get(ENVIRONMENT_NAME, "") not in ("", "0"))


@pytest.fixture(scope="session")
def absences(pytestconfig: pytest.Config) -> Absences:
    return pytestconfig.stash[_ABSENCES]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    lines = config.stash[_ABSENCES].lines()
    if lines:
        terminalreporter.section("absent")
        for line in lines:
            terminalreporter.line(line)
