"""Identities name an issuer and a whole subject; who is not named is refused."""

import json
from pathlib import Path

import pytest

from app.signatures.identities import Identity, Signatory, read_identities
from app.signatures.keyrings import KeyUnusable
from tests.signatures.sigstore_lab import GITHUB, WORKFLOW


def admitted(pattern: str, subject: str, issuer: str = GITHUB) -> bool:
    (identity,) = read_identities(json.dumps([{"issuer": GITHUB, "subjectPattern": pattern}]))
    return identity.admits(Signatory((subject,), issuer))


def test_pattern_is_for_the_whole_subject() -> None:
    pattern = "https://github.com/acme/[a-z]+/.*|release@acme\\.example"
    assert admitted(pattern, WORKFLOW)
    assert admitted(pattern, "release@acme.example")
    assert not admitted(pattern, "https://evil.example/?https://github.com/acme/charts/x")
    assert not admitted(pattern, "release@acme.example.evil.example")
    assert not admitted(pattern, "release@acme.example\n")
    assert not admitted(pattern, "xrelease@acme.example")
    assert not admitted(pattern, WORKFLOW, "https://gitlab.example.com")


def test_pattern_takes_linear_time() -> None:
    assert not admitted("(a+)+b", "a" * 50_000)


def test_one_of_several_subjects_is_enough_and_none_is_nobody() -> None:
    identity = Identity(issuer=GITHUB, subject="a")
    assert identity.admits(Signatory(("b", "a"), GITHUB))
    assert not identity.admits(Signatory((), GITHUB))


def test_nobody_is_shown_as_nobody() -> None:
    assert str(Signatory((), "")) == "nobody (by no issuer)"


def test_signatory_is_shown_short_and_printable() -> None:
    shown = str(Signatory(("a\u202eb\n" + "c" * 1000,), GITHUB))
    assert shown.startswith("a�b�ccc")
    assert len(shown) == 300


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ('[{"issuer": "i"}]', "either subject or subjectPattern"),
        ('[{"issuer": "i", "subject": "a", "subjectPattern": "b"}]', "either subject or subjectPattern"),
        ('[{"subject": "a"}]', "issuer"),
        ('[{"issuer": "i", "subject": ""}]', "subject"),
        ('[{"issuer": "i", "subjectPattern": "("}]', "no regular expression"),
        ('[{"issuer": "i", "subject": "a", "subjct": "b"}]', "subjct"),
        ("[", "JSON"),
        ("/nowhere/identities.json", "FileNotFoundError"),
    ],
)
def test_identities_that_cannot_be_used_are_refused(given: str, told: str) -> None:
    with pytest.raises(KeyUnusable, match=told):
        read_identities(given)


def test_identities_are_read_from_text_and_from_files(tmp_path: Path) -> None:
    text = json.dumps([{"issuer": GITHUB, "subject": WORKFLOW}, {"issuer": GITHUB, "subjectPattern": "x.*"}])
    (tmp_path / "identities.json").write_text(text)
    assert read_identities(text) == read_identities(str(tmp_path / "identities.json"))
    assert len(read_identities(text)) == 2
    assert read_identities(" ") == ()
