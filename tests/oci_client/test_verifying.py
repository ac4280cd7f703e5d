"""Bytes against what was promised."""

import pytest

from app.oci_client.errors import DigestMismatch
from app.oci_client.verifying import BlobVerifier, digest_of
from tests.oci_client.lab import blob, digest

BODY = b"abcdef"


def verifier() -> BlobVerifier:
    return BlobVerifier(blob(BODY), host="r.example", repository="acme/payments")


def test_pieces_are_passed_on_when_they_are_the_blob() -> None:
    checked = verifier()
    checked.announce(None)
    assert checked.feed(b"abc") + checked.feed(b"def") == BODY
    checked.finish()


def test_first_byte_too_many_is_refused_at_once() -> None:
    checked = verifier()
    checked.feed(BODY)
    with pytest.raises(DigestMismatch, match="sends more"):
        checked.feed(b"x")


def test_another_size_is_refused_before_any_byte() -> None:
    with pytest.raises(DigestMismatch, match="announces 7 bytes"):
        verifier().announce(7)


def test_digest_is_of_the_algorithm_asked_for() -> None:
    assert digest_of(BODY) == digest(BODY)
    assert digest_of(BODY, "sha512").startswith("sha512:") and len(digest_of(BODY, "sha512")) == 135
