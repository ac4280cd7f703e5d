"""What the store is narrowed by besides its facets stands in the address too, and says where it cannot be read."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Chartroom
from tests.pages.conftest import Complaints, OpenPage


def charts(page: Page) -> Locator:
    return page.get_by_role("region", name="Charts").get_by_role("listitem")


def open_filters(open_page: OpenPage, store: Chartroom) -> Page:
    page = open_page(store, "/store")
    expect(charts(page)).to_have_count(6)
    page.get_by_text("More filters").click()
    return page


def test_charts_are_found_by_what_they_depend_on(store: Chartroom, open_page: OpenPage, complaints: Complaints) -> None:
    page = open_filters(open_page, store)
    page.get_by_label("Depends on the chart").fill("payments")
    expect(charts(page)).to_have_count(1)
    expect(charts(page).first).to_contain_text("web-shop")
    page.wait_for_url("**/store?needs=payments")
    page.reload()
    expect(page.get_by_label("Depends on the chart")).to_have_value("payments")
    expect(charts(page)).to_have_count(1)
    assert complaints.errors == []


def test_charts_are_found_by_an_image_they_name(store: Chartroom, open_page: OpenPage) -> None:
    page = open_page(store, "/store/samples/samples/payments?tab=images")
    page.get_by_role("link", name="Charts with it").first.click()
    page.wait_for_url("**/store?image=*")
    expect(charts(page)).to_have_count(1)
    expect(charts(page).first).to_contain_text("payments")
    expect(page.get_by_label("Uses the image")).to_have_value(re.compile("payments"))


def test_charts_are_found_by_the_kubernetes_they_install_on(store: Chartroom, open_page: OpenPage) -> None:
    page = open_filters(open_page, store)
    page.get_by_label("Installs on Kubernetes").fill("1.20")
    page.wait_for_url("**/store?kube=1.20")
    payments = charts(page).get_by_role("link", name="payments", exact=True)
    expect(payments).to_have_count(0)
    expect(charts(page).first).to_be_visible()
    page.get_by_label("Installs on Kubernetes").fill("1.34")
    expect(payments).to_be_visible()


def test_charts_are_found_by_their_signature(store: Chartroom, open_page: OpenPage) -> None:
    page = open_filters(open_page, store)
    page.get_by_label("Signature").select_option(label="Signed")
    page.wait_for_url("**/store?signed=yes")
    expect(page.get_by_role("heading", name="No chart matches")).to_be_visible()
    page.get_by_label("Signature").select_option(label="Not signed")
    page.wait_for_url("**/store?signed=no")
    expect(charts(page)).to_have_count(6)


def test_what_cannot_be_read_is_said_at_the_field_and_the_other_filters_stay(
    store: Chartroom, open_page: OpenPage
) -> None:
    page = open_filters(open_page, store)
    page.get_by_label("Installs on Kubernetes").fill("new")
    expect(page.get_by_role("heading", name="A filter cannot be read")).to_be_visible()
    expect(page.get_by_label("Installs on Kubernetes")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("checkbox", name="Library 1")).to_be_visible()
    page.get_by_role("button", name="Show all charts").click()
    expect(charts(page)).to_have_count(6)
    expect(page.get_by_label("Installs on Kubernetes")).to_have_value("")
