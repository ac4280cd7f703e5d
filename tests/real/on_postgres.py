"""Runs a command with CHARTROOM_DATABASE_URL naming an empty database of a throwaway PostgreSQL server.

    python -m tests.real.on_postgres COMMAND [ARGUMENT...]

Its exit status is the command's.
"""

import os
import subprocess
import sys

from tests.real.postgres import find_binaries, running_server


def main(command: list[str]) -> int:
    binaries = find_binaries()
    if binaries is None or not command:
        print("usage: on_postgres COMMAND...; needs PostgreSQL: apt-get install postgresql", file=sys.stderr)
        return 2
    with running_server(binaries) as server:
        environment = os.environ | {"CHARTROOM_DATABASE_URL": server.create_database()}
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
