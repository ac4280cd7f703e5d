"""One reader process, seen from the side of those who ask it."""

import asyncio
import base64
import os
import pickle
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from app.chart_reader.errors import ChartReadError, ReaderDied, ReadingTimedOut
from app.chart_reader.frames import DONE, FAILED, FAILED_FOR_GOOD, FRAME_HEAD, KIND_BYTES, WorkerSettings
from app.chart_reader.limits import MEBIBYTE
from app.chart_reader.replies import decode_answer, decode_failure

# 32 MiB of inflated archive as text, HTML and paths stay far below.
_REPLY_MAX_BYTES = 128 * MEBIBYTE
_NO_REPLY = "its reader gave a reply that is none"
# Usual charts take a millisecond: what stands behind one that takes so long is better read elsewhere.
_SLOW_AFTER_SECONDS = 1.0
# -I: neither the environment nor the working directory decides what is imported; -S: no site hooks either.
_INTERPRETER_FLAGS = ("-I", "-S")
_BOOTSTRAP = """
import base64, pickle, sys
sys.path[:] = pickle.loads(base64.b64decode(sys.argv[1]))
from app.chart_reader.worker import main
main(int(sys.argv[2]), pickle.loads(base64.b64decode(sys.argv[3])))
"""
# Without it an interpreter in an unusual place does not find its own library; everything else stays out.
_PASSED_ENVIRONMENT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A request, and where its answer goes. `parts` are the frame's body, one after the other."""

    kind: int
    parts: tuple[bytes, ...]
    answered: asyncio.Future[Any]

    def fail(self, error: ChartReadError) -> None:
        if not self.answered.done():
            self.answered.set_exception(error)


