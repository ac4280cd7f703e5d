"""All keys and identities that this store trusts, and what they say of a version's signatures."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.signatures import Verdict, Verification
from app.signatures import cosign
from app.signatures.cosign import CosignKey, read_cosign_keys
from app.signatures.keyless import CERTIFICATE_ANNOTATION, Keyless, is_keyless, read_keyless
from app.signatures.keyrings import Keyring, read_keyrings


@dataclass(frozen=True)
class Trust:
    """`name` is another one whenever a key or an identity comes or goes: what was checked before is checked again."""

    keyring: Keyring = field(default_factory=lambda: Keyring(()))
    cosign_keys: tuple[CosignKey, ...] = ()
    keyless: Keyless = field(default_factory=Keyless)

    @property
    def name(self) -> str:
        """64 hex digits."""
        keys = sorted(key.fingerprint for key in self.cosign_keys)
        trusted = [*self.keyring.fingerprints, *keys, *self.keyless.fingerprints]
        return hashlib.sha256("\n".join(trusted).encode()).hexdigest()

    def verify_bundle(self, bundle: bytes, manifest_digest: str) -> Verdict | None:
        """Of a Sigstore bundle, by key or keyless; None where it signs nothing."""
        verdict = cosign.verify_bundle(bundle, manifest_digest, self.cosign_keys)
        if verdict is not None and is_keyless(bundle):
            return self.keyless.verify_bundle(bundle, manifest_digest)
        return verdict

    def verify_payload(self, payload: bytes, annotations: Mapping[str, str], manifest_digest: str) -> Verdict:
        """Of a payload with its signature beside it, by key or keyless."""
        signature = annotations.get(cosign.SIGNATURE_ANNOTATION, "")
        if CERTIFICATE_ANNOTATION not in annotations:
            return cosign.verify_simple_signing(payload, signature, manifest_digest, self.cosign_keys)
        try:
            decoded = base64.b64decode(signature, validate=True)
        except binascii.Error:
            return Verdict(Verification.INVALID, None, "The cosign signature is no base64.")
        return self.keyless.verify_payload(payload, decoded, annotations, manifest_digest)


def read_trust(
    keyrings: str | None,
    cosign_keys: str | None,
    sigstore_trusted_root: Path | None = None,
    sigstore_identities: str | None = None,
) -> Trust:
    """From the settings. Raises KeyUnusable."""
    return Trust(
        Keyring(read_keyrings(keyrings or "")),
        tuple(read_cosign_keys(cosign_keys or "")),
        read_keyless(sigstore_trusted_root, sigstore_identities),
    )
