"""From what somebody typed to what can be stored: every value checked, all that is wrong told at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import ForbiddenAddress, Invalid, Refusal, Refusals, Required
from app.domain.semver_constraint import Constraint, InvalidConstraint
from app.oci_client.address_guard import AddressGuard
from app.oci_client.credentials import Anonymous, Credential
from app.oci_client.errors import (
    AddressRefused,
    InvalidCaCertificate,
    InvalidCredential,
    InvalidRegistryHost,
    InvalidRepositoryName,
)
from app.oci_client.reference import RegistryHost
from app.oci_client.tls import read_certificate
from app.services.connecting import Target
from app.store.entities import ConnectionSecurity, Provider, Visibility

if TYPE_CHECKING:
    from app.oci_client.provider import Provider as ProviderWays

NAME_MAX_CHARACTERS = 200
REPOSITORIES_MAX = 1000  # of one request; add the others with a further one
INTERVAL_MIN_SECONDS = 60  # below that a registry's own limits answer first
INTERVAL_MAX_SECONDS = 90 * 24 * 3600
VERSIONS_KEPT_MAX = 100_000


@dataclass(frozen=True, slots=True)
class ProviderChoice:
    """The provider, and what was given for it. `path` is where in the arguments, for what is to be mended."""

    provider: Provider
    path: tuple[str, ...]
    host: str | None
    """As typed; None where the provider has only one."""
    host_field: str
    credential: Credential | None
    credential_field: str
    connection_security: ConnectionSecurity = ConnectionSecurity.SECURE
    ca_certificate: str | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """A registry as somebody typed it."""

    name: str
    visibility: Visibility
    choice: ProviderChoice
    use_as_chart_repository: bool = False
    repositories: Sequence[str] = ()
    sync_interval_seconds: int | None = None
    version_constraint: str | None = None
    versions_kept: int | None = None


class Drafting:
    """Checks. Nothing here asks a registry or the store."""

    def __init__(self, providers: "Mapping[Provider, ProviderWays]", guard: AddressGuard) -> None:
        self._providers = providers
        self._guard = guard

    def check(self, registration: Registration) -> tuple[Target, list[str]]:
        """Where to connect, and the full names of the repositories. Raises Refusals."""
        refusals: list[Refusal] = []
        refusals += self.check_name(registration.name)
        refusals += self.check_schedule(registration.sync_interval_seconds)
        refusals += self.check_policy(registration.version_constraint, registration.versions_kept)
        target, wrong = self.target(registration.choice, registration.visibility)
        refusals += wrong
        provider, host = registration.choice.provider, target.host if target else None
        names, wrong = self.repository_names(provider, host, registration.repositories, "input", "repositories")
        refusals += wrong
        if refusals or target is None:
            raise Refusals(refusals)
        return target, names

    def check_name(self, name: str) -> list[Refusal]:
        if not name.strip():
            return [Required("A registry needs a name to be told from others.", "input", "name")]
        if len(name) > NAME_MAX_CHARACTERS or not name.isprintable():
            return [
                Invalid(f"A name has at most {NAME_MAX_CHARACTERS} characters, all of them printable.", "input", "name")
            ]
        return []

    def check_schedule(self, interval_seconds: int | None) -> list[Refusal]:
        if interval_seconds is None or INTERVAL_MIN_SECONDS <= interval_seconds <= INTERVAL_MAX_SECONDS:
            return []
        return [
            Invalid(
                f"syncIntervalSeconds must be {INTERVAL_MIN_SECONDS} to {INTERVAL_MAX_SECONDS}, "
                "or null to sync only by hand.",
                "input",
                "syncIntervalSeconds",
            )
        ]

    def check_policy(self, constraint: str | None, versions_kept: int | None) -> list[Refusal]:
        refusals: list[Refusal] = []
        if constraint is not None:
            try:
                Constraint.parse(constraint)
            except InvalidConstraint as error:
                refusals.append(
                    Invalid(f"{error} Expected is a constraint such as >=1.2 <3 or ^2.0.", "input", "versionConstraint")
                )
        if versions_kept is not None and not 1 <= versions_kept <= VERSIONS_KEPT_MAX:
            refusals.append(
                Invalid(f"versionsKept must be 1 to {VERSIONS_KEPT_MAX}, or null for all.", "input", "versionsKept")
            )
        return refusals

    def repository_names(
        self, provider: Provider, host: RegistryHost | None, given: Sequence[str], *field: str
    ) -> tuple[list[str], list[Refusal]]:
        """Full names, each once, in the order given; and what is wrong with the others.

        `host` is None where what was typed for it is none.
        """
        if len(given) > REPOSITORIES_MAX:
            return [], [Invalid(f"At most {REPOSITORIES_MAX} repositories at once; add the others later.", *field)]
        names: dict[str, None] = {}
        refusals: list[Refusal] = []
        for place, text in enumerate(given):
            try:
                names[self._providers[provider].parse_repository(text, host)] = None
            except InvalidRepositoryName as error:
                refusals.append(Invalid(str(error), *field, str(place)))
        return list(names), refusals

    def target(self, choice: ProviderChoice, visibility: Visibility) -> tuple[Target | None, list[Refusal]]:
        """Where and how to connect. None where something is refused."""
        host, refusals = self._host(choice)
        refusals += self._certificate(choice)
        refusals += self._wrong_credential(choice)
        credential = choice.credential
        if credential is None or isinstance(credential, Anonymous):
            credential = Anonymous()
            if visibility is Visibility.PRIVATE:
                refusals.append(
                    Required(
                        "A private registry needs credentials. Give them, or register it as PUBLIC.",
                        *choice.path,
                        choice.credential_field,
                    )
                )
        elif visibility is Visibility.PUBLIC:
            refusals.append(
                Invalid(
                    "A public registry is read without credentials. Leave them out, or register it as PRIVATE.",
                    *choice.path,
                    choice.credential_field,
                )
            )
        if refusals or host is None:
            return None, refusals
        return Target(choice.provider, host, credential, choice.connection_security, choice.ca_certificate), []

    def _wrong_credential(self, choice: ProviderChoice) -> list[Refusal]:
        if choice.credential is None:
            return []
        try:
            self._providers[choice.provider].check_credential(choice.credential)
        except InvalidCredential as error:
            return [Invalid(str(error), *choice.path, choice.credential_field)]
        return []

    def _host(self, choice: ProviderChoice) -> tuple[RegistryHost | None, list[Refusal]]:
        ways = self._providers[choice.provider]
        field = (*choice.path, choice.host_field)
        if choice.host is None:
            return ways.default_host, []
        try:
            host = ways.parse_host(choice.host)
        except InvalidRegistryHost as error:
            return None, [Invalid(str(error), *field)]
        if host.is_ip_literal or host.name == "localhost":
            # Other names are checked when they are connected to, for what they stand for then.
            address = "127.0.0.1" if host.name == "localhost" else host.name.strip("[]")
            try:
                self._guard.check(host.name, address)
            except AddressRefused as error:
                return None, [ForbiddenAddress(str(error), *field)]
        return host, []

    def _certificate(self, choice: ProviderChoice) -> list[Refusal]:
        field = (*choice.path, "caCertificate")
        if choice.connection_security is not ConnectionSecurity.SECURE_WITH_CA:
            if choice.ca_certificate:
                return [Invalid("A CA certificate goes with connectionSecurity SECURE_WITH_CA only.", *field)]
            return []
        if not choice.ca_certificate:
            return [Required("SECURE_WITH_CA needs the CA certificate, in PEM.", *field)]
        try:
            read_certificate(choice.ca_certificate)
        except InvalidCaCertificate as error:
            return [Invalid(str(error), *field)]
        return []