class ReaderProcess(asyncio.BufferedProtocol):
    """One process and our end of its socket; it answers in the order in which it is asked.

    The first question without an answer is the one being read: it alone is to blame when the reader dies or takes
    too long. `when_answered` is called after each answer, `when_slow` each second that one takes, `when_ended` once,
    with the questions nobody answered.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        when_answered: Callable[[], None],
        when_slow: Callable[["ReaderProcess"], None],
        when_ended: Callable[["ReaderProcess", list[Question]], None],
    ) -> None:
        ours, theirs = socket.socketpair()
        try:
            self.process = _start_process(theirs, settings)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self.asked: deque[Question] = deque()
        self._loop = asyncio.get_running_loop()
        self._ours = ours
        self._transport: asyncio.WriteTransport | None = None
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._when_answered, self._when_slow, self._when_ended = when_answered, when_slow, when_ended
        self._head = bytearray(FRAME_HEAD.size)
        self._body: bytearray | None = None
        self._kind = 0
        self._received_bytes = 0
        self._timeout_seconds = settings.timeout_seconds
        self._reading_since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._ended = False
        self.is_last = False
        """The question being read is its last one."""

    async def wait_until_ready(self) -> None:
        """Raises ReaderDied."""
        await self._loop.create_unix_connection(lambda: self, sock=self._ours)
        await self._ready
        if self._ended:
            raise ReaderDied("its reader ended as soon as it was ready")

    def ask(self, questions: Sequence[Question]) -> None:
        """All of them in one message."""
        assert self._transport is not None
        if not self.asked:
            self._reading_since = self._loop.time()
            if self._timer is None:
                self._timer = self._loop.call_later(self._looked_at_after(self._timeout_seconds), self._look_at_clock)
        pieces: list[bytes] = []
        for question in questions:
            length = KIND_BYTES + sum(map(len, question.parts))
            pieces += (FRAME_HEAD.pack(length, question.kind), *question.parts)
        self.asked.extend(questions)
        self._transport.writelines(pieces)

    def hand_back(self) -> list[Question]:
        """The questions behind the one being read, for others to answer; it ends with that one."""
        self.is_last = True
        first, *behind = self.asked
        self.asked = deque([first])
        return [question for question in behind if not question.answered.done()]

    def end(self, error: ChartReadError | None = None) -> None:
        """Kills it; `error` goes to the question being read. A second call does nothing."""
        if self._ended:
            return
        self._ended = True
        if self.process.poll() is None:
            self.process.kill()
        if self._transport is None:
            self._ours.close()
        else:
            self._transport.abort()
        if self._timer is not None:
            self._timer.cancel()
        if not self._ready.done():
            self._ready.set_exception(ReaderDied("its reader did not start"))
            self._ready.exception()  # nobody may be waiting any more
        if error is not None and self.asked:
            self.asked[0].fail(error)
        unanswered = [question for question in self.asked if not question.answered.done()]
        self.asked.clear()
        self._when_ended(self, unanswered)

    def _look_at_clock(self) -> None:
        """One timer, looked at again when the question it was set for has long been answered."""
        self._timer = None
        if not self.asked:
            return
        reading_seconds = self._loop.time() - self._reading_since
        left_seconds = self._timeout_seconds - reading_seconds
        if left_seconds <= 0:
            self.end(ReadingTimedOut(f"reading it took longer than {self._timeout_seconds:g} s"))
            return
        self._timer = self._loop.call_later(self._looked_at_after(left_seconds), self._look_at_clock)
        if reading_seconds >= _SLOW_AFTER_SECONDS:
            self._when_slow(self)

    @staticmethod
    def _looked_at_after(left_seconds: float) -> float:
        return min(left_seconds, _SLOW_AFTER_SECONDS)

    def _take_reply(self, kind: int, body: bytearray) -> None:
        if not self._ready.done():
            self._ready.set_result(None)
            return
        question = self.asked.popleft()
        self._reading_since = self._loop.time()
        if not question.answered.done():
            try:
                question.answered.set_result(_answer(question.kind, kind, body))
            except ChartReadError as error:
                question.fail(error)
        if kind in (DONE, FAILED) and not self.is_last:
            self._when_answered()
        else:
            self.end()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports derive from no class of asyncio's
        self._transport = cast(asyncio.WriteTransport, transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        target = self._head if self._body is None else self._body
        return memoryview(target)[self._received_bytes :]

    def buffer_updated(self, nbytes: int) -> None:
        self._received_bytes += nbytes
        if self._body is None:
            if self._received_bytes < FRAME_HEAD.size:
                return
            length, self._kind = FRAME_HEAD.unpack(self._head)
            is_owed = bool(self.asked) or not self._ready.done()
            if not KIND_BYTES < length <= _REPLY_MAX_BYTES or not is_owed:
                self.end(ReaderDied(_NO_REPLY))
                return
            self._body, self._received_bytes = bytearray(length - KIND_BYTES), 0
        elif self._received_bytes == len(self._body):
            body, self._body, self._received_bytes = self._body, None, 0
            self._take_reply(self._kind, body)

    def connection_lost(self, exc: Exception | None) -> None:
        self.end(ReaderDied("its reader process ended"))


def _answer(asked: int, replied: int, body: bytearray) -> Any:
    """Raises what the reader says went wrong, or ReaderDied where it says nothing that can be read."""
    if replied == DONE:
        return decode_answer(asked, body)
    if replied in (FAILED, FAILED_FOR_GOOD):
        raise decode_failure(body)
    raise ReaderDied(_NO_REPLY)


def _start_process(theirs: socket.socket, settings: WorkerSettings) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _PASSED_ENVIRONMENT if name in os.environ}
    command = (sys.executable, *_INTERPRETER_FLAGS, "-c", _BOOTSTRAP)
    arguments = (_encoded(sys.path), str(theirs.fileno()), _encoded(settings))
    return subprocess.Popen(  # noqa: S603 (our own interpreter, arguments of our own making)
        (*command, *arguments),
        env=environment,
        pass_fds=(theirs.fileno(),),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        # Of its own group, so that Ctrl-C in a terminal does not reach it. Of our session: Linux weighs niceness within
        # one, and a worker's readers are to give way with it. Source: sched(7), the autogroup feature.
        process_group=0,
    )


def _encoded(value: object) -> str:
    return base64.b64encode(pickle.dumps(value)).decode("ascii")
