"""Hosts, repository names and references, by the grammar of distribution/reference.

Source: github.com/distribution/reference regexp.go; distribution-spec 1.1, Pulling manifests.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final, Self

from app.oci_client.errors import InvalidReference, InvalidRegistryHost, InvalidRepositoryName

REPOSITORY_MAX_CHARACTERS: Final = 255
# A host has at most 253 characters, a repository 255, a tag 128, a digest 135; anything longer is no
# reference.
REFERENCE_MAX_CHARACTERS: Final = 1024

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_TAG = r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}"

REPOSITORY_PATTERN: Final = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
TAG_PATTERN: Final = re.compile(_TAG)
DIGEST_PATTERN: Final = re.compile(r"sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}")
_HOST_PATTERN: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_SCHEME_PATTERN: Final = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://")
_REFERENCE_PATTERN: Final = re.compile(
    rf"(?:(?P<domain>{_DOMAIN})/)?(?P<path>{_COMPONENT}(?:/{_COMPONENT})*)"
    rf"(?::(?P<tag>{_TAG}))?"
    r"(?:@(?P<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?"
)


def is_tag(text: str) -> bool:
    """Whether `text` can be a tag."""
    return TAG_PATTERN.fullmatch(text) is not None


def is_digest(text: str) -> bool:
    """Whether `text` is a digest we can verify: sha256 or sha512, lower case."""
    return DIGEST_PATTERN.fullmatch(text) is not None


def parse_repository(text: str) -> str:
    """The repository name in `text`, without surrounding whitespace and slashes."""
    name = text.strip().strip("/")
    if not name:
        raise InvalidRepositoryName("A repository name is missing, for example acme/payments.")
    scheme = _SCHEME_PATTERN.match(name)
    if scheme:
        raise InvalidRepositoryName(
            f"A repository is a path inside the registry, such as acme/payments. "
            f"Type it without {scheme[0]} and without the host."
        )
    if len(name) > REPOSITORY_MAX_CHARACTERS:
        raise InvalidRepositoryName(
            f"A repository name has at most {REPOSITORY_MAX_CHARACTERS} characters; this one has {len(name)}."
        )
    if REPOSITORY_PATTERN.fullmatch(name):
        return name
    raise InvalidRepositoryName(_repository_advice(name))


def _repository_advice(name: str) -> str:
    shown = _shown(name)
    lowered = name.lower()
    if REPOSITORY_PATTERN.fullmatch(lowered):
        return f"Repository names have no capital letters. Type {lowered} instead of {shown}."
    without_reference = re.split(r"[:@]", lowered, maxsplit=1)[0]
    if without_reference != lowered and REPOSITORY_PATTERN.fullmatch(without_reference):
        return f"A repository name carries no tag and no digest. Type {without_reference} instead of {shown}."
    return (
        f"{shown} is no repository name. It is made of lower-case letters and digits, separated by single "
        "dots, one or two underscores or hyphens, in parts joined by slashes, for example acme/payments."
    )


@dataclass(frozen=True, slots=True)
class RegistryHost:
    """Host and port of a registry. `name` is lower case; an IPv6 address stands in it without brackets."""

    name: str
    port: int | None = None

    @property
    def is_ip_literal(self) -> bool:
        return _ip(self.name) is not None

    @property
    def url_name(self) -> str:
        """The name as it stands in a URL: IPv6 in brackets."""
        return f"[{self.name}]" if ":" in self.name else self.name

    def __str__(self) -> str:
        return self.url_name if self.port is None else f"{self.url_name}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The host in `text`; whitespace around it, letter case and a trailing slash do no harm.

        Raises InvalidRegistryHost, whose message says what to type instead.
        """
        typed = text.strip()
        if not typed:
            raise InvalidRegistryHost("The registry's host is missing. Type it like ghcr.io or localhost:5000.")
        if len(typed) > REFERENCE_MAX_CHARACTERS:
            raise InvalidRegistryHost("This is too long for a host. Type it like ghcr.io or localhost:5000.")
        _refuse_more_than_a_host(typed)
        return cls._from_authority(typed.rstrip("/"))

    @classmethod
    def _from_authority(cls, authority: str) -> Self:
        bare = _ip(authority)
        if bare is not None and bare.version == 6:
            raise InvalidRegistryHost(f"An IPv6 address stands in brackets. Type [{bare}] or [{bare}]:5000.")
        if authority.startswith("["):
            name, closed, rest = authority[1:].partition("]")
            address = _ip(name)
            if (
                not closed
                or address is None
                or address.version != 6
                or "%" in name
                or (rest and not rest.startswith(":"))
            ):
                raise InvalidRegistryHost(
                    f"{_shown(authority)} is no IPv6 address in brackets. Type it like [::1]:5000, without a zone."
                )
            return cls(str(address), _port(rest[1:], authority) if rest else None)
        name, colon, port_text = authority.partition(":")
        port = _port(port_text, authority) if colon else None
        return cls(_host_name(name), port)


