"""What reading a chart can end in, other than its contents.

ChartReadError
├── ArchiveTooLarge      TOO_LARGE          a bound was exceeded: bytes, files, ratio, YAML nodes
├── ReaderOutOfMemory    TOO_LARGE          its reader hit the memory limit
├── MalformedArchive     MALFORMED_CHART    no gzip'd tar, or one that could mean two things
├── MalformedChart       MALFORMED_CHART    a tar that holds no chart Helm would accept
├── UnsupportedChart     UNSUPPORTED_CHART  sound, but of a kind Chartroom does not read
├── ReadingTimedOut      TIMED_OUT          its reader hit the time limit and was killed
├── ReaderDied           INTERNAL           its reader process ended
├── ReaderFailed         INTERNAL           an error nobody foresaw: a defect of the reader
└── ReaderPoolClosed     INTERNAL           asked after, or during, the end of the pool

All of them cross from a reader's process (`replies.py`). Messages hold no control characters, so that every store
takes them.
"""

from typing import ClassVar, Literal

from app.chart_reader.plain_text import short_text

FaultCode = Literal["TOO_LARGE", "MALFORMED_CHART", "UNSUPPORTED_CHART", "TIMED_OUT", "INTERNAL"]

# Long enough for a path that says something, short enough for a log line.
SHOWN_MAX_CHARACTERS = 200


class ChartReadError(Exception):
    """One chart could not be read; others are unaffected.

    `reason` says what was refused, `path` is the file of the archive it was about, where there is one.
    """

    code: ClassVar[FaultCode] = "INTERNAL"
    #: Whether reading the same bytes again may go better without anyone acting.
    temporary: ClassVar[bool] = False

    def __init__(self, reason: str, path: str | None = None) -> None:
        self.reason = shown(reason)
        self.path = None if path is None else shown(path)
        super().__init__(self.reason, self.path)

    def __str__(self) -> str:
        return self.reason if self.path is None else f"{self.path}: {self.reason}"


class ArchiveTooLarge(ChartReadError):
    code = "TOO_LARGE"


class ReaderOutOfMemory(ChartReadError):
    code = "TOO_LARGE"


class MalformedArchive(ChartReadError):
    code = "MALFORMED_CHART"


class MalformedChart(ChartReadError):
    code = "MALFORMED_CHART"


class UnsupportedChart(ChartReadError):
    code = "UNSUPPORTED_CHART"


class ReadingTimedOut(ChartReadError):
    code = "TIMED_OUT"


class ReaderDied(ChartReadError):
    temporary = True


class ReaderFailed(ChartReadError):
    pass


class ReaderPoolClosed(ChartReadError):
    temporary = True


def shown(text: str) -> str:
    """`text` of a stranger, fit for a message: printable, and cut at SHOWN_MAX_CHARACTERS."""
    cleaned = short_text(text)
    return cleaned if len(cleaned) <= SHOWN_MAX_CHARACTERS else cleaned[: SHOWN_MAX_CHARACTERS - 1] + "…"
