"""More than one page of it: versions of a chart, and repositories of a registry, beyond the first hundred."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.chart_reader.packing import pack_chart
from tests.journeys.conftest import Chartroom, registry_input
from tests.pages.conftest import Complaints, OpenPage, register, wait_until_synced
from tests.real.docker_registry import StartDockerRegistry
from tests.real.pushing import push_chart

VERSIONS = 130
CHART = "/store/crowd/team/ledger"


@pytest.fixture(scope="module")
def crowded(docker_registry: StartDockerRegistry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chartroom]:
    """A chart with 130 versions, 1.0.0 to 1.129.0, and a registry with 130 repositories that nobody looks at."""
    registry = docker_registry(login=False, tls=False)
    for minor in range(VERSIONS):
        push_chart(
            registry, "team/ledger", pack_chart("ledger", f"1.{minor}.0", {"values.yaml": f"replicas: {minor}\n"})
        )
    chartroom = Chartroom(tmp_path_factory.mktemp("crowd") / "data")
    chartroom.start()
    try:
        wait_until_synced(chartroom, register(chartroom, registry_input(registry, "team/ledger", name="crowd")))
        names = [f"team/part-{number:03}" for number in range(130)]
        unsynced = {**registry_input(registry, *names, name="parts"), "useAsChartRepository": False}
        assert chartroom.ask(
            "mutation R($input: RegisterRegistryInput!) { registerRegistry(input: $input) { userErrors { message } } }",
            input=unsynced,
        ) == {"registerRegistry": {"userErrors": []}}
        yield chartroom
    finally:
        chartroom.process.stop(15)


def read_on(page: Page, what: str, rows: Locator, expected: list[int]) -> None:
    for number in expected:
        expect(rows).to_have_count(number)
        page.get_by_role("button", name=f"More of 130 {what}").click()
    expect(rows).to_have_count(130)
    expect(page.get_by_role("button", name=f"More of 130 {what}")).to_have_count(0)


def test_every_version_is_reached_page_below_page(
    crowded: Chartroom, open_page: OpenPage, complaints: Complaints
) -> None:
    page = open_page(crowded, f"{CHART}?tab=versions")
    rows = page.get_by_role("region", name="Versions").get_by_role("rowheader")
    read_on(page, "versions", rows, [50, 100])
    # The keyboard goes on where the button was.
    expect(page.get_by_role("link", name="1.29.0", exact=True)).to_be_focused()
    page.get_by_role("link", name="1.0.0", exact=True).click()
    expect(page.get_by_role("heading", name="ledger 1.0.0")).to_be_visible()
    assert complaints.errors == []


def test_a_constraint_starts_the_pages_anew(crowded: Chartroom, open_page: OpenPage) -> None:
    page = open_page(crowded, f"{CHART}?tab=versions")
    rows = page.get_by_role("region", name="Versions").get_by_role("rowheader")
    expect(rows).to_have_count(50)
    page.get_by_role("button", name="More of 130 versions").click()
    expect(rows).to_have_count(100)
    page.get_by_label("Constraint").fill("<1.5.0")
    expect(rows).to_have_count(5)
    page.get_by_label("Constraint").fill("")
    expect(rows).to_have_count(50)


def test_any_two_versions_are_compared_however_far_apart(
    crowded: Chartroom, open_page: OpenPage, complaints: Complaints
) -> None:
    page = open_page(crowded, f"{CHART}?tab=diff")
    values = page.get_by_role("region", name="Values: changes")
    # By itself the newest is compared with the one before.
    expect(values.get_by_role("row").filter(has_text="replicas")).to_contain_text("128129")

    before = page.get_by_role("combobox", name="From")
    before.click()
    options = page.get_by_role("listbox", name="Versions, from").get_by_role("option")
    expect(options).to_have_count(20)
    expect(page.locator(".picker-list:visible")).to_contain_text("110 more versions")
    before.fill("1.3")
    expect(options).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url("**from=1.3.0&to=1.129.0")
    expect(values.get_by_role("row").filter(has_text="replicas")).to_contain_text("3129")

    after = page.get_by_role("combobox", name="To")
    after.fill("1.0.0")
    page.keyboard.press("Enter")
    page.wait_for_url("**from=1.3.0&to=1.0.0")
    expect(values.get_by_role("row").filter(has_text="replicas")).to_contain_text("30")
    assert complaints.errors == []


def test_a_version_that_is_not_there_is_named(crowded: Chartroom, open_page: OpenPage) -> None:
    page = open_page(crowded, f"{CHART}?tab=diff&from=1.7.0&to=1.8.0")
    before = page.get_by_role("combobox", name="From")
    before.fill("9.9.9")
    expect(page.get_by_text("None begins so.")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("There is no version 9.9.9.")).to_be_visible()
    expect(before).to_have_attribute("aria-invalid", "true")
    before.fill("1.6.0")
    page.keyboard.press("Tab")
    page.wait_for_url("**from=1.6.0&to=1.8.0")
    expect(page.get_by_role("region", name="Values: changes")).to_be_visible()
    before.fill("2")
    page.keyboard.press("Escape")
    expect(before).to_have_value("1.6.0")


def test_every_repository_is_reached_on_the_page_and_on_the_form(crowded: Chartroom, open_page: OpenPage) -> None:
    (found,) = crowded.ask('{ registries(filter: {search: "parts"}) { nodes { id } } }')["registries"]["nodes"]
    for below in ("", "/edit"):
        page = open_page(crowded, f"/registries/{found['id']}{below}")
        rows = page.get_by_role("region", name="Repositories").get_by_role("switch")
        read_on(page, "repositories", rows, [50, 100])
        expect(page.get_by_role("switch", name="Sync team/part-129")).to_be_visible()
