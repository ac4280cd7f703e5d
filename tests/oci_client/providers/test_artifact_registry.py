"""Artifact Registry: hosts, paths, listing, discovery and what its refusals mean."""

import json
from datetime import UTC, datetime

import pytest
from aiohttp import web

from app.oci_client.client import RegistryClient
from app.oci_client.credentials import Anonymous, GcpServiceAccount, GcpWorkloadIdentity, Secret
from app.oci_client.errors import (
    InvalidCredential,
    InvalidRegistryHost,
    InvalidRepositoryName,
    OciClientError,
    PermissionDenied,
    RateLimited,
    RegistryError,
    RepositoryNotFound,
    TooLarge,
    UnexpectedAnswer,
)
from app.oci_client.limits import ClientLimits
from app.oci_client.manifest import ChartManifest
from app.oci_client.provider import ListedRepository, ListedTag, Namespaces
from app.oci_client.providers.artifact_registry import location_of
from app.oci_client.providers.artifact_registry_tags import instant
from app.oci_client.reference import RegistryHost
from tests.lab.artifact_registry import (
    API,
    FORBIDDEN,
    GCR,
    GCR_REPOSITORY,
    GCS,
    HOST,
    KEY,
    MISSING,
    REPOSITORY,
    build,
    on_google_cloud,
    provider,
)
from tests.lab.content import Repository
from tests.lab.google import EMAIL, MACHINE, OAUTH, PROJECT
from tests.lab.server import Lab

PKG_DEV, GCR_IO = RegistryHost(HOST), RegistryHost(GCR)


def client_of(lab: Lab, host: str = HOST, limits: ClientLimits | None = None) -> RegistryClient:
    return lab.client(host, KEY, provider(), belongs_to=(), limits=limits)


async def listed(client: RegistryClient, repository: str = REPOSITORY) -> list[ListedTag]:
    return [tag async for page in client.list_tags(repository) for tag in page]


async def refusal(client: RegistryClient, repository: str = REPOSITORY) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        await listed(client, repository)
    return caught.value


async def found(client: RegistryClient, *namespaces: str) -> list[ListedRepository]:
    return [each async for page in client.discover_repositories(namespaces) for each in page]


# Hosts.


@pytest.mark.parametrize(
    "text",
    [
        HOST,
        "us-docker.pkg.dev",
        "europe-docker.pkg.dev",
        "asia-docker.pkg.dev",
        "northamerica-northeast1-docker.pkg.dev",
        "me-central2-docker.pkg.dev",
        "docker.us-central1.rep.pkg.dev",
        "gcr.io",
        "us.gcr.io",
        "eu.gcr.io",
        "asia.gcr.io",
        "marketplace.gcr.io",
    ],
)
def test_host_of_google_is_taken(text: str) -> None:
    assert str(provider().parse_host(f" {text.upper()}/ ")) == text


def test_port_of_https_is_left_out_of_the_host() -> None:
    assert provider().parse_host(f"{HOST}:443") == PKG_DEV


