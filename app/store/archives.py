"""Archives: bytes by digest, checked on the way in."""

import asyncio
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from obstore.store import LocalStore, MemoryStore, from_url

from app.domain.errors import ChartroomError
from app.store.gathering import Gathering


class ArchiveCorrupt(ChartroomError):
    """The bytes kept under a digest are not those of that digest."""


class Archives:
    """The .tgz bytes of charts, each under its digest, in a folder or an object store."""

    def __init__(self, url: str) -> None:
        """`url`: file:///folder, s3://, gs://, az:// (as obstore reads them), or memory:// for tests."""
        parts = urlsplit(url)
        self._folder: ArchiveFolder | None = None
        if parts.scheme == "file":
            folder = Path(url2pathname(parts.path))
            folder.mkdir(parents=True, exist_ok=True)
            self._bytes = LocalStore(prefix=folder, automatic_cleanup=False)
            self._folder = ArchiveFolder(folder)
        elif parts.scheme == "memory":
            self._bytes = MemoryStore()  # type: ignore[assignment]
        else:
            self._bytes = from_url(url)  # type: ignore[assignment]

    async def keep(self, digest: str, archive: bytes) -> None:
        """Keeps the archive, in place of one that was altered. Raises ValueError where the digest is not its own."""
        if hashlib.sha256(archive).hexdigest() != digest.removeprefix("sha256:"):
            raise ValueError(f"these bytes are not {digest}")
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
        if hashlib.sha256(archive).hexdigest() != digest.removeprefix("sha256:"):
            raise ArchiveCorrupt(f"The archive kept as {digest} was altered.")
        return archive


def _path(digest: str) -> str:
    """sha256/ab/abcdef….tgz: two letters apart, since folders with 100,000 files are slow on some systems."""
    algorithm, _, encoded = digest.partition(":")
    return f"{algorithm}/{encoded[:2]}/{encoded}.tgz"


class ArchiveFolder:
    """Writes files whole or not at all; those of many who ask meanwhile in one go, in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writing: Gathering[tuple[str, bytes], None] = Gathering(self._write)

    async def put(self, path: str, content: bytes) -> None:
        """In place of what was there. Raises OSError."""
        await self._writing.ask((path, content))

    async def _write(self, files: Sequence[tuple[str, bytes]]) -> Sequence[Exception | None]:
        return await asyncio.to_thread(lambda: [self._written(path, content) for path, content in files])

    def _written(self, path: str, content: bytes) -> OSError | None:
        file = self._folder / path
        unfinished = file.with_suffix(f".{os.urandom(8).hex()}.part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                unfinished.write_bytes(content)
                unfinished.replace(file)
            except OSError:
                unfinished.unlink(missing_ok=True)
                raise
        except OSError as error:
            return error
        return None
