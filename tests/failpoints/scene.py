"""What is killed, again and again: one sync with something of everything, over data that are the same each time.

A first sync has brought some charts into the store. Since then the registry has new versions, a moved tag, removed
ones, a chart that became an image, a broken archive, an archive that is there twice. The second sync is queued.
"""

import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.domain.sync_events import EventKind, SyncState, SyncTrigger
from app.oci_client.credentials import Secret, UsernamePassword
from app.services.drafting import ProviderChoice, Registration
from app.settings import Settings
from app.store import syncs
from app.store.archives import Archives
from app.store.entities import ConnectionSecurity, Provider, Visibility
from app.store.session import Store
from app.wiring import System, wire
from tests.chart_reader.packing import pack_chart
from tests.lab.content import Held
from tests.lab.faulty_registry import FaultyRegistry

KEY = "a2V5IG9mIHRoZSBmYWlscG9pbnRzLCAzMiBieXRlcy4="
REPOSITORIES = ("acme/app", "acme/copy", "acme/old")
NEW = [f"1.1.{patch}" for patch in range(16)]
SECOND_SYNC = 2
"""Its id."""


def chart_of(name: str, version: str, note: str = "") -> bytes:
    """Some 4 to 40 KB that do not compress away, so that it comes in several pieces. Equal for equal arguments."""
    chance = random.Random(f"{name} {version} {note}")
    prose = f"# {name} {version} {note}\n" + chance.randbytes(chance.randrange(4_000, 40_000)).hex()
    return pack_chart(name, version, {"README.md": prose})


def fill_at_first(registry: FaultyRegistry) -> None:
    app, old = registry.repository("acme/app"), registry.repository("acme/old")
    for patch in range(8):
        app.push_chart(f"1.0.{patch}", chart_of("app", f"1.0.{patch}"))
    for patch in range(4):
        old.push_chart(f"0.1.{patch}", chart_of("old", f"0.1.{patch}"))
    registry.repository("acme/copy")


def change_since(registry: FaultyRegistry) -> None:
    app, copy, old = (registry.repository(name) for name in REPOSITORIES)
    for version in NEW:
        app.push_chart(version, chart_of("app", version))
    app.push_chart("1.0.0", chart_of("app", "1.0.0", "moved"))
    del app.tags["1.0.1"]
    app.push_image("1.0.2")
    app.push_image("9.9.9")
    app.push_image("latest")
    app.push_chart("3.0.0", b"this is no archive")
    for patch in range(6):
        copy.push_chart(f"1.1.{patch}", chart_of("app", f"1.1.{patch}"))
    copy.push_chart("5.0.0", chart_of("copy", "5.0.0"))
    del old.tags["0.1.3"]
    for patch in range(10):
        old.push_chart(f"0.2.{patch}", chart_of("old", f"0.2.{patch}"))


def settings_of(folder: Path, database_url: str) -> dict[str, str]:
    """Settings of every process of the scene, as environment variables."""
    return {
        "CHARTROOM_DATA_DIR": str(folder),
        "CHARTROOM_DATABASE_URL": database_url,
        "CHARTROOM_ARCHIVES_URL": (folder / "archives").as_uri(),
        "CHARTROOM_KEYS": KEY,
        "CHARTROOM_ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8",
        "CHARTROOM_LOG_FORMAT": "json",
        "CHARTROOM_LEASE_SECONDS": "2",
        "CHARTROOM_VERSIONS_AT_ONCE": "4",
    }


def system_of(folder: Path, database_url: str) -> System:
    given = {
        name.removeprefix("CHARTROOM_").lower(): value for name, value in settings_of(folder, database_url).items()
    }
    return wire(Settings(**given))  # type: ignore[arg-type]


async def prepare(folder: Path, database_url: str, registry: FaultyRegistry) -> None:
    """The data that every killed sync starts from. `registry` is served already, as it was at first."""
    system = system_of(folder, database_url)
    await system.start()
    registered, sync = await system.services.registering.register(_registration(registry), "scene")
    assert sync is not None
    assert await system.worker._syncing.run(sync.id)
    async with system.store.reading() as session:
        first = await syncs.find(session, sync.id)
    assert first is not None
    assert first.state is SyncState.SUCCEEDED, first.error
    second = await system.services.triggering.start(registered.id, None, SyncTrigger.MANUAL, "scene")
    assert second.id == SECOND_SYNC
    if system.store.is_sqlite:
        async with system.store.engine.connect() as connection:
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    await system.close()


def _registration(registry: FaultyRegistry) -> Registration:
    credential = UsernamePassword(registry.username or "", Secret(registry.password or ""))
    return Registration(
        name="acme",
        visibility=Visibility.PRIVATE,
        choice=ProviderChoice(
            provider=Provider.OTHER,
            path=("input", "provider", "other"),
            host=registry.host,
            host_field="registryUrl",
            credential=credential,
            credential_field="authentication",
            connection_security=ConnectionSecurity.INSECURE,
        ),
        use_as_chart_repository=True,
        repositories=REPOSITORIES,
    )


# ── What it has come to ──

