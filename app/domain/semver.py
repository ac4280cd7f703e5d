"""Versions as Helm reads them.

Sources: semver.org 2.0.0 (precedence), Masterminds/semver v3 (what is accepted: Helm calls `NewVersion`
for charts and `StrictNewVersion` for tags). One deliberate difference: numeric pre-release identifiers
beyond 64 bits order as numbers here, as semver.org says, where Masterminds falls back to text.

    ValueError
    └── InvalidVersion   the text is no version; never temporary
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import total_ordering
from typing import Final

VERSION_MAX_CHARS: Final = 256
"""An OCI tag has at most 128 characters; twice that for Chart.yaml, as Masterminds 3.5 has it."""

SORT_KEY_MAX_CHARS: Final = 1_024
"""Longest key: 3 core numbers of 2 + 20, and for 256 characters at most 126 identifiers of 1 + 3 + 1: 698."""

_UINT64_MAX: Final = 2**64 - 1
_IDENTIFIERS: Final = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
# Each part starts with a character that the part before it cannot hold: matching is linear.
_LENIENT: Final = re.compile(rf"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-({_IDENTIFIERS}))?(?:\+({_IDENTIFIERS}))?")
_STRICT: Final = re.compile(
    rf"([0-9]+)\.([0-9]+)\.([0-9]+)(?:-({_IDENTIFIERS}))?(?:\+({_IDENTIFIERS}))?",
)

_Identifiers = tuple[tuple[int, int, str], ...]
_Precedence = tuple[int, int, int, bool, _Identifiers]


class InvalidVersion(ValueError):
    """The text is no version; says which text and why."""


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One version; comes from `parse`, `parse_strict` or `from_tag`: the constructor checks nothing.

    Order, `==` and `hash` are semver precedence: `1.0.0+a == 1.0.0+b`. Where both must be told apart,
    use `str(version)` as the key, and `newest_first` to sort them always in the same order.
    """

    major: int
    minor: int
    patch: int
    prerelease: str = ""
    build: str = ""
    original: str = ""

    @classmethod
    def parse(cls, text: str, *, leading_zeros_allowed: bool = True) -> "Version":
        """Reads what Helm accepts as the version of a chart: `v1.2.3`, `1.2` and `01.2.3` too.

        `leading_zeros_allowed=False` is Masterminds' `CoerceNewVersion = false`. Raises InvalidVersion.
        """
        return cls._from_match(text, text, _LENIENT, leading_zeros_allowed)

    @classmethod
    def parse_strict(cls, text: str) -> "Version":
        """Reads semver.org 2.0.0 and nothing more. Raises InvalidVersion."""
        return cls._from_match(text, text, _STRICT, leading_zeros_allowed=False)

    @classmethod
    def from_tag(cls, tag: str) -> "Version":
        """Reads the version a tag stands for: `_` is `+`, as Helm pushes it; a leading `v` is allowed.

        Strict otherwise, so that floating tags such as `1` and `1.2` are no versions. `original` is the
        tag as given. Raises InvalidVersion.
        """
        return cls._from_match(tag.removeprefix("v").replace("_", "+"), tag, _STRICT, leading_zeros_allowed=False)

    @classmethod
    def _from_match(cls, text: str, original: str, pattern: re.Pattern[str], leading_zeros_allowed: bool) -> "Version":
        if len(original) > VERSION_MAX_CHARS:
            raise InvalidVersion(f"version has {len(original)} characters, the limit is {VERSION_MAX_CHARS}")
        match = pattern.fullmatch(text)
        if match is None:
            raise InvalidVersion(f"{original!r} is no semantic version")
        first, second, third, prerelease, build = match.groups("")
        if not leading_zeros_allowed and (
            _has_leading_zero(first) or _has_leading_zero(second) or _has_leading_zero(third)
        ):
            raise InvalidVersion(f"{original!r} has a number that starts with 0")
        major, minor, patch = int(first), int(second or "0"), int(third or "0")
        if max(major, minor, patch) > _UINT64_MAX:
            raise InvalidVersion(f"{original!r} has a number beyond 64 bits")
        if prerelease and any(part.isdigit() and _has_leading_zero(part) for part in prerelease.split(".")):
            raise InvalidVersion(f"{original!r} has a numeric pre-release identifier that starts with 0")
        return cls(major, minor, patch, prerelease, build, original)

    @property
    def is_prerelease(self) -> bool:
        return self.prerelease != ""

    @property
    def sort_key(self) -> str:
        """ASCII text whose byte order (SQLite BINARY, PostgreSQL COLLATE "C") is semver precedence.

        Equal for versions that differ in build only. At most SORT_KEY_MAX_CHARS long. Shape: each core
        number as two digits of length and its digits, then `~` for a release (after everything), or the
        identifiers and `!` (before everything): numeric `0` + three digits of length + digits + `!`,
        alphanumeric `1` + text + `!`.
        """
        major, minor, patch = str(self.major), str(self.minor), str(self.patch)
        core = f"{len(major):02d}{major}{len(minor):02d}{minor}{len(patch):02d}{patch}"
        if not self.prerelease:
            return core + "~"
        identifiers = (
            f"0{len(part):03d}{part}!" if part.isdigit() else f"1{part}!" for part in self.prerelease.split(".")
        )
        return core + "".join(identifiers) + "!"

    def __str__(self) -> str:
        """Three numbers always, no leading `v`: `v1.2-rc.1+b` reads `1.2.0-rc.1+b`."""
        prerelease = f"-{self.prerelease}" if self.prerelease else ""
        build = f"+{self.build}" if self.build else ""
        return f"{self.major}.{self.minor}.{self.patch}{prerelease}{build}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self._precedence() == other._precedence()

    def __lt__(self, other: "Version") -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self._precedence() < other._precedence()

    def __hash__(self) -> int:
        return hash(self._precedence())

    def _precedence(self) -> _Precedence:
        return self.major, self.minor, self.patch, not self.prerelease, prerelease_precedence(self.prerelease)


def prerelease_precedence(prerelease: str) -> _Identifiers:
    """Sort key of a pre-release text; numeric identifiers before alphanumeric ones, fewer before more.

    Source: semver.org 2.0.0, 11.4. The empty text comes first; a release comes last only in Version.
    """
    if not prerelease:
        return ()
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in prerelease.split("."))


def newest_first(versions: Iterable[Version]) -> list[Version]:
    """Highest precedence first; build text only decides between versions that are equal otherwise."""
    return sorted(versions, key=lambda version: (version.sort_key, version.build), reverse=True)


def _has_leading_zero(number: str) -> bool:
    return len(number) > 1 and number[0] == "0"
