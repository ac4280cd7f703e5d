"""The command `chartroom`, run for real in a folder of its own."""

import asyncio
import os
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.services.authorising import Authorising
from app.settings import Settings
from app.store import migrating, registries
from app.store.sealing import Sealer, read_key_file
from app.store.session import Store
from tests.store.rows import add_registry

ROOT = Path(__file__).resolve().parents[1]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands keep their bytecode: some sixty of them would compile two thousand modules each."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture
def chartroom(tmp_path: Path, compiled: Path) -> Run:
    """Runs the command; keywords are settings. Data goes to `tmp_path`/data."""

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CHARTROOM_")}
        environment |= {f"CHARTROOM_{name.upper()}": value for name, value in settings.items()}
        environment.setdefault("CHARTROOM_DATA_DIR", str(tmp_path / "data"))
        environment |= {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(compiled)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        return subprocess.run(
            [sys.executable, "-c", "from app.cli import main; main()", *arguments],
            env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip

    return run


def said(finished: subprocess.CompletedProcess[str], status: int) -> str:
    """One line of complaint with this exit status, and no traceback."""
    assert finished.returncode == status, finished.stderr
    assert finished.stdout == ""
    assert "Traceback" not in finished.stderr
    return finished.stderr.strip()


def done(finished: subprocess.CompletedProcess[str]) -> str:
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.strip()


# ── keys ──


def test_key_file_is_made_for_its_owner_alone_and_never_overwritten(chartroom: Run, tmp_path: Path) -> None:
    path = tmp_path / "data" / "keys"
    told = done(chartroom("keys", "create"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (key,) = read_key_file(path)
    assert key.id in told
    before = path.read_bytes()
    assert "chartroom keys rotate" in said(chartroom("keys", "create"), 1)
    assert path.read_bytes() == before
    assert before.decode().strip() not in told


def test_credentials_are_under_the_new_key_once_rotated(chartroom: Run, tmp_path: Path) -> None:
    path = tmp_path / "data" / "keys"
    done(chartroom("migrate"))
    done(chartroom("keys", "create"))
    (old,) = read_key_file(path)
    database = Settings(data_dir=tmp_path / "data").database

    async def put(password: str) -> int:
        store = Store(database)
        registry_id = await add_registry(store)
        key_id, ciphertext = Sealer(lambda: [old]).seal({"password": password}, registry_id)
        async with store.writing() as session:
            await registries.seal_credential(session, registry_id, key_id, ciphertext)
        await store.close()
        return registry_id

    async def opened(registry_id: int) -> tuple[str, dict[str, str]]:
        store = Store(database)
        async with store.reading() as session:
            row = await registries.find_credential(session, registry_id)
        await store.close()
        assert row is not None
        return row.key_id, Sealer(lambda: read_key_file(path)[:1]).open(row.key_id, row.ciphertext, registry_id)

    registry_id = asyncio.run(put("secret"))
    told = done(chartroom("keys", "rotate"))
    new, kept = read_key_file(path)
    assert kept.id == old.id
    assert f"Sealed 1 credentials anew, with key {new.id}" in told
    assert asyncio.run(opened(registry_id)) == (new.id, {"password": "secret"})

    path.unlink()
    assert "There is no key file" in said(chartroom("keys", "rotate"), 1)
    done(chartroom("keys", "create"))
    assert new.id in said(chartroom("keys", "rotate"), 1)
    assert len(read_key_file(path)) == 1


# ── migrate ──


def test_tables_are_made_and_checked(chartroom: Run) -> None:
    assert "Run: chartroom migrate" in said(chartroom("migrate", "--check"), 1)
    head = migrating.head_revision()
    for arguments in (["migrate"], ["migrate", "--check"], ["migrate"]):
        assert done(chartroom(*arguments)) == f"The database is at {head}."


def test_check_fails_when_the_tables_differ(chartroom: Run, tmp_path: Path) -> None:
    done(chartroom("migrate"))
    with sqlite3.connect(tmp_path / "data" / "chartroom.sqlite") as connection:
        connection.execute("ALTER TABLE registry ADD COLUMN stray INTEGER")
    assert "stray" in said(chartroom("migrate", "--check"), 1)


def test_tables_are_made_on_a_server(chartroom: Run, postgres_url: str) -> None:
    done(chartroom("migrate", database_url=postgres_url))
    done(chartroom("migrate", "--check", database_url=postgres_url))
    done(chartroom("migrate", database_url=postgres_url))


# ── token ──


def test_token_is_told_once_listed_without_its_secret_and_revoked(chartroom: Run, tmp_path: Path) -> None:
    done(chartroom("migrate"))
    secret = done(chartroom("token", "create", "ci", "--role", "MANAGER", "--days", "7"))
    done(chartroom("token", "create", "eternal"))
    listed = done(chartroom("token", "list"))
    assert re.search(r"^ *1  MANAGER  chartroom_....…  until \d{4}-\d\d-\d\d +ci$", listed, re.MULTILINE)
    assert re.search(r"^ *2  READER .* without end +eternal$", listed, re.MULTILINE)
    assert secret not in listed

    async def recognised() -> str | None:
        store = Store(Settings(data_dir=tmp_path / "data").database)
        caller = await Authorising(store).recognise(secret)
        await store.close()
        return caller.name if caller else None

    assert asyncio.run(recognised()) == "ci"
    done(chartroom("token", "revoke", "1"))
    assert asyncio.run(recognised()) is None
    assert "no such token" in said(chartroom("token", "revoke", "1"), 1)
    assert "ci" not in done(chartroom("token", "list"))


@pytest.mark.parametrize("arguments", [["token", "list"], ["token", "create", "ci"], ["keys", "rotate"]])
def test_command_says_so_when_the_tables_are_not_there(chartroom: Run, arguments: list[str]) -> None:
    assert said(chartroom(*arguments), 1) == "The database is not of this version's shape. Run: chartroom migrate"


# ── What is wrong is said in one line ──


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_command_ends_naming_every_setting_that_is_wrong(chartroom: Run, command: str) -> None:
    wrong = {"port": "eighty", "database_url": "mysql://root:hunter2@db/x", "admin_token": "hunter2"}
    assert [line.split(";")[0] for line in said(chartroom(command, **wrong), 2).splitlines()] == [
        "CHARTROOM_PORT: Input should be a valid integer, unable to parse string as an integer",
        "CHARTROOM_DATABASE_URL: must start with postgresql+asyncpg:// or sqlite+aiosqlite:///",
        "CHARTROOM_ADMIN_TOKEN: must have at least 20 characters, so that it cannot be guessed",
    ]


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_server_refuses_to_start_when_there_is_no_key(chartroom: Run, tmp_path: Path, command: str) -> None:
    done(chartroom("migrate"))
    told = said(chartroom(command, log_level="ERROR"), 1)
    assert f"There is no key file at {tmp_path / 'data' / 'keys'}" in told
    assert "chartroom keys create" in told


def test_server_refuses_to_start_when_the_key_file_is_open_to_others(chartroom: Run, tmp_path: Path) -> None:
    done(chartroom("keys", "create"))
    (tmp_path / "data" / "keys").chmod(0o644)
    assert "chmod 600" in said(chartroom("serve", log_level="ERROR"), 1)


def test_command_says_so_when_the_database_cannot_be_reached(chartroom: Run) -> None:
    url = "postgresql+asyncpg://chartroom:hunter2@127.0.0.1:1/chartroom"
    told = said(chartroom("migrate", database_url=url), 1)
    assert told.startswith("The database cannot be used: ")
    assert len(told.splitlines()) == 1
    assert "hunter2" not in told


def test_command_says_so_when_the_folder_cannot_be_made(chartroom: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for arguments in (["keys", "create"], ["migrate"]):
        assert str(tmp_path / "file") in said(chartroom(*arguments, data_dir=str(tmp_path / "file" / "data")), 1)


def test_settings_are_printed(chartroom: Run) -> None:
    assert "| `CHARTROOM_PORT` | `8000` |" in done(chartroom("settings"))
