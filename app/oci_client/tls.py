"""TLS settings of a registry and what its certificates say."""

import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from app.oci_client.errors import InvalidCaCertificate

if TYPE_CHECKING:
    from cryptography import x509  # 8 MB, for those who have certificates to read

_PEM_CERTIFICATE: Final = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
# A bundle of the world's public CAs is about 220 KiB.
CA_PEM_MAX_CHARACTERS: Final = 512 * 1024


class ConnectionSecurity(StrEnum):
    """How the connection to a registry is secured."""

    SECURE = "SECURE"
    SECURE_WITH_CA = "SECURE_WITH_CA"
    INSECURE = "INSECURE"


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """Registries with equal settings share one HTTP client. `ca_pem`: one certificate or a bundle."""

    security: ConnectionSecurity = ConnectionSecurity.SECURE
    ca_pem: str | None = None


@dataclass(frozen=True, slots=True)
class CertificateInfo:
    """Subject and issuer by RFC 4514; the fingerprint as 64 hexadecimal digits, lower case."""

    subject: str
    issuer: str
    expires_at: datetime
    sha256_fingerprint: str


def read_certificate(pem: str) -> CertificateInfo:
    """What the first certificate in `pem` says. Raises InvalidCaCertificate."""
    return describe_certificate(_certificates(pem)[0])


def describe_certificate(certificate: "x509.Certificate") -> CertificateInfo:
    """The facts people compare a certificate by."""
    from cryptography.hazmat.primitives import hashes

    return CertificateInfo(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        expires_at=certificate.not_valid_after_utc,
        sha256_fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
    )


def read_shown_certificate(der: bytes) -> "x509.Certificate":
    """What a server showed. Raises ValueError, and TypeError where it showed nothing. Takes a while the first time."""
    from cryptography import x509

    return x509.load_der_x509_certificate(der)


def _certificates(pem: str) -> "list[x509.Certificate]":
    from cryptography import x509

    if len(pem) > CA_PEM_MAX_CHARACTERS:
        raise InvalidCaCertificate("The CA certificate is larger than 512 KiB.")
    if "PRIVATE KEY-----" in pem:
        raise InvalidCaCertificate(
            "This holds a private key. Give only the CA's certificate, which begins with -----BEGIN CERTIFICATE-----."
        )
    blocks = _PEM_CERTIFICATE.findall(pem)
    if not blocks:
        raise InvalidCaCertificate(
            "This is no certificate in PEM form. It begins with -----BEGIN CERTIFICATE----- "
            "and ends with -----END CERTIFICATE-----."
        )
    try:
        return [x509.load_pem_x509_certificate(block.encode()) for block in blocks]
    except ValueError:
        raise InvalidCaCertificate("The CA certificate is damaged: its PEM text cannot be decoded.") from None


def ssl_context(settings: TlsSettings, system_context: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """The context for all connections with these settings. Raises InvalidCaCertificate."""
    match settings.security:
        case ConnectionSecurity.SECURE:
            return system_context()
        case ConnectionSecurity.SECURE_WITH_CA:
            return _context_with_ca(settings.ca_pem)
        case ConnectionSecurity.INSECURE:
            return unverified_context()


def _context_with_ca(ca_pem: str | None) -> ssl.SSLContext:
    if not ca_pem:
        raise InvalidCaCertificate("SECURE_WITH_CA needs a CA certificate in PEM form.")
    _certificates(ca_pem)
    try:
        context = ssl.create_default_context(cadata="\n".join(_PEM_CERTIFICATE.findall(ca_pem)))
    except ssl.SSLError:
        raise InvalidCaCertificate("The CA certificate cannot be loaded.") from None
    # Private registries are often given their own certificate, or an intermediate, as "the CA"; and CAs made
    # by
    # hand lack the key identifiers that strict checking (the default from Python 3.13 on) asks for.
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VerifyFlags.VERIFY_X509_STRICT
    return context


def unverified_context() -> ssl.SSLContext:
    """For INSECURE, and to look at the certificate of a server that was refused."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
