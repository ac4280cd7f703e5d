"""Words of names are known as long as a chart has them, and no longer."""

import asyncio

import pytest
from sqlmodel import select

from app.store import name_words, registries, search
from app.store.chart_index import NameTypo, NameWord
from app.store.session import Store
from tests.store.rows import add_chart, add_registry, add_repository, found_version, store_found


async def known(store: Store) -> set[str]:
    async with store.reading() as session:
        words = set((await session.exec(select(NameWord.word))).all())
        of_typos = set((await session.exec(select(NameTypo.word))).all())
    assert words == of_typos
    return words


async def corrections(store: Store, typed: str) -> tuple[tuple[str, ...], ...]:
    question = await search.read_question(store.rows, typed)
    assert question is not None
    return question.corrections


async def delete(store: Store, registry_id: int) -> int:
    async with store.writing() as session:
        names = await name_words.names_of_charts(session, registry_id=registry_id)
        await registries.delete_registry(session, registry_id)
    return await name_words.forget_words(store, names)


async def test_words_go_with_the_last_chart_that_has_them(store: Store) -> None:
    mistaken, kept = await add_registry(store, "mistaken"), await add_registry(store, "kept")
    await add_chart(store, mistaken, "grafanna-agent")
    await add_chart(store, kept, "grafana-agent")
    assert await known(store) == {"grafanna", "grafana", "agent", "grafannaagent", "grafanaagent"}
    assert await corrections(store, "grafanna") == ()
    assert await delete(store, mistaken) == 2
    assert await known(store) == {"grafana", "agent", "grafanaagent"}
    # A typo again, now that no chart is called so.
    assert await corrections(store, "grafanna") == (("grafana", "grafanaagent"),)
    assert await delete(store, kept) == 3
    assert await known(store) == set()


async def test_words_stay_when_they_are_in_texts_of_others_only_as_long_as_a_name_has_them(store: Store) -> None:
    gone, other = await add_registry(store, "gone"), await add_registry(store, "other")
    await add_chart(store, gone, "payments")
    await add_chart(store, other, "shop", description="payments", keywords=["payments"], readme_markdown="payments")
    await delete(store, gone)
    assert await known(store) == {"shop"}


async def test_words_of_many_charts_are_forgotten(store: Store) -> None:
    registry_id = await add_registry(store)
    await add_chart(store, registry_id, "kept-name")
    async with store.writing() as session:
        session.add_all(NameWord(word=f"stale{number:04}") for number in range(name_words.FORGOTTEN_AT_ONCE + 7))
        session.add_all(NameTypo(variant="x", word=f"stale{number:04}") for number in range(507))
    names = {f"stale{number:04}" for number in range(name_words.FORGOTTEN_AT_ONCE + 7)} | {"kept-name"}
    assert await name_words.forget_words(store, names) == name_words.FORGOTTEN_AT_ONCE + 7
    assert "kept" in await known(store)


@pytest.mark.parametrize("when", ["before it is committed", "afterwards"])
async def test_word_of_a_chart_that_is_indexed_meanwhile_stays(migrated_postgres_url: str, when: str) -> None:
    store = Store(migrated_postgres_url)
    gone, new = await add_registry(store, "gone"), await add_registry(store, "new")
    await add_chart(store, gone, "payments")
    repository_id = await add_repository(store, new, "acme/payments")
    async with store.writing() as session:
        names = await name_words.names_of_charts(session, registry_id=gone)
        await registries.delete_registry(session, gone)
    if when == "afterwards":
        await store_found(store, repository_id, found_version(name="payments"))
        assert await name_words.forget_words(store, names) == 0
    else:
        forgetting = asyncio.create_task(name_words.forget_words(store, names))
        await asyncio.gather(forgetting, store_found(store, repository_id, found_version(name="payments")))
    assert await known(store) == {"payments"}
    await store.close()
