"""One way of signing in at one provider, as the contract test runs it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from app.oci_client.credentials import Credential
from app.oci_client.errors import PermissionDenied, RegistryError, RepositoryNotFound
from app.oci_client.provider import Provider
from tests.lab.registry import LabRegistry
from tests.lab.server import Lab


@dataclass(frozen=True)
class ContractCase:
    """Each lab module exports CONTRACT_CASES, a list of these. Requests are counted over all hosts of the lab."""

    name: str
    """Such as "ecr-access-key"; the test's id."""
    provider: Provider
    host: str
    build: Callable[[Lab], LabRegistry]
    """Adds every host that this case needs, with `fill(registry, account, repository, forbidden)` in it."""
    credential: Credential
    wrong: Credential | None
    """Refused with CREDENTIALS_REFUSED; None where nothing can be wrong (anonymous)."""
    repository: str
    forbidden: str
    """It is there, and this credential may not read it."""
    missing: str
    """There is no such repository."""
    missing_error: type[RegistryError] = RepositoryNotFound
    forbidden_error: type[RegistryError] = PermissionDenied
    discovers: Mapping[str, bool | None] | type[RegistryError] = field(default_factory=dict)
    """Every repository found, with what is known of its holding charts; or the error."""
    namespaces: tuple[str, ...] = ()
    """What discovery is told to look into."""
    listing_requests_for_1000_tags: int | None = None
    """Requests over all hosts of a second listing by a client that has listed before; None: not promised."""
    tells_digests: bool = True
    """The listing gives digests."""
    belongs_to: tuple[str, ...] | None = None
    """Hosts that may see the credential's secrets; None: all that take credentials."""
    expire: Callable[[Lab], None] = Lab.expire_tokens
    """Makes what the registry was signed in with end on the server's side, so that the next request is refused."""
    renews: bool = True
    """Whether there is anything to renew."""
    around: Callable[[Lab], AbstractContextManager[None]] = field(default=lambda lab: nullcontext())
    """Something that must hold while the case runs, after `build`: environment variables, files."""
