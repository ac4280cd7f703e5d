"""What `chartroom serve` does."""

import gc
import signal
import socket
import sys
from collections.abc import Sequence

import typer
import uvicorn

from app.domain.errors import KeyMissing
from app.domain.roles import Role
from app.ending import end_within
from app.opening import bring_up_to_date, check_shape, opened_store, sealer_for
from app.services.authorising import Authorising
from app.settings import Settings
from app.store import migrating, registries, webhooks
from app.store.sealing import add_key_to_file
from app.store.session import Store
from app.web import build_app
from app.wiring import wire

FIRST_TOKEN_NAME = "first"  # noqa: S105 - its name


async def prepare(settings: Settings, actor: str, *, first_run: bool) -> list[str]:
    """What to print once it serves. A file of its own (SQLite) is migrated unasked; a server is not."""
    greeting: list[str] = []
    async with opened_store(settings) as store:
        if first_run and settings.keys is None and not settings.key_path.exists():
            if await _has_sealed_credentials(store):
                raise KeyMissing(
                    f"Credentials are stored, and the key file {settings.key_path} that opens them is gone. "
                    "Bring it back, or give the key with CHARTROOM_KEYS."
                )
            add_key_to_file(settings.key_path)
            greeting.append(f"Made the key file {settings.key_path} (0600): registry credentials are sealed with it.")
        if first_run or store.is_sqlite:
            await bring_up_to_date(settings, store)
        await check_shape(store)
        await sealer_for(settings, store)
        authorising = Authorising(store)
        if settings.admin_token is not None:
            greeting.append("Token: the one in CHARTROOM_ADMIN_TOKEN.")
        elif first_run and not await authorising.has_tokens():
            _, secret = await authorising.create(FIRST_TOKEN_NAME, Role.ADMIN, None, actor)
            greeting.append(f"First admin token, shown this once: {secret}")
        elif first_run:
            greeting.append("Token: as printed at the first start; another one: chartroom token create NAME")
    return greeting


async def _has_sealed_credentials(store: Store) -> bool:
    if await migrating.current_revision(store) is None:
        return False
    async with store.reading() as session:
        return bool(await registries.sealing_key_ids(session) | await webhooks.sealing_key_ids(session))


class Server(uvicorn.Server):
    """Says where it listens once it does, after the lines of `greeting`."""

    def __init__(self, config: uvicorn.Config, greeting: Sequence[str], grace_seconds: float) -> None:
        super().__init__(config)
        self._greeting = greeting
        self._grace_seconds = grace_seconds

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.started:
            return
        for line in self._greeting:
            typer.echo(line)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        typer.echo(f"Chartroom: http://{shown}:{port}/graphql")
        sys.stdout.flush()
        gc.freeze()  # what start-up made stays, as what it imported does
        # An answer is thousands of objects at once, and none of them garbage that refers to itself.
        gc.set_threshold(50_000, 20, 50)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        end_within(2 * self._grace_seconds)  # of requests, and then of syncs
        await super().shutdown(sockets)


def serve(settings: Settings, greeting: Sequence[str]) -> None:
    """Until a signal ends it. Raises typer.Exit where it could not start."""
    server = Server(
        uvicorn.Config(
            build_app(wire(settings)),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
            ws="websockets-sansio",
            ws_max_size=settings.body_max_bytes,
            # Compression costs 39 KiB a connection and more time than these short messages save.
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=max(1, round(settings.shutdown_grace_seconds)),
        ),
        greeting,
        settings.shutdown_grace_seconds,
    )
    # uvicorn raises the signal again once it has shut down; that this is the end is known by then.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: None)
    server.run()
    if not server.started:
        raise typer.Exit(1)
