"""What pulling holds in memory stays bounded, however long the database takes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlmodel import col, update

from app.chart_reader.contents import ChartContents
from app.domain.sync_events import SyncState
from app.services.pulling import UNWRITTEN_MAX_COUNT, Reader
from app.services.syncing import Syncing
from app.store import syncs
from app.store.entities import Sync
from tests.chart_reader.packing import pack_chart
from tests.lab.faulty_registry import FaultyRegistry, serving
from tests.services.conftest import Room

VERSIONS = UNWRITTEN_MAX_COUNT + 40


@pytest.fixture
async def registry() -> AsyncIterator[FaultyRegistry]:
    """More charts than may be read before they are written."""
    registry = FaultyRegistry()
    repository = registry.repository("acme/app")
    for patch in range(VERSIONS):
        repository.push_chart(f"1.0.{patch}", pack_chart("app", f"1.0.{patch}", {}))
    async with serving(registry):
        yield registry


class CountingReader:
    """Counts what is read, once it may begin."""

    def __init__(self, inner: Reader) -> None:
        self._inner = inner
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self.read_count = 0

    def make_ready(self) -> None:
        self._inner.make_ready()

    async def read(self, archive: bytes) -> ChartContents:
        self.begun.set()
        await self.go_on.wait()
        self.read_count += 1
        return await self._inner.read(archive)


async def test_no_more_charts_are_read_than_two_batches_while_none_can_be_written(
    room: Room, registry: FaultyRegistry
) -> None:
    reader = CountingReader(room.tools.reader)
    bounds = replace(room.tools.bounds, versions_at_once=VERSIONS)
    _, sync = await room.register(registry, "acme/app")  # type: ignore[arg-type]
    running = asyncio.create_task(Syncing(replace(room.tools, reader=reader, bounds=bounds)).run(sync.id))
    async with asyncio.timeout(30):
        await reader.begun.wait()
    async with room.store.writing() as session:
        # Its own row: the lock that every commit of the sync waits for.
        await session.exec(update(Sync).where(col(Sync.id) == sync.id).values(cancel_requested_at=None))
        reader.go_on.set()
        before = -1
        while before < reader.read_count:
            before = reader.read_count
            await asyncio.sleep(0.2)
        assert reader.read_count == UNWRITTEN_MAX_COUNT
    async with asyncio.timeout(30):
        assert await running
    async with room.store.reading() as session:
        row = await syncs.find(session, sync.id)
    assert row is not None
    assert (row.state, row.versions_added) == (SyncState.SUCCEEDED, VERSIONS)
