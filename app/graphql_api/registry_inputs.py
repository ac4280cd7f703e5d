"""What clients give to register or change a registry. Secrets become `Secret` here and go no further as text.

A provider is one input class with `choice`, one member of ProviderInput, and one entry in provider_forms.FORMS.
"""

from dataclasses import fields
from typing import Any, Protocol

import strawberry
from strawberry.utils.str_converters import to_camel_case

from app.domain.errors import Refusal, Refusals, Required
from app.graphql_api.paging import decode_id
from app.oci_client.credentials import Secret, UsernamePassword
from app.services.drafting import ProviderChoice, Registration
from app.services.registering import UNCHANGED, Change, Unchanged
from app.store.entities import ConnectionSecurity, Provider, Visibility

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


@strawberry.input(one_of=True, description="Which provider, and what it needs. Exactly one.")
class ProviderInput:
    docker_hub: strawberry.Maybe[DockerHubInput] = strawberry.field(description="Docker Hub.")
    other: strawberry.Maybe[OtherInput] = strawberry.field(description="Any other registry.")

    def choice(self) -> ProviderChoice:
        """Raises Refusals."""
        for member in fields(self):
            given: strawberry.Some[GivenProvider] | None = getattr(self, member.name)
            if given is not None:
                return given.value.choice((*_PROVIDER_PATH, to_camel_case(member.name)))
        raise AssertionError("@oneOf lets no empty one through")


@strawberry.input(description="A registry to register or to test.")
class RegisterRegistryInput:
    name: str = strawberry.field(description="Unique; may be changed later.")
    visibility: Visibility = strawberry.field(description="Whether it wants credentials.")
    provider: ProviderInput = strawberry.field(description="Who runs it, and how to sign in.")
    use_as_chart_repository: bool = strawberry.field(
        default=False, description="Whether its charts are brought into the store."
    )
    repositories: list[str] = strawberry.field(
        default_factory=list,
        description="username/chartname each; needed where useAsChartRepository is true, "
        "unless discovery is used later.",
    )
    sync_interval_seconds: int | None = strawberry.field(
        default=None, description="Seconds between two scheduled syncs; null: only by hand or webhook."
    )
    version_constraint: str | None = strawberry.field(
        default=None, description="Only versions inside this semver constraint are kept; null: all."
    )
    versions_kept: int | None = strawberry.field(
        default=None, description="At most this many newest versions are kept for each chart; null: all."
    )

    def registration(self) -> Registration:
        """Raises Refusals."""
        return Registration(
            name=self.name,
            visibility=self.visibility,
            choice=self.provider.choice(),
            use_as_chart_repository=self.use_as_chart_repository,
            repositories=self.repositories,
            sync_interval_seconds=self.sync_interval_seconds,
            version_constraint=self.version_constraint or None,
            versions_kept=self.versions_kept,
        )


@strawberry.input(description="Absent fields stay as they are. Credentials are replaced whole or kept.")
class UpdateRegistryInput:
    id: strawberry.ID = strawberry.field(description="Which registry.")
    name: strawberry.Maybe[str | None] = strawberry.field(description="Its new name.")
    visibility: strawberry.Maybe[Visibility | None] = strawberry.field(description="Whether it wants credentials.")
    provider: strawberry.Maybe[ProviderInput | None] = strawberry.field(
        description="Who runs it. Without credentials those that are stored are kept, as long as the host stays."
    )
    use_as_chart_repository: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether its charts are brought into the store."
    )
    sync_interval_seconds: strawberry.Maybe[int | None] = strawberry.field(
        description="Seconds between two scheduled syncs; null: only by hand or webhook."
    )
    version_constraint: strawberry.Maybe[str | None] = strawberry.field(
        description="Only versions inside this semver constraint are kept; null: all."
    )
    versions_kept: strawberry.Maybe[int | None] = strawberry.field(
        description="At most this many newest versions are kept for each chart; null: all."
    )

    def change(self) -> Change:
        """Raises BadId, Refusals."""
        cannot_be_null = ("name", "visibility", "provider", "use_as_chart_repository")
        if refusals := [_needed(name) for name in cannot_be_null if _is_null(getattr(self, name))]:
            raise Refusals(refusals)
        provider = _value(self.provider)
        constraint = _value(self.version_constraint)
        return Change(
            registry_id=decode_id(self.id, "Registry"),
            name=_value(self.name),
            visibility=_value(self.visibility),
            choice=provider if provider is UNCHANGED else provider.choice(),
            use_as_chart_repository=_value(self.use_as_chart_repository),
            sync_interval_seconds=_value(self.sync_interval_seconds),
            version_constraint=constraint if constraint is UNCHANGED else constraint or None,
            versions_kept=_value(self.versions_kept),
        )


def _value(given: strawberry.Some[Any] | None) -> Any | Unchanged:
    return UNCHANGED if given is None else given.value


def _is_null(given: strawberry.Some[Any] | None) -> bool:
    return given is not None and given.value is None


def _needed(name: str) -> Refusal:
    shown = to_camel_case(name)
    return Required(f"{shown} cannot be null; leave it out to keep it as it is.", "input", shown)


def _pair(username: str, password_or_token: str, path: Path) -> UsernamePassword:
    """Raises Refusals where only one of the two was given."""
    refusals: list[Refusal] = []
    if not username.strip():
        refusals.append(Required("A password or token needs the user name it belongs to.", *path, "username"))
    if not password_or_token:
        refusals.append(Required("A user name needs its password or token.", *path, "passwordOrToken"))
    if refusals:
        raise Refusals(refusals)
    return UsernamePassword(username, Secret(password_or_token))
