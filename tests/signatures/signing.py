"""Signatures as publishers make them: OpenPGP by GnuPG through helm, cosign's by a key pair."""

import base64
import hashlib
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
SIGN_PREDICATE = "https://sigstore.dev/cosign/sign/v1"


@dataclass(frozen=True)
class Signer:
    """A person with an OpenPGP key in a GnuPG home of its own."""

    home: Path
    name: str

    @classmethod
    def make(cls, home: Path, name: str = "Acme Charts <charts@acme.example>") -> "Signer":
        home.mkdir(mode=0o700, parents=True)
        signer = cls(home, name)
        signer._gpg("--quick-generate-key", name, "ed25519", "sign", "never")
        return signer

    def public_key(self, *, armored: bool = False) -> bytes:
        return self._gpg(*(["--armor"] if armored else []), "--export")

    def provenance(self, archive: bytes, file_name: str) -> bytes:
        """What `helm package --sign` writes beside an archive. Source: Helm, pkg/provenance/sign.go."""
        digest = hashlib.sha256(archive).hexdigest()
        block = f"apiVersion: v2\nname: x\n\n...\nfiles:\n  {file_name}: sha256:{digest}\n"
        return self._gpg("--clearsign", given=block.encode())

    def secret_keyring(self) -> bytes:
        """In the old format, which helm reads."""
        return self._gpg("--export-secret-keys")

    def close(self) -> None:
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "all"], check=False, capture_output=True)

    def _gpg(self, *arguments: str, given: bytes = b"") -> bytes:
        command = ["gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "", *arguments]
        environment = {"PATH": os.environ["PATH"], "GNUPGHOME": str(self.home)}
        done = subprocess.run(command, input=given, env=environment, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout


def pem_of(key: PrivateKey) -> str:
    """The public key, as cosign.pub has it."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def sign(key: PrivateKey, data: bytes) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        algorithm: hashes.HashAlgorithm = {384: hashes.SHA384(), 521: hashes.SHA512()}.get(
            key.curve.key_size, hashes.SHA256()
        )
        return key.sign(data, ec.ECDSA(algorithm))
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(data)


def simple_signing(key: PrivateKey, digest: str) -> tuple[bytes, str]:
    """Payload and signature in base64. Source: cosign, specs/SIGNATURE_SPEC.md."""
    critical = {
        "identity": {"docker-reference": "registry.example.com/charts/x"},
        "image": {"docker-manifest-digest": digest},
        "type": "cosign container image signature",
    }
    payload = json.dumps({"critical": critical, "optional": None}).encode()
    return payload, base64.b64encode(sign(key, payload)).decode()


def bundle(key: PrivateKey, digest: str, predicate: str = SIGN_PREDICATE) -> bytes:
    """Source: cosign, specs/BUNDLE_SPEC.md; DSSE, protocol.md."""
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"digest": {"sha256": digest.removeprefix("sha256:")}}],
        "predicateType": predicate,
        "predicate": {},
    }
    payload, kind = json.dumps(statement).encode(), b"application/vnd.in-toto+json"
    signature = sign(key, b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload))
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": kind.decode(),
        "signatures": [{"sig": base64.b64encode(signature).decode()}],
    }
    return json.dumps({"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": envelope}).encode()
