"""What a registry's answer means. The status comes before the error code: codes differ between registries.

Source: distribution-spec 1.1, Error codes; distribution registry/api/errcode.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

import orjson

from app.oci_client.bodies import load_json
from app.oci_client.errors import (
    BlobNotFound,
    CredentialsRefused,
    ManifestNotFound,
    PermissionDenied,
    RateLimited,
    RegistryError,
    RepositoryNotFound,
    UnexpectedAnswer,
)
from app.oci_client.registry_text import quotable
from app.oci_client.response import Headers

TEMPORARY_STATUSES: Final = frozenset({408, 429})
_CODES_MAX: Final = 10


class Asked(Enum):
    """What a request was for."""

    PING = auto()
    TOKEN = auto()
    TAGS = auto()
    CATALOG = auto()
    MANIFEST = auto()
    BLOB = auto()
    PROVIDER_API = auto()


class Presented(Enum):
    """How the request was signed in."""

    NOTHING = auto()
    BASIC = auto()
    TOKEN = auto()
    ANONYMOUS_TOKEN = auto()


@dataclass(frozen=True, slots=True)
class Subject:
    """What a request is about, to be named in errors."""

    asked: Asked
    repository: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer read to its end. `url` is that of the request, before any redirect."""

    status: int
    headers: Headers
    body: bytes
    url: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer with an error status. `text` is the registry's own words, cleaned and scrubbed of secrets."""

    host: str
    subject: Subject
    status: int
    presented: Presented
    codes: tuple[str, ...]
    text: str
    headers: Headers = field(default_factory=Headers)

    @property
    def what(self) -> str:
        """What was asked for, in words."""
        repository = self.subject.repository or "the registry"
        match self.subject.asked:
            case Asked.MANIFEST | Asked.BLOB:
                return f"{repository} {self.subject.reference}"
            case Asked.TOKEN:
                return f"a token for {repository}" if self.subject.repository else "a token"
            case Asked.CATALOG:
                return "the list of repositories"
            case _:
                return repository

    @property
    def quoted(self) -> str:
        """The registry's own words as the end of a message."""
        return f" It says: “{self.text}”" if self.text else ""

    def facts(self) -> dict[str, Any]:
        """What every error about this refusal carries."""
        return {
            "host": self.host,
            "repository": self.subject.repository,
            "reference": self.subject.reference,
        }


def read_refusal_text(body: bytes, content_type: str) -> tuple[tuple[str, ...], str]:
    """Error codes and words in the body of an error; codes are upper case."""
    if "html" in content_type.lower():
        return (), ""
    try:
        document = orjson.loads(body)
    except ValueError:
        return (), quotable(body.decode("utf-8", "replace"))
    if not isinstance(document, dict):
        return (), ""
    errors = document.get("errors")
    listed = [entry for entry in errors if isinstance(entry, dict)] if isinstance(errors, list) else []
    codes = tuple(str(entry.get("code", "")).upper()[:64] for entry in listed[:_CODES_MAX])
    words = [entry.get("message") for entry in listed[:_CODES_MAX]] or [
        document.get(key) for key in ("details", "detail", "error_description", "message", "error")
    ]
    return codes, next((word for word in words if isinstance(word, str) and word), "")


def explain(refusal: Refusal) -> RegistryError:
    """The error that an OCI registry's refusal is, by the standard and by what most registries do."""
    status = refusal.status
    if status == 401:
        return _unauthorized(refusal)
    if status == 403 and refusal.subject == Subject(Asked.TOKEN) and refusal.presented is Presented.BASIC:
        # It was asked for nothing but to take the login; GitLab and GitHub answer 403 to a wrong one.
        return CredentialsRefused(
            f"{refusal.host} refused the user name or the password or token.{refusal.quoted}", **refusal.facts()
        )
    if status == 403:
        return PermissionDenied(
            f"{refusal.host} denies {refusal.what}: no permission, or it does not exist.{refusal.quoted}",
            **refusal.facts(),
        )
    if status == 404:
        return _not_found(refusal)
    if status == 429:
        return RateLimited(f"{refusal.host} says: too many requests.{refusal.quoted}", **refusal.facts())
    error = UnexpectedAnswer(
        f"{refusal.host} answered {status} to a request for {refusal.what}.{refusal.quoted}",
        temporary=status >= 500 or status in TEMPORARY_STATUSES,
        **refusal.facts(),
    )
    error.status = status
    return error


def _unauthorized(refusal: Refusal) -> RegistryError:
    host, facts = refusal.host, refusal.facts()
    asked = refusal.subject.asked
    # A token is presented to a ping only where the credential itself is the token.
    signed_in_as_such = refusal.presented is Presented.BASIC or (
        refusal.presented is Presented.TOKEN and asked is Asked.PING
    )
    if asked is Asked.TOKEN or signed_in_as_such or refusal.presented is Presented.NOTHING:
        if signed_in_as_such:
            return CredentialsRefused(
                f"{host} refused the user name or the password or token.{refusal.quoted}", **facts
            )
        return CredentialsRefused(
            f"{host} wants a user name and a password or token for {refusal.what}.{refusal.quoted}", **facts
        )
    if refusal.presented is Presented.ANONYMOUS_TOKEN:
        return PermissionDenied(
            f"{host} gives nobody without credentials access to {refusal.what}: it does not exist or is "
            f"private; "
            f"the registry does not tell which.{refusal.quoted}",
            **facts,
        )
    return PermissionDenied(
        f"{host} took the credentials but denies {refusal.what}: it does not exist, or they have no access; "
        f"the registry does not tell which.{refusal.quoted}",
        **facts,
    )


def _not_found(refusal: Refusal) -> RegistryError:
    host, facts = refusal.host, refusal.facts()
    repository_unknown = "NAME_UNKNOWN" in refusal.codes
    match refusal.subject.asked:
        case Asked.MANIFEST if not repository_unknown:
            missing: UnexpectedAnswer = ManifestNotFound(
                f"{host} has no {refusal.what}; it may have been moved or deleted.{refusal.quoted}", **facts
            )
        case Asked.BLOB if not repository_unknown:
            missing = BlobNotFound(f"{host} does not hold the blob {refusal.what}.{refusal.quoted}", **facts)
        case Asked.TAGS | Asked.MANIFEST | Asked.BLOB:
            return RepositoryNotFound(
                f"{host} has no repository {refusal.subject.repository}. Check its spelling.{refusal.quoted}",
                **facts,
            )
        case _:
            missing = UnexpectedAnswer(f"{host} has no {refusal.what} (404).{refusal.quoted}", **facts)
    missing.status = 404
    return missing


async def parse_object(answer: Answer, host: str, subject: Subject) -> Mapping[str, Any]:
    """The JSON object in an answer, whatever its content type says. Raises UnexpectedAnswer."""
    try:
        document = await load_json(answer.body)
    except ValueError:
        document = None
    if isinstance(document, dict):
        return document
    kind = "a web page" if b"<" in answer.body[:64] else "something that is no JSON object"
    error = UnexpectedAnswer(
        f"{host} answered {answer.status} with {kind} where a registry's answer was expected.",
        host=host,
        repository=subject.repository,
        reference=subject.reference,
    )
    error.status = answer.status
    raise error
