"""People who sign charts with GnuPG, each with a home of their own."""

import shutil
from collections.abc import Iterator

import pytest

from tests.real.absences import Absences
from tests.signatures.signing import Signer


@pytest.fixture(scope="session")
def signer(absences: Absences, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    """Somebody whom the tests trust."""
    yield from _signer(absences, tmp_path_factory, "Acme Charts <charts@acme.example>")


@pytest.fixture(scope="session")
def stranger(absences: Absences, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    yield from _signer(absences, tmp_path_factory, "Mallory <mallory@example.net>")


def _signer(absences: Absences, folders: pytest.TempPathFactory, name: str) -> Iterator[Signer]:
    if shutil.which("gpg") is None:
        absences.report("gpg", "install GnuPG, e.g. apt-get install gpg")
    made = Signer.make(folders.mktemp("gpg") / "home", name)
    yield made
    made.close()
