"""Tokens of Microsoft Entra ID, for a service principal or for the machine's own identity, and why there is none.

The SDK is imported when first needed: it costs a quarter of a second. Source: azure-identity;
learn.microsoft.com/entra/identity-platform/reference-error-codes.
"""

import asyncio
import importlib
import re
from typing import TYPE_CHECKING, Any, Final

import orjson

from app.oci_client.answers import Answer
from app.oci_client.credentials import AzureManagedIdentity, AzureServicePrincipal, Secret
from app.oci_client.errors import (
    CredentialsRefused,
    RateLimited,
    RegistryError,
    RegistryUnreachable,
    UnexpectedAnswer,
)
from app.oci_client.providers.azure_hosts import Cloud, cloud_of
from app.oci_client.registry_text import quotable

if TYPE_CHECKING:
    from app.oci_client.calling import Caller

EntraCredential = AzureServicePrincipal | AzureManagedIdentity

_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TENANT: Final = re.compile(r"[0-9a-zA-Z](?:[0-9a-zA-Z.-]*[0-9a-zA-Z])?")
_AADSTS: Final = re.compile(r"AADSTS(\d+)")
_AUDIENCE_UNKNOWN: Final = "500011"

# What to do about it, by Microsoft's own number; {client} and {tenant} are what was given.
_ADVICE: Final = {
    "7000215": "The client secret is wrong. Copy the secret's Value, not its Secret ID; it is shown only once, when it "
    "is made (az ad app credential reset --id {client}).",
    "7000222": "The client secret has expired. Make a new one (az ad app credential reset --id {client}) and enter it.",
    "7000216": "A client secret is needed, and none arrived.",
    "700016": "There is no application {client} in the tenant {tenant}. Check the client id, which is the "
    "“Application (client) ID”, and that it is the tenant in which the service principal lives.",
    "90002": "There is no tenant {tenant}. Check the “Directory (tenant) ID”, and that the registry's cloud (.io, .us, "
    ".cn) is the tenant's.",
    "900023": "{tenant} is no tenant. Give the “Directory (tenant) ID” or one of its domains.",
    "900382": "The tenant {tenant} belongs to another cloud than the registry (.io, .us, .cn).",
    "900384": "The tenant {tenant} belongs to another cloud than the registry (.io, .us, .cn).",
    "7000112": "The application {client} is disabled in the tenant {tenant}. An administrator must enable it.",
    "7000218": "The application {client} signs in with a certificate or federation only, not with a client secret.",
    "53003": "A Conditional Access policy of the tenant blocks this sign-in. Exempt the identity, or this machine's "
    "address.",
    "530034": "A Conditional Access policy of the tenant blocks this sign-in.",
    "500011": "The tenant {tenant} knows neither of the audiences that Azure Container Registry takes.",
    "70021": "No federated credential of {client} fits the pod's service account. Its issuer, subject "
    "(system:serviceaccount:<namespace>:<name>) and audience (api://AzureADTokenExchange) must be those of the pod.",
    "700024": "The pod's token is not valid at this time. Compare the clocks, and that the token file is renewed.",
    "700027": "The signature of the pod's token was not accepted: the federated credential names another issuer.",
    "50034": "There is no such account in the tenant {tenant}.",
    "90033": "Microsoft Entra ID is not available at the moment.",
}
for _number in ("700211", "700212", "700213", "700223"):  # issuer, audience, subject or assertion do not match
    _ADVICE[_number] = _ADVICE["70021"]
del _number


def fault_of(credential: EntraCredential) -> str | None:
    """What can be told to be wrong without asking anybody."""
    client_id = credential.client_id
    if client_id is not None and not _GUID.fullmatch(client_id.strip()):
        return "The client id is a GUID, like 11111111-2222-3333-4444-555555555555: the “Application (client) ID”."
    if isinstance(credential, AzureManagedIdentity):
        return None
    if not _TENANT.fullmatch(credential.tenant_id.strip()):
        return "The tenant id is a GUID or a domain of the tenant: the “Directory (tenant) ID”."
    secret = credential.client_secret.reveal().strip()
    if not secret or not secret.isprintable():
        return "The client secret is missing, or a line break or control character got into it. Copy it again."
    if _GUID.fullmatch(secret):
        return "This is the Secret ID. Give the secret's Value, which is shown only once, when it is made."
    return None


async def entra_token(credential: EntraCredential, caller: "Caller") -> Secret:
    """A token for Azure Container Registry, of the cloud that the registry is in.

    Raises CredentialsRefused, and RegistryError of other kinds where Microsoft Entra ID cannot be asked.
    """
    # Off the event loop: the SDK takes a quarter of a second to import.
    sdk, transports = await asyncio.to_thread(_imported)
    transport = transports.SdkTransport(caller)
    cloud = cloud_of(caller.host)
    try:
        for audience in cloud.audiences:
            text = await _asked(sdk, transport, credential, cloud, audience, caller)
            if text is not None:
                return Secret(text)
        raise _refused(credential, caller, transport.refusal)
    finally:
        await transport.close()


def _imported() -> tuple[Any, Any]:
    return (
        importlib.import_module("azure.identity.aio"),
        importlib.import_module("app.oci_client.providers.azure_sdk_transport"),
    )


