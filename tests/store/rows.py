"""Rows to begin with, and the time it is in these tests."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.semver import Version
from app.store import findings
from app.store.entities import (
    Authentication,
    ChartRepository,
    ConnectionSecurity,
    Provider,
    Registry,
    Sync,
    SyncState,
    SyncTrigger,
    Visibility,
)
from app.store.findings import FoundVersion
from app.store.session import Store

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def digest_of(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def a_registry(name: str = "acme", **values: Any) -> Registry:
    given: dict[str, Any] = {
        "provider": Provider.OTHER,
        "host": "registry.example.com",
        "visibility": Visibility.PUBLIC,
        "authentication": Authentication.ANONYMOUS,
        "connection_security": ConnectionSecurity.SECURE,
        "use_as_chart_repository": True,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Registry(name=name, **{**given, **values})


async def add_registry(store: Store, name: str = "acme", **values: Any) -> int:
    row = a_registry(name, **values)
    async with store.writing() as session:
        session.add(row)
    return row.id


async def add_repository(store: Store, registry_id: int, name: str = "acme/payments", **values: Any) -> int:
    row = ChartRepository(registry_id=registry_id, name=name, created_at=NOW, **values)
    async with store.writing() as session:
        session.add(row)
    return row.id


async def add_sync(store: Store, registry_id: int, repository_id: int | None = None, **values: Any) -> int:
    given: dict[str, Any] = {"trigger": SyncTrigger.MANUAL, "state": SyncState.QUEUED, "requested_at": NOW}
    row = Sync(registry_id=registry_id, repository_id=repository_id, **{**given, **values})
    async with store.writing() as session:
        session.add(row)
    return row.id


def found_version(
    tag: str = "1.0.0", name: str = "payments", *, digest: str | None = None, **told: Any
) -> FoundVersion:
    """As a sync finds it; `store_found` says in which repository. `told` is what its Chart.yaml and files say."""
    version = Version.from_tag(tag)
    archive_digest = digest_of(f"{name} {tag} {sorted(told.items())}")
    content = {
        "archive_digest": archive_digest,
        "archive_bytes": 1000,
        "name": name,
        "version": str(version),
        "api_version": "v2",
        "app_version": None,
        "type": "application",
        "kube_version": None,
        "description": None,
        "home": None,
        "icon": None,
        "deprecated": False,
        "sources": [],
        "keywords": [],
        "maintainers": [],
        "annotations": {},
        "dependencies": [],
        "chart_yaml": f"name: {name}",
        "readme_markdown": None,
        "readme_plain": False,
        "values_yaml": None,
        "values_schema": None,
        "notes": None,
        "files": [["Chart.yaml", 10]],
        "images": [],
        "changes": [],
    }
    return FoundVersion(
        repository_id=0,
        tag=tag,
        digest=digest or digest_of(f"manifest {name} {tag}"),
        version=str(version),
        sort_key=version.sort_key,
        prerelease=version.is_prerelease,
        archive_digest=archive_digest,
        has_provenance=False,
        created_at=NOW,
        chart_name=name,
        content={**content, **told},
    )


async def store_found(
    store: Store, repository_id: int, *found: FoundVersion, sync_id: int = 1, now: datetime = NOW
) -> tuple[int, dict[str, int]]:
    """The chart's id, and those of its versions by tag."""
    placed = [replace(version, repository_id=repository_id) for version in found]
    async with store.writing() as session:
        ids = await session.run_sync(findings.store_versions, placed, sync_id, now)
        await session.run_sync(findings.refresh_charts, [repository_id], set(ids.values()), now)
        charts = await session.run_sync(findings.ensure_charts, {repository_id: "unused"}, now)
    return charts[repository_id], {tag: version_id for (_, tag), version_id in ids.items()}


async def add_chart(store: Store, registry_id: int, name: str, tag: str = "1.0.0", **told: Any) -> int:
    """A repository with a chart of one version; the chart's id."""
    repository_id = await add_repository(store, registry_id, f"charts/{name}")
    chart_id, _ = await store_found(store, repository_id, found_version(tag, name, **told))
    return chart_id
