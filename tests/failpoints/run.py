"""Runs a Chartroom command that dies at a failpoint.

    python -m tests.failpoints.run NAME COMMAND [ARGUMENT...]

NAME is one of tests/failpoints/points.py. Without reaching it, the command runs as ever.
"""

import sys

from app.cli import cli
from tests.failpoints.points import ALL, arm

if __name__ == "__main__":
    arm(ALL[sys.argv[1]])
    cli(sys.argv[2:], prog_name="chartroom")
