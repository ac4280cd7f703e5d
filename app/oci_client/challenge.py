"""What `WWW-Authenticate` asks for, and which token endpoints may be asked at all.

Sources: RFC 7235; distribution docs/spec/auth/token.md; what registries really send (regclient's and oras-
go's tables).
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

_TOKEN_CHARACTERS: Final = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
# Unquoted values carry slashes and colons in the wild: `Basic realm=/`.
_VALUE_CHARACTERS: Final = _TOKEN_CHARACTERS | frozenset("/:@?=[]()<>{}")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way to sign in. `scheme` and the parameters' names are lower case."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Challenges:
    """All that could be read. `broken`: the header ended in nonsense; what stood before it still counts."""

    offered: tuple[Challenge, ...]
    broken: bool = False

    def best(self) -> Challenge | None:
        """Bearer before Basic; None when neither is offered."""
        for scheme in ("bearer", "basic"):
            for challenge in self.offered:
                if challenge.scheme == scheme:
                    return challenge
        return None


def parse_challenges(headers: Iterable[str]) -> Challenges:
    """The challenges of every `WWW-Authenticate` header of one answer, in order."""
    offered: list[Challenge] = []
    broken = False
    for header in headers:
        scanner = _Scanner(header)
        offered += scanner.challenges()
        broken = broken or scanner.broken
    return Challenges(tuple(offered), broken)


class _Scanner:
    """A reader that goes once over the header and keeps what it understood before the first nonsense."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.broken = False

    def challenges(self) -> list[Challenge]:
        found: list[Challenge] = []
        parameters: dict[str, str] = {}
        while not self.broken and self._skip(" \t,"):
            word = self._word()
            if not word:
                self.broken = True
            elif self._peek_past_space() == "=":
                if not found:
                    self.broken = True
                else:
                    self._parameter(word, parameters)
            else:
                parameters = {}
                found.append(Challenge(word.lower(), parameters))
                self._skip_token68()
        return found

    def _parameter(self, name: str, parameters: dict[str, str]) -> None:
        self._skip(" \t")
        self.position += 1  # the equals sign
        self._skip(" \t")
        quoted = self._peek() == '"'
        value = self._quoted() if quoted else self._run(_VALUE_CHARACTERS)
        if self.broken or (not value and not quoted):
            self.broken = True
            return
        parameters.setdefault(name.lower(), value)
        if self._skip(" \t") and self._peek() != ",":
            self.broken = True

    def _skip_token68(self) -> None:
        """`Negotiate abc==` and the like: data without a name, of schemes we do not speak."""
        here = self.position
        if self._skip(" \t") and self._peek() not in (",", '"'):
            self._run(_TOKEN_CHARACTERS | {"/"})
            self._run(frozenset("="))
            if self._peek_past_space() in ("", ","):
                return
        self.position = here

    def _word(self) -> str:
        return self._quoted() if self._peek() == '"' else self._run(_TOKEN_CHARACTERS)

    def _run(self, allowed: frozenset[str]) -> str:
        start = self.position
        while self.position < len(self.text) and self.text[self.position] in allowed:
            self.position += 1
        return self.text[start : self.position]

    def _quoted(self) -> str:
        characters: list[str] = []
        self.position += 1
        while self.position < len(self.text):
            character = self.text[self.position]
            self.position += 1
            if character == '"':
                return "".join(characters)
            if character == "\\":
                if self.position >= len(self.text):
                    break
                character = self.text[self.position]
                self.position += 1
            characters.append(character)
        self.broken = True
        return ""

    def _skip(self, characters: str) -> bool:
        """Whether anything is left after the given characters."""
        while self.position < len(self.text) and self.text[self.position] in characters:
            self.position += 1
        return self.position < len(self.text)

    def _peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def _peek_past_space(self) -> str:
        return self.text[self.position :].lstrip(" \t")[:1]


class RefusedRealm(ValueError):
    """A token endpoint that must not be asked; the text says why."""


def check_realm(realm: str, registry_url: str) -> str | None:
    """`realm` when it may be asked for a token, None when there is none.

    https, unless the registry itself is spoken to in plain http; no loopback, private or link-local literal,
    unless it is the registry's own host. Names that lead to such addresses are the address guard's affair.
    """
    if not realm:
        return None
    try:
        asked, registry = urlsplit(realm), urlsplit(registry_url)
        host = asked.hostname
        _ = asked.port
    except ValueError:
        raise RefusedRealm("its token address cannot be read") from None
    if asked.scheme not in ("http", "https") or not host:
        raise RefusedRealm("its token address is neither https nor http")
    if asked.scheme == "http" and registry.scheme != "http":
        raise RefusedRealm("its token address is plain http while the registry speaks https")
    if asked.username is not None or asked.fragment:
        raise RefusedRealm("its token address carries user information or a fragment")
    if host != registry.hostname and _is_inward_literal(host):
        raise RefusedRealm("its token address is a loopback, private or link-local address")
    return realm


def _is_inward_literal(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return not address.is_global or address.is_multicast


# Second-level labels under country codes (co.uk, com.au, ne.jp) under which anybody can register.
_SECOND_LEVEL: Final = frozenset(
    {
        "ac",
        "co",
        "com",
        "edu",
        "gob",
        "gouv",
        "gov",
        "go",
        "id",
        "ltd",
        "mil",
        "ne",
        "net",
        "nom",
        "or",
        "org",
        "plc",
        "sch",
    }
)
# Names under which each label belongs to somebody else. The public suffix list has thousands; these are the
# ones where registries or token services are plausibly run. A suffix missed here can only matter for two
# parties under the same provider, one of which already runs the registry that was registered.
_SHARED_SUFFIXES: Final = frozenset(
    {
        "amazonaws.com", "amazonaws.com.cn", "awsapprunner.com", "elb.amazonaws.com", "cloudfront.net",
        "on.aws",
        "azurecr.io", "azurecr.cn", "azurecr.us", "azurewebsites.net", "cloudapp.net", "cloudapp.azure.com",
        "azurecontainerapps.io", "blob.core.windows.net", "pkg.dev", "run.app", "appspot.com", "web.app",
        "firebaseapp.com", "github.io", "gitlab.io", "githubusercontent.com", "herokuapp.com", "fly.dev",
        "netlify.app", "vercel.app", "pages.dev", "workers.dev", "r2.dev", "ngrok.io", "ngrok.app",
        "ngrok-free.app", "trycloudflare.com", "digitaloceanspaces.com", "ondigitalocean.app", "onrender.com",
        "railway.app", "scw.cloud", "jfrog.io", "nip.io", "sslip.io", "duckdns.org", "dyndns.org",
        "no-ip.org",
        "ddns.net", "local", "internal", "svc", "cluster.local", "svc.cluster.local", "lan", "home.arpa",
    }
)  # fmt: skip


def same_registrable_domain(one: str, other: str) -> bool:
    """Whether two hosts belong to one owner as far as names tell; equal hosts always do, IP addresses only
    then.
    """
    if one == other:
        return True
    domain = _registrable_domain(one)
    return domain is not None and domain == _registrable_domain(other)


def _registrable_domain(host: str) -> str | None:
    labels = host.lower().rstrip(".").split(".")
    if ":" in host or labels[-1].isdigit():
        return None
    suffix_length = 1
    if len(labels) > 1 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL:
        suffix_length = 2
    for length in range(2, len(labels) + 1):
        if ".".join(labels[-length:]) in _SHARED_SUFFIXES:
            suffix_length = max(suffix_length, length)
    if len(labels) <= suffix_length:
        return None
    return ".".join(labels[-suffix_length - 1 :])
