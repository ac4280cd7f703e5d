"""A kept answer is the one that would be worked out now, and costs no statement; clients that have it are told so."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import col
from starlette.applications import Starlette
from starlette.routing import Route

from app.domain.roles import Role
from app.graphql_api.context import context_maker
from app.graphql_api.http_door import HttpDoor
from app.graphql_api.kept_answers import KeptAnswers
from app.graphql_api.kept_fields import KeptDocuments
from app.services.authorising import Authorising
from app.store.entities import Chart, Registry
from app.store.session import Store, execute
from tests.graphql_api.conftest import Desk
from tests.graphql_api.rows import add_chart, add_registry

SAFETY_SECONDS = 30  # a net against a hang
NAMES = "query Names($first: Int) { charts(first: $first, orderBy: NAME) { totalCount nodes { name description } } }"
BOTH = "query A { charts { nodes { name } } } query B { charts { totalCount } }"


@dataclass
class Client:
    """Asks the door over HTTP, with one token."""

    desk: Desk
    kept: KeptAnswers
    http: httpx.AsyncClient
    secret: str
    today: list[date] = field(default_factory=lambda: [date(2026, 3, 1)])

    async def post(self, query: str = NAMES, secret: str | None = None, known: str | None = None, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {secret or self.secret}"}
        if known is not None:
            headers["If-None-Match"] = known
        return await self.http.post("/graphql", json={"query": query, **body}, headers=headers)

    async def fresh(self, query: str, variables: dict[str, Any]) -> Any:
        """As nobody has answered it before."""
        return (await self.desk.answer(query, Role.READER, **variables)).data

    async def settled(self) -> None:
        """Nothing is to be noted or heard of any more."""
        await self.post()  # notes the use of the token, which moves the revision
        await self.post()
        await asyncio.sleep(0.05)


@pytest.fixture
async def client(desk: Desk) -> AsyncIterator[Client]:
    async for made in client_of(desk):
        yield made


async def client_of(desk: Desk, max_bytes: int = 1_000_000) -> AsyncIterator[Client]:
    await desk.store.revision.start()
    async with asyncio.timeout(SAFETY_SECONDS):
        while desk.store.revision.current() is None:
            await asyncio.sleep(0.01)
    today = [date(2026, 3, 1)]
    documents = KeptDocuments(desk.schema._schema, 1_000)
    kept = KeptAnswers(documents, desk.store.revision, max_bytes, lambda: today[0])
    door = HttpDoor(desk.schema, desk.services.authorising.recognise, context_maker(desk.services), kept=kept)
    _, secret = await desk.services.authorising.create("reader", Role.READER, None, "test")
    transport = httpx.ASGITransport(Starlette(routes=[Route("/graphql", door)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://store.test") as http:
        yield Client(desk, kept, http, secret, today)


@pytest.fixture
async def acme(store: Store) -> Registry:
    registry = await add_registry(store)
    await add_chart(store, registry, "charts/payments", description="pays")
    return registry


async def described(store: Store, chart: Chart, text: str) -> None:
    async with store.writing() as session:
        await execute(session, update(Chart).where(col(Chart.id) == chart.id).values(description=text))


async def test_question_asked_again_costs_no_statement(client: Client, acme: Registry) -> None:
    await client.settled()
    first = await client.post()
    with client.desk.statements() as statements:
        again = await client.post()
        other_spelling = await client.post(variables={}, operationName=None)
    assert statements == []
    assert again.content == first.content == other_spelling.content
    assert again.json()["data"]["charts"]["nodes"] == [{"name": "payments", "description": "pays"}]


async def test_answer_is_fresh_after_every_commit_of_this_process(client: Client, acme: Registry) -> None:
    for number in range(5):
        await add_chart(client.desk.store, acme, f"charts/more-{number}")
        assert (await client.post()).json()["data"]["charts"]["totalCount"] == number + 2


async def test_answer_is_fresh_after_the_commit_of_another_process(
    client: Client, acme: Registry, database_url: str
) -> None:
    await client.settled()
    other = Store(database_url)
    await add_chart(other, acme, "charts/more")
    if not other.is_sqlite:  # the notification is under way
        await asyncio.sleep(0.5)
    assert (await client.post()).json()["data"]["charts"]["totalCount"] == 2
    await other.close()


async def test_other_variables_operations_and_days_have_answers_of_their_own(client: Client, acme: Registry) -> None:
    await add_chart(client.desk.store, acme, "charts/shop")
    sizes = [len((await client.post(variables={"first": n})).json()["data"]["charts"]["nodes"]) for n in (1, 2, 1)]
    assert sizes == [1, 2, 1]
    told = [(await client.post(BOTH, operationName=name)).json()["data"]["charts"] for name in "AB"]
    assert told == [{"nodes": [{"name": "payments"}, {"name": "shop"}]}, {"totalCount": 2}]
    await client.settled()
    client.today[0] += timedelta(days=1)
    with client.desk.statements() as statements:
        await client.post()
    assert statements != []


async def test_other_roles_have_answers_of_their_own(client: Client, acme: Registry) -> None:
    _, admin = await client.desk.services.authorising.create("admin", Role.ADMIN, None, "test")
    await client.post(secret=admin)
    await client.settled()
    await client.post("{ charts { totalCount } }", secret=admin)  # so that the token is known
    with client.desk.statements() as statements:
        await client.post(secret=admin)
    assert statements != []


async def test_kept_answer_is_given_to_nobody_without_a_valid_token(client: Client, acme: Registry) -> None:
    authorising = client.desk.services.authorising
    token, revoked = await authorising.create("other", Role.READER, None, "test")
    assert (await client.post(secret=revoked)).status_code == 200
    await authorising.revoke(token.id, "test")
    await client.settled()
    for secret in (revoked, "chartroom_wrong", "x"):
        assert (await client.post(secret=secret)).status_code == 401


async def test_token_ends_while_everything_is_kept(store: Store) -> None:
    now = [datetime(2026, 3, 1, tzinfo=UTC)]
    authorising = Authorising(store, clock=lambda: now[0])
    await store.revision.start()
    _, secret = await authorising.create("ci", Role.READER, now[0] + timedelta(seconds=30), "test")
    assert [await authorising.recognise(secret) is not None for _ in range(3)] == [True] * 3
    now[0] += timedelta(seconds=30)
    assert await authorising.recognise(secret) is None


async def test_errors_are_not_kept(client: Client) -> None:
    await client.settled()
    wrong = {"query": "query($id: ID!) { chart(id: $id) { name } }", "variables": {"id": "wrong"}}
    for _ in range(2):
        response = await client.post(**wrong)
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_ID"
        assert "etag" not in response.headers and "cache-control" not in response.headers
    bytes_kept = client.kept.bytes_kept
    await client.post("{ charts { nothing } }")
    await client.post(extensions=1)
    assert client.kept.bytes_kept == bytes_kept


async def test_body_that_is_refused_is_refused_although_its_question_is_kept(client: Client) -> None:
    await client.settled()
    assert (await client.post(extensions=1)).status_code == 400
    assert (await client.post(operationName="No")).status_code == 400
    assert (await client.post(variables=[])).status_code == 400


async def test_answers_that_depend_on_more_than_rows_have_no_tag(client: Client) -> None:
    response = await client.post("{ viewer { name } }")
    assert response.status_code == 200
    assert "etag" not in response.headers


async def test_client_with_the_tag_is_told_that_nothing_changed(client: Client, acme: Registry) -> None:
    first = await client.post()
    tag = first.headers["etag"]
    assert tag.startswith('"') and tag.endswith('"')
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["vary"] == "Authorization"
    for known in (tag, f'"other", {tag}', f"W/{tag}"):
        response = await client.post(known=known)
        assert (response.status_code, response.content) == (304, b"")
        assert (response.headers["etag"], response.headers["vary"]) == (tag, "Authorization")
    for known in ('"other"', "", tag.strip('"')):
        assert (await client.post(known=known)).content == first.content
    await add_chart(client.desk.store, acme, "charts/shop")
    changed = await client.post(known=tag)
    assert changed.status_code == 200 and changed.headers["etag"] != tag


async def test_tag_stays_when_something_else_was_committed(client: Client, acme: Registry) -> None:
    tag = (await client.post()).headers["etag"]
    await add_registry(client.desk.store, "another")
    assert (await client.post(known=tag)).status_code == 304


async def test_tag_is_told_where_nothing_is_kept(desk: Desk, acme: Registry) -> None:
    async for client in client_of(desk, max_bytes=0):
        tag = (await client.post()).headers["etag"]
        assert (await client.post(known=tag)).status_code == 304
        assert client.kept.bytes_kept == 0


async def test_memory_for_answers_is_bounded(desk: Desk, acme: Registry) -> None:
    async for client in client_of(desk, max_bytes=5_000):
        await client.settled()
        for first in range(1, 30):
            await client.post(variables={"first": first})
        assert 1_000 < client.kept.bytes_kept <= 5_000


async def test_equal_questions_under_way_are_answered_by_one_reading(client: Client, acme: Registry) -> None:
    await client.settled()
    query = NAMES.replace("Names", "Others")
    with client.desk.statements() as alone:
        await client.post(query.replace("Others", "More"))
    with client.desk.statements() as together:
        answers = await asyncio.gather(*(client.post(query) for _ in range(10)))
    assert len(together) == len(alone) > 0
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("seed", range(3))
async def test_kept_answers_are_what_would_be_answered_now(client: Client, acme: Registry, seed: int) -> None:
    """Writes and questions in any order and at once; what is asked after a write knows of it."""
    source, store = random.Random(seed), client.desk.store
    charts = [await add_chart(store, acme, f"charts/c{number}", tags=["1.0.0", "1.1.0"]) for number in range(4)]
    questions: list[tuple[str, dict[str, Any]]] = [
        (NAMES, {"first": 2}),
        (NAMES, {"first": 3}),
        ("query($s: String) { charts(search: $s) { totalCount nodes { description } } }", {"s": "pays"}),
        ("{ charts(orderBy: UPDATED_AT_DESC) { nodes { name registry { name } } facets { deprecated } } }", {}),
    ]

    async def write() -> None:
        chart = source.choice(charts)
        await described(store, chart, f"pays {source.random()}")

    async def ask() -> None:
        query, variables = source.choice(questions)
        answer = (await client.post(query, variables=variables)).json()["data"]
        assert answer.keys() == {"charts"}

    for _ in range(25):
        await asyncio.gather(*(source.choice([ask, ask, write])() for _ in range(source.randrange(1, 5))))
        query, variables = source.choice(questions)
        kept = (await client.post(query, variables=variables)).json()["data"]
        assert kept == await client.fresh(query, variables)
