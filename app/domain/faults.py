"""Faults: failure as data. A broken chart version is a row that people can read, not an exception."""

from dataclasses import dataclass
from enum import StrEnum


class FaultCode(StrEnum):
    """What went wrong, for machines. The names are those of the schema's SyncFaultCode."""

    REGISTRY_UNREACHABLE = "REGISTRY_UNREACHABLE"
    TLS_FAILED = "TLS_FAILED"
    CREDENTIALS_REFUSED = "CREDENTIALS_REFUSED"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    REPOSITORY_NOT_FOUND = "REPOSITORY_NOT_FOUND"
    RATE_LIMITED = "RATE_LIMITED"
    TIMED_OUT = "TIMED_OUT"
    REGISTRY_ERROR = "REGISTRY_ERROR"
    DIGEST_MISMATCH = "DIGEST_MISMATCH"
    TOO_LARGE = "TOO_LARGE"
    MALFORMED_MANIFEST = "MALFORMED_MANIFEST"
    MALFORMED_CHART = "MALFORMED_CHART"
    UNSUPPORTED_CHART = "UNSUPPORTED_CHART"
    INTERNAL = "INTERNAL"


REGISTRY_WIDE = frozenset(
    {
        FaultCode.REGISTRY_UNREACHABLE,
        FaultCode.TLS_FAILED,
        FaultCode.CREDENTIALS_REFUSED,
        FaultCode.RATE_LIMITED,
    }
)
"""Faults that every further request to the registry would meet alike: whoever meets one stops asking."""


OF_WHAT_WAS_PUBLISHED = frozenset(
    {
        FaultCode.DIGEST_MISMATCH,
        FaultCode.TOO_LARGE,
        FaultCode.MALFORMED_MANIFEST,
        FaultCode.MALFORMED_CHART,
        FaultCode.UNSUPPORTED_CHART,
    }
)
"""Faults that the same digest brings again, however often it is pulled."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What failed, about what, and whether the next sync may do better without anyone acting."""

    code: FaultCode
    message: str
    temporary: bool
    repository: str | None = None
    tag: str | None = None
    digest: str | None = None

    @property
    def lasting(self) -> bool:
        """Whether nothing but another digest under the tag is likely to mend it."""
        return self.code in OF_WHAT_WAS_PUBLISHED and not self.temporary and None not in (self.tag, self.digest)
