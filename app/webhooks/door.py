"""The door of webhooks on the wire. Order of the checks: method, secret, rate, size, JSON, shape.

The secret is the last part of the address, or stands in `Authorization` where the provider can send that: then
it is in no log of the proxies between. What is known about the names in a notification never shows in the answer.
"""

import asyncio
import base64
import binascii
from dataclasses import dataclass
from typing import Final

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.services.addressing import PATH, Addressing
from app.services.noticing import Noticing
from app.webhooks.notifications import read_notification
from app.webhooks.rate import Rate

REGISTRY_ID_MAX: Final = 2**63 - 1
BODY_TIMEOUT_SECONDS: Final = 10.0
RETRY_AFTER_SECONDS: Final = 5

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WebhookBounds:
    """What one registry may send."""

    body_max_bytes: int = 256 * 1024
    """EventBridge sends 256 KiB at most, the others a few."""
    per_second: float = 20.0


class Refused(Exception):
    """The request is answered with this, and has no effect."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.response = JSONResponse({"error": message}, status, {k.replace("_", "-"): v for k, v in headers.items()})


class WebhookDoor:
    """Takes notifications."""

    def __init__(self, addressing: Addressing, noticing: Noticing, bounds: WebhookBounds | None = None) -> None:
        self._addressing = addressing
        self._noticing = noticing
        self._bounds = bounds or WebhookBounds()
        self._rate = Rate(self._bounds.per_second)

    def routes(self) -> list[BaseRoute]:
        return [
            Route(f"{PATH}/{{registry_id:int}}/{{secret}}", self.answer, methods=["POST"]),
            Route(f"{PATH}/{{registry_id:int}}", self.answer, methods=["POST"]),
        ]

    async def answer(self, request: Request) -> Response:
        try:
            return await self._take(request)
        except Refused as refusal:
            return refusal.response
        except ClientDisconnect:
            return Response(status_code=400)
        except (SQLAlchemyError, OSError) as fault:
            log.warning("webhook.database_away", reason=type(fault).__name__)
            return Refused(503, "Try again soon.", Retry_After=str(RETRY_AFTER_SECONDS)).response

    async def _take(self, request: Request) -> Response:
        registry_id: int = request.path_params["registry_id"]
        secret = request.path_params.get("secret") or secret_in(request.headers.get("authorization"))
        if registry_id > REGISTRY_ID_MAX or not await self._addressing.admits(registry_id, secret):
            raise Refused(404, "There is no such webhook. Its address is Registry.webhookUrl.")
        if seconds := self._rate.wait_seconds(registry_id):
            raise Refused(429, "Too many notifications; the schedule finds what is missed.", Retry_After=str(seconds))
        notification = read_notification(await self._read(request))
        if notification is None:
            raise Refused(422, "This is no notification of a registry that Chartroom knows.")
        if notification.validation_code is not None:
            return JSONResponse({"validationResponse": notification.validation_code})
        noticed = await self._noticing.notice(registry_id, notification.repositories)
        if noticed:
            log.info("webhook.noticed", registry_id=registry_id, repositories=noticed)
        return JSONResponse({"accepted": True}, 202)

    async def _read(self, request: Request) -> object:
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_TIMEOUT_SECONDS):
                async for part in request.stream():
                    body += part
                    if len(body) > self._bounds.body_max_bytes:
                        raise Refused(413, f"A notification may have {self._bounds.body_max_bytes} bytes at most.")
        except TimeoutError:
            raise Refused(408, "The body did not come in time.") from None
        try:
            return orjson.loads(bytes(body))
        except orjson.JSONDecodeError:
            raise Refused(400, "The body must be JSON.") from None


def secret_in(authorization: str | None) -> str:
    """Of `Bearer <secret>`, of `Basic`, whatever the user's name, or the bare secret, as Harbor sends it."""
    given = (authorization or "").strip()
    scheme, _, rest = given.partition(" ")
    match scheme.lower():
        case "bearer":
            return rest.strip()
        case "basic":
            try:
                return base64.b64decode(rest.strip(), validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return ""
        case _:
            return given