@pytest.mark.parametrize(
    ("host", "location"),
    [
        (HOST, "us-central1"),
        ("europe-docker.pkg.dev", "europe"),
        ("docker.me-west1.rep.pkg.dev", "me-west1"),
        ("gcr.io", "us"),
        ("us.gcr.io", "us"),
        ("eu.gcr.io", "europe"),
        ("asia.gcr.io", "asia"),
        ("marketplace.gcr.io", None),
        ("ghcr.io", None),
    ],
)
def test_location_is_read_from_the_host(host: str, location: str | None) -> None:
    assert location_of(RegistryHost(host)) == location


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("docker.pkg.dev", "location is missing"),
        ("us-central1", "Type us-central1-docker.pkg.dev"),
        ("us-central1-python.pkg.dev", "type us-central1-docker.pkg.dev"),
        ("us-central1-a-docker.pkg.dev", "Type us-central1-docker.pkg.dev"),
        (f"{HOST}:5000", f"no port. Type {HOST}"),
        (f"https://{HOST}", f"Type {HOST}"),
        (f"oci://{HOST}/acme/charts", "acme/charts"),
        (f"{HOST}.example.com", "no host of Artifact Registry"),
        (f"evil.{HOST}", "no host of Artifact Registry"),
        ("evil-docker.pkg.dev.example", "no host of Artifact Registry"),
        ("x-docker.pkg.dev", "no host of Artifact Registry"),
        ("evil.gcr.io", "no host of Artifact Registry"),
        ("evilgcr.io", "no host of Artifact Registry"),
        ("docker.us.rep.pkg.dev", "no host of Artifact Registry"),
        ("169.254.169.254", "no host of Artifact Registry"),
        ("ghcr.io", "Other"),
    ],
)
def test_host_is_refused_with_what_to_type_when_it_is_none_of_google(text: str, words: str) -> None:
    with pytest.raises(InvalidRegistryHost) as caught:
        provider().parse_host(text)
    assert words in str(caught.value)


# Paths.


@pytest.mark.parametrize(
    ("text", "host", "name"),
    [
        ("acme/charts/payments", PKG_DEV, "acme/charts/payments"),
        ("/acme/charts/team/payments/", PKG_DEV, "acme/charts/team/payments"),
        (f"oci://{HOST}/acme/charts/payments", PKG_DEV, "acme/charts/payments"),
        (f"{HOST}/acme/charts/payments", None, "acme/charts/payments"),
        ("example.com/acme/charts/payments", PKG_DEV, "example.com/acme/charts/payments"),
        ("example.com:acme/charts/payments", PKG_DEV, "example.com/acme/charts/payments"),
        ("acme/payments", GCR_IO, "acme/payments"),
        ("acme/payments", None, "acme/payments"),
        ("gcr.io/acme/payments", None, "acme/payments"),
    ],
)
def test_path_is_taken_without_the_host_in_front(text: str, host: RegistryHost | None, name: str) -> None:
    assert provider().parse_repository(text, host) == name


@pytest.mark.parametrize(
    ("text", "host", "words"),
    [
        ("acme", PKG_DEV, "names the project only"),
        ("acme/charts", PKG_DEV, "what is missing is the chart in it"),
        ("example.com/acme/charts", PKG_DEV, "example.com/acme/charts/payments"),
        ("acme", GCR_IO, "PROJECT/IMAGE: type acme/IMAGE"),
        ("acme", None, "names the project only"),
        (f"{HOST}/acme/charts", None, "what is missing is the chart in it"),
        ("eu.gcr.io/acme/payments", PKG_DEV, "lies at eu.gcr.io"),
        ("acme/charts/payments:1.0.0", PKG_DEV, "no tag"),
        ("Acme/charts/payments", PKG_DEV, "capital"),
    ],
)
def test_path_is_refused_by_what_is_missing(text: str, host: RegistryHost | None, words: str) -> None:
    with pytest.raises(InvalidRepositoryName) as caught:
        provider().parse_repository(text, host)
    assert words in str(caught.value)


# Credentials, before anybody is asked.


@pytest.mark.parametrize("credential", [GcpServiceAccount(Secret("{}")), GcpWorkloadIdentity("ada@example.com")])
def test_credential_is_refused_before_google_is_asked_when_it_cannot_be_one(
    credential: GcpServiceAccount | GcpWorkloadIdentity,
) -> None:
    with pytest.raises(InvalidCredential):
        provider().check_credential(credential)


@pytest.mark.parametrize("credential", [KEY, GcpWorkloadIdentity(), GcpWorkloadIdentity(EMAIL), Anonymous()])
def test_credential_is_taken_when_it_could_be_one(credential: GcpServiceAccount) -> None:
    provider().check_credential(credential)


# Listing.


