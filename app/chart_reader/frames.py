"""What a reader process and the pool say to each other: frames over one socket.

A frame is the length of the rest (8 bytes, big-endian), a kind (1 byte), a body. Each request has one reply.
"""

import struct
from dataclasses import dataclass

from app.chart_reader.limits import ReadingLimits

FRAME_HEAD = struct.Struct("!QB")
KIND_BYTES = 1
# Requests. READ: an archive. CHECK_JSON, RENDER_MARKDOWN: a text. The others: length of what comes first (4 bytes),
# that, an archive. First comes a path for READ_FILE, another archive for COMPARE, YAML for CHECK_VALUES.
READ, READ_FILE, COMPARE, CHECK_VALUES, CHECK_JSON, RENDER_MARKDOWN = 1, 2, 3, 4, 5, 6
FIRST_LENGTH = struct.Struct("!I")
# Replies, see `replies.py`. The body: one byte; an answer; a ChartReadError; one after which the reader ends.
READY, DONE, FAILED, FAILED_FOR_GOOD = 10, 11, 12, 13


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """`memory_max_bytes` is address space beyond what a worker that has done nothing takes."""

    limits: ReadingLimits
    timeout_seconds: float
    memory_max_bytes: int
