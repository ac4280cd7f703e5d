"""Keyless cosign signatures: by a certificate that lasts minutes, for whoever somebody showed to be.

What is trusted is a root (authorities that issue the certificates, logs that saw them and the signatures) and
identities. Nothing is asked over the network. The checks are Sigstore's own library, an extra: importing it takes
most of a second, so that it waits for the first such signature.
"""

import hashlib
import importlib.util
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.domain.signatures import Verdict, Verification
from app.signatures.cosign import SIGN_PREDICATE, speaks_of
from app.signatures.identities import Identity, Signatory, read_identities
from app.signatures.keyrings import KeyUnusable

if TYPE_CHECKING:
    from app.signatures.sigstore_checks import Checks

CERTIFICATE_ANNOTATION = "dev.sigstore.cosign/certificate"
LOG_ANNOTATION = "dev.sigstore.cosign/bundle"
TRUSTED_ROOT_KIND = "application/vnd.dev.sigstore.trustedroot"
INSTALL = "pip install 'chartroom[verify]'"


def is_installed() -> bool:
    """Whether the extra is there; imports nothing."""
    return importlib.util.find_spec("sigstore") is not None


def is_keyless(bundle: bytes) -> bool:
    """Whether a Sigstore bundle, a JSON object, was made with a certificate, and not with a key."""
    material = json.loads(bundle).get("verificationMaterial")
    return isinstance(material, dict) and ("certificate" in material or "x509CertificateChain" in material)


@dataclass(frozen=True)
class Keyless:
    """What keyless signatures are checked against. `trusted_root` is JSON as Sigstore publishes it."""

    trusted_root: bytes | None = None
    identities: tuple[Identity, ...] = ()
    installed: bool = field(default_factory=is_installed)
    _made: list["Checks"] = field(default_factory=list, repr=False, compare=False)
    _making: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def fingerprints(self) -> list[str]:
        """Change with whatever changes what a signature is said to be; none where nothing is configured."""
        if self.trusted_root is None:
            return []
        names = sorted(identity.model_dump_json() for identity in self.identities)
        return [hashlib.sha256(self.trusted_root).hexdigest(), *names, f"installed: {self.installed}"]

    def verify_bundle(self, bundle: bytes, manifest_digest: str) -> Verdict:
        """Of a bundle that holds a signature by a certificate."""
        if not _has_log_entry(bundle):
            return _unverified("it comes without an entry in a log, so that nothing shows when it was made")

        def check(checks: "Checks") -> tuple[Signatory, bool]:
            from app.signatures.certificates import signatory_of

            certificate, payload = checks.bundled(bundle)
            statement = json.loads(payload)
            named = {f"{kind}:{hexa}" for subject in statement["subject"] for kind, hexa in subject["digest"].items()}
            is_of_this = statement["predicateType"] == SIGN_PREDICATE and manifest_digest in named
            return signatory_of(certificate), is_of_this

        return self._verdict(check)

    def verify_payload(self, payload: bytes, signature: bytes, beside: Mapping[str, str], digest: str) -> Verdict:
        """Of a payload with its signature, certificate and log entry in annotations, as cosign 2 writes them."""
        if LOG_ANNOTATION not in beside:
            return _unverified("it comes without an entry in a log, so that nothing shows when it was made")

        def check(checks: "Checks") -> tuple[Signatory, bool]:
            from app.signatures.certificates import signatory_of
            from app.signatures.sigstore_checks import Detached

            certificate_pem, promise = beside[CERTIFICATE_ANNOTATION].encode(), beside[LOG_ANNOTATION].encode()
            certificate = checks.detached(Detached(payload, signature, certificate_pem, promise))
            return signatory_of(certificate), speaks_of(payload, digest)

        return self._verdict(check)

    def _verdict(self, check: Any) -> Verdict:
        if self.trusted_root is None:
            return _unverified("no trust root is configured here (CHARTROOM_SIGSTORE_TRUSTED_ROOT)")
        if not self.installed:
            return _unverified(f"what verifies it is not installed here: {INSTALL}")
        from app.signatures.sigstore_checks import NotShown

        try:
            checks = self._checks(self.trusted_root)
        except Exception as error:  # of any of the libraries that read it
            return _unverified(f"the trust root configured here cannot be used: {_first_line(error)}")
        try:
            signatory, is_of_this = check(checks)
        except NotShown as error:
            return Verdict(error.verification, None, f"There is a keyless cosign signature, and {error.message}.")
        except Exception as error:  # of whatever a stranger put into it
            message = f"The keyless cosign signature cannot be read: {_first_line(error)}"
            return Verdict(Verification.INVALID, None, message)
        if not is_of_this:
            message = f"The keyless cosign signature by {signatory} is of something else."
            return Verdict(Verification.INVALID, None, message)
        if not any(identity.admits(signatory) for identity in self.identities):
            return _unverified(f"it is by {signatory}, whom no identity configured here names")
        return Verdict(Verification.VERIFIED, str(signatory), "Keyless cosign signature, verified by Sigstore.")

    def _checks(self, trusted_root: bytes) -> "Checks":
        from app.signatures.sigstore_checks import Checks

        with self._making:
            if not self._made:
                self._made.append(Checks(trusted_root))
        return self._made[0]


def read_keyless(trusted_root: Path | None, identities: str | None) -> Keyless:
    """From the settings. Raises KeyUnusable."""
    named = read_identities(identities or "")
    if trusted_root is None:
        return Keyless(None, named)
    try:
        content = trusted_root.read_bytes()
        kind = json.loads(content)["mediaType"]
    except OSError as error:
        raise KeyUnusable(f"The trust root {trusted_root} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError) as error:
        raise KeyUnusable(f"{trusted_root} is no trust root of Sigstore, as trusted_root.json is.") from error
    if not str(kind).startswith(TRUSTED_ROOT_KIND):
        raise KeyUnusable(f"{trusted_root} is no trust root of Sigstore: its mediaType is {str(kind)[:100]}.")
    return Keyless(content, named)


def _unverified(why: str) -> Verdict:
    return Verdict(Verification.UNVERIFIED, None, f"There is a keyless cosign signature, and {why}.")


def _has_log_entry(bundle: bytes) -> bool:
    material = json.loads(bundle)["verificationMaterial"]
    return bool(material.get("tlogEntries"))


def _first_line(error: Exception) -> str:
    line = str(error).partition("\n")[0] or type(error).__name__
    return "".join(character for character in line if character.isprintable())[:200] + "."
