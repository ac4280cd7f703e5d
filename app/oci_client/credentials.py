"""One class for each kind of credential; a secret does not print itself.

What a credential is presented as (a password, a signed request, an exchanged token) is the provider's affair.
"""

import base64
import hmac
from dataclasses import dataclass
from typing import NoReturn

MASK = "***"


class Secret:
    """Text that shows as *** wherever it is printed, logged or compared, and that cannot be pickled."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that sends or seals it."""
        return self._text

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret cannot be pickled.")


@dataclass(frozen=True, slots=True)
class Anonymous:
    """No credential: what a public registry wants."""


@dataclass(frozen=True, slots=True)
class UsernamePassword:
    """A user and a password or token, as Docker Hub, Quay, Azure and most others take them."""

    username: str
    password: Secret


@dataclass(frozen=True, slots=True)
class EcrAccessKey:
    access_key_id: str
    secret_access_key: Secret


@dataclass(frozen=True, slots=True)
class EcrIamRole:
    """The role of the machine itself, or one that it may assume."""

    assume_role_arn: str | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class AzureServicePrincipal:
    tenant_id: str
    client_id: str
    client_secret: Secret


@dataclass(frozen=True, slots=True)
class AzureManagedIdentity:
    """The machine's identity; `client_id` chooses one where it has several."""

    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class GcpServiceAccount:
    """The JSON key file as Google gives it, whole."""

    key_json: Secret


@dataclass(frozen=True, slots=True)
class GcpWorkloadIdentity:
    """The identity of the machine or pod, or the service account, an e-mail address, that it may act as."""

    impersonate_service_account: str | None = None


Credential = (
    Anonymous
    | UsernamePassword
    | EcrAccessKey
    | EcrIamRole
    | AzureServicePrincipal
    | AzureManagedIdentity
    | GcpServiceAccount
    | GcpWorkloadIdentity
)


@dataclass(frozen=True, slots=True)
class Login:
    """What a credential is presented as at `/v2/` and at token endpoints.

    `lifetime_seconds`: None when it holds until someone changes it. `as_bearer`: the password is itself the token
    that `/v2/` takes, so that no token endpoint is asked.
    """

    username: str
    password: Secret
    lifetime_seconds: float | None = None
    as_bearer: bool = False

    def basic_header(self) -> str:
        """The value of `Authorization`. Source: RFC 7617."""
        pair = f"{self.username}:{self.password.reveal()}"
        return "Basic " + base64.b64encode(pair.encode()).decode("ascii")
