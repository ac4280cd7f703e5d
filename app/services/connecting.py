"""From a registry as it is stored to a client that speaks to it, credentials opened on the way.

A credential is stored in three parts: its kind (Registry.authentication), what of it is no secret
(Registry.username, Registry.sign_in), and what is (SealedCredential). CREDENTIAL_FORMS says which is which.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from app.domain.errors import KeyMissing
from app.oci_client.credentials import (
    Anonymous,
    AzureManagedIdentity,
    AzureServicePrincipal,
    Credential,
    EcrAccessKey,
    EcrIamRole,
    GcpServiceAccount,
    GcpWorkloadIdentity,
    Secret,
    UsernamePassword,
)
from app.oci_client.limits import ClientLimits
from app.oci_client.reference import RegistryHost
from app.oci_client.retrying import HostLimiters
from app.oci_client.tls import ConnectionSecurity as TlsSecurity
from app.oci_client.tls import TlsSettings
from app.oci_client.tokens import TokenCache
from app.services.known_providers import import_ways
from app.store import registries
from app.store.entities import Authentication, ConnectionSecurity, Provider, Registry
from app.store.sealing import Sealer
from app.store.session import Store

if TYPE_CHECKING:
    from app.oci_client.client import RegistryClient
    from app.oci_client.on_demand import HttpClientsOnDemand
    from app.oci_client.provider import Provider as ProviderWays
    from app.oci_client.transport import HttpClients

CREDENTIAL_FORMS: Mapping[Authentication, type[Credential]] = {
    Authentication.ANONYMOUS: Anonymous,
    Authentication.ECR_IAM_ROLE: EcrIamRole,
    Authentication.ECR_ACCESS_KEY: EcrAccessKey,
    Authentication.USERNAME_PASSWORD: UsernamePassword,
    Authentication.AZURE_SERVICE_PRINCIPAL: AzureServicePrincipal,
    Authentication.AZURE_MANAGED_IDENTITY: AzureManagedIdentity,
    Authentication.GCP_SERVICE_ACCOUNT: GcpServiceAccount,
    Authentication.GCP_WORKLOAD_IDENTITY: GcpWorkloadIdentity,
}

VISIBLE_NAMES = ("username", "access_key_id", "client_id")
"""Fields that Registry.username shows: names and key ids that are no secret."""


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """A credential taken apart: what people may see, what is kept openly, and what is to be sealed."""

    authentication: Authentication
    username: str | None
    sign_in: dict[str, Any]
    secret: dict[str, str]


def take_apart(credential: Credential) -> StoredCredential:
    """Raises InvalidCredential for a key file that is none."""
    from app.oci_client.providers.google_keys import account_name

    kind = next(kind for kind, form in CREDENTIAL_FORMS.items() if isinstance(credential, form))
    open_part: dict[str, Any] = {}
    secret: dict[str, str] = {}
    for part in fields(credential):
        value = getattr(credential, part.name)
        if isinstance(value, Secret):
            secret[part.name] = value.reveal()
        elif value is not None:
            open_part[part.name] = value
    username = next((open_part[name] for name in VISIBLE_NAMES if name in open_part), account_name(credential))
    return StoredCredential(kind, username, open_part, secret)


def put_together(authentication: Authentication, sign_in: Mapping[str, Any], secret: Mapping[str, str]) -> Credential:
    """The inverse of `take_apart`."""
    form = CREDENTIAL_FORMS[authentication]
    values: dict[str, Any] = {name: sign_in.get(name) for name in (part.name for part in fields(form))}
    values.update({name: Secret(text) for name, text in secret.items()})
    return form(**values)


@dataclass(frozen=True, slots=True)
class Target:
    """Everything that speaking to a registry needs, stored or not."""

    provider: Provider
    host: RegistryHost
    credential: Credential
    connection_security: ConnectionSecurity
    ca_certificate: str | None


class Connections:
    """Makes clients. Those for one host share its limiter; those with one TLS setting share its connections."""

    def __init__(
        self,
        store: Store,
        sealer: Sealer,
        http: "HttpClients | HttpClientsOnDemand",
        limiters: HostLimiters,
        providers: "Mapping[Provider, ProviderWays]",
        limits: ClientLimits,
    ) -> None:
        self._store = store
        self._sealer = sealer
        self._http = http
        self._limiters = limiters
        self._limits = limits
        self._tokens = TokenCache()
        self.providers = providers

    def impatient_client(self, target: Target) -> "RegistryClient":
        """One that tries each request only twice, for people who wait for the answer."""
        return self._client(target, replace(self._limits, tries_max=2, request_timeout_seconds=15))

    def client(self, target: Target) -> "RegistryClient":
        return self._client(target, self._limits)

    def _client(self, target: Target, limits: ClientLimits) -> "RegistryClient":
        from app.oci_client.client import RegistryClient

        tls = TlsSettings(TlsSecurity(target.connection_security.value), target.ca_certificate)
        return RegistryClient(
            target.host,
            provider=self.providers[target.provider],
            credential=target.credential,
            http=self._http.with_settings(tls),
            limiter=self._limiters.for_host(target.host),
            limits=limits,
            tokens=self._tokens,
        )

    async def target_of(self, registry: Registry) -> Target:
        """Raises KeyMissing where its credentials cannot be opened."""
        await import_ways()
        secret: dict[str, str] = {}
        if registry.authentication is not Authentication.ANONYMOUS:
            async with self._store.reading() as session:
                sealed = await registries.find_credential(session, registry.id)
            if sealed is not None:
                secret = self._sealer.open(sealed.key_id, sealed.ciphertext, registry.id)
            elif _holds_secret(registry.authentication):
                raise KeyMissing(f"The credentials of registry {registry.name} are gone. Enter them again.")
        return Target(
            provider=registry.provider,
            host=RegistryHost.parse(registry.host),
            credential=put_together(registry.authentication, registry.sign_in, secret),
            connection_security=registry.connection_security,
            ca_certificate=registry.ca_certificate,
        )

    async def client_of(self, registry: Registry) -> "RegistryClient":
        return self.client(await self.target_of(registry))


def _holds_secret(authentication: Authentication) -> bool:
    form = CREDENTIAL_FORMS[authentication]
    return any("Secret" in str(part.type) for part in fields(form))
