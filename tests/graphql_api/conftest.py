"""The schema over real rows: executed in this process, without HTTP, on either database."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

import pytest
from sqlalchemy import event

from app.chart_reader.answers import ChartComparison, ValuesVerdict
from app.chart_reader.comparison import compare_charts
from app.chart_reader.json_check import can_be_shown
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.reading import read_chart_file
from app.chart_reader.readme import render_markdown
from app.chart_reader.values_check import check_values
from app.domain.roles import Role
from app.graphql_api.context import Context, Services
from app.graphql_api.door_schema import DoorSchema
from app.graphql_api.schema import build_schema
from app.oci_client.address_guard import AddressGuard
from app.oci_client.limits import ClientLimits
from app.oci_client.retrying import HostLimiters
from app.oci_client.transport import HttpClients
from app.progress.bell import LocalBell
from app.services.addressing import Addressing
from app.services.auditing import Auditing
from app.services.authorising import Authorising, Caller
from app.services.browsing import Browsing
from app.services.comparing import Comparing
from app.services.connecting import Connections
from app.services.discovering import Discovering
from app.services.drafting import Drafting
from app.services.known_providers import PROVIDERS
from app.services.listing import Listing
from app.services.probing import Probing
from app.services.registering import Registering
from app.services.triggering import Triggering
from app.services.validating import Validating
from app.services.watching import Watching
from app.store.archives import Archives
from app.store.sealing import Key, Sealer
from app.store.session import Store

PUBLIC_URL = "https://charts.acme.example"


class FilesInThisProcess:
    """Reads without a process of its own; its isolation is tested where it is made."""

    async def read_file(self, archive: bytes, path: str) -> str | None:
        return read_chart_file(archive, path, ReadingLimits())

    async def can_be_shown(self, text: str) -> bool:
        return can_be_shown(text)

    async def render_markdown(self, text: str) -> str:
        return render_markdown(text, ReadingLimits())

    async def compare(self, before: bytes, after: bytes) -> ChartComparison:
        return compare_charts(before, after, ReadingLimits())

    async def check_values(self, archive: bytes, values_yaml: str) -> ValuesVerdict:
        return check_values(archive, values_yaml, ReadingLimits())


@dataclass
class Desk:
    """Somebody who asks."""

    schema: DoorSchema
    services: Services
    store: Store
    archives: Archives
    bell: LocalBell
    enqueued: list[int] = field(default_factory=list)

    def context(self, role: Role = Role.ADMIN) -> Context:
        return Context(self.services, Caller(role.lower(), role, None))

    async def answer(self, document: str, role: Role = Role.ADMIN, **variables: Any) -> Any:
        """With its errors."""
        return await self.schema.execute(document, variable_values=variables, context_value=self.context(role))

    async def ask(self, document: str, role: Role = Role.ADMIN, **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        answer = await self.answer(document, role, **variables)
        assert answer.errors is None, answer.errors
        data: dict[str, Any] = answer.data
        return data

    async def refusal(self, document: str, role: Role = Role.ADMIN, **variables: Any) -> tuple[str, str]:
        """Code and message of the only error."""
        (error,) = (await self.answer(document, role, **variables)).errors
        return error.extensions["code"], error.message

    async def stream(self, document: str, **variables: Any) -> AsyncIterator[Any]:
        """Every frame of a subscription."""
        source = await self.schema.subscribe(document, variable_values=variables, context_value=self.context())
        async for frame in source:
            yield frame

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Those that are executed within."""
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith("BEGIN"):
                seen.append(statement)

        def note_row_statement(statement: str, _parameters: Any) -> None:
            seen.append(statement)

        event.listen(self.store.engine.sync_engine, "before_cursor_execute", note)
        self.store.rows.watchers.append(note_row_statement)
        try:
            yield seen
        finally:
            event.remove(self.store.engine.sync_engine, "before_cursor_execute", note)
            self.store.rows.watchers.remove(note_row_statement)


@pytest.fixture(scope="session")
def schema() -> DoorSchema:
    return build_schema()


@pytest.fixture
async def desk(store: Store, schema: DoorSchema) -> AsyncIterator[Desk]:
    guard, limits = AddressGuard([ip_network("127.0.0.0/8")]), ClientLimits()
    http, archives, bell = HttpClients(guard, limits), Archives("memory://"), LocalBell()
    enqueued: list[int] = []

    async def enqueue(sync_id: int, attempt: int = 0) -> None:
        enqueued.append(sync_id)

    sealer = Sealer(lambda: [Key(bytes(32))])
    connections = Connections(store, sealer, http, HostLimiters(8), PROVIDERS, limits)
    drafting, triggering = Drafting(PROVIDERS, guard), Triggering(store, bell, enqueue)
    services = Services(
        browsing=Browsing(store, archives, FilesInThisProcess()),  # type: ignore[arg-type]
        listing=Listing(store),
        comparing=Comparing(archives, FilesInThisProcess()),
        validating=Validating(archives, FilesInThisProcess()),
        registering=Registering(store, sealer, drafting, triggering),
        probing=Probing(store, connections, drafting),
        discovering=Discovering(store, connections),
        triggering=triggering,
        watching=Watching(store, bell),
        authorising=Authorising(store),
        auditing=Auditing(store),
        addressing=Addressing(store, sealer, PUBLIC_URL),
    )
    yield Desk(schema, services, store, archives, bell, enqueued)
    await http.close()
