import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect
from structlog.testing import capture_logs

from app.graphql_api.http_door import DoorBounds, HttpDoor, bearer_of
from app.services.authorising import Caller
from tests.graphql_api.toy_schema import MANAGER, READER, ToyContext, toy_schema

SCHEMA = toy_schema()
BOUNDS = DoorBounds(connection_init_timeout_seconds=0.2, token_recheck_seconds=0.05)
GENEROUS = DoorBounds()


class Tokens:
    """Knows tokens until they are revoked."""

    def __init__(self) -> None:
        self.principals = {"r": READER, "m": MANAGER}
        self.asked: list[str] = []

    async def authenticate(self, bearer: str) -> Caller | None:
        self.asked.append(bearer)
        if bearer == "crash":
            raise RuntimeError("the secret inside")
        return self.principals.get(bearer)


def door(tokens: Tokens | None = None, bounds: DoorBounds = GENEROUS, **options: Any) -> TestClient:
    known = tokens or Tokens()
    app = HttpDoor(SCHEMA, known.authenticate, ToyContext, bounds=bounds, **options)
    routes = [Route("/graphql", app), WebSocketRoute("/graphql", app)]
    return TestClient(Starlette(routes=routes), base_url="http://store.test", raise_server_exceptions=False)


def post(client: TestClient, query: str = "{hello}", token: str | None = "r", **options: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    headers |= options.pop("headers", {})
    body = options.pop("body", {"query": query, **options})
    return client.post("/graphql", json=body, headers=headers)


def code_of(response: Any) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/json"
    (error,) = response.json()["errors"]
    return response.status_code, error["extensions"]["code"]


def test_query_is_answered() -> None:
    response = post(door())
    assert (response.status_code, response.json()) == (200, {"data": {"hello": "world"}})
    assert response.headers["content-type"] == "application/json"


def test_variables_and_operation_name_are_taken() -> None:
    query = "query A($t:String!){echo(text:$t)} query B{hello}"
    assert post(door(), query, operationName="A", variables={"t": "ü"}).json()["data"]["echo"]["text"] == "ü"
    assert post(door(), query, operationName="B").json()["data"] == {"hello": "world"}


def test_values_beyond_the_fast_encoder_are_answered() -> None:
    data = json.loads(post(door(), "{big}").text)["data"]["big"]
    assert data == {"n": 2**70, "s": "\ud800"}


def test_each_request_has_a_context_of_its_own() -> None:
    client = door()
    assert [post(client, "{who}", token).json()["data"]["who"] for token in "rmr"] == ["ann 1", "mia 1", "ann 1"]


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic cjpy", "r", "Bearer r r"])
def test_request_without_a_valid_token_is_refused(header: str | None) -> None:
    response = post(door(), token=None, headers={} if header is None else {"Authorization": header})
    assert code_of(response) == (401, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("header", "token"), [("Bearer abc", "abc"), ("bearer  abc ", "abc"), ("Basic abc", ""), ("abc", ""), (None, "")]
)
def test_bearer_is_read_from_its_header(header: str | None, token: str) -> None:
    assert bearer_of(header) == token


def test_body_is_not_read_before_the_token_is_known() -> None:
    response = post(door(), token="wrong", body={"query": "x" * 200_000})
    assert code_of(response) == (401, "UNAUTHENTICATED")


def test_failing_authentication_is_masked_and_logged() -> None:
    with capture_logs() as lines:
        response = post(door(), token="crash")
    assert code_of(response) == (500, "INTERNAL")
    assert "secret" not in response.text
    assert response.json()["errors"][0]["extensions"]["errorId"] == lines[0]["error_id"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_other_methods_than_post_are_refused(method: str) -> None:
    response = door().request(method, "/graphql?query={hello}", headers={"Authorization": "Bearer r"})
    assert response.status_code == 405 and response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx",
     "text/plain; application/json", "application/graphql"],
)  # fmt: skip
def test_other_content_types_than_json_are_refused(content_type: str) -> None:
    headers = {"Authorization": "Bearer r", "Content-Type": content_type}
    response = door().post("/graphql", content=b'{"query":"{hello}"}', headers=headers)
    assert code_of(response) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_json_with_a_charset_is_taken() -> None:
    headers = {"Authorization": "Bearer r", "Content-Type": "application/json; charset=utf-8"}
    assert door().post("/graphql", content=b'{"query":"{hello}"}', headers=headers).status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'[{"query":"{hello}"}]', b'"x"', b"5", b"null", b"{}", b'{"query":5}', b'{"query":""}', b"\xff",
     b'{"query":"{hello}","variables":[]}', b'{"query":"{hello}","operationName":5}', b"[" * 5000,
     b'{"query":"{hello}","operationName":"No"}', b'{"query":"subscription{count}"}',
     b'{"query":"{hello}","extensions":1}'],
)  # fmt: skip
def test_body_is_refused_when_it_is_no_operation(body: bytes) -> None:
    headers = {"Authorization": "Bearer r", "Content-Type": "application/json"}
    with capture_logs() as lines:
        response = door().post("/graphql", content=body, headers=headers)
    assert code_of(response) == (400, "BAD_REQUEST")
    assert lines == []


