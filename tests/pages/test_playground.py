"""The playground in a closed network: an editor, a query and a subscription, and no host but Chartroom's own."""

from playwright.sync_api import Page, expect

from tests.journeys.conftest import ADMIN_TOKEN, Chartroom, StartChartroom
from tests.pages.conftest import Complaints, OpenPage


def test_a_query_and_a_subscription_run_with_every_other_host_unresolvable(
    store: Chartroom, open_page: OpenPage, complaints: Complaints
) -> None:
    page = open_page(store, "/graphql", token=None, viewport={"width": 1440, "height": 900})
    expect(page.get_by_role("heading", name="GraphQL playground")).to_be_visible()
    page.get_by_label("API token").fill(ADMIN_TOKEN)
    page.get_by_role("button", name="Use token").click()
    answer = page.get_by_role("region", name="Operation response").or_(page.locator(".graphiql-response"))
    run = page.locator(".graphiql-execute-button")
    expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("totalCount")
    run.click()
    expect(answer.first).to_contain_text("totalCount")
    expect(answer.first).to_contain_text("key-value")

    page.get_by_role("tab", name="Latest").click()
    type_operation(page, "subscription Activity { syncActivity { id state } }")
    expect(page.get_by_role("tab", name="Activity")).to_be_visible()
    run.click()
    expect(
        page.get_by_role("button", name="Stop query").or_(page.locator('[aria-label^="Stop"]')).first
    ).to_be_visible()
    registry = store.ask("{ registries { nodes { id } } }")["registries"]["nodes"][0]["id"]
    store.ask("mutation S($id: ID!) { startSync(registryId: $id) { sync { id } } }", id=registry)
    expect(answer.first).to_contain_text("SUCCEEDED")
    own = {f"127.0.0.1:{store.port}"}
    assert {host for host in complaints.hosts if not host.startswith(("blob:", "data:"))} - {""} == own
    assert complaints.errors == []


def type_operation(page: Page, operation: str) -> None:
    """Into GraphiQL's editor, in place of what is there."""
    page.locator(".graphiql-query-editor .monaco-editor").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(operation)
    page.keyboard.press("Escape")


def test_the_examples_register_with_every_provider(store: Chartroom, open_page: OpenPage) -> None:
    providers = store.ask("{ providers { label } }")["providers"]
    page = open_page(store, "/graphql")
    for provider in providers:
        name = "Register" + "".join(letter for letter in provider["label"] if letter.isalnum())
        expect(page.get_by_role("tab", name=name, exact=True)).to_have_count(1)


def test_a_wrong_token_says_what_to_do(store: Chartroom, open_page: OpenPage) -> None:
    page = open_page(store, "/graphql", token="not-a-token-of-this-chartroom")
    expect(page.get_by_role("status")).to_contain_text("Ask an admin for another")


def test_there_is_none_where_it_is_switched_off(start_chartroom: StartChartroom, open_page: OpenPage) -> None:
    page = open_page(start_chartroom(playground="false"), "/graphql")
    expect(page.locator("body")).to_contain_text("GraphQL is asked by POST here")
