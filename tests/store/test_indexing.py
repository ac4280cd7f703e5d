"""Charts are found by what their latest version says, and by nothing it does not say any more."""

from typing import Any

import pytest
from sqlalchemy import event, func, text
from sqlmodel import col, select

from app.domain.image_name import ImageName
from app.domain.semver import Version
from app.store import charts, facets, findings, indexing, search
from app.store.chart_index import KubeConstraint, NameWord
from app.store.charts import BY_NAME, BY_UPDATE, ChartConditions
from app.store.entities import Chart, ChartContent, ChartVersion
from app.store.ranking import RANKED_AT_MOST
from app.store.selection import select_charts
from app.store.session import Store, execute
from tests.store.rows import LATER, NOW, add_chart, add_registry, add_repository, found_version, store_found


async def names(store: Store, typed: str | None = None, **conditions: Any) -> list[str]:
    """In order of name; counted, faceted and, where one searches, ranked alike."""
    asked = await select_charts(store.rows, typed, ChartConditions(**conditions))
    page = await charts.page(store.rows, 100, None, asked.clauses)
    counted = await facets.count_facets(store.rows, asked.clauses)
    assert await charts.count(store.rows, asked.clauses) == len(page.rows)
    assert sum(count for _, count in counted.registries) == len(page.rows)
    if asked.question is not None:
        ranked = await search.page(store.rows, asked.question, asked.conditions, 100, None, stale_before=NOW)
        assert {hit.chart.id for hit in ranked.rows} == {row.id for row in page.rows}
    return [row.name for row in page.rows]


@pytest.fixture
async def registry_id(store: Store) -> int:
    """With charts that differ in what filters ask for."""
    registry_id = await add_registry(store)
    await add_chart(
        store, registry_id, "modern", keywords=["Data  Base", "CI"], kube_version=">=1.30.0-0",
        images=["docker.io/library/nginx:1.27", "quay.io/acme/shop:2"], dependencies=[{"name": "redis"}],
    )  # fmt: skip
    await add_chart(store, registry_id, "old", keywords=["ci"], kube_version=">=1.20 <1.30", images=["acme/shop"])
    await add_chart(store, registry_id, "anywhere", dependencies=[{"name": "redis"}, {"name": "common"}])
    await add_chart(store, registry_id, "broken", kube_version="nonsense")
    await add_chart(store, registry_id, "unripe", "1.0.0-rc.1", keywords=["ci"])
    return registry_id


@pytest.mark.usefixtures("registry_id")
async def test_charts_are_those_of_each_condition(store: Store) -> None:
    image = ImageName.parse
    assert await names(store) == ["anywhere", "broken", "modern", "old"]
    assert await names(store, include_prereleases=True) == ["anywhere", "broken", "modern", "old", "unripe"]
    assert await names(store, keywords=["data base", "nothing"]) == ["modern"]
    assert await names(store, keywords=["CI"]) == ["modern", "old"]
    assert await names(store, keywords=[]) == []
    assert await names(store, kube_version=Version.parse("1.34")) == ["anywhere", "modern"]
    assert await names(store, kube_version=Version.parse("1.25.3")) == ["anywhere", "old"]
    assert await names(store, kube_version=Version.parse("v1.34.1-eks-3025e55")) == ["anywhere", "modern"]
    assert await names(store, kube_version=Version.parse("v1.25.1-gke.7")) == ["anywhere"]
    assert await names(store, image=image("nginx")) == ["modern"]
    assert await names(store, image=image("docker.io/nginx:1.27")) == ["modern"]
    assert await names(store, image=image("nginx:1.28")) == []
    assert await names(store, image=image("acme/shop")) == ["modern", "old"]
    assert await names(store, image=image("quay.io/acme/shop")) == ["modern"]
    assert await names(store, image=image("docker.io/acme/shop")) == ["old"]
    assert await names(store, depends_on="redis") == ["anywhere", "modern"]
    assert await names(store, depends_on="redi") == []
    assert await names(store, "ci", depends_on="redis", keywords=["ci"]) == ["modern"]


