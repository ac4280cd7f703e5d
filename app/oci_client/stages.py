"""The stages of a connection that is tried, and what came of them."""

from dataclasses import dataclass
from enum import StrEnum

from app.oci_client.errors import RegistryError


class StageKind(StrEnum):
    """In the order in which they are gone through."""

    ADDRESS = "ADDRESS"
    CONNECT = "CONNECT"
    TLS = "TLS"
    REGISTRY_API = "REGISTRY_API"
    LOGIN = "LOGIN"
    REPOSITORY = "REPOSITORY"


class StageOutcome(StrEnum):
    """SKIPPED: an earlier stage failed."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


@dataclass(frozen=True, slots=True)
class Stage:
    """What came of one stage.

    `message` is for people; `error` is set when it failed for the registry's reason.
    """

    kind: StageKind
    outcome: StageOutcome
    message: str
    repository: str | None = None
    milliseconds: int | None = None
    error: RegistryError | None = None
