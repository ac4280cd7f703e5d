"""The door of the built pages, over a folder that looks like a build."""

import gzip
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from app.pages import PAGE_POLICY, PLAYGROUND_POLICY, SECTIONS, BehindPlayground, page_routes

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = b"console.log('chartroom')\n" * 100
PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Chartroom</title>")
    (tmp_path / "playground.html").write_text("<!doctype html><title>Playground</title>")
    (tmp_path / "assets/index-abc.js").write_bytes(SCRIPT)
    (tmp_path / "assets/index-abc.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "assets/index-abc.js.br").write_bytes(b"not asked for by this client")
    (tmp_path.parent / "secret.txt").write_text("outside")
    return tmp_path


@pytest.fixture
def client(folder: Path) -> TestClient:
    door = PlainTextResponse("the door")
    routes = [*page_routes(folder, welcome="welcome"), Route("/graphql", BehindPlayground(door, folder))]
    return TestClient(Starlette(routes=routes))


@pytest.mark.parametrize("path", ["/", *(f"/{name}" for name in SECTIONS), "/store/acme/team/payments"])
def test_browsers_get_the_page_at_every_section(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=PAGE)
    assert answer.status_code == 200
    assert "<title>Chartroom</title>" in answer.text
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert answer.headers["cache-control"] == "no-cache"


def test_other_paths_are_not_taken(client: TestClient) -> None:
    assert client.get("/index.yaml", headers=PAGE).status_code == 404
    assert client.get("/storehouse", headers=PAGE).status_code == 404


def test_who_wants_no_page_is_welcomed_at_the_root_only(client: TestClient) -> None:
    assert client.get("/").text == "welcome"
    assert client.get("/store", headers={"accept": "application/json"}).status_code == 404


def test_a_page_that_did_not_change_is_not_sent_again(client: TestClient, folder: Path) -> None:
    etag = client.get("/", headers=PAGE).headers["etag"]
    again = client.get("/", headers={**PAGE, "if-none-match": f'"other", W/{etag}'})
    assert (again.status_code, again.content) == (304, b"")
    (folder / "index.html").write_text("<!doctype html><title>New</title>")
    rebuilt = TestClient(Starlette(routes=page_routes(folder)))
    assert rebuilt.get("/", headers={**PAGE, "if-none-match": etag}).status_code == 200


def test_assets_are_kept_for_ever_and_sent_as_the_client_takes_them(client: TestClient) -> None:
    small = client.get("/assets/index-abc.js", headers={"accept-encoding": "gzip, br;q=0"})
    whole = client.get("/assets/index-abc.js", headers={"accept-encoding": "identity"})
    assert small.headers["content-encoding"] == "gzip"
    assert small.content == whole.content == SCRIPT
    assert int(small.headers["content-length"]) < len(SCRIPT)
    assert "content-encoding" not in whole.headers
    assert small.headers["etag"] != whole.headers["etag"]
    for answer in (small, whole):
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("name", ["../index.html", "%2e%2e%2fsecret.txt", "..%2f..%2fsecret.txt", "gone.js", ""])
def test_no_name_leads_out_of_the_assets(client: TestClient, name: str) -> None:
    answer = client.get(f"/assets/{name}")
    assert answer.status_code == 404
    assert "outside" not in answer.text


def test_the_playground_is_for_browsers_and_the_door_for_all_else(client: TestClient) -> None:
    page = client.get("/graphql", headers=PAGE)
    assert "<title>Playground</title>" in page.text
    assert page.headers["content-security-policy"] == PLAYGROUND_POLICY
    assert "Accept" in page.headers.get_list("vary", split_commas=True)
    assert client.get("/graphql").text == "the door"
    assert client.post("/graphql", headers=PAGE).text == "the door"


def test_without_a_build_there_are_no_pages_and_no_playground(tmp_path: Path) -> None:
    assert page_routes(tmp_path) == []
    client = TestClient(
        Starlette(routes=[Route("/graphql", BehindPlayground(PlainTextResponse("the door"), tmp_path))])
    )
    assert client.get("/graphql", headers=PAGE).text == "the door"


def test_server_and_frontend_have_the_same_sections() -> None:
    source = (ROOT / "frontend-stub/src/app.tsx").read_text()
    routed = {path.split("/")[1] for path in re.findall(r'<Route path="(/[^"]+)"', source)}
    assert routed == set(SECTIONS)


@pytest.mark.parametrize("policy", [PAGE_POLICY, PLAYGROUND_POLICY])
def test_no_policy_lets_scripts_of_others_or_of_the_page_itself_run(policy: str) -> None:
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["script-src"] == "'self'"
    assert directives["connect-src"] == "'self'"
    assert directives["default-src"] == directives["base-uri"] == directives["form-action"] == "'none'"
