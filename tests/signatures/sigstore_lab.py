"""A Sigstore of our own: an authority, a log of certificates and a log of signatures, and who signs with them.

Sources: sigstore, protobuf-specs (trusted root, bundle); rekor, types and signed notes; RFC 6962, 3.2 and 3.3.
"""

import base64
import hashlib
import json
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import rfc8785
from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.signatures.signing import SIGN_PREDICATE

GITHUB = "https://token.actions.githubusercontent.com"
WORKFLOW = "https://github.com/acme/charts/.github/workflows/release.yml@refs/heads/main"
ISSUER = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
BUNDLE_KIND = "application/vnd.dev.sigstore.bundle.v0.3+json"
IN_TOTO = "application/vnd.in-toto+json"
LASTS = timedelta(minutes=10)


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def der_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def id_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The id of a log is the hash of its key."""
    return hashlib.sha256(der_of(key)).digest()


def hash_of(data: bytes) -> dict[str, str]:
    return {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}


def signed(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


@dataclass
class Sigstore:
    """Everything that signs, made anew for each instance."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    authority_key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    certificate_log: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    signature_log: ec.EllipticCurvePrivateKey = field(default_factory=new_key)

    def __post_init__(self) -> None:
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "acme.example"),
                x509.NameAttribute(NameOID.COMMON_NAME, "acme sigstore"),
            ]
        )
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        self.authority = (
            x509.CertificateBuilder(name, name, self.authority_key.public_key(), x509.random_serial_number())
            .not_valid_before(self.now - timedelta(days=365))
            .not_valid_after(self.now + timedelta(days=365))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.authority_key.public_key()), critical=False)
            .sign(self.authority_key, hashes.SHA256())
        )

    def trusted_root(self) -> bytes:
        since = {"start": (self.now - timedelta(days=365)).isoformat().replace("+00:00", "Z")}

        def log(key: ec.EllipticCurvePrivateKey, url: str) -> dict[str, Any]:
            public = {"rawBytes": b64(der_of(key)), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": since}
            identity = {"keyId": b64(id_of(key))}
            return {"baseUrl": url, "hashAlgorithm": "SHA2_256", "publicKey": public, "logId": identity}

        authority = self.authority.public_bytes(serialization.Encoding.DER)
        return json.dumps(
            {
                "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                "tlogs": [log(self.signature_log, "https://rekor.acme.example")],
                "certificateAuthorities": [
                    {
                        "subject": {"organization": "acme.example", "commonName": "acme sigstore"},
                        "uri": "https://fulcio.acme.example",
                        "certChain": {"certificates": [{"rawBytes": b64(authority)}]},
                        "validFor": since,
                    }
                ],
                "ctlogs": [log(self.certificate_log, "https://ct.acme.example")],
                "timestampAuthorities": [],
            }
        ).encode()

    def certify(self, key: ec.EllipticCurvePrivateKey, subject: str, issuer: str) -> x509.Certificate:
        """For ten minutes from now, seen by the log of certificates."""
        name = x509.RFC822Name(subject) if "@" in subject.partition("/")[0] else x509.UniformResourceIdentifier(subject)
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=False,
            crl_sign=False,
            encipher_only=False,
            decipher_only=False,
        )
        unseen = (
            x509.CertificateBuilder(
                self.authority.subject, x509.Name([]), key.public_key(), x509.random_serial_number()
            )
            .not_valid_before(self.now)
            .not_valid_after(self.now + LASTS)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.authority_key.public_key()), critical=False
            )
            .add_extension(x509.SubjectAlternativeName([name]), critical=True)
            .add_extension(x509.UnrecognizedExtension(ISSUER, asn1.encode_der(issuer)), critical=False)
        )
        promise = self._certificate_promise(unseen.sign(self.authority_key, hashes.SHA256()).tbs_certificate_bytes)
        inner = struct.pack(">HH", len(promise) + 2, len(promise)) + promise
        seen = unseen.add_extension(x509.UnrecognizedExtension(SCT_LIST, asn1.encode_der(inner)), critical=False)
        return seen.sign(self.authority_key, hashes.SHA256())

    def _certificate_promise(self, unseen: bytes) -> bytes:
        """A signed certificate timestamp. Source: RFC 6962, 3.2."""
        at = int(self.now.timestamp() * 1000)
        entry = hashlib.sha256(der_of(self.authority_key)).digest() + len(unseen).to_bytes(3, "big") + unseen
        told = struct.pack(">BBQH", 0, 0, at, 1) + entry + b"\x00\x00"
        signature = signed(self.certificate_log, told)
        head = struct.pack(">B32sQH", 0, id_of(self.certificate_log), at, 0)
        return head + struct.pack(">BBH", 4, 3, len(signature)) + signature

    def enter(self, body: dict[str, Any], at: datetime) -> dict[str, Any]:
        """The log's answer to an entry that is its only one."""
        canonical = rfc8785.dumps(body)
        log_id, index = id_of(self.signature_log), 0
        root = hashlib.sha256(b"\x00" + canonical).digest()
        note = f"rekor.acme.example - 1\n1\n{b64(root)}\n"
        mark = b64(log_id[:4] + signed(self.signature_log, note.encode()))
        promised = {
            "body": b64(canonical),
            "integratedTime": int(at.timestamp()),
            "logID": log_id.hex(),
            "logIndex": index,
        }
        return {
            "logIndex": str(index),
            "logId": {"keyId": b64(log_id)},
            "kindVersion": {"kind": body["kind"], "version": body["apiVersion"]},
            "integratedTime": str(promised["integratedTime"]),
            "inclusionPromise": {"signedEntryTimestamp": b64(signed(self.signature_log, rfc8785.dumps(promised)))},
            "inclusionProof": {
                "logIndex": str(index),
                "rootHash": b64(root),
                "treeSize": "1",
                "hashes": [],
                "checkpoint": {"envelope": f"{note}\n— rekor.acme.example {mark}\n"},
            },
            "canonicalizedBody": b64(canonical),
        }

    def signer(self, subject: str = WORKFLOW, issuer: str = GITHUB) -> "KeylessSigner":
        key = new_key()
        return KeylessSigner(self, key, self.certify(key, subject, issuer))


