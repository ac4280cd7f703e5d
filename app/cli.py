"""The command `chartroom`."""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from app.domain.errors import ChartroomError, KeyMissing
from app.services.authorising import Authorising
from app.services.keeping_keys import check_keys, reseal
from app.settings import ENVIRONMENT_PREFIX, LogFormat, Settings, as_markdown
from app.store import migrating
from app.store.entities import Role
from app.store.sealing import Sealer, add_key_to_file
from app.store.session import Store

if TYPE_CHECKING:
    import uvicorn

FIRST_TOKEN_NAME = "first"  # noqa: S105 - its name
ACTOR = "command line"

cli = typer.Typer(
    name="chartroom", no_args_is_help=True, add_completion=False, help="A chart store over OCI registries."
)
token_commands = typer.Typer(no_args_is_help=True, help="Bearer tokens for the API.")
key_commands = typer.Typer(no_args_is_help=True, help="Keys that registry credentials are sealed with.")
cli.add_typer(token_commands, name="token")
cli.add_typer(key_commands, name="keys")


# ── What every command does first ──


def read_settings() -> Settings:
    """Ends the program, saying which setting is wrong and why."""
    try:
        return Settings()
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = str(problem["loc"][0]).upper()
            typer.echo(f"{ENVIRONMENT_PREFIX}{name}: {problem['msg'].removeprefix('Value error, ')}", err=True)
        raise typer.Exit(2) from None


