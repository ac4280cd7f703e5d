"""Identities of Microsoft Entra ID at Azure Container Registry: what is refused, machines and pods, secrets."""

import logging
from collections.abc import Sequence

import pytest
from aiohttp import web
from azure.core.rest import HttpRequest

from app.oci_client.client import RegistryClient
from app.oci_client.credentials import AzureManagedIdentity, AzureServicePrincipal, Credential, Secret
from app.oci_client.errors import (
    AddressRefused,
    CredentialsRefused,
    PermissionDenied,
    RateLimited,
    RegistryError,
    UnexpectedAnswer,
)
from app.oci_client.provider import ListedTag
from app.oci_client.providers.azure_sdk_transport import SdkTransport, metadata_origins
from tests.lab.azure import CLIENT_SECRET, REPOSITORY, SERVICE_PRINCIPAL, client_of, entra_of, made
from tests.lab.entra import CLIENT, ENTRA, TENANT, IdentityEndpoint, environment, workload_identity
from tests.lab.server import Lab


async def listed(client: RegistryClient, repository: str = REPOSITORY) -> list[ListedTag]:
    return [tag async for page in client.list_tags(repository) for tag in page]


# What Microsoft Entra ID refuses.


async def refusal_of_sign_in(lab: Lab, credential: Credential) -> str:
    with pytest.raises(CredentialsRefused) as refused:
        await client_of(lab, credential).sign_in()
    text = str(refused.value)
    assert CLIENT_SECRET not in text
    assert "Trace ID" not in text
    return text


async def test_wrong_secret_is_told_as_value_and_not_secret_id(lab: Lab) -> None:
    made(lab)
    text = await refusal_of_sign_in(lab, AzureServicePrincipal(TENANT, CLIENT, Secret("wr~ong-44")))
    assert "Value, not its Secret ID" in text
    assert "7000215" in text


async def test_expired_secret_is_told_as_expired(lab: Lab) -> None:
    made(lab)
    entra_of(lab).expired.add(CLIENT)
    text = await refusal_of_sign_in(lab, SERVICE_PRINCIPAL)
    assert f"expired. Make a new one (az ad app credential reset --id {CLIENT})" in text


async def test_unknown_application_and_unknown_tenant_are_named(lab: Lab) -> None:
    made(lab)
    other = "66666666-0000-4000-8000-000000000000"
    text = await refusal_of_sign_in(lab, AzureServicePrincipal(TENANT, other, Secret("a~b-91")))
    assert f"no application {other} in the tenant {TENANT}" in text
    text = await refusal_of_sign_in(lab, AzureServicePrincipal(other, CLIENT, Secret(CLIENT_SECRET)))
    assert f"no tenant {other}" in text


async def test_what_microsoft_says_is_quoted_without_its_trace_when_the_number_is_unknown(lab: Lab) -> None:
    made(lab)
    host = entra_of(lab)

    async def answer(request: web.Request, tenant: str) -> web.StreamResponse:
        return host.error(400, "invalid_request", 50196, f"The loop with {CLIENT_SECRET} was cut.")

    host.route("POST", "/{tenant}/oauth2/v2.0/token", answer)
    text = await refusal_of_sign_in(lab, SERVICE_PRINCIPAL)
    assert text == ("Microsoft Entra ID refused the sign-in (400). It says: “AADSTS50196: The loop with *** was cut.”")


async def test_identity_without_a_role_is_told_to_be_given_acrpull(lab: Lab) -> None:
    made(lab).roles.clear()
    with pytest.raises(PermissionDenied) as refused:
        await client_of(lab, SERVICE_PRINCIPAL).sign_in()
    assert "--role AcrPull" in str(refused.value)
    assert "az acr show --name chartroomlab" in str(refused.value)


