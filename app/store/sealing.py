"""Credentials into ciphertext and back: AES-256-GCM, bound to the row they belong to.

The key is never in the database. Several keys may be given: the first seals, all of them open, so that keys
can be rotated while the service runs.
"""

import base64
import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import KeyMissing

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12  # what GCM is made for; random, so 2^32 sealings a key are safe (NIST SP 800-38D)


class Sealed(StrEnum):
    """What is sealed, by the table it is kept in."""

    CREDENTIAL = "sealed_credential"
    WEBHOOK = "sealed_webhook"


WHAT_TO_DO = {
    Sealed.CREDENTIAL: ("The credentials of registry {}", "Enter them again."),
    Sealed.WEBHOOK: ("The secret of the webhook of registry {}", "Make a new one: renewWebhookUrl."),
}


class Key:
    """One key. Its id names it without telling anything of it."""

    def __init__(self, material: bytes) -> None:
        self.id = hashlib.sha256(b"chartroom key id" + material).hexdigest()[:12]
        self._material = material

    @cached_property
    def cipher(self) -> "AESGCM":
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # 8 MB, for those who have something sealed

        return AESGCM(self._material)

    def __repr__(self) -> str:
        return f"Key({self.id})"


class Sealer:
    """Seals and opens. `read_keys` is asked again when a row names a key that is not known: one was added."""

    def __init__(self, read_keys: Callable[[], Sequence[Key]]) -> None:
        """Raises KeyMissing where there is no key."""
        self._read_keys = read_keys
        self._keys: list[Key] = []
        self.reload()

    @property
    def sealing_key_id(self) -> str:
        return self._keys[0].id

    def seal(self, secret: dict[str, str], registry_id: int, what: Sealed = Sealed.CREDENTIAL) -> tuple[str, bytes]:
        """The id of the key used, and the ciphertext. Keys are read anew: a newer one may have come."""
        self.reload()
        key = self._keys[0]
        nonce = os.urandom(NONCE_BYTES)
        plain = json.dumps(secret, separators=(",", ":")).encode()
        return key.id, nonce + key.cipher.encrypt(nonce, plain, _bound_to(what, registry_id, key.id))

    def open(
        self, key_id: str, ciphertext: bytes, registry_id: int, what: Sealed = Sealed.CREDENTIAL
    ) -> dict[str, str]:
        """Raises KeyMissing where the key is not here, or the ciphertext is not this row's."""
        from cryptography.exceptions import InvalidTag

        key = self._key(key_id)
        nonce, sealed = ciphertext[:NONCE_BYTES], ciphertext[NONCE_BYTES:]
        try:
            plain = key.cipher.decrypt(nonce, sealed, _bound_to(what, registry_id, key.id))
        except (InvalidTag, ValueError):  # ValueError: cut off within the nonce
            named, advice = WHAT_TO_DO[what]
            raise KeyMissing(
                f"{named.format(registry_id)} cannot be opened: altered, or moved from another row. {advice}"
            ) from None
        opened: dict[str, str] = json.loads(plain)
        return opened

    def knows(self, key_id: str) -> bool:
        return any(key.id == key_id for key in self._keys)

    def reload(self) -> None:
        """Reads the keys again. Raises KeyMissing where there is none any more; those known before stay."""
        keys = list(self._read_keys())
        if not keys:
            raise KeyMissing("No key to seal registry credentials with. `chartroom keys create` makes one.")
        self._keys = keys

    def _key(self, key_id: str) -> Key:
        if not self.knows(key_id):
            self.reload()
        for key in self._keys:
            if key.id == key_id:
                return key
        raise KeyMissing(
            f"Credentials are sealed with key {key_id}, which is not among the {len(self._keys)} keys given. "
            "Give it with CHARTROOM_KEYS or in the key file, or enter the credentials again."
        )


def _bound_to(what: Sealed, registry_id: int, key_id: str) -> bytes:
    """Associated data: table, row, field and key, so that no ciphertext opens in another place."""
    return f"{what.value}/{registry_id}/secret/{key_id}".encode()


def parse_keys(text: str, source: str) -> list[Key]:
    """Keys in base64, one a line or comma-separated; lines that start with # are passed over."""
    keys = []
    for line in text.replace(",", "\n").splitlines():
        entry = line.strip()
        if not entry or entry.startswith("#"):
            continue
        try:
            material = base64.b64decode(entry, validate=True)
        except ValueError:
            material = b""
        if len(material) != KEY_BYTES:
            raise KeyMissing(f"{source} holds something that is no key: base64 of {KEY_BYTES} bytes is expected.")
        keys.append(Key(material))
    return keys


def read_key_file(path: Path) -> list[Key]:
    """The keys of a key file, newest first. Raises KeyMissing where it is absent or open to others."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise KeyMissing(
            f"There is no key file at {path}. `chartroom keys create` makes one; if there was one before, "
            "bring it back: without it the stored registry credentials cannot be opened."
        ) from None
    except (OSError, UnicodeDecodeError) as fault:
        raise KeyMissing(f"The key file {path} cannot be read: {type(fault).__name__}.") from fault
    if mode & 0o077:
        raise KeyMissing(f"The key file {path} can be read by others. Run: chmod 600 {path}")
    return parse_keys(text, f"The key file {path}")


def add_key_to_file(path: Path) -> Key:
    """Puts a new key in front of those in the file, making the file (mode 0600) where there is none."""
    material = secrets.token_bytes(KEY_BYTES)
    before = path.read_text(encoding="ascii") if path.exists() else ""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()  # left by a crash, or laid there by somebody else: the mode below is for new files only
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(base64.b64encode(material).decode() + "\n" + before)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return Key(material)
