# ruff: noqa: SIM905 - words are read more easily than lists of them
"""A store full of made-up charts: 20 versions each, texts of words as skewed as in real ones."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import select

from app.domain.semver import Version
from app.store import indexing
from app.store.entities import (
    Authentication,
    Chart,
    ChartContent,
    ChartRepository,
    ChartVersion,
    ConnectionSecurity,
    Provider,
    Registry,
    Visibility,
)
from app.store.session import Store, execute

VERSIONS_EACH = 20
REGISTRIES = 20
BATCH = 500
NOW = datetime(2026, 3, 1, tzinfo=UTC)
PRODUCTS = (
    "redis postgresql nginx kafka grafana prometheus vault consul mysql mongodb rabbitmq elasticsearch jenkins gitlab "
    "harbor keycloak traefik loki tempo jaeger velero minio longhorn airflow superset metabase nextcloud wordpress"
).split()
PARTS = "operator cluster exporter server agent proxy gateway ui worker sync backup ha csi driver adapter stack".split()
TOPICS = "database cache queue monitoring logging storage ingress security ci gitops backup messaging search ai".split()
COMMON = "kubernetes the helm chart install values image service deployment cluster server default enabled".split()
RARE_EACH = 1_000  # charts to one that names a rare word


def _words(source: random.Random, vocabulary: list[str], count: int) -> str:
    # Squared, so that a few words are in nearly every text and most in few: near enough to Zipf.
    size = len(vocabulary)
    return " ".join(vocabulary[int(source.random() ** 2 * size)] for _ in range(count))


async def fill(store: Store, versions: int) -> int:
    """How many charts there are then."""
    charts = versions // VERSIONS_EACH
    source = random.Random(1)
    vocabulary = COMMON + [f"{source.choice(TOPICS)[:4]}{number:x}" for number in range(4_000)]
    await _registries(store)
    for start in range(0, charts, BATCH):
        await _charts(store, source, vocabulary, range(start + 1, min(start + BATCH, charts) + 1))
    async with store.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("ANALYZE"))
    return charts


async def _registries(store: Store) -> None:
    rows = [
        {
            "id": number, "name": f"registry-{number}", "provider": Provider.OTHER, "host": f"r{number}.example.com",
            "visibility": Visibility.PUBLIC, "authentication": Authentication.ANONYMOUS, "sign_in": {},
            "connection_security": ConnectionSecurity.SECURE, "use_as_chart_repository": True,
            "created_at": NOW, "updated_at": NOW,
        }
        for number in range(1, REGISTRIES + 1)
    ]  # fmt: skip
    async with store.writing() as session:
        await execute(session, insert(Registry), rows)


async def _charts(store: Store, source: random.Random, vocabulary: list[str], numbers: range) -> None:
    told = {number: _content(source, vocabulary, number) for number in numbers}
    repositories = [
        {
            "id": number, "registry_id": number % REGISTRIES + 1, "name": f"acme/{told[number]['name']}-{number}",
            "enabled": True, "state": "SYNCED", "version_count": VERSIONS_EACH, "listed_empty": False,
            "created_at": NOW,
        }
        for number in numbers
    ]  # fmt: skip
    rows = [_chart(source, number, told[number]) for number in numbers]
    versions = [_version(number, minor) for number in numbers for minor in range(VERSIONS_EACH)]
    # The content of older versions is not what is measured here; one row stands for all of a chart.
    contents = [told[number] for number in numbers]
    async with store.writing() as session:
        for entity, values in (
            (ChartRepository, repositories), (ChartContent, contents), (Chart, rows), (ChartVersion, versions),
        ):  # fmt: skip
            await execute(session, insert(entity), values)
    async with store.writing() as session:
        found = select(ChartContent).where(ChartContent.archive_digest.in_([row["archive_digest"] for row in contents]))  # type: ignore[attr-defined]
        by_digest = {row.archive_digest: row for row in (await session.exec(found)).all()}
        await session.run_sync(
            indexing.index_charts, {number: by_digest[f"sha256:{number:064x}"] for number in numbers}
        )


def _content(source: random.Random, vocabulary: list[str], number: int) -> dict[str, Any]:
    product, part = source.choice(PRODUCTS), source.choice(PARTS)
    rare = "zanzibar" if number % RARE_EACH == 0 else ""
    name = product if number <= len(PRODUCTS) else f"{product}-{part}-{number % 97}"
    return {
        "archive_digest": f"sha256:{number:064x}", "archive_bytes": 20_000, "name": name, "version": "1.19.0",
        "api_version": "v2", "type": "library" if number % 20 == 0 else "application",
        "kube_version": source.choice([None, ">=1.25.0-0", ">=1.30", ">=1.22 <1.33"]),
        "description": f"{product} {_words(source, vocabulary, 8)}", "deprecated": number % 10 == 0, "sources": [],
        "keywords": [product, *source.sample(TOPICS, 3), f"team-{source.randrange(400)}"],
        "maintainers": [{"name": f"team-{number % 50}", "email": None}], "annotations": {},
        "dependencies": [{"name": source.choice(PRODUCTS), "version": "1.x.x"}], "chart_yaml": f"name: {name}\n",
        "readme_markdown": f"# {name}\n\nkubernetes {rare} {_words(source, vocabulary, 400)}",
        "values_yaml": "".join(f"{word}: 1\n" for word in source.sample(vocabulary, 40)),
        "files": [], "images": [f"docker.io/acme/{product}:1.{number % 30}"], "changes": [],
    }  # fmt: skip


def _chart(source: random.Random, number: int, told: dict[str, Any]) -> dict[str, Any]:
    latest = (number - 1) * VERSIONS_EACH + VERSIONS_EACH
    same = ("name", "description", "sources", "keywords", "maintainers", "type", "deprecated")
    return {name: told[name] for name in same} | {
        "id": number, "repository_id": number, "registry_id": number % REGISTRIES + 1, "latest_version_id": latest,
        "latest_prerelease_id": latest, "version_count": VERSIONS_EACH, "prerelease": False, "name_key": "",
        "updated_at": NOW - timedelta(seconds=source.randrange(10**8)),
    }  # fmt: skip


def _version(number: int, minor: int) -> dict[str, Any]:
    version = Version(1, minor, 0)
    return {
        "id": (number - 1) * VERSIONS_EACH + minor + 1, "chart_id": number, "repository_id": number,
        "tag": f"1.{minor}.0", "version": str(version), "sort_key": version.sort_key, "prerelease": False,
        "digest": f"sha256:{number * 100 + minor:064x}", "archive_digest": f"sha256:{number:064x}",
        "has_provenance": False, "created_at": NOW, "stored_at": NOW, "within_policy": True, "sync_id": 1,
    }  # fmt: skip