async def test_entra_id_in_trouble_is_named_and_temporary(lab: Lab) -> None:
    made(lab)
    entra_of(lab).fail(9, 503)
    with pytest.raises(
        UnexpectedAnswer, match=r"login\.microsoftonline\.com\) cannot be used: it answered 503"
    ) as failed:
        await client_of(lab, SERVICE_PRINCIPAL).sign_in()
    assert failed.value.temporary
    assert lab.count(ENTRA) == lab.limits.tries_max


async def test_throttled_entra_id_is_rate_limited_until_the_time_it_tells(lab: Lab) -> None:
    made(lab)
    entra_of(lab).limit(9, retry_after="600")
    with pytest.raises(RateLimited) as limited:
        await client_of(lab, SERVICE_PRINCIPAL).sign_in()
    assert limited.value.until is not None
    assert lab.count(ENTRA) == 1


# Identities of machines and pods.


async def test_machine_identity_is_asked_of_the_metadata_endpoint(lab: Lab) -> None:
    made(lab)
    endpoint = IdentityEndpoint(lab)
    with endpoint.serving():
        assert len(await listed(client_of(lab, AzureManagedIdentity()))) == 2
    assert len(endpoint.asked) == 1
    assert "resource=https" in endpoint.asked[0]
    assert lab.count(ENTRA) == 0


async def test_chosen_machine_identity_is_asked_by_its_client_id(lab: Lab) -> None:
    made(lab)
    endpoint = IdentityEndpoint(lab)
    endpoint.identities = {CLIENT: CLIENT}
    with endpoint.serving():
        await client_of(lab, AzureManagedIdentity(CLIENT)).sign_in()
        with pytest.raises(CredentialsRefused, match=r"one must be chosen by its client id.*Identity not found"):
            await client_of(lab, AzureManagedIdentity()).sign_in()
        with pytest.raises(CredentialsRefused, match=f"No identity with the client id {TENANT} is assigned"):
            await client_of(lab, AzureManagedIdentity(TENANT)).sign_in()


async def test_app_services_endpoint_is_asked_with_its_header(lab: Lab) -> None:
    made(lab)
    endpoint = IdentityEndpoint(lab, header="lab-identity-header-77")
    with endpoint.serving():
        await client_of(lab, AzureManagedIdentity()).sign_in()
    assert endpoint.asked[0].startswith("/msi/token?")


async def test_workload_identity_signs_in_with_the_pods_token(lab: Lab) -> None:
    made(lab)
    with workload_identity(lab):
        assert len(await listed(client_of(lab, AzureManagedIdentity()))) == 2
    assert b"client_assertion=lab.pod-token.f00d" in lab.seen_at(ENTRA)[0].body


async def test_pod_without_a_federated_credential_is_told_what_must_fit(lab: Lab) -> None:
    made(lab)
    with workload_identity(lab):
        entra_of(lab).assertions.clear()
        with pytest.raises(CredentialsRefused, match=r"system:serviceaccount:<namespace>:<name>.*AADSTS700213"):
            await client_of(lab, AzureManagedIdentity()).sign_in()


async def test_machine_outside_of_azure_is_told_so(lab: Lab) -> None:
    made(lab)
    endpoint = IdentityEndpoint(lab)
    with endpoint.serving():
        gone = endpoint.origin
    with (
        environment({"AZURE_POD_IDENTITY_AUTHORITY_HOST": gone}),
        pytest.raises(CredentialsRefused, match=r"no identity endpoint answers.*use a service principal"),
    ):
        await client_of(lab, AzureManagedIdentity()).sign_in()


async def test_pod_whose_token_file_is_missing_is_told_so(lab: Lab) -> None:
    made(lab)
    values = {
        "AZURE_CLIENT_ID": CLIENT,
        "AZURE_TENANT_ID": TENANT,
        "AZURE_AUTHORITY_HOST": f"https://{ENTRA}/",
        "AZURE_FEDERATED_TOKEN_FILE": "/nowhere/token",
    }
    with environment(values), pytest.raises(CredentialsRefused, match="AZURE_FEDERATED_TOKEN_FILE"):
        await client_of(lab, AzureManagedIdentity()).sign_in()


