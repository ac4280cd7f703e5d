"""One WebSocket of the GraphQL door, from connection_init to its end."""

import asyncio
import copy
from contextlib import suppress
from typing import Any, Final

from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage

from app.graphql_api.errors import log_unexpected

FORBIDDEN: Final = 4403
"""Close code; the library gives the same one to a connection_init without a valid token."""


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