@pytest.mark.parametrize("kind", ["has_provenance", "has_signature"])
async def test_signed_charts_are_those_whose_latest_version_has_a_signature(
    store: Store, registry_id: int, kind: str
) -> None:
    assert await names(store, signed=True) == []
    async with store.writing() as session:
        old = (await session.exec(select(Chart).where(Chart.name == "old"))).one()
        version = await session.get_one(ChartVersion, old.latest_version_id)
        setattr(version, kind, True)
        session.add(version)
    assert await names(store, signed=True) == ["old"]
    assert await names(store, signed=False) == ["anywhere", "broken", "modern"]


async def test_nothing_is_left_of_a_version_when_another_is_the_latest(store: Store) -> None:
    repository_id = await add_repository(store, await add_registry(store))
    told = {"keywords": ["before"], "images": ["before"], "dependencies": [{"name": "before"}], "kube_version": ">=9"}
    await store_found(store, repository_id, found_version("1.0.0", **told))
    await store_found(store, repository_id, found_version("2.0.0"))
    assert await names(store, "before") == []
    assert await names(store, keywords=["before"]) == []
    assert await names(store, image=ImageName.parse("before")) == []
    assert await names(store, depends_on="before") == []
    assert await names(store, kube_version=Version.parse("1.0")) == ["payments"]


async def test_facets_count_the_charts_of_the_result(store: Store, registry_id: int) -> None:
    other = await add_registry(store, "other")
    await add_chart(store, other, "lib", type="library", deprecated=True, keywords=["ci"])
    everything = await facets.count_facets(store.rows, ChartConditions().clauses())
    ci = await facets.count_facets(store.rows, ChartConditions(keywords=["ci"], deprecated=False).clauses())
    none = await facets.count_facets(store.rows, ChartConditions(registry_ids=[]).clauses())
    each = await facets.count_facets_by_registry(store.rows, ChartConditions().clauses())
    assert everything == facets.Facets(
        [(registry_id, 4), (other, 1)], [("ci", 3), ("data base", 1)], [("application", 4), ("library", 1)], 1
    )
    assert ci == facets.Facets([(registry_id, 2)], [("ci", 2), ("data base", 1)], [("application", 2)], 0)
    assert none == facets.NONE
    assert each[other] == facets.Facets([(other, 1)], [("ci", 1)], [("library", 1)], 1)
    assert each[registry_id].keywords == [("ci", 2), ("data base", 1)]


