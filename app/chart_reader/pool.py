"""Reader processes: an unknown bug, a hang or a flood of memory costs one chart, and nothing but that chart.

Own processes rather than a stock pool: those import the main module and hand on the environment, where the
secrets are, and let the workers share one pipe and its lock, so that a worker killed at the wrong moment
stops all of them. Here each reader has its own socket, an empty environment, and imports this package alone.
"""

import asyncio
import subprocess
from collections import deque
from typing import Any

from app.chart_reader.answers import ChartComparison, ValuesVerdict
from app.chart_reader.contents import ChartContents
from app.chart_reader.errors import ArchiveTooLarge, ReaderDied, ReaderPoolClosed
from app.chart_reader.frames import (
    CHECK_JSON,
    CHECK_VALUES,
    COMPARE,
    FIRST_LENGTH,
    READ,
    READ_FILE,
    RENDER_MARKDOWN,
    WorkerSettings,
)
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.reader_process import Question, ReaderProcess

# A cold start takes about 0.2 s; a machine that swaps takes its time.
_START_TIMEOUT_SECONDS = 30.0
# How many one reader is asked for ahead: what waits behind a slow one waits no longer than for that one, and with
# several readers not even that.
_ASKED_MAX_COUNT = 8


class ReaderPool:
    """At most `workers` reader processes, started when first needed; belongs to one event loop.

    `timeout_seconds` bounds one reading, its wait for a free reader not included. `memory_max_bytes` is what
    reading may take beyond a reader at rest (Linux only). What is asked waits `gather_seconds` for more, so that a
    reader wakes once for several, where nobody waits for one alone. A reading that is cancelled or takes too long has
    its process killed; others that process was asked for are read by the next one. How many archives wait here is
    up to callers.
    """

    def __init__(
        self,
        *,
        workers: int,
        timeout_seconds: float,
        memory_max_bytes: int,
        limits: ReadingLimits | None = None,
        gather_seconds: float = 0.0,
    ) -> None:
        self._settings = WorkerSettings(limits or ReadingLimits(), timeout_seconds, memory_max_bytes)
        self._workers = workers
        self._gather_seconds = gather_seconds
        self._waiting: deque[Question] = deque()
        self._gathering: asyncio.Handle | None = None
        self._readers: list[ReaderProcess] = []
        self._starting: dict[ReaderProcess, asyncio.Task[None]] = {}
        self._ended: list[subprocess.Popen[bytes]] = []
        self._closed = False

    def make_ready(self) -> None:
        """Something to read will come: a reader is started meanwhile, where there is none."""
        if not self._closed and not self._readers and not self._starting:
            self._start()

    async def read(self, archive: bytes) -> ChartContents:
        """What `reading.read_chart` makes of the archive. Raises ChartReadError, and nothing else."""
        read: ChartContents = await self._ask(READ, archive)
        return read

    async def read_file(self, archive: bytes, path: str) -> str | None:
        """What `reading.read_chart_file` finds at `path`. Raises ChartReadError, and nothing else."""
        text: str | None = await self._ask(READ_FILE, archive, _encoded(path))
        return text

    async def compare(self, before: bytes, after: bytes) -> ChartComparison:
        """What `comparison.compare_charts` finds. Raises ChartReadError, and nothing else."""
        self._check_size(before)
        compared: ChartComparison = await self._ask(COMPARE, after, before)
        return compared

    async def check_values(self, archive: bytes, values_yaml: str) -> ValuesVerdict:
        """What `values_check.check_values` says. Raises ChartReadError, and nothing else."""
        verdict: ValuesVerdict = await self._ask(CHECK_VALUES, archive, _encoded(values_yaml))
        return verdict

    async def can_be_shown(self, text: str) -> bool:
        """What `json_check.can_be_shown` says. Raises ChartReadError, and nothing else."""
        shown: bool = await self._ask(CHECK_JSON, _encoded(text))
        return shown

    async def render_markdown(self, text: str) -> str:
        """What `readme.render_markdown` makes of it. Raises ChartReadError, and nothing else."""
        rendered: str = await self._ask(RENDER_MARKDOWN, _encoded(text))
        return rendered

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Of the readers there are now, busy, idle or starting."""
        return tuple(reader.process.pid for reader in (*self._readers, *self._starting))

    async def close(self) -> None:
        """Ends every reader; readings under way raise ReaderPoolClosed. A second call does nothing."""
        self._closed = True
        for reader in list(self._readers):
            reader.end(ReaderPoolClosed("the readers were closed in mid-reading"))
        self._refuse_all(list(self._waiting))
        self._waiting.clear()
        if starting := set(self._starting.values()):
            for task in starting:
                task.cancel()
            await asyncio.wait(starting)
        ended, self._ended = self._ended, []
        for process in ended:  # killed: the wait is the kernel's clean-up, not ours to do on the loop
            await asyncio.to_thread(process.wait)

    def _refuse_all(self, questions: list[Question]) -> None:
        for question in questions:
            question.fail(ReaderPoolClosed("the readers were closed before it was read"))

    def _check_size(self, archive: bytes) -> None:
        """The reader would say the same, but would have to hold it first."""
        archive_max_bytes = self._settings.limits.archive_max_bytes
        if len(archive) > archive_max_bytes:
            raise ArchiveTooLarge(f"the archive has more than {archive_max_bytes} bytes")

    async def _ask(self, kind: int, archive: bytes, first: bytes | None = None) -> Any:
        self._check_size(archive)
        if self._closed:
            raise ReaderPoolClosed("the readers are closed")
        parts = (archive,) if first is None else (FIRST_LENGTH.pack(len(first)), first, archive)
        loop = asyncio.get_running_loop()
        question = Question(kind, parts, loop.create_future())
        self._waiting.append(question)
        if len(self._waiting) == _ASKED_MAX_COUNT:
            self._hand_out()
        elif self._gathering is None:
            self._gathering = loop.call_later(self._gather_seconds, self._hand_out)
        try:
            return await question.answered
        except asyncio.CancelledError:
            self._withdraw(question)
            raise

    def _withdraw(self, question: Question) -> None:
        """Nobody waits for it any more; where it stands behind another, its answer is let go."""
        if question in self._waiting:
            self._waiting.remove(question)
        for reader in [each for each in self._readers if each.asked and each.asked[0] is question]:
            reader.end()
        if not self._waiting:
            for starting in self._starting.values():
                starting.cancel()

    def _hand_out(self) -> None:
        """Gives what waits to readers that have room, and starts readers where all are busy."""
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        while self._waiting and (reader := self._reader_with_room()) is not None:
            share = min(-(-len(self._waiting) // self._workers), _ASKED_MAX_COUNT - len(reader.asked))
            reader.ask([self._waiting.popleft() for _ in range(share)])

    def _reader_with_room(self) -> ReaderProcess | None:
        """The least busy one; none while another is to be started, which will be idle."""
        going_on = (reader for reader in self._readers if not reader.is_last)
        least = min(going_on, key=lambda reader: len(reader.asked), default=None)
        if least is not None and not least.asked:
            return least
        missing = min(self._workers - len(self._readers), len(self._waiting)) - len(self._starting)
        for _ in range(missing):
            self._start()
        if self._starting or least is None or len(least.asked) >= _ASKED_MAX_COUNT or not self._waiting:
            return None
        return least

    def _start(self) -> None:
        self._ended = [process for process in self._ended if process.poll() is None]
        try:
            reader = ReaderProcess(self._settings, self._hand_out_more, self._hand_on, self._reader_ended)
        except OSError as error:
            self._fail_first(error)
            return
        self._starting[reader] = asyncio.create_task(self._wait_until_ready(reader))

    async def _wait_until_ready(self, reader: ReaderProcess) -> None:
        """Where it does not come to be ready, the question that waits longest fails. Cancelled, no question does."""
        try:
            async with asyncio.timeout(_START_TIMEOUT_SECONDS):
                await reader.wait_until_ready()
            self._readers.append(reader)
        except (TimeoutError, OSError, ReaderDied) as error:
            reader.end()
            self._fail_first(error)
        except BaseException:
            reader.end()
            raise
        finally:
            del self._starting[reader]
            self._hand_out()

    def _fail_first(self, cause: Exception) -> None:
        if self._waiting:
            failed = ReaderDied("its reader did not start")
            failed.__cause__ = cause
            self._waiting.popleft().fail(failed)

    def _hand_out_more(self) -> None:
        if self._waiting and self._gathering is None:
            self._hand_out()

    def _hand_on(self, slow: ReaderProcess) -> None:
        """What stands behind a slow chart is for other readers, where there may be any."""
        if self._workers > 1 and len(slow.asked) > 1:
            self._waiting.extendleft(reversed(slow.hand_back()))
            self._hand_out()

    def _reader_ended(self, reader: ReaderProcess, unanswered: list[Question]) -> None:
        self._ended.append(reader.process)
        if reader not in self._readers:
            return  # it was starting, which has an end of its own
        self._readers.remove(reader)
        if self._closed:
            self._refuse_all(unanswered)
        else:
            self._waiting.extendleft(reversed(unanswered))
            self._hand_out()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")
