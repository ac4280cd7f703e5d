"""Helm's provenance: a clear-signed text that names the archive's digest. Source: Helm, pkg/provenance/sign.go."""

import re
from typing import TYPE_CHECKING

from app.domain.signatures import Verdict, Verification
from app.signatures.keyrings import Keyring

if TYPE_CHECKING:
    from pysequoia import Cert

# Chart.yaml (256 KiB at most) with a digest and a signature.
PROVENANCE_MAX_BYTES = 512 * 1024
_PARTS_SEPARATOR = "\n...\n"
_FILE_LINE = re.compile(r"^\s+[\"']?(?P<name>[^\s\"':]+)[\"']?:\s+[\"']?(?P<digest>sha256:[0-9a-f]{64})[\"']?\s*$")
_BEGIN = b"-----BEGIN PGP SIGNED MESSAGE-----"


def verify_provenance(provenance: bytes, archive_digest: str, file_name: str, keyring: Keyring) -> Verdict:
    """Whether a key of the ring signed that `file_name`, as helm package names it, has this digest."""
    if _BEGIN not in provenance:
        return Verdict(Verification.INVALID, None, "The provenance is no signed message.")
    import pysequoia  # 2 MB, for those whose charts have provenance

    asked: list[str] = []

    def find(key_ids: list[str]) -> "list[Cert]":
        asked.extend(key_ids)
        return keyring.find(key_ids)

    try:
        signed = pysequoia.verify(bytes=provenance, store=find)
    except Exception as error:  # the library raises its own RuntimeErrors, with a stack trace for a message
        return _refused(asked, keyring, str(error).partition("\n")[0])
    digests = _digests(bytes(signed.bytes or b"").decode("utf-8", "replace"))
    if file_name not in digests:
        return Verdict(Verification.INVALID, None, f"The signed provenance does not speak of {file_name}.")
    if digests[file_name] != archive_digest:
        return Verdict(
            Verification.INVALID, None, f"The signed provenance is of another archive: {digests[file_name]}."
        )
    signers = keyring.find([signature.certificate for signature in signed.valid_sigs])
    if not signers:
        return Verdict(Verification.INVALID, None, "The provenance has no valid signature.")
    names = [str(user) for user in signers[0].user_ids]
    name = names[0] if names else "a key without a name"
    return Verdict(Verification.VERIFIED, f"{name} ({signers[0].fingerprint})", "Helm provenance, verified by OpenPGP.")


def _refused(asked: list[str], keyring: Keyring, reason: str) -> Verdict:
    if asked and not keyring.find(asked):
        keys = ", ".join(sorted(set(asked)))
        return Verdict(Verification.UNVERIFIED, None, f"The provenance is signed by {keys}, which no keyring here has.")
    return Verdict(Verification.INVALID, None, f"The provenance's signature does not hold: {reason.rstrip('.')}.")


def _digests(text: str) -> dict[str, str]:
    """Digests by file name, of the part that Helm reads: the second."""
    parts = text.split(_PARTS_SEPARATOR)
    found: dict[str, str] = {}
    in_files = False
    for line in parts[1].splitlines() if len(parts) > 1 else ():
        in_files = line.strip() == "files:" if line[:1].strip() else in_files
        match = _FILE_LINE.match(line)
        if in_files and match is not None:
            found[match["name"]] = match["digest"]
    return found
