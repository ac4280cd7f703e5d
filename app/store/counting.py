"""How much the store holds."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.sync_events import SyncState
from app.store.entities import Chart, ChartVersion, Registry, Sync


@dataclass(frozen=True, slots=True)
class Totals:
    """Rows of each kind; syncs by state."""

    registries: int
    charts: int
    versions: int
    syncs: dict[SyncState, int]


async def totals(session: AsyncSession) -> Totals:
    counts = [
        (await session.exec(select(func.count()).select_from(entity))).one()
        for entity in (Registry, Chart, ChartVersion)
    ]
    by_state = (await session.exec(select(Sync.state, func.count()).group_by(col(Sync.state)))).all()
    return Totals(counts[0], counts[1], counts[2], {SyncState(state): count for state, count in by_state})
