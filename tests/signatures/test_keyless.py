"""Keyless signatures are verified against a trust root and identities, without a network, or it is said why not."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.signatures import Verdict, Verification
from app.signatures.identities import Identity
from app.signatures.keyless import Keyless, read_keyless
from app.signatures.keyrings import KeyUnusable
from app.signatures.trust import Trust, read_trust
from tests.signatures.signing import pem_of, simple_signing
from tests.signatures.sigstore_lab import GITHUB, WORKFLOW, KeylessSigner, Sigstore, new_key

DIGEST, ANOTHER = "sha256:" + "ab" * 32, "sha256:" + "cd" * 32
RELEASE = Identity(issuer=GITHUB, subject=WORKFLOW)
INVALID, UNVERIFIED = Verification.INVALID, Verification.UNVERIFIED

Verify = Callable[..., Verdict]


@pytest.fixture(scope="session")
def sigstore() -> Sigstore:
    return Sigstore()


@pytest.fixture(scope="session")
def keyless(sigstore: Sigstore) -> Keyless:
    return Keyless(sigstore.trusted_root(), (RELEASE,))


def by_bundle(
    keyless: Keyless,
    signer: KeylessSigner,
    digest: str = DIGEST,
    change: Callable[[Any], Any] | None = None,
    **how: Any,
) -> Verdict:
    """Through all of the trust, as a sync does it. `change` is what happened to the bundle on its way."""
    bundle = signer.bundle(digest, **how)
    if change is not None:
        change(bundle)
    verdict = Trust(keyless=keyless).verify_bundle(json.dumps(bundle).encode(), DIGEST)
    assert verdict is not None
    return verdict


def by_annotations(
    keyless: Keyless,
    signer: KeylessSigner,
    digest: str = DIGEST,
    change: Callable[[Any], Any] | None = None,
    **how: Any,
) -> Verdict:
    payload, _ = simple_signing(signer.key, digest)
    beside = signer.beside(payload, **how)
    if change is not None:
        change(beside)
    return Trust(keyless=keyless).verify_payload(payload, beside, DIGEST)


BOTH_FORMS = pytest.mark.parametrize("verify", [by_bundle, by_annotations])


@BOTH_FORMS
def test_signature_is_verified_when_a_trusted_identity_made_it(
    verify: Verify, keyless: Keyless, sigstore: Sigstore
) -> None:
    verdict = verify(keyless, sigstore.signer())
    assert verdict == Verdict(
        Verification.VERIFIED, f"{WORKFLOW} (by {GITHUB})", "Keyless cosign signature, verified by Sigstore."
    )


@BOTH_FORMS
@pytest.mark.parametrize(
    ("subject", "issuer"),
    [
        ("https://github.com/mallory/charts/.github/workflows/release.yml@refs/heads/main", GITHUB),
        (WORKFLOW, "https://gitlab.example.com"),
        ("mallory@acme.example", "https://accounts.example.com"),
    ],
    ids=["wrong identity", "wrong issuer", "a person"],
)
def test_signature_of_somebody_else_is_not_verified_and_names_them(
    verify: Verify, keyless: Keyless, sigstore: Sigstore, subject: str, issuer: str
) -> None:
    verdict = verify(keyless, sigstore.signer(subject, issuer))
    assert (verdict.verification, verdict.signed_by) == (UNVERIFIED, None)
    assert f"it is by {subject} (by {issuer}), whom no identity configured here names" in (verdict.message or "")


@BOTH_FORMS
def test_signature_is_not_verified_when_its_authority_is_a_strange_one(verify: Verify, keyless: Keyless) -> None:
    verdict = verify(keyless, Sigstore().signer())
    assert verdict.verification is UNVERIFIED
    assert "of an authority that the trust root here does not have" in (verdict.message or "")


@BOTH_FORMS
def test_signature_is_invalid_when_its_certificate_had_ended(
    verify: Verify, keyless: Keyless, sigstore: Sigstore
) -> None:
    verdict = verify(keyless, sigstore.signer(), after=timedelta(minutes=11))
    assert verdict.verification is INVALID
    assert "its certificate was not valid when it was made" in (verdict.message or "")


@BOTH_FORMS
def test_signature_of_another_manifest_is_invalid(verify: Verify, keyless: Keyless, sigstore: Sigstore) -> None:
    verdict = verify(keyless, sigstore.signer(), ANOTHER)
    assert verdict.verification is INVALID
    assert "is of something else" in (verdict.message or "")


@BOTH_FORMS
@pytest.mark.parametrize("log", ["certificate_log", "signature_log"])
def test_signature_is_invalid_when_a_log_is_a_strange_one(
    verify: Verify, keyless: Keyless, sigstore: Sigstore, log: str
) -> None:
    signer = replace(sigstore, **{log: new_key()}).signer()
    # Of the same authority: only the log is another.
    signer.sigstore.authority = sigstore.authority
    verdict = verify(keyless, signer)
    assert verdict.verification is INVALID
    assert "it does not hold" in (verdict.message or "")


def test_signature_is_not_verified_when_its_log_entry_is_missing(keyless: Keyless, sigstore: Sigstore) -> None:
    for verdict in (
        by_bundle(keyless, sigstore.signer(), change=lambda b: b["verificationMaterial"].pop("tlogEntries")),
        by_bundle(keyless, sigstore.signer(), change=lambda b: b["verificationMaterial"].update(tlogEntries=[])),
        by_annotations(keyless, sigstore.signer(), change=lambda beside: beside.pop("dev.sigstore.cosign/bundle")),
    ):
        assert verdict.verification is UNVERIFIED
        assert "without an entry in a log" in (verdict.message or "")


def test_signature_is_invalid_when_the_entry_is_of_another_signature(keyless: Keyless, sigstore: Sigstore) -> None:
    one, two = sigstore.signer(), sigstore.signer()
    material = two.bundle(DIGEST)["verificationMaterial"]

    def take_entry(bundle: Any) -> None:
        bundle["verificationMaterial"]["tlogEntries"] = material["tlogEntries"]

    assert by_bundle(keyless, one, change=take_entry).verification is INVALID
    payload, _ = simple_signing(two.key, ANOTHER)
    log = two.beside(payload)["dev.sigstore.cosign/bundle"]
    verdict = by_annotations(keyless, one, change=lambda beside: beside.update({"dev.sigstore.cosign/bundle": log}))
    assert verdict.verification is INVALID


def _altered(text: str) -> str:
    data = bytearray(base64.b64decode(text))
    data[-1] ^= 1
    return base64.b64encode(data).decode()


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where texts stand in a JSON document."""
    if isinstance(value, str):
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ()):
        yield from _places(inner, (*path, key))