@contextmanager
def told_in_words() -> Iterator[None]:
    """What Chartroom says in words, and what keeps it from its data, becomes one line and exit status 1."""
    try:
        yield
    except (ChartroomError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except OperationalError as error:
        typer.echo(f"The database cannot be used: {error.orig}", err=True)
        raise typer.Exit(1) from None


def run(
    work: Callable[[Settings], Coroutine[Any, Any, None]],
    make_loop: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> None:
    settings = read_settings()
    with told_in_words(), asyncio.Runner(loop_factory=make_loop) as runner:
        runner.run(work(settings))


@asynccontextmanager
async def opened_store(settings: Settings) -> AsyncIterator[Store]:
    store = Store(settings.database)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def migrated_store(settings: Settings) -> AsyncIterator[Store]:
    """Raises ChartroomError where the tables are not those of this version."""
    async with opened_store(settings) as store:
        if await migrating.current_revision(store) != migrating.head_revision():
            raise ChartroomError("The database is not of this version's shape. Run: chartroom migrate")
        yield store


async def bring_up_to_date(settings: Settings, store: Store) -> None:
    from app.jobs import queue

    await migrating.migrate(store)
    await queue.install(settings.database)


def configure_logs(settings: Settings) -> None:
    from app import telemetry

    as_json = settings.log_format is LogFormat.JSON or (
        settings.log_format is LogFormat.AUTO and not sys.stderr.isatty()
    )
    telemetry.configure_logs(settings.log_level, as_json=as_json)


# ── serve and worker ──


@cli.command()
def serve(
    first_run: Annotated[
        bool,
        typer.Option(
            "--first-run", help="Make what is missing: key file, tables, a first ADMIN token, which is printed."
        ),
    ] = False,
) -> None:
    """Serve the API, and sync too unless CHARTROOM_WORKER_IN_PROCESS is off."""
    settings = read_settings()
    configure_logs(settings)
    with told_in_words():
        greeting = asyncio.run(_prepare(settings, first_run=first_run))
        _serve(settings, greeting)


async def _prepare(settings: Settings, *, first_run: bool) -> list[str]:
    """What to print once it serves. A file of its own (SQLite) is migrated unasked; a server is not."""
    greeting: list[str] = []
    if first_run and settings.keys is None and not settings.key_path.exists():
        async with opened_store(settings) as store:
            if await _has_sealed_credentials(store):
                raise KeyMissing(
                    f"Credentials are stored, and the key file {settings.key_path} that opens them is gone. "
                    "Bring it back, or give the key with CHARTROOM_KEYS."
                )
        add_key_to_file(settings.key_path)
        greeting.append(f"Made the key file {settings.key_path} (0600): registry credentials are sealed with it.")
    async with opened_store(settings) as store:
        if first_run or store.is_sqlite:
            await bring_up_to_date(settings, store)
    async with migrated_store(settings) as store:
        from app.wiring import read_keys

        await check_keys(store, Sealer(lambda: read_keys(settings)))
        authorising = Authorising(store)
        if settings.admin_token is not None:
            greeting.append("Token: the one in CHARTROOM_ADMIN_TOKEN.")
        elif first_run and not await authorising.has_tokens():
            _, secret = await authorising.create(FIRST_TOKEN_NAME, Role.ADMIN, None, ACTOR)
            greeting.append(f"First admin token, shown this once: {secret}")
        elif first_run:
            greeting.append("Token: as printed at the first start; another one: chartroom token create NAME")
    return greeting


async def _has_sealed_credentials(store: Store) -> bool:
    from app.store import registries, webhooks

    if await migrating.current_revision(store) is None:
        return False
    async with store.reading() as session:
        return bool(await registries.sealing_key_ids(session) | await webhooks.sealing_key_ids(session))


def _serve(settings: Settings, greeting: list[str]) -> None:
    import uvicorn

    from app.web import build_app
    from app.wiring import wire

    class Server(uvicorn.Server):
        """Says where it listens once it does."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                _greet(self, greeting)
                # What start-up made stays for good: the garbage collector need not look at it again.
                gc.collect()
                gc.freeze()
                # An answer is thousands of objects at once, and none of them garbage that refers to itself.
                gc.set_threshold(50_000, 20, 50)

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
        )
    )
    # uvicorn raises the signal again once it has shut down; that this is the end is known by then.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: None)
    server.run()
    if not server.started:
        raise typer.Exit(1)


def _greet(server: "uvicorn.Server", greeting: list[str]) -> None:
    for line in greeting:
        typer.echo(line)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"Chartroom: http://{shown}:{port}/graphql")
    sys.stdout.flush()


@cli.command()
def worker() -> None:
    """Sync only. Any number may run beside `chartroom serve`, on one database."""
    import uvicorn

    settings = read_settings()
    configure_logs(settings)
    run(_work, uvicorn.Config(app="").get_loop_factory())  # the same event loop as that of `serve`


async def _work(settings: Settings) -> None:
    from app.wiring import read_keys, wire

    async with migrated_store(settings) as store:
        await check_keys(store, Sealer(lambda: read_keys(settings)))
    system = wire(settings)
    await system.start()
    working = asyncio.create_task(system.worker.run())
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, working.cancel)
    typer.echo(f"Chartroom worker {os.getpid()} is waiting for syncs.")
    sys.stdout.flush()
    await asyncio.wait({working})
    await system.close()
    if not working.cancelled() and (error := working.exception()) is not None:
        raise error


# ── migrate and schema ──


@cli.command()
def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail where the tables differ from what is expected.")
    ] = False,
) -> None:
    """Bring the database to the shape that this version expects."""

    async def work(settings: Settings) -> None:
        async with opened_store(settings) as store:
            if not check:
                await bring_up_to_date(settings, store)
            at = await migrating.current_revision(store)
            if at != migrating.head_revision():
                raise ChartroomError(
                    f"The database is at {at}, not at {migrating.head_revision()}. Run: chartroom migrate"
                )
            differences = await migrating.differences(store) if check else []
            if differences:
                raise ChartroomError("The tables differ from the entities:\n" + "\n".join(differences))
            typer.echo(f"The database is at {at}.")

    run(work)


@cli.command("settings")
def print_settings() -> None:
    """Print every setting with its default, as docs/settings.md has it."""
    typer.echo(as_markdown().rstrip("\n"))


@cli.command()
def schema() -> None:
    """Print the GraphQL schema."""
    from app.graphql_api.schema import build_schema

    typer.echo(build_schema().as_str().rstrip("\n"))


# ── token ──


@token_commands.command("create")
def create_token(
    name: Annotated[str, typer.Argument(help="To tell it from others, e.g. ci.")],
    role: Annotated[
        Role, typer.Option(help="READER reads the store; MANAGER manages registries; ADMIN all.")
    ] = Role.READER,
    days: Annotated[int | None, typer.Option(help="Days until it ends; without it, never.", min=1)] = None,
) -> None:
    """Make a token and print it, this once."""

    async def work(settings: Settings) -> None:
        async with migrated_store(settings) as store:
            ends = datetime.now(UTC) + timedelta(days=days) if days else None
            _, secret = await Authorising(store).create(name, role, ends, ACTOR)
            typer.echo(secret)

    run(work)


@token_commands.command("list")
def list_tokens() -> None:
    """Tokens that were not revoked; never the secret."""

    async def work(settings: Settings) -> None:
        async with migrated_store(settings) as store:
            for token in await Authorising(store).tokens():
                ends = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "without end"
                typer.echo(f"{token.id:>5}  {token.role.value:<8} {token.prefix}…  {ends:<18} {token.name}")

    run(work)


@token_commands.command("revoke")
def revoke_token(number: Annotated[int, typer.Argument(help="As `chartroom token list` shows it.")]) -> None:
    """End a token; streams that it has open end within half a minute."""

    async def work(settings: Settings) -> None:
        async with migrated_store(settings) as store:
            await Authorising(store).revoke(number, ACTOR)

    run(work)


# ── keys ──


@key_commands.command("create")
def create_key() -> None:
    """Make the key file, where there is none."""
    settings = read_settings()
    if settings.key_path.exists():
        typer.echo(f"There is a key file at {settings.key_path}. `chartroom keys rotate` adds a new key.", err=True)
        raise typer.Exit(1)
    with told_in_words():
        key = add_key_to_file(settings.key_path)
    typer.echo(f"Made {settings.key_path} with key {key.id}. Keep a copy apart from the database.")


@key_commands.command("rotate")
def rotate_keys() -> None:
    """Add a new key to the key file and seal all credentials with it. The service may run meanwhile.

    With CHARTROOM_KEYS nothing is added: put the new key in front of the others there, restart, then run this.
    """

    async def work(settings: Settings) -> None:
        from app.wiring import read_keys

        async with migrated_store(settings) as store:
            await check_keys(store, Sealer(lambda: read_keys(settings)))
            if settings.keys is None:
                add_key_to_file(settings.key_path)
            sealer = Sealer(lambda: read_keys(settings))
            count = await reseal(store, sealer)
            typer.echo(f"Sealed {count} credentials anew, with key {sealer.sealing_key_id}.")
            if settings.keys is None:
                typer.echo(f"The old keys stay in {settings.key_path}; backups of the database may need them.")

    run(work)


def main() -> None:
    cli()
