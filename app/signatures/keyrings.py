"""OpenPGP keys that chart authors sign provenance with."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import ChartroomError

if TYPE_CHECKING:
    from pysequoia import Cert

_ARMORED = re.compile(r"-----BEGIN PGP PUBLIC KEY BLOCK-----.*?-----END PGP PUBLIC KEY BLOCK-----", re.DOTALL)
_KEY_ID_HEX = 16  # a key id is the end of a version 4 fingerprint


class KeyUnusable(ChartroomError):
    """A key that this Chartroom is told to trust cannot be read. The message names where it was given."""


def read_keyrings(setting: str) -> "list[Cert]":
    """Every certificate of a setting: paths between commas or line ends, armored blocks among them.

    Files are what `gpg --export` writes, armored or not. Raises KeyUnusable.
    """
    certs = [cert for block in _ARMORED.findall(setting) for cert in _certs(block.encode(), "an inline key")]
    for path in _ARMORED.sub(",", setting).replace("\n", ",").split(","):
        if path.strip():
            certs += _certs(_read(path.strip()), path.strip())
    return certs


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise KeyUnusable(f"The keyring {path} cannot be read: {error.strerror}.") from error


def _certs(data: bytes, where: str) -> "list[Cert]":
    from pysequoia import Cert  # 2 MB, for those who have keys to trust

    try:
        certs: list[Cert] = Cert.split_bytes(data)
    except Exception as error:  # the library raises its own RuntimeErrors
        first_line = str(error).partition("\n")[0]
        raise KeyUnusable(
            f"{where} is no OpenPGP keyring ({first_line}). GnuPG writes one with gpg --export."
        ) from error
    if not certs:
        raise KeyUnusable(f"{where} holds no OpenPGP key.")
    return certs


class Keyring:
    """Certificates, found by the keys that signed."""

    def __init__(self, certs: "Sequence[Cert]") -> None:
        self._by_key: dict[str, Cert] = {}
        for cert in certs:
            for fingerprint in _fingerprints(cert):
                self._by_key[fingerprint] = cert
                self._by_key[fingerprint[-_KEY_ID_HEX:]] = cert

    @property
    def fingerprints(self) -> list[str]:
        return sorted({cert.fingerprint for cert in self._by_key.values()})

    def find(self, key_ids: Sequence[str]) -> "list[Cert]":
        """Certificates that hold one of these keys; ids are fingerprints or their last 16 digits, in hex."""
        found = {cert.fingerprint: cert for key in key_ids if (cert := self._by_key.get(key.lower())) is not None}
        return list(found.values())


def _fingerprints(cert: "Cert") -> list[str]:
    """Of all its keys."""
    from pysequoia.packet import PacketPile, Tag

    return [
        packet.fingerprint.lower()
        for packet in PacketPile.from_bytes(bytes(cert))
        if packet.tag in (Tag.PublicKey, Tag.PublicSubkey) and packet.fingerprint
    ]
