"""The revision: it moves with every commit of any process. What was worked out at the same one is still so.

SQLite counts commits itself. PostgreSQL tells of them: postgres_revision.py.
"""

import sqlite3
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Union

from sqlalchemy.engine import make_url
from sqlmodel.ext.asyncio.session import AsyncSession

if TYPE_CHECKING:
    from app.store.postgres_revision import PostgresRevision


class SqliteRevision:
    """Moves with each commit to the file, whoever made it: there is no delay. Asking takes microseconds.

    Source: sqlite.org/pragma.html#pragma_data_version, which speaks of commits by other connections; this one makes
    none.
    """

    def __init__(self, database_url: str) -> None:
        self._file = make_url(database_url).database
        self._connection: sqlite3.Connection | None = None
        self._opened = 0

    async def start(self) -> None:
        """Nothing to do: the file is opened when it is first asked."""

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def current(self) -> Hashable | None:
        """Equal to an earlier one only where nothing was committed between; None where that cannot be known."""
        try:
            if self._connection is None:
                self._connection = self._open()
            (number,) = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            return None
        # Numbers of two connections have nothing to do with each other.
        return (self._opened, number)

    def moved(self) -> None:
        """Nothing to do: the file tells."""

    async def announce(self, session: AsyncSession) -> None:
        """Nothing to do: the file tells."""

    def _open(self) -> sqlite3.Connection:
        if not self._file or self._file == ":memory:":
            raise sqlite3.OperationalError("no other connection sees a database in memory")
        # Never made here: `mode=rw`. No waiting in the event loop's thread: whoever is locked out keeps nothing.
        address = f"{Path(self._file).absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(address, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
        self._opened += 1
        return connection


Revision = Union[SqliteRevision, "PostgresRevision"]


def revision_of(database_url: str) -> Revision:
    if database_url.startswith("sqlite"):
        return SqliteRevision(database_url)
    from app.store.postgres_revision import PostgresRevision  # and asyncpg, which SQLite needs not

    return PostgresRevision(database_url)
