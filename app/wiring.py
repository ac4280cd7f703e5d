"""Builds every object once and hands it on: the map of the running system."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from app.chart_reader.limits import ReadingLimits
from app.chart_reader.pool import ReaderPool
from app.graphql_api.context import Services
from app.jobs.queue import POSTGRES_CONNECTIONS as QUEUE_CONNECTIONS
from app.jobs.queue import SyncQueue, queue_for
from app.jobs.worker import Worker
from app.oci_client.address_guard import AddressGuard
from app.oci_client.limits import ClientLimits
from app.oci_client.on_demand import HttpClientsOnDemand
from app.oci_client.retrying import HostLimiters
from app.opening import read_keys
from app.progress.bell import Bell, bell_for
from app.services.addressing import Addressing
from app.services.auditing import Auditing
from app.services.authorising import Authorising
from app.services.browsing import Browsing
from app.services.comparing import Comparing
from app.services.connecting import Connections
from app.services.courtesy import Courtesy
from app.services.discovering import Discovering
from app.services.drafting import Drafting
from app.services.known_providers import PROVIDERS
from app.services.listing import Listing
from app.services.noticing import Noticing
from app.services.observing import Observing
from app.services.probing import Probing
from app.services.registering import Registering
from app.services.syncing import SyncBounds, Syncing, SyncTools
from app.services.tidying import Tidying
from app.services.triggering import Triggering
from app.services.validating import Validating
from app.services.watching import Watching
from app.settings import Settings
from app.store.archives import Archives
from app.store.sealing import Sealer
from app.store.session import Store

if TYPE_CHECKING:
    from app.oci_client.connecting import Resolver
    from app.signatures.trust import Trust

HOW_TO_ALLOW = (
    "Loopback and private networks are closed to registries unless the setting "
    "CHARTROOM_ALLOWED_PRIVATE_NETWORKS holds them, e.g. {address}."
)
LISTENING_CONNECTIONS = 2  # to PostgreSQL: that of the store's revision, and the bell
LOOK_EVERY_SECONDS = 1.0  # for syncs that nobody runs: where there is no other news, this is how long they wait
GATHER_SECONDS = 0.005  # of archives that syncs have read: where a core is shared, waking the reader for each costs 3 %

log = structlog.get_logger()


@dataclass(frozen=True)
class System:
    """Everything that runs, and what has to be started and ended."""

    settings: Settings
    store: Store
    services: Services
    observing: Observing
    courtesy: Courtesy
    noticing: Noticing
    worker: Worker
    queue: SyncQueue
    bell: Bell
    readers: ReaderPool
    answering_readers: ReaderPool
    http: HttpClientsOnDemand

    async def start(self) -> None:
        """Raises KeyMissing where credentials are stored that no key here opens."""
        await self.store.revision.start()
        await self.bell.start()
        await self.queue.start()

    async def close(self) -> None:
        await self.queue.close()
        await self.bell.close()
        await self.http.close()
        await self.readers.close()
        await self.answering_readers.close()
        await self.store.close()


def client_limits(settings: Settings) -> ClientLimits:
    return ClientLimits(
        blob_max_bytes=settings.archive_max_bytes,
        tags_max=settings.tags_max,
        read_timeout_seconds=settings.request_timeout_seconds,
        blob_timeout_seconds=settings.pull_timeout_seconds,
    )


def reader_pool(settings: Settings, timeout_seconds: float, gather_seconds: float = 0.0) -> ReaderPool:
    return ReaderPool(
        workers=settings.readers,
        timeout_seconds=timeout_seconds,
        memory_max_bytes=settings.reader_memory_max_bytes,
        limits=ReadingLimits(
            archive_max_bytes=settings.archive_max_bytes, inflated_max_bytes=settings.archive_inflated_max_bytes
        ),
        gather_seconds=gather_seconds,
    )


def trusted(settings: Settings) -> "Trust | None":
    """The keys and identities of the settings; None where there are none. Raises KeyUnusable."""
    given = (
        settings.keyrings,
        settings.cosign_keys,
        settings.sigstore_trusted_root,
        settings.sigstore_identities,
    )
    if not any(given):
        return None
    from app.signatures.trust import read_trust

    return read_trust(*given)


def wire(settings: Settings, resolver: "Resolver | None" = None) -> System:
    """Raises KeyMissing where there is no key, KeyUnusable where one that is to be trusted cannot be read.

    `resolver` says where host names lead; None: the system's.
    """
    store = Store(settings.database, settings.database_connections - QUEUE_CONNECTIONS - LISTENING_CONNECTIONS)
    sealer = Sealer(lambda: read_keys(settings))
    archives = Archives(settings.archives)
    bell = bell_for(settings.database, shared=None if settings.worker_in_process else store.revision.current)
    queue = queue_for(settings.database)
    readers = reader_pool(settings, settings.reading_timeout_seconds, GATHER_SECONDS)
    # Apart from those of syncs: neither waits for the other.
    answering_readers = reader_pool(settings, settings.comparing_timeout_seconds)
    limits = client_limits(settings)
    guard = AddressGuard(settings.allowed_private_networks, how_to_allow=HOW_TO_ALLOW)
    http = HttpClientsOnDemand(guard, limits, resolver=resolver)
    connections = Connections(
        store, sealer, http, HostLimiters(settings.requests_per_host, settings.requests_per_host_max), PROVIDERS, limits
    )
    drafting = Drafting(PROVIDERS, guard)
    triggering = Triggering(store, bell, queue.put)
    noticing = Noticing(store, triggering, timedelta(seconds=settings.webhook_delay_seconds))
    courtesy = Courtesy()
    syncing = Syncing(
        SyncTools(
            store,
            connections,
            archives,
            readers,
            bell,
            SyncBounds(
                settings.versions_at_once,
                settings.in_flight_max_bytes,
                timedelta(seconds=settings.lease_seconds),
                settings.syncs_retained,
            ),
            trust=trusted(settings),
            courtesy=courtesy,
        )
    )
    tidying = Tidying(store, archives, timedelta(days=settings.archives_retained_days))
    admin_token = settings.admin_token.get_secret_value() if settings.admin_token else None
    services = Services(
        browsing=Browsing(store, archives, answering_readers),
        listing=Listing(store),
        comparing=Comparing(archives, answering_readers),
        validating=Validating(archives, answering_readers),
        registering=Registering(store, sealer, drafting, triggering),
        probing=Probing(store, connections, drafting),
        discovering=Discovering(store, connections),
        triggering=triggering,
        watching=Watching(store, bell),
        authorising=Authorising(store, admin_token),
        auditing=Auditing(store),
        addressing=Addressing(store, sealer, settings.public_address),
    )
    return System(
        settings=settings,
        store=store,
        services=services,
        observing=Observing(store),
        courtesy=courtesy,
        noticing=noticing,
        worker=Worker(queue, syncing, triggering, noticing, tidying, settings.syncs_at_once, LOOK_EVERY_SECONDS),
        queue=queue,
        bell=bell,
        readers=readers,
        answering_readers=answering_readers,
        http=http,
    )
