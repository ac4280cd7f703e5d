"""Service-account keys of Google as people paste them: whole, with white space lost or added, quoted, or in base64.

Source: cloud.google.com/iam/docs/keys-create-delete; google-auth google/auth/_service_account_info.py.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any, Final

from app.oci_client.credentials import Credential, GcpServiceAccount, GcpWorkloadIdentity, Secret
from app.oci_client.errors import InvalidCredential
from app.oci_client.registry_text import quotable

# A key file is 2.3 KiB, twice that in base64 with line ends; 64 KiB is no key file.
KEY_MAX_CHARACTERS: Final = 64 * 1024
GOOGLE_UNIVERSE: Final = "googleapis.com"

_EMAIL: Final = re.compile(r"[a-z0-9][a-z0-9-]*@[a-z0-9][a-z0-9.-]*\.gserviceaccount\.com")
_QUOTES: Final = ("'", '"', "`", "‘", "’", "“", "”")
# White space may be gone from "BEGIN PRIVATE KEY" too: some guides tell people to strip it from the whole file.
_PEM: Final = re.compile(r"-+BEGIN\s*(RSA)?\s*PRIVATE\s*KEY-+(.*?)-+END\s*(?:RSA)?\s*PRIVATE\s*KEY-+", re.DOTALL)
_OTHER_TYPES: Final = {
    "authorized_user": (
        "This is the login of a person, as “gcloud auth application-default login” writes it. It ends when that "
        "person's session ends, so it is not taken."
    ),
    "external_account": (
        "This is a workload identity federation file, which tells where a token is to be fetched and is no key. "
        "Choose workload identity, and set GOOGLE_APPLICATION_CREDENTIALS of Chartroom's own process to its path."
    ),
    "external_account_authorized_user": "This is the login of a person of a workforce pool, so it is not taken.",
    "impersonated_service_account": (
        "This file lets a person act as a service account. Choose workload identity with “impersonate service "
        "account” for that."
    ),
    "gdch_service_account": "This is a key of Google Distributed Cloud, which has no Artifact Registry of this kind.",
}


@dataclass(frozen=True, slots=True)
class ServiceAccountKey:
    """What of a key file is used. `private_key` is PEM; `token_uri` and all other addresses in the file are not."""

    client_email: str
    private_key: Secret
    private_key_id: str | None
    project_id: str | None

    def info(self, token_uri: str) -> dict[str, str]:
        """The fields that google-auth wants. `token_uri` is where the signed claim is sent."""
        known = {"private_key_id": self.private_key_id, "project_id": self.project_id}
        return {
            "type": "service_account",
            "client_email": self.client_email,
            "private_key": self.private_key.reveal(),
            "token_uri": token_uri,
            **{name: value for name, value in known.items() if value},
        }


def account_name(credential: Credential) -> str | None:
    """The e-mail address that people may see as the user of a Google credential; None where it has none of its own.

    Raises InvalidCredential.
    """
    match credential:
        case GcpServiceAccount(key_json):
            return parse_key(key_json).client_email
        case GcpWorkloadIdentity(email):
            return email
        case _:
            return None


def parse_account_email(text: str) -> str:
    """The service account's address in `text`. Raises InvalidCredential."""
    email = text.strip().lower()
    if _EMAIL.fullmatch(email):
        return email
    raise InvalidCredential(
        f"{quotable(text)[:100] or 'Nothing'} is no service account. It is an e-mail address that ends in "
        ".gserviceaccount.com, such as charts@my-project.iam.gserviceaccount.com."
    )


def project_of(email: str) -> str | None:
    """The project that a service account lives in, where its address tells it."""
    project, dot, rest = email.partition("@")[2].partition(".iam.gserviceaccount.com")
    if not dot or rest or not project:
        return None
    # A project of a domain: name.example.com in addresses, example.com:name everywhere else.
    name, dot, domain = project.partition(".")
    return f"{domain}:{name}" if dot else name


