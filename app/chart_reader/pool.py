"""Reader processes: an unknown bug, a hang or a flood of memory costs one chart, and nothing but that chart.

Own processes rather than a stock pool: those import the main module and hand on the environment, where the
secrets are, and let the workers share one pipe and its lock, so that a worker killed at the wrong moment
stops all of them. Here each reader has its own socket, an empty environment, and imports this package alone.
"""

import asyncio
import subprocess
from typing import Any

from app.chart_reader.answers import ChartComparison, ValuesVerdict
from app.chart_reader.contents import ChartContents
from app.chart_reader.errors import ArchiveTooLarge, ReaderDied, ReaderPoolClosed, ReadingTimedOut
from app.chart_reader.frames import (
    CHECK_JSON,
    CHECK_VALUES,
    COMPARE,
    DONE,
    FAILED,
    FAILED_FOR_GOOD,
    FIRST_LENGTH,
    READ,
    READ_FILE,
    READ_FILE_BYTES,
    WorkerSettings,
)
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.reader_process import ReaderProcess
from app.chart_reader.replies import decode_answer, decode_failure

# A cold start takes about 0.2 s; a machine that swaps takes its time.
_START_TIMEOUT_SECONDS = 30.0


class ReaderPool:
    """At most `workers` reader processes, started when first needed; belongs to one event loop.

    `timeout_seconds` bounds one reading, its wait for a free reader not included. `memory_max_bytes` is what
    reading may take beyond a reader at rest (Linux only). A reading that is cancelled or takes too long has
    its process killed; the next one starts afresh. How many archives wait here is up to callers.
    """

    def __init__(
        self,
        *,
        workers: int,
        timeout_seconds: float,
        memory_max_bytes: int,
        limits: ReadingLimits | None = None,
    ) -> None:
        self._settings = WorkerSettings(limits or ReadingLimits(), timeout_seconds, memory_max_bytes)
        self._slots = asyncio.Semaphore(workers)
        self._idle: list[ReaderProcess] = []
        self._busy: set[ReaderProcess] = set()
        self._ended: list[subprocess.Popen[bytes]] = []
        self._closed = False

    async def read(self, archive: bytes) -> ChartContents:
        """What `reading.read_chart` makes of the archive. Raises ChartReadError, and nothing else."""
        read: ChartContents = await self._ask(READ, archive)
        return read

    async def read_file(self, archive: bytes, path: str) -> str | None:
        """What `reading.read_chart_file` finds at `path`. Raises ChartReadError, and nothing else."""
        text: str | None = await self._ask(READ_FILE, archive, _encoded(path))
        return text

    async def read_file_bytes(self, archive: bytes, path: str) -> bytes | None:
        """What `reading.read_chart_file_bytes` finds at `path`. Raises ChartReadError, and nothing else."""
        data: bytes | None = await self._ask(READ_FILE_BYTES, archive, _encoded(path))
        return data

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

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Of the readers there are now, busy or idle."""
        return tuple(reader.process.pid for reader in (*self._idle, *self._busy))

    async def close(self) -> None:
        """Ends every reader; readings under way raise ReaderPoolClosed. A second call does nothing."""
        self._closed = True
        for reader in (*self._idle, *self._busy):
            self._end(reader)
        self._idle.clear()
        ended, self._ended = self._ended, []
        for process in ended:  # killed: the wait is the kernel's clean-up, not ours to do on the loop
            await asyncio.to_thread(process.wait)

    def _check_size(self, archive: bytes) -> None:
        """The reader would say the same, but would have to hold it first."""
        archive_max_bytes = self._settings.limits.archive_max_bytes
        if len(archive) > archive_max_bytes:
            raise ArchiveTooLarge(f"the archive has more than {archive_max_bytes} bytes")

    async def _ask(self, kind: int, archive: bytes, first: bytes | None = None) -> Any:
        self._check_size(archive)
        body = archive if first is None else FIRST_LENGTH.pack(len(first)) + first + archive
        async with self._slots:
            reader = await self._take_reader()
            try:
                async with asyncio.timeout(self._settings.timeout_seconds):
                    replied, reply = await reader.ask(kind, body)
                if replied == FAILED_FOR_GOOD:
                    reader.kill()
            except TimeoutError as error:
                seconds = self._settings.timeout_seconds
                raise ReadingTimedOut(f"reading it took longer than {seconds:g} s") from error
            except ReaderDied as error:
                if self._closed:
                    raise ReaderPoolClosed("the readers were closed in mid-reading") from error
                raise
            finally:
                self._give_back(reader)
        if replied in (FAILED, FAILED_FOR_GOOD):
            raise decode_failure(reply)
        if replied != DONE:
            raise ReaderDied("its reader gave a reply that is none")
        return decode_answer(kind, reply)

    async def _take_reader(self) -> ReaderProcess:
        self._reap()
        if self._closed:
            raise ReaderPoolClosed("the readers are closed")
        while self._idle:
            reader = self._idle.pop()
            if reader.usable:
                self._busy.add(reader)
                return reader
            self._end(reader)
        reader = ReaderProcess(self._settings)
        self._busy.add(reader)
        try:
            async with asyncio.timeout(_START_TIMEOUT_SECONDS):
                await reader.wait_until_ready()
        except TimeoutError as error:
            self._give_back(reader)
            raise ReaderDied("its reader did not start in time") from error
        except BaseException:
            self._give_back(reader)
            raise
        return reader

    def _give_back(self, reader: ReaderProcess) -> None:
        self._busy.discard(reader)
        if reader.usable and not self._closed:
            self._idle.append(reader)
        else:
            self._end(reader)

    def _end(self, reader: ReaderProcess) -> None:
        reader.kill()
        if reader.process not in self._ended:
            self._ended.append(reader.process)

    def _reap(self) -> None:
        self._ended = [process for process in self._ended if process.poll() is None]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")
