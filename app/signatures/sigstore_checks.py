"""The checks of Sigstore, by its own library: the extra `verify`, which keyless.py imports once it is needed.

All of it works on what is given: neither a log nor a directory of roots is asked.
"""

import base64
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509 import Certificate, load_pem_x509_certificate
from sigstore.errors import CertValidationError, VerificationError
from sigstore.models import Bundle, InvalidBundle, TransparencyLogEntry, TrustedRoot
from sigstore.verify import Verifier
from sigstore_models.common.v1 import LogId
from sigstore_models.rekor.v1 import InclusionPromise, KindVersion
from sigstore_models.rekor.v1 import TransparencyLogEntry as EntryFields
from sigstore_models.trustroot.v1 import TrustedRoot as TrustedRootFields

from app.domain.signatures import Verification


class NotShown(Exception):
    """What Sigstore's rules want was not shown; the message ends a sentence about the signature."""

    def __init__(self, verification: Verification, message: str) -> None:
        super().__init__(message)
        self.verification = verification
        self.message = message


@dataclass(frozen=True, slots=True)
class Detached:
    """A signature with what cosign 2 puts beside it into annotations."""

    payload: bytes
    signature: bytes
    certificate_pem: bytes
    log_promise: bytes
    """JSON: `SignedEntryTimestamp` and `Payload`. Source: cosign, specs/SIGNATURE_SPEC.md, bundle."""


class _PromisedEntry(TransparencyLogEntry):
    """An entry of the log with the log's promise to include it, and without the proof that it did.

    Cosign 2 keeps no more than that; it verifies it so too.
    """

    def _validate(self) -> None:
        """There is no proof to be well-formed."""

    def _verify(self, keyring: Any) -> None:
        self._verify_set(keyring)


class Checks:
    """Against one trust root."""

    def __init__(self, trusted_root: bytes) -> None:
        """Raises ValueError or sigstore's Error where the root is none."""
        root = TrustedRoot(TrustedRootFields.from_json(trusted_root))
        self._authorities = root.get_fulcio_certs()
        self._verifier = Verifier(trusted_root=root)

    def bundled(self, bundle: bytes) -> tuple[Certificate, bytes]:
        """The certificate and the payload that it signed. Raises NotShown."""
        read = Bundle.from_json(bundle)
        self._check_authority(read.signing_certificate)
        with _Explained():
            _, payload = self._verifier.verify_dsse(read, _Anybody())
        return read.signing_certificate, payload

    def detached(self, signed: Detached) -> Certificate:
        """Raises NotShown, ValueError."""
        certificate = load_pem_x509_certificate(signed.certificate_pem)
        self._check_authority(certificate)
        entry = _PromisedEntry(_entry_in(orjson.loads(signed.log_promise)))
        # In place of a bundle, which must have the proof: what verifying an artifact reads of one.
        bundle: Any = SimpleNamespace(
            signing_certificate=certificate,
            verification_material=SimpleNamespace(timestamp_verification_data=None),
            log_entry=entry,
            _inner=SimpleNamespace(message_signature=SimpleNamespace(signature=signed.signature, message_digest=None)),
        )
        with _Explained():
            self._verifier.verify_artifact(signed.payload, bundle, _Anybody())
        return certificate

    def _check_authority(self, certificate: Certificate) -> None:
        if not any(_issued(authority, certificate) for authority in self._authorities):
            raise NotShown(
                Verification.UNVERIFIED, "its certificate is of an authority that the trust root here does not have"
            )


class _Explained:
    """Says in our words what the library found."""

    def __enter__(self) -> None:
        """Nothing to begin with."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, CertValidationError):
            raise NotShown(
                Verification.INVALID, "its certificate was not valid when it was made, or is none for signing"
            ) from error
        if isinstance(error, VerificationError | InvalidBundle):
            raise NotShown(Verification.INVALID, f"it does not hold: {error}") from error


def _entry_in(told: dict[str, Any]) -> EntryFields:
    """Raises KeyError, ValueError, TypeError."""
    entry, promise = told["Payload"], base64.b64decode(told["SignedEntryTimestamp"], validate=True)
    body = base64.b64decode(entry["body"], validate=True)
    kind = orjson.loads(body)
    # Made without the library's validation, which wants the proof too.
    return EntryFields.model_construct(
        log_index=int(entry["logIndex"]),
        log_id=LogId.model_construct(key_id=bytes.fromhex(entry["logID"])),
        kind_version=KindVersion(kind=kind["kind"], version=kind["apiVersion"]),
        integrated_time=int(entry["integratedTime"]),
        inclusion_proof=None,  # type: ignore[arg-type]
        inclusion_promise=InclusionPromise.model_construct(signed_entry_timestamp=promise),
        canonicalized_body=body,
    )


class _Anybody:
    """Who signed is looked at afterwards: it is to be told, be it somebody who is trusted or not."""

    def verify(self, cert: Certificate) -> None:
        """Whoever it is."""


def _issued(authority: Certificate, certificate: Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