# What a verifier has no use for: hints of what else there is.
UNSIGNED_PLACES = {("mediaType",)}
PLACES = [path for path in _places(Sigstore().signer().bundle(DIGEST)) if path not in UNSIGNED_PLACES]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_bundle_is_never_verified_when_anything_in_it_was_altered(
    place: tuple[Any, ...], keyless: Keyless, sigstore: Sigstore
) -> None:
    def alter(bundle: Any) -> None:
        *way, last = place
        for step in way:
            bundle = bundle[step]
        text = bundle[last]
        try:
            bundle[last] = _altered(text)
        except ValueError:  # no base64
            bundle[last] = str(int(text) + 1) if text.isdigit() else text.replace("rekor", "other") + "x"

    bundle = sigstore.signer().bundle(DIGEST)
    alter(bundle)
    verdict = Trust(keyless=keyless).verify_bundle(json.dumps(bundle).encode(), DIGEST)
    assert verdict is None or verdict.verification is not Verification.VERIFIED


@pytest.mark.parametrize(
    "name",
    ["dev.cosignproject.cosign/signature", "dev.sigstore.cosign/certificate", "dev.sigstore.cosign/bundle"],
)
@pytest.mark.parametrize("value", ["", "{}", "AAAA", "nonsense", '{"Payload": 1, "SignedEntryTimestamp": ""}'])
def test_annotations_that_are_none_are_invalid(name: str, value: str, keyless: Keyless, sigstore: Sigstore) -> None:
    verdict = by_annotations(keyless, sigstore.signer(), change=lambda beside: beside.update({name: value}))
    assert verdict.verification is INVALID


