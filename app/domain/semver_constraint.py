"""Which versions a chart asks for, read and judged as Helm does.

Source: Masterminds/semver v3 (`NewConstraint`, `Check`, `Validate`), vectors in tests/domain. Not a full
regular grammar of ours: what Masterminds accepts by accident is accepted here too, so that a chart means
the same in Chartroom as in Helm.

    ValueError
    └── InvalidConstraint   the text is no constraint; never temporary
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.domain.semver import InvalidVersion, Version, prerelease_precedence

CONSTRAINT_MAX_CHARS: Final = 1_024
"""Twice what Masterminds 3.5 takes (512); the one quadratic walk, below, stays under a million steps."""

# Go's \s, which has no vertical tab.
_BLANK: Final = r"[\t\n\f\r ]"
_IDENTIFIERS: Final = r"[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*+"
# The | in the class stands in the source by mistake; it lets "1||2 - 3" through as Helm does.
_NUMBER: Final = r"[0-9|xX*]++"
_PATTERN: Final = rf"v?+({_NUMBER})(\.{_NUMBER})?+(\.{_NUMBER})?+(-{_IDENTIFIERS})?+(?:\+{_IDENTIFIERS})?+"
# Possessive throughout: no quantifier can give back what the next part would take, so nothing is tried twice
# from one start; the search over all starts is quadratic at worst.
_HYPHEN_RANGE: Final = re.compile(rf"{_BLANK}*+({_PATTERN}){_BLANK}++-{_BLANK}++({_PATTERN}){_BLANK}*+")
_LOWER_GROUP, _UPPER_GROUP = 1, 6
_COMPARISON: Final = re.compile(rf"{_BLANK}*+(!=|>=|=>|<=|=<|~>|=|>|<|~|\^|){_BLANK}*+({_PATTERN}){_BLANK}*+")


class InvalidConstraint(ValueError):
    """The text is no constraint; says which part of it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One operator with one version pattern, `>= 1.2` or `2.x`.

    `bound` is the pattern with zeros for what it leaves open: `loose` where it leaves anything open,
    `minor_open` for `1` and `1.x`, `patch_open` for `1.2` and `1.2.x`.
    """

    operator: str
    pattern: str
    bound: Version
    loose: bool = False
    minor_open: bool = False
    patch_open: bool = False

    @classmethod
    def parse(cls, text: str) -> "Comparison":
        """Reads one comparison; the empty text is any release. Raises InvalidConstraint."""
        if not text:
            return cls("", "", Version(0, 0, 0), loose=True)
        match = _COMPARISON.fullmatch(text)
        if match is None or len(text) > CONSTRAINT_MAX_CHARS:
            raise InvalidConstraint(f"{text[:80]!r} is no version constraint")
        return cls.from_match(match)

    @classmethod
    def from_match(cls, match: re.Match[str]) -> "Comparison":
        """Takes a match of the grammar above. Raises InvalidConstraint, e.g. for `1|2` and `1.2.3-01`."""
        operator, pattern, major, minor, patch, prerelease = match.group(1, 2, 3, 4, 5, 6)
        prerelease = prerelease or ""
        any_version, minor_open, patch_open = False, False, False
        text = pattern
        if is_wildcard(major):
            any_version, text = True, f"0.0.0{prerelease}"
        elif minor is None or is_wildcard(minor[1:]):
            minor_open, text = True, f"{major}.0.0{prerelease}"
        elif patch is None or is_wildcard(patch[1:]):
            patch_open, text = True, f"{major}{minor}.0{prerelease}"
        try:
            bound = Version.parse(text)
        except InvalidVersion as refusal:
            raise InvalidConstraint(f"{pattern[:80]!r} is no version pattern") from refusal
        return cls(operator, pattern, bound, any_version or minor_open or patch_open, minor_open, patch_open)

    def refusal(self, version: Version, prereleases_included: bool) -> str | None:
        """Why the version does not satisfy this comparison, or None where it does."""
        if version.is_prerelease and not prereleases_included:
            return f"{version} is a prerelease version and the constraint is only looking for release versions"
        fault = _FAULT_BY_OPERATOR[self.operator](version, self)
        return None if fault is None else fault.format(version=version, pattern=self.pattern)


@dataclass(frozen=True, slots=True)
class Constraint:
    """Alternatives (`||`) of comparisons that hold together (`,` or blanks).

    A pre-release satisfies an alternative only where one of its comparisons names a pre-release, or where
    `prereleases_included` says so.
    """

    alternatives: tuple[tuple[Comparison, ...], ...]
    original: str
    prereleases_included: bool = False

    @classmethod
    def parse(cls, text: str, *, prereleases_included: bool = False) -> "Constraint":
        """Raises InvalidConstraint; for the empty text too, as Masterminds does (`*` is any release)."""
        if len(text) > CONSTRAINT_MAX_CHARS:
            raise InvalidConstraint(f"constraint has {len(text)} characters, the limit is {CONSTRAINT_MAX_CHARS}")
        alternatives = tuple(_parse_alternative(part) for part in rewrite_hyphen_ranges(text).split("||"))
        return cls(alternatives, text, prereleases_included)

    def check(self, version: Version) -> bool:
        return any(
            all(comparison.refusal(version, included) is None for comparison in alternative)
            for alternative, included in self._alternatives_with_inclusion()
        )

    def validate(self, version: Version) -> tuple[bool, list[str]]:
        """Whether the version satisfies it and, where it does not, every reason in order of the text."""
        # A dict keeps the order and says "is a prerelease", which every comparison would, only once.
        reasons: dict[str, None] = {}
        for alternative, included in self._alternatives_with_inclusion():
            refusals = [comparison.refusal(version, included) for comparison in alternative]
            if not any(refusals):
                return True, []
            reasons |= dict.fromkeys(refusal for refusal in refusals if refusal)
        return False, list(reasons)

    def __str__(self) -> str:
        return " || ".join(
            " ".join(comparison.operator + comparison.pattern for comparison in alternative)
            for alternative in self.alternatives
        )

    def _alternatives_with_inclusion(self) -> list[tuple[tuple[Comparison, ...], bool]]:
        return [
            (alternative, self.prereleases_included or any(part.bound.is_prerelease for part in alternative))
            for alternative in self.alternatives
        ]


def is_wildcard(part: str) -> bool:
    return part in ("x", "X", "*")


def rewrite_hyphen_ranges(text: str) -> str:
    """Puts `>= 1, <= 2 ` for each `1 - 2`; the blanks round the hyphen tell it from a pre-release."""
    rewritten = text
    for match in _HYPHEN_RANGE.finditer(text):
        bounds = f">= {match.group(_LOWER_GROUP)}, <= {match.group(_UPPER_GROUP)} "
        rewritten = rewritten.replace(match.group(), bounds, 1)
    return rewritten


def _parse_alternative(text: str) -> tuple[Comparison, ...]:
    comparisons: list[Comparison] = []
    position = 0
    while not comparisons or position < len(text):
        match = _COMPARISON.match(text, position)
        if match is None:
            raise InvalidConstraint(f"{text[:80]!r} is no version constraint")
        comparisons.append(Comparison.from_match(match))
        position = match.end()
        if position == len(text):
            break
        if text[position] == ",":
            position += 1
            if position == len(text):
                raise InvalidConstraint(f"{text[:80]!r} ends with a comma")
        elif match.end(2) == position:
            raise InvalidConstraint(f"{text[:80]!r} has no blank or comma after {match.group().strip()[:80]!r}")
    return tuple(comparisons)


# Each rule gives None where the version satisfies the comparison, else the reason as a format text.
# Comments with arrows show what an operator stands for.

_EQUAL: Final = "{version} is equal to {pattern}"
_NOT_EQUAL: Final = "{version} is not equal to {pattern}"
_LESS: Final = "{version} is less than {pattern}"
_LESS_OR_EQUAL: Final = "{version} is less than or equal to {pattern}"
_GREATER: Final = "{version} is greater than {pattern}"
_GREATER_OR_EQUAL: Final = "{version} is greater than or equal to {pattern}"
_OTHER_MAJOR: Final = "{version} does not have same major version as {pattern}"
_OTHER_MAJOR_OR_MINOR: Final = "{version} does not have same major and minor version as {pattern}"
_OTHER_MINOR: Final = "{version} does not have same minor version as {pattern}"
_OTHER_MINOR_OF_ZERO: Final = _OTHER_MINOR + ". Expected minor versions to match when constraint major version is 0"
_OTHER_PATCH_OF_ZERO: Final = (
    "{version} does not equal {pattern}. Expect version and constraint to equal when major and minor versions are 0"
)


def _not_equal_fault(version: Version, wanted: Comparison) -> str | None:
    bound = wanted.bound
    if wanted.loose:
        if bound.major != version.major:
            return None
        if wanted.minor_open:
            return _EQUAL
        if bound.minor != version.minor:
            return None
        if wanted.patch_open:
            return _EQUAL if _have_same_prerelease(version, bound) else None
    return _EQUAL if version == bound else None


def _greater_fault(version: Version, wanted: Comparison) -> str | None:
    bound = wanted.bound
    if wanted.loose and version.major != bound.major:
        return None if version.major > bound.major else _LESS_OR_EQUAL
    if wanted.minor_open:
        # >11 wants 12 or more: 11.1.0 is within 11.
        return _LESS_OR_EQUAL
    if wanted.patch_open:
        return None if version.minor > bound.minor else _LESS_OR_EQUAL
    return None if version > bound else _LESS_OR_EQUAL


def _less_fault(version: Version, wanted: Comparison) -> str | None:
    return None if version < wanted.bound else _GREATER_OR_EQUAL


def _greater_or_equal_fault(version: Version, wanted: Comparison) -> str | None:
    return None if version >= wanted.bound else _LESS


def _less_or_equal_fault(version: Version, wanted: Comparison) -> str | None:
    bound = wanted.bound
    if not wanted.loose:
        return None if version <= bound else _GREATER
    if version.major > bound.major:
        return _GREATER
    if version.major == bound.major and version.minor > bound.minor and not wanted.minor_open:
        return _GREATER
    return None


def _tilde_fault(version: Version, wanted: Comparison) -> str | None:
    # ~*, ~0.0.0 -> any; ~2, ~2.x -> >=2.0.0 <3.0.0; ~1.2, ~1.2.x -> >=1.2.0 <1.3.0; ~1.2.3 -> >=1.2.3 <1.3.0
    bound = wanted.bound
    if version < bound:
        return _LESS
    if (bound.major, bound.minor, bound.patch) == (0, 0, 0) and not wanted.minor_open and not wanted.patch_open:
        return None
    if version.major != bound.major:
        return _OTHER_MAJOR
    if version.minor != bound.minor and not wanted.minor_open:
        return _OTHER_MAJOR_OR_MINOR
    return None


def _tilde_or_equal_fault(version: Version, wanted: Comparison) -> str | None:
    # A pattern that leaves something open stands for ~, a whole version for itself.
    if wanted.loose:
        return _tilde_fault(version, wanted)
    return None if version == wanted.bound else _NOT_EQUAL


def _caret_fault(version: Version, wanted: Comparison) -> str | None:
    # ^1.2.3 -> >=1.2.3 <2.0.0, ^1 and ^1.2 alike; ^0.2.3 -> >=0.2.3 <0.3.0;
    # ^0.0.3 -> =0.0.3; ^0.0 -> >=0.0.0 <0.1.0; ^0 -> >=0.0.0 <1.0.0
    bound = wanted.bound
    if version < bound:
        return _LESS
    if version.major != bound.major:
        return _OTHER_MAJOR
    if bound.major > 0 or wanted.minor_open:
        return None
    if bound.minor > 0 or wanted.patch_open:
        return None if version.minor == bound.minor else _OTHER_MINOR_OF_ZERO
    if version.minor > 0:
        return _OTHER_MINOR
    return None if version.patch == bound.patch else _OTHER_PATCH_OF_ZERO


def _have_same_prerelease(version: Version, bound: Version) -> bool:
    return prerelease_precedence(version.prerelease) == prerelease_precedence(bound.prerelease)


_FAULT_BY_OPERATOR: Final[dict[str, Callable[[Version, Comparison], str | None]]] = {
    "": _tilde_or_equal_fault,
    "=": _tilde_or_equal_fault,
    "!=": _not_equal_fault,
    ">": _greater_fault,
    "<": _less_fault,
    ">=": _greater_or_equal_fault,
    "=>": _greater_or_equal_fault,
    "<=": _less_or_equal_fault,
    "=<": _less_or_equal_fault,
    "~": _tilde_fault,
    "~>": _tilde_fault,
    "^": _caret_fault,
}
