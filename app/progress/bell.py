"""The bell: it rings when something happened to a sync. It carries no news, only that there is some.

Whoever hears it reads the rows. A ring that is lost costs a moment: everyone also looks by themselves from
time to time.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    from app.progress.postgres_bell import PostgresBell

LOOKED_FOR_EVERY_SECONDS = 0.03


class Ear:
    """Hears the bell of one sync, or of all. No ring between two waits is missed."""

    def __init__(self, patience_seconds: float) -> None:
        self._patience_seconds = patience_seconds
        self._rung = asyncio.Event()

    def hear(self) -> None:
        self._rung.set()

    async def wait(self) -> None:
        """Returns at the next ring, at once when there was one since the last wait, or when patience ends."""
        try:
            async with asyncio.timeout(self._patience_seconds):
                await self._rung.wait()
        except TimeoutError:
            return
        self._rung.clear()


class LocalBell:
    """Rings within this process. Beside another process that syncs, patience is what finds its rows."""

    patience_seconds = 0.5

    def __init__(self) -> None:
        self._ears: dict[int | None, set[Ear]] = defaultdict(set)

    async def start(self) -> None:
        """Nothing to do: there is no connection."""

    async def close(self) -> None:
        """Nothing to do: there is no connection."""

    async def ring(self, sync_id: int) -> None:
        self.ring_here(sync_id)

    def ring_here(self, sync_id: int) -> None:
        for key in (sync_id, None):
            for ear in self._ears.get(key, ()):
                ear.hear()

    def ring_all(self) -> None:
        for ears in list(self._ears.values()):
            for ear in ears:
                ear.hear()

    @contextmanager
    def listening(self, sync_id: int | None) -> Iterator[Ear]:
        """An ear for one sync; None hears every sync. Begin to listen before reading the rows."""
        ear = Ear(self.patience_seconds)
        self._ears[sync_id].add(ear)
        try:
            yield ear
        finally:
            self._ears[sync_id].discard(ear)
            if not self._ears[sync_id]:
                del self._ears[sync_id]


class SharedFileBell(LocalBell):
    """Rings here when another process wrote to the SQLite file: looked for as long as somebody listens.

    `revision` is cheap to ask, and equal to an earlier one only where nothing was committed between.
    """

    def __init__(self, revision: Callable[[], Hashable | None]) -> None:
        super().__init__()
        self._revision = revision
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._looking = asyncio.create_task(self._keep_looking())

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _keep_looking(self) -> None:
        seen = self._revision()
        while True:
            await asyncio.sleep(LOOKED_FOR_EVERY_SECONDS)
            if self._ears and (now := self._revision()) != seen:
                seen = now
                self.ring_all()


Bell = Union[LocalBell, SharedFileBell, "PostgresBell"]


def bell_for(database_url: str, *, shared: Callable[[], Hashable | None] | None = None) -> Bell:
    """`shared`: the revision of a SQLite file that other processes sync into; None where this one does."""
    if not database_url.startswith("sqlite"):
        from app.progress.postgres_bell import PostgresBell  # and asyncpg, which SQLite needs not

        return PostgresBell(database_url)
    return LocalBell() if shared is None else SharedFileBell(shared)
