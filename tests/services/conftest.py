"""The services, wired as in production but for the reader's pool and the archives' place, over either database."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network

import pytest

from app.chart_reader.contents import ChartContents
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.reading import read_chart
from app.oci_client.address_guard import AddressGuard
from app.oci_client.credentials import Secret, UsernamePassword
from app.oci_client.limits import ClientLimits
from app.oci_client.provider import Provider as ProviderWays
from app.oci_client.retrying import HostLimiters
from app.oci_client.transport import HttpClients
from app.progress.bell import LocalBell
from app.services.browsing import Browsing
from app.services.connecting import Connections
from app.services.drafting import Drafting, ProviderChoice, Registration
from app.services.known_providers import PROVIDERS
from app.services.listing import Listing
from app.services.registering import Registering
from app.services.syncing import SyncBounds, Syncing, SyncTools
from app.services.triggering import Triggering
from app.services.watching import Watching
from app.store.archives import Archives
from app.store.entities import ConnectionSecurity, Provider, Registry, Sync, Visibility
from app.store.sealing import Key, Sealer
from app.store.session import Store
from tests.real.docker_registry import DockerRegistry

LOOPBACK = [ip_network("127.0.0.0/8")]


class ReaderInThisProcess:
    """Reads without a process of its own; its isolation is tested where it is made."""

    def make_ready(self) -> None:
        """It always is."""

    async def read(self, archive: bytes) -> ChartContents:
        return read_chart(archive, ReadingLimits())


@dataclass
class Room:
    """The services of one Chartroom, without its doors."""

    store: Store
    bell: LocalBell
    archives: Archives
    sealer: Sealer
    drafting: Drafting
    connections: Connections
    tools: SyncTools
    syncing: Syncing
    triggering: Triggering
    registering: Registering
    watching: Watching
    browsing: Browsing
    listing: Listing
    enqueued: list[int]

    def another_worker(self) -> Syncing:
        return Syncing(self.tools)

    async def register(self, registry: DockerRegistry, *repositories: str, **values: object) -> tuple[Registry, Sync]:
        """As a chart repository, with the registry's own certificate and login."""
        registered, sync = await self.registering.register(registration(registry, *repositories, **values), "tester")
        assert sync is not None
        return registered, sync


def registration(registry: DockerRegistry, *repositories: str, **values: object) -> Registration:
    credential = None
    if registry.username and registry.password:
        credential = UsernamePassword(registry.username, Secret(registry.password))
    choice = ProviderChoice(
        provider=Provider.OTHER,
        path=("input", "provider", "other"),
        host=registry.host,
        host_field="registryUrl",
        credential=credential,
        credential_field="authentication",
        connection_security=ConnectionSecurity.SECURE_WITH_CA if registry.ca_pem else ConnectionSecurity.INSECURE,
        ca_certificate=registry.ca_pem,
    )
    given: dict[str, object] = {
        "name": "acme",
        "visibility": Visibility.PRIVATE if credential else Visibility.PUBLIC,
        "choice": choice,
        "use_as_chart_repository": True,
        "repositories": repositories,
    }
    return Registration(**{**given, **values})  # type: ignore[arg-type]


def build_room(
    store: Store,
    http: HttpClients,
    guard: AddressGuard,
    limits: ClientLimits,
    providers: Mapping[Provider, ProviderWays] = PROVIDERS,
) -> Room:
    sealer = Sealer(lambda: [Key(bytes(32))])
    connections = Connections(store, sealer, http, HostLimiters(8), providers, limits)
    drafting = Drafting(providers, guard)
    bell, archives = LocalBell(), Archives("memory://")
    enqueued: list[int] = []

    async def enqueue(sync_id: int, attempt: int = 0) -> None:
        enqueued.append(sync_id)

    triggering = Triggering(store, bell, enqueue)
    bounds = SyncBounds(
        versions_at_once=8, in_flight_max_bytes=4 * 1024 * 1024, lease=timedelta(seconds=5), syncs_retained=20
    )
    tools = SyncTools(store, connections, archives, ReaderInThisProcess(), bell, bounds)
    return Room(
        store=store,
        bell=bell,
        archives=archives,
        sealer=sealer,
        drafting=drafting,
        connections=connections,
        tools=tools,
        syncing=Syncing(tools),
        triggering=triggering,
        registering=Registering(store, sealer, drafting, triggering),
        watching=Watching(store, bell),
        browsing=Browsing(store, archives, None),  # type: ignore[arg-type]
        listing=Listing(store),
        enqueued=enqueued,
    )


@pytest.fixture
async def room(store: Store) -> AsyncIterator[Room]:
    guard = AddressGuard(LOOPBACK)
    limits = ClientLimits(retry_first_delay_seconds=0.01, retry_delay_max_seconds=0.05)
    http = HttpClients(guard, limits)
    yield build_room(store, http, guard, limits)
    await http.close()