async def test_listing_gives_digest_type_and_instant_of_a_thousand_tags_in_one_request(lab: Lab) -> None:
    registry = build(lab)
    registry.repository(f"{PROJECT}/charts/many", readers=[EMAIL]).push_charts(1000)
    client = client_of(lab)
    first = await listed(client, f"{PROJECT}/charts/many")
    assert len({tag.digest for tag in first}) == len(first) == 1000
    one = next(tag for tag in first if tag.tag == "1.0.0")
    assert one.media_type == "application/vnd.oci.image.manifest.v1+json"
    assert one.updated_at == datetime(2026, 1, 1, tzinfo=UTC)
    # The ping, the token, the page; then the page alone.
    assert (lab.count(), lab.count(OAUTH)) == (3, 1)
    lab.forget_requests()
    assert await listed(client, f"{PROJECT}/charts/many") == first
    assert lab.counted() == {(HOST, "GET /v2/{repository*}/tags/list"): 1}
    assert lab.seen[0].query == "n=10000"


async def test_listing_follows_pages_and_joins_their_digests(lab: Lab) -> None:
    registry = build(lab)
    registry.links, registry.tags_page_max = True, 10
    registry.repository(f"{PROJECT}/charts/many", readers=[EMAIL]).push_charts(25)
    tags = await listed(client_of(lab), f"{PROJECT}/charts/many")
    assert len({tag.tag for tag in tags}) == len({tag.digest for tag in tags}) == 25
    assert lab.count(HOST, "tags/list") == 3


async def test_listing_gives_names_alone_where_google_sends_no_digests(lab: Lab) -> None:
    build(lab).lists_digests = False
    tags = await listed(client_of(lab))
    assert [tag.digest for tag in tags] == [None] * 3
    head = await client_of(lab).head_manifest(REPOSITORY, "1.0.0")
    assert head.digest.startswith("sha256:")


async def test_listing_of_a_folder_names_what_lies_below_it(lab: Lab) -> None:
    registry = build(lab, host=GCR)
    registry.children[f"{PROJECT}/team"] = ["payments", "ledger"]
    error = await refusal(client_of(lab, GCR), f"{PROJECT}/team")
    assert isinstance(error, RepositoryNotFound)
    assert f"{PROJECT}/team/ledger, {PROJECT}/team/payments" in str(error)


async def test_listing_is_refused_when_google_answers_with_a_web_page(lab: Lab) -> None:
    registry = build(lab)

    async def page(request: web.Request, repository: str) -> web.StreamResponse:
        return web.Response(text="<html>Sign in</html>", content_type="text/html")

    registry.route("GET", "/v2/{repository*}/tags/list", page)
    error = await refusal(client_of(lab))
    assert isinstance(error, UnexpectedAnswer)
    assert "web page" in str(error)


@pytest.mark.parametrize(
    "document",
    [
        {"name": REPOSITORY},
        {"tags": "1.0.0"},
        {"tags": {"1.0.0": 1}},
    ],
)
async def test_listing_is_refused_when_it_has_no_list_of_tags(lab: Lab, document: dict[str, object]) -> None:
    registry = build(lab)

    async def page(request: web.Request, repository: str) -> web.StreamResponse:
        return web.json_response(document)

    registry.route("GET", "/v2/{repository*}/tags/list", page)
    assert isinstance(await refusal(client_of(lab)), UnexpectedAnswer)


@pytest.mark.parametrize(
    "held",
    [
        None,
        "text",
        {"tag": None},
        {"tag": "1.0.0"},
        {"tag": 7},
        {"tag": ["1.0.0"], "timeUploadedMs": "soon", "mediaType": 7},
        {"tag": [["1.0.0"]], "timeUploadedMs": "9" * 400},
    ],
)
async def test_listing_lives_through_a_manifest_map_of_any_shape(lab: Lab, held: object) -> None:
    registry = build(lab)

    async def page(request: web.Request, repository: str) -> web.StreamResponse:
        return web.json_response({"tags": ["1.0.0", "no/tag", 7], "manifest": {"sha256:" + "a" * 64: held, "x": held}})

    registry.route("GET", "/v2/{repository*}/tags/list", page)
    (tag,) = await listed(client_of(lab))
    assert (tag.tag, tag.media_type, tag.updated_at) == ("1.0.0", None, None)
    assert tag.digest in (None, "sha256:" + "a" * 64)  # and never the other key, which is no digest


