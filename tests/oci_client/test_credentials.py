"""Secrets stay where they are."""

import copy
import pickle

import pytest

from app.oci_client.credentials import Login, Secret, UsernamePassword

CANARY = "canary-77c1"


def test_secret_shows_as_stars_wherever_it_is_printed() -> None:
    credential = UsernamePassword("ada", Secret(CANARY))
    for text in (f"{credential}", repr(credential), str(credential.password), f"{credential.password:>40}"):
        assert CANARY not in text
    assert "ada" in repr(credential)
    assert credential.password.reveal() == CANARY


def test_secret_cannot_be_pickled() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(UsernamePassword("ada", Secret(CANARY)))
    with pytest.raises(TypeError):
        copy.deepcopy(Secret(CANARY))


def test_credentials_are_equal_only_when_their_secrets_are() -> None:
    one = UsernamePassword("ada", Secret(CANARY))
    assert one == UsernamePassword("ada", Secret(CANARY))
    assert hash(one) == hash(UsernamePassword("ada", Secret(CANARY)))
    assert one != UsernamePassword("ada", Secret("other"))


def test_basic_header_is_utf8_when_password_is() -> None:
    assert Login("ada", Secret("pässword")).basic_header() == "Basic YWRhOnDDpHNzd29yZA=="
