"""Keys over time: whether those at hand open what is stored, and bringing everything under the newest one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.errors import KeyMissing
from app.store import registries, webhooks
from app.store.entities import SealedCredential
from app.store.sealing import Sealed, Sealer
from app.store.session import Store

RESEALED_AT_ONCE = 50

ReadRows = Callable[[AsyncSession, str, int], Awaitable[Sequence[SealedCredential | webhooks.SealedWebhook]]]

SEALED_ROWS: Mapping[Sealed, ReadRows] = {
    Sealed.CREDENTIAL: registries.credentials_not_sealed_with,
    Sealed.WEBHOOK: webhooks.secrets_not_sealed_with,
}


async def check_keys(store: Store, sealer: Sealer) -> None:
    """Raises KeyMissing where something is stored that no key at hand opens."""
    async with store.reading() as session:
        used = await registries.sealing_key_ids(session) | await webhooks.sealing_key_ids(session)
    missing = sorted(key_id for key_id in used if not sealer.knows(key_id))
    if missing:
        raise KeyMissing(
            f"Stored registry credentials are sealed with the key {', '.join(missing)}, which is not at hand. "
            "Bring back the key file it was in, or add that key to CHARTROOM_KEYS."
        )


async def reseal(store: Store, sealer: Sealer) -> int:
    """Seals everything with the newest key; how many were not before. The service may run meanwhile."""
    return sum([await _reseal(store, sealer, what) for what in SEALED_ROWS])


async def _reseal(store: Store, sealer: Sealer, what: Sealed) -> int:
    resealed = 0
    while True:
        async with store.writing() as session:
            rows = await SEALED_ROWS[what](session, sealer.sealing_key_id, RESEALED_AT_ONCE)
            for row in rows:
                secret = sealer.open(row.key_id, row.ciphertext, row.registry_id, what)
                row.key_id, row.ciphertext = sealer.seal(secret, row.registry_id, what)
                session.add(row)
        resealed += len(rows)
        if len(rows) < RESEALED_AT_ONCE:
            return resealed
