"""Runs Chartroom commands, some of which die at a failpoint.

    python -m tests.failpoints.run NAME COMMAND [ARGUMENT...]     one command, killed at NAME
    python -m tests.failpoints.run                                many: a line of JSON on stdin for each, see `Order`

NAME is one of tests/failpoints/points.py; `-` for none. Without reaching it, the command runs as ever. Many share the
two seconds of imports: each is a fork of a process that has done them and nothing else.
"""

import json
import os
import select
import sys
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

import app.jobs.worker
import app.web
import app.wiring  # noqa: F401 - what commands import once they run
from app.cli import cli
from tests.failpoints.points import ALL, arm

REAPS_EVERY_SECONDS = 0.02


@dataclass(frozen=True)
class Order:
    """A command to run: its output is added to the file `log`, its exit status ends up in the file `status`."""

    failpoint: str
    arguments: list[str]
    environment: dict[str, str]
    log: str
    status: str

    def as_line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


def run(failpoint: str, arguments: list[str]) -> None:
    if failpoint != "-":
        arm(ALL[failpoint])
    cli(arguments, prog_name="chartroom")


def _child(order: Order) -> NoReturn:
    log = os.open(order.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(order.environment)
    status = 1
    try:
        run(order.failpoint, order.arguments)
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def serve() -> None:
    """Until stdin ends. Answers each order with its process id. Reaps at once: a zombie looks alive to others."""
    running: dict[int, Order] = {}
    print("ready", flush=True)
    while True:
        if select.select([0], [], [], REAPS_EVERY_SECONDS)[0]:
            line = sys.stdin.buffer.readline()
            if not line:
                return
            order = Order(**json.loads(line))
            child = os.fork()
            if child == 0:
                _child(order)
            running[child] = order
            print(child, flush=True)
        for child in list(running):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                Path(running.pop(child).status).write_text(str(os.waitstatus_to_exitcode(status)))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run(sys.argv[1], sys.argv[2:])
    else:
        serve()
