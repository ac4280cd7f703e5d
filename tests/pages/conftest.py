"""The built pages in a real Chromium, against a Chartroom of its own and a real registry.

No host but this machine resolves in the browser: a page that needs another one fails here as it would in a
closed network. With CHARTROOM_SCREENSHOTS=docs/screenshots the pictures for the README are made anew.
"""

import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from app.pages import PAGES_FOLDER
from demo.packing import pack_samples
from tests.journeys.conftest import ADMIN_TOKEN, REGISTER, Chartroom, StartChartroom, registry_input
from tests.journeys.conftest import start_chartroom as start_chartroom  # a fixture of these tests too
from tests.real.absences import Absences
from tests.real.docker_registry import DockerRegistry, StartDockerRegistry
from tests.real.pushing import push_chart

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend-stub/node_modules/axe-core/axe.min.js"
SCREENSHOTS = os.environ.get("CHARTROOM_SCREENSHOTS")

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
# A safety net on a machine that does other things too, not a promise.
PATIENCE_MS = 30_000

OpenPage = Callable[..., Page]
KeepPicture = Callable[..., None]
"""`keep(page, "store")`, or `keep(page, "form", whole=True)` for what is below the fold too."""


@pytest.fixture(scope="session")
def browser(absences: Absences) -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        absences.report("chromium", "apt-get install chromium")
    if not (PAGES_FOLDER / "index.html").is_file():
        absences.report("the built pages", "make pages")
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


class Complaints:
    """What a page should not say: errors of scripts, refusals of the content security policy, other hosts asked."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.hosts: set[str] = set()

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        page.on("request", lambda request: self.hosts.add(re.split(r"[/?]", request.url.split("://")[-1])[0]))


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def open_page(browser: Browser, complaints: Complaints) -> Iterator[OpenPage]:
    """`open_page(chartroom, "/store")`: signed in unless `token` is None. Keywords go to the browser context."""
    contexts: list[BrowserContext] = []

    def open_page(chartroom: Chartroom, path: str, token: str | None = ADMIN_TOKEN, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if token:
            context.add_init_script(
                f"sessionStorage.getItem('chartroom.token') ?? sessionStorage.setItem('chartroom.token', '{token}')"
            )
        page = context.new_page()
        complaints.watch(page)
        page.goto(chartroom.base_url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def sample_registry(docker_registry: StartDockerRegistry) -> DockerRegistry:
    """With the sample charts of `make demo`, behind login and a certificate of its own CA."""
    registry = docker_registry()
    for sample in pack_samples(registry.host):
        push_chart(registry, f"samples/{sample.name}", sample.archive, created=sample.created_at.isoformat())
    return registry


@pytest.fixture(scope="session")
def sample_names(sample_registry: DockerRegistry) -> list[str]:
    return sorted({f"samples/{sample.name}" for sample in pack_samples(sample_registry.host)})


@pytest.fixture(scope="session")
def store(
    sample_registry: DockerRegistry, sample_names: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chartroom]:
    """A Chartroom that holds the sample charts, for tests that only look."""
    chartroom = Chartroom(tmp_path_factory.mktemp("store") / "data")
    chartroom.start()
    try:
        sync = register(chartroom, registry_input(sample_registry, *sample_names, name="samples"))
        wait_until_synced(chartroom, sync)
        yield chartroom
    finally:
        chartroom.process.stop(signal.SIGTERM)


def register(chartroom: Chartroom, given: dict[str, Any]) -> str:
    """The id of the sync that it began."""
    payload = chartroom.ask(REGISTER, input=given)["registerRegistry"]
    assert payload["userErrors"] == []
    sync_id: str = payload["sync"]["id"]
    return sync_id


def wait_until_synced(chartroom: Chartroom, sync_id: str) -> str:
    """The state it ended in; the test's own time-out ends an endless one."""
    while True:
        state: str = chartroom.ask("query Sync($id: ID!) { sync(id: $id) { state } }", id=sync_id)["sync"]["state"]
        if state not in ("QUEUED", "RUNNING"):
            return state


@pytest.fixture
def keep_picture(tmp_path: Path) -> KeepPicture:
    """Kept for the README where CHARTROOM_SCREENSHOTS says so."""
    folder = ROOT / SCREENSHOTS if SCREENSHOTS else tmp_path

    def keep(page: Page, name: str, whole: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        page.evaluate("document.fonts.ready.then(() => true)")
        page.screenshot(path=folder / f"{name}.png", animations="disabled", full_page=whole)

    return keep


@pytest.fixture
def keep_both(keep_picture: KeepPicture) -> KeepPicture:
    """The same page, light and dark."""

    def keep(page: Page, name: str, whole: bool = False) -> None:
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            keep_picture(page, f"{name}-{scheme}", whole)

    return keep


@pytest.fixture
def axe(absences: Absences) -> Callable[[Page], list[str]]:
    """What axe-core finds on a page, one line each. Source: WCAG 2.2 A and AA, and axe's own best practices."""
    if not AXE.is_file():
        absences.report("axe-core", "npm ci in frontend-stub")
    script = AXE.read_text()

    def find(page: Page) -> list[str]:
        page.evaluate(script)
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [f"{found['id']}: {node['html'][:160]}" for found in result["violations"] for node in found["nodes"]]

    return find


__all__ = ["StartChartroom", "start_chartroom"]
