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
    # Its registry refuses to list repositories (_catalog), whoever asks.
    can_discover=False,
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

FORMS: Final = (DOCKER_HUB, OTHER)


@strawberry.type
class ProviderQueries:
    """Fields of Query."""

    @read_field(
        description="Every provider Chartroom speaks, with the fields its form needs: "
        "enough for a client to draw the Add Registry form."
    )
    def providers(self) -> list[ProviderInfo]:
        return list(FORMS)
