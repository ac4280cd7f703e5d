"""Archives: bytes by digest. Whoever brings them has verified them; whoever takes them gets none that were altered."""

import asyncio
import contextlib
import hashlib
import itertools
import os
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from app.domain.errors import ChartroomError
from app.store.gathering import Gathering

if TYPE_CHECKING:
    from obstore.store import ObjectStore

LISTED_AT_ONCE = 1000


class ArchiveCorrupt(ChartroomError):
    """The bytes kept under a digest are not those of that digest."""


class Archives:
    """The .tgz bytes of charts, each under its digest, in a folder or an object store."""

    def __init__(self, url: str) -> None:
        """`url`: file:///folder, s3://, gs://, az:// (as obstore reads them), or memory:// for tests."""
        self._url = url
        self._folder: ArchiveFolder | None = None
        parts = urlsplit(url)
        if parts.scheme == "file":
            path = Path(url2pathname(parts.path))
            path.mkdir(parents=True, exist_ok=True)
            self._folder = ArchiveFolder(path)
        else:
            _ = self._bytes  # what is wrong with the URL is told at once

    @cached_property
    def _bytes(self) -> "ObjectStore":
        from obstore.store import LocalStore, MemoryStore, from_url  # 7 MB; a folder needs it when it is first read

        if self._folder is not None:
            return LocalStore(prefix=self._folder.path, automatic_cleanup=False)
        return MemoryStore() if self._url.startswith("memory:") else from_url(self._url)

    async def keep(self, digest: str, archive: bytes) -> None:
        """Keeps the archive, in place of one that was altered.

        Its bytes were verified while they were pulled; to hash them once more here was a tenth of what keeping takes.
        """
        if self._folder is not None:
            await self._folder.put(_path(digest), archive)
        else:
            await self._bytes.put_async(_path(digest), archive)

    async def read(self, digest: str) -> bytes | None:
        """The archive, or None where it is not here. Raises ArchiveCorrupt where it was altered."""
        try:
            answer = await self._bytes.get_async(_path(digest))
        except FileNotFoundError:
            return None
        archive = bytes(await answer.bytes_async())
        algorithm, _, encoded = digest.partition(":")
        if hashlib.new(algorithm, archive).hexdigest() != encoded:
            raise ArchiveCorrupt(f"The archive kept as {digest} was altered.")
        return archive

    async def lacking(self, digests: Collection[str]) -> set[str]:
        """Those of the archives that are not here. One listing, however many they are; obstore's errors pass."""
        lacking = set(digests)
        if lacking:
            async for listed in self._bytes.list(chunk_size=LISTED_AT_ONCE):
                lacking.difference_update(_digest(entry["path"]) for entry in listed)
        return lacking

    async def older_than(self, before: datetime) -> AsyncIterator[list[str]]:
        """Digests of archives that were last written before then, some at a time."""
        async for listed in self._bytes.list(chunk_size=LISTED_AT_ONCE):
            digests = (_digest(entry["path"]) for entry in listed if entry["last_modified"] < before)
            if old := [digest for digest in digests if digest]:
                yield old

    async def remove(self, digest: str) -> None:
        """Nothing where it is not here."""
        with contextlib.suppress(FileNotFoundError):
            await self._bytes.delete_async(_path(digest))


def archive_faults() -> tuple[type[Exception], ...]:
    """What passes when archives are looked at; asked for when something was raised, and not before."""
    from obstore.exceptions import BaseError

    return (BaseError, OSError)


def _path(digest: str) -> str:
    """sha256/ab/abcdef….tgz: two letters apart, since folders with 100,000 files are slow on some systems."""
    algorithm, _, encoded = digest.partition(":")
    return f"{algorithm}/{encoded[:2]}/{encoded}.tgz"


def _digest(path: str) -> str:
    """The reverse; empty for what is no archive."""
    parts = path.split("/")
    return f"{parts[0]}:{parts[2].removesuffix('.tgz')}" if len(parts) == 3 and path.endswith(".tgz") else ""


class ArchiveFolder:
    """Writes files whole or not at all; those of many who ask meanwhile in one go, in a thread."""

    def __init__(self, folder: Path) -> None:
        self.path = folder
        self._prefix = str(folder)
        self._writer = os.urandom(8).hex()
        self._numbers = itertools.count()
        self._writing: Gathering[tuple[str, bytes], None] = Gathering(self._write)

    async def put(self, path: str, content: bytes) -> None:
        """In place of what was there. Raises OSError."""
        await self._writing.ask((path, content))

    async def _write(self, files: Sequence[tuple[str, bytes]]) -> Sequence[Exception | None]:
        return await asyncio.to_thread(lambda: [self._written(path, content) for path, content in files])

    def _written(self, path: str, content: bytes) -> OSError | None:
        file = f"{self._prefix}/{path}"
        unfinished = f"{file}.{self._writer}.{next(self._numbers)}.part"
        try:
            opened = _create(unfinished)
            try:
                left = memoryview(content)
                while left:
                    left = left[os.write(opened, left) :]
            finally:
                os.close(opened)
            os.replace(unfinished, file)  # noqa: PTH105 - a Path costs more than what it is used for
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(unfinished)  # noqa: PTH108
            return error
        return None


def _create(path: str) -> int:
    """A new file, open to be written. Its folder is there already for all but the first of 256."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        return os.open(path, flags, 0o666)
    except FileNotFoundError:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o666)
