"""The end of a process that was told to end, for certain."""

import os
import threading

import structlog

CLOSING_SECONDS = 2.0
"""For what is left to be closed once requests and syncs were given their time."""

log = structlog.get_logger()


def end_within(seconds: float) -> None:
    """From now on. A database or a disk that does not answer could hold the process for as long as it likes.

    Nothing is lost: syncs go on at the next start from what they stored, as after a power cut.
    """
    timer = threading.Timer(seconds + CLOSING_SECONDS, _end_now)
    timer.daemon = True  # whoever has ended by then is not held up
    timer.start()


def _end_now() -> None:
    log.warning("process.ended_unfinished")
    os._exit(0)
