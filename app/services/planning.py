"""What a sync has to do with one repository: what the registry lists minus what the store holds."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from app.domain.faults import REGISTRY_WIDE
from app.domain.semver_constraint import Constraint
from app.domain.sync_events import SyncTrigger
from app.domain.sync_plan import Failures, HeldTag, ListedTag, Policy, RepositoryPlan, plan_repository
from app.oci_client.errors import ManifestNotFound, RegistryError, RepositoryNotFound
from app.services.clock import Clock
from app.store import failures, findings
from app.store.entities import ChartRepository, Registry, Sync
from app.store.session import Store

if TYPE_CHECKING:
    from app.oci_client.client import RegistryClient

DECIDED_AT_ONCE = 1000  # tags; a hundred times as many would hold up everybody else for a second


CONFIRMED_MAX_COUNT = 20
"""Tags missing in a listing of several pages that are asked for one by one: what is pushed or deleted while a listing
is read shifts its pages at some registries, and a tag or two fall between them. Hundreds do not."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan, how many tags the registry listed, and which of the repository failed before."""

    plan: RepositoryPlan
    tags: int
    failed: frozenset[str]


def policy_of(registry: Registry) -> Policy:
    constraint = Constraint.parse(registry.version_constraint) if registry.version_constraint else None
    return Policy(constraint, registry.versions_kept)


async def _still_there(client: "RegistryClient", repository: str, held: HeldTag) -> ListedTag | None:
    """The tag as a listing should have had it; None where it is gone. Whoever does not know keeps it."""
    try:
        head = await client.head_manifest(repository, held.tag, held.digest)
    except (ManifestNotFound, RepositoryNotFound):
        return None
    except RegistryError as error:
        if error.code in REGISTRY_WIDE:
            raise
        return ListedTag(held.tag, held.digest)
    return ListedTag(held.tag, head.digest)


class Planning:
    """Lists and compares. What is planned once is planned the same again, minus what was stored since."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def plan(
        self,
        client: "RegistryClient",
        registry: Registry,
        repository: ChartRepository,
        sync: Sync,
        lost: asyncio.Task[Mapping[int, frozenset[str]]],
    ) -> Planned:
        """`lost`: tags whose archives are not there any more, by repository; found out while this one is listed.

        Raises what the registry client raises where the listing is not complete: then nothing is removed."""
        listed: list[ListedTag] = []
        pages = 0
        async for page in client.list_tags(repository.name):
            listed += [ListedTag(tag.tag, tag.digest, tag.artifact_type) for tag in page]
            pages += 1
        held = await findings.held_tags(self._store.rows, repository.id, sync.id)
        failed = await failures.of_repository(self._store.rows, repository.id, sync.id)
        lost_here = (await asyncio.shield(lost)).get(repository.id, frozenset())
        held |= {tag: replace(held[tag], archive_lost=True) for tag in lost_here & held.keys()}
        decide = partial(
            plan_repository,
            listed,
            held,
            policy_of(registry),
            empty_before=repository.listed_empty,
            failures=Failures(failed, self._clock(), sync.trigger is SyncTrigger.MANUAL),
        )
        plan = decide() if len(listed) <= DECIDED_AT_ONCE else await asyncio.to_thread(decide)
        if pages > 1 and 0 < len(plan.gone) <= CONFIRMED_MAX_COUNT:
            asked = await asyncio.gather(*(_still_there(client, repository.name, held) for held in plan.gone))
            if missed := [tag for tag in asked if tag is not None]:
                listed += missed
                plan = decide() if len(listed) <= DECIDED_AT_ONCE else await asyncio.to_thread(decide)
        return Planned(plan, len(listed), frozenset(failed))
