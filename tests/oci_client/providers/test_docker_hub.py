"""Docker Hub: its names, its API, its limits."""

import pytest

from app.oci_client.answers import Asked, Presented, Refusal, Subject
from app.oci_client.client import RegistryClient
from app.oci_client.credentials import Anonymous
from app.oci_client.errors import (
    CredentialsRefused,
    InvalidRegistryHost,
    InvalidRepositoryName,
    PermissionDenied,
    RateLimited,
    RepositoryNotFound,
)
from app.oci_client.manifest import HELM_CONFIG
from app.oci_client.probing import probe
from app.oci_client.provider import ListedTag, Namespaces
from app.oci_client.providers.docker_hub import DockerHubProvider
from app.oci_client.providers.docker_hub_api import PullLimit, pull_limit
from app.oci_client.reference import RegistryHost
from tests.lab.content import IMAGE_CONFIG
from tests.lab.docker_hub import ACCOUNT, API, CHARTS, CREDENTIAL, REGISTRY, TOKENS, LabDockerHub, build
from tests.lab.server import Lab

HUB = DockerHubProvider()


@pytest.mark.parametrize(
    "typed",
    ["", "docker.io", "Docker.IO/", "index.docker.io", "registry.hub.docker.com", "registry-1.docker.io",
     "https://index.docker.io/v1/"],
)  # fmt: skip
def test_host_is_docker_hubs_under_every_name(typed: str) -> None:
    assert str(HUB.parse_host(typed)) == "registry-1.docker.io"


@pytest.mark.parametrize("typed", ["docker.io.evil.example", "evil-docker.io", "ghcr.io", "docker.io:5000"])
def test_host_is_refused_when_it_only_looks_like_docker_hub(typed: str) -> None:
    with pytest.raises(InvalidRegistryHost, match=r"docker\.io"):
        HUB.parse_host(typed)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("nginx", "library/nginx"),
        ("bitnamicharts/nginx", "bitnamicharts/nginx"),
        ("docker.io/bitnamicharts/nginx", "bitnamicharts/nginx"),
    ],
)
def test_repository_is_of_library_when_it_has_one_part(typed: str, name: str) -> None:
    assert HUB.parse_repository(typed) == name


def test_repository_is_refused_when_it_is_none() -> None:
    with pytest.raises(InvalidRepositoryName):
        HUB.parse_repository("Bitnami Charts")


def test_token_host_is_known_for_docker_hub_only() -> None:
    assert HUB.token_hosts(RegistryHost("registry-1.docker.io")) == {"auth.docker.io"}
    assert HUB.token_hosts(RegistryHost("mirror.example")) == frozenset()


@pytest.mark.parametrize(("codes", "words"), [(("TOOMANYREQUESTS",), "pull rate limit"), ((), "requests per minute")])
def test_limits_are_told_apart(codes: tuple[str, ...], words: str) -> None:
    refusal = Refusal("registry-1.docker.io", Subject(Asked.MANIFEST, "a/b", "1"), 429, Presented.TOKEN, codes, "")
    error = HUB.explain(refusal)
    assert isinstance(error, RateLimited) and words in str(error)


@pytest.mark.parametrize(
    ("asked", "presented", "kind", "words"),
    [
        (Asked.TOKEN, Presented.BASIC, CredentialsRefused, "personal access token that is active"),
        (Asked.TAGS, Presented.TOKEN, PermissionDenied, "Public Repo Read-only does not reach private ones"),
        (Asked.MANIFEST, Presented.ANONYMOUS_TOKEN, PermissionDenied, "to nobody without credentials"),
    ],
)
def test_401_is_told_apart_by_what_was_asked_and_presented(
    asked: Asked, presented: Presented, kind: type[Exception], words: str
) -> None:
    error = HUB.explain(Refusal("registry-1.docker.io", Subject(asked, "a/b"), 401, presented, (), ""))
    assert isinstance(error, kind) and words in str(error)


# Against the lab; what every provider does alike is in test_contract.py.


def bench(lab: Lab, account: str | None = ACCOUNT, **more: object) -> tuple[LabDockerHub, RegistryClient]:
    hub = build(lab, account)
    credential = CREDENTIAL if account else Anonymous()
    return hub, lab.client(REGISTRY, credential, HUB, belongs_to=[TOKENS, API], **more)  # type: ignore[arg-type]


async def listed(client: RegistryClient, repository: str = CHARTS) -> dict[str, ListedTag]:
    return {tag.tag: tag async for page in client.list_tags(repository) for tag in page}


async def test_charts_are_told_from_images_by_the_listing(lab: Lab) -> None:
    hub, client = bench(lab)
    hub.repositories[CHARTS].push_image("latest")
    found = await listed(client)
    assert found["1.1.0"].artifact_type == HELM_CONFIG
    assert found["latest"].artifact_type == IMAGE_CONFIG
    assert found["1.1.0"].updated_at is not None and found["1.1.0"].updated_at.year == 2026


async def test_digest_is_unknown_when_the_api_tells_only_those_of_platforms(lab: Lab) -> None:
    hub, client = bench(lab)
    hub.api.tells_digests = False
    assert {tag.digest for tag in (await listed(client)).values()} == {None}


