"""What a sync finds is written once, and the chart's row is what its versions make it."""

from datetime import datetime
from typing import Any

from app.domain.sync_events import SkipReason
from app.domain.sync_plan import HeldTag, SkippedTag
from app.store import charts, failures, findings, nesting, registries, search
from app.store.charts import ChartConditions
from app.store.entities import Chart, ChartRepository, ChartVersion
from app.store.search_documents import Question
from app.store.session import Store
from tests.store.rows import LATER, NOW, add_registry, add_repository, found_version, store_found


async def a_repository(store: Store) -> int:
    return await add_repository(store, await add_registry(store))


async def chart_of(store: Store, chart_id: int) -> Chart:
    async with store.reading() as session:
        return await session.get_one(Chart, chart_id)


async def latest(store: Store, chart_id: int) -> tuple[str | None, str | None]:
    """Versions of the latest release and of the highest of all."""
    chart = await chart_of(store, chart_id)
    async with store.reading() as session:
        found = await charts.find_versions(
            session, [number for number in (chart.latest_version_id, chart.latest_prerelease_id) if number]
        )
    texts = {number: row.version for number, row in found.items()}
    return texts.get(chart.latest_version_id or 0), texts.get(chart.latest_prerelease_id or 0)


async def version_rows(store: Store, chart_id: int) -> list[dict[str, Any]]:
    async with store.reading() as session:
        page = (await nesting.version_pages(session, [chart_id], 100, None, include_removed=True))[chart_id]
    return [row.model_dump() for row in page.rows]


async def test_storing_the_same_versions_twice_changes_nothing(store: Store) -> None:
    repository_id = await a_repository(store)
    found = [found_version("1.0.0"), found_version("1.1.0")]
    chart_id, ids = await store_found(store, repository_id, *found)
    before = await version_rows(store, chart_id)

    again = await store_found(store, repository_id, *found, now=LATER)

    assert again == (chart_id, ids)
    assert await version_rows(store, chart_id) == before
    async with store.reading() as session:
        history = await charts.digest_history(session, [(repository_id, "1.0.0")])
    assert [row.first_seen_at for rows in history.values() for row in rows] == [NOW]


async def test_changed_version_keeps_its_id_and_first_instant_when_its_tag_was_moved(store: Store) -> None:
    repository_id = await a_repository(store)
    chart_id, ids = await store_found(store, repository_id, found_version(digest="sha256:1"))
    moved = found_version(digest="sha256:2", description="Moved")
    _, after = await store_found(store, repository_id, moved, sync_id=2, now=LATER)
    (row,) = await version_rows(store, chart_id)
    assert after == ids
    assert (row["digest"], row["archive_digest"], row["sync_id"], row["stored_at"]) == (
        "sha256:2", moved.archive_digest, 2, NOW,
    )  # fmt: skip
    assert (await chart_of(store, chart_id)).description == "Moved"


async def test_removed_version_is_back_when_it_is_stored_again(store: Store) -> None:
    repository_id = await a_repository(store)
    chart_id, ids = await store_found(store, repository_id, found_version())
    async with store.writing() as session:
        await session.run_sync(findings.mark_removed, list(ids.values()), NOW)
        await session.run_sync(findings.mark_outside_policy, list(ids.values()))
    await store_found(store, repository_id, found_version())
    (row,) = await version_rows(store, chart_id)
    assert (row["removed_at"], row["within_policy"]) == (None, True)


async def test_latest_is_the_highest_release_and_not_the_newest_row(store: Store) -> None:
    repository_id = await a_repository(store)
    tags = ["1.9.0", "1.10.0", "2.0.0-rc.1", "1.2.0"]
    for tag in tags:
        chart_id, _ = await store_found(store, repository_id, found_version(tag, description=tag))
    assert await latest(store, chart_id) == ("1.10.0", "2.0.0-rc.1")
    chart = await chart_of(store, chart_id)
    assert (chart.description, chart.version_count) == ("1.10.0", 4)