async def _asked(
    sdk: Any, transport: Any, credential: EntraCredential, cloud: Cloud, audience: str, caller: "Caller"
) -> str | None:
    """None when the directory does not know this audience."""
    failure: BaseException
    try:
        async with _sdk_credential(sdk, transport, credential, cloud) as signing:
            token = await signing.get_token(audience)
            return str(token.token)
    except RegistryError as error:
        if isinstance(error, (RateLimited, UnexpectedAnswer)):
            failure = _entra_in_trouble(error, cloud, caller)
        else:
            failure = error
    except Exception as error:  # whatever the SDK raises, its text is not ours to show unexplained
        if transport.refusal is not None and _AUDIENCE_UNKNOWN in _codes(transport.refusal):
            return None
        failure = _unavailable(credential, caller, transport, error)
    # Outside the except block: what the SDK raises holds its request, and the secret in it.
    raise failure from None


def _sdk_credential(sdk: Any, transport: Any, credential: EntraCredential, cloud: Cloud) -> Any:
    # Our own client tries again where that helps; the metadata endpoint is local and asked twice more at most.
    if isinstance(credential, AzureServicePrincipal):
        return sdk.ClientSecretCredential(
            credential.tenant_id.strip(),
            credential.client_id.strip(),
            credential.client_secret.reveal().strip(),
            authority=cloud.authority_url,
            disable_instance_discovery=True,
            transport=transport,
            retry_total=0,
        )
    return sdk.ManagedIdentityCredential(
        client_id=(credential.client_id or "").strip() or None, transport=transport, retry_total=2, retry_status=2
    )


def _unavailable(credential: EntraCredential, caller: "Caller", transport: Any, error: BaseException) -> RegistryError:
    """What the SDK raised, explained by what was answered to it."""
    host = str(caller.host)
    if transport.refusal is not None:
        return _refused(credential, caller, transport.refusal)
    if isinstance(credential, AzureManagedIdentity):
        cause = error if isinstance(error, RegistryUnreachable) else error.__cause__
        if isinstance(cause, RegistryUnreachable) or transport.metadata_failure is not None:
            return CredentialsRefused(
                "This machine has no Azure identity: no identity endpoint answers. Managed identity works where "
                "Chartroom runs in Azure (virtual machine, App Service, Container Apps, or AKS with workload identity "
                "and its label azure.workload.identity/use). Elsewhere, use a service principal.",
                host=host,
            )
        if isinstance(error, ValueError):
            return CredentialsRefused(
                "Workload identity is set up without a client id. Give it, or annotate the pod's service account with "
                "azure.workload.identity/client-id.",
                host=host,
            )
        if isinstance(error, OSError):
            return CredentialsRefused(
                "The pod's token file (AZURE_FEDERATED_TOKEN_FILE) cannot be read. Is the workload identity webhook "
                "installed, and was the pod restarted since?",
                host=host,
            )
    return UnexpectedAnswer(f"Signing in to Microsoft Entra ID failed ({type(error).__name__}).", host=host)


def _refused(credential: EntraCredential, caller: "Caller", answer: Answer) -> RegistryError:
    host = str(caller.host)
    codes = _codes(answer)
    said = _said(answer, credential)
    advice = next((_ADVICE[code] for code in codes if code in _ADVICE), None)
    if advice is not None:
        client, tenant = credential.client_id or "the identity", getattr(credential, "tenant_id", "of this machine")
        told = advice.format(client=quotable(client), tenant=quotable(tenant))
        return CredentialsRefused(f"{told} (AADSTS{codes[0]})", host=host)
    if isinstance(credential, AzureManagedIdentity) and not codes:
        if answer.status in (400, 403, 404):
            return CredentialsRefused(_no_identity(credential) + said, host=host)
        return UnexpectedAnswer(
            f"The identity endpoint of this machine answered {answer.status}.{said}", host=host, temporary=True
        )
    return CredentialsRefused(f"Microsoft Entra ID refused the sign-in ({answer.status}).{said}", host=host)


def _no_identity(credential: AzureManagedIdentity) -> str:
    if credential.client_id:
        return (
            f"No identity with the client id {quotable(credential.client_id)} is assigned to this machine. Assign it "
            "(az vm identity assign --identities <resource id>), or check the client id."
        )
    return (
        "This machine has no system-assigned identity, or several user-assigned ones of which one must be chosen by "
        "its client id."
    )


def _codes(answer: Answer) -> list[str]:
    return _AADSTS.findall(answer.body.decode("utf-8", "replace"))


def _said(answer: Answer, credential: EntraCredential) -> str:
    try:
        document = orjson.loads(answer.body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        return ""
    words = document.get("error_description") or document.get("message") or document.get("error")
    if not isinstance(words, str):
        return ""
    secrets = (credential.client_secret.reveal(),) if isinstance(credential, AzureServicePrincipal) else ()
    # What follows is for Microsoft's support: trace and correlation ids and the time.
    return f" It says: “{quotable(words.partition('Trace ID:')[0], secrets)}”"


def _entra_in_trouble(error: RegistryError, cloud: Cloud, caller: "Caller") -> RegistryError:
    """The same kind of error, about the service that is meant: ours names the registry."""
    if isinstance(error, RateLimited):
        limited = RateLimited(f"Microsoft Entra ID ({cloud.authority}) says: too many requests.", host=str(caller.host))
        limited.until, limited.retry_after_seconds = error.until, error.retry_after_seconds
        return limited
    status = getattr(error, "status", None)
    return UnexpectedAnswer(
        f"Microsoft Entra ID ({cloud.authority}) cannot be used: it answered {status or 'something unexpected'}.",
        host=str(caller.host),
        temporary=error.temporary,
    )
