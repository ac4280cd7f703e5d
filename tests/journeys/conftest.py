"""Chartroom as people run it: the command in a process of its own, asked over HTTP and WebSocket."""

import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.real.child_process import ChildProcess, free_port
from tests.real.docker_registry import DockerRegistry

ADMIN_TOKEN = "a-first-admin-token-given-from-outside"
COMMAND = Path(sys.executable).with_name("chartroom")


class Chartroom:
    """`chartroom serve` over its own data folder; it can be killed and started again on the same port."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.token = ADMIN_TOKEN
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("CHARTROOM_")},
            "CHARTROOM_PORT": str(self.port),
            "CHARTROOM_DATA_DIR": str(folder),
            "CHARTROOM_ADMIN_TOKEN": ADMIN_TOKEN,
            "CHARTROOM_ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8,::1/128",
            "CHARTROOM_LOG_FORMAT": "json",
            "CHARTROOM_LEASE_SECONDS": "3",
            **{f"CHARTROOM_{name.upper()}": value for name, value in settings.items()},
        }
        self.process = ChildProcess(
            [str(COMMAND), "serve", "--first-run"], folder.with_suffix(".log"), environment=self.environment
        )

    def start(self) -> None:
        self.process.start(self._is_ready)

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.base_url}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def ask(self, document: str, token: str | None = ADMIN_TOKEN, **variables: Any) -> dict[str, Any]:
        """The data of a GraphQL answer without errors."""
        answer = self.post(document, token, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    def post(self, document: str, token: str | None = ADMIN_TOKEN, **variables: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        response = httpx.post(
            f"{self.base_url}/graphql", json={"query": document, "variables": variables}, headers=headers, timeout=60
        )
        answer: dict[str, Any] = response.json()
        return answer

    def subscribe(self, document: str, **variables: Any) -> AsyncGenerator[dict[str, Any], None]:
        return subscribed(self.port, self.token, document, **variables)

    async def events(self, sync_id: str, after: int = 0) -> list[dict[str, Any]]:
        """What `syncEvents` streams, from its first event to the last."""
        async with aclosing(self.subscribe(SYNC_EVENTS, id=sync_id, after=after)) as frames:
            return [frame["syncEvents"] async for frame in frames]


async def subscribed(port: int, token: str, document: str, **variables: Any) -> AsyncGenerator[dict[str, Any], None]:
    """The data of each frame until the subscription is complete."""
    url = f"ws://127.0.0.1:{port}/graphql"
    async with connect(url, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        payload = {"query": document, "variables": variables}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        async for frame in socket:
            message = json.loads(frame)
            if message["type"] == "complete":
                return
            assert message["type"] == "next", message
            assert "errors" not in message["payload"], message
            yield message["payload"]["data"]


SYNC_EVENTS = """
subscription Events($id: ID!, $after: Int!) {
  syncEvents(syncId: $id, after: $after) {
    __typename syncId sequence at
    progress { repositoriesTotal repositoriesDone versionsTotal versionsDone versionsAdded versionsFailed bytesPulled }
    ... on RepositoryListed { repository tags }
    ... on ChartVersionStored { repository version chartVersionId }
    ... on SyncFaulted { fault { code message repository tag digest temporary } }
    ... on RepositoryFinished { repository repositoryState: state }
    ... on SyncFinished { state }
  }
}
"""

REGISTER = """
mutation Register($input: RegisterRegistryInput!) {
  registerRegistry(input: $input) {
    registry { id name host provider authentication username connectionSecurity }
    sync { id state trigger }
    userErrors { code message field }
  }
}
"""


def registry_input(registry: DockerRegistry, *repositories: str, name: str = "acme", **other: Any) -> dict[str, Any]:
    """RegisterRegistryInput for a real registry, with its own login and CA."""
    given: dict[str, Any] = {"registryUrl": registry.host}
    if registry.username:
        given["authentication"] = {"username": registry.username, "passwordOrToken": registry.password}
    if registry.ca_pem:
        given |= {"connectionSecurity": "SECURE_WITH_CA", "caCertificate": registry.ca_pem}
    else:
        given["connectionSecurity"] = "INSECURE"
    return {
        "name": name,
        "visibility": "PRIVATE" if registry.username else "PUBLIC",
        "provider": {"other": {**given, **other}},
        "useAsChartRepository": True,
        "repositories": list(repositories),
    }


StartChartroom = Callable[..., Chartroom]


@pytest.fixture
def start_chartroom(tmp_path: Path) -> Iterator[StartChartroom]:
    """Starts Chartrooms, settings as keywords; the same `folder` name gives the same data."""
    started: list[Chartroom] = []

    def start(folder: str = "data", **settings: str) -> Chartroom:
        chartroom = Chartroom(tmp_path / folder, **settings)
        started.append(chartroom)
        chartroom.start()
        return chartroom

    yield start
    for chartroom in started:
        chartroom.process.stop(signal.SIGTERM)


@pytest.fixture
def chartroom(start_chartroom: StartChartroom) -> Chartroom:
    return start_chartroom()