def _refuse_more_than_a_host(typed: str) -> None:
    scheme = _SCHEME_PATTERN.match(typed)
    rest = typed[scheme.end() :] if scheme else typed
    authority, slash, path = rest.partition("/")
    path = re.split(r"[?#]", path, maxsplit=1)[0].strip("/")
    authority = re.split(r"[?#]", authority, maxsplit=1)[0]
    has_user_info = "@" in authority
    host = authority.rpartition("@")[2]
    repository = re.split(r"[:@]", path, maxsplit=1)[0]
    instead = f"Type {_shown(host)}" if _is_authority(host) else "Type only the host, like ghcr.io"
    if repository and REPOSITORY_PATTERN.fullmatch(repository.lower()) and repository != "v2":
        instead += f" and put {_shown(repository.lower())} into the list of repositories"
    if has_user_info:
        raise InvalidRegistryHost(
            f"User name and password do not belong into the registry's host. {instead}; they have fields of their own."
        )
    if scheme:
        raise InvalidRegistryHost(f"The registry's host is typed without {scheme[0].lower()}. {instead}.")
    if path or "?" in typed or "#" in typed or (slash and rest.rstrip("/") != authority):
        raise InvalidRegistryHost(f"The registry's host is typed without a path. {instead}.")


def _is_authority(text: str) -> bool:
    try:
        RegistryHost._from_authority(text)
    except InvalidRegistryHost:
        return False
    return True


def _port(text: str, authority: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536:
        return int(text)
    raise InvalidRegistryHost(
        f"{_shown(authority)} has no valid port. A port is a number from 1 to 65535, as in localhost:5000."
    )


def _host_name(text: str) -> str:
    name = text.lower().removesuffix(".")
    if not name.isascii():
        import idna  # tables of all of Unicode, for a name that few will type

        try:
            encoded = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise InvalidRegistryHost(f"{_shown(text)} is no host. Type it like ghcr.io.") from None
        raise InvalidRegistryHost(f"Type the host in its ASCII form: {encoded} instead of {_shown(text)}.")
    if not _HOST_PATTERN.fullmatch(name) or len(name) > 253 or any(len(part) > 63 for part in name.split(".")):
        raise InvalidRegistryHost(
            f"{_shown(text)} is no host. Type it like ghcr.io or localhost:5000: letters, digits, hyphens, dots."
        )
    last = name.rpartition(".")[2]
    # inet_aton reads 127.1, 2130706433 and 0x7f.1 as addresses; a policy that only sees text would not.
    if (last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last)) and _ip(name) is None:
        raise InvalidRegistryHost(f"{_shown(text)} is no IPv4 address. Type all four numbers, like 192.168.1.10:5000.")
    return name


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _shown(text: str) -> str:
    """What was typed, short and printable, to be quoted in a message."""
    printable = "".join(character if character.isprintable() else "�" for character in text)
    return printable if len(printable) <= 100 else printable[:99] + "…"


@dataclass(frozen=True, slots=True)
class Reference:
    """`[domain/]path[:tag][@digest]`, as `docker pull` and `helm pull oci://` write it, without defaults
    filled in.
    """

    domain: str | None
    path: str
    tag: str | None = None
    digest: str | None = None

    @property
    def repository(self) -> str:
        """Domain and path together, as distribution/reference names it."""
        return self.path if self.domain is None else f"{self.domain}/{self.path}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InvalidReference; its `reason` is the name that distribution/reference gives the fault."""
        if not text:
            raise InvalidReference("The reference is empty.", "ErrNameEmpty")
        if len(text) > REFERENCE_MAX_CHARACTERS:
            raise InvalidReference("The reference is too long.", "ErrNameTooLong")
        match = _REFERENCE_PATTERN.fullmatch(text)
        if match is None:
            if _REFERENCE_PATTERN.fullmatch(text.lower()):
                raise InvalidReference(
                    "A repository name in a reference has no capital letters.", "ErrNameContainsUppercase"
                )
            raise InvalidReference(f"{_shown(text)} is no reference, like ghcr.io/acme/payments:1.2.3.")
        if len(match["path"]) > REPOSITORY_MAX_CHARACTERS:
            raise InvalidReference("The repository name in the reference is too long.", "ErrNameTooLong")
        if match["digest"]:
            _check_digest(match["digest"])
        return cls(match["domain"], match["path"], match["tag"], match["digest"])


def _check_digest(digest: str) -> None:
    algorithm, _, encoded = digest.partition(":")
    if algorithm != "sha256":
        raise InvalidReference("A reference's digest is sha256.", "digest.ErrDigestUnsupported")
    if len(encoded) != 64:
        raise InvalidReference("A sha256 digest has 64 hexadecimal digits.", "digest.ErrDigestInvalidLength")
    if not is_digest(digest):
        raise InvalidReference("A digest is lower case.", "digest.ErrDigestInvalidFormat")
