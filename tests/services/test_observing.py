"""What monitors ask: whether it can work, and how much it holds."""

from pathlib import Path

from sqlalchemy import text

from app.domain.sync_events import SyncState
from app.services.observing import Observing
from app.store.session import Store, execute
from tests.real.postgres import OwnPostgresServer
from tests.store.rows import add_chart, add_registry, add_sync


async def test_it_is_ready_when_the_tables_are_as_expected(store: Store) -> None:
    readiness = await Observing(store).readiness()
    assert (readiness.ready, readiness.reason) == (True, None)


async def test_it_is_not_ready_when_the_tables_are_of_another_version(store: Store) -> None:
    async with store.writing() as session:
        await execute(session, text("UPDATE alembic_version SET version_num = '0000'"))
    readiness = await Observing(store).readiness()
    assert not readiness.ready
    assert "chartroom migrate" in (readiness.reason or "")


async def test_it_is_not_ready_when_there_are_no_tables(tmp_path: Path) -> None:
    store = Store(f"sqlite+aiosqlite:///{tmp_path / 'new.sqlite'}")
    assert not (await Observing(store).readiness()).ready
    await store.close()


async def test_it_is_not_ready_when_the_database_does_not_answer(own_postgres_server: OwnPostgresServer) -> None:
    store = Store(own_postgres_server.create_database())
    own_postgres_server.stop()
    try:
        readiness = await Observing(store).readiness()
    finally:
        own_postgres_server.start()
        await store.close()
    assert "does not answer" in (readiness.reason or "")
    assert "127.0.0.1" not in (readiness.reason or "")


async def test_totals_count_rows_and_syncs_by_state(store: Store) -> None:
    registry_id = await add_registry(store)
    await add_chart(store, registry_id, "payments")
    await add_sync(store, registry_id)
    for _ in range(2):
        await add_sync(store, registry_id, state=SyncState.FAILED)
    totals = await Observing(store).totals()
    assert (totals.registries, totals.charts, totals.versions) == (1, 1, 1)
    assert totals.syncs == {SyncState.QUEUED: 1, SyncState.FAILED: 2}