PICTURE = {
    "versions": """
        SELECT r.name, v.tag, v.version, v.digest, v.archive_digest, v.removed_at IS NOT NULL, v.within_policy
        FROM chart_version v JOIN chart_repository r ON r.id = v.repository_id""",
    "contents": "SELECT archive_digest, name, version FROM chart_content",
    "sightings": """
        SELECT r.name, s.tag, s.digest FROM digest_sighting s JOIN chart_repository r ON r.id = s.repository_id""",
    "skipped": """
        SELECT r.name, s.tag, s.reason, s.digest
        FROM skipped_tag s JOIN chart_repository r ON r.id = s.repository_id""",
    "charts": """
        SELECT c.name, c.version_count, v.version, p.version FROM chart c
        LEFT JOIN chart_version v ON v.id = c.latest_version_id
        LEFT JOIN chart_version p ON p.id = c.latest_prerelease_id""",
    "repositories": "SELECT name, state, version_count, last_sync_id, listed_empty FROM chart_repository",
    "of_repositories": """
        SELECT name, state, tags, versions_total, versions_added, versions_changed, versions_removed,
               versions_unchanged, versions_failed FROM sync_repository WHERE sync_id = :sync""",
    "failures": """
        SELECT r.name, f.tag, f.digest, f.code, f.tries
        FROM failed_tag f JOIN chart_repository r ON r.id = f.repository_id""",
    "faults": "SELECT code, repository, tag, digest FROM sync_fault WHERE sync_id = :sync",
    "syncs": """
        SELECT id, state, lease_until IS NULL, repositories_total, repositories_done, versions_total, versions_done,
               versions_added, versions_changed, versions_removed, versions_unchanged, versions_failed
        FROM sync""",
}


ONCE_FOR_EACH_ATTEMPT = (EventKind.REPOSITORY_LISTED, EventKind.FAULTED)
"""What a resumed sync does once more, and tells: it lists, and tries what failed. The fault itself is kept once."""


@dataclass
class Outcome:
    """What the store holds and what the story of the sync tells, without ids, times and numbers of tries."""

    held: dict[str, list[tuple[Any, ...]]]
    told: list[tuple[str, str | None, str | None, str | None]]
    """Kind, repository, version or tag, and state of each event."""
    sequences: list[int] = field(default_factory=list)
    archives_lost: list[str] = field(default_factory=list)


async def outcome_of(folder: Path, database_url: str, sync_id: int = SECOND_SYNC) -> Outcome:
    store, archives = Store(database_url), Archives((folder / "archives").as_uri())
    try:
        async with store.engine.connect() as connection:
            held = {
                name: sorted(
                    (tuple(row) for row in (await connection.execute(text(query), _asked(query, sync_id))).all()),
                    key=repr,
                )
                for name, query in PICTURE.items()
            }
            query = "SELECT sequence, kind, detail FROM sync_event WHERE sync_id = :sync ORDER BY sequence"
            events = (await connection.execute(text(query), {"sync": sync_id})).all()
        lost = [digest for digest, _, _ in held["contents"] if await archives.read(digest) is None]
    finally:
        await store.close()
    told = []
    for kind, detail in ((row.kind, _object(row.detail)) for row in events):
        fault = detail.get("fault") or {}
        one = (kind, detail.get("repository"), detail.get("version") or fault.get("tag"), detail.get("state"))
        if kind not in ONCE_FOR_EACH_ATTEMPT or one not in told:
            told.append(one)
    return Outcome(held, sorted(told, key=repr), [row.sequence for row in events], lost)


def _asked(query: str, sync_id: int) -> dict[str, int]:
    return {"sync": sync_id} if ":sync" in query else {}


def _object(detail: Any) -> dict[str, Any]:
    """SQLite gives JSON as text where no entity is asked."""
    found: dict[str, Any] = json.loads(detail) if isinstance(detail, str | bytes) else detail
    return found


async def committed(database_url: str) -> tuple[set[str], set[tuple[str, str]]]:
    """Archives whose content is stored, and tags whose version the second sync has stored."""
    store = Store(database_url)
    try:
        async with store.engine.connect() as connection:
            archives = {
                row[0] for row in (await connection.execute(text("SELECT archive_digest FROM chart_content"))).all()
            }
            query = text(
                "SELECT r.name, v.tag FROM chart_version v JOIN chart_repository r ON r.id = v.repository_id "
                "WHERE v.sync_id = :sync"
            )
            tags = {(row[0], row[1]) for row in (await connection.execute(query, {"sync": SECOND_SYNC})).all()}
    finally:
        await store.close()
    return archives, tags


async def state_of(database_url: str, sync_id: int = SECOND_SYNC) -> str | None:
    """None where there is no such sync."""
    store = Store(database_url)
    try:
        async with store.engine.connect() as connection:
            query = text("SELECT state FROM sync WHERE id = :sync")
            found: str | None = (await connection.execute(query, {"sync": sync_id})).scalar()
    finally:
        await store.close()
    return found


def layer_of(manifest: Held) -> str:
    """The digest of the chart's archive."""
    digest: str = json.loads(manifest.body)["layers"][0]["digest"]
    return digest
