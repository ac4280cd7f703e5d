"""What the tests of the chart reader share: one pool of readers for all of them."""

from collections.abc import AsyncIterator

import pytest

from app.chart_reader.limits import MEBIBYTE
from app.chart_reader.pool import ReaderPool

POOL_MEMORY_MAX_BYTES = 512 * MEBIBYTE


@pytest.fixture(scope="package")
async def pool(anyio_backend: str) -> AsyncIterator[ReaderPool]:
    pool = ReaderPool(workers=2, timeout_seconds=30, memory_max_bytes=POOL_MEMORY_MAX_BYTES)
    yield pool
    await pool.close()
