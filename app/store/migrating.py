"""Brings the database to the shape that this version of Chartroom expects."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlmodel import SQLModel

from app.store import chart_index as chart_index  # fills the metadata, as the next one does
from app.store import entities as entities
from app.store import indexing
from app.store import webhooks as webhooks
from app.store.session import Store
from migrations import __path__ as migrations_path
from migrations.env_filter import include


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", next(iter(migrations_path)))
    return config


def head_revision() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


async def current_revision(store: Store) -> str | None:
    def read(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with store.engine.connect() as connection:
        return await connection.run_sync(read)


async def migrate(store: Store, revision: str = "head") -> None:
    """Runs the missing steps, each in its own transaction; one that fails leaves those before it done.

    Charts that a step left without an index are indexed, a few in each transaction.
    """

    def run(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        if revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)

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

        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": include})
        return [str(change) for change in compare_metadata(context, SQLModel.metadata)]

    async with store.engine.connect() as connection:
        return await connection.run_sync(compare)
