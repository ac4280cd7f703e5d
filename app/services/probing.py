"""Tries a connection stage by stage, for a registry that is stored or one that is not yet. Stores nothing."""

from collections.abc import Sequence
from dataclasses import replace

from app.domain.errors import NotFound
from app.oci_client.stages import Stage, StageOutcome
from app.services.connecting import Connections, Target
from app.services.drafting import Drafting, Registration
from app.services.known_providers import import_ways
from app.store import registries
from app.store.session import Store

REPOSITORIES_PROBED_AT_MOST = 25  # one round trip or two each; people wait for the answer


class Probing:
    """Tests connections."""

    def __init__(self, store: Store, connections: Connections, drafting: Drafting) -> None:
        self._store = store
        self._connections = connections
        self._drafting = drafting

    async def probe_draft(self, registration: Registration) -> list[Stage]:
        """Stages in order. Raises Refusals where the input cannot be tried at all."""
        await import_ways()
        target, names = self._drafting.check(registration)
        return await self._probe(target, names)

    async def probe_stored(self, registry_id: int) -> list[Stage]:
        """Raises NotFound, KeyMissing."""
        async with self._store.reading() as session:
            registry = await registries.find(session, registry_id)
            names = sorted(await registries.repository_names(session, registry_id))
        if registry is None:
            raise NotFound("There is no such registry; it may have been deleted.", "id")
        return await self._probe(await self._connections.target_of(registry), names)

    async def _probe(self, target: Target, repositories: Sequence[str]) -> list[Stage]:
        from app.oci_client.probing import probe

        client = self._connections.impatient_client(target)
        tried = list(repositories[:REPOSITORIES_PROBED_AT_MOST])
        stages = [stage async for stage in probe(client, tried)]
        left = len(repositories) - len(tried)
        if left and stages[-1].outcome is not StageOutcome.SKIPPED:
            note = f"{left} further repositories were not tried."
            stages.append(replace(stages[-1], outcome=StageOutcome.SKIPPED, message=note, repository=None, error=None))
        return stages
