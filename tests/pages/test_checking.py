"""Values of one's own are held against a chart, and each problem leads to its line."""

from playwright.sync_api import expect

from tests.journeys.conftest import Chartroom
from tests.pages.conftest import Complaints, OpenPage

CHECK = "/store/samples/samples/payments?tab=check"


def test_the_values_of_the_chart_itself_are_taken(
    store: Chartroom, open_page: OpenPage, complaints: Complaints
) -> None:
    page = open_page(store, CHECK)
    values = page.get_by_label("Your values")
    expect(values).to_have_value(store_values(store))
    page.get_by_role("button", name="Check values").click()
    expect(page.get_by_text("The chart takes these values.")).to_be_visible()
    assert complaints.errors == []


def test_each_problem_is_named_with_the_line_it_is_on(store: Chartroom, open_page: OpenPage) -> None:
    page = open_page(store, CHECK)
    page.get_by_role("button", name="Nothing").click()
    values = page.get_by_label("Your values")
    expect(values).to_have_value("")
    values.fill("# ours\nreplicas: many\nprovider:\n  mode: free\n")
    page.get_by_role("button", name="Check values").click()
    problems = page.get_by_role("region", name="What came of it").get_by_role("listitem")
    expect(problems).to_have_count(2)
    expect(problems.filter(has_text="provider.mode")).to_contain_text("Line 4")
    problems.filter(has_text="replicas").get_by_role("button", name="Show line 2").click()
    expect(values).to_be_focused()
    chosen = values.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert chosen == "replicas"

    values.fill("replicas: 3\n")
    expect(page.get_by_text("The values were changed since")).to_be_visible()
    page.get_by_role("button", name="Check values").click()
    expect(page.get_by_text("The chart takes these values.")).to_be_visible()


def test_what_is_no_yaml_is_said(store: Chartroom, open_page: OpenPage) -> None:
    page = open_page(store, CHECK)
    page.get_by_label("Your values").fill("replicas: [1\n")
    page.get_by_role("button", name="Check values").click()
    expect(page.get_by_text("The chart would refuse these values: 1 problem.")).to_be_visible()
    expect(page.get_by_role("button", name="Show line")).to_have_count(1)


def test_a_chart_without_a_schema_says_that_it_cannot_say_more(store: Chartroom, open_page: OpenPage) -> None:
    page = open_page(store, "/store/samples/samples/labels?tab=check")
    page.get_by_role("button", name="Check values").click()
    expect(page.get_by_text("The chart has no schema")).to_be_visible()


def store_values(store: Chartroom) -> str:
    chart = store.ask(
        'query { chartByRepository(registryName: "samples", repository: "samples/payments") '
        "{ latestVersion { values } } }"
    )["chartByRepository"]
    return str(chart["latestVersion"]["values"])
