"""axe-core on every page, light and dark, wide and narrow; and nothing moves while a page comes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Chartroom
from tests.pages.conftest import KeepPicture, OpenPage

PAGES = {
    "store": "/store",
    "store-list": "/store?view=list&q=pay",
    "store-none": "/store?q=nothing-has-this-name",
    "chart": "/store/samples/samples/payments",
    "chart-check": "/store/samples/samples/payments?tab=check",
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


Step = Callable[[Page], None]


def press(name: str) -> Step:
    return lambda page: page.get_by_role("button", name=name).first.click()


def try_connection(page: Page) -> None:
    press("Test connection")(page)
    expect(page.get_by_role("status", name="Connection test").get_by_role("heading")).to_have_text(
        "The connection works"
    )


def make_token(page: Page) -> None:
    page.get_by_label("Name of a new token").fill("for axe")
    press("Make token")(page)
    expect(page.locator(".secret code")).to_be_visible()


def ask_to_revoke(page: Page) -> None:
    make_token(page)
    press("Revoke for axe")(page)


def find_repositories(page: Page) -> None:
    press("Find in the registry")(page)
    expect(page.get_by_role("dialog").get_by_role("checkbox").first).to_be_visible()


def check_wrong_values(page: Page) -> None:
    page.get_by_label("Your values").fill("replicas: many\nprovider: {mode: free}\n")
    press("Check values")(page)
    expect(page.get_by_role("button", name="Show line 1")).to_be_visible()


def open_versions(page: Page) -> None:
    page.get_by_role("combobox", name="From").click()
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")


def refuse_a_filter(page: Page) -> None:
    page.get_by_text("More filters").click()
    page.get_by_label("Installs on Kubernetes").fill("new")
    expect(page.get_by_role("heading", name="A filter cannot be read")).to_be_visible()


def add_nothing(page: Page) -> None:
    press("Add registry")(page)
    expect(page.get_by_role("alert")).to_be_visible()


def replace_credentials(page: Page) -> None:
    page.get_by_role("switch", name="Replace the stored credentials").check()
    expect(page.get_by_label("User name")).to_be_visible()


# What opens on a page, or comes of something that is done there.
STATES: dict[str, tuple[str, Step]] = {
    "delete-registry": ("registry", press("Delete")),
    "remove-repository": ("registry", press("Remove samples/payments")),
    "add-repositories": ("registry", press("Add by name")),
    "find-repositories": ("registry", find_repositories),
    "connection-test": ("registry", try_connection),
    "edit-credentials": ("registry-edit", replace_credentials),
    "add-refused": ("registry-new", add_nothing),
    "token-made": ("access", make_token),
    "revoke-token": ("access", ask_to_revoke),
    "values-refused": ("chart-check", check_wrong_values),
    "versions-to-choose": ("chart-diff", open_versions),
    "filter-refused": ("store", refuse_a_filter),
}
STATES_KEPT = ("find-repositories", "connection-test", "delete-registry", "values-refused", "versions-to-choose")


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
    keep_picture: KeepPicture,
    name: str,
    scheme: str,
) -> None:
    page = open_page(store, address(store, name), color_scheme=scheme, reduced_motion="reduce")
    settled(page)
    assert axe(page) == []
    if name in KEPT:
        keep_picture(page, f"{name}-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", STATES)
def test_axe_finds_nothing_in_what_opens(
    store: Chartroom,
    open_page: OpenPage,
    axe: Axe,
    keep_picture: KeepPicture,
    name: str,
    scheme: str,
) -> None:
    where, step = STATES[name]
    page = open_page(store, address(store, where), color_scheme=scheme, reduced_motion="reduce")
    settled(page)
    step(page)
    assert axe(page) == []
    if name in STATES_KEPT:
        keep_picture(page, f"{name}-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_playground(
    store: Chartroom, open_page: OpenPage, axe: Axe, keep_picture: KeepPicture, scheme: str
) -> None:
    page = open_page(store, "/graphql", color_scheme=scheme, reduced_motion="reduce")
    editor = page.locator(".graphiql-query-editor .view-lines")
    expect(editor).to_contain_text("totalCount")
    expect(editor.locator(".mtk8").first).to_be_visible()  # it is coloured
    page.locator(".graphiql-execute-button").click()
    expect(page.locator(".graphiql-response")).to_contain_text("key-value")
    keep_picture(page, f"playground-{scheme}")
    # GraphiQL 5 puts the buttons of a tab into the tab; that is its own to mend, and all it is forgiven.
    assert [
        line for line in axe(page) if not re.match(r'nested-interactive: <li [^>]*class="graphiql-tab\b', line)
    ] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_the_playground_asks_for_a_token(
    store: Chartroom, open_page: OpenPage, axe: Axe, scheme: str
) -> None:
    page = open_page(store, "/graphql", token=None, color_scheme=scheme)
    expect(page.get_by_role("heading", name="GraphQL playground")).to_be_visible()
    assert axe(page) == []


@pytest.mark.parametrize(
    "name", ["store", "chart", "chart-check", "chart-diff", "registries", "registry", "sync", "registry-new", "access"]
)
def test_a_telephone_shows_it_all_without_scrolling_sideways(
    store: Chartroom, open_page: OpenPage, axe: Axe, keep_picture: KeepPicture, name: str
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


@pytest.mark.parametrize(
    "name",
    ["store", "chart", "chart-values", "chart-versions", "chart-diff", "registries", "registry", "syncs", "sync"],
)
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
