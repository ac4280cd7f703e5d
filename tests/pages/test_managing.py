"""Registries and repositories after their first day: changed, tested again, found, switched off, removed, deleted."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.chart_reader.packing import pack_chart
from tests.journeys.conftest import Chartroom, StartChartroom, registry_input
from tests.pages.conftest import Complaints, OpenPage, register, wait_until_synced
from tests.real.docker_registry import DockerRegistry, StartDockerRegistry
from tests.real.pushing import push_chart

REGISTRY = """query { registries { nodes {
  id name username authentication connectionSecurity syncIntervalSeconds lastSync { id state }
  repositories { nodes { name enabled } } } } }"""


@pytest.fixture
def registry(docker_registry: StartDockerRegistry) -> DockerRegistry:
    """With login, a certificate of its own CA, and three charts."""
    registry = docker_registry()
    for name in ("shop/checkout", "shop/ledger", "tools/mailer"):
        push_chart(registry, name, pack_chart(name.split("/")[1], "1.0.0"))
    return registry


@pytest.fixture
def managed(start_chartroom: StartChartroom, registry: DockerRegistry) -> Chartroom:
    """It knows the registry, and two of its repositories."""
    chartroom = start_chartroom()
    wait_until_synced(
        chartroom, register(chartroom, registry_input(registry, "shop/checkout", "shop/ledger", name="shop"))
    )
    return chartroom


def stored(chartroom: Chartroom) -> dict[str, object]:
    (found,) = chartroom.ask(REGISTRY)["registries"]["nodes"]
    return dict(found)


def open_registry(open_page: OpenPage, chartroom: Chartroom, below: str = "") -> Page:
    page = open_page(chartroom, f"/registries/{stored(chartroom)['id']}{below}", reduced_motion="reduce")
    expect(page.get_by_role("region", name="Repositories").get_by_role("listitem").first).to_be_visible()
    return page


def sync_now(page: Page) -> None:
    page.get_by_role("button", name="Sync now").click()
    page.wait_for_url("**/syncs/*")
    expect(page.get_by_label("Progress", exact=True).get_by_text("Succeeded")).to_be_visible()


def test_a_registry_is_changed_without_its_credentials_being_typed_again(
    managed: Chartroom, open_page: OpenPage, complaints: Complaints
) -> None:
    page = open_registry(open_page, managed)
    page.get_by_role("link", name="Edit").click()
    name = page.get_by_label("Name", exact=True)
    expect(name).to_have_value("shop")
    expect(page.get_by_label(re.compile("Password"))).to_have_count(0)
    name.fill("the shop")
    page.get_by_label("Sync", exact=True).select_option(label="Every day")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="the shop")).to_be_visible()
    found = stored(managed)
    assert (found["name"], found["syncIntervalSeconds"]) == ("the shop", 86400)
    assert (found["username"], found["authentication"]) == ("robot", "USERNAME_PASSWORD")
    sync_now(page)
    assert complaints.errors == []


def test_the_edit_form_tests_what_is_stored_and_what_replaces_it(
    managed: Chartroom, registry: DockerRegistry, open_page: OpenPage
) -> None:
    page = open_registry(open_page, managed, "/edit")
    report = page.get_by_role("status", name="Connection test")
    page.get_by_role("button", name="Test connection").click()
    expect(report.get_by_role("heading")).to_have_text("The connection works")

    # Without its credentials another connection cannot be tried: they are not sent just anywhere.
    page.get_by_label("Connection", exact=True).select_option("SECURE")
    expect(page.get_by_role("button", name="Test connection")).to_be_disabled()
    page.get_by_label("Connection", exact=True).select_option("SECURE_WITH_CA")
    expect(page.get_by_role("button", name="Test connection")).to_be_enabled()

    page.get_by_role("switch", name="Replace the stored credentials").check()
    page.get_by_label("CA certificate").fill(registry.ca_pem or "")
    page.get_by_label("User name").fill("robot")
    page.get_by_label("Password or access token").fill("wrong")
    page.get_by_role("button", name="Test connection").click()
    expect(report.locator("li.failed")).to_contain_text("Login")
    page.get_by_label("Password or access token").fill(registry.password or "")
    page.get_by_label("CA certificate").fill("")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/registries/[^/]+$"))
    assert stored(managed)["connectionSecurity"] == "SECURE_WITH_CA"
    sync_now(page)


def test_what_is_wrong_in_the_edit_form_is_said_where_it_is(managed: Chartroom, open_page: OpenPage) -> None:
    page = open_registry(open_page, managed, "/edit")
    page.get_by_label("Name", exact=True).fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert")).to_be_focused()
    assert stored(managed)["name"] == "shop"


def test_repositories_are_found_in_the_registry_and_added(managed: Chartroom, open_page: OpenPage) -> None:
    page = open_registry(open_page, managed)
    page.get_by_role("button", name="Find in the registry").click()
    dialog = page.get_by_role("dialog", name="Find repositories")
    expect(dialog.get_by_role("checkbox", name="shop/checkout added")).to_be_disabled()
    dialog.get_by_label("Part of the name").fill("mail")
    expect(dialog.get_by_role("checkbox")).to_have_count(1)
    dialog.get_by_role("checkbox", name="tools/mailer").check()
    dialog.get_by_role("button", name="Add 1 repository").click()
    expect(dialog).to_have_count(0)
    repositories = page.get_by_role("region", name="Repositories")
    expect(repositories.get_by_role("link", name="tools/mailer")).to_be_visible()
    expect(repositories.get_by_role("listitem")).to_have_count(3)


def test_what_the_registry_does_not_list_is_said(managed: Chartroom, open_page: OpenPage) -> None:
    page = open_registry(open_page, managed)
    page.get_by_role("button", name="Find in the registry").click()
    dialog = page.get_by_role("dialog", name="Find repositories")
    dialog.get_by_label("Part of the name").fill("nothing-is-called-so")
    expect(dialog.get_by_role("heading", name="Nothing found")).to_be_visible()
    expect(dialog.get_by_role("button", name="Add", exact=True)).to_be_disabled()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)


def test_repositories_are_added_by_name(managed: Chartroom, open_page: OpenPage) -> None:
    page = open_registry(open_page, managed, "/edit")
    page.get_by_role("button", name="Add by name").click()
    dialog = page.get_by_role("dialog", name="Add repositories")
    dialog.get_by_label("Repositories", exact=True).fill("tools/mailer")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Add 1 repository").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("region", name="Repositories").get_by_text("Sync tools/mailer")).to_have_count(1)


def test_a_repository_is_switched_off_and_on(managed: Chartroom, open_page: OpenPage) -> None:
    page = open_registry(open_page, managed)
    switch = page.get_by_role("switch", name="Sync shop/ledger")
    expect(switch).to_be_checked()
    for wanted in (False, True):
        switch.click()
        expect(switch).to_be_enabled()
        expect(switch).to_be_checked(checked=wanted)
        found = stored(managed)["repositories"]
        assert {"name": "shop/ledger", "enabled": wanted} in found["nodes"]  # type: ignore[index]


def test_a_repository_is_removed_after_asking(managed: Chartroom, open_page: OpenPage) -> None:
    page = open_registry(open_page, managed)
    rows = page.get_by_role("region", name="Repositories").get_by_role("listitem")
    dialog = page.get_by_role("dialog", name="Remove this repository?")
    page.get_by_role("button", name="Remove shop/ledger").click()
    dialog.get_by_role("button", name="Keep it").click()
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Remove shop/ledger").click()
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(rows).to_have_count(1)
    page.get_by_role("link", name="Store", exact=True).click()
    charts = page.get_by_role("region", name="Charts").get_by_role("listitem")
    expect(charts).to_have_count(1)
    expect(charts.first).to_contain_text("checkout")


def test_a_registry_is_deleted_after_asking(managed: Chartroom, open_page: OpenPage) -> None:
    page = open_registry(open_page, managed)
    dialog = page.get_by_role("dialog", name="Delete shop?")
    page.get_by_role("button", name="Delete").click()
    expect(dialog).to_contain_text("The registry itself is not touched")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_have_count(0)
    assert stored(managed)["name"] == "shop"
    page.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete registry").click()
    expect(page.get_by_role("heading", name="No registry yet")).to_be_visible()
    assert managed.ask(REGISTRY)["registries"]["nodes"] == []
    page.get_by_role("link", name="Store", exact=True).click()
    expect(page.get_by_role("heading", name="The store is empty")).to_be_visible()


def test_the_address_for_pushes_is_shown_and_made_anew(
    start_chartroom: StartChartroom, registry: DockerRegistry, open_page: OpenPage, complaints: Complaints
) -> None:
    chartroom = start_chartroom(public_url="https://charts.example.com")
    wait_until_synced(chartroom, register(chartroom, registry_input(registry, "shop/checkout", name="shop")))
    page = open_registry(open_page, chartroom)
    webhook = page.get_by_role("region", name="Webhook", exact=True)
    address = webhook.get_by_text("https://charts.example.com/webhooks/")
    before = address.inner_text()
    webhook.get_by_role("button", name="New address").click()
    page.get_by_role("dialog").get_by_role("button", name="Make it").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(address).not_to_have_text(before)
    assert complaints.errors == []
