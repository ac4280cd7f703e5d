"""Everything oci_client can raise.

OciClientError
├── InvalidInput                what a person typed; no registry was asked
│   ├── InvalidRegistryHost
│   ├── InvalidRepositoryName
│   ├── InvalidReference
│   ├── InvalidCaCertificate
│   └── InvalidCredential
└── RegistryError               what a registry did, or did not do
    ├── RegistryUnreachable     REGISTRY_UNREACHABLE
    │   ├── NameNotResolved
    │   ├── ConnectionRefused
    │   └── AddressRefused      by our own address guard
    ├── TlsFailed               TLS_FAILED
    │   └── TlsNotSpoken        plain http, as a rule
    ├── CredentialsRefused      CREDENTIALS_REFUSED
    ├── PermissionDenied        PERMISSION_DENIED
    ├── RepositoryNotFound      REPOSITORY_NOT_FOUND
    ├── RateLimited             RATE_LIMITED
    ├── TimedOut                TIMED_OUT
    ├── UnexpectedAnswer        REGISTRY_ERROR
    │   ├── ManifestNotFound
    │   └── BlobNotFound
    ├── DigestMismatch          DIGEST_MISMATCH
    ├── TooLarge                TOO_LARGE
    └── MalformedManifest       MALFORMED_MANIFEST

No message, attribute or chained cause holds a secret: they are built from host, repository, reference and
text of the registry that was cleaned and scrubbed of every secret we sent.
"""

from datetime import datetime
from typing import ClassVar


class OciClientError(Exception):
    """Whatever this package refuses."""


class InvalidInput(OciClientError, ValueError):
    """What was typed cannot be used; the message says what to type instead."""


class InvalidRegistryHost(InvalidInput):
    """Not a host, or more than a host."""


class InvalidRepositoryName(InvalidInput):
    """Not a path that a registry could hold."""


class InvalidReference(InvalidInput):
    """Not a reference. `reason` is the name that distribution/reference gives the same fault."""

    def __init__(self, message: str, reason: str = "ErrReferenceInvalidFormat") -> None:
        super().__init__(message, reason)
        self.message = message
        self.reason = reason

    def __str__(self) -> str:
        return self.message


class InvalidCaCertificate(InvalidInput):
    """Not a PEM certificate, or none that could sign anything."""


class InvalidCredential(InvalidInput):
    """A credential that this provider cannot sign in with."""


class RegistryError(OciClientError):
    """What a registry refused or failed at, about what, and whether another try may help without anyone
    acting.
    """

    code: ClassVar[str] = "REGISTRY_ERROR"
    temporary: bool = False
    # What was refused to these credentials may be open to everybody; some registries say no to a stale login first.
    may_be_public: bool = False

    def __init__(
        self,
        message: str,
        *,
        host: str = "",
        repository: str | None = None,
        reference: str | None = None,
        temporary: bool | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        """`retry_after_seconds` is what the registry asked for; never tried earlier."""
        super().__init__(message)
        self.host = host
        self.repository = repository
        self.reference = reference
        self.retry_after_seconds = retry_after_seconds
        if temporary is not None:
            self.temporary = temporary

    def __str__(self) -> str:
        return str(self.args[0])


class RegistryUnreachable(RegistryError):
    """No answer could be had: no connection, or one that broke."""

    code = "REGISTRY_UNREACHABLE"
    temporary = True


class NameNotResolved(RegistryUnreachable):
    """DNS does not know the host, or could not be asked."""


class ConnectionRefused(RegistryUnreachable):
    """Nothing listens there, or a firewall says no."""


class AddressRefused(RegistryUnreachable):
    """The address guard does not let us speak to where the name leads."""

    temporary = False

    def __init__(self, message: str, *, host: str = "", address: str = "") -> None:
        super().__init__(message, host=host)
        self.address = address


class TlsFailed(RegistryError):
    """No trusted TLS connection: expired, unknown CA, wrong name, or no TLS at all."""

    code = "TLS_FAILED"


class TlsNotSpoken(TlsFailed):
    """The host answers the handshake with something that is not TLS."""


class CredentialsRefused(RegistryError):
    """The registry does not take these credentials, or wants some where none were given."""

    code = "CREDENTIALS_REFUSED"


class PermissionDenied(RegistryError):
    """Signed in, but not let in; many registries say the same of a repository that does not exist."""

    code = "PERMISSION_DENIED"


class RepositoryNotFound(RegistryError):
    """The registry says that there is no such repository."""

    code = "REPOSITORY_NOT_FOUND"


class RateLimited(RegistryError):
    """Too many requests. `until` is when the registry is willing again, where it said so."""

    code = "RATE_LIMITED"
    temporary = True
    until: datetime | None = None


class TimedOut(RegistryError):
    """Too slow: connecting, answering, or the body arriving below the least throughput."""

    code = "TIMED_OUT"
    temporary = True


class UnexpectedAnswer(RegistryError):
    """An answer that no registry should give: 5xx, HTML with 200, a redirect nobody may follow."""

    code = "REGISTRY_ERROR"
    status: int | None = None


class ManifestNotFound(UnexpectedAnswer):
    """The tag or digest is gone; as a rule it moved or was deleted since it was listed."""

    temporary = True


class BlobNotFound(UnexpectedAnswer):
    """The manifest names a blob that the registry does not hold."""


class DigestMismatch(RegistryError):
    """The bytes are not the bytes that were asked for. Temporary when they were only cut short."""

    code = "DIGEST_MISMATCH"


class TooLarge(RegistryError):
    """More bytes, tags or pages than `ClientLimits` allows."""

    code = "TOO_LARGE"


class MalformedManifest(RegistryError):
    """A manifest that cannot be read in one way only."""

    code = "MALFORMED_MANIFEST"
