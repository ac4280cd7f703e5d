"""Runs migrations on the connection it is given, or on the URL in the configuration."""

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

import app.store.chart_index
import app.store.entities
import app.store.webhooks  # noqa: F401 - fills the metadata
from migrations.env_filter import include

config = context.config


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        include_object=include,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = config.attributes.get("connection")
if given is None:
    raise SystemExit("Run migrations with `chartroom migrate`: it hands over the connection.")
run(given)
