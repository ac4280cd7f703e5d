"""One reader process, seen from the side of those who ask it."""

import asyncio
import base64
import os
import pickle
import socket
import subprocess
import sys
from typing import cast

from app.chart_reader.errors import ReaderDied
from app.chart_reader.frames import FRAME_HEAD, KIND_BYTES, WorkerSettings
from app.chart_reader.limits import MEBIBYTE

# 32 MiB of inflated archive as text, HTML and paths stay far below.
_REPLY_MAX_BYTES = 128 * MEBIBYTE
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


class ReaderProcess(asyncio.BufferedProtocol):
    """One process and our end of its socket. One request at a time."""

    def __init__(self, settings: WorkerSettings) -> None:
        ours, theirs = socket.socketpair()
        try:
            self.process = _start_process(theirs, settings)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._ours = ours
        self._transport: asyncio.WriteTransport | None = None
        self._head = bytearray(FRAME_HEAD.size)
        self._body: bytearray | None = None
        self._kind = 0
        self._received_bytes = 0
        self._reply: asyncio.Future[tuple[int, bytearray]] | None = None
        self._dead = False

    @property
    def usable(self) -> bool:
        """Whether it waits for a request: it owes no reply, and its end of the socket, which ends with it, is open."""
        return not self._dead and self._reply is None

    async def wait_until_ready(self) -> None:
        """Raises ReaderDied."""
        loop = asyncio.get_running_loop()
        self._reply = loop.create_future()
        await loop.create_unix_connection(lambda: self, sock=self._ours)
        await self._next_reply()

    async def ask(self, kind: int, body: bytes) -> tuple[int, bytearray]:
        """The reply's kind and body. Raises ReaderDied. Left early, it leaves a reader that is not usable."""
        if self._dead or self._transport is None:
            raise ReaderDied("its reader had ended")
        self._reply = asyncio.get_running_loop().create_future()
        self._transport.writelines((FRAME_HEAD.pack(KIND_BYTES + len(body), kind), body))
        return await self._next_reply()

    def kill(self) -> None:
        self._dead = True
        if self.process.poll() is None:
            self.process.kill()
        if self._transport is None:
            self._ours.close()
        else:
            self._transport.abort()

    async def _next_reply(self) -> tuple[int, bytearray]:
        assert self._reply is not None
        reply = await self._reply
        self._reply = None
        return reply

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
            if not KIND_BYTES < length <= _REPLY_MAX_BYTES or self._reply is None:
                self._fail("its reader gave a reply that is none")
                return
            self._body, self._received_bytes = bytearray(length - KIND_BYTES), 0
        elif self._received_bytes == len(self._body):
            body, self._body, self._received_bytes = self._body, None, 0
            if self._reply is not None and not self._reply.done():
                self._reply.set_result((self._kind, body))

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail("its reader process ended")

    def _fail(self, reason: str) -> None:
        self._dead = True
        if self._transport is not None:
            self._transport.abort()
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(ReaderDied(reason))


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
        # Of its own group, so that Ctrl-C in a terminal does not reach it.
        start_new_session=True,
    )


def _encoded(value: object) -> str:
    return base64.b64encode(pickle.dumps(value)).decode("ascii")
