"""Archives as files in a folder: each is whole or not there. Threads do what may wait for a disk."""

import asyncio
import contextlib
import itertools
import os
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from pathlib import Path

from app.store.gathering import Gathering

FOLDERS_LISTED_AT_ONCE = 16  # of 256 or 512: as much of a listing as nobody has to wait for
UNFINISHED = ".part"


class ArchiveFolder:
    """An ArchivePlace. Its files lie two folders deep, as their paths say."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._prefix = str(folder)
        self._writer = os.urandom(8).hex()
        self._numbers = itertools.count()
        self._writing: Gathering[tuple[str, bytes], None] = Gathering(self._write)

    async def put(self, path: str, content: bytes) -> None:
        """Those of many who ask meanwhile are written in one go."""
        await self._writing.ask((path, content))

    async def get(self, path: str) -> bytes | None:
        return await asyncio.to_thread(_content, f"{self._prefix}/{path}")

    def paths(self) -> AsyncIterator[list[str]]:
        return self._listed(lambda file: not file.name.endswith(UNFINISHED))

    def older_than(self, before: datetime) -> AsyncIterator[list[str]]:
        at = before.timestamp()
        return self._listed(lambda file: not file.name.endswith(UNFINISHED) and _last_written(file) < at)

    async def remove(self, path: str) -> None:
        await asyncio.to_thread(_unlink, f"{self._prefix}/{path}")

    async def clear_unfinished(self, before: datetime) -> None:
        at = before.timestamp()
        async for paths in self._listed(lambda file: file.name.endswith(UNFINISHED) and _last_written(file) < at):
            for path in paths:
                await self.remove(path)

    async def _listed(self, wanted: Callable[["os.DirEntry[str]"], bool]) -> AsyncIterator[list[str]]:
        folders = await asyncio.to_thread(_folders, self._prefix)
        for start in range(0, len(folders), FOLDERS_LISTED_AT_ONCE):
            some = folders[start : start + FOLDERS_LISTED_AT_ONCE]
            if paths := await asyncio.to_thread(_files, self._prefix, some, wanted):
                yield paths

    async def _write(self, files: Sequence[tuple[str, bytes]]) -> Sequence[Exception | None]:
        return await asyncio.to_thread(lambda: [self._written(path, content) for path, content in files])

    def _written(self, path: str, content: bytes) -> OSError | None:
        file = f"{self._prefix}/{path}"
        unfinished = f"{file}.{self._writer}.{next(self._numbers)}{UNFINISHED}"
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


def _content(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        return None


def _unlink(path: str) -> None:
    Path(path).unlink(missing_ok=True)


def _last_written(file: "os.DirEntry[str]") -> float:
    """Seconds since 1970; of one that is gone by now, never."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _folders(prefix: str) -> list[str]:
    """sha256/ab and so on."""
    return [f"{outer}/{inner}" for outer in _folders_in(prefix) for inner in _folders_in(f"{prefix}/{outer}")]


def _folders_in(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return [entry.name for entry in entries if entry.is_dir()]
    except FileNotFoundError:
        return []


def _files(prefix: str, folders: Sequence[str], wanted: Callable[["os.DirEntry[str]"], bool]) -> list[str]:
    """`prefix`/`folder`/name, without the prefix."""
    found: list[str] = []
    for folder in folders:
        with contextlib.suppress(FileNotFoundError), os.scandir(f"{prefix}/{folder}") as entries:
            found += [f"{folder}/{entry.name}" for entry in entries if wanted(entry)]
    return found