async def test_listing_is_refused_when_its_pages_do_not_end(lab: Lab) -> None:
    registry = build(lab)

    async def page(request: web.Request, repository: str) -> web.StreamResponse:
        link = f'</v2/{repository}/tags/list?n=10000>; rel="next"'
        return web.json_response({"tags": ["1.0.0"]}, headers={"Link": link})

    registry.route("GET", "/v2/{repository*}/tags/list", page)
    assert "do not end" in str(await refusal(client_of(lab)))


async def test_listing_is_refused_when_there_are_more_tags_than_are_read(lab: Lab) -> None:
    build(lab)
    assert isinstance(await refusal(client_of(lab, limits=ClientLimits(tags_max=2))), TooLarge)


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [
        ("1770631853329", datetime(2026, 2, 9, 10, 10, 53, 329000, UTC)),
        ("-62135596800000", None),
        ("0", None),
        ("99999999999999999", None),
        ("", None),
        (None, None),
        (True, None),
        ([], None),
    ],
)
def test_instant_is_read_from_text_and_year_one_is_none(milliseconds: object, expected: datetime | None) -> None:
    assert instant(milliseconds) == expected


# Downloads.


@pytest.mark.parametrize(("host", "repository"), [(HOST, REPOSITORY), (GCR, GCR_REPOSITORY)])
async def test_download_goes_where_it_is_sent_without_the_token(lab: Lab, host: str, repository: str) -> None:
    build(lab, host=host)
    client = client_of(lab, host)
    manifest = (await client.get_chart_manifest(repository, "1.0.0")).manifest
    assert isinstance(manifest, ChartManifest)
    await client.read_blob(repository, manifest.chart_layer)
    at, route = (GCS, "/blobs/") if host == GCR else (HOST, "/artifacts-downloads/")
    (seen,) = lab.seen_at(at, route)
    assert "authorization" not in seen.headers


# Discovery.


async def test_discovery_tells_charts_from_images_and_decodes_paths(lab: Lab) -> None:
    registry = build(lab)
    registry.repository(f"{PROJECT}/images/web/front", readers=[EMAIL]).push_image("1.0.0")
    assert await found(client_of(lab)) == [
        ListedRepository(REPOSITORY, True),
        ListedRepository(FORBIDDEN, True),
        ListedRepository(f"{PROJECT}/images/web/front", False),
    ]


async def test_discovery_does_not_guess_where_google_tells_no_types(lab: Lab) -> None:
    build(lab).api.tells_kinds = False
    assert {each.holds_charts for each in await found(client_of(lab))} == {None}


async def test_discovery_lists_names_when_images_may_not_be_listed(lab: Lab) -> None:
    build(lab).api.may_list_images = False
    assert await found(client_of(lab)) == [ListedRepository(REPOSITORY), ListedRepository(FORBIDDEN)]


async def test_discovery_goes_through_pages(lab: Lab) -> None:
    registry = build(lab)
    registry.api.page_max = 2
    for number in range(5):
        registry.repository(f"{PROJECT}/charts/app-{number}", readers=[EMAIL]).push_chart("1.0.0")
    assert len({each.name for each in await found(client_of(lab))}) == 7
    assert lab.count(API, "packages") == 4


async def test_discovery_looks_into_the_projects_that_are_in_use(lab: Lab) -> None:
    registry = build(lab)
    registry.repository("other-project/charts/ledger", readers=[EMAIL]).push_chart("1.0.0")
    names = [each.name for each in await found(client_of(lab), "other-project", PROJECT)]
    assert names == [REPOSITORY, FORBIDDEN, "other-project/charts/ledger"]


