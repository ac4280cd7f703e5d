"""Azure Container Registry: signing in, listing, discovery and what refusals mean."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from app.oci_client.client import RegistryClient
from app.oci_client.credentials import (
    Anonymous,
    AzureManagedIdentity,
    AzureServicePrincipal,
    Credential,
    Secret,
    UsernamePassword,
)
from app.oci_client.errors import (
    CredentialsRefused,
    InvalidCredential,
    PermissionDenied,
    RepositoryNotFound,
)
from app.oci_client.probing import StageKind, probe
from app.oci_client.provider import ListedRepository, ListedTag
from app.oci_client.providers.azure import REFRESH_TOKEN_USER, AzureProvider
from tests.chart_reader.packing import pack_chart
from tests.lab.azure import (
    ADMIN,
    CLIENT_SECRET,
    PASSWORD,
    REPOSITORY,
    SERVICE_PRINCIPAL,
    STORAGE,
    AzureRegistry,
    client_of,
    entra_of,
    made,
)
from tests.lab.content import HELM_CONFIG, IMAGE_CONFIG
from tests.lab.entra import CLIENT, ENTRA, REGISTRY, TENANT, EntraHost
from tests.lab.server import Lab

WITH_PASSWORD = [
    pytest.param(ADMIN, id="admin-user"),
    pytest.param(UsernamePassword("tokenname", Secret(PASSWORD)), id="scope-map-token"),
    pytest.param(UsernamePassword(CLIENT, Secret(CLIENT_SECRET)), id="service-principal-as-user"),
]
EVERY = [*WITH_PASSWORD, pytest.param(SERVICE_PRINCIPAL, id="service-principal")]


async def listed(client: RegistryClient, repository: str = REPOSITORY) -> list[ListedTag]:
    return [tag async for page in client.list_tags(repository) for tag in page]


async def discovered(client: RegistryClient) -> list[ListedRepository]:
    return [found async for page in client.discover_repositories() for found in page]


# Signing in.


@pytest.mark.parametrize("credential", EVERY)
async def test_chart_is_pulled_when_login_is_right(lab: Lab, credential: Credential) -> None:
    made(lab)
    client = client_of(lab, credential)
    await client.sign_in()
    fetched = await client.get_chart_manifest(REPOSITORY, "1.0.1")
    layer = fetched.manifest.chart_layer  # type: ignore[union-attr]
    assert await client.read_blob(REPOSITORY, layer) == pack_chart("app", "1.0.1")
    assert lab.count(STORAGE) == 1


@pytest.mark.parametrize("credential", WITH_PASSWORD)
async def test_password_is_shown_to_the_token_endpoint_only(lab: Lab, credential: Credential) -> None:
    made(lab)
    await listed(client_of(lab, credential))
    basic = [seen.route for seen in lab.seen if seen.headers.get("authorization", "").startswith("Basic")]
    assert basic == ["GET /oauth2/token"]


@pytest.mark.parametrize("credential", WITH_PASSWORD)
async def test_login_is_refused_with_what_to_check_when_password_is_wrong(
    lab: Lab, credential: UsernamePassword
) -> None:
    made(lab)
    client = client_of(lab, UsernamePassword(credential.username, Secret("wrong-word-81")))
    with pytest.raises(CredentialsRefused) as refused:
        await client.sign_in()
    for told in ("--admin-enabled true", "client id", "az acr token show", "0c1d2e3f-0000-4000-8000-9a8b7c6d5e4f"):
        assert told in str(refused.value)
    with pytest.raises(CredentialsRefused):
        await listed(client)


async def test_password_is_stripped_when_a_line_end_came_along(lab: Lab) -> None:
    made(lab)
    await client_of(lab, UsernamePassword("chartroomlab ", Secret(PASSWORD + "\n"))).sign_in()


@pytest.mark.parametrize(
    ("credential", "told"),
    [
        (UsernamePassword("chartroomlab", Secret("one\ntwo")), "line break"),
        (UsernamePassword("chartroomlab", Secret(" ")), "missing"),
        (UsernamePassword("", Secret("x")), REFRESH_TOKEN_USER),
        (AzureServicePrincipal("no tenant!", CLIENT, Secret("a~b")), "tenant id"),
        (AzureServicePrincipal(TENANT, "chartroom", Secret("a~b")), "client id"),
        (AzureServicePrincipal(TENANT, CLIENT, Secret("a\nb")), "line break"),
        (AzureServicePrincipal(TENANT, CLIENT, Secret("55555555-0000-4000-8000-000000000000")), "Secret ID"),
        (AzureManagedIdentity("my-identity"), "client id"),
    ],
)
async def test_credential_is_refused_before_anybody_is_asked_when_it_cannot_be_right(
    lab: Lab, credential: Credential, told: str
) -> None:
    made(lab)
    with pytest.raises(InvalidCredential, match=told):
        AzureProvider().check_credential(credential)
    with pytest.raises(CredentialsRefused, match=told):
        await client_of(lab, credential).sign_in()
    assert lab.count(route="token") == 0


async def test_service_principal_goes_through_entra_id_and_exchange_once_for_all_clients(lab: Lab) -> None:
    made(lab)
    for _ in range(3):
        await listed(client_of(lab, SERVICE_PRINCIPAL))
    assert lab.count(ENTRA) == 1
    assert lab.count(REGISTRY, "/oauth2/exchange") == 1
    assert lab.count(REGISTRY, "POST /oauth2/token") == 1
    assert "tenant=" + TENANT in lab.seen_at(REGISTRY, "/oauth2/exchange")[0].body.decode()


async def test_refresh_token_is_exchanged_anew_near_its_end_of_three_hours(lab: Lab) -> None:
    made(lab)
    client = client_of(lab, SERVICE_PRINCIPAL)
    await listed(client)
    lab.clock.seconds += 2.5 * 3600
    await listed(client)
    assert (lab.count(ENTRA), lab.count(REGISTRY, "POST /oauth2/token")) == (1, 2)
    lab.clock.seconds += 0.4 * 3600
    await listed(client)
    assert lab.count(ENTRA) == 2


@pytest.mark.parametrize("credential", EVERY)
async def test_access_token_is_renewed_before_its_end_by_exp_inside_it(lab: Lab, credential: Credential) -> None:
    made(lab)
    client = client_of(lab, credential)
    await listed(client)
    lab.clock.seconds += 60 * 60
    await listed(client)
    first = lab.count(REGISTRY, " /oauth2/token")
    lab.clock.seconds += 10 * 60
    await listed(client)
    assert (first, lab.count(REGISTRY, " /oauth2/token")) == (1, 2)


@pytest.mark.parametrize("credential", EVERY)
async def test_sync_goes_on_when_every_token_ends_in_the_middle(lab: Lab, credential: Credential) -> None:
    made(lab)
    client = client_of(lab, credential)
    await listed(client)
    lab.expire_tokens()
    assert (await client.get_manifest(REPOSITORY, "1.0.0")).digest
    assert len(await listed(client)) == 2


@pytest.mark.parametrize("credential", EVERY)
async def test_one_token_reads_listing_and_manifests(lab: Lab, credential: Credential) -> None:
    made(lab)
    client = client_of(lab, credential)
    await listed(client)
    await client.get_manifest(REPOSITORY, "1.0.0")
    assert lab.count(REGISTRY, " /oauth2/token") == 1


async def test_public_chart_is_pulled_without_credentials_when_anonymous_pull_is_on(lab: Lab) -> None:
    registry = made(lab)
    registry.anonymous_pull = True
    registry.repositories[REPOSITORY].public = True
    client = client_of(lab, Anonymous())
    assert len(await listed(client)) == 2
    assert b"grant_type=password&service=chartroomlab.azurecr.io" in lab.seen_at(REGISTRY, "POST")[0].body


async def test_anonymous_is_told_of_anonymous_pull_when_it_is_off(lab: Lab) -> None:
    made(lab)
    with pytest.raises(PermissionDenied, match="--name chartroomlab --anonymous-pull-enabled true"):
        await listed(client_of(lab, Anonymous()))


@pytest.mark.parametrize(
    ("host", "authority"),
    [("agency.azurecr.us", "login.microsoftonline.us"), ("gongsi.azurecr.cn", "login.chinacloudapi.cn")],
)
async def test_service_principal_signs_in_at_the_authority_of_the_registrys_cloud(
    lab: Lab, host: str, authority: str
) -> None:
    registry = AzureRegistry(lab, host)
    registry.roles.add(CLIENT)
    registry.repository(REPOSITORY, readers=[CLIENT]).push_chart("1.0.0")
    EntraHost(lab, authority, registry=host).apps[CLIENT] = CLIENT_SECRET
    client = lab.client(host, SERVICE_PRINCIPAL, AzureProvider(), belongs_to=[authority])
    assert [tag.tag for tag in await listed(client)] == ["1.0.0"]
    assert b"scope=https%3A%2F%2Fcontainerregistry.azure.net%2F.default" in lab.seen_at(authority)[0].body


async def test_resource_managers_audience_is_tried_when_the_tenant_does_not_know_the_registrys(lab: Lab) -> None:
    made(lab)
    entra_of(lab).audiences = {"https://management.azure.com"}
    await client_of(lab, SERVICE_PRINCIPAL).sign_in()
    assert lab.count(ENTRA) == 2


# Listing.


async def test_listing_tells_digest_kind_and_time_of_each_tag(lab: Lab) -> None:
    registry = made(lab, 1)
    held = registry.repositories[REPOSITORY]
    chart = held.tags["1.0.0"]
    image = held.push_image("2.0.0")
    held.tags["stable"] = chart
    held.push_chart("gone")
    del held.tags["gone"]
    found = {tag.tag: tag for tag in await listed(client_of(lab, ADMIN))}
    assert {name: (tag.digest, tag.artifact_type) for name, tag in found.items()} == {
        "1.0.0": (chart, HELM_CONFIG),
        "stable": (chart, HELM_CONFIG),
        "2.0.0": (image, IMAGE_CONFIG),
    }
    assert found["1.0.0"].updated_at == datetime(2026, 1, 1, 0, 0, 0, 85653, UTC)


@pytest.mark.parametrize("credential", EVERY)
async def test_thousand_tags_cost_ten_pages_and_unchanged_ones_again(lab: Lab, credential: Credential) -> None:
    made(lab, 1000)
    client = client_of(lab, credential)
    assert len({tag.tag for tag in await listed(client)}) == 1000
    signing_in = 2 + 2 * isinstance(credential, AzureServicePrincipal)
    assert sum(lab.counted().values()) == signing_in + 10
    lab.forget_requests()
    await listed(client)
    assert lab.counted() == {(REGISTRY, "GET /acr/v1/{repository*}/_manifests"): 10}


@pytest.mark.parametrize("refuses", [False, True], ids=["token-opens-less", "token-endpoint-refuses"])
@pytest.mark.parametrize("credential", EVERY)
async def test_standard_listing_serves_when_metadata_read_is_not_granted(
    lab: Lab, credential: Credential, refuses: bool
) -> None:
    registry = made(lab)
    registry.token_endpoint_refuses = refuses
    registry.without_metadata |= {"chartroomlab", "tokenname", CLIENT}
    client = client_of(lab, credential)
    assert await listed(client) == [ListedTag("1.0.0"), ListedTag("1.0.1")]
    assert (await client.get_manifest(REPOSITORY, "1.0.0")).digest
    note = await AzureProvider().listing_note(client.caller, REPOSITORY)
    assert note is not None
    assert "metadata/read" in note


async def test_nothing_is_noted_when_azures_own_listing_serves(lab: Lab) -> None:
    made(lab)
    assert await AzureProvider().listing_note(client_of(lab, ADMIN).caller, REPOSITORY) is None


async def test_empty_repository_lists_nothing(lab: Lab) -> None:
    made(lab).repository("charts/empty", readers=["chartroomlab"])
    assert await listed(client_of(lab, ADMIN), "charts/empty") == []


@pytest.mark.parametrize("credential", EVERY)
async def test_missing_repository_is_not_found(lab: Lab, credential: Credential) -> None:
    made(lab)
    with pytest.raises(RepositoryNotFound, match="charts/missing"):
        await listed(client_of(lab, credential), "charts/missing")


@pytest.mark.parametrize("refuses", [False, True], ids=["token-opens-less", "token-endpoint-refuses"])
@pytest.mark.parametrize("credential", EVERY)
async def test_forbidden_repository_is_denied_with_the_role_to_grant(
    lab: Lab, credential: Credential, refuses: bool
) -> None:
    made(lab).token_endpoint_refuses = refuses
    client = client_of(lab, credential)
    with pytest.raises(PermissionDenied) as denied:
        await listed(client, "charts/secret")
    assert "charts/secret" in str(denied.value)
    assert "AcrPull" in str(denied.value)
    assert "content/read and metadata/read" in str(denied.value)
    assert len(await listed(client)) == 2
    assert lab.count(ENTRA) <= 1


# Discovery.


@pytest.mark.parametrize("credential", EVERY)
async def test_repositories_are_discovered_page_by_page(lab: Lab, credential: Credential) -> None:
    registry = made(lab)
    for number in range(250):
        registry.repository(f"more/{number:03}")
    found = await discovered(client_of(lab, credential))
    assert len(found) == 252
    assert found[0] == ListedRepository("charts/app", None)
    assert lab.count(REGISTRY, "GET /acr/v1/_catalog") == 3


@pytest.mark.parametrize("refuses", [False, True], ids=["token-opens-less", "token-endpoint-refuses"])
@pytest.mark.parametrize("credential", EVERY)
async def test_discovery_is_denied_with_the_role_to_grant_when_it_is_not_allowed(
    lab: Lab, credential: Credential, refuses: bool
) -> None:
    registry = made(lab)
    registry.token_endpoint_refuses = refuses
    registry.without_catalog |= {"chartroomlab", "tokenname", CLIENT}
    with pytest.raises(PermissionDenied, match=r"AcrPull.*Container Registry Repository Catalog Lister"):
        await discovered(client_of(lab, credential))


# What else is refused.


@pytest.mark.parametrize("credential", [*EVERY, pytest.param(Anonymous(), id="anonymous")])
async def test_network_rule_is_told_with_the_address_that_azure_saw(lab: Lab, credential: Credential) -> None:
    made(lab).blocked_address = "203.0.113.9"
    stages = [stage async for stage in probe(client_of(lab, credential), [REPOSITORY])]
    failed = next(stage for stage in stages if stage.error)
    assert failed.kind is StageKind.REGISTRY_API
    assert "do not let 203.0.113.9 in" in failed.message
    assert "az acr network-rule add --name chartroomlab --ip-address 203.0.113.9" in failed.message


async def test_network_rule_at_the_exchange_is_not_taken_for_a_missing_role(lab: Lab) -> None:
    registry = made(lab)
    client = client_of(lab, SERVICE_PRINCIPAL)
    await client.ping()
    registry.blocked_address = "203.0.113.9"
    with pytest.raises(PermissionDenied, match=r"203\.0\.113\.9"):
        await client.sign_in()


async def test_probe_tells_a_repository_that_holds_images(lab: Lab) -> None:
    made(lab).repository("images/web", readers=["chartroomlab"]).push_image("1.0.0")
    stages = [stage async for stage in probe(client_of(lab, ADMIN), ["images/web", REPOSITORY])]
    told = {stage.repository: stage for stage in stages}
    assert "no Helm chart" in told["images/web"].message
    assert told[REPOSITORY].error is None


async def test_throttled_exchange_is_tried_again_no_earlier_than_asked(lab: Lab) -> None:
    made(lab).limit(1, retry_after="7", route="/oauth2/exchange")
    await client_of(lab, SERVICE_PRINCIPAL).sign_in()
    assert sum(lab.clock.slept) >= 7


async def test_refresh_token_that_ended_early_is_exchanged_anew_once(lab: Lab) -> None:
    made(lab)
    client = client_of(lab, SERVICE_PRINCIPAL)
    await listed(client)
    lab.expire_tokens()
    assert len(await listed(client)) == 2
    assert lab.count(REGISTRY, "/oauth2/exchange") == 2


def test_provider_is_imported_without_the_sdk() -> None:
    code = (
        "import sys, app.oci_client.providers.azure; "
        "sys.exit([name for name in sys.modules if name.startswith(('azure', 'msal', 'aiohttp'))] != [])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
