"""What a client needs to draw the form of each provider. One entry for each provider that Chartroom speaks today.

A field's name is the name of an input field: of the member of ProviderInput, or of what its `inputPath` leads to.
"""

from typing import Final

import strawberry

from app.graphql_api.permissions import read_field
from app.store.entities import Authentication, ConnectionSecurity, Provider


@strawberry.type(description="One field of a form.")
class CredentialField:
    name: str = strawberry.field(description="As in the input type.")
    label: str = strawberry.field(description="For people.")
    secret: bool = strawberry.field(description="Not to be shown while it is typed; it can never be read back.")
    required: bool = strawberry.field(description="Whether it must be given with this authentication.")
    multiline: bool = strawberry.field(description="Whether it is a text of several lines.")
    help: str | None = strawberry.field(description="What to put in, and where to find it.")


@strawberry.type(description="A kind of credentials that a provider takes.")
class AuthenticationInfo:
    authentication: Authentication = strawberry.field(description="Which kind.")
    label: str = strawberry.field(description="For people.")
    input_path: list[str] = strawberry.field(
        description="Where in the provider's member the fields go, e.g. [authentication]; empty: the member itself."
    )
    fields: list[CredentialField] = strawberry.field(description="What it needs, in the order of the form.")


@strawberry.type(description="A provider that Chartroom speaks, and what its form needs.")
class ProviderInfo:
    provider: Provider = strawberry.field(description="Which one.")
    label: str = strawberry.field(description="As people call it, e.g. Amazon ECR.")
    input_name: str = strawberry.field(description="Its member of ProviderInput.")
    host_field: CredentialField | None = strawberry.field(
        description="The member's field for the host; null: there is only one host."
    )
    default_host: str | None = strawberry.field(
        description="Prefilled host, where there is only one, e.g. registry-1.docker.io."
    )
    host_example: str | None = strawberry.field(description="What a host looks like.")
    documentation_url: str = strawberry.field(description="Where the provider explains its registries.")
    authentications: list[AuthenticationInfo] = strawberry.field(description="The usual one first.")
    connection_securities: list[ConnectionSecurity] = strawberry.field(
        description="What may be chosen as connectionSecurity; SECURE_WITH_CA needs caCertificate, in PEM. "
        "Where there is one only, the member has no such fields."
    )
    can_discover: bool = strawberry.field(description="Whether discoverRepositories works, given the right permission.")


ANONYMOUS: Final = AuthenticationInfo(
    authentication=Authentication.ANONYMOUS, label="None (public repositories)", input_path=[], fields=[]
)
USERNAME: Final = CredentialField(
    name="username", label="User name", secret=False, required=True, multiline=False, help=None
)


def password(explanation: str) -> CredentialField:
    return CredentialField(
        name="passwordOrToken",
        label="Password or access token",
        secret=True,
        required=True,
        multiline=False,
        help=explanation,
    )


DOCKER_HUB: Final = ProviderInfo(
    provider=Provider.DOCKER_HUB,
    label="Docker Hub",
    input_name="dockerHub",
    host_field=None,
    default_host="registry-1.docker.io",
    host_example=None,
    documentation_url="https://docs.docker.com/docker-hub/",
    authentications=[
        AuthenticationInfo(
            authentication=Authentication.USERNAME_PASSWORD,
            label="User name and access token",
            input_path=[],
            fields=[
                USERNAME,
                password(
                    "A personal access token with read permission (Account settings, Personal access tokens). "
                    "The password works too, unless two-factor or single sign-on is on."
                ),
            ],
        ),
        ANONYMOUS,
    ],
    connection_securities=[ConnectionSecurity.SECURE],
    # Its registry lists nothing; its API lists the namespaces that are asked for.
    can_discover=True,
)

OTHER: Final = ProviderInfo(
    provider=Provider.OTHER,
    label="Other",
    input_name="other",
    host_field=CredentialField(
        name="registryUrl",
        label="Registry",
        secret=False,
        required=True,
        multiline=False,
        help="Host, with its port where it is not 443; no scheme.",
    ),
    default_host=None,
    host_example="registry.example.com:5000",
    documentation_url="https://github.com/opencontainers/distribution-spec/blob/main/spec.md",
    authentications=[
        AuthenticationInfo(
            authentication=Authentication.USERNAME_PASSWORD,
            label="User name and password",
            input_path=["authentication"],
            fields=[USERNAME, password("An access token with permission to pull, where the registry has such.")],
        ),
        ANONYMOUS,
    ],
    connection_securities=list(ConnectionSecurity),
    can_discover=True,
)


def field(name: str, label: str, explanation: str | None = None, **flags: bool) -> CredentialField:
    """Required, short and no secret, unless `flags` say otherwise."""
    return CredentialField(
        name=name,
        label=label,
        secret=flags.get("secret", False),
        required=flags.get("required", True),
        multiline=flags.get("multiline", False),
        help=explanation,
    )


