"""The addresses that registries send their push notifications to: given out, renewed, and recognised.

Each holds a secret of its own. It is kept sealed and not as a hash, so that it can be shown again to those who
manage registries; and random, not derived from the key, so that rotating keys silences no webhook.
"""

import secrets
from collections.abc import Collection

from app.domain.errors import Invalid, NotFound
from app.services import auditing
from app.services.clock import Clock, utc_now
from app.store import registries, webhooks
from app.store.sealing import Sealed, Sealer
from app.store.session import Store

PATH = "/webhooks"
SECRET_BYTES = 32
SECRET_FIELD = "secret"  # noqa: S105 - the name of a field


class Addressing:
    """Knows registries by the secrets of their addresses."""

    def __init__(self, store: Store, sealer: Sealer, public_url: str | None, clock: Clock = utc_now) -> None:
        """`public_url` is where registries reach this Chartroom; None: nobody knows, and no address is given out."""
        self._store = store
        self._sealer = sealer
        self._public_url = public_url.rstrip("/") if public_url else None
        self._clock = clock

    async def urls(self, registry_ids: Collection[int]) -> dict[int, str]:
        """By registry. A registry whose address is asked for the first time gets its secret here."""
        if self._public_url is None:
            return {}
        async with self._store.reading() as session:
            known = await webhooks.find_secrets(session, registry_ids)
            there = await registries.find_many(session, registry_ids)
        if missing := there.keys() - known.keys():
            async with self._store.writing() as session:
                await webhooks.add_secrets(session, {registry_id: self._fresh(registry_id) for registry_id in missing})
                # Another may have been quicker: what is stored counts.
                known |= await webhooks.find_secrets(session, missing)
        return {registry_id: self._url(registry_id, self._open(row)) for registry_id, row in known.items()}

    async def renew(self, registry_id: int, actor: str) -> str:
        """The new address; the one before leads nowhere from now on. Raises NotFound, Invalid."""
        if self._public_url is None:
            raise Invalid("Chartroom does not know its own address: set CHARTROOM_PUBLIC_URL.", "id")
        key_id, ciphertext = self._fresh(registry_id)
        async with self._store.writing() as session:
            registry = await registries.find(session, registry_id)
            if registry is None:
                raise NotFound("There is no such registry; it may have been deleted.", "id")
            await webhooks.replace_secret(session, registry_id, key_id, ciphertext)
            auditing.record(session, self._clock, actor, "webhook.renew", registry.name)
            known = await webhooks.find_secrets(session, [registry_id])
        return self._url(registry_id, self._open(known[registry_id]))

    async def admits(self, registry_id: int, secret: str) -> bool:
        """Whether this is the secret of the registry's address. Raises KeyMissing."""
        async with self._store.reading() as session:
            known = await webhooks.find_secrets(session, [registry_id])
        expected = self._open(known[registry_id]) if known else secrets.token_urlsafe(SECRET_BYTES)
        return secrets.compare_digest(expected.encode(), secret.encode())

    def _fresh(self, registry_id: int) -> tuple[str, bytes]:
        made = {SECRET_FIELD: secrets.token_urlsafe(SECRET_BYTES)}
        return self._sealer.seal(made, registry_id, Sealed.WEBHOOK)

    def _open(self, row: webhooks.SealedWebhook) -> str:
        return self._sealer.open(row.key_id, row.ciphertext, row.registry_id, Sealed.WEBHOOK)[SECRET_FIELD]

    def _url(self, registry_id: int, secret: str) -> str:
        return f"{self._public_url}{PATH}/{registry_id}/{secret}"
