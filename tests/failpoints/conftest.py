"""A scene on each database, its registry, and workers in processes of their own."""

import asyncio
import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest

from tests.failpoints import scene
from tests.failpoints.run import REAPS_EVERY_SECONDS, Order
from tests.failpoints.scene import Outcome
from tests.lab.faulty_registry import FaultyRegistry, serving
from tests.real.child_process import free_port
from tests.real.postgres import PostgresServer

# Safety nets against a hang: a worker starts in two seconds on a quiet machine, and the sync takes one.
ENDS_WITHIN_SECONDS = 90
LOOKS_EVERY_SECONDS = 0.1
PASSED_BY_WITHIN_SECONDS = 5
ROOT = Path(__file__).parents[2]
NUMBERS = itertools.count()


class Stable:
    """Where workers come from: a process that has imported all of Chartroom, and forks."""

    def __init__(self, log: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CHARTROOM_")}
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.failpoints.run"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment, cwd=ROOT,
            )  # fmt: skip
        assert self._answer() == "ready", log.read_text()

    def start(self, order: Order) -> int:
        """The process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(order.as_line())
        self._process.stdin.flush()
        return int(self._answer())

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().decode().strip()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(ENDS_WITHIN_SECONDS)


class WorkerProcess:
    """`chartroom worker` in a process of its own; with `failpoint` one that dies there."""

    def __init__(self, stable: Stable, environment: dict[str, str], log: Path, failpoint: str = "-") -> None:
        self._stable = stable
        self._log = log
        self._status = log.with_suffix(f".{next(NUMBERS)}.status")
        self._order = Order(failpoint, ["worker"], environment, str(log), str(self._status))
        self._process_id = 0

    async def __aenter__(self) -> "WorkerProcess":
        self._process_id = self._stable.start(self._order)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.send(signal.SIGCONT)
        self.send(signal.SIGKILL)
        await self.ended()

    @property
    def log_text(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def send(self, signal_number: signal.Signals) -> None:
        if not self._status.exists():
            with suppress(ProcessLookupError):
                os.kill(self._process_id, signal_number)

    async def is_ready(self) -> None:
        """It waits for syncs, and knows what to do when it is asked to end."""
        async with asyncio.timeout(ENDS_WITHIN_SECONDS):
            while f"worker {self._process_id} is waiting" not in self.log_text:
                await asyncio.sleep(LOOKS_EVERY_SECONDS)

    async def ended(self) -> int:
        """Its exit status, negative where a signal ended it."""
        async with asyncio.timeout(ENDS_WITHIN_SECONDS):
            while not (self._status.exists() and self._status.read_text()):
                await asyncio.sleep(REAPS_EVERY_SECONDS)
        return int(self._status.read_text())


@dataclass
class Stage:
    """One scene, to be played once."""

    stable: Stable
    folder: Path
    database_url: str
    registry: FaultyRegistry

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CHARTROOM_")}
        return {**kept, **scene.settings_of(self.folder, self.database_url)}

    def worker(self, failpoint: str = "-") -> WorkerProcess:
        return WorkerProcess(self.stable, self.environment, self.folder / "worker.log", failpoint)

    async def killed_at(self, failpoint: str) -> None:
        """Runs a worker that dies there."""
        async with self.worker(failpoint) as worker:
            dying = asyncio.ensure_future(worker.ended())
            finishing = asyncio.ensure_future(self.finished())
            await asyncio.wait({dying, finishing}, return_when=asyncio.FIRST_COMPLETED)
            # Some places are behind the last commit of a sync.
            await asyncio.wait({dying}, timeout=PASSED_BY_WITHIN_SECONDS)
            finishing.cancel()
            assert dying.done(), f"{failpoint} was not passed\n{worker.log_text[-4000:]}"
        assert await dying == -signal.SIGKILL, worker.log_text[-4000:]

    async def finished(self, sync_id: int = scene.SECOND_SYNC) -> str:
        """The state that a sync has ended in."""
        async with asyncio.timeout(ENDS_WITHIN_SECONDS):
            while (state := await scene.state_of(self.database_url, sync_id)) in (None, "QUEUED", "RUNNING"):
                await asyncio.sleep(LOOKS_EVERY_SECONDS)
        return str(state)

    async def outcome(self) -> Outcome:
        return await scene.outcome_of(self.folder, self.database_url)


@dataclass(frozen=True)
class Template:
    """What stages are copied from: data after the first sync, and the port that the registry has in them."""

    folder: Path
    database_url: str
    port: int


def _registry(port: int) -> FaultyRegistry:
    registry = FaultyRegistry(port=port, login=True, tags_page_max=10, latency_seconds=0.02)
    scene.fill_at_first(registry)
    return registry


def _prepared(folder: Path, database_url: str) -> Template:
    port = free_port()

    async def make() -> None:
        async with serving(_registry(port)) as registry:
            await scene.prepare(folder, database_url, registry)

    anyio.run(make)
    return Template(folder, database_url, port)


@pytest.fixture(scope="session")
def stable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stable]:
    opened = Stable(tmp_path_factory.mktemp("stable") / "stable.log")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def sqlite_template(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Template:
    folder = tmp_path_factory.mktemp("scene")
    shutil.copyfile(migrated_sqlite_file, folder / "chartroom.sqlite")
    return _prepared(folder, f"sqlite+aiosqlite:///{folder / 'chartroom.sqlite'}")


@pytest.fixture(scope="session")
def postgres_template(
    migrated_postgres_database: str, postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Template]:
    url = postgres_server.create_database(template=migrated_postgres_database.rpartition("/")[2])
    yield _prepared(tmp_path_factory.mktemp("scene"), url)
    postgres_server.drop_database(url)


@asynccontextmanager
async def played(stable: Stable, folder: Path, database_url: str, port: int) -> AsyncIterator[Stage]:
    registry = _registry(port)
    scene.change_since(registry)
    async with serving(registry):
        yield Stage(stable, folder, database_url, registry)


def _undisturbed(stable: Stable, folder: Path, database_url: str, port: int) -> Outcome:
    """What the scene comes to when nobody is killed."""

    async def play() -> Outcome:
        async with played(stable, folder, database_url, port) as stage:
            async with stage.worker() as worker:
                await worker.is_ready()
                await stage.finished()
                worker.send(signal.SIGTERM)
                await worker.ended()
            return await stage.outcome()

    return anyio.run(play)


@pytest.fixture(scope="session")
def sqlite_undisturbed(stable: Stable, sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("undisturbed") / "data"
    return _undisturbed(stable, folder, _copied(sqlite_template, folder), sqlite_template.port)


@pytest.fixture
async def stage(
    stable: Stable, sqlite_template: Template, sqlite_undisturbed: Outcome, tmp_path: Path
) -> AsyncIterator[Stage]:
    """On SQLite."""
    folder = tmp_path / "data"
    async with played(stable, folder, _copied(sqlite_template, folder), sqlite_template.port) as stage:
        yield stage


def _copied(template: Template, folder: Path) -> str:
    """The URL of the copied SQLite file."""
    shutil.copytree(template.folder, folder)
    return f"sqlite+aiosqlite:///{folder / 'chartroom.sqlite'}"


@pytest.fixture(scope="session")
def postgres_undisturbed(
    stable: Stable,
    postgres_template: Template,
    postgres_server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Outcome:
    folder = tmp_path_factory.mktemp("undisturbed") / "data"
    shutil.copytree(postgres_template.folder, folder)
    url = postgres_server.create_database(template=postgres_template.database_url.rpartition("/")[2])
    outcome = _undisturbed(stable, folder, url, postgres_template.port)
    postgres_server.drop_database(url)
    return outcome


@pytest.fixture
async def postgres_stage(
    stable: Stable,
    postgres_template: Template,
    postgres_undisturbed: Outcome,
    postgres_server: PostgresServer,
    tmp_path: Path,
) -> AsyncIterator[Stage]:
    folder = tmp_path / "data"
    shutil.copytree(postgres_template.folder, folder)
    url = postgres_server.create_database(template=postgres_template.database_url.rpartition("/")[2])
    async with played(stable, folder, url, postgres_template.port) as stage:
        yield stage
    postgres_server.drop_database(url)