ECR: Final = ProviderInfo(
    provider=Provider.ECR,
    label="Amazon ECR",
    input_name="ecr",
    host_field=field("registryUrl", "Registry", "Of your account and region, or public.ecr.aws."),
    default_host=None,
    host_example="123456789012.dkr.ecr.eu-central-1.amazonaws.com",
    documentation_url="https://docs.aws.amazon.com/AmazonECR/latest/userguide/",
    authentications=[
        AuthenticationInfo(
            authentication=Authentication.ECR_IAM_ROLE,
            label="IAM role of where Chartroom runs",
            input_path=["authentication", "iamRole"],
            fields=[
                field("assumeRoleArn", "Role to assume", "An ARN; empty: the role itself is used.", required=False),
                field("externalId", "External id", "Where the role to assume wants one.", required=False),
            ],
        ),
        AuthenticationInfo(
            authentication=Authentication.ECR_ACCESS_KEY,
            label="Access key",
            input_path=["authentication", "accessKey"],
            fields=[
                field("accessKeyId", "Access key id", "Of an IAM user with the policy of our documentation."),
                field("secretAccessKey", "Secret access key", secret=True),
            ],
        ),
        ANONYMOUS,
    ],
    connection_securities=[ConnectionSecurity.SECURE],
    can_discover=True,
)

AZURE: Final = ProviderInfo(
    provider=Provider.AZURE,
    label="Azure Container Registry",
    input_name="azure",
    host_field=field("loginServer", "Login server", "As the registry's overview page in the portal shows it."),
    default_host=None,
    host_example="myregistry.azurecr.io",
    documentation_url="https://learn.microsoft.com/azure/container-registry/",
    authentications=[
        AuthenticationInfo(
            authentication=Authentication.USERNAME_PASSWORD,
            label="User name and password",
            input_path=["authentication", "usernamePassword"],
            fields=[
                field("username", "User name", "Application id, name of the admin user, or name of a token."),
                password("Client secret, admin password, or password of the token."),
            ],
        ),
        AuthenticationInfo(
            authentication=Authentication.AZURE_SERVICE_PRINCIPAL,
            label="Service principal",
            input_path=["authentication", "servicePrincipal"],
            fields=[
                field("tenantId", "Tenant id", "Directory id of Microsoft Entra ID."),
                field("clientId", "Client id", "Application id. It needs the role AcrPull."),
                field("clientSecret", "Client secret", "The value, not the secret's id.", secret=True),
            ],
        ),
        AuthenticationInfo(
            authentication=Authentication.AZURE_MANAGED_IDENTITY,
            label="Managed or workload identity",
            input_path=["authentication", "managedIdentity"],
            fields=[
                field("clientId", "Client id", "Of a user-assigned identity; empty: the system's.", required=False)
            ],
        ),
        ANONYMOUS,
    ],
    connection_securities=[ConnectionSecurity.SECURE],
    can_discover=True,
)

ARTIFACT_REGISTRY: Final = ProviderInfo(
    provider=Provider.ARTIFACT_REGISTRY,
    label="Google Artifact Registry",
    input_name="artifactRegistry",
    host_field=field("registryUrl", "Registry", "The location's host; project and repository belong to the paths."),
    default_host=None,
    host_example="europe-west1-docker.pkg.dev",
    documentation_url="https://cloud.google.com/artifact-registry/docs",
    authentications=[
        AuthenticationInfo(
            authentication=Authentication.GCP_SERVICE_ACCOUNT,
            label="Service account key",
            input_path=["authentication"],
            fields=[
                field(
                    "serviceAccountJson",
                    "Key file (JSON)",
                    "Paste it as it is. The account needs roles/artifactregistry.reader.",
                    secret=True,
                    multiline=True,
                )
            ],
        ),
        AuthenticationInfo(
            authentication=Authentication.GCP_WORKLOAD_IDENTITY,
            label="Workload identity",
            input_path=["authentication", "workloadIdentity"],
            fields=[
                field(
                    "impersonateServiceAccount",
                    "Service account to act as",
                    "Its e-mail address; empty: the identity itself is used.",
                    required=False,
                )
            ],
        ),
        ANONYMOUS,
    ],
    connection_securities=[ConnectionSecurity.SECURE],
    can_discover=True,
)

QUAY: Final = ProviderInfo(
    provider=Provider.QUAY,
    label="Quay",
    input_name="quay",
    host_field=field("registryUrl", "Registry", "quay.io, or the host of your own Quay."),
    default_host="quay.io",
    host_example="quay.example.com",
    documentation_url="https://docs.projectquay.io/",
    authentications=[
        AuthenticationInfo(
            authentication=Authentication.USERNAME_PASSWORD,
            label="Robot or user",
            input_path=[],
            fields=[
                field("username", "User name", "A robot (namespace+name), a user, $app or $oauthtoken."),
                field("token", "Token", "The robot's token, an encrypted password, or the OAuth token.", secret=True),
            ],
        ),
        ANONYMOUS,
    ],
    connection_securities=list(ConnectionSecurity),
    can_discover=True,
)

FORMS: Final = (ECR, DOCKER_HUB, AZURE, ARTIFACT_REGISTRY, QUAY, OTHER)


@strawberry.type
class ProviderQueries:
    """Fields of Query."""

    @read_field(
        description="Every provider Chartroom speaks, with the fields its form needs: "
        "enough for a client to draw the Add Registry form."
    )
    def providers(self) -> list[ProviderInfo]:
        return list(FORMS)
