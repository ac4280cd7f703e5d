"""Of several verdicts one is told."""

import pytest

from app.domain.signatures import UNSIGNED, Verdict, Verification, best_of, combined

VERIFIED = Verdict(Verification.VERIFIED, "Ada")
UNVERIFIED = Verdict(Verification.UNVERIFIED)
INVALID = Verdict(Verification.INVALID)


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        ([], UNSIGNED),
        ([UNVERIFIED, VERIFIED, INVALID], VERIFIED),
        ([UNVERIFIED, INVALID], INVALID),
        ([UNVERIFIED], UNVERIFIED),
    ],
)
def test_one_verified_signature_of_a_kind_is_enough(verdicts: list[Verdict], told: Verdict) -> None:
    assert best_of(verdicts) == told


@pytest.mark.parametrize(
    ("provenance", "signatures", "told"),
    [
        (VERIFIED, INVALID, INVALID),
        (INVALID, VERIFIED, INVALID),
        (UNVERIFIED, VERIFIED, VERIFIED),
        (UNSIGNED, UNVERIFIED, UNVERIFIED),
        (UNSIGNED, UNSIGNED, UNSIGNED),
    ],
)
def test_what_is_wrong_with_one_kind_is_not_hidden_by_the_other(
    provenance: Verdict, signatures: Verdict, told: Verdict
) -> None:
    assert combined(provenance, signatures) == told
