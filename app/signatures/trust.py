"""All keys that this store trusts, and what they say of a version's signatures."""

import hashlib
from dataclasses import dataclass, field

from app.signatures.cosign import CosignKey, read_cosign_keys
from app.signatures.keyrings import Keyring, read_keyrings


@dataclass(frozen=True)
class Trust:
    """`name` is another one whenever a key comes or goes: what was checked with other keys is checked again."""

    keyring: Keyring = field(default_factory=lambda: Keyring(()))
    cosign_keys: tuple[CosignKey, ...] = ()

    @property
    def name(self) -> str:
        """64 hex digits."""
        trusted = [*self.keyring.fingerprints, *sorted(key.fingerprint for key in self.cosign_keys)]
        return hashlib.sha256("\n".join(trusted).encode()).hexdigest()


def read_trust(keyrings: str | None, cosign_keys: str | None) -> Trust:
    """From the settings. Raises KeyUnusable."""
    return Trust(Keyring(read_keyrings(keyrings or "")), tuple(read_cosign_keys(cosign_keys or "")))