def test_body_is_refused_when_over_its_bound() -> None:
    client = door(bounds=DoorBounds(body_max_bytes=1000))
    room = 1000 - len(json.dumps({"query": "{hello}#"}, separators=(",", ":")))
    assert post(client, "{hello}#" + "x" * room).status_code == 200
    assert code_of(post(client, "{hello}#" + "x" * (room + 1))) == (413, "BODY_TOO_LARGE")


def test_body_is_refused_when_its_chunks_are_over_the_bound_together() -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"query":"{hello}'
        for _ in range(100):
            yield b"x" * 1024

    headers = {"Authorization": "Bearer r", "Content-Type": "application/json"}
    assert code_of(door().post("/graphql", content=chunks(), headers=headers)) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://store.test", 200),
        ("https://app.test", 200),
        ("https://APP.test:443", 200),
        ("https://evil.test", 403),
        ("https://app.test.evil.test", 403),
        ("null", 403),
        ("", 403),
    ],
)
def test_origin_is_checked(origin: str, status: int) -> None:
    client = door(allowed_origins=["https://app.test"])
    assert post(client, headers={"Origin": origin}).status_code == status
    if status == 200:
        with socket(client, headers={"Origin": origin}) as opened:
            assert single(opened, "{hello}") == {"data": {"hello": "world"}}
    else:
        with pytest.raises(WebSocketDisconnect), socket(client, headers={"Origin": origin}):
            pass


@pytest.mark.parametrize(
    ("host", "status"), [("store.test", 200), ("STORE.test:8000", 200), ("rebound.test", 421), ("", 421)]
)
def test_host_is_checked_where_hosts_are_named(host: str, status: int) -> None:
    client = door(allowed_hosts=["store.test"])
    assert post(client, headers={"Host": host}).status_code == status
    if status == 200:
        with socket(client, headers={"Host": host}) as opened:
            assert single(opened, "{hello}") == {"data": {"hello": "world"}}
    else:
        with pytest.raises(WebSocketDisconnect), socket(client, headers={"Host": host}):
            pass


def test_any_host_is_taken_where_none_is_named() -> None:
    assert post(door(), headers={"Host": "anything.test"}).status_code == 200


# ── WebSocket ──