async def test_sdk_reaches_plain_http_at_the_metadata_endpoint_only(lab: Lab) -> None:
    made(lab)
    with environment({"IDENTITY_ENDPOINT": "http://127.0.0.1:41/msi", "IDENTITY_HEADER": "x"}):
        transport = SdkTransport(client_of(lab, AzureManagedIdentity()).caller)
    for url in (
        "http://169.254.169.254:8080/metadata",
        "http://127.0.0.1:42/msi",
        "http://169.254.170.2/",
        "http://a/",
    ):
        with pytest.raises(AddressRefused, match="no metadata endpoint"):
            await transport.send(HttpRequest("GET", url))


def test_metadata_endpoints_are_the_fixed_one_and_those_that_the_platform_names() -> None:
    named = {"IDENTITY_ENDPOINT": "http://LOCALHOST:40342/x", "MSI_ENDPOINT": "https://elsewhere.example/"}
    assert metadata_origins(named) == {"http://169.254.169.254", "http://localhost:40342"}


async def test_metadata_address_stays_refused_for_everything_but_the_identity_lookup(lab: Lab) -> None:
    """An authority that leads inward goes through the guard, as every registry does."""
    made(lab)
    values = {
        "AZURE_CLIENT_ID": CLIENT,
        "AZURE_TENANT_ID": TENANT,
        "AZURE_AUTHORITY_HOST": "https://169.254.169.254",
        "AZURE_FEDERATED_TOKEN_FILE": __file__,
    }
    with environment(values), pytest.raises(AddressRefused, match="never connected to"):
        await client_of(lab, AzureManagedIdentity()).sign_in()


# Secrets.


def spoken(records: Sequence[logging.LogRecord]) -> str:
    return "\n".join(f"{record.getMessage()} {record.exc_info or ''}" for record in records)


async def test_sdk_logs_no_secret_at_any_level(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    made(lab)
    caplog.set_level(logging.DEBUG)
    await listed(client_of(lab, SERVICE_PRINCIPAL))
    entra_of(lab).expired.add(CLIENT)
    lab.expire_tokens()
    with pytest.raises(RegistryError):
        await listed(client_of(lab, SERVICE_PRINCIPAL))
    with workload_identity(lab):
        await client_of(lab, AzureManagedIdentity()).sign_in()
    lab.expire_tokens()
    with IdentityEndpoint(lab, header="lab-identity-header-77").serving():
        await listed(client_of(lab, AzureManagedIdentity()))
    text = spoken(caplog.records)
    assert "azure" in text
    for secret in (CLIENT_SECRET, "lab.pod-token.f00d", "lab-identity-header-77", *lab.tokens):
        assert secret not in text


async def test_sdk_logs_no_token_when_the_answer_that_holds_it_is_cut_off(
    lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    made(lab)
    caplog.set_level(logging.DEBUG)
    cut = b'{"access_token": "canary-in-a-cut-off-answer", "expires'

    async def answer(request: web.Request, tenant: str) -> web.StreamResponse:
        return web.Response(body=cut, content_type="application/json")

    entra_of(lab).route("POST", "/{tenant}/oauth2/v2.0/token", answer)
    with pytest.raises(RegistryError) as refused:
        await client_of(lab, SERVICE_PRINCIPAL).sign_in()
    assert "canary" not in spoken(caplog.records) + str(refused.value)


async def test_failed_sign_in_carries_no_secret_in_its_causes(lab: Lab) -> None:
    made(lab)
    entra_of(lab).expired.add(CLIENT)
    with pytest.raises(CredentialsRefused) as refused:
        await client_of(lab, SERVICE_PRINCIPAL).sign_in()
    error: BaseException | None = refused.value
    assert error is not None
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
