"""A whole sync through each provider's own wire, in the lab: what it costs, and tokens that end in the middle."""

import inspect
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.chart_reader.contents import ChartContents
from app.domain.sync_events import SyncState, SyncTrigger
from app.oci_client.address_guard import AddressGuard
from app.oci_client.credentials import Anonymous
from app.oci_client.limits import ClientLimits
from app.services.drafting import ProviderChoice, Registration
from app.services.known_providers import PROVIDERS
from app.services.pulling import Reader
from app.services.syncing import Syncing
from app.store import syncs
from app.store.entities import Provider, Registry, Sync, Visibility
from app.store.session import Store
from tests.lab import artifact_registry, azure, docker_hub, ecr, ghcr, gitlab, harbor, plain, quay
from tests.lab.contract import ContractCase
from tests.lab.registry import LabRegistry
from tests.lab.server import Lab, running_lab
from tests.oci_client.lab import LOOPBACK
from tests.services.conftest import ReaderInThisProcess, Room, build_room

MODULES = {
    ecr: Provider.ECR,
    docker_hub: Provider.DOCKER_HUB,
    azure: Provider.AZURE,
    artifact_registry: Provider.ARTIFACT_REGISTRY,
    quay: Provider.QUAY,
    harbor: Provider.OTHER,
    gitlab: Provider.OTHER,
    ghcr: Provider.OTHER,
    plain: Provider.OTHER,
}
ALL = [(kind, case) for module, kind in MODULES.items() for case in module.CONTRACT_CASES]
ONE_OF_EACH = [(kind, module.CONTRACT_CASES[0]) for module, kind in MODULES.items()]
QUICK = ClientLimits(retry_first_delay_seconds=0.01, retry_delay_max_seconds=0.05)
A_FEW = 12  # sign-in, ping, and an API that is asked and refused


def each(cases: list[tuple[Provider, ContractCase]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("kind", "case"), cases, ids=[case.name for _, case in cases])


class Scene:
    """A case in its lab, registered in a Chartroom of its own."""

    def __init__(self, lab: Lab, room: Room, case: ContractCase, served: LabRegistry, registry: Registry) -> None:
        self.lab, self.room, self.case, self.served, self.registry = lab, room, case, served, registry

    async def sync(self, reader: Reader | None = None) -> Sync:
        started = await self.room.triggering.start(self.registry.id, None, SyncTrigger.MANUAL, "tester")
        tools = replace(self.room.tools, reader=reader or self.room.tools.reader)
        assert await Syncing(tools).run(started.id)
        async with self.room.store.reading() as session:
            row = await syncs.find(session, started.id)
        assert row is not None
        return row


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    async with running_lab() as made:
        yield made


@pytest.fixture
async def scene(lab: Lab, kind: Provider, case: ContractCase, sqlite_url: str) -> AsyncIterator[Scene]:
    store = Store(sqlite_url)
    served = case.build(lab)
    around = case.around(lab)
    if inspect.isawaitable(around):
        around = await around
    room = build_room(store, lab.http_clients, AddressGuard(LOOPBACK), QUICK, {**PROVIDERS, kind: case.provider})
    anonymous = isinstance(case.credential, Anonymous)
    choice = ProviderChoice(
        provider=kind,
        path=(),
        host=None if kind is Provider.DOCKER_HUB else case.host,
        host_field="host",
        credential=None if anonymous else case.credential,
        credential_field="authentication",
    )
    lab.client(case.host, case.credential, case.provider, belongs_to=case.belongs_to)  # puts it under watch
    with around:
        registry, _ = await room.registering.register(
            Registration(
                name=case.name,
                visibility=Visibility.PUBLIC if anonymous else Visibility.PRIVATE,
                choice=choice,
                use_as_chart_repository=True,
                repositories=[case.repository],
            ),
            "tester",
        )
        yield Scene(lab, room, case, served, registry)
    await store.close()


@each(ONE_OF_EACH)
async def test_thousand_tags_cost_a_manifest_and_a_layer_once_and_pages_afterwards(
    scene: Scene, kind: Provider, case: ContractCase
) -> None:
    repository = scene.served.repositories[case.repository]
    repository.push_charts(1000 - len(repository.tags))
    if isinstance(scene.served, docker_hub.LabDockerHub):
        scene.served.pulls_left = 10_000
    tags = len(repository.tags)

    first = await scene.sync()
    second = await scene.sync()

    print(f"{case.name}: first {first.registry_requests}, unchanged {second.registry_requests}")
    assert (first.state, second.state) == (SyncState.SUCCEEDED, SyncState.SUCCEEDED)
    charts = first.versions_added
    assert charts > 900
    assert (second.versions_unchanged, second.bytes_pulled) == (charts, 0)
    pages = case.listing_requests_for_1000_tags or 11
    # A blob that lies elsewhere costs a redirect more.
    assert first.registry_requests <= 3 * charts + pages + A_FEW
    looked_at = 0 if case.tells_digests else tags
    assert second.registry_requests <= looked_at + pages + A_FEW


class ReaderThatEndsTokens(ReaderInThisProcess):
    """Makes what the registry was signed in with end while the sync is under way."""

    def __init__(self, lab: Lab, case: ContractCase) -> None:
        self._lab, self._case, self._read = lab, case, 0

    async def read(self, archive: bytes) -> ChartContents:
        self._read += 1
        if self._read == 5:
            self._case.expire(self._lab)
        return await super().read(archive)


@each([(kind, case) for kind, case in ALL if case.renews])
async def test_sync_goes_on_when_the_login_ends_in_the_middle(scene: Scene, kind: Provider, case: ContractCase) -> None:
    scene.served.repositories[case.repository].push_charts(30)
    row = await scene.sync(ReaderThatEndsTokens(scene.lab, case))
    assert (row.state, row.versions_failed) == (SyncState.SUCCEEDED, 0)
    assert row.versions_added >= 30


@each([ONE_OF_EACH[1]])
async def test_sync_is_parked_when_the_pulls_are_used_up_and_goes_on_later(
    scene: Scene, kind: Provider, case: ContractCase
) -> None:
    hub = scene.served
    assert isinstance(hub, docker_hub.LabDockerHub)
    hub.repositories[case.repository].push_charts(60)
    hub.pulls_left = 20

    first = await scene.sync()

    assert (first.state, first.versions_added) == (SyncState.RUNNING, 20)
    assert first.parked_until is not None
    assert timedelta(minutes=55) < first.parked_until - datetime.now(UTC) <= timedelta(hours=1)
    assert first.registry_requests < 200

    hub.pulls_left = 100
    later = Syncing(replace(scene.room.tools, clock=lambda: datetime.now(UTC) + timedelta(hours=1)))
    assert await later.run(first.id)
    async with scene.room.store.reading() as session:
        second = await syncs.find(session, first.id)
    assert second is not None
    assert (second.state, second.versions_failed, second.parked_until) == (SyncState.SUCCEEDED, 0, None)
    assert second.versions_added == second.versions_total == 61
