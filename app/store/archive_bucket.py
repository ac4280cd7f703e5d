"""Archives in an object store: Amazon S3, Google Cloud Storage, Azure Blob Storage, and those that speak like them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime

from obstore.exceptions import BaseError
from obstore.store import MemoryStore, ObjectStore, from_url

LISTED_AT_ONCE = 1000  # as many as S3 gives in a page


class ObjectStoreFault(OSError):
    """An object store that does not answer, or does not do what it is asked."""


class ArchiveBucket:
    """An ArchivePlace."""

    def __init__(self, url: str) -> None:
        """`url`: s3://, gs://, az://, as obstore reads them, or memory:// for tests. Raises what obstore does."""
        self._bytes: ObjectStore = MemoryStore() if url.startswith("memory:") else from_url(url)

    async def put(self, path: str, content: bytes) -> None:
        with _faults_named():
            await self._bytes.put_async(path, content)

    async def get(self, path: str) -> bytes | None:
        with _faults_named():
            try:
                answer = await self._bytes.get_async(path)
            except FileNotFoundError:
                return None
            return bytes(await answer.bytes_async())

    async def paths(self) -> AsyncIterator[list[str]]:
        with _faults_named():
            async for listed in self._bytes.list(chunk_size=LISTED_AT_ONCE):
                yield [entry["path"] for entry in listed]

    async def older_than(self, before: datetime) -> AsyncIterator[list[str]]:
        with _faults_named():
            async for listed in self._bytes.list(chunk_size=LISTED_AT_ONCE):
                if old := [entry["path"] for entry in listed if entry["last_modified"] < before]:
                    yield old

    async def remove(self, path: str) -> None:
        with _faults_named():
            try:
                await self._bytes.delete_async(path)
            except FileNotFoundError:
                return

    async def clear_unfinished(self, before: datetime) -> None:
        """Nothing: what is put here is there whole or not at all."""


@contextmanager
def _faults_named() -> Iterator[None]:
    try:
        yield
    except BaseError as fault:
        # Without its text: that quotes answers and addresses.
        raise ObjectStoreFault(f"the object store: {type(fault).__name__}") from fault
