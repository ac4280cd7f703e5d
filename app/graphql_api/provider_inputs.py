"""Providers as clients give them. Secrets become `Secret` here and go no further as text.

A provider is one input class with `choice`, one member of ProviderInput, and one entry in provider_forms.FORMS.
"""

from dataclasses import fields
from typing import Protocol

import strawberry
from strawberry.utils.str_converters import to_camel_case

from app.domain.errors import Refusal, Refusals, Required
from app.oci_client.credentials import (
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
from app.services.drafting import ProviderChoice
from app.store.entities import ConnectionSecurity, Provider

Path = tuple[str, ...]
_PROVIDER_PATH: Path = ("input", "provider")


class GivenProvider(Protocol):
    """A member of ProviderInput."""

    def choice(self, path: Path) -> ProviderChoice:
        """`path`: where in the arguments it was given. Raises Refusals."""
        ...


def _without_values(self: object) -> str:
    """Logs and tracebacks print arguments."""
    return f"{type(self).__name__}(***)"


@strawberry.input(description="A user name with a password or token.")
class UsernamePasswordInput:
    username: str = strawberry.field(description="The user, robot or token name.")
    password_or_token: str = strawberry.field(description="It can never be read back.")

    __repr__ = _without_values

    def credential(self, path: Path) -> UsernamePassword:
        """Raises Refusals."""
        return _pair(self.username, self.password_or_token, path)


@strawberry.input(description="Docker Hub; without user name and token, anonymously.")
class DockerHubInput:
    username: str | None = strawberry.field(
        default=None, description="User, or organisation for an organisation's token."
    )
    password_or_token: str | None = strawberry.field(default=None, description="Password or access token.")

    __repr__ = _without_values

    def choice(self, path: Path) -> ProviderChoice:
        given = bool((self.username or "").strip()) or bool(self.password_or_token)
        credential = _pair(self.username or "", self.password_or_token or "", path) if given else None
        return ProviderChoice(Provider.DOCKER_HUB, path, None, "username", credential, "username")


@strawberry.input(description="Any registry that keeps to the OCI distribution specification.")
class OtherInput:
    registry_url: str = strawberry.field(
        description="host, host:port; oci://, http:// and https:// are refused with an explanation."
    )
    authentication: UsernamePasswordInput | None = strawberry.field(default=None, description="Null: anonymously.")
    connection_security: ConnectionSecurity = strawberry.field(
        default=ConnectionSecurity.SECURE, description="How the connection is secured."
    )
    ca_certificate: str | None = strawberry.field(default=None, description="PEM; needed for SECURE_WITH_CA.")

    def choice(self, path: Path) -> ProviderChoice:
        credential = self.authentication.credential((*path, "authentication")) if self.authentication else None
        return ProviderChoice(
            Provider.OTHER,
            path,
            self.registry_url,
            "registryUrl",
            credential,
            "authentication",
            self.connection_security,
            self.ca_certificate,
        )


# ── Amazon ECR ──


@strawberry.input(description="The role of the machine or pod that Chartroom runs on, or one that it may assume.")
class EcrIamRoleInput:
    assume_role_arn: str | None = strawberry.field(default=None, description="Role to assume on top of it.")
    external_id: str | None = strawberry.field(default=None, description="What that role's owner wants to be told.")


@strawberry.input(description="An access key of an IAM user.")
class EcrAccessKeyInput:
    access_key_id: str = strawberry.field(description="AKIA and 16 further characters.")
    secret_access_key: str = strawberry.field(description="It can never be read back.")

    __repr__ = _without_values


@strawberry.input(one_of=True, description="How to sign in to Amazon ECR. Exactly one.")
class EcrAuthenticationInput:
    iam_role: strawberry.Maybe[EcrIamRoleInput] = strawberry.field(
        description="The role of the machine or pod Chartroom runs on (EC2 instance role, IRSA, EKS Pod Identity)."
    )
    access_key: strawberry.Maybe[EcrAccessKeyInput] = strawberry.field(description="An access key of an IAM user.")

    def credential(self) -> Credential:
        if self.iam_role is not None:
            role = self.iam_role.value
            return EcrIamRole(_given(role.assume_role_arn), _given(role.external_id))
        assert self.access_key is not None, "@oneOf lets no empty one through"
        key = self.access_key.value
        return EcrAccessKey(key.access_key_id.strip(), Secret(key.secret_access_key.strip()))


@strawberry.input(description="Amazon ECR, private or public.")
class EcrInput:
    registry_url: str = strawberry.field(description="xxxxxxxxxxxx.dkr.ecr.<region>.amazonaws.com, or public.ecr.aws")
    authentication: EcrAuthenticationInput | None = strawberry.field(
        default=None, description="Needed where the registry is private."
    )

    def choice(self, path: Path) -> ProviderChoice:
        credential = self.authentication.credential() if self.authentication else None
        return ProviderChoice(Provider.ECR, path, self.registry_url, "registryUrl", credential, "authentication")


# ── Azure Container Registry ──


@strawberry.input(description="An application of Microsoft Entra ID with a client secret.")
class AzureServicePrincipalInput:
    tenant_id: str = strawberry.field(description="Directory (tenant) id.")
    client_id: str = strawberry.field(description="Application (client) id.")
    client_secret: str = strawberry.field(description="The secret's value, not its id. It can never be read back.")

    __repr__ = _without_values


@strawberry.input(description="The identity of the machine or pod that Chartroom runs on.")
class AzureManagedIdentityInput:
    client_id: str | None = strawberry.field(
        default=None, description="Of a user-assigned identity; null: the system's, or workload identity."
    )


@strawberry.input(one_of=True, description="How to sign in to Azure. Exactly one.")
class AzureAuthenticationInput:
    username_password: strawberry.Maybe[UsernamePasswordInput] = strawberry.field(
        description="Service principal, admin user or scope-map token."
    )
    service_principal: strawberry.Maybe[AzureServicePrincipalInput] = strawberry.field(
        description="Service principal, by Microsoft Entra ID."
    )
    managed_identity: strawberry.Maybe[AzureManagedIdentityInput] = strawberry.field(
        description="Managed identity or workload identity."
    )

    def credential(self, path: Path) -> Credential:
        """Raises Refusals."""
        if self.username_password is not None:
            return self.username_password.value.credential((*path, "usernamePassword"))
        if self.service_principal is not None:
            given = self.service_principal.value
            return AzureServicePrincipal(
                given.tenant_id.strip(), given.client_id.strip(), Secret(given.client_secret.strip())
            )
        assert self.managed_identity is not None, "@oneOf lets no empty one through"
        return AzureManagedIdentity(_given(self.managed_identity.value.client_id))


@strawberry.input(description="Azure Container Registry.")
class AzureInput:
    login_server: str = strawberry.field(description="xxx.azurecr.io")
    authentication: AzureAuthenticationInput | None = strawberry.field(
        default=None, description="Null: anonymously, where the registry allows it."
    )

    def choice(self, path: Path) -> ProviderChoice:
        credential = self.authentication.credential((*path, "authentication")) if self.authentication else None
        return ProviderChoice(Provider.AZURE, path, self.login_server, "loginServer", credential, "authentication")


# ── Google Artifact Registry ──


@strawberry.input(description="The identity of the machine or pod that Chartroom runs on.")
class GcpWorkloadIdentityInput:
    impersonate_service_account: str | None = strawberry.field(
        default=None, description="E-mail address of a service account to act as."
    )


@strawberry.input(one_of=True, description="How to sign in to Google Cloud. Exactly one.")
class ArtifactRegistryAuthenticationInput:
    service_account_json: strawberry.Maybe[str] = strawberry.field(
        description="The JSON key file's content; white space and the single quotes that some guides ask for "
        "do no harm."
    )
    workload_identity: strawberry.Maybe[GcpWorkloadIdentityInput] = strawberry.field(
        description="Workload identity, or the service account of the machine."
    )

    __repr__ = _without_values

    def credential(self) -> Credential:
        if self.service_account_json is not None:
            return GcpServiceAccount(Secret(self.service_account_json.value))
        assert self.workload_identity is not None, "@oneOf lets no empty one through"
        return GcpWorkloadIdentity(_given(self.workload_identity.value.impersonate_service_account))


@strawberry.input(description="Google Artifact Registry.")
class ArtifactRegistryInput:
    registry_url: str = strawberry.field(description="<region>-docker.pkg.dev")
    authentication: ArtifactRegistryAuthenticationInput | None = strawberry.field(
        default=None, description="Null: anonymously."
    )

    def choice(self, path: Path) -> ProviderChoice:
        credential = self.authentication.credential() if self.authentication else None
        return ProviderChoice(
            Provider.ARTIFACT_REGISTRY, path, self.registry_url, "registryUrl", credential, "authentication"
        )


# ── Quay ──


@strawberry.input(description="quay.io, or a Quay of one's own; without user name and token, anonymously.")
class QuayInput:
    registry_url: str = strawberry.field(default="quay.io", description="quay.io, or the host of a self-hosted Quay.")
    username: str | None = strawberry.field(
        default=None, description="Robot (namespace+name), user, $app or $oauthtoken."
    )
    token: str | None = strawberry.field(default=None, description="Robot token, encrypted password or password.")
    connection_security: ConnectionSecurity = strawberry.field(
        default=ConnectionSecurity.SECURE, description="For a self-hosted Quay."
    )
    ca_certificate: str | None = strawberry.field(default=None, description="PEM; needed for SECURE_WITH_CA.")

    __repr__ = _without_values

    def choice(self, path: Path) -> ProviderChoice:
        given = bool((self.username or "").strip()) or bool(self.token)
        credential = _pair(self.username or "", self.token or "", path, "token") if given else None
        return ProviderChoice(
            Provider.QUAY,
            path,
            self.registry_url,
            "registryUrl",
            credential,
            "username",
            self.connection_security,
            self.ca_certificate,
        )


@strawberry.input(one_of=True, description="Which provider, and what it needs. Exactly one.")
class ProviderInput:
    ecr: strawberry.Maybe[EcrInput] = strawberry.field(description="Amazon ECR.")
    docker_hub: strawberry.Maybe[DockerHubInput] = strawberry.field(description="Docker Hub.")
    azure: strawberry.Maybe[AzureInput] = strawberry.field(description="Azure Container Registry.")
    artifact_registry: strawberry.Maybe[ArtifactRegistryInput] = strawberry.field(
        description="Google Artifact Registry."
    )
    quay: strawberry.Maybe[QuayInput] = strawberry.field(description="quay.io, or a Quay of one's own.")
    other: strawberry.Maybe[OtherInput] = strawberry.field(description="Any other registry.")

    def choice(self) -> ProviderChoice:
        """Raises Refusals."""
        for member in fields(self):
            given: strawberry.Some[GivenProvider] | None = getattr(self, member.name)
            if given is not None:
                return given.value.choice((*_PROVIDER_PATH, to_camel_case(member.name)))
        raise AssertionError("@oneOf lets no empty one through")


def _given(text: str | None) -> str | None:
    """Forms send empty text where nothing was typed."""
    return (text or "").strip() or None


def _pair(username: str, password_or_token: str, path: Path, field: str = "passwordOrToken") -> UsernamePassword:
    """Raises Refusals where only one of the two was given."""
    refusals: list[Refusal] = []
    if not username.strip():
        refusals.append(Required("A password or token needs the user name it belongs to.", *path, "username"))
    if not password_or_token:
        refusals.append(Required("A user name needs its password or token.", *path, field))
    if refusals:
        raise Refusals(refusals)
    return UsernamePassword(username, Secret(password_or_token))
