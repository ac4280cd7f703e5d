"""Why a connection failed, told as somebody who runs registries would."""

import socket
from typing import TYPE_CHECKING, Final

import httpx

from app.oci_client.connecting import CertificateRejected, NameUnresolved, TlsUnspoken
from app.oci_client.errors import (
    ConnectionRefused,
    NameNotResolved,
    RegistryError,
    RegistryUnreachable,
    TimedOut,
    TlsFailed,
    TlsNotSpoken,
    UnexpectedAnswer,
)
from app.oci_client.registry_text import quotable
from app.oci_client.tls import ConnectionSecurity

if TYPE_CHECKING:
    from cryptography import x509

# X509_V_ERR_* of openssl/x509_vfy.h
_NOT_YET_VALID: Final = 9
_EXPIRED: Final = 10
_UNKNOWN_CA: Final = frozenset({2, 18, 19, 20, 21, 27})
_WRONG_NAME: Final = frozenset({62, 64})


def connection_error(error: httpx.TransportError, host: str, security: ConnectionSecurity) -> RegistryError:
    """The typed error for a failure to reach `host` or to hear it out.

    `host` is as the registry is written.
    """
    match error:
        case NameUnresolved():
            return _not_resolved(error.cause, host)
        case CertificateRejected():
            return TlsFailed(_certificate_advice(error, host, security), host=host)
        case TlsUnspoken():
            return TlsNotSpoken(
                f"{host} does not speak TLS on this port; as a rule it speaks plain http. Use the port that "
                f"speaks "
                "https, or register it as INSECURE if the network in between is trusted.",
                host=host,
            )
        case httpx.ConnectTimeout():
            return TimedOut(
                f"{host} did not take the connection in time. A firewall may drop it, or the port is wrong.",
                host=host,
            )
        case httpx.TimeoutException():
            return TimedOut(f"{host} did not answer in time.", host=host)
        case httpx.ConnectError():
            return _not_connected(error.__cause__, str(error), host)
        case httpx.UnsupportedProtocol():
            return UnexpectedAnswer(f"{host} led to an address that is no http address.", host=host)
        case httpx.LocalProtocolError():
            return UnexpectedAnswer(
                f"What {host} was to be asked holds characters that no request may hold.", host=host
            )
        case httpx.RemoteProtocolError():
            return UnexpectedAnswer(f"{host} does not answer in HTTP.", host=host)
        case _:
            return RegistryUnreachable(f"{host} broke the connection off.", host=host)


def _not_resolved(cause: OSError | None, host: str) -> NameNotResolved:
    if isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_AGAIN:
        return NameNotResolved(f"The name of {host} could not be looked up: DNS did not answer.", host=host)
    return NameNotResolved(
        f"The name of {host} does not resolve. Check the spelling, and that this machine's DNS knows it.",
        host=host,
        temporary=False,
    )


def _not_connected(cause: BaseException | None, reason: str, host: str) -> RegistryError:
    if isinstance(cause, ConnectionRefusedError):
        return ConnectionRefused(
            f"{host} refused the connection: nothing listens on this port, or a firewall says no.", host=host
        )
    if isinstance(cause, socket.gaierror):
        return _not_resolved(cause, host)
    ssl_reason = getattr(cause, "reason", None)
    if ssl_reason or reason not in ("connect", ""):
        words = quotable(str(ssl_reason or reason)).replace("_", " ").lower()
        return TlsFailed(f"The TLS handshake with {host} failed: {words}.", host=host)
    words = quotable(getattr(cause, "strerror", None) or "no connection").lower()
    return RegistryUnreachable(f"{host} cannot be reached: {words}.", host=host)


def _certificate_advice(error: CertificateRejected, host: str, security: ConnectionSecurity) -> str:
    certificate = error.certificate
    code = error.verify_code
    if code == _EXPIRED:
        when = f" on {certificate.not_valid_after_utc:%Y-%m-%d}" if certificate else ""
        return f"The certificate of {host} expired{when}. It must be renewed on the registry."
    if code == _NOT_YET_VALID:
        when = f" before {certificate.not_valid_before_utc:%Y-%m-%d}" if certificate else " yet"
        return f"The certificate of {host} is not valid{when}. Compare the clocks of both machines."
    if code in _WRONG_NAME:
        names = _names(certificate)
        valid_for = f" It is valid for {names}: register it under that name, or" if names else " Either"
        return f"The certificate of {host} is for another name.{valid_for} issue one for this name."
    if code in _UNKNOWN_CA:
        issuer = f"“{quotable(certificate.issuer.rfc4514_string())}”" if certificate else "a CA"
        if security is ConnectionSecurity.SECURE_WITH_CA:
            return (
                f"The certificate of {host} is not signed by the CA certificate given with the registry but "
                f"by "
                f"{issuer}. Give that CA's certificate; several may stand one after the other."
            )
        return (
            f"The certificate of {host} is signed by {issuer}, a CA that this system does not know. "
            "Register it as SECURE_WITH_CA and give that CA's certificate."
        )
    return f"The certificate of {host} was refused: {quotable(error.verify_message) or 'it cannot be verified'}."


def _names(certificate: "x509.Certificate | None") -> str:
    if certificate is None:
        return ""
    from cryptography import x509

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ""
    listed = [str(name.value) for name in names if isinstance(name, (x509.DNSName, x509.IPAddress))]
    return quotable(", ".join(listed[:5])) + (", …" if len(listed) > 5 else "")