def test_attestation_is_no_signature(keyless: Keyless, sigstore: Sigstore) -> None:
    bundle = sigstore.signer().bundle(DIGEST, predicate="https://slsa.dev/provenance/v1")
    assert Trust(keyless=keyless).verify_bundle(json.dumps(bundle).encode(), DIGEST) is None


@BOTH_FORMS
def test_it_is_said_what_is_not_configured_or_not_installed(
    verify: Verify, keyless: Keyless, sigstore: Sigstore
) -> None:
    signer = sigstore.signer()
    for incomplete, told in (
        (Keyless(), "CHARTROOM_SIGSTORE_TRUSTED_ROOT"),
        (replace(keyless, installed=False), "pip install 'chartroom[verify]'"),
        (Keyless(b'{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}'), "cannot be used"),
        (Keyless(sigstore.trusted_root()), "whom no identity configured here names"),
    ):
        verdict = verify(incomplete, signer)
        assert verdict.verification is UNVERIFIED
        assert told in (verdict.message or "")


def test_keys_do_not_speak_for_identities(sigstore: Sigstore) -> None:
    """The key of a certificate configured as a key of cosign's would make minutes into for ever."""
    signer = sigstore.signer()
    trust = read_trust(None, pem_of(signer.key))
    verdict = trust.verify_bundle(json.dumps(signer.bundle(DIGEST)).encode(), DIGEST)
    assert verdict is not None and verdict.verification is UNVERIFIED


# ── Settings ──


def test_trust_has_another_name_when_root_or_identities_change(keyless: Keyless) -> None:
    others = (
        Keyless(),
        keyless,
        replace(keyless, identities=()),
        replace(keyless, trusted_root=Sigstore().trusted_root()),
        replace(keyless, installed=False),
    )
    assert len({Trust(keyless=each).name for each in others}) == len(others)


def test_root_and_identities_are_read_from_files(tmp_path: Path, sigstore: Sigstore) -> None:
    root, identities = tmp_path / "trusted_root.json", tmp_path / "identities.json"
    root.write_bytes(sigstore.trusted_root())
    identities.write_text(json.dumps([{"issuer": GITHUB, "subject": WORKFLOW}]))
    read = read_keyless(root, str(identities))
    assert by_bundle(read, sigstore.signer()).verification is Verification.VERIFIED
    assert read_keyless(None, None).fingerprints == []


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"mediaType": "application/json"}', "{" * 99])
def test_root_that_is_none_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "trusted_root.json"
    path.write_text(content)
    with pytest.raises(KeyUnusable, match=r"trusted_root\.json is no trust root of Sigstore"):
        read_keyless(path, None)
    with pytest.raises(KeyUnusable, match=r"nowhere\.json cannot be read: No such file"):
        read_keyless(tmp_path / "nowhere.json", None)


# ── Cost ──

OFFLINE = """
import socket, sys
import app.wiring
assert "sigstore" not in sys.modules, "imported before it is needed"
from app.signatures.trust import read_trust
from pathlib import Path

def refuse(event, arguments):
    if event.startswith("socket."):
        raise RuntimeError(event)

sys.addaudithook(refuse)
trust = read_trust(None, None, Path(sys.argv[1]), sys.argv[2])
assert "sigstore" not in sys.modules, "imported to read the settings"
print(trust.verify_bundle(Path(sys.argv[3]).read_bytes(), sys.argv[4]).verification.value)
"""


def test_nothing_is_imported_before_it_is_needed_and_no_socket_is_opened(tmp_path: Path, sigstore: Sigstore) -> None:
    (tmp_path / "root.json").write_bytes(sigstore.trusted_root())
    (tmp_path / "bundle.json").write_text(json.dumps(sigstore.signer().bundle(DIGEST)))
    identities = json.dumps([{"issuer": GITHUB, "subjectPattern": "https://github.com/acme/.*"}])
    given = [str(tmp_path / "root.json"), identities, str(tmp_path / "bundle.json"), DIGEST]
    done = subprocess.run([sys.executable, "-c", OFFLINE, *given], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr) == ("VERIFIED", "")
