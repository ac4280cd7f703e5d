"""One WebSocket of the GraphQL door, from connection_init to its end: what it reads, knows and runs."""

import asyncio
import copy
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from starlette.websockets import WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage

from app.graphql_api.errors import log_unexpected
from app.graphql_api.wire_json import encode
from app.services.authorising import Caller

FORBIDDEN: Final = 4403
"""Close code; the library gives the same one to a connection_init without a valid token."""
MESSAGE_TOO_BIG: Final = 1009
"""Close code. Source: RFC 6455, 7.4.1."""
TOO_LARGE: Final = object()
"""What a message over the bound is decoded to."""


@dataclass(slots=True)
class SocketContext:
    """What is known of one WebSocket; operations on it get contexts of their own."""

    principal: Caller | None = None
    bearer: str = ""
    connection_params: Any = None


class BoundedSocketAdapter(ASGIWebSocketAdapter):
    """Reads messages up to the bound, and writes text frames."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """Ends the connection with 1009 where a message is larger than a body may be."""
        async for message in super().iter_json(ignore_parsing_errors=ignore_parsing_errors):
            if message is TOO_LARGE:
                await self.close(MESSAGE_TOO_BIG, "Message too big")
                return
            if not is_message(message):
                raise NonJsonMessageReceived
            yield message

    async def send_json(self, message: Mapping[str, object]) -> None:
        try:
            await self.ws.send_text(encode(message).decode())
        except WebSocketDisconnect as gone:
            raise WebSocketDisconnected from gone


class SocketSession(BaseGraphQLTransportWSHandler[Any, None]):
    """Gives each operation a context of its own, and ends when its token does."""

    view: Any
    _recheck: asyncio.Task[None] | None = None

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        await super().handle_connection_init(message)
        if self.connection_acknowledged and self._recheck is None:
            self._recheck = asyncio.create_task(self._recheck_token())

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        # Loaders cache: a context shared by the whole connection would show the first answers for ever.
        session = copy.copy(self)
        session.context = self.view.make_context(self.context.principal)
        await super(SocketSession, session).run_operation(operation)

    async def shutdown(self) -> None:
        if self._recheck is not None:
            self._recheck.cancel()
            with suppress(asyncio.CancelledError):
                await self._recheck
        await super().shutdown()

    async def _recheck_token(self) -> None:
        while True:
            await asyncio.sleep(self.view.bounds.token_recheck_seconds)
            try:
                principal = await self.view.authenticate(self.context.bearer)
            except Exception as error:
                # The database may be away for a moment; who was let in stays until it says otherwise.
                log_unexpected(error)
                continue
            if principal is None:
                break
            self.context.principal = principal
        for operation_id in list(self.operations):
            await self.cleanup_operation(operation_id)
        await self.websocket.close(FORBIDDEN, "Forbidden")


def is_message(message: object) -> bool:
    """Whether a decoded WebSocket message has the types that the protocol says, as far as they are read."""
    if not isinstance(message, dict) or not isinstance(message.get("id", ""), str):
        return False
    if message.get("type") != "subscribe":
        return True
    payload = message.get("payload")
    return (
        isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )
