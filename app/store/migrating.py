"""Brings the database to the shape that this version of Chartroom expects.

Alembic is imported where there is something to do: it takes a tenth of a start, and most starts find nothing.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

from app.store import chart_index as chart_index  # fills the metadata, as the next one does
from app.store import entities as entities
from app.store import indexing
from app.store import webhooks as webhooks
from app.store.session import Store
from migrations import __path__ as migrations_path

if TYPE_CHECKING:
    from alembic.config import Config


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", next(iter(migrations_path)))
    return config


def head_revision() -> str | None:
    """The highest of the steps, which their files' names begin with: 0001_the_first_shape.py."""
    steps = Path(next(iter(migrations_path)), "versions").glob("[0-9]*_*.py")
    return max((step.name.partition("_")[0] for step in steps), default=None)


async def current_revision(store: Store) -> str | None:
    """None where the database is empty."""

    def read(connection: Connection) -> str | None:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()

    async with store.engine.connect() as connection:
        return await connection.run_sync(read)


async def migrate(store: Store, revision: str = "head") -> None:
    """Runs the missing steps, each in its own transaction; one that fails leaves those before it done.

    Charts that a step left without an index are indexed, a few in each transaction.
    """

    def run(connection: Connection) -> None:
        from alembic import command

        config = _config()
        config.attributes["connection"] = connection
        if revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)

    if revision != "head" or await current_revision(store) != head_revision():
        async with store.engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
        async with store.writing():
            pass  # what was kept of the rows before, in whatever process, is good no more
    if revision == "head":
        await indexing.index_missing(store)


async def differences(store: Store) -> list[str]:
    """What the migrated database has otherwise than the entities say; empty when the migrations are complete."""

    def compare(connection: Connection) -> list[str]:
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        from migrations.env_filter import include

        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": include})
        return [str(change) for change in compare_metadata(context, SQLModel.metadata)]

    async with store.engine.connect() as connection:
        return await connection.run_sync(compare)
