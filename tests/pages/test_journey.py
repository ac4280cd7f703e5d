"""The first hour with the pages: sign in, add a registry, watch, search, read, compare, cancel."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from tests.chart_reader.packing import pack_chart
from tests.journeys.conftest import ADMIN_TOKEN, Chartroom, StartChartroom, registry_input
from tests.pages.conftest import Complaints, KeepPicture, OpenPage, register
from tests.real.docker_registry import DockerRegistry, StartDockerRegistry
from tests.real.pushing import push_chart


def test_a_registry_is_added_by_its_form_and_its_charts_appear(
    start_chartroom: StartChartroom,
    sample_registry: DockerRegistry,
    sample_names: list[str],
    open_page: OpenPage,
    complaints: Complaints,
    keep_both: KeepPicture,
) -> None:
    page = open_page(start_chartroom(), "/", token=None)
    page.get_by_label("API token").fill(ADMIN_TOKEN)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="The store is empty")).to_be_visible()

    page.get_by_role("link", name="Add a registry").click()
    page.get_by_role("radio", name="Other").check()
    page.get_by_label("Name", exact=True).fill("acme")
    page.get_by_label("Registry", exact=True).fill(sample_registry.host)
    page.get_by_label("User name").fill(sample_registry.username or "")
    page.get_by_label("Password or access token").fill("wrong")
    page.get_by_label("Connection").select_option("SECURE_WITH_CA")
    page.get_by_label("CA certificate").fill(sample_registry.ca_pem or "")
    chips = page.get_by_label("Repositories", exact=True)
    chips.focus()
    page.evaluate(
        "text => { const data = new DataTransfer(); data.setData('text', text);"
        " document.activeElement.dispatchEvent(new ClipboardEvent('paste', "
        "{clipboardData: data, bubbles: true, cancelable: true})) }",
        "\n".join(sample_names),
    )
    expect(page.get_by_role("list", name="Repositories to add").get_by_role("listitem")).to_have_count(
        len(sample_names)
    )
    page.evaluate("document.activeElement.blur(), scrollTo(0, 0)")
    keep_both(page, "add-form", whole=True)

    page.get_by_role("button", name="Test connection").click()
    report = page.get_by_role("status", name="Connection test")
    expect(report.locator("li.failed")).to_contain_text("Login")
    page.get_by_label("Password or access token").fill(sample_registry.password or "")
    page.get_by_role("button", name="Test connection").click()
    expect(report.get_by_role("heading")).to_have_text("The connection works")
    expect(report.locator("li.passed")).to_have_count(5 + len(sample_names))

    page.get_by_role("button", name="Add registry").click()
    page.wait_for_url("**/syncs/*")
    expect(page.get_by_label("Progress", exact=True).get_by_text("Succeeded")).to_be_visible()
    page.get_by_role("link", name="Store", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text="payments").first).to_be_visible()
    assert complaints.errors == []


def test_what_cannot_be_registered_says_where_and_why(store: Chartroom, open_page: OpenPage) -> None:
    page = open_page(store, "/registries/new")
    page.get_by_role("radio", name="Other").check()
    page.get_by_label("Registry", exact=True).fill("https://registry.example.com")
    page.get_by_label("With", exact=True).select_option(label="None (public repositories)")
    page.get_by_role("button", name="Add registry").click()
    host = page.get_by_label("Registry", exact=True)
    expect(host).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert")).to_be_focused()


def test_every_provider_has_a_form_drawn_from_what_the_server_says(store: Chartroom, open_page: OpenPage) -> None:
    providers = store.ask("{ providers { label hostField { label } authentications { label fields { label } } } }")[
        "providers"
    ]
    page = open_page(store, "/registries/new")
    for provider in providers:
        page.get_by_role("radio", name=provider["label"]).check()
        if provider["hostField"]:
            expect(page.get_by_label(provider["hostField"]["label"], exact=True)).to_be_visible()
        for authentication in provider["authentications"]:
            page.get_by_label("With", exact=True).select_option(label=authentication["label"])
            for field in authentication["fields"]:
                expect(page.get_by_label(re.compile(f"^{re.escape(field['label'])}( optional)?$"))).to_be_visible()


def test_search_finds_as_one_types_and_stands_in_the_address(
    store: Chartroom, open_page: OpenPage, complaints: Complaints
) -> None:
    page = open_page(store, "/store")
    charts = page.get_by_role("region", name="Charts").get_by_role("listitem")
    expect(charts).to_have_count(6)
    page.get_by_label("Search charts").press_sequentially("paym", delay=20)
    expect(charts.first.get_by_role("heading")).to_contain_text("payments")
    page.wait_for_url("**/store?q=paym")
    page.get_by_role("button", name="List").click()
    page.get_by_label("Sort").select_option("NAME")
    address = page.url
    assert parse_qs(urlsplit(address).query) == {"q": ["paym"], "view": ["list"], "sort": ["name"]}
    page.reload()
    expect(page.get_by_label("Search charts")).to_have_value("paym")
    expect(charts.first.get_by_role("heading")).to_contain_text("payments")
    page.get_by_label("Search charts").fill("nothing-has-this-name")
    expect(page.get_by_role("heading", name="No chart matches")).to_be_visible()
    page.get_by_role("button", name="Show all charts").click()
    expect(charts).to_have_count(6)
    assert complaints.errors == []


def test_deprecated_charts_are_hidden_on_wish(store: Chartroom, open_page: OpenPage) -> None:
    page = open_page(store, "/store")
    page.get_by_role("switch", name="Hide deprecated").check()
    expect(page.get_by_role("region", name="Charts").get_by_role("listitem")).to_have_count(5)
    page.wait_for_url("**/store?deprecated=hide")


def test_the_list_is_narrowed_by_what_it_holds_with_counts(store: Chartroom, open_page: OpenPage) -> None:
    page = open_page(store, "/store")
    charts = page.get_by_role("region", name="Charts").get_by_role("listitem")
    expect(page.get_by_role("checkbox", name="Library 1")).to_be_visible()
    page.get_by_role("checkbox", name="Library").check()
    expect(charts).to_have_count(1)
    page.wait_for_url("**/store?type=LIBRARY")
    page.get_by_role("checkbox", name="Library").uncheck()
    page.get_by_role("checkbox", name="shop", exact=False).first.check()
    page.wait_for_url("**/store?keyword=shop")
    expect(charts).to_have_count(2)
    page.go_back()
    expect(charts).to_have_count(6)


def test_a_chart_is_read_by_the_keyboard_alone(store: Chartroom, open_page: OpenPage) -> None:
    page = open_page(store, "/store?q=payments")
    link = page.get_by_role("link", name="payments", exact=True)
    expect(link).to_be_visible()
    page.get_by_label("Search charts").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if link.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="payments 2.0.0")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Store", exact=True).last).to_be_focused()


def test_everything_of_a_chart_is_shown(store: Chartroom, open_page: OpenPage, complaints: Complaints) -> None:
    page = open_page(store, "/store/samples/samples/payments")
    main = page.locator(".chart-main")
    tabs = page.get_by_role("navigation", name="About this chart")
    expect(main.get_by_role("heading", name="Upgrading from 1.x")).to_be_visible()
    tabs.get_by_role("link", name="Values", exact=True).click()
    expect(main.locator(".yaml-key").first).to_be_visible()
    tabs.get_by_role("link", name="Schema").click()
    expect(main.locator(".schema-name").first).to_be_visible()
    tabs.get_by_role("link", name="Versions").click()
    expect(main.get_by_role("row")).to_have_count(6)
    main.get_by_role("switch", name="Pre-releases").uncheck()
    expect(main.get_by_role("row")).to_have_count(5)
    main.get_by_label("Constraint").fill("not a constraint")
    expect(main.locator(".field-error")).to_be_visible()
    tabs.get_by_role("link", name="Files").click()
    main.get_by_role("button", name="values.yaml").click()
    expect(main.get_by_label("values.yaml", exact=True)).to_be_visible()
    tabs.get_by_role("link", name="Images").click()
    expect(main.get_by_text("payments").first).to_be_visible()
    page.get_by_role("button", name="Flux").click()
    expect(page.get_by_label("Flux snippet", exact=True)).to_contain_text("OCIRepository")
    assert complaints.errors == []


def test_an_older_version_has_an_address_of_its_own(store: Chartroom, open_page: OpenPage) -> None:
    page = open_page(store, "/store/samples/samples/payments?version=1.0.0")
    expect(page.get_by_role("heading", name="payments 1.0.0")).to_be_visible()
    expect(page.get_by_role("link", name="Latest is 2.0.0")).to_be_visible()
    page.goto(store.base_url + "/store/samples/samples/payments?version=9.9.9")
    expect(page.get_by_role("heading", name="There is no version 9.9.9")).to_be_visible()


def test_dependencies_lead_to_the_charts_that_satisfy_them(store: Chartroom, open_page: OpenPage) -> None:
    page = open_page(store, "/store/samples/samples/web-shop?tab=dependencies")
    page.locator(".chart-main").get_by_role("link", name="payments").click()
    expect(page.get_by_role("heading", name="payments 2.0.0")).to_be_visible()


def test_two_versions_are_compared_leaf_by_leaf(store: Chartroom, open_page: OpenPage) -> None:
    page = open_page(store, "/store/samples/samples/payments?tab=versions")
    page.get_by_role("link", name="Compare 1.2.0 with 2.0.0").click()
    expect(page.get_by_text("Breaking for those who set values")).to_be_visible()
    removed = page.get_by_role("row").filter(has_text="database.host")
    expect(removed).to_contain_text("Removed")
    expect(removed).to_contain_text("Breaking")
    for side, version in (("To", "1.2.0"), ("From", "1.1.0")):
        page.get_by_role("combobox", name=side).fill(version)
        page.keyboard.press("Enter")
    expect(page.get_by_text("Not breaking")).to_be_visible()


def test_a_token_is_made_used_and_revoked(store: Chartroom, open_page: OpenPage) -> None:
    page = open_page(store, "/access")
    page.get_by_label("Name of a new token").fill("from the browser")
    page.get_by_role("button", name="Make token").click()
    secret = page.locator(".secret code").inner_text()
    assert store.ask("{ viewer { name role } }", token=secret)["viewer"] == {
        "name": "from the browser",
        "role": "READER",
    }
    expect(page.get_by_role("region", name="Audit log")).to_contain_text("token.create")

    reader = open_page(store, "/access", token=secret)
    expect(reader.get_by_role("heading", name="For admins")).to_be_visible()
    expect(reader.get_by_role("link", name="Access")).to_have_count(0)

    page.get_by_role("button", name="Revoke from the browser").click()
    page.get_by_role("button", name="Revoke token").click()
    expect(page.get_by_role("button", name="Revoke from the browser")).to_have_count(0)
    reader.goto(store.base_url + "/store")
    expect(reader.get_by_text("Your token is no longer valid")).to_be_visible()


def test_a_sync_is_watched_lost_found_again_and_cancelled(
    start_chartroom: StartChartroom,
    docker_registry: StartDockerRegistry,
    open_page: OpenPage,
    keep_both: KeepPicture,
) -> None:
    registry = docker_registry(login=False, tls=False)
    for name in ("shop/checkout", "shop/ledger"):
        for patch in range(40):
            push_chart(registry, name, pack_chart(name.split("/")[1], f"1.0.{patch}"))
    chartroom = start_chartroom(versions_at_once="1", requests_per_host="1")
    sync_id = register(chartroom, registry_input(registry, "shop/checkout", "shop/ledger", "shop/missing", name="shop"))
    page = open_page(chartroom, f"/syncs/{sync_id}")
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(str(frame))))
    page.reload()
    added = page.locator(".counts div").filter(has=page.get_by_text("Added", exact=True)).locator("dd")
    expect(added).to_have_text(re.compile(r"^[1-9]"))
    registry.freeze()
    try:
        expect(page.get_by_text("Live")).to_be_visible()
        expect(page.locator(".running").get_by_text("Syncing shop")).to_be_visible()
        keep_both(page, "sync-in-flight")

        chartroom.process.kill()
        expect(page.get_by_text("Connection lost. Trying again; nothing is missed.")).to_be_visible()
        chartroom.start()
        expect(page.get_by_text("Connection lost. Trying again; nothing is missed.")).to_have_count(0)
        asked = [int(found) for frame in frames for found in re.findall(r'"after":(\d+)', frame)]
        assert asked[0] == 0
        assert asked[-1] > 0

        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_label("Progress", exact=True).get_by_text("Cancelled")).to_be_visible()
    finally:
        registry.thaw()
    page.get_by_role("link", name="shop", exact=True).click()
    page.get_by_role("button", name="Sync now").click()
    page.wait_for_url(lambda url: "/syncs/" in url and sync_id not in url)
    expect(page.get_by_label("Progress", exact=True).get_by_text("Partial")).to_be_visible()
    expect(page.get_by_text("Repository not found")).to_be_visible()
    expect(page.get_by_text("80 of 80")).to_be_visible()
