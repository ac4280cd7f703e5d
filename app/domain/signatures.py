"""Who signed a chart version, as far as this store can tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verification(StrEnum):
    """What became of checking a version's signatures."""

    UNSIGNED = "UNSIGNED"
    UNVERIFIED = "UNVERIFIED"
    VERIFIED = "VERIFIED"
    INVALID = "INVALID"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one signature. `signed_by` where it was verified; `message` is for people."""

    verification: Verification
    signed_by: str | None = None
    message: str | None = None


UNSIGNED = Verdict(Verification.UNSIGNED)


def best_of(verdicts: Sequence[Verdict]) -> Verdict:
    """Of several signatures of one kind: one that is verified is enough, whoever else signed too."""
    order = (Verification.VERIFIED, Verification.INVALID, Verification.UNVERIFIED)
    return min(verdicts, key=lambda verdict: order.index(verdict.verification), default=UNSIGNED)


def combined(provenance: Verdict, signatures: Verdict) -> Verdict:
    """Of both kinds together: what is wrong with one of them is never hidden by the other."""
    order = (Verification.INVALID, Verification.VERIFIED, Verification.UNVERIFIED, Verification.UNSIGNED)
    return min((provenance, signatures), key=lambda verdict: order.index(verdict.verification))