@pytest.mark.parametrize("trouble", ["login refused", "500", "429", "html", "gone"])
async def test_tags_come_from_the_registry_when_the_api_does_not_serve(lab: Lab, trouble: str) -> None:
    hub, client = bench(lab)
    match trouble:
        case "login refused":
            hub.api.logins_refused = True
        case "500":
            hub.api.fail(99, 500, route="/tags")
        case "429":
            hub.api.limit(99, retry_after="900", route="/tags")
        case "html":
            hub.api.fail(99, 200, route="/tags", body="<html>")
        case "gone":
            hub.api.fail(99, 404, route="/tags")
    assert set(await listed(client)) == set(hub.repositories[CHARTS].tags)
    note = await client.listing_note(CHARTS)
    assert note is not None and "each tag costs a request" in note


async def test_connection_report_says_what_the_api_would_gain_and_how_many_pulls_are_left(lab: Lab) -> None:
    hub, client = bench(lab)
    hub.api.logins_refused = True
    stages = [stage async for stage in probe(client, [CHARTS])]
    assert "a personal access token would do" in stages[-1].message
    assert "99 of 100 pulls are left for 6 hours." in stages[-1].message


async def test_public_tags_are_listed_by_the_api_without_any_login(lab: Lab) -> None:
    _, client = bench(lab, None)
    await listed(client)
    assert lab.counted() == {(API, "GET /v2/namespaces/{namespace}/repositories/{name}/tags"): 1}


async def test_tag_is_not_lost_when_another_is_deleted_between_pages(lab: Lab) -> None:
    hub, client = bench(lab)
    repository = hub.repositories[CHARTS]
    repository.push_charts(150)
    found: list[str] = []
    async for page in client.list_tags(CHARTS):
        if not found:
            del repository.tags["1.0.149"]  # newest first: it was on the first page, so all behind it move up
        found += [tag.tag for tag in page]
    assert set(repository.tags) <= set(found)
    assert len(set(found)) == len(found)


async def test_login_at_the_api_is_kept_for_all_repositories_and_clients(lab: Lab) -> None:
    hub, client = bench(lab)
    hub.repository("acme/other", readers=[ACCOUNT]).push_chart("1.0.0")
    await listed(client)
    await listed(client, "acme/other")
    await listed(lab.client(REGISTRY, CREDENTIAL, HUB))
    assert lab.count(API, "POST") == 1
    lab.clock.seconds += 600
    await listed(client)
    assert lab.count(API, "POST") == 2


async def test_pull_limit_is_named_with_its_number_when_it_is_reached(lab: Lab) -> None:
    hub, client = bench(lab)
    hub.pulls_left = 0
    with pytest.raises(RateLimited, match=r"pull rate limit \(100 for 6 hours\) is reached"):
        await client.get_manifest(CHARTS, "1.0.0")


async def test_head_costs_no_pull(lab: Lab) -> None:
    hub, client = bench(lab)
    await client.head_manifest(CHARTS, "1.0.0")
    assert hub.pulls_left == 100


async def test_discovery_tells_charts_from_images(lab: Lab) -> None:
    hub, client = bench(lab)
    hub.repository("ada/image", readers=[ACCOUNT]).push_image("latest")
    hub.repository("ada/empty", readers=[ACCOUNT])
    found = {each.name: each.holds_charts async for page in client.discover_repositories() for each in page}
    assert found == {CHARTS: True, "ada/image": False, "ada/empty": None}


async def test_discovery_wants_a_namespace_when_nobody_signs_in(lab: Lab) -> None:
    _, client = bench(lab, None)
    with pytest.raises(PermissionDenied, match="namespace with a slash"):
        _ = [page async for page in client.discover_repositories()]


async def test_namespace_that_is_missing_hides_no_other_unless_it_was_asked_for(lab: Lab) -> None:
    hub, client = bench(lab)
    hub.api.fail(1, 404, route="}/repositories")  # the login's own, which comes first
    found = {each.name async for page in client.discover_repositories() for each in page}
    assert found == {CHARTS}
    hub.api.fail(1, 404, route="}/repositories")
    with pytest.raises(RepositoryNotFound, match="no namespace typo"):
        _ = [page async for page in client.discover_repositories(Namespaces(["typo"]))]


async def test_discovery_looks_into_namespaces_in_use_when_nobody_signs_in(lab: Lab) -> None:
    _, client = bench(lab, None)
    found = {each.name async for page in client.discover_repositories(Namespaces(known=["acme"])) for each in page}
    assert found == {CHARTS}


@pytest.mark.parametrize(
    ("header", "limit"),
    [
        ("100;w=21600", PullLimit(100, "6 hours")),
        (" 40 ; w=3600", PullLimit(40, "1 hour")),
        ("5;w=90", PullLimit(5, "90 seconds")),
        ("100", None),
        ("", None),
    ],
)
def test_pull_limit_is_read_as_docker_hub_writes_it(header: str, limit: PullLimit | None) -> None:
    assert pull_limit(header) == limit
