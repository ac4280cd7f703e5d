"""The Starlette application: every door mounted once."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from functools import cache

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.graphql_api.context import context_maker
from app.graphql_api.http_door import DoorBounds, HttpDoor
from app.graphql_api.kept_answers import KeptAnswers
from app.graphql_api.kept_fields import KeptDocuments
from app.graphql_api.limits import QueryLimits
from app.graphql_api.schema import build_schema
from app.pages import BehindPlayground, page_routes
from app.services.addressing import PATH as WEBHOOKS
from app.telemetry import Metrics
from app.webhooks.door import WebhookBounds, WebhookDoor
from app.wiring import System

WELCOME = """This is Chartroom, a chart store over OCI registries.

/graphql   the GraphQL API: POST JSON with "Authorization: Bearer <token>"; subscriptions by graphql-transport-ws
/webhooks  where registries tell of pushes: POST to a registry's own webhookUrl
/livez     whether the process lives
/readyz    whether it can do its work
/metrics   numbers for Prometheus
"""
KNOWN_PATHS = ("/graphql", "/livez", "/readyz", "/metrics", "/")

SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]

log = structlog.get_logger()


class Measured:
    """Counts and times what is asked, and puts security headers on every answer."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        # Few paths and statuses: to find their numbers by name takes longer than to count.
        self._requests = cache(lambda path, status: metrics.requests.labels(path, str(status)))
        self._seconds = cache(metrics.request_seconds.labels)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            with self._metrics.sockets.track_inprogress():
                await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"] if scope["path"] in KNOWN_PATHS else "other"
        if scope["path"].startswith(f"{WEBHOOKS}/"):
            path = WEBHOOKS  # what follows is secret
        began = time.perf_counter()
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message.get("headers", []))
                # Pages bring a policy of their own; two policies would both hold, and 'none' would win.
                own = {name.lower() for name, _ in headers}
                message["headers"] = headers + [header for header in SECURITY_HEADERS if header[0] not in own]
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            self._requests(path, status).inc()
            self._seconds(path).observe(time.perf_counter() - began)


def build_app(system: System) -> Starlette:
    """The application; its lifespan starts the system, the worker too where it is to run in this process."""
    settings = system.settings
    metrics = Metrics()
    schema = build_schema(
        QueryLimits(
            tokens_max=settings.query_max_tokens,
            depth_max=settings.query_max_depth,
            aliases_max=settings.query_max_aliases,
            nodes_max=settings.query_max_nodes,
        ),
        introspection_allowed=settings.introspection,
        mask_errors=settings.mask_errors,
        documents_compiled=settings.compiled_documents,
    )
    door = HttpDoor(
        schema,
        authenticate=system.services.authorising.recognise,
        make_context=context_maker(system.services, settings.answer_max_bytes),
        allowed_origins=settings.allowed_origins,
        allowed_hosts=settings.allowed_hosts,
        bounds=DoorBounds(
            body_max_bytes=settings.body_max_bytes, operations_per_connection=settings.operations_per_connection
        ),
        kept=KeptAnswers(
            KeptDocuments(schema._schema, settings.query_max_tokens),
            system.store.revision,
            settings.kept_answers_max_bytes,
        ),
        courtesy=system.courtesy,
    )

    webhooks = WebhookDoor(
        system.services.addressing,
        system.noticing,
        WebhookBounds(settings.webhook_body_max_bytes, settings.webhooks_per_second),
    )

    async def livez(_request: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def readyz(_request: Request) -> Response:
        readiness = await system.observing.readiness()
        return JSONResponse(
            {"ready": readiness.ready, "reason": readiness.reason}, status_code=200 if readiness.ready else 503
        )

    async def numbers(_request: Request) -> Response:
        totals = await system.observing.totals()
        metrics.registries.set(totals.registries)
        metrics.charts.set(totals.charts)
        metrics.versions.set(totals.versions)
        for state, count in totals.syncs.items():
            metrics.syncs.labels(state.value).set(count)
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    async def welcome(_request: Request) -> Response:
        return PlainTextResponse(WELCOME)

    routes: list[BaseRoute] = [
        # The most asked for comes first: routes are tried one after the other.
        Route("/graphql", BehindPlayground(door) if settings.playground else door),
        WebSocketRoute("/graphql", door),
        Route("/livez", livez),
        Route("/readyz", readyz),
        *(page_routes(welcome=WELCOME) or [Route("/", welcome)]),
        *webhooks.routes(),
    ]
    if settings.metrics:
        routes.append(Route("/metrics", numbers))
    middleware = [Middleware(Measured, metrics=metrics)]
    if settings.allowed_origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(settings.allowed_origins),
                allow_methods=["POST"],
                allow_headers=["authorization", "content-type", "if-none-match"],
                expose_headers=["etag"],
                max_age=600,
            )
        )
    return Starlette(routes=routes, middleware=middleware, lifespan=lambda _app: _running(system))


@contextlib.asynccontextmanager
async def _running(system: System) -> AsyncIterator[None]:
    await system.start()
    worker = asyncio.create_task(system.worker.run()) if system.settings.worker_in_process else None
    log.info("chartroom.started", worker=worker is not None)
    try:
        yield
    finally:
        if worker is not None:
            worker.cancel()
            await asyncio.wait({worker}, timeout=system.settings.shutdown_grace_seconds)
        await system.close()
        log.info("chartroom.stopped")
