"""Signatures by cosign with a key pair, in both of its forms.

Simple signing: a manifest whose layers are payloads, each with its signature in an annotation. Bundle: a manifest
whose layer is a Sigstore bundle around a DSSE envelope. Sources: cosign, specs/SIGNATURE_SPEC.md and
specs/BUNDLE_SPEC.md; secure-systems-lab/dsse, protocol.md; in-toto attestation framework, Statement v1.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.domain.signatures import Verdict, Verification
from app.signatures.keyrings import KeyUnusable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
BUNDLE_PREFIX = "application/vnd.dev.sigstore.bundle"
SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature"
_SIMPLE_SIGNING_TYPES = ("cosign container image signature", "https://sigstore.dev/cosign/sign/v1")
SIGN_PREDICATE = "https://sigstore.dev/cosign/sign/v1"
_IN_TOTO = "application/vnd.in-toto+json"
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CosignKey:
    """A public key; `name` tells people which: its file's name where it has one, and its SHA-256."""

    name: str
    fingerprint: str
    key: "PublicKeyTypes"

    def signed(self, signature: bytes, data: bytes) -> bool:
        """Whether `signature` is this key's over `data`. RSA as cosign uses it: PKCS #1 v1.5, SHA-256."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

        key = self.key
        try:
            if isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signature, data, ec.ECDSA(_hash_of(key.curve)))
            elif isinstance(key, ed25519.Ed25519PublicKey):
                key.verify(signature, data)
            elif isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            else:
                return False
        except InvalidSignature:
            return False
        return True


def _hash_of(curve: "ec.EllipticCurve") -> "hashes.HashAlgorithm":
    """By the size of the curve. Source: sigstore, pkg/signature/algorithm_registry.go."""
    from cryptography.hazmat.primitives import hashes

    by_bits: dict[int, hashes.HashAlgorithm] = {384: hashes.SHA384(), 521: hashes.SHA512()}
    return by_bits.get(curve.key_size, hashes.SHA256())


def read_cosign_keys(setting: str) -> list[CosignKey]:
    """Every key of a setting: paths between commas or line ends, PEM blocks among them. Raises KeyUnusable."""
    keys = [_key(block.encode(), "inline") for block in _PEM.findall(setting)]
    for path in _PEM.sub(",", setting).replace("\n", ",").split(","):
        if path.strip():
            try:
                data = Path(path.strip()).read_bytes()
            except OSError as error:
                raise KeyUnusable(f"The cosign key {path.strip()} cannot be read: {error.strerror}.") from error
            keys.append(_key(data, Path(path.strip()).name))
    return keys


def _key(pem: bytes, name: str) -> CosignKey:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, TypeError) as error:
        raise KeyUnusable(f"The cosign key {name} is no public key in PEM, as cosign.pub is.") from error
    if not isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey):
        raise KeyUnusable(f"The cosign key {name} is of a kind that cosign does not sign with.")
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    fingerprint = hashlib.sha256(der).hexdigest()
    return CosignKey(f"{name} (SHA-256 {fingerprint})", fingerprint, key)


def verify_simple_signing(
    payload: bytes, signature_base64: str, manifest_digest: str, keys: Sequence[CosignKey]
) -> Verdict:
    """Whether one of the keys signed the payload, and the payload speaks of this manifest."""
    signature = _decoded(signature_base64)
    if signature is None:
        return Verdict(Verification.INVALID, None, "The cosign signature is no base64.")
    signer = next((key for key in keys if key.signed(signature, payload)), None)
    if signer is None:
        return _nobody(keys)
    if not speaks_of(payload, manifest_digest):
        digest = _object(_critical(payload).get("image")).get("docker-manifest-digest")
        return Verdict(Verification.INVALID, None, f"The cosign signature is of something else: {_short(digest)}.")
    return Verdict(Verification.VERIFIED, signer.name, "cosign signature, verified by key.")


def speaks_of(payload: bytes, manifest_digest: str) -> bool:
    """Whether this is what cosign signs to say that somebody signed this manifest."""
    critical = _critical(payload)
    named = _object(critical.get("image")).get("docker-manifest-digest")
    return named == manifest_digest and critical.get("type") in _SIMPLE_SIGNING_TYPES


def _critical(payload: bytes) -> dict[str, Any]:
    return _object(_object(_parsed(payload)).get("critical"))


def verify_bundle(bundle: bytes, manifest_digest: str, keys: Sequence[CosignKey]) -> Verdict | None:
    """The same of a Sigstore bundle; None where it is an attestation of another kind, or none."""
    envelope = _object(_object(_parsed(bundle)).get("dsseEnvelope"))
    payload = _decoded(envelope.get("payload"))
    kind = envelope.get("payloadType")
    statement = _object(_parsed(payload or b""))
    if payload is None or kind != _IN_TOTO or statement.get("predicateType") != SIGN_PREDICATE:
        return None
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload)
    given = envelope.get("signatures")
    signatures = [_decoded(_object(each).get("sig")) for each in given] if isinstance(given, list) else []
    signer = next((key for key in keys for sig in signatures if sig is not None and key.signed(sig, signed)), None)
    if signer is None:
        return _nobody(keys)
    subjects = statement.get("subject")
    digests = [
        f"sha256:{_object(_object(subject).get('digest')).get('sha256')}"
        for subject in (subjects if isinstance(subjects, list) else ())
    ]
    if manifest_digest not in digests:
        return Verdict(Verification.INVALID, None, "The cosign bundle is of something else.")
    return Verdict(Verification.VERIFIED, signer.name, "cosign bundle, verified by key.")


def _nobody(keys: Sequence[CosignKey]) -> Verdict:
    why = "no cosign key here made it" if keys else "no cosign key is configured here"
    return Verdict(Verification.UNVERIFIED, None, f"There is a cosign signature, and {why}.")


def _decoded(text: Any) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        return None


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _short(value: Any) -> str:
    return value[:100] if isinstance(value, str) and value.isprintable() else "it names no manifest"
