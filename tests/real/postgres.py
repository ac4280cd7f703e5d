"""A throwaway PostgreSQL server, or the one CHARTROOM_TEST_POSTGRES_URL names, with a database per test.

A server that is started here trusts every connection from this machine, keeps nothing (fsync off) and
lives in a temporary directory; its owner is the account `postgres` where the tests run as root,
since PostgreSQL refuses to run as root.
"""

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import URL, make_url

from tests.real.absences import Absences
from tests.real.child_process import ChildProcess, free_port

ENVIRONMENT_NAME = "CHARTROOM_TEST_POSTGRES_URL"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    # Written through to the system, if not to the disk: a test kills the server and wants what was committed.
    "synchronous_commit": "on",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
}


class PostgresServer:
    """Hands out databases. `url` names the maintenance database, as postgresql+asyncpg://…"""

    def __init__(self, url: URL) -> None:
        self.url = url.set(drivername="postgresql+asyncpg")

    def create_database(self, template: str = "template1") -> str:
        """The new database's URL. With another `template` (nobody connected to it) its tables come along."""
        name = f"chartroom_test_{uuid.uuid4().hex[:12]}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url.set(database=name).render_as_string(hide_password=False)

    def drop_database(self, database_url: str) -> None:
        """Connections that are still open to it are cut."""
        self.execute(f'DROP DATABASE IF EXISTS "{make_url(database_url).database}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        # In a thread of its own: a fixture may be set up while the thread's event loop belongs to a test.
        with ThreadPoolExecutor(max_workers=1) as executor:
            executor.submit(asyncio.run, self._execute(statement)).result()

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url.set(drivername="postgresql").render_as_string(hide_password=False))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


class OwnPostgresServer(PostgresServer):
    """Its process can be stopped, killed and started again on the same port and data."""

    def __init__(self, binaries: Path, directory: Path) -> None:
        port = free_port()
        super().__init__(make_url(f"postgresql+asyncpg://chartroom@127.0.0.1:{port}/postgres"))
        owner = _unprivileged_account()
        if owner is not None:
            shutil.chown(directory, owner, owner)
        data = directory / "data"
        options = [option for name, value in _SETTINGS.items() for option in ("-c", f"{name}={value}")]
        subprocess.run(
            [
                str(binaries / "initdb"), "-D", str(data), "-U", "chartroom", "--auth=trust",
                "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
            ],
            check=True, capture_output=True, user=owner, group=owner,
            extra_groups=[] if owner else None, cwd=directory,
        )  # fmt: skip
        self._port = port
        self._process = ChildProcess(
            [str(binaries / "postgres"), "-D", str(data), "-k", str(directory), "-p", str(port), *options],
            directory / "postgres.log",
            user=owner,
        )

    def start(self) -> None:
        self._process.start(self._answers)

    def stop(self) -> None:
        """As in a fast shutdown: sessions are ended at once."""
        self._process.stop(signal.SIGINT)

    def kill(self) -> None:
        """An immediate shutdown. With -9 its children would outlive it for a while and hold the port."""
        self._process.stop(signal.SIGQUIT)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            self.execute("SELECT 1")
        except (OSError, asyncpg.CannotConnectNowError):
            return False
        return True


def find_binaries() -> Path | None:
    """The folder of initdb and postgres, the newest where there are several."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = [Path(found).parent for found in [shutil.which("initdb")] if found]
    complete = [folder for folder in [*on_path, *debian] if (folder / "postgres").exists()]
    return complete[0] if complete else None


@contextmanager
def running_server(binaries: Path) -> Iterator[OwnPostgresServer]:
    # Not in pytest's own temporary directory: that one lets no other account in.
    directory = Path(tempfile.mkdtemp(prefix="chartroom-postgres-"))
    server = OwnPostgresServer(binaries, directory)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def own_postgres_server(absences: Absences) -> Iterator[OwnPostgresServer]:
    """For tests that take the server away; they start it again before they end."""
    binaries = find_binaries()
    if binaries is None:
        absences.report("PostgreSQL", f"apt-get install postgresql, or name a server in {ENVIRONMENT_NAME}")
    with running_server(binaries) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> PostgresServer:
    named = os.environ.get(ENVIRONMENT_NAME)
    if named:
        return PostgresServer(make_url(named))
    server: OwnPostgresServer = request.getfixturevalue("own_postgres_server")
    return server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A fresh, empty database, dropped after the test: postgresql+asyncpg://…"""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


def _unprivileged_account() -> str | None:
    """None: the tests do not run as root, so the server may be theirs."""
    if os.geteuid() != 0:
        return None
    known = {account.pw_name for account in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
