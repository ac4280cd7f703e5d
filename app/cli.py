"""The command `chartroom`.

Each command imports what it works with once it runs: what is imported up here, all of them wait for.
"""

import asyncio
import gc
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.domain.errors import ChartroomError
from app.domain.roles import Role

if TYPE_CHECKING:
    from app.settings import Settings

ACTOR = "command line"
COUNTED_AS_ABSENT = ("rich", "httpx._main", "watchfiles")
"""What libraries import where they find it and a server never uses, 70 ms and 5 MB: colours for tracebacks, with a
highlighter of source code; a command of httpx's own, which brings another; what starts uvicorn anew when files change.
"""

cli = typer.Typer(
    name="chartroom",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A chart store over OCI registries.",
)
token_commands = typer.Typer(no_args_is_help=True, help="Bearer tokens for the API.")
key_commands = typer.Typer(no_args_is_help=True, help="Keys that registry credentials are sealed with.")
cli.add_typer(token_commands, name="token")
cli.add_typer(key_commands, name="keys")


# ── What every command does first ──


def read_settings() -> "Settings":
    """Ends the program, saying which setting is wrong and why."""
    from pydantic import ValidationError

    from app.settings import ENVIRONMENT_PREFIX, Settings

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
    from sqlalchemy.exc import OperationalError

    try:
        yield
    except (ChartroomError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except OperationalError as error:
        typer.echo(f"The database cannot be used: {error.orig}", err=True)
        raise typer.Exit(1) from None


def run(
    work: "Callable[[Settings], Coroutine[Any, Any, None]]",
    make_loop: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> None:
    settings = read_settings()
    with told_in_words(), asyncio.Runner(loop_factory=make_loop) as runner:
        runner.run(work(settings))


def configure_logs(settings: "Settings") -> None:
    from app import telemetry
    from app.settings import LogFormat

    as_json = settings.log_format is LogFormat.JSON or (
        settings.log_format is LogFormat.AUTO and not sys.stderr.isatty()
    )
    telemetry.configure_logs(settings.log_level, as_json=as_json)


# ── serve and worker ──


@contextmanager
def for_good() -> Iterator[None]:
    """What is imported here stays: the garbage collector need not look at it, now or ever. A fifth of the time."""
    gc.disable()
    for name in COUNTED_AS_ABSENT:
        sys.modules[name] = None  # type: ignore[assignment]  # an import of it is refused
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


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
    with for_good():
        from app import serving

    settings = read_settings()
    configure_logs(settings)
    with told_in_words():
        greeting = asyncio.run(serving.prepare(settings, ACTOR, first_run=first_run))
        serving.serve(settings, greeting)


@cli.command()
def worker() -> None:
    """Sync only. Any number may run beside `chartroom serve`, on one database."""
    with for_good():
        from app import working

    settings = read_settings()
    configure_logs(settings)
    run(working.work, working.event_loop)


# ── migrate and schema ──


@cli.command()
def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail where the tables differ from what is expected.")
    ] = False,
) -> None:
    """Bring the database to the shape that this version expects."""

    async def work(settings: "Settings") -> None:
        from app.opening import bring_up_to_date, opened_store
        from app.store import migrating

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
    from app.settings import as_markdown

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

    async def work(settings: "Settings") -> None:
        from app.opening import migrated_store
        from app.services.authorising import Authorising

        async with migrated_store(settings) as store:
            ends = datetime.now(UTC) + timedelta(days=days) if days else None
            _, secret = await Authorising(store).create(name, role, ends, ACTOR)
            typer.echo(secret)

    run(work)


@token_commands.command("list")
def list_tokens() -> None:
    """Tokens that were not revoked; never the secret."""

    async def work(settings: "Settings") -> None:
        from app.opening import migrated_store
        from app.services.authorising import Authorising

        async with migrated_store(settings) as store:
            for token in await Authorising(store).tokens():
                ends = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "without end"
                typer.echo(f"{token.id:>5}  {token.role.value:<8} {token.prefix}…  {ends:<18} {token.name}")

    run(work)


@token_commands.command("revoke")
def revoke_token(number: Annotated[int, typer.Argument(help="As `chartroom token list` shows it.")]) -> None:
    """End a token; streams that it has open end within half a minute."""

    async def work(settings: "Settings") -> None:
        from app.opening import migrated_store
        from app.services.authorising import Authorising

        async with migrated_store(settings) as store:
            await Authorising(store).revoke(number, ACTOR)

    run(work)


# ── keys ──


@key_commands.command("create")
def create_key() -> None:
    """Make the key file, where there is none."""
    from app.store.sealing import add_key_to_file

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

    async def work(settings: "Settings") -> None:
        from app.opening import migrated_store, read_keys, sealer_for
        from app.services.keeping_keys import reseal
        from app.store.sealing import Sealer, add_key_to_file

        async with migrated_store(settings) as store:
            await sealer_for(settings, store)
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