async def test_discovery_of_a_project_that_was_asked_for_tells_its_refusal(lab: Lab) -> None:
    build(lab)
    with pytest.raises(RepositoryNotFound, match="other-project"):
        _ = [page async for page in client_of(lab).discover_repositories(Namespaces(asked=["other-project"]))]


async def test_discovery_asks_about_nothing_that_is_no_project(lab: Lab) -> None:
    build(lab)
    await found(client_of(lab), "..", "a?b=c", "a%2Fb", "example.com", "Acme", "")
    assert {seen.path.split("/")[3] for seen in lab.seen_at(API)} == {PROJECT}


async def test_discovery_of_gcr_io_lists_the_repository_behind_it(lab: Lab) -> None:
    build(lab, host=GCR)
    assert await found(client_of(lab, GCR)) == [ListedRepository(GCR_REPOSITORY, True)]
    assert lab.seen_at(API)[0].path == f"/v1/projects/{PROJECT}/locations/us/repositories"


async def test_discovery_renews_the_token_once_when_it_has_ended(lab: Lab) -> None:
    build(lab)
    client = client_of(lab)
    await found(client)
    lab.expire_tokens()
    assert len(await found(client)) == 2
    assert lab.count(OAUTH) == 2


async def test_discovery_names_role_and_permission_when_it_may_not_list(lab: Lab) -> None:
    build(lab).api.listers.clear()
    with pytest.raises(PermissionDenied) as caught:
        await found(client_of(lab))
    message = str(caught.value)
    for words in ("roles/artifactregistry.reader", "artifactregistry.repositories.list", PROJECT, "by hand"):
        assert words in message


async def test_discovery_tells_how_to_enable_the_api_when_it_is_disabled(lab: Lab) -> None:
    build(lab).api.enabled = False
    with pytest.raises(PermissionDenied) as caught:
        await found(client_of(lab))
    assert f"gcloud services enable artifactregistry.googleapis.com --project={PROJECT}" in str(caught.value)


@pytest.mark.parametrize(
    ("status", "name", "text", "reason", "kind", "words"),
    [
        (
            403,
            "PERMISSION_DENIED",
            "Not enough.",
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            PermissionDenied,
            "access scopes of the virtual machine",
        ),
        (403, "PERMISSION_DENIED", "vpcServiceControlsUniqueIdentifier: x", "", PermissionDenied, "perimeter"),
        (404, "NOT_FOUND", "Location us-central1 not found", "", RepositoryNotFound, "There is no projects/"),
        (400, "INVALID_ARGUMENT", "Bad page size", "", UnexpectedAnswer, "400"),
        (429, "RESOURCE_EXHAUSTED", "Quota exceeded", "", RateLimited, "429|too many"),
    ],
)
async def test_discovery_explains_the_refusal_of_the_api(
    lab: Lab, status: int, name: str, text: str, reason: str, kind: type[RegistryError], words: str
) -> None:
    error = {"code": status, "message": text, "status": name, "details": [{"reason": reason}] if reason else []}
    build(lab).api.fail(9, status, body=json.dumps({"error": error}))
    with pytest.raises(kind, match=words):
        await found(client_of(lab))


async def test_discovery_goes_on_where_one_project_may_not_be_listed(lab: Lab) -> None:
    registry = build(lab)
    del registry.repositories[REPOSITORY], registry.repositories[FORBIDDEN]
    registry.repository("other-project/charts/ledger", readers=[EMAIL]).push_chart("1.0.0")
    assert [each.name for each in await found(client_of(lab), "other-project")] == ["other-project/charts/ledger"]


async def test_discovery_of_gcr_io_leaves_other_repositories_of_the_location_out(lab: Lab) -> None:
    registry = build(lab, host=GCR)
    registry.api.others["images"] = [Repository(f"{PROJECT}/images/front")]
    assert await found(client_of(lab, GCR)) == [ListedRepository(GCR_REPOSITORY, True)]


