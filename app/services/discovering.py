"""Repositories that a registry itself lists. Nothing is stored."""

from dataclasses import dataclass

from app.domain.errors import NotFound
from app.services.connecting import Connections
from app.store import registries
from app.store.session import Store

LISTED_AT_MOST = 10_000  # looked through for one page: a hundred pages of a hundred of the usual size


@dataclass(frozen=True, slots=True)
class Discovered:
    """A repository of the registry. `holds_charts` is None where only reading it would tell."""

    name: str
    holds_charts: bool | None
    already_added: bool


class Discovering:
    """Lists what could be added."""

    def __init__(self, store: Store, connections: Connections) -> None:
        self._store = store
        self._connections = connections

    async def discover(
        self, registry_id: int, first: int, after: str | None, search: str | None
    ) -> tuple[list[Discovered], bool]:
        """Repositories by name behind `after`, those whose name holds `search`; and whether there are more.

        Raises NotFound, KeyMissing, and RegistryError where the registry does not list, saying why.
        """
        async with self._store.reading() as session:
            registry = await registries.find(session, registry_id)
            added = await registries.repository_names(session, registry_id)
        if registry is None:
            raise NotFound("There is no such registry; it may have been deleted.", "registryId")
        client = await self._connections.client_of(registry)
        names: set[str] = set()
        async for page in client.discover_repositories():
            names.update(page)
            if len(names) >= LISTED_AT_MOST:
                break
        wanted = sorted(
            name for name in names if (after is None or name > after) and (not search or search.lower() in name.lower())
        )
        rows = [Discovered(name, None, name in added) for name in wanted[:first]]
        return rows, len(wanted) > first
