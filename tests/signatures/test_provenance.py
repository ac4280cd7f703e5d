"""Provenance is believed for the archive it names, when a key of the ring signed it."""

import hashlib
from pathlib import Path

import pytest

from app.domain.signatures import Verification
from app.signatures.keyrings import Keyring, KeyUnusable, read_keyrings
from app.signatures.provenance import verify_provenance
from app.signatures.trust import Trust, read_trust
from tests.chart_reader.packing import pack_chart
from tests.real.helm_client import Helm
from tests.signatures.signing import Signer

ARCHIVE = pack_chart("payments", "1.2.3")
DIGEST = "sha256:" + hashlib.sha256(ARCHIVE).hexdigest()
FILE = "payments-1.2.3.tgz"


@pytest.fixture(scope="session")
def keyring(signer: Signer) -> Keyring:
    return Keyring(read_keyrings(signer.public_key(armored=True).decode()))


def judged(
    provenance: bytes, keyring: Keyring, digest: str = DIGEST, file_name: str = FILE
) -> tuple[Verification, str]:
    verdict = verify_provenance(provenance, digest, file_name, keyring)
    assert (verdict.signed_by is not None) == (verdict.verification is Verification.VERIFIED)
    return verdict.verification, verdict.signed_by or verdict.message or ""


def test_provenance_that_helm_wrote_is_verified(signer: Signer, keyring: Keyring, helm: Helm, tmp_path: Path) -> None:
    (tmp_path / "secret.gpg").write_bytes(signer.secret_keyring())
    (tmp_path / "passphrase").write_text("\n")
    chart = tmp_path / "signed"
    chart.mkdir()
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: signed\nversion: 1.0.0+build.1\n")
    signing = ("--sign", "--key", "Acme", "--keyring", str(tmp_path / "secret.gpg"))
    passphrase = ("--passphrase-file", str(tmp_path / "passphrase"))
    helm.run("package", str(chart), "--destination", str(tmp_path), *signing, *passphrase)
    archive = tmp_path / "signed-1.0.0+build.1.tgz"
    digest = "sha256:" + hashlib.sha256(archive.read_bytes()).hexdigest()
    provenance = Path(f"{archive}.prov").read_bytes()
    verification, signed_by = judged(provenance, keyring, digest, archive.name)
    assert verification is Verification.VERIFIED
    assert signed_by.startswith("Acme Charts <charts@acme.example> (")


def test_provenance_of_a_stranger_is_not_verified_and_names_the_key(stranger: Signer, keyring: Keyring) -> None:
    verification, message = judged(stranger.provenance(ARCHIVE, FILE), keyring)
    assert verification is Verification.UNVERIFIED
    assert "which no keyring here has" in message


def test_provenance_is_invalid_when_anything_in_it_was_altered(signer: Signer, keyring: Keyring) -> None:
    provenance = signer.provenance(b"another archive", FILE)
    assert judged(provenance, keyring)[0] is Verification.INVALID
    mine = provenance.replace(hashlib.sha256(b"another archive").hexdigest().encode(), DIGEST[7:].encode())
    verification, message = judged(mine, keyring)
    assert verification is Verification.INVALID
    assert "signature does not hold" in message


def test_digests_outside_the_signed_text_count_for_nothing(signer: Signer, keyring: Keyring) -> None:
    forged = f"\n...\nfiles:\n  {FILE}: {DIGEST}\n".encode()
    honest = signer.provenance(b"another archive", "other-1.0.0.tgz")
    for provenance in (forged + honest, honest + forged):
        assert judged(provenance, keyring)[0] is not Verification.VERIFIED


def test_provenance_of_another_chart_or_version_is_invalid(signer: Signer, keyring: Keyring) -> None:
    provenance = signer.provenance(ARCHIVE, "payments-1.2.2.tgz")
    assert judged(provenance, keyring) == (
        Verification.INVALID,
        f"The signed provenance does not speak of {FILE}.",
    )


@pytest.mark.parametrize("data", [b"", b"\0" * 1000, b"-----BEGIN PGP SIGNED MESSAGE-----\n", b"files:\n"])
def test_bytes_that_are_no_provenance_are_invalid(data: bytes, keyring: Keyring) -> None:
    assert judged(data, keyring)[0] is Verification.INVALID


def test_keyrings_are_read_from_files_and_text_together(signer: Signer, stranger: Signer, tmp_path: Path) -> None:
    (tmp_path / "ring.gpg").write_bytes(stranger.public_key())
    setting = f"{signer.public_key(armored=True).decode()}, {tmp_path / 'ring.gpg'}"
    ring = Keyring(read_keyrings(setting))
    assert len(ring.fingerprints) == 2
    assert ring.find([ring.fingerprints[0].upper()[-16:]])[0].fingerprint == ring.fingerprints[0]
    assert ring.find(["0" * 16]) == []


def test_keyring_that_cannot_be_used_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable, match=r"nowhere\.gpg cannot be read"):
        read_keyrings(str(tmp_path / "nowhere.gpg"))
    (tmp_path / "bad.gpg").write_bytes(b"nonsense")
    with pytest.raises(KeyUnusable, match=r"bad\.gpg is no OpenPGP keyring"):
        read_keyrings(str(tmp_path / "bad.gpg"))


def test_trust_has_another_name_when_a_key_comes(signer: Signer, stranger: Signer) -> None:
    one = read_trust(signer.public_key(armored=True).decode(), None)
    both = read_trust((signer.public_key(armored=True) + stranger.public_key(armored=True)).decode(), None)
    assert len({Trust().name, one.name, both.name}) == 3
    assert read_trust(signer.public_key(armored=True).decode(), "").name == one.name