def parse_key(text: Secret) -> ServiceAccountKey:
    """The key in what was pasted. Raises InvalidCredential, saying what it is instead; its text is never quoted."""
    document = _document(text.reveal())
    kind = document.get("type")
    if kind != "service_account":
        raise InvalidCredential(_not_a_key(document, kind))
    universe = document.get("universe_domain") or GOOGLE_UNIVERSE
    if universe != GOOGLE_UNIVERSE:
        raise InvalidCredential(
            f"This key belongs to the sovereign cloud {quotable(str(universe))[:100]}, and not to {GOOGLE_UNIVERSE}."
        )
    email, pem = document.get("client_email"), document.get("private_key")
    if not isinstance(email, str) or not _EMAIL.fullmatch(email.strip().lower()):
        raise InvalidCredential("This key file has no client_email of a service account. Paste the file whole.")
    if not isinstance(pem, str):
        raise InvalidCredential("This key file has no private_key. Paste the file whole, as Google gave it.")
    return ServiceAccountKey(
        client_email=email.strip().lower(),
        private_key=_mended(pem),
        private_key_id=_text(document, "private_key_id"),
        project_id=_text(document, "project_id"),
    )


def _text(document: dict[str, Any], name: str) -> str | None:
    value = document.get(name)
    return value.strip() or None if isinstance(value, str) and len(value) < 200 else None


def _not_a_key(document: dict[str, Any], kind: object) -> str:
    wanted = "A service account's JSON key is needed: its “type” is “service_account”."
    if isinstance(kind, str) and kind in _OTHER_TYPES:
        return f"{_OTHER_TYPES[kind]} {wanted}"
    if "installed" in document or "web" in document:
        return f"This is an OAuth client's file, which signs in people. {wanted}"
    return wanted


def _document(pasted: str) -> dict[str, Any]:
    if len(pasted) > KEY_MAX_CHARACTERS:
        raise InvalidCredential("This is too long for a service account's JSON key, which has about 2,400 characters.")
    text = _unquoted(pasted)
    if not text:
        raise InvalidCredential("The service account's JSON key is missing.")
    if not text.startswith("{"):
        text = _from_base64(text)
    # Not strict: line ends inside of private_key, where somebody's terminal wrote them out, do no harm.
    decoder = json.JSONDecoder(strict=False)
    for candidate in (text, text.replace('\\"', '"')):
        try:
            document = decoder.decode(candidate.strip())
        except (ValueError, RecursionError):
            continue
        if isinstance(document, dict):
            return document
    raise InvalidCredential(
        "This is no JSON. Paste the service account's key file whole, from its first { to its last }, or as base64."
    )


def _unquoted(pasted: str) -> str:
    text = pasted.strip().removeprefix("\ufeff").strip()
    while len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
        text = text[1:-1].strip()
    return text


def _from_base64(text: str) -> str:
    bare = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return _unquoted(base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode())
    except (binascii.Error, ValueError):
        if "PRIVATE KEY" in text:
            advice = "This is only the private key. Paste the JSON file that holds it, whole."
        elif text.endswith((".json", ".p12")):
            advice = "This is the name of a file. Paste what is in it."
        else:
            advice = "This is neither JSON nor base64. Paste the service account's key file whole."
    raise InvalidCredential(advice)


def _mended(pem: str) -> Secret:
    """The key with its line ends where PEM wants them. Raises InvalidCredential when no RSA key is left of it."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    found = _PEM.search(pem.replace("\\r", "").replace("\\n", "\n"))
    if found is None:
        raise InvalidCredential("The private_key in this file is cut off. Paste the file whole, as Google gave it.")
    label = "RSA PRIVATE KEY" if found[1] else "PRIVATE KEY"
    body = "".join(found[2].split())
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    mended = "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""))
    try:
        # Whether its numbers belong together takes 30 ms to check; Google will not take a wrong signature anyway.
        key = load_pem_private_key(mended.encode(), None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise InvalidCredential("The private_key in this file is damaged. Download a new key, and paste it whole.")
    return Secret(mended)
