"""Which archives the store holds already, asked for many at once: one statement for all who ask meanwhile."""

import asyncio

from app.store import findings
from app.store.session import Store

GATHERED_SECONDS = 0.005  # a statement costs more than that; those who ask pull over a network


class ContentLookup:
    """Gathers questions for a moment and answers them together."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._asked: dict[str, asyncio.Future[tuple[str, str] | None]] = {}
        self._answering: set[asyncio.Task[None]] = set()

    async def held(self, archive_digest: str) -> tuple[str, str] | None:
        """Name and version of the chart in this archive; None where it is not stored."""
        answer = self._asked.get(archive_digest)
        if answer is None:
            answer = self._asked[archive_digest] = asyncio.get_running_loop().create_future()
            if len(self._asked) == 1:
                task = asyncio.create_task(self._answer())
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)
        return await asyncio.shield(answer)

    async def _answer(self) -> None:
        await asyncio.sleep(GATHERED_SECONDS)
        asked, self._asked = self._asked, {}
        try:
            async with self._store.reading() as session:
                known = await findings.known_archives(session, asked)
        except Exception as error:
            for answer in asked.values():
                answer.set_exception(error)
                answer.exception()  # seen, should nobody wait for it any more
            return
        for digest, answer in asked.items():
            answer.set_result(known.get(digest))
