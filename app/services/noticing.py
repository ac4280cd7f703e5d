"""Pushes that registries told of: noticed at once, followed by a sync soon after.

What is noticed is a row until a sync that began after it is on its way, so that no push is lost: not to a sync
that is running already and may have passed it, not to a process that dies. Many pushes of a repository within
the delay, or while its sync waits for its turn, lead to one sync.
"""

from collections.abc import Collection
from datetime import timedelta

from app.domain.errors import Conflict, NotFound
from app.domain.sync_events import SyncState, SyncTrigger
from app.services.clock import Clock, utc_now
from app.services.triggering import Triggering
from app.store import webhooks
from app.store.session import Store

UNFINISHED_MAX = 8
"""Syncs of one registry that wait or run when more are started for its pushes, and how many more: they run one
after the other, and pushes that wait cost less than syncs that do."""
FOLLOWED_AT_ONCE = 100
ACTOR = "webhook"


class Noticing:
    """Notices pushes, and starts their syncs when they are due."""

    def __init__(self, store: Store, triggering: Triggering, delay: timedelta, clock: Clock = utc_now) -> None:
        self._store = store
        self._triggering = triggering
        self._delay = delay
        self._clock = clock

    async def notice(self, registry_id: int, repositories: Collection[str]) -> int:
        """How many of these names are repositories that syncs look at; the others have no effect."""
        if not repositories:
            return 0
        now = self._clock()
        async with self._store.writing() as session:
            return await webhooks.note_pushes(session, registry_id, repositories, now, now + self._delay)

    async def follow_up(self) -> int:
        """Starts the syncs that are due; how many. Run it often: twice changes nothing."""
        async with self._store.reading() as session:
            due = await webhooks.due_pushes(session, self._clock(), UNFINISHED_MAX, FOLLOWED_AT_ONCE)
        followed: dict[int, int] = {}
        for push, registry_id in due:
            if followed.get(registry_id, 0) < UNFINISHED_MAX and await self._follow(push, registry_id):
                followed[registry_id] = followed.get(registry_id, 0) + 1
        return sum(followed.values())

    async def _follow(self, push: webhooks.WaitingPush, registry_id: int) -> bool:
        try:
            sync = await self._triggering.start(registry_id, push.repository_id, SyncTrigger.WEBHOOK, ACTOR)
        except (NotFound, Conflict):
            pass  # deleted, or no chart repository any more: nothing is to follow
        else:
            if sync.state is not SyncState.QUEUED:
                return False  # one that began before is running; the push goes on waiting for its end
        # Afterwards: who is killed in between finds it due again, and joins the sync that waits already.
        async with self._store.writing() as session:
            await webhooks.end_wait(session, push)
        return True