async def test_discovery_of_a_machine_looks_into_its_own_project(lab: Lab) -> None:
    build(lab, MACHINE)
    with on_google_cloud(lab):
        client = lab.client(HOST, GcpWorkloadIdentity(), provider(), belongs_to=())
        assert [each.name for each in await found(client)] == [REPOSITORY, FORBIDDEN]


async def test_discovery_looks_into_the_project_that_the_environment_names(lab: Lab) -> None:
    build(lab, MACHINE).repository("named-project/charts/ledger", readers=[MACHINE]).push_chart("1.0.0")
    with on_google_cloud(lab):
        ways = provider({"GOOGLE_CLOUD_PROJECT": "named-project"})
        client = lab.client(HOST, GcpWorkloadIdentity(), ways, belongs_to=())
        assert [each.name for each in await found(client)] == ["named-project/charts/ledger"]


async def test_discovery_says_so_when_the_project_has_nothing_here(lab: Lab) -> None:
    build(lab).repositories.clear()
    with pytest.raises(RepositoryNotFound) as caught:
        await found(client_of(lab))
    assert "location us-central1" in str(caught.value)


async def test_discovery_is_refused_without_credentials(lab: Lab) -> None:
    build(lab, None)
    with pytest.raises(PermissionDenied, match="sign in"):
        await found(lab.client(HOST, Anonymous(), provider()))


# What refusals mean.


@pytest.mark.parametrize("repository", [FORBIDDEN, MISSING])
async def test_refusal_says_that_forbidden_and_missing_look_the_same_and_how_to_grant(
    lab: Lab, repository: str
) -> None:
    build(lab)
    error = await refusal(client_of(lab), repository)
    assert isinstance(error, PermissionDenied)
    message = str(error)
    assert "does not tell which" in message
    assert "artifactregistry.repositories.downloadArtifacts" in message
    command = f"add-iam-policy-binding {repository.split('/')[1]} --project={PROJECT} --location=us-central1"
    assert command in message


async def test_refusal_of_gcr_io_names_the_repository_behind_it(lab: Lab) -> None:
    build(lab, host=GCR)
    message = str(await refusal(client_of(lab, GCR), "acme-vault/ledger"))
    assert "add-iam-policy-binding gcr.io --project=acme-vault --location=us " in message


async def test_path_that_is_missing_in_a_readable_repository_is_not_found(lab: Lab) -> None:
    build(lab)
    error = await refusal(client_of(lab), f"{PROJECT}/charts/nothing")
    assert isinstance(error, RepositoryNotFound)
    assert "location us-central1" in str(error)


async def test_refusal_of_nobody_says_how_to_make_public(lab: Lab) -> None:
    build(lab)
    error = await refusal(lab.client(HOST, Anonymous(), provider()))
    assert isinstance(error, PermissionDenied)
    assert "allUsers" in str(error)
    assert REPOSITORY in str(error)


@pytest.mark.parametrize(
    ("status", "code", "text", "kind", "words"),
    [
        (
            403,
            "DENIED",
            "Artifact Registry API has not been used in project 42 before or it is disabled.",
            PermissionDenied,
            "gcloud services enable artifactregistry.googleapis.com",
        ),
        (
            403,
            "DENIED",
            "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: x1",
            PermissionDenied,
            "VPC Service Controls",
        ),
        (403, "DENIED", "This API method requires billing to be enabled.", PermissionDenied, "billing account"),
        (400, "NAME_INVALID", "invalid number of path components: 1", RepositoryNotFound, "PROJECT/REPOSITORY/IMAGE"),
        (429, "TOOMANYREQUESTS", "Quota exceeded for quota metric", RateLimited, "60,000"),
    ],
)
async def test_refusal_is_explained_by_what_google_says(
    lab: Lab, status: int, code: str, text: str, kind: type[OciClientError], words: str
) -> None:
    registry = build(lab)
    body = json.dumps({"errors": [{"code": code, "message": text}]})
    registry.fail(9, status, route="tags/list", body=body)
    error = await refusal(client_of(lab))
    assert isinstance(error, kind)
    assert words in str(error)
    assert text[:30] in str(error)
