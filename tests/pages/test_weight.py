"""What the browser has to fetch before the store shows."""

from app.pages import PAGES_FOLDER
from tests.journeys.conftest import Chartroom
from tests.pages.conftest import OpenPage

SCRIPT_MAX_BYTES = 120 * 1024  # issue 6


def test_the_store_comes_with_at_most_120_kilobytes_of_script(store: Chartroom, open_page: OpenPage) -> None:
    page = open_page(store, "/store")
    page.get_by_role("region", name="Charts").get_by_role("listitem").first.wait_for()
    names = page.evaluate(
        "performance.getEntriesByType('resource').map(entry => new URL(entry.name).pathname)"
        ".filter(path => path.endsWith('.js'))"
    )
    sizes = {name: (PAGES_FOLDER / name.lstrip("/")).with_suffix(".js.gz") for name in names}
    weight = sum((path if path.exists() else path.with_suffix("")).stat().st_size for path in sizes.values())
    print(f"{len(names)} scripts, {weight} bytes gzipped")
    assert weight <= SCRIPT_MAX_BYTES


def test_scripts_are_sent_compressed(store: Chartroom, open_page: OpenPage) -> None:
    page = open_page(store, "/store")
    page.get_by_role("region", name="Charts").get_by_role("listitem").first.wait_for()
    sent, whole = page.evaluate(
        "(entries => [entries.reduce((sum, entry) => sum + entry.encodedBodySize, 0),"
        " entries.reduce((sum, entry) => sum + entry.decodedBodySize, 0)])"
        "(performance.getEntriesByType('resource').filter(entry => entry.name.endsWith('.js')))"
    )
    assert 0 < sent < whole / 2
