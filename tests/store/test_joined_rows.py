"""Charts come with what belongs to them in one statement, which asks for wanted columns alone."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm.exc import UnmappedInstanceError

from app.store.charts import BY_NAME, CHARTS, LINKS, ChartConditions, page_with_links
from app.store.entities import Chart
from app.store.joined_rows import NOTHING, JoinedRows, Wanted
from app.store.keyset import JoinedPages
from app.store.prepared import Prepared
from app.store.session import Store
from tests.graphql_api.rows import add_chart, add_registry

CONTENT = Wanted(frozenset({"app_version"}))
VERSION = Wanted(frozenset({"version"}), (("content", CONTENT),))


@pytest.fixture
async def filled(store: Store) -> Store:
    acme = await add_registry(store)
    for name in ("a", "b", "c"):
        await add_chart(store, acme, f"charts/{name}", tags=("1.0.0", "2.0.0-rc.1"))
    return store


async def test_page_has_along_what_is_wanted_in_one_statement(filled: Store) -> None:
    wanted = Wanted(frozenset(), (("latest_prerelease", VERSION), ("latest_version", VERSION), ("registry", Wanted())))
    seen: list[str] = []
    filled.rows.watchers.append(lambda text, _parameters: seen.append(text))
    page, along = await page_with_links(filled.rows, 2, None, ChartConditions(), wanted, by_update=False)
    assert len(seen) == 1
    assert ([row.name for row in page.rows], page.has_next) == (["a", "b"], True)
    assert {registry.name for registry in along["registry"].values()} == {"acme"}
    versions = {name: [along[name][getattr(row, f"{name}_id")] for row in page.rows] for name in ("latest_version",)}
    assert [version.version for version in versions["latest_version"]] == ["1.0.0", "1.0.0"]
    assert {version.version for version in along["latest_prerelease"].values()} == {"2.0.0-rc.1"}
    for version in versions["latest_version"]:
        assert along["latest_version.content"][version.archive_digest] is not None
    assert not any(name in seen[0] for name in ("readme", "keywords", "stored_at"))


async def test_column_that_is_not_wanted_is_neither_read_nor_there(filled: Store) -> None:
    seen: list[str] = []
    filled.rows.watchers.append(lambda text, _parameters: seen.append(text))
    page, along = await page_with_links(filled.rows, 1, None, ChartConditions(), NOTHING, by_update=False)
    assert not any(name in seen[0] for name in ("keywords", "chart_version", "registry"))
    assert along == {}
    with pytest.raises(UnmappedInstanceError):
        _ = page.rows[0].keywords


async def test_what_is_not_there_comes_along_as_none(filled: Store) -> None:
    async with filled.writing() as session:
        chart = await session.get(Chart, 1)
        assert chart is not None
        chart.latest_version_id = 999
        session.add(chart)
    wanted = Wanted(frozenset(), (("latest_version", VERSION),))
    page, along = await page_with_links(filled.rows, 3, None, ChartConditions(), wanted, by_update=False)
    assert [along["latest_version"][row.latest_version_id] is None for row in page.rows] == [True, False, False]


async def test_page_goes_on_behind_a_row_under_each_order_and_condition(filled: Store) -> None:
    acme, nobody = ChartConditions(registry_ids=[1]), ChartConditions(registry_ids=[])
    for conditions, names in ((ChartConditions(), ["b", "c"]), (acme, ["b", "c"]), (nobody, [])):
        page, _ = await page_with_links(filled.rows, 5, ("a", 1), conditions, NOTHING, by_update=False)
        assert ([row.name for row in page.rows], page.has_next) == (names, False)
    first, _ = await page_with_links(filled.rows, 2, None, acme, NOTHING, by_update=True)
    last = first.rows[-1]
    rest, _ = await page_with_links(filled.rows, 2, (last.updated_at, last.id), acme, NOTHING, by_update=True)
    assert sorted(row.name for row in (*first.rows, *rest.rows)) == ["a", "b", "c"]


def test_what_two_ask_for_is_what_either_does() -> None:
    name, host = Wanted(frozenset({"name"})), Wanted(frozenset({"host"}))
    both = Wanted(name.columns, (("registry", name),)) | Wanted(host.columns, (("registry", host),))
    assert both == Wanted(frozenset({"name", "host"}), (("registry", Wanted(frozenset({"name", "host"}))),))
    assert (name | Wanted()).columns is None
    assert set(LINKS) == {"registry", "repository", "latest_version", "latest_prerelease"}


async def test_what_makes_entities_is_written_once_for_each_statement(filled: Store) -> None:
    written: list[Prepared] = []

    class Watched(JoinedRows[Chart]):
        def _maker(self, prepared: Prepared) -> Callable[..., list[Chart]]:
            written.append(prepared)
            return super()._maker(prepared)

    joined = Watched(CHARTS, Wanted(frozenset({"name"})), LINKS)
    pages = JoinedPages(joined, joined.statement, BY_NAME)
    for _ in range(3):
        for after in (None, ("a", 1)):
            page, _along = await pages.page(filled.rows, 1, after)
            assert [row.name for row in page.rows] == ["a" if after is None else "b"]
    assert len(written) == 2