async def test_latest_is_the_highest_prerelease_when_there_is_no_release(store: Store) -> None:
    chart_id, _ = await store_found(
        store, await a_repository(store), found_version("1.0.0-rc.2"), found_version("1.0.0-rc.10")
    )
    assert await latest(store, chart_id) == ("1.0.0-rc.10", "1.0.0-rc.10")


async def hide(store: Store, repository_id: int, version_id: int, *, removed: bool, at: datetime = LATER) -> None:
    async with store.writing() as session:
        if removed:
            await session.run_sync(findings.mark_removed, [version_id], at)
        else:
            await session.run_sync(findings.mark_outside_policy, [version_id])
        await session.run_sync(findings.refresh_charts, [repository_id], [], at)


async def test_latest_falls_back_when_it_is_removed_or_leaves_the_policy(store: Store) -> None:
    repository_id = await a_repository(store)
    found = [found_version(tag, description=f"This is {tag}") for tag in ("1.0.0", "2.0.0", "3.0.0")]
    chart_id, ids = await store_found(store, repository_id, *found)

    await hide(store, repository_id, ids["3.0.0"], removed=True)
    assert await latest(store, chart_id) == ("2.0.0", "2.0.0")
    await hide(store, repository_id, ids["2.0.0"], removed=False)
    assert await latest(store, chart_id) == ("1.0.0", "1.0.0")
    chart = await chart_of(store, chart_id)
    assert (chart.description, chart.version_count, chart.updated_at) == ("This is 1.0.0", 1, LATER)
    async with store.reading() as session:
        repository = await registries.find_repository(session, repository_id)
    assert repository is not None
    assert repository.version_count == 1


async def test_chart_is_neither_listed_nor_found_when_all_its_versions_are_hidden(store: Store) -> None:
    repository_id = await a_repository(store)
    chart_id, ids = await store_found(store, repository_id, found_version())
    assert await charts.count(store.rows, [search.matching(Question(("payments",)), is_sqlite=store.is_sqlite)]) == 1
    await hide(store, repository_id, ids["1.0.0"], removed=True)
    assert await latest(store, chart_id) == (None, None)
    assert await charts.count(store.rows, [search.matching(Question(("payments",)), is_sqlite=store.is_sqlite)]) == 0
    assert await charts.count(store.rows, ChartConditions().clauses()) == 0

    async with store.writing() as session:
        await session.run_sync(findings.mark_returned, list(ids.values()))
        await session.run_sync(findings.refresh_charts, [repository_id], [], LATER)
    assert await latest(store, chart_id) == ("1.0.0", "1.0.0")
    assert await charts.count(store.rows, [search.matching(Question(("payments",)), is_sqlite=store.is_sqlite)]) == 1


async def test_held_tags_tell_versions_and_remembered_no_charts_apart(store: Store) -> None:
    repository_id = await a_repository(store)
    found = [found_version("1.0.0", digest="sha256:1"), found_version("1.1.0", digest="sha256:2")]
    _, ids = await store_found(store, repository_id, *found, sync_id=7)
    await hide(store, repository_id, ids["1.1.0"], removed=True)
    async with store.writing() as session:
        await session.run_sync(
            findings.remember_no_charts, repository_id, [SkippedTag("3.0.0", SkipReason.NOT_A_CHART, "sha256:3")]
        )
        await session.run_sync(
            findings.remember_no_charts, repository_id, [SkippedTag("3.0.0", SkipReason.NOT_A_CHART, "sha256:4")]
        )
    held = await findings.held_tags(store.rows, repository_id, 7)
    other = await findings.held_tags(store.rows, repository_id, 8)
    assert held == {
        "1.0.0": HeldTag("1.0.0", "sha256:1", ids["1.0.0"], stored_by_this_sync=True),
        "1.1.0": HeldTag("1.1.0", "sha256:2", ids["1.1.0"], removed=True, stored_by_this_sync=True),
        "3.0.0": HeldTag("3.0.0", "sha256:4"),
    }
    assert not any(tag.stored_by_this_sync for tag in other.values())


