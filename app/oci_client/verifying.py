"""Bytes checked against what was promised, while they flow."""

import hashlib

from app.oci_client.errors import DigestMismatch
from app.oci_client.manifest import Descriptor


def digest_of(body: bytes, algorithm: str = "sha256") -> str:
    """The digest of `body`, as `sha256:…`."""
    return f"{algorithm}:{hashlib.new(algorithm, body).hexdigest()}"


class BlobVerifier:
    """Takes a blob piece by piece; no byte beyond the promised size is let through."""

    def __init__(self, descriptor: Descriptor, *, host: str, repository: str) -> None:
        self._descriptor = descriptor
        self._host = host
        self._repository = repository
        self._hash = hashlib.new(descriptor.digest.partition(":")[0])
        self._bytes_seen = 0

    def announce(self, content_length: int | None) -> None:
        """Raises DigestMismatch when the registry announces another size than the manifest."""
        if content_length is not None and content_length != self._descriptor.size:
            raise self._mismatch(f"the registry announces {content_length} bytes")

    def feed(self, piece: bytes) -> bytes:
        """`piece`, once it is known not to go beyond the promised size."""
        self._bytes_seen += len(piece)
        if self._bytes_seen > self._descriptor.size:
            raise self._mismatch("the registry sends more")
        self._hash.update(piece)
        return piece

    def finish(self) -> None:
        """Raises DigestMismatch unless all bytes came, and are those that were promised."""
        if self._bytes_seen < self._descriptor.size:
            raise self._mismatch(f"the registry sent {self._bytes_seen}", temporary=True)
        if self._hash.hexdigest() != self._descriptor.digest.partition(":")[2]:
            raise DigestMismatch(
                f"{self._host} sent other bytes for {self._repository} than {self._descriptor.digest}.",
                host=self._host,
                repository=self._repository,
                reference=self._descriptor.digest,
            )

    def _mismatch(self, what: str, temporary: bool = False) -> DigestMismatch:
        return DigestMismatch(
            f"The blob {self._descriptor.digest} of {self._repository} at {self._host} has "
            f"{self._descriptor.size} bytes by its manifest, but {what}.",
            host=self._host,
            repository=self._repository,
            reference=self._descriptor.digest,
            temporary=temporary,
        )
