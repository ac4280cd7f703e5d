"""The GraphQL door on the wire: JSON by POST, and graphql-transport-ws.

Sources: GraphQL over HTTP (working draft), graphql-transport-ws (enisdenjo/graphql-ws, PROTOCOL.md). Order of
the checks: host, method, origin, content type, token, size, JSON; the token comes before any of the body.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError, MissingQueryError
from strawberry.http.parse_content_type import parse_content_type
from strawberry.http.websocket_origin import is_same_origin, normalize_origin
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UNSET, UnsetType

from app.graphql_api.door_schema import DoorSchema
from app.graphql_api.errors import INTERNAL_CODE, Unauthenticated, log_unexpected
from app.graphql_api.kept_answers import FAULTLESS, KeptAnswers
from app.graphql_api.permissions import HasPrincipal
from app.graphql_api.socket_sessions import TOO_LARGE, BoundedSocketAdapter, SocketContext, SocketSession
from app.graphql_api.wire_json import encode
from app.services.authorising import Caller
from app.services.courtesy import Courtesy

Authenticate = Callable[[str], Awaitable[Caller | None]]
MakeContext = Callable[[Caller | None], HasPrincipal]

CODE_BY_STATUS: Final = {
    400: "BAD_REQUEST",
    403: "ORIGIN_REFUSED",
    405: "METHOD_NOT_ALLOWED",
    413: "BODY_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    421: "HOST_REFUSED",
}
HEADS_REMEMBERED: Final = 64
_PRINCIPAL_KEY: Final = "chartroom.principal"


@dataclass(frozen=True, slots=True)
class DoorBounds:
    """What one client may take up."""

    body_max_bytes: int = 64 * 1024
    """Of a request, and of a WebSocket message."""
    operations_per_connection: int = 20
    connection_init_timeout_seconds: float = 10.0
    """How long a WebSocket may stay silent about who it is."""
    token_recheck_seconds: float = 30.0
    """How long a revoked or expired token keeps the streams it has open."""


class HttpDoor(GraphQL[Any, None]):
    """The ASGI application of `/graphql`. `authenticate` gives None for a token not, or no more, valid."""

    graphql_transport_ws_handler_class = SocketSession
    websocket_adapter_class = BoundedSocketAdapter

    def __init__(
        self,
        schema: DoorSchema,
        authenticate: Authenticate,
        make_context: MakeContext,
        *,
        allowed_origins: Collection[str] = (),
        allowed_hosts: Collection[str] = (),
        bounds: DoorBounds | None = None,
        kept: KeptAnswers | None = None,
        courtesy: Courtesy | None = None,
    ) -> None:
        """Origins as `https://host[:port]`, one's own always may; hosts without port, none means any.

        Without `kept` every answer is worked out anew, and none has a tag. `courtesy` is told of who waits for one.
        """
        self.bounds = bounds or DoorBounds()
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=self.bounds.connection_init_timeout_seconds),
            max_subscriptions_per_connection=self.bounds.operations_per_connection,
            allowed_origins=tuple(allowed_origins),
        )
        self.authenticate = authenticate
        self.make_context = make_context
        self._kept = kept
        self._courtesy = courtesy or Courtesy()
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)
        # Clients send the same head again and again. Only what passed is remembered.
        self._check_head = lru_cache(maxsize=HEADS_REMEMBERED)(self._check)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            socket = WebSocket(scope, receive=receive, send=send)
            if self._is_host_allowed(socket.headers.get("host")):
                await self.run(socket)
            else:
                await self.reject_websocket(socket)
            return
        response = await self._respond(Request(scope, self._bounded(receive)))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        try:
            # The first of each name, as Starlette's Headers have it, but looked through once for all.
            head = dict(reversed(request.scope["headers"]))
            self._check_head(request.method, head.get(b"host"), head.get(b"origin"), head.get(b"content-type"))
            principal = await self._principal_of(head.get(b"authorization"))
            if principal is None:
                return refusal(401, Unauthenticated().message, Unauthenticated.code)
            request.scope[_PRINCIPAL_KEY] = principal
            with self._courtesy:
                if self._kept is None:
                    return await self.run(request)
                known_tags = _text_of(head.get(b"if-none-match"))
                return await self._kept.respond(request, principal, known_tags, lambda: self.run(request))
        except HTTPException as error:
            return refusal(error.status_code, error.reason, CODE_BY_STATUS.get(error.status_code, "BAD_REQUEST"))
        except Exception as error:
            error_id = log_unexpected(error)
            message = f"Something went wrong on our side. Our log has more under error id {error_id}."
            return refusal(500, message, INTERNAL_CODE, errorId=error_id)

    def _check(self, method: str, host: bytes | None, origin: bytes | None, content_type: bytes | None) -> None:
        if not self._is_host_allowed(_text_of(host)):
            raise HTTPException(421, "This host name is not one of ours (CHARTROOM_ALLOWED_HOSTS).")
        if method != "POST":
            raise HTTPException(405, "GraphQL is asked by POST here, queries too.")
        if origin is not None and not self._is_origin_allowed(_text_of(host), origin.decode("latin-1")):
            raise HTTPException(403, "Pages of this origin may not ask (CHARTROOM_ALLOWED_ORIGINS).")
        if parse_content_type(_text_of(content_type) or "")[0] != "application/json":
            raise HTTPException(415, "The body must be JSON: send Content-Type: application/json.")

    def _is_host_allowed(self, header: str | None) -> bool:
        if not self._allowed_hosts:
            return True
        try:
            return urlsplit(f"//{header or ''}").hostname in self._allowed_hosts
        except ValueError:
            return False

    def _is_origin_allowed(self, host: str | None, origin: str) -> bool:
        if "*" in self.allowed_origins or is_same_origin(origin, host):
            return True
        return normalize_origin(origin) in self.allowed_origins

    async def _principal_of(self, header: bytes | None) -> Caller | None:
        bearer = bearer_of(_text_of(header))
        return await self.authenticate(bearer) if bearer else None

    def _bounded(self, receive: Receive) -> Receive:
        received = 0

        async def receive_bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.bounds.body_max_bytes:
                raise HTTPException(413, f"The body may have {self.bounds.body_max_bytes} bytes at most.")
            return message

        return receive_bounded

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Any:
        if request.scope["type"] == "websocket":
            return SocketContext()
        return self.make_context(request.scope[_PRINCIPAL_KEY])

    async def execute_operation(
        self,
        request: Any,
        request_adapter: Any,
        request_data: Any,
        context: Any,
        root_value: Any,
        sub_response: Any,
    ) -> ExecutionResult:
        """The library lets a POST subscribe, and fails on the stream it gets."""
        try:
            result: ExecutionResult = await self.schema.execute(
                request_data.query,
                variable_values=request_data.variables,
                context_value=context,
                operation_name=request_data.operation_name,
                allowed_operation_types={OperationType.QUERY, OperationType.MUTATION},
            )
        except MissingQueryError as error:
            raise HTTPException(400, "The body has no query.") from error
        except InvalidOperationTypeError as error:
            raise HTTPException(400, "Subscriptions go over a WebSocket (graphql-transport-ws).") from error
        except CannotGetOperationTypeError as error:
            raise HTTPException(400, error.as_http_error_reason()) from error
        request.scope[FAULTLESS] = not result.errors
        return result

    async def on_ws_connect(self, context: Any) -> UnsetType | dict[str, object] | None:
        """Takes the token of connection_init; a connection without a valid one is closed with 4403."""
        given = context.connection_params.get("authorization")
        context.bearer = bearer_of(given) if isinstance(given, str) else ""
        context.principal = await self.authenticate(context.bearer) if context.bearer else None
        if context.principal is None:
            raise ConnectionRejectionError
        nothing: UnsetType = UNSET
        return nothing

    def parse_json(self, data: str | bytes) -> Any:
        body = super().parse_json(data)
        if isinstance(body, list):
            raise HTTPException(400, "One operation for each request: batches are not taken.")
        if not isinstance(body, dict):
            raise HTTPException(400, "The body must be a JSON object with a query.")
        if not isinstance(body.get("operationName"), str | None):
            raise HTTPException(400, "operationName must be a string.")
        return body

    def decode_json(self, data: str | bytes) -> object:
        # Each character is a byte at least: a WebSocket message of more characters has too many bytes.
        if isinstance(data, str) and len(data) > self.bounds.body_max_bytes:
            return TOO_LARGE
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return encode(data)


def _text_of(header: bytes | None) -> str | None:
    return None if header is None else header.decode("latin-1")


def bearer_of(header: str | None) -> str:
    """The token of `Bearer <token>`, empty where there is none. Source: RFC 6750, 2.1."""
    scheme, _, token = (header or "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def refusal(status: int, message: str, code: str, **facts: object) -> Response:
    """A GraphQL error as the whole answer."""
    error = {"message": message, "extensions": {"code": code, **facts}}
    headers = {401: {"WWW-Authenticate": "Bearer"}, 405: {"Allow": "POST"}}.get(status, {})
    return Response(encode({"errors": [error]}), status, headers, media_type="application/json")
