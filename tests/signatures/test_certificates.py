"""A certificate names whom it was made for, and who said so."""

import pytest

from app.signatures.certificates import signatory_of
from app.signatures.identities import Signatory
from tests.signatures.sigstore_lab import GITHUB, WORKFLOW, Sigstore


@pytest.mark.parametrize("subject", [WORKFLOW, "ada@acme.example"])
def test_signatory_is_read_from_a_certificate(subject: str) -> None:
    assert signatory_of(Sigstore().signer(subject).certificate) == Signatory((subject,), GITHUB)


def test_certificate_without_names_is_of_nobody() -> None:
    assert signatory_of(Sigstore().authority) == Signatory((), "")