async def test_indexing_costs_the_same_statements_for_one_chart_and_many(store: Store) -> None:
    registry_id = await add_registry(store)
    for number in range(6):
        await add_chart(store, registry_id, f"shop-{number}", keywords=["ci"], kube_version=">=1")
    seen: list[str] = []
    marks: list[int] = []
    event.listen(store.engine.sync_engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    query = select(Chart.id, ChartContent).join(ChartContent, col(ChartContent.name) == col(Chart.name))
    for first in (1, 6):
        async with store.writing() as session:
            contents = dict((await session.exec(query.limit(first))).all())
            marks.append(len(seen))
            await session.run_sync(indexing.index_charts, contents)
            marks[-1] = len(seen) - marks[-1]
    assert marks[0] == marks[1] <= 9


async def test_charts_without_an_index_are_indexed(store: Store, registry_id: int) -> None:
    async with store.writing() as session:
        for table in ("chart_search", "chart_keyword", "chart_image", "chart_dependency"):
            await execute(session, text(f"DELETE FROM {table}"))
        await execute(session, text("UPDATE chart SET name_key = '', kube_constraint_id = NULL"))
    assert await indexing.index_missing(store) == 5
    assert await indexing.index_missing(store) == 0
    assert await names(store, "modern") == ["modern"]
    assert await names(store, image=ImageName.parse("nginx")) == ["modern"]
    assert await names(store, kube_version=Version.parse("1.25.3")) == ["anywhere", "old"]


async def test_words_and_constraints_are_stored_once_for_all_charts(store: Store, registry_id: int) -> None:
    await add_chart(store, registry_id, "modern-times", kube_version=">=1.30.0-0")
    async with store.reading() as session:
        words = (await session.exec(select(NameWord.word))).all()
        assert len(words) == len(set(words))
        assert {"modern", "times", "moderntimes"} <= set(words)
        assert (await session.exec(select(func.count()).select_from(KubeConstraint))).one() == 3


# ── Pages ──


async def walk(store: Store, typed: str | None, by: Any = None, between: Any = None) -> list[str]:
    """Names page by page, two rows each; `between` happens after the first page."""
    seen: list[str] = []
    after: Any = None
    while True:
        asked = await select_charts(store.rows, typed, ChartConditions())
        if by is None and asked.question is not None:
            page: Any = await search.page(store.rows, asked.question, asked.conditions, 2, after, stale_before=NOW)
            keys = [hit.keys for hit in page.rows]
            rows = [hit.chart for hit in page.rows]
        else:
            page = await charts.page(store.rows, 2, after, asked.clauses, by or BY_NAME)
            rows = page.rows
            keys = [(row.updated_at, row.id) if by is BY_UPDATE else (row.name, row.id) for row in rows]
        seen += [row.name for row in rows]
        if not page.has_next:
            return seen
        after = keys[-1]
        if between is not None:
            await between()
            between = None


@pytest.mark.parametrize(("typed", "by"), [("shop", None), ("words", None), (None, None), (None, BY_UPDATE)])
async def test_rows_that_stay_are_seen_once_when_others_come_go_and_move_between_pages(
    store: Store, typed: str | None, by: Any
) -> None:
    registry_id = await add_registry(store)
    staying = [f"shop-{letter}" for letter in "bdfhj"]
    for place, name in enumerate(staying):
        repository_id = await add_repository(store, registry_id, name)
        await store_found(
            store, repository_id, found_version(name=name, description="words"), now=NOW.replace(day=9 - place)
        )
    going = await add_repository(store, registry_id, "going")
    _, ids = await store_found(
        store, going, found_version(name="shop-a", description="words"), now=LATER.replace(day=20)
    )

    async def write() -> None:
        async with store.writing() as session:
            await session.run_sync(findings.mark_removed, list(ids.values()), NOW)
            await session.run_sync(findings.refresh_charts, [going], [], NOW)
        for name in ("shop-0", "shop-c", "shop-z"):
            await add_chart(store, registry_id, name, description="words and words")

    seen = await walk(store, typed, by, write)
    assert [name for name in seen if name in staying] == staying
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("typed", ["words", "shop"])
async def test_every_hit_is_seen_once_when_there_are_more_than_are_ranked(store: Store, typed: str) -> None:
    registry_id, many = await add_registry(store), RANKED_AT_MOST + 30
    chart_id = await add_chart(store, registry_id, "shop-first", description="words")
    await copy_chart(store, chart_id, many - 2)
    await add_chart(store, registry_id, "other", description="words of a shop")
    seen: list[int] = []
    after: Any = None
    while True:
        asked = await select_charts(store.rows, typed, ChartConditions())
        assert asked.question is not None
        page = await search.page(store.rows, asked.question, asked.conditions, 100, after, stale_before=NOW)
        assert await charts.count(store.rows, asked.clauses) == many
        seen += [hit.chart.id for hit in page.rows]
        if not page.has_next:
            break
        after = page.rows[-1].keys
    assert len(seen) == len(set(seen)) == many


async def copy_chart(store: Store, chart_id: int, times: int) -> None:
    """As many charts of the same content, each of its own repository and name."""
    async with store.writing() as session:
        chart = await session.get_one(Chart, chart_id)
        version = await session.get_one(ChartVersion, chart.latest_version_id)
        content = await session.get_one(ChartContent, version.archive_digest)
        numbers = range(1000, 1000 + times)
        for number in numbers:
            await execute(
                session,
                text(
                    "INSERT INTO chart_repository (id, registry_id, name, enabled, state, version_count, listed_empty, "
                    "created_at) SELECT :id, registry_id, :name, enabled, state, version_count, "
                    "listed_empty, created_at FROM chart_repository WHERE id = :source"
                ),
                {"id": number, "name": f"copies/{number}", "source": chart.repository_id},
            )
        row = chart.model_dump(exclude={"id", "repository_id", "name"})
        session.add_all(Chart(id=n, repository_id=n, name=f"shop-{n}", **row) for n in numbers)
        await session.flush()
        await session.run_sync(indexing.index_charts, dict.fromkeys(numbers, content))
