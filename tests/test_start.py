"""What a start imports, and what it leaves for when it is needed."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

WHEN_NEEDED = (
    "aiohttp", "aioboto3", "alembic", "asyncpg", "azure", "boto3", "botocore", "comrak", "cryptography",
    "google.auth", "httpx", "isal", "jsonschema_rs", "nh3", "obstore", "pgqueuer", "pygments", "pysequoia",
    "rich.console", "sigstore", "sqlalchemy.dialects.postgresql", "yaml",
    "app.oci_client.client", "app.oci_client.providers", "app.oci_client.transport", "app.signatures.trust",
)  # fmt: skip

SERVE = """
import asyncio, gc, sys
from app import cli
with cli.for_good():
    from app import serving
settings = cli.read_settings()
cli.configure_logs(settings)
asyncio.run(serving.prepare(settings, cli.ACTOR, first_run=False))
system = serving.wire(settings)
serving.build_app(system)

async def start_and_end():
    await system.start()
    assert (await system.observing.readiness()).ready
    await system.close()

asyncio.run(start_and_end())
print(*(name for name, module in sys.modules.items() if module is not None))
"""


def printed(program: str, tmp_path: Path, **settings: str) -> list[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHARTROOM_")}
    environment |= {"PYTHONPATH": str(ROOT), "CHARTROOM_DATA_DIR": str(tmp_path), "CHARTROOM_KEYS": "A" * 43 + "="}
    environment |= {f"CHARTROOM_{name.upper()}": value for name, value in settings.items()}
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split()


def test_a_server_beside_sqlite_has_imported_nothing_that_no_registry_and_no_chart_asked_for(tmp_path: Path) -> None:
    printed("from app.cli import cli; cli(['migrate'], standalone_mode=False)", tmp_path)
    loaded = printed(SERVE, tmp_path)
    assert "strawberry" in loaded
    assert [name for name in loaded if name.startswith(tuple(f"{needed}." for needed in WHEN_NEEDED))] == []
    assert set(loaded) & set(WHEN_NEEDED) == set()


def test_help_imports_neither_the_database_nor_the_api(tmp_path: Path) -> None:
    program = "import sys\nfrom app.cli import cli\ncli(['--help'], standalone_mode=False)\nprint(*sys.modules)"
    loaded = printed(program, tmp_path)
    assert set(loaded) & {"pydantic", "sqlalchemy", "strawberry", "structlog", "uvicorn"} == set()


def test_the_garbage_collector_is_on_after_the_imports_and_no_highlighter_comes_with_httpx(tmp_path: Path) -> None:
    program = """
import gc, sys
from app import cli
with cli.for_good():
    assert not gc.isenabled()
    from app import serving
assert gc.isenabled() and gc.get_freeze_count() > 10_000
import httpx
print(*(name for name, module in sys.modules.items() if module is not None))
"""
    loaded = {name.partition(".")[0] for name in printed(program, tmp_path)}
    assert loaded & {"httpx", "pygments", "rich", "watchfiles"} == {"httpx"}


SPEAK = """
import asyncio, sys
from app import cli, serving
from app.oci_client.address_guard import AddressGuard
from app.oci_client.credentials import Anonymous
from app.oci_client.limits import ClientLimits
from app.oci_client.on_demand import HttpClientsOnDemand
from app.oci_client.reference import RegistryHost
from app.oci_client.retrying import HostLimiters
from app.services.connecting import Connections, Target
from app.services.known_providers import PROVIDERS, import_ways
from app.store.entities import ConnectionSecurity

async def speak():
    limits = ClientLimits()
    http = HttpClientsOnDemand(AddressGuard([]), limits)
    connections = Connections(None, None, http, HostLimiters(8), PROVIDERS, limits)
    await import_ways()
    before = set(sys.modules)
    for provider in PROVIDERS:
        target = Target(provider, RegistryHost("r.example.com"), Anonymous(), ConnectionSecurity.SECURE, None)
        connections.client(target)
    print(*(name for name in set(sys.modules) - before if name.startswith("app.")))
    print(*(name for name in sys.modules if name in ("cryptography", "obstore", "pysequoia")))
    await http.close()

asyncio.run(speak())
"""


def test_a_registry_is_spoken_to_without_an_import_that_holds_up_everybody_else_or_that_it_has_no_use_for(
    tmp_path: Path,
) -> None:
    assert printed(SPEAK, tmp_path) == []
