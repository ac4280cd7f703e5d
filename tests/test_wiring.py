"""What a process takes of others, all its parts together."""

import asyncio
from pathlib import Path

import asyncpg
from sqlalchemy import text

from app.settings import Settings
from app.store.sealing import add_key_to_file
from app.store.session import execute
from app.wiring import System, wire

ASKED_AT_ONCE = 24
SLEEP = "SELECT pg_sleep(0.05)"
OWN = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


async def _session(system: System) -> None:
    async with system.store.writing() as session:
        await execute(session, text(SLEEP))


async def test_process_has_no_more_connections_to_postgresql_than_it_is_given(
    migrated_postgres_url: str, tmp_path: Path
) -> None:
    settings = Settings(
        database_url=migrated_postgres_url, data_dir=tmp_path, allowed_private_networks=(), database_connections=16
    )
    add_key_to_file(settings.key_path)
    system = wire(settings)
    await system.start()
    asking = [
        asyncio.ensure_future(asked)
        for number in range(ASKED_AT_ONCE)
        for asked in (
            _session(system),
            system.store.rows.ask(SLEEP, ()),
            system.store.rows.for_searches().ask(SLEEP, ()),
            system.queue.put(number),
            system.bell.ring(number),
        )
    ]
    counted = []
    watching = await asyncpg.connect(migrated_postgres_url.replace("+asyncpg", ""))
    while not all(each.done() for each in asking):
        counted.append(await watching.fetchval(OWN))
    await asyncio.gather(*asking)
    counted.append(await watching.fetchval(OWN))
    await watching.close()
    await system.close()

    assert max(counted) == 16


def test_syncs_give_way_to_the_door_of_their_own_process(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    add_key_to_file(settings.key_path)
    system = wire(settings)
    assert system.worker._syncing._tools.courtesy is system.courtesy
