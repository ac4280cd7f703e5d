"""What a sync has to do with one repository: what the registry lists minus what the store holds."""

import asyncio
from dataclasses import dataclass
from functools import partial

from app.domain.semver_constraint import Constraint
from app.domain.sync_events import SyncTrigger
from app.domain.sync_plan import Failures, ListedTag, Policy, RepositoryPlan, plan_repository
from app.oci_client.client import RegistryClient
from app.services.clock import Clock
from app.store import failures, findings
from app.store.entities import ChartRepository, Registry, Sync
from app.store.session import Store

DECIDED_AT_ONCE = 1000  # tags; a hundred times as many would hold up everybody else for a second


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan, how many tags the registry listed, and which of the repository failed before."""

    plan: RepositoryPlan
    tags: int
    failed: frozenset[str]


def policy_of(registry: Registry) -> Policy:
    constraint = Constraint.parse(registry.version_constraint) if registry.version_constraint else None
    return Policy(constraint, registry.versions_kept)


class Planning:
    """Lists and compares. What is planned once is planned the same again, minus what was stored since."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def plan(
        self, client: RegistryClient, registry: Registry, repository: ChartRepository, sync: Sync
    ) -> Planned:
        """Raises what the registry client raises where the listing is not complete: then nothing is removed."""
        listed = [
            ListedTag(tag.tag, tag.digest, tag.artifact_type)
            async for page in client.list_tags(repository.name)
            for tag in page
        ]
        async with self._store.reading() as session:
            held = await findings.held_tags(session, repository.id, sync.id)
            failed = await failures.of_repository(session, repository.id, sync.id)
        decide = partial(
            plan_repository,
            listed,
            held,
            policy_of(registry),
            empty_before=repository.listed_empty,
            failures=Failures(failed, self._clock(), sync.trigger is SyncTrigger.MANUAL),
        )
        plan = decide() if len(listed) <= DECIDED_AT_ONCE else await asyncio.to_thread(decide)
        return Planned(plan, len(listed), frozenset(failed))