@dataclass
class KeylessSigner:
    """Somebody with a certificate that lasts minutes."""

    sigstore: Sigstore
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def bundle(self, digest: str, *, after: timedelta = timedelta(), predicate: str = SIGN_PREDICATE) -> dict[str, Any]:
        """As cosign 3 pushes it; `after` is how long after the certificate was made it was signed."""
        statement = {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"digest": {"sha256": digest.removeprefix("sha256:")}}],
            "predicateType": predicate,
            "predicate": {},
        }
        payload = json.dumps(statement).encode()
        signature = b64(
            signed(self.key, b"DSSEv1 %d %b %d %b" % (len(IN_TOTO), IN_TOTO.encode(), len(payload), payload))
        )
        envelope = {"payload": b64(payload), "payloadType": IN_TOTO, "signatures": [{"sig": signature}]}
        body = {
            "apiVersion": "0.0.1",
            "kind": "dsse",
            "spec": {
                "envelopeHash": {
                    "algorithm": "sha256",
                    "value": hashlib.sha256(json.dumps(envelope).encode()).hexdigest(),
                },
                "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()},
                "signatures": [{"signature": signature, "verifier": b64(self.pem)}],
            },
        }
        certificate = self.certificate.public_bytes(serialization.Encoding.DER)
        return {
            "mediaType": BUNDLE_KIND,
            "verificationMaterial": {
                "certificate": {"rawBytes": b64(certificate)},
                "tlogEntries": [self.sigstore.enter(body, self.sigstore.now + after)],
            },
            "dsseEnvelope": envelope,
        }

    def beside(self, payload: bytes, *, after: timedelta = timedelta()) -> dict[str, str]:
        """The annotations that cosign 2 puts beside a payload."""
        signature = b64(signed(self.key, payload))
        body = {
            "apiVersion": "0.0.1",
            "kind": "hashedrekord",
            "spec": {
                "data": {"hash": hash_of(payload)},
                "signature": {"content": signature, "publicKey": {"content": b64(self.pem)}},
            },
        }
        entry = self.sigstore.enter(body, self.sigstore.now + after)
        promise = {
            "SignedEntryTimestamp": entry["inclusionPromise"]["signedEntryTimestamp"],
            "Payload": {
                "body": entry["canonicalizedBody"],
                "integratedTime": int(entry["integratedTime"]),
                "logIndex": int(entry["logIndex"]),
                "logID": id_of(self.sigstore.signature_log).hex(),
            },
        }
        return {
            "dev.cosignproject.cosign/signature": signature,
            "dev.sigstore.cosign/certificate": self.pem.decode(),
            "dev.sigstore.cosign/bundle": json.dumps(promise),
        }
