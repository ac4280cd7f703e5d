"""Which archives the store holds already: one statement for all who ask meanwhile."""

from collections.abc import Sequence

from app.store import findings
from app.store.gathering import Gathering
from app.store.session import Store

GATHERED_SECONDS = 0.005  # a few manifests arrive meanwhile; each statement takes as long as a tenth of a version


class ContentLookup:
    """Looks archives up by digest."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._gathering: Gathering[str, tuple[str, str] | None] = Gathering(self._look_up, GATHERED_SECONDS)

    async def held(self, archive_digest: str) -> tuple[str, str] | None:
        """Name and version of the chart in this archive; None where it is not stored."""
        return await self._gathering.ask(archive_digest)

    async def _look_up(self, digests: Sequence[str]) -> Sequence[tuple[str, str] | None]:
        known = await self._store.read(lambda session: findings.known_archives(session, set(digests)))
        return [known.get(digest) for digest in digests]
