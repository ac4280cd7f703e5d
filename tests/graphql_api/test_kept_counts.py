"""Totals and facets of the same charts are counted once, whichever page tells them, until something is committed."""

import asyncio

import pytest

from app.services.browsing import Browsing
from app.store.charts import ChartConditions
from app.store.session import Store
from tests.graphql_api.conftest import Desk
from tests.graphql_api.rows import add_chart, add_registry

SAFETY_SECONDS = 30  # a net against a hang


@pytest.fixture
async def browsing(desk: Desk) -> Browsing:
    await desk.store.revision.start()
    async with asyncio.timeout(SAFETY_SECONDS):
        while desk.store.revision.current() is None:
            await asyncio.sleep(0.01)
    return desk.services.browsing


async def counted(browsing: Browsing, text: str | None = None, **conditions: object) -> tuple[int, int]:
    """In total, and of the only registry."""
    selection = await browsing.select(text, ChartConditions(**conditions))  # type: ignore[arg-type]
    facets = await browsing.facets(selection)
    return await browsing.count_charts(selection), sum(count for _, count in facets.registries)


async def test_counts_asked_again_cost_no_statement_and_are_fresh_after_a_commit(
    desk: Desk, browsing: Browsing, store: Store
) -> None:
    registry = await add_registry(store)
    for number in range(3):
        await add_chart(store, registry, f"charts/payments-{number}", keywords=["money"])
        assert await counted(browsing) == (number + 1, number + 1)
    with desk.statements() as statements:
        assert await counted(browsing) == (3, 3)
    assert statements == []


async def test_other_conditions_have_counts_of_their_own(browsing: Browsing, store: Store) -> None:
    registry = await add_registry(store)
    await add_chart(store, registry, "charts/payments", keywords=["money"])
    await add_chart(store, registry, "charts/shop", deprecated=True)
    for _ in range(2):
        assert await counted(browsing) == (2, 2)
        assert await counted(browsing, deprecated=True) == (1, 1)
        assert await counted(browsing, keywords=["money"]) == (1, 1)
        assert await counted(browsing, keywords=["money", "none"]) == (1, 1)
        assert await counted(browsing, keywords=[]) == (0, 0)
        assert await counted(browsing, registry_ids=[registry.id]) == (2, 2)
        assert await counted(browsing, repository_ids=[]) == (0, 0)
        assert await counted(browsing, text="payments") == (1, 1)
        assert await counted(browsing, text="paymentz") == (1, 1)
