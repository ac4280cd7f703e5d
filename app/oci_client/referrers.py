"""What refers to a manifest: signatures, attestations and the like.

Source: distribution-spec 1.1, Listing Referrers, and its tag schema for registries that do not list them.
"""

from dataclasses import dataclass
from typing import Any, Final

from app.oci_client.answers import Asked, Subject, parse_object
from app.oci_client.client import RegistryClient
from app.oci_client.errors import (
    CredentialsRefused,
    ManifestNotFound,
    PermissionDenied,
    RepositoryNotFound,
    UnexpectedAnswer,
)
from app.oci_client.manifest import OCI_INDEX
from app.oci_client.reference import is_digest

# Registries send a page of 100 or so; what is signed has a few.
_LISTED_MAX: Final = 200
_ANSWER_MAX_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Referrer:
    """A manifest that names another as its subject. `artifact_type` is empty where nothing says it."""

    digest: str
    artifact_type: str


async def list_referrers(client: RegistryClient, repository: str, digest: str) -> tuple[Referrer, ...] | None:
    """The first page of them; None where the registry does not list referrers. Raises RegistryError."""
    subject = Subject(Asked.MANIFEST, repository, digest)
    try:
        answer = await client.caller.fetch(
            f"/v2/{repository}/referrers/{digest}",
            scope=f"repository:{repository}:pull",
            subject=subject,
            headers={"Accept": OCI_INDEX},
            max_bytes=_ANSWER_MAX_BYTES,
        )
        return referrers_in(await parse_object(answer, str(client.host), subject))
    except (ManifestNotFound, RepositoryNotFound, PermissionDenied, CredentialsRefused):
        # What an unknown path under /v2/ gets differs from registry to registry.
        return None
    except UnexpectedAnswer as error:
        if error.temporary:
            raise
        return None


def referrers_in(index: Any) -> tuple[Referrer, ...]:
    """Those that an index lists; what is no descriptor in it is passed over."""
    entries = index.get("manifests") if isinstance(index, dict) else None
    found: list[Referrer] = []
    for entry in entries[:_LISTED_MAX] if isinstance(entries, list) else ():
        digest = entry.get("digest") if isinstance(entry, dict) else None
        if isinstance(digest, str) and is_digest(digest):
            artifact_type = entry.get("artifactType")
            found.append(Referrer(digest, artifact_type if isinstance(artifact_type, str) else ""))
    return tuple(found)
