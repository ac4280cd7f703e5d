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

        A `search` with a slash, such as bitnamicharts/, names a namespace to look into, where the registry lists
        one at a time only.

        Raises NotFound, KeyMissing, and RegistryError where the registry does not list, saying why.
        """
        async with self._store.reading() as session:
            registry = await registries.find(session, registry_id)
            added = await registries.repository_names(session, registry_id)
        if registry is None:
            raise NotFound("There is no such registry; it may have been deleted.", "registryId")
        client = await self._connections.client_of(registry)
        from app.oci_client.provider import Namespaces

        asked = [search.partition("/")[0].lower()] if search and search.find("/") > 0 else []
        known = sorted({name.partition("/")[0] for name in added if "/" in name})
        found: dict[str, bool | None] = {}
        async for page in client.discover_repositories(Namespaces(asked, known)):
            found.update((listed.name, listed.holds_charts) for listed in page)
            if len(found) >= LISTED_AT_MOST:
                break
        wanted = sorted(
            name for name in found if (after is None or name > after) and (not search or search.lower() in name.lower())
        )
        rows = [Discovered(name, found[name], name in added) for name in wanted[:first]]
        return rows, len(wanted) > first
