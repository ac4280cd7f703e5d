"""The process in which charts are read. It holds no secret, and can open neither file nor socket.

Started by `reader_process.py` with an empty environment; serves one request after the other on one inherited
socket, and ends when the other side of it is gone.
"""

import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.chart_reader.chart_yaml import parse_chart_yaml
from app.chart_reader.comparison import compare_charts
from app.chart_reader.errors import ChartReadError, ReaderFailed, ReaderOutOfMemory
from app.chart_reader.frames import (
    CHECK_JSON,
    CHECK_VALUES,
    COMPARE,
    DONE,
    FAILED,
    FAILED_FOR_GOOD,
    FIRST_LENGTH,
    FRAME_HEAD,
    KIND_BYTES,
    READ,
    READY,
    RENDER_MARKDOWN,
    WorkerSettings,
)
from app.chart_reader.gzip_stream import inflate
from app.chart_reader.json_check import can_be_shown
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.reading import read_chart, read_chart_file
from app.chart_reader.readme import render_markdown
from app.chart_reader.replies import encode_answer, encode_failure
from app.chart_reader.values_check import check_values, warm_up

# An orphan that hangs is ended by the kernel this long after its parent would have killed it.
_ORPHAN_GRACE_SECONDS = 5.0
_DISCARDED_BYTES = 4096
_MEMORY_STATUS = Path("/proc/self/statm")


def main(descriptor: int, settings: WorkerSettings) -> None:
    """Serves requests on the socket `descriptor` until its other side is closed."""
    # Ctrl-C and a service manager's SIGTERM reach whole groups; it is the parent who ends its readers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # The kernel's own action, which needs no interpreter that still runs.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    connection = socket.socket(fileno=descriptor)
    _warm_up(settings.limits)
    _confine(settings.memory_max_bytes)
    with suppress(BrokenPipeError, ConnectionResetError):  # the parent is gone
        _answer_all(connection, settings)


def _answer_all(connection: socket.socket, settings: WorkerSettings) -> None:
    _send(connection, READY, b"\0")  # no frame is empty
    while (frame := _receive(connection)) is not None:
        signal.setitimer(signal.ITIMER_REAL, settings.timeout_seconds + _ORPHAN_GRACE_SECONDS)
        kind, body = _answer(*frame, settings.limits)
        signal.setitimer(signal.ITIMER_REAL, 0)
        del frame
        _send(connection, kind, body)
        if kind == FAILED_FOR_GOOD:
            # Whatever state that left behind ends with the process, and that the parent ends: were this side to close
            # with requests still unread, the reply would be lost.
            while connection.recv(_DISCARDED_BYTES):
                pass
            return


def _answer(kind: int, body: memoryview, limits: ReadingLimits) -> tuple[int, bytes]:
    """The reply's kind and body."""
    try:
        return DONE, encode_answer(kind, _serve(kind, body, limits))
    except ChartReadError as error:
        return FAILED, encode_failure(error)
    except MemoryError:
        failed = ReaderOutOfMemory("reading it takes more memory than a reader has")
        return FAILED_FOR_GOOD, encode_failure(failed)
    except Exception as error:  # an unknown defect costs one chart
        unforeseen = ReaderFailed(f"the reader met an unexpected {type(error).__name__}: {error}")
        return FAILED_FOR_GOOD, encode_failure(unforeseen)


def _serve(kind: int, body: memoryview, limits: ReadingLimits) -> Any:
    if kind == READ:
        return read_chart(bytes(body), limits)
    if kind == CHECK_JSON:
        return can_be_shown(str(body, "utf-8"))
    if kind == RENDER_MARKDOWN:
        return render_markdown(str(body, "utf-8"), limits)
    (first_bytes,) = FIRST_LENGTH.unpack(body[: FIRST_LENGTH.size])
    first_end = FIRST_LENGTH.size + first_bytes
    first, archive = bytes(body[FIRST_LENGTH.size : first_end]), bytes(body[first_end:])
    if kind == COMPARE:
        return compare_charts(first, archive, limits)
    text = str(first, "utf-8")
    if kind == CHECK_VALUES:
        return check_values(archive, text, limits)
    return read_chart_file(archive, text, limits)


def _receive(connection: socket.socket) -> tuple[int, memoryview] | None:
    head = _receive_exactly(connection, FRAME_HEAD.size)
    if head is None:
        return None
    length, kind = FRAME_HEAD.unpack(head)
    body = _receive_exactly(connection, length - KIND_BYTES)
    return None if body is None else (kind, memoryview(body))


def _receive_exactly(connection: socket.socket, length: int) -> bytearray | None:
    """None where the other side closed before that many bytes."""
    buffer = bytearray(length)
    view, received = memoryview(buffer), 0
    while received < length:
        count = connection.recv_into(view[received:])
        if count == 0:
            return None
        received += count
    return buffer


def _send(connection: socket.socket, kind: int, body: bytes) -> None:
    head = FRAME_HEAD.pack(KIND_BYTES + len(body), kind)
    sent = connection.sendmsg((head, body))
    if sent < len(head) + len(body):
        connection.sendall((head + body)[sent:])


def _warm_up(limits: ReadingLimits) -> None:
    """Everything that is imported or built at first use, before files can no longer be opened."""
    render_markdown("# a\n\n|b|\n|-|\n|c|\n\n<details>[d](https://e) &amp; `f`</details>\n", limits)
    parse_chart_yaml("name: a\nversion: 1.0.0\n", None, limits)
    warm_up()
    for archive in (b"", b"\x1f\x8b\x08"):
        with suppress(ChartReadError):
            inflate(archive, limits)


def _confine(memory_max_bytes: int) -> None:
    """Takes from this process what reading does not need. What a platform does not know, it leaves out."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        used_pages = int(_MEMORY_STATUS.read_text().split()[0])
        address_space_bytes = used_pages * os.sysconf("SC_PAGE_SIZE") + memory_max_bytes
        resource.setrlimit(resource.RLIMIT_AS, (address_space_bytes, address_space_bytes))
    # No further descriptor: neither file nor socket can be opened, whatever bytes made this process do.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
