"""The demo's registry speaks the pulling half of the protocol as registries do."""

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from demo.children import Children
from demo.packing import pack_samples
from demo.registry import PASSWORD_VARIABLE, USERNAME, create_registry, fill
from tests.real.child_process import free_port
from tests.real.helm_client import Helm

PASSWORD = "sesame"
SAMPLES = pack_samples("127.0.0.1:5001")


def _client(password: str | None = None, auth: tuple[str, str] | None = None) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_registry(fill(SAMPLES), password))
    return httpx.AsyncClient(transport=transport, base_url="http://registry.test", auth=auth)


async def test_charts_come_back_with_the_digests_that_the_manifest_names() -> None:
    async with _client() as client:
        for sample in SAMPLES:
            path = f"/v2/samples/{sample.name}"
            manifest = await client.get(f"{path}/manifests/{sample.tag}")
            digest = "sha256:" + hashlib.sha256(manifest.content).hexdigest()
            assert manifest.headers["Docker-Content-Digest"] == digest
            assert manifest.headers["Content-Type"] == "application/vnd.oci.image.manifest.v1+json"
            assert (await client.get(f"{path}/manifests/{digest}")).content == manifest.content
            (layer,) = manifest.json()["layers"]
            assert (await client.get(f"{path}/blobs/{layer['digest']}")).content == sample.archive
            assert layer["size"] == len(sample.archive)


async def test_head_answers_as_get_without_a_body() -> None:
    async with _client() as client:
        head = await client.head("/v2/samples/payments/manifests/2.0.0")
        get = await client.get("/v2/samples/payments/manifests/2.0.0")
    assert head.status_code == 200
    assert head.headers == get.headers


async def test_tags_come_in_pages_that_link_to_the_next() -> None:
    async with _client() as client:
        pages, path = [], "/v2/samples/payments/tags/list?n=2"
        while path:
            response = await client.get(path)
            pages.append(response.json()["tags"])
            link = response.headers.get("Link", "")
            path = link.partition(">")[0].removeprefix("<")
        everything = (await client.get("/v2/samples/payments/tags/list")).json()["tags"]
    assert pages == [["1.0.0", "1.1.0"], ["1.2.0", "2.0.0"], ["2.1.0-rc.1"]]
    assert everything == [tag for page in pages for tag in page]


async def test_repository_also_holds_what_is_no_chart() -> None:
    async with _client() as client:
        tags = (await client.get("/v2/samples/key-value/tags/list")).json()["tags"]
        image = (await client.get("/v2/samples/key-value/manifests/latest")).json()
    assert [tag for tag in tags if tag.endswith(".sig")]
    assert image["config"]["mediaType"] == "application/vnd.oci.image.config.v1+json"


@pytest.mark.parametrize("auth", [None, (USERNAME, "wrong"), ("wrong", PASSWORD)])
async def test_everything_is_refused_with_a_challenge_when_the_login_is_wrong(
    auth: tuple[str, str] | None,
) -> None:
    async with _client(PASSWORD, auth) as client:
        for path in ("/v2/", "/v2/_catalog", "/v2/samples/payments/tags/list", "/elsewhere"):
            response = await client.get(path)
            assert response.status_code == 401
            assert response.headers["WWW-Authenticate"].startswith("Basic realm=")
            assert response.json()["errors"][0]["code"] == "UNAUTHORIZED"


async def test_everything_is_open_when_the_login_is_right() -> None:
    async with _client(PASSWORD, (USERNAME, PASSWORD)) as client:
        assert (await client.get("/v2/")).status_code == 200
        catalog = await client.get("/v2/_catalog")
    assert catalog.json()["repositories"] == sorted({f"samples/{sample.name}" for sample in SAMPLES})


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v2/samples/nothing/tags/list", "NAME_UNKNOWN"),
        ("/v2/samples/payments/manifests/9.9.9", "MANIFEST_UNKNOWN"),
        (f"/v2/samples/payments/manifests/sha256:{'0' * 64}", "MANIFEST_UNKNOWN"),
        (f"/v2/samples/payments/blobs/sha256:{'0' * 64}", "BLOB_UNKNOWN"),
    ],
)
async def test_answer_is_404_with_the_code_of_the_specification_when_there_is_nothing(path: str, code: str) -> None:
    async with _client() as client:
        response = await client.get(path)
    assert response.status_code == 404
    assert response.json()["errors"][0]["code"] == code


async def test_push_is_refused() -> None:
    async with _client() as client:
        for response in (
            await client.post("/v2/samples/payments/blobs/uploads/"),
            await client.put("/v2/samples/payments/manifests/1.0.0", content=b"{}"),
        ):
            assert response.status_code == 405
            assert response.json()["errors"][0]["code"] == "UNSUPPORTED"


@pytest.fixture
def running_registry(tmp_path: Path) -> Iterator[str]:
    """host:port of `python -m demo.registry`, with a login."""
    host = f"127.0.0.1:{port}" if (port := free_port()) else ""
    with Children(tmp_path) as children:
        children.start(
            "registry",
            [sys.executable, "-m", "demo.registry", "--port", str(port)],
            os.environ | {PASSWORD_VARIABLE: PASSWORD},
            f"http://{host}/v2/",
        )
        yield host


def test_helm_pulls_every_release(helm: Helm, running_registry: str, tmp_path: Path) -> None:
    helm.run("registry", "login", running_registry, "--plain-http", "--username", USERNAME, "--password", PASSWORD)
    expected = {f"{sample.name}-{sample.version}.tgz": sample.archive for sample in pack_samples(running_registry)}
    destination = tmp_path / "pulled"
    destination.mkdir()
    for sample in SAMPLES:
        target = f"oci://{running_registry}/samples/{sample.name}"
        version = sample.tag.replace("_", "+")
        helm.run("pull", target, "--version", version, "--plain-http", "--destination", str(destination))
    pulled = {path.name.replace("-v0.", "-0."): path.read_bytes() for path in destination.glob("*.tgz")}
    assert pulled == expected
