"""The demo's walk through Chartroom's GraphQL API: register, follow the first sync, read the store."""

import time
from typing import Any

import httpx

from demo.children import DemoError

REGISTER = """
mutation Register($input: RegisterRegistryInput!) {
  registerRegistry(input: $input) {
    sync { id }
    userErrors { code message field }
  }
}
"""
FOLLOW = """
query Follow($id: ID!) {
  sync(id: $id) {
    state
    progress { versionsTotal versionsDone versionsAdded versionsFailed bytesPulled }
    error { code message }
    faults(first: 20) { nodes { code message repository tag } }
  }
}
"""
STORE = """
query Store {
  charts(first: 50, orderBy: NAME) {
    totalCount
    nodes {
      name
      description
      deprecated
      versionCount
      latestVersion { version appVersion }
      latestPrerelease { version }
      repository { name skippedTags { tag reason } }
    }
  }
}
"""
FINISHED = frozenset({"SUCCEEDED", "PARTIAL", "FAILED", "CANCELLED"})
SYNC_TIMEOUT_SECONDS = 120.0  # a safety net: the samples take a second or two


class StoreWalk:
    """`url` is Chartroom's, without a path. Every method raises DemoError where Chartroom refuses."""

    def __init__(self, url: str, token: str) -> None:
        self._endpoint = f"{url}/graphql"
        self._headers = {"Authorization": f"Bearer {token}"}

    def register(self, host: str, repositories: list[str], username: str, password: str) -> str:
        """The id of the sync that registration starts. `host` is host:port, spoken to over plain HTTP."""
        other = {
            "registryUrl": host,
            "authentication": {"username": username, "passwordOrToken": password},
            "connectionSecurity": "INSECURE",
        }
        registration = {
            "name": "samples",
            "visibility": "PRIVATE",
            "provider": {"other": other},
            "useAsChartRepository": True,
            "repositories": repositories,
        }
        payload = self._ask(REGISTER, input=registration)["registerRegistry"]
        if payload["userErrors"] or payload["sync"] is None:
            raise DemoError(f"Chartroom did not register {host}: {payload['userErrors']}")
        return str(payload["sync"]["id"])

    def follow(self, sync_id: str) -> dict[str, Any]:
        """The finished sync: state, progress, faults."""
        deadline = time.monotonic() + SYNC_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            sync: dict[str, Any] = self._ask(FOLLOW, id=sync_id)["sync"]
            if sync["state"] in FINISHED:
                if sync["state"] == "FAILED":
                    raise DemoError(f"The sync failed: {sync['error']} {sync['faults']['nodes']}")
                return sync
            time.sleep(0.1)
        raise DemoError(f"The sync did not finish within {SYNC_TIMEOUT_SECONDS:.0f} seconds")

    def charts(self) -> list[dict[str, Any]]:
        nodes: list[dict[str, Any]] = self._ask(STORE)["charts"]["nodes"]
        return nodes

    def _ask(self, document: str, **variables: object) -> dict[str, Any]:
        body = {"query": document, "variables": variables}
        try:
            response = httpx.post(self._endpoint, json=body, headers=self._headers, timeout=30, trust_env=False)
        except httpx.TransportError as error:
            raise DemoError(f"Chartroom does not answer at {self._endpoint}: {error}") from error
        answer = response.json() if "json" in response.headers.get("Content-Type", "") else {}
        if answer.get("errors") or not answer.get("data"):
            raise DemoError(f"Chartroom answered {response.status_code}: {answer.get('errors') or response.text[:500]}")
        data: dict[str, Any] = answer["data"]
        return data


def chart_table(charts: list[dict[str, Any]]) -> str:
    """One line for each chart, under a heading; then the tags that are no charts."""
    heading = ("CHART", "LATEST", "APP", "VERSIONS", "")
    rows = [
        (
            chart["name"],
            chart["latestVersion"]["version"],
            chart["latestVersion"]["appVersion"] or "–",
            str(chart["versionCount"]),
            _remark(chart),
        )
        for chart in charts
    ]
    widths = [max(len(row[column]) for row in [heading, *rows]) for column in range(len(heading))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [heading, *rows]
    ]
    skipped = [
        f"skipped: {chart['repository']['name']}:{skip['tag'][:20]} ({skip['reason']})"
        for chart in charts
        for skip in chart["repository"]["skippedTags"]
    ]
    return "\n".join([*lines, *skipped])


def _remark(chart: dict[str, Any]) -> str:
    newest = (chart["latestPrerelease"] or chart["latestVersion"])["version"]
    remarks = ["deprecated"] if chart["deprecated"] else []
    if newest != chart["latestVersion"]["version"]:
        remarks.append(f"{newest} is out for trial")
    return ", ".join(remarks)
