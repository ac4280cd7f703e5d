"""Signatures by key pair are believed for the manifest they speak of, and for nothing else."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from app.domain.signatures import Verification
from app.signatures.cosign import read_cosign_keys, verify_bundle, verify_simple_signing
from app.signatures.keyrings import KeyUnusable
from tests.signatures.signing import PrivateKey, bundle, pem_of, sign, simple_signing

DIGEST, OTHER = "sha256:" + "1a" * 32, "sha256:" + "2b" * 32
KEYS: dict[str, PrivateKey] = {
    "p256": ec.generate_private_key(ec.SECP256R1()),
    "p384": ec.generate_private_key(ec.SECP384R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
    "rsa": rsa.generate_private_key(65537, 2048),
}
STRANGER = ec.generate_private_key(ec.SECP256R1())
TRUSTED = read_cosign_keys(",".join(pem_of(key) for key in KEYS.values()))


@pytest.mark.parametrize("name", KEYS)
def test_signature_is_verified_when_a_trusted_key_made_it(name: str) -> None:
    payload, signature = simple_signing(KEYS[name], DIGEST)
    verdict = verify_simple_signing(payload, signature, DIGEST, TRUSTED)
    assert verdict.verification is Verification.VERIFIED
    assert verdict.signed_by is not None and verdict.signed_by.startswith("inline (SHA-256 ")
    of_bundle = verify_bundle(bundle(KEYS[name], DIGEST), DIGEST, TRUSTED)
    assert of_bundle is not None and of_bundle.verification is Verification.VERIFIED


def test_signature_of_a_stranger_is_not_verified() -> None:
    payload, signature = simple_signing(STRANGER, DIGEST)
    assert verify_simple_signing(payload, signature, DIGEST, TRUSTED).verification is Verification.UNVERIFIED
    assert verify_simple_signing(payload, signature, DIGEST, ()).message == (
        "There is a cosign signature, and no cosign key is configured here."
    )
    of_bundle = verify_bundle(bundle(STRANGER, DIGEST), DIGEST, TRUSTED)
    assert of_bundle is not None and of_bundle.verification is Verification.UNVERIFIED


def test_signature_of_another_manifest_is_invalid() -> None:
    payload, signature = simple_signing(KEYS["p256"], OTHER)
    verdict = verify_simple_signing(payload, signature, DIGEST, TRUSTED)
    assert (verdict.verification, verdict.signed_by) == (Verification.INVALID, None)
    assert verdict.message is not None and OTHER in verdict.message
    of_bundle = verify_bundle(bundle(KEYS["p256"], OTHER), DIGEST, TRUSTED)
    assert of_bundle is not None and of_bundle.verification is Verification.INVALID


def test_payload_that_was_altered_is_not_verified() -> None:
    payload, signature = simple_signing(KEYS["p256"], OTHER)
    altered = payload.replace(OTHER.encode(), DIGEST.encode())
    assert verify_simple_signing(altered, signature, DIGEST, TRUSTED).verification is Verification.UNVERIFIED


def test_payload_of_another_type_is_invalid_though_a_trusted_key_signed_it() -> None:
    payload = json.dumps({"critical": {"image": {"docker-manifest-digest": DIGEST}, "type": "something"}}).encode()
    signature = base64.b64encode(sign(KEYS["p256"], payload)).decode()
    assert verify_simple_signing(payload, signature, DIGEST, TRUSTED).verification is Verification.INVALID


def test_attestation_is_no_signature() -> None:
    assert verify_bundle(bundle(KEYS["p256"], DIGEST, "https://slsa.dev/provenance/v1"), DIGEST, TRUSTED) is None


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"dsseEnvelope": 1}', b'{"dsseEnvelope": {"payload": "!"}}', b"[" * 99999]
)
def test_bundle_that_is_none_is_passed_over(data: bytes) -> None:
    assert verify_bundle(data, DIGEST, TRUSTED) is None


@pytest.mark.parametrize("payload", [b"", b"[]", b'{"critical": 1}', b'{"critical": {"image": []}}'])
def test_payload_that_is_none_is_never_verified(payload: bytes) -> None:
    signature = base64.b64encode(sign(KEYS["ed25519"], payload)).decode()
    assert verify_simple_signing(payload, signature, DIGEST, TRUSTED).verification is Verification.INVALID
    assert verify_simple_signing(payload, "no base64", DIGEST, TRUSTED).verification is Verification.INVALID


def test_keys_are_read_from_files_and_text_together(tmp_path: Path) -> None:
    file = tmp_path / "release.pub"
    file.write_text(pem_of(KEYS["p256"]))
    keys = read_cosign_keys(f"{file},\n{pem_of(KEYS['rsa'])}")
    assert sorted(key.name.partition(" ")[0] for key in keys) == ["inline", "release.pub"]
    assert read_cosign_keys(" ") == []


def test_key_that_cannot_be_used_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable, match=r"nowhere\.pub cannot be read"):
        read_cosign_keys(str(tmp_path / "nowhere.pub"))
    (tmp_path / "bad.pub").write_text("nonsense")
    with pytest.raises(KeyUnusable, match=r"bad\.pub is no public key"):
        read_cosign_keys(str(tmp_path / "bad.pub"))