@contextmanager
def socket(
    client: TestClient, token: str | None = "r", headers: dict[str, str] | None = None
) -> Iterator[WebSocketTestSession]:
    """An acknowledged connection; `token` None sends no connection_init."""
    given = {"Host": "store.test", **(headers or {})}
    with client.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"], headers=given) as opened:
        if token is not None:
            opened.send_json({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
            assert opened.receive_json() == {"type": "connection_ack"}
        yield opened


def subscribe(opened: WebSocketTestSession, query: str, identity: str = "1") -> None:
    opened.send_json({"type": "subscribe", "id": identity, "payload": {"query": query}})


def single(opened: WebSocketTestSession, query: str) -> Any:
    subscribe(opened, query)
    message = opened.receive_json()
    assert opened.receive_json()["type"] == "complete" if message["type"] == "next" else True
    return message["payload"]


def close_code(opened: WebSocketTestSession) -> int:
    with pytest.raises(WebSocketDisconnect) as caught:
        while True:
            opened.receive_json()
    return caught.value.code


def test_subscription_streams_to_its_end() -> None:
    with socket(door()) as opened:
        subscribe(opened, "subscription{count(to:2)}")
        messages = [opened.receive_json() for _ in range(3)]
    assert [message["type"] for message in messages] == ["next", "next", "complete"]
    assert messages[1]["payload"] == {"data": {"count": 1}}


@pytest.mark.parametrize(
    "init",
    [
        {},
        {"payload": {}},
        {"payload": {"authorization": "Bearer wrong"}},
        {"payload": {"authorization": 5}},
        {"payload": {"authorization": "r"}},
    ],
)
def test_connection_is_closed_when_connection_init_has_no_valid_token(init: dict[str, Any]) -> None:
    with socket(door(), token=None) as opened:
        opened.send_json({"type": "connection_init", **init})
        assert close_code(opened) == 4403


def test_connection_is_closed_when_it_subscribes_before_its_token() -> None:
    with socket(door(), token=None) as opened:
        subscribe(opened, "{hello}")
        assert close_code(opened) == 4401


def test_connection_is_closed_when_it_stays_silent() -> None:
    with socket(door(bounds=BOUNDS), token=None) as opened:
        assert close_code(opened) == 4408


@pytest.mark.parametrize("protocols", [["graphql-ws"], ["graphql-sse"], []])
def test_other_protocols_are_refused(protocols: list[str]) -> None:
    with door().websocket_connect("/graphql", subprotocols=protocols) as opened:
        assert close_code(opened) == 4406


@pytest.mark.parametrize(
    "message",
    ["", "{", "[]", "5", '"x"', "null", '{"type":"nonsense"}', '{"type":["subscribe"]}', '{"id":"1"}',
     '{"type":"subscribe","id":"1"}', '{"type":"subscribe","id":"1","payload":"x"}',
     '{"type":"subscribe","id":["1"],"payload":{"query":"{hello}"}}',
     '{"type":"subscribe","id":"1","payload":{"query":5}}',
     '{"type":"subscribe","id":"1","payload":{"query":"{hello}","variables":[]}}',
     '{"type":"subscribe","id":"1","payload":{"query":"{hello}","operationName":{}}}', '{"type":"complete","id":{}}'],
)  # fmt: skip
def test_connection_is_closed_when_a_message_is_malformed(message: str) -> None:
    with socket(door()) as opened:
        opened.send_text(message)
        assert close_code(opened) == 4400


def test_connection_is_closed_when_a_message_is_over_the_bound() -> None:
    with socket(door(bounds=DoorBounds(body_max_bytes=1000))) as opened:
        subscribe(opened, "{hello}#" + "x" * 1000)
        assert close_code(opened) == 1009


def test_errors_of_an_operation_leave_the_connection_open() -> None:
    with socket(door()) as opened:
        assert single(opened, "{nothing}")[0]["message"].startswith("Cannot query field")
        assert single(opened, "{books(first:0){nodes{name}}}")[0]["extensions"]["code"] == "BAD_PAGE_SIZE"
        aliases = "{" + " ".join(f"a{n}:hello" for n in range(16)) + "}"
        assert single(opened, aliases)[0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"
        assert single(opened, 'mutation{rename(name:"x")}')["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        subscribe(opened, "subscription{news}")
        assert opened.receive_json()["payload"][0]["extensions"]["code"] == "FORBIDDEN"
        assert single(opened, "{big}")["data"]["big"] == {"n": 2**70, "s": "\ud800"}


def test_each_operation_of_a_connection_has_a_context_of_its_own() -> None:
    with socket(door()) as opened:
        assert [single(opened, "{who}")["data"]["who"] for _ in range(2)] == ["ann 1", "ann 1"]


def test_operations_under_way_are_bounded_for_each_connection() -> None:
    with socket(door(bounds=DoorBounds(operations_per_connection=3))) as opened:
        for identity in "abc":
            subscribe(opened, "subscription{forever}", identity)
            assert opened.receive_json()["type"] == "next"
        subscribe(opened, "{hello}", "d")
        message = opened.receive_json()
        assert (message["type"], message["id"]) == ("error", "d")
        assert message["payload"][0]["message"] == "Subscription limit reached"
        opened.send_json({"type": "complete", "id": "a"})
        assert single(opened, "{hello}") == {"data": {"hello": "world"}}


def test_streams_end_when_their_token_is_revoked() -> None:
    tokens = Tokens()
    with socket(door(tokens, BOUNDS)) as opened:
        subscribe(opened, "subscription{forever}")
        assert opened.receive_json()["payload"] == {"data": {"forever": 0}}
        del tokens.principals["r"]
        assert close_code(opened) == 4403


def test_connection_has_the_role_its_token_has_now() -> None:
    tokens = Tokens()
    with socket(door(tokens, BOUNDS)) as opened:
        assert single(opened, "{who}")["data"]["who"] == "ann 1"
        tokens.principals["r"] = MANAGER
        asked = len(tokens.asked)
        while len(tokens.asked) < asked + 2:
            assert "data" in single(opened, "{hello}")
        assert single(opened, "{who}")["data"]["who"] == "mia 1"


def test_connection_outlives_an_authentication_that_fails_for_a_moment() -> None:
    tokens = Tokens()

    class Flaky(Tokens):
        async def authenticate(self, bearer: str) -> Caller | None:
            tokens.asked.append(bearer)
            if len(tokens.asked) == 2:
                raise RuntimeError("away")
            return READER

    with capture_logs() as lines, socket(door(Flaky(), BOUNDS)) as opened:
        while len(tokens.asked) < 4:
            assert single(opened, "{hello}") == {"data": {"hello": "world"}}
    assert [line["event"] for line in lines] == ["graphql.unexpected_error"]
