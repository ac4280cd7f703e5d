"""axe-core on every page, light and dark, wide and narrow; and nothing moves while a page comes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Chartroom
from tests.pages.conftest import OpenPage

PAGES = {
    "store": "/store",
    "store-list": "/store?view=list&q=pay",
    "store-none": "/store?q=nothing-has-this-name",
    "chart": "/store/samples/samples/payments",
    "chart-values": "/store/samples/samples/payments?tab=values",
    "chart-schema": "/store/samples/samples/payments?tab=schema",
    "chart-versions": "/store/samples/samples/payments?tab=versions",
    "chart-diff": "/store/samples/samples/payments?tab=diff&from=1.2.0&to=2.0.0",
    "chart-images": "/store/samples/samples/payments?tab=images",
    "chart-dependencies": "/store/samples/samples/web-shop?tab=dependencies",
    "chart-files": "/store/samples/samples/payments?tab=files",
    "chart-missing": "/store/samples/samples/nothing",
    "registries": "/registries",
    "registry-new": "/registries/new",
    "registry": "/registries/{registry}",
    "registry-edit": "/registries/{registry}/edit",
    "syncs": "/syncs",
    "sync": "/syncs/{sync}",
    "access": "/access",
    "missing": "/store-of-nothing",
}
KEPT = ("store", "chart", "chart-values", "chart-diff", "registries", "registry", "sync", "access")
Axe = Callable[[Page], list[str]]


def address(store: Chartroom, name: str) -> str:
    found = store.ask("{ registries { nodes { id lastSync { id } } } }")["registries"]["nodes"][0]
    return PAGES[name].format(registry=found["id"], sync=found["lastSync"]["id"])


def settled(page: Page) -> None:
    """Nothing is loading any more."""
    expect(page.locator("h1, h2").first).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [name for name in PAGES if name != "missing"])
def test_axe_finds_nothing(
    store: Chartroom,
    open_page: OpenPage,
    axe: Axe,
    keep_picture: Callable[[Page, str], None],
    name: str,
    scheme: str,
) -> None:
    page = open_page(store, address(store, name), color_scheme=scheme, reduced_motion="reduce")
    settled(page)
    assert axe(page) == []
    if name in KEPT:
        keep_picture(page, f"{name}-{scheme}")


@pytest.mark.parametrize("name", ["store", "chart", "registries", "registry", "sync", "registry-new", "access"])
def test_a_telephone_shows_it_all_without_scrolling_sideways(
    store: Chartroom, open_page: OpenPage, axe: Axe, keep_picture: Callable[[Page, str], None], name: str
) -> None:
    page = open_page(store, address(store, name), viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert axe(page) == []
    if name in ("store", "chart"):
        keep_picture(page, f"{name}-narrow")


def test_the_sign_in_page_has_nothing_to_find(store: Chartroom, open_page: OpenPage, axe: Axe) -> None:
    page = open_page(store, "/store", token=None)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert axe(page) == []


@pytest.mark.parametrize("name", ["store", "chart", "registries", "syncs"])
def test_nothing_moves_while_a_page_comes(store: Chartroom, open_page: OpenPage, name: str) -> None:
    page = open_page(store, "/access")
    page.add_init_script(
        "window.moved = []; new PerformanceObserver(list => window.moved.push(...list.getEntries()"
        ".map(entry => entry.value))).observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(store.base_url + address(store, name))
    settled(page)
    # "Good" ends at 0.1 (web.dev, Cumulative Layout Shift); nobody sees a hundredth.
    assert sum(page.evaluate("window.moved")) < 0.02
