"""A server as a child process: started on a port of its own, watched until it answers, ended for certain."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

# A safety net against a hang, not a promise: every server here answers within a second on a quiet machine.
READY_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 20.0


class ServerStartError(Exception):
    """Says why, with the end of the server's own log."""


def free_port() -> int:
    """A loopback port that was free a moment ago; it stays the server's own over restarts."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class ChildProcess:
    """Output of all starts goes to `log`, one after the other."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        user: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._command = list(command)
        self._log = log
        self._user = user
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def process_id(self) -> int:
        """Raises LookupError where it was never started."""
        if self._process is None:
            raise LookupError(f"{self._command[0]} was not started")
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """None while it runs; negative where a signal ended it."""
        return None if self._process is None else self._process.poll()

    @property
    def log_text(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def start(self, is_ready: Callable[[], bool]) -> None:
        """Returns once `is_ready` is true. Raises ServerStartError."""
        if self.running:
            raise ServerStartError(f"{self._command[0]} runs already")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
                user=self._user,
                group=self._user,
                extra_groups=[] if self._user else None,
            )
        deadline = time.monotonic() + READY_TIMEOUT_SECONDS
        while not is_ready():
            if not self.running or time.monotonic() > deadline:
                self.kill()
                raise ServerStartError(f"{self._command[0]}:\n{self.log_text[-2_000:]}")
            time.sleep(0.02)

    def send(self, signal_number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal_number)

    def stop(self, signal_number: signal.Signals = signal.SIGTERM) -> None:
        """Asked to end; killed where it does not."""
        if self._process is None:
            return
        self.send(signal_number)
        try:
            self._process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """As by `kill -9`."""
        if self._process is not None:
            self.send(signal.SIGKILL)
            self._process.wait()
