"""Clears away archives that nothing refers to: those of deleted registries, and of tags that moved.

Rows go first and bytes a round later, both only after a while, since the same bytes may come back under another tag. A
sync that is just storing such an archive is not in danger: it writes the bytes anew, which makes them young; the row is
kept by what refers to it; and should bytes be lost all the same, the next sync brings them back.
"""

from datetime import timedelta

import structlog

from app.services.clock import Clock, utc_now
from app.store import kept_archives
from app.store.archives import Archives
from app.store.session import Store

CHORE = "clear archives"
EVERY = timedelta(days=1)

log = structlog.get_logger()


class Tidying:
    """One of all workers does it, once a day."""

    def __init__(self, store: Store, archives: Archives, retained: timedelta, clock: Clock = utc_now) -> None:
        """`retained`: how long what nothing refers to is kept."""
        self._store = store
        self._archives = archives
        self._retained = retained
        self._clock = clock

    async def tidy_when_due(self) -> bool:
        """Whether it was. Who is killed in between leaves the rest for the next day."""
        now = self._clock()
        async with self._store.writing() as session:
            due = await kept_archives.take_chore(session, CHORE, now, now + EVERY)
        if due:
            await self.tidy()
        return due

    async def tidy(self) -> None:
        now = self._clock()
        removed = 0
        async for digests in self._archives.older_than(now - self._retained):
            async with self._store.reading() as session:
                known = await kept_archives.known_contents(session, digests)
            for digest in digests:
                if digest not in known:
                    await self._archives.remove(digest)
                    removed += 1
        await self._archives.clear_unfinished(now - self._retained)
        async with self._store.writing() as session:
            await kept_archives.mark_unreferenced(session, now)
            forgotten = await kept_archives.forget_unreferenced(session, now - self._retained)
        log.info("archives.tidied", contents_forgotten=forgotten, archives_removed=removed)
