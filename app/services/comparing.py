"""What changed from one chart version to another. The work is done in a reader process, within its limits."""

import asyncio
from typing import Protocol

from app.chart_reader.answers import ChartComparison
from app.chart_reader.errors import ChartReadError
from app.domain.errors import Unreadable
from app.store.archives import Archives

AT_ONCE = 4
"""Comparisons whose archives are in memory, or checks of values; more wait for these, for readers are few."""


class Comparer(Protocol):
    """Compares archives apart from this process. Raises ChartReadError."""

    async def compare(self, before: bytes, after: bytes) -> ChartComparison: ...


class Comparing:
    """Compares any two archives of the store, whatever charts they are of."""

    def __init__(self, archives: Archives, comparer: Comparer) -> None:
        self._archives = archives
        self._comparer = comparer
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def compare(self, before_digest: str, after_digest: str) -> ChartComparison:
        """By archive digest. Raises Unreadable where an archive is gone, or comparing exceeds the limits."""
        async with self._turns:
            before = await archive_of(self._archives, before_digest)
            after = before if before_digest == after_digest else await archive_of(self._archives, after_digest)
            try:
                return await self._comparer.compare(before, after)
            except ChartReadError as error:
                raise Unreadable(f"The versions could not be compared: {error}.") from error


async def archive_of(archives: Archives, digest: str) -> bytes:
    """Raises Unreadable where it is not kept here."""
    archive = await archives.read(digest)
    if archive is None:
        raise Unreadable(f"The archive {digest} is not in the store any more; the next sync that finds it keeps it.")
    return archive
