"""Rows as a sync leaves them, written without one."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from app.domain.semver import Version
from app.domain.sync_events import SyncState, SyncTrigger
from app.store import indexing
from app.store.entities import (
    Authentication,
    Chart,
    ChartContent,
    ChartRepository,
    ChartVersion,
    ConnectionSecurity,
    DigestSighting,
    Provider,
    Registry,
    Sync,
    Visibility,
)
from app.store.session import Store

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def digest_of(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


async def add(store: Store, row: Any) -> Any:
    async with store.writing() as session:
        session.add(row)
    return row


async def add_registry(store: Store, name: str = "acme", **values: Any) -> Registry:
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
    row: Registry = await add(store, Registry(name=name, **{**given, **values}))
    return row


async def add_repository(store: Store, registry: Registry, name: str, **values: Any) -> ChartRepository:
    row: ChartRepository = await add(
        store, ChartRepository(registry_id=registry.id, name=name, created_at=NOW, **values)
    )
    return row


async def add_sync(store: Store, registry: Registry, **values: Any) -> Sync:
    given: dict[str, Any] = {"trigger": SyncTrigger.MANUAL, "state": SyncState.SUCCEEDED, "requested_at": NOW}
    row: Sync = await add(store, Sync(registry_id=registry.id, **{**given, **values}))
    return row


async def add_chart(
    store: Store,
    registry: Registry,
    path: str = "charts/payments",
    tags: Sequence[str] = ("1.0.0",),
    updated_at: datetime = NOW,
    **told: Any,
) -> Chart:
    """A repository and its chart, named as the last part of the path; `told` is what its Chart.yaml and files say."""
    name = path.rpartition("/")[2]
    repository = await add_repository(store, registry, path, version_count=len(tags))
    chart = Chart(
        repository_id=repository.id,
        registry_id=registry.id,
        name=told.get("name", name),
        type=told.get("type", "application"),
        updated_at=updated_at,
        version_count=len(tags),
        **{key: told[key] for key in ("description", "deprecated", "keywords", "maintainers") if key in told},
    )
    await add(store, chart)
    versions = [version_of(chart, tag) for tag in tags]
    contents = [content_of(row, name, told) for row in versions]
    async with store.writing() as session:
        session.add_all(contents)
        await session.flush()
        session.add_all(versions)
        session.add_all(
            DigestSighting(repository_id=repository.id, tag=row.tag, digest=row.digest, first_seen_at=NOW)
            for row in versions
        )
        await session.flush()
        highest = max(versions, key=lambda row: row.sort_key)
        releases = [row for row in versions if not row.prerelease]
        latest = max(releases, key=lambda row: row.sort_key) if releases else highest
        chart.latest_version_id, chart.latest_prerelease_id = latest.id, highest.id
        session.add(chart)
        await session.flush()
        await session.run_sync(indexing.index_charts, {chart.id: contents[versions.index(latest)]})
    return chart


def version_of(chart: Chart, tag: str) -> ChartVersion:
    version = Version.from_tag(tag)
    return ChartVersion(
        chart_id=chart.id,
        repository_id=chart.repository_id,
        tag=tag,
        version=str(version),
        sort_key=version.sort_key,
        prerelease=version.is_prerelease,
        digest=digest_of(f"manifest {chart.id} {tag}"),
        archive_digest=digest_of(f"archive {chart.id} {tag}"),
        created_at=NOW,
        stored_at=NOW,
    )


def content_of(row: ChartVersion, name: str, told: dict[str, Any]) -> ChartContent:
    given: dict[str, Any] = {
        "name": name,
        "version": row.version,
        "api_version": "v2",
        "type": "application",
        "archive_bytes": 1000,
        "chart_yaml": f"name: {name}\n",
        "files": [["Chart.yaml", 10], ["templates/service.yaml", 20]],
    }
    return ChartContent(archive_digest=row.archive_digest, **{**given, **told})
