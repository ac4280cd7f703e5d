"""The door lets nobody in without the secret, reads no more than it must, and tells nothing."""

import base64
import json
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from app.services.addressing import Addressing
from app.services.noticing import Noticing
from app.store import webhooks
from app.store.sealing import Key, Sealer
from app.store.session import Store
from app.webhooks.door import WebhookBounds, WebhookDoor
from tests.services.conftest import Room
from tests.store.rows import LATER, add_registry, add_repository
from tests.webhooks import payloads

BODY_MAX = 2000


class Door:
    """One registry's webhook, asked without a network between."""

    def __init__(self, room: Room, registry_id: int, url: str, client: httpx.AsyncClient) -> None:
        self.room = room
        self.path = httpx.URL(url).path
        self.registry_id = registry_id
        self.secret = self.path.rpartition("/")[2]
        self.client = client

    async def post(self, body: Any = payloads.QUAY, path: str | None = None, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.client.post(path or self.path, content=content, headers=headers)

    async def waiting(self) -> int:
        async with self.room.store.reading() as session:
            return len(await webhooks.due_pushes(session, LATER.replace(year=2100), 8, 100))


@pytest.fixture
async def door(room: Room) -> AsyncIterator[Door]:
    registry_id = await add_registry(room.store)
    await add_repository(room.store, registry_id)
    addressing = Addressing(room.store, room.sealer, "https://charts.acme.example")
    noticing = Noticing(room.store, room.triggering, timedelta(0))
    app = Starlette(routes=WebhookDoor(addressing, noticing, WebhookBounds(BODY_MAX, 1)).routes())
    url = (await addressing.urls([registry_id]))[registry_id]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://chartroom") as client:
        yield Door(room, registry_id, url, client)


async def test_notification_is_accepted_and_noticed(door: Door) -> None:
    answer = await door.post()
    assert (answer.status_code, answer.json()) == (202, {"accepted": True})
    assert await door.waiting() == 1


async def test_answer_is_the_same_when_the_repository_is_unknown(door: Door) -> None:
    known, unknown = await door.post(), await door.post({"repository": "acme/secret-plans"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert await door.waiting() == 1


@pytest.mark.parametrize(
    "scheme", ["Bearer {secret}", "bearer  {secret}", "Basic {basic}", "{secret}"], ids=lambda scheme: scheme
)
async def test_secret_may_stand_in_a_header_instead_of_the_address(door: Door, scheme: str) -> None:
    basic = base64.b64encode(f"chartroom:{door.secret}".encode()).decode()
    path = f"/webhooks/{door.registry_id}"
    answer = await door.post(path=path, Authorization=scheme.format(secret=door.secret, basic=basic))
    assert answer.status_code == 202


async def test_header_of_the_provider_is_passed_over_when_the_address_holds_the_secret(door: Door) -> None:
    """Pub/Sub signs its pushes so, and Azure sends what it was told to."""
    assert (await door.post(payloads.PUB_SUB, Authorization="Bearer eyJhbGciOi.made.by-google")).status_code == 202


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic !!", "Basic //8=", "wrong"])
async def test_stranger_is_refused_before_the_body_is_read(door: Door, header: str) -> None:
    read: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(1)
        yield b"{}"

    for path in (f"/webhooks/{door.registry_id}", f"{door.path}x", f"/webhooks/{2**70}/{door.secret}"):
        answer = await door.client.post(path, content=body(), headers={"Authorization": header})
        assert answer.status_code == 404
    assert door.secret not in answer.text
    assert await door.waiting() == 0


async def test_all_strangers_get_the_same_answer(door: Door) -> None:
    """Whether there is such a registry is nothing they may know."""
    answers = [
        await door.client.post(f"/webhooks/{registry_id}/nonsense", content=b"{}")
        for registry_id in (door.registry_id, 4711, 2**70)
    ]
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"\xff", 400), (b"[" * 1500, 400), (b"{}", 422), (b"null", 422), (b"x" * 2001, 413)],
    ids=lambda value: repr(value)[:20],
)
async def test_malformed_body_is_refused(door: Door, body: bytes, status: int) -> None:
    assert (await door.post(body)).status_code == status
    assert await door.waiting() == 0


async def test_body_without_end_is_cut_off(door: Door) -> None:
    given = 0

    def endless() -> Iterable[bytes]:
        nonlocal given
        while True:
            given += 1
            yield b" " * 500

    async def parts() -> AsyncIterator[bytes]:
        for part in endless():
            yield part

    assert (await door.client.post(door.path, content=parts())).status_code == 413
    assert given <= 6


async def test_registry_that_tells_too_much_is_asked_to_wait(door: Door) -> None:
    answers = [await door.post() for _ in range(12)]
    assert [answer.status_code for answer in answers[:10]] == [202] * 10
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1


async def test_event_grid_gets_the_code_it_asks_to_see(door: Door) -> None:
    answer = await door.post(payloads.EVENT_GRID_VALIDATION)
    assert answer.status_code == 200
    assert answer.json() == {"validationResponse": "512d38b6-c7b8-40c8-89fe-f46f9e9622b6"}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_other_methods_are_refused(door: Door, method: str) -> None:
    assert (await door.client.request(method, door.path)).status_code == 405


async def test_sender_is_asked_to_try_again_when_the_database_is_away() -> None:
    away = Store("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    addressing = Addressing(away, Sealer(lambda: [Key(bytes(32))]), None)
    routes = WebhookDoor(addressing, Noticing(away, None, timedelta(0))).routes()  # type: ignore[arg-type]
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://chartroom") as client:
        answer = await client.post("/webhooks/1/secret", content=b"{}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    await away.close()
