"""Pages below many rows at once: each parent's own, whatever the others have."""

from app.services.listing import Listing, Span, VersionConditions
from app.store.session import Store
from tests.graphql_api.rows import add_chart, add_registry


async def test_every_chart_has_its_own_page_when_versions_are_asked_for_many(store: Store) -> None:
    registry, listing = await add_registry(store), Listing(store)
    long = await add_chart(store, registry, "a/long", ["1.0.0", "1.1.0", "2.0.0", "3.0.0-rc.1"])
    short = await add_chart(store, registry, "a/short", ["0.1.0"])
    ids = [long.id, short.id, 999]

    async def tags(first: int, after: tuple[str, int] | None = None, **wanted: object) -> list[list[str]]:
        asked = (Span(first, after), VersionConditions(**wanted))  # type: ignore[arg-type]
        pages = await listing.versions(ids, asked)
        return [[row.tag for row in pages[chart_id].rows] for chart_id in ids]

    assert await tags(2) == [["3.0.0-rc.1", "2.0.0"], ["0.1.0"], []]
    assert await tags(2, include_prereleases=False) == [["2.0.0", "1.1.0"], ["0.1.0"], []]
    assert await tags(1, constraint="<2") == [["1.1.0"], ["0.1.0"], []]
    assert await tags(5, constraint=">=1") == [["2.0.0", "1.1.0", "1.0.0"], [], []]


async def test_more_is_said_to_be_there_only_where_it_is(store: Store) -> None:
    registry, listing = await add_registry(store), Listing(store)
    one, two = await add_chart(store, registry, "a/one"), await add_chart(store, registry, "a/two", ["1.0.0", "1.1.0"])
    for constraint in (None, ">=1"):
        pages = await listing.versions([one.id, two.id], (Span(1), VersionConditions(constraint)))
        assert [pages[chart.id].has_next for chart in (one, two)] == [False, True]
        counts = await listing.count_versions([one.id, two.id], VersionConditions(constraint))
        assert counts == {one.id: 1, two.id: 2}


async def test_one_parent_gets_the_same_page_as_among_others(store: Store) -> None:
    listing = Listing(store)
    registry, other = await add_registry(store), await add_registry(store, "other")
    for name in ("c", "a", "b"):
        await add_chart(store, registry, f"x/{name}")
    alone = (await listing.charts([registry.id], Span(2)))[registry.id]
    among = (await listing.charts([registry.id, other.id], Span(2)))[registry.id]
    assert [row.name for row in alone.rows] == [row.name for row in among.rows] == ["a", "b"]
    assert alone.has_next and among.has_next
