"""What Azure Container Registry's refusals mean, and what to do about each.

Sources: learn.microsoft.com/azure/container-registry, "Check health", "Firewall", "Built-in roles", "Repository
permissions"; aka.ms/acr/errors.
"""

import re
from typing import Final

from app.oci_client.answers import Asked, Presented, Refusal
from app.oci_client.errors import CredentialsRefused, PermissionDenied, RateLimited, RegistryError
from app.oci_client.providers.azure_hosts import registry_name

_CLIENT_ADDRESS: Final = re.compile(r"client with IP ['\"]?([0-9A-Fa-f.:]+)['\"]? is not allowed", re.IGNORECASE)
READER_ROLES: Final = (
    "AcrPull (where the registry uses ABAC: Container Registry Repository Reader), or for a token the actions "
    "content/read and metadata/read in its scope map"
)
CATALOG_ROLES: Final = (
    "AcrPull (where the registry uses ABAC: Container Registry Repository Catalog Lister). Tokens with a scope map "
    "can never list: give the repositories by name"
)


def explained(refusal: Refusal) -> RegistryError | None:
    """None to have the standard's words."""
    if refusal.status == 403:
        return _by_network(refusal)
    if refusal.status == 429:
        return RateLimited(
            f"{refusal.host} says: too many requests. The limit is that of the registry's tier (Basic, Standard, "
            f"Premium).{refusal.quoted}",
            **refusal.facts(),
        )
    if refusal.status != 401:
        return None
    if refusal.subject.asked is Asked.CATALOG:
        return _catalog(refusal)
    if refusal.presented in (Presented.NOTHING, Presented.ANONYMOUS_TOKEN):
        return _anonymous(refusal)
    if refusal.presented is Presented.BASIC:
        return _wrong_password(refusal)
    return scope_denied(refusal)


def _by_network(refusal: Refusal) -> RegistryError | None:
    name = registry_name(refusal.host)
    found = _CLIENT_ADDRESS.search(refusal.text)
    if found:
        address = found[1]
        return PermissionDenied(
            f"The network rules of {refusal.host} do not let {address} in, which is this machine as Azure sees it. "
            f"Allow it (az acr network-rule add --name {name} --ip-address {address}; Premium), or reach the registry "
            "by a private endpoint.",
            **refusal.facts(),
        )
    if refusal.subject.asked is Asked.PING or "firewall" in refusal.text.lower():
        return PermissionDenied(
            f"{refusal.host} lets nobody in from here: its public network access is off, or its network rules do not "
            f"name this machine (az acr show --name {name} --query networkRuleSet).{refusal.quoted}",
            **refusal.facts(),
        )
    return PermissionDenied(
        f"{refusal.host} denies {refusal.what}. The identity needs {READER_ROLES}.{refusal.quoted}", **refusal.facts()
    )


def _catalog(refusal: Refusal) -> RegistryError:
    who = "nobody without credentials" if refusal.presented is Presented.ANONYMOUS_TOKEN else "this identity"
    return PermissionDenied(
        f"{refusal.host} does not show {who} the list of its repositories. It needs {CATALOG_ROLES}.",
        **refusal.facts(),
    )


def _anonymous(refusal: Refusal) -> RegistryError:
    name = registry_name(refusal.host)
    return PermissionDenied(
        f"{refusal.host} gives nobody without credentials {refusal.what}: it does not exist, or anonymous pull is off "
        f"(az acr update --name {name} --anonymous-pull-enabled true; Standard and Premium). The registry does not "
        "tell which.",
        **refusal.facts(),
    )


def _wrong_password(refusal: Refusal) -> RegistryError:
    name = registry_name(refusal.host)
    return CredentialsRefused(
        f"{refusal.host} refused the user name or the password. As admin user ({name}), is it switched on (az acr "
        f"update --name {name} --admin-enabled true)? As service principal, the user is the client id, and has the "
        "secret expired (az ad app credential list --id <client id>)? As token, is it enabled, and has its password "
        f"expired (az acr token show --registry {name} --name <token>)?{_correlation(refusal)}",
        **refusal.facts(),
    )


def scope_denied(refusal: Refusal) -> PermissionDenied:
    """Signed in, but not let at a repository."""
    return PermissionDenied(
        f"{refusal.host} took the credentials but does not let them read {refusal.subject.repository or 'it'}. They "
        f"need {READER_ROLES}. A role counts up to ten minutes after it was given. Whether the repository exists is "
        "told only to those who may read it.",
        **refusal.facts(),
    )


def role_missing(refusal: Refusal) -> PermissionDenied:
    """Microsoft Entra ID knows the identity, the registry has nothing to do with it: refused at the exchange."""
    name = registry_name(refusal.host)
    return PermissionDenied(
        f"The sign-in to Microsoft Entra ID worked, but the identity has no role on {refusal.host}. Give it AcrPull "
        f"(az role assignment create --assignee <client id> --role AcrPull --scope $(az acr show --name {name} --query "
        "id --output tsv)); it counts up to ten minutes later. If it has the role: the registry and the identity must "
        f"be of the same tenant.{_correlation(refusal)}",
        **refusal.facts(),
    )


def _correlation(refusal: Refusal) -> str:
    """The one part of Azure's words that its support asks for."""
    found = re.search(r"CorrelationId: *([0-9a-fA-F-]{36})", refusal.text)
    return f" Correlation id: {found[1]}." if found else ""