async def test_tag_is_held_as_no_chart_when_something_else_was_pushed_over_its_chart(store: Store) -> None:
    repository_id = await a_repository(store)
    _, ids = await store_found(store, repository_id, found_version())
    async with store.writing() as session:
        await session.run_sync(findings.mark_removed, list(ids.values()), LATER)
        await session.run_sync(
            findings.remember_no_charts, repository_id, [SkippedTag("1.0.0", SkipReason.NOT_A_CHART, "sha256:3")]
        )
    assert await findings.held_tags(store.rows, repository_id, 7) == {"1.0.0": HeldTag("1.0.0", "sha256:3")}


async def test_no_chart_is_forgotten_when_a_chart_is_stored_under_its_tag(store: Store) -> None:
    repository_id = await a_repository(store)
    async with store.writing() as session:
        await session.run_sync(
            findings.remember_no_charts, repository_id, [SkippedTag("1.0.0", SkipReason.NOT_A_CHART, "sha256:3")]
        )
    await store_found(store, repository_id, found_version())
    async with store.reading() as session:
        assert await registries.skipped_tags(session, [repository_id]) == {repository_id: []}


async def test_skipped_tags_are_those_of_the_last_listing_alone(store: Store) -> None:
    repository_id = await a_repository(store)
    for tags in (["latest", "old"], ["latest"], []):
        async with store.writing() as session:
            skipped = [SkippedTag(tag, SkipReason.NOT_SEMVER) for tag in tags]
            await session.run_sync(findings.replace_skipped_tags, {repository_id: skipped})
        async with store.reading() as session:
            found = await registries.skipped_tags(session, [repository_id])
        assert [row.tag for row in found[repository_id]] == tags


async def test_same_content_is_one_row_when_two_repositories_hold_it(store: Store) -> None:
    registry_id = await add_registry(store)
    found = found_version()
    for name in ("one", "two"):
        await store_found(store, await add_repository(store, registry_id, name), found)
    async with store.reading() as session:
        assert await session.run_sync(findings.known_archives, [found.archive_digest, "sha256:other"]) == {
            found.archive_digest: ("payments", "1.0.0")
        }
        assert len(await charts.find_contents(session, [found.archive_digest])) == 1
        known = await charts.known_digests(session, [found.digest, "sha256:other"])
    assert list(known) == [found.digest]


async def test_nothing_of_another_repository_is_touched_when_a_chart_is_refreshed(store: Store) -> None:
    registry_id = await add_registry(store)
    one, two = await add_repository(store, registry_id, "one"), await add_repository(store, registry_id, "two")
    first, _ = await store_found(store, one, found_version("1.0.0"))
    second, _ = await store_found(store, two, found_version("2.0.0"))
    assert (await latest(store, first), await latest(store, second)) == (("1.0.0",) * 2, ("2.0.0",) * 2)
    async with store.reading() as session:
        rows = [await session.get_one(ChartRepository, number) for number in (one, two)]
        assert [row.version_count for row in rows] == [1, 1]
        assert await session.get(ChartVersion, 3) is None


async def test_more_versions_than_a_statement_has_parameters_go_and_come_back_at_once(store: Store) -> None:
    repository_id = await add_repository(store, await add_registry(store))
    _, ids = await store_found(store, repository_id, found_version())
    many = [*ids.values(), *range(1_000_000, 1_100_000)]

    async def shown() -> tuple[bool, bool]:
        async with store.reading() as session:
            row = await session.get_one(ChartVersion, ids["1.0.0"])
            return row.removed_at is None, row.within_policy

    await store.write(lambda session: findings.mark_removed(session, many, LATER))
    assert await shown() == (False, True)
    await store.write(lambda session: findings.mark_outside_policy(session, many))
    assert await shown() == (False, False)
    await store.write(lambda session: findings.mark_returned(session, many))
    assert await shown() == (True, True)
    await store.write(lambda session: failures.forget(session, repository_id, frozenset(map(str, many))))
