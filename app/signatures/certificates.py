"""Whom a certificate of Fulcio was made for. Source: sigstore, fulcio/docs/oid-info.md."""

from collections.abc import Iterable
from typing import Any

from cryptography import x509
from cryptography.hazmat import asn1

from app.signatures.identities import Signatory

_ISSUER = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
_ISSUER_OF_OLD = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1")  # the bare text, without DER around it
_OTHER_NAME = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.7")


def signatory_of(certificate: x509.Certificate) -> Signatory:
    """Raises ValueError where the certificate's extensions cannot be read."""
    try:
        names: Iterable[Any] = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        names = ()
    subjects = [
        asn1.decode_der(str, name.value) if isinstance(name, x509.OtherName) else str(name.value)
        for name in names
        if isinstance(name, x509.RFC822Name | x509.UniformResourceIdentifier)
        or (isinstance(name, x509.OtherName) and name.type_id == _OTHER_NAME)
    ]
    return Signatory(tuple(subjects), _issuer_of(certificate))


def _issuer_of(certificate: x509.Certificate) -> str:
    by_oid = {extension.oid: extension.value for extension in certificate.extensions}
    for oid in (_ISSUER, _ISSUER_OF_OLD):
        if isinstance(value := by_oid.get(oid), x509.UnrecognizedExtension):
            return asn1.decode_der(str, value.value) if oid == _ISSUER else value.value.decode()
    return ""
