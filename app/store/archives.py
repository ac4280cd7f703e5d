"""Archives: bytes by digest. Whoever brings them has verified them; whoever takes them gets none that were altered."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Collection
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

from app.domain.errors import ChartroomError
from app.store.archive_folder import ArchiveFolder


class ArchiveCorrupt(ChartroomError):
    """The bytes kept under a digest are not those of that digest."""


class ArchivePlace(Protocol):
    """Where bytes lie, by path. Everything raises OSError; listings come some paths at a time, in no order."""

    async def put(self, path: str, content: bytes) -> None:
        """In place of what was there; whole or not at all."""

    async def get(self, path: str) -> bytes | None:
        """None where there is nothing."""

    def paths(self) -> AsyncIterator[list[str]]: ...

    def older_than(self, before: datetime) -> AsyncIterator[list[str]]:
        """Paths of what was last written before then."""

    async def remove(self, path: str) -> None:
        """Nothing where there is nothing."""

    async def clear_unfinished(self, before: datetime) -> None:
        """Removes what was begun before then, and never ended, by somebody who was killed."""


class Archives:
    """The .tgz bytes of charts, each under its digest, in a folder or an object store. Everything raises OSError."""

    def __init__(self, url: str) -> None:
        """`url`: file:///folder, s3://, gs://, az:// (as obstore reads them), or memory:// for tests.

        What is wrong with it is told at once.
        """
        self._place = _place(url)

    async def keep(self, digest: str, archive: bytes) -> None:
        """Keeps the archive, in place of one that was altered.

        Its bytes were verified while they were pulled; to hash them once more here was a tenth of what keeping takes.
        """
        await self._place.put(_path(digest), archive)

    async def read(self, digest: str) -> bytes | None:
        """The archive, or None where it is not here. Raises ArchiveCorrupt where it was altered."""
        archive = await self._place.get(_path(digest))
        if archive is not None and await asyncio.to_thread(_digest_by, digest, archive) != digest:
            raise ArchiveCorrupt(f"The archive kept as {digest} was altered.")
        return archive

    async def lacking(self, digests: Collection[str]) -> set[str]:
        """Those of the archives that are not here. One listing, however many they are."""
        lacking = set(digests)
        if lacking:
            async for paths in self._place.paths():
                lacking.difference_update(map(_digest, paths))
        return lacking

    async def older_than(self, before: datetime) -> AsyncIterator[list[str]]:
        """Digests of archives that were last written before then, some at a time."""
        async for paths in self._place.older_than(before):
            if old := [digest for digest in map(_digest, paths) if digest]:
                yield old

    async def remove(self, digest: str) -> None:
        """Nothing where it is not here."""
        await self._place.remove(_path(digest))

    async def clear_unfinished(self, before: datetime) -> None:
        """Removes what somebody began to write before then and was killed over."""
        await self._place.clear_unfinished(before)


def _place(url: str) -> ArchivePlace:
    parts = urlsplit(url)
    if parts.scheme == "file":
        return ArchiveFolder(Path(url2pathname(parts.path)))
    from app.store.archive_bucket import ArchiveBucket  # and obstore: 7 MB, for which a folder has no use

    return ArchiveBucket(url)


def _path(digest: str) -> str:
    """sha256/ab/abcdef….tgz: two letters apart, since folders with 100,000 files are slow on some systems."""
    algorithm, _, encoded = digest.partition(":")
    return f"{algorithm}/{encoded[:2]}/{encoded}.tgz"


def _digest(path: str) -> str:
    """The reverse; empty for what is no archive."""
    parts = path.split("/")
    return f"{parts[0]}:{parts[2].removesuffix('.tgz')}" if len(parts) == 3 and path.endswith(".tgz") else ""


def _digest_by(digest: str, archive: bytes) -> str:
    """Of the archive, by the algorithm of `digest`."""
    algorithm = digest.partition(":")[0]
    return f"{algorithm}:{hashlib.new(algorithm, archive).hexdigest()}"
