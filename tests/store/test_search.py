"""Search finds what people mean, whatever they type, and what it shows of a chart cannot do harm."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.domain.search_words import words_of
from app.store import charts, search
from app.store.charts import ChartConditions
from app.store.entities import Chart
from app.store.selection import select_charts
from app.store.session import Store
from tests.store.rows import NOW, add_chart, add_registry, add_repository, found_version, store_found


async def hits_of(store: Store, text: str) -> list[Chart]:
    """Best first. They are as many as are counted."""
    asked = await select_charts(store.rows, text, ChartConditions())
    if asked.question is None:
        return []
    page = await search.page(
        store.rows, asked.question, asked.conditions, 100, None, stale_before=NOW - timedelta(days=730)
    )
    assert await charts.count(store.rows, asked.clauses) == len(page.rows)
    return [hit.chart for hit in page.rows]


async def found(store: Store, text: str) -> list[str]:
    """Names, best first."""
    return [chart.name for chart in await hits_of(store, text)]


async def highlights(store: Store, text: str) -> list[str | None]:
    ids = [chart.id for chart in await hits_of(store, text)]
    question = await search.read_question(store.rows, text)
    marked = await search.highlights(store.rows, question, ids) if question else {}
    return [marked.get(number) for number in ids]


@pytest.fixture
async def registry_id(store: Store) -> int:
    return await add_registry(store)


async def test_chart_is_found_by_the_beginning_of_words_in_any_order(store: Store, registry_id: int) -> None:
    texts = ["pay", "payments", "PAYMENTS", "cards", "bank", "acceptss", "alice", "gateway", "card mon", "mon card"]
    await add_chart(
        store,
        registry_id,
        "payments",
        description="Takes cards",
        keywords=["bank"],
        readme_markdown="# Payments\n\nIt acceptss money.",
        values_yaml="gateway:\n  url: x\n",
        maintainers=[{"name": "Alice", "email": None}],
    )
    await add_chart(store, registry_id, "unrelated")
    assert [text for text in texts if await found(store, text) != ["payments"]] == []


async def test_chart_is_not_found_when_a_word_does_not_begin_so(store: Store, registry_id: int) -> None:
    await add_chart(store, registry_id, "payments", readme_markdown="about payments")
    texts = ["yments", "ments", "payments nothing", "nothing", "url x y z"]
    assert [text for text in texts if await found(store, text) != []] == []


async def test_signs_do_no_harm_when_they_stand_among_the_words(store: Store, registry_id: int) -> None:
    await add_chart(store, registry_id, "payments", description="and near")
    texts = [
        '"payments', "payments\"*", "'payments'", "payments*", "payments AND", "(payments", "payments)",
        "payments:*", "payments & |", "!payments", "payments %", "payments\\", "^payments", "payments -- ;",
        "{payments}", "payments <->", "NEAR(payments", "payments \x00", "payments 🚢", "+payments", "payments/_",
    ]  # fmt: skip
    assert [text for text in texts if await found(store, text) != ["payments"]] == []


@pytest.mark.parametrize("text", ["", "%", "\"'*()", "🚢", "\x00"])
def test_no_word_is_found_when_there_are_only_signs(text: str) -> None:
    assert words_of(text) == []


async def test_unusual_letters_are_no_error(store: Store, registry_id: int) -> None:
    await add_chart(store, registry_id, "payments")
    texts = ["ª", "²", "ﷺ", "ǅ", "e\u0301", "한국", "日本", "x" * 5000, "a " * 500, "ⅷ", "௧", "_"]
    assert [text for text in texts if await found(store, text) != []] == []


async def test_words_of_other_languages_are_found_as_they_are(store: Store, registry_id: int) -> None:
    await add_chart(store, registry_id, "payments", description="Größe größenwahn Zahlung 日本語")
    texts = ["größe", "GRÖßE", "zahlung", "日本語", "日本"]
    assert [text for text in texts if await found(store, text) != ["payments"]] == []
    assert await found(store, "GRÖSSE") == []


async def test_part_of_a_name_finds_it_whatever_joins_the_parts(store: Store, registry_id: int) -> None:
    await add_chart(store, registry_id, "web-shop")
    texts = ["shop", "web", "web shop", "shop web", "web-shop", "web_shop", "web.shop"]
    assert [text for text in texts if await found(store, text) != ["web-shop"]] == []


async def test_parts_of_paths_and_host_names_are_words_on_both_databases(store: Store, registry_id: int) -> None:
    readme = "set image/repository, see quay.io/acme or www.example.com"
    await add_chart(store, registry_id, "payments", readme_markdown=readme)
    texts = ["image/repository", "repository", "io/acme", "acme", "example.com", "com"]
    assert [text for text in texts if await found(store, text) != ["payments"]] == []


async def test_exact_name_comes_first_then_names_that_begin_so_then_that_hold_it(
    store: Store, registry_id: int
) -> None:
    for name in ("my-shop", "shop", "shop-api"):
        await add_chart(store, registry_id, name, readme_markdown="words " * 50)
    await add_chart(store, registry_id, "other", description="shop shop shop", readme_markdown="shop " * 50)
    assert await found(store, "shop") == ["shop", "shop-api", "my-shop", "other"]


async def test_deprecated_chart_stands_below_those_that_match_as_well(store: Store, registry_id: int) -> None:
    await add_chart(store, registry_id, "a-old", description="shop shop shop", deprecated=True)
    await add_chart(store, registry_id, "b-new", description="a shop among many other words that stand here")
    assert await found(store, "shop") == ["b-new", "a-old"]


async def test_highlight_is_escaped_but_for_its_marks(store: Store, registry_id: int) -> None:
    harmful = [
        "<script>alert(1)</script> needle",
        "<img src=x onerror=alert(1)> needle",
        "needle \"><svg onload='x'>",
        "&lt;needle&gt; <b>needle</b>",
        "needle \x02<script>\x03 \x02\x02 \x03",
    ]
    for number, text in enumerate(harmful):
        await add_chart(store, registry_id, f"readme-{number}", readme_markdown=text)
        await add_chart(store, registry_id, f"description-{number}", description=text)
    found_highlights = await highlights(store, "needle")
    assert len(found_highlights) == 2 * len(harmful)
    for highlight in found_highlights:
        assert highlight is not None
        assert "<mark>needle</mark>" in highlight
        assert highlight.count("<mark>") == highlight.count("</mark>")
        rest = highlight.replace("<mark>", "").replace("</mark>", "")
        assert not set("<>\"'\x02\x03") & set(rest)


async def test_nothing_is_highlighted_when_only_the_name_matches(store: Store, registry_id: int) -> None:
    await add_chart(store, registry_id, "payments", description="Takes cards", keywords=["payments"])
    assert await highlights(store, "payments") == [None]


async def test_document_is_that_of_the_latest_version_alone(store: Store, registry_id: int) -> None:
    repository_id = await add_repository(store, registry_id)
    await store_found(store, repository_id, found_version("1.0.0", description="before"))
    await store_found(store, repository_id, found_version("2.0.0", description="after"))
    assert (await found(store, "before"), await found(store, "after")) == ([], ["payments"])


async def test_chart_is_indexed_when_its_texts_are_huge(store: Store, registry_id: int) -> None:
    text = " ".join(f"word{number}" for number in range(200_000))
    await add_chart(store, registry_id, "payments", readme_markdown=text, description="needle")
    assert await found(store, "needle word7") == ["payments"]


# ── Old ones below ──


async def add_released(store: Store, registry_id: int, name: str, released: datetime | None, **told: object) -> None:
    version = replace(found_version("1.0.0", name, **told), created_at=released)
    await store_found(store, await add_repository(store, registry_id, f"charts/{name}"), version)


async def test_stale_chart_stands_below_those_that_match_as_well(store: Store, registry_id: int) -> None:
    limit = NOW - timedelta(days=730)
    await add_released(store, registry_id, "a-stale", limit - timedelta(seconds=1), description="a shop")
    await add_released(store, registry_id, "b-just-not", limit, description="a shop")
    await add_released(store, registry_id, "c-fresh", NOW, description="a shop")
    assert await found(store, "shop") == ["b-just-not", "c-fresh", "a-stale"]


async def test_deprecated_chart_stands_below_stale_ones_and_one_that_is_both_last(
    store: Store, registry_id: int
) -> None:
    old = NOW - timedelta(days=1000)
    await add_released(store, registry_id, "a-both", old, description="a shop", deprecated=True)
    await add_released(store, registry_id, "b-deprecated", NOW, description="a shop", deprecated=True)
    await add_released(store, registry_id, "c-stale", old, description="a shop")
    await add_released(store, registry_id, "d-fresh", NOW, description="a shop")
    assert await found(store, "shop") == ["d-fresh", "c-stale", "b-deprecated", "a-both"]


async def test_better_match_stands_above_however_old_and_given_up_it_is(store: Store, registry_id: int) -> None:
    old = NOW - timedelta(days=3000)
    await add_released(store, registry_id, "shop", old, deprecated=True)
    await add_released(store, registry_id, "shop-api", old, deprecated=True)
    await add_released(store, registry_id, "fresh", NOW, description="a shop", keywords=["shop"])
    assert await found(store, "shop") == ["shop", "shop-api", "fresh"]


async def test_chart_without_a_date_is_as_old_as_it_is_in_the_store(store: Store, registry_id: int) -> None:
    await add_released(store, registry_id, "a-undated", None, description="a shop")
    await add_released(store, registry_id, "b-stale", NOW - timedelta(days=1000), description="a shop")
    assert await found(store, "shop") == ["a-undated", "b-stale"]


async def test_new_release_brings_a_stale_chart_up_again(store: Store, registry_id: int) -> None:
    await add_released(store, registry_id, "other", NOW - timedelta(days=100), description="a shop")
    repository_id = await add_repository(store, registry_id, "charts/again")
    for tag, released in (("1.0.0", NOW - timedelta(days=1000)), ("1.1.0", NOW)):
        version = replace(found_version(tag, "again", description="a shop"), created_at=released)
        await store_found(store, repository_id, version)
        expected = ["other", "again"] if tag == "1.0.0" else ["again", "other"]
        assert await found(store, "shop") == expected
