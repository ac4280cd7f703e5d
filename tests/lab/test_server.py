"""The lab itself: it sees what must not happen."""

import httpx
import pytest

from app.oci_client.answers import Asked, Subject
from app.oci_client.credentials import Anonymous, Secret, UsernamePassword
from app.oci_client.errors import NameNotResolved
from app.oci_client.providers.generic import GenericProvider
from tests.lab.registry import LabRegistry, Storage
from tests.lab.server import Lab, LabHost, running_lab

USER = UsernamePassword("ada", Secret("canary-of-the-lab"))
SUBJECT = Subject(Asked.PROVIDER_API)


@pytest.mark.parametrize(
    ("url", "headers", "body"),
    [
        ("https://storage.example/blobs/a", {"Authorization": "Basic eDp5"}, None),
        ("https://storage.example/blobs/a", {"Cookie": "sid=1"}, None),
        ("https://other.example/", {"Cookie": "sid=1"}, None),
        ("https://storage.example/blobs/a", {"X-JFrog-Art-Api": "k"}, None),
        ("https://other.example/?q=canary-of-the-lab", {}, None),
        ("https://other.example/", {"X-Own": "canary-of-the-lab"}, None),
        ("https://other.example/", {"Authorization": "Basic YWRhOmNhbmFyeS1vZi10aGUtbGFi"}, None),
        ("https://other.example/", {}, b"password=canary%2Dof%2Dthe%2Dlab"),
    ],
)
async def test_lab_fails_when_credential_reaches_a_host_it_does_not_belong_to(
    url: str, headers: dict[str, str], body: bytes | None
) -> None:
    with pytest.raises(AssertionError, match="reached"):
        async with running_lab() as lab:
            Storage(lab, "storage.example")
            LabHost(lab, "other.example", takes_credentials=True)
            client = lab.client("registry.example", USER, GenericProvider(), belongs_to=["registry.example"])
            method = "POST" if body else "GET"
            await client.caller.fetch_elsewhere(
                httpx.URL(url), method=method, headers=headers, body=body, subject=SUBJECT, max_bytes=1024
            )


async def test_lab_is_content_when_credential_reaches_its_own_host() -> None:
    async with running_lab() as lab:
        registry = LabRegistry(lab, "registry.example")
        registry.accounts = {"ada": "canary-of-the-lab"}
        registry.repository("a", readers=["ada"]).push_chart("1.0.0")
        client = lab.client("registry.example", USER, GenericProvider(), belongs_to=["registry.example"])
        assert (await client.get_manifest("a", "1.0.0")).body
        assert lab.count("registry.example", "/manifests/") == 1


async def test_name_is_refused_when_it_is_not_the_labs() -> None:
    async with running_lab() as lab:
        with pytest.raises(NameNotResolved):
            await lab.client("ghcr.io", Anonymous(), GenericProvider()).ping()
        assert lab.names_refused == ["ghcr.io"]


async def test_requests_are_counted_by_host_and_route() -> None:
    async with running_lab() as lab:
        registry = LabRegistry(lab, "registry.example")
        registry.repository("a/b", public=True).push_chart("1.0.0")
        client = lab.client("registry.example", Anonymous(), GenericProvider())
        await client.head_manifest("a/b", "1.0.0")
        assert lab.counted() == {
            ("registry.example", "GET /v2/"): 1,
            ("registry.example", "HEAD /v2/{repository*}/manifests/{reference}"): 1,
        }


@pytest.mark.parametrize("retry_after", [None, "7"])
async def test_limited_host_is_asked_again_no_earlier_than_it_says(retry_after: str | None) -> None:
    async with running_lab() as lab:
        registry = LabRegistry(lab, "registry.example")
        registry.repository("a", public=True).push_chart("1.0.0")
        registry.limit(1, retry_after=retry_after, route="/manifests/")
        client = lab.client("registry.example", Anonymous(), GenericProvider())
        await client.get_manifest("a", "1.0.0")
        assert sum(lab.clock.slept) >= float(retry_after or 0)
        assert lab.count("registry.example", "/manifests/") == 2


def test_later_route_comes_first() -> None:
    lab = Lab()
    host = LabHost(lab, "a.example", takes_credentials=True)

    async def early(request: object) -> None: ...
    async def late(request: object) -> None: ...

    host.route("GET", "/x/{y*}", early)  # type: ignore[arg-type]
    host.route("GET", "/x/z", late)  # type: ignore[arg-type]
    assert host.find("GET", "/x/z") == ("GET /x/z", late, {})
    assert host.find("HEAD", "/x/a%2Fb") == ("HEAD /x/{y*}", early, {"y": "a%2Fb"})
    assert host.find("POST", "/x/z") is None
