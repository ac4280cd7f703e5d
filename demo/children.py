"""The processes of the demo: started in order, watched until they answer, stopped in reverse."""

import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

READY_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 15.0


class DemoError(Exception):
    """What went wrong and what to do, for the person at the terminal."""


class Children:
    """A context: whatever was started in it is gone when it ends."""

    def __init__(self, log_folder: Path) -> None:
        self._log_folder = log_folder
        self._started: list[tuple[str, subprocess.Popen[bytes]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for _, process in reversed(self._started):
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, name: str, command: Sequence[str], environment: dict[str, str], ready_url: str) -> None:
        """Returns once `ready_url` answers with anything below 500. Raises DemoError."""
        # A session of its own: Ctrl-C reaches this process alone, which then stops them in order.
        with self._log_path(name).open("wb") as log:
            process = subprocess.Popen(
                list(command),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._started.append((name, process))
        deadline = time.monotonic() + READY_TIMEOUT_SECONDS
        while not _answers(ready_url):
            self.raise_if_ended()
            if time.monotonic() > deadline:
                raise DemoError(f"{name} does not answer at {ready_url}:\n{self._log_end(name)}")
            time.sleep(0.1)

    def raise_if_ended(self) -> None:
        for name, process in self._started:
            if process.poll() is not None:
                raise DemoError(f"{name} ended with status {process.returncode}:\n{self._log_end(name)}")

    def _log_path(self, name: str) -> Path:
        return self._log_folder / f"{name}.log"

    def _log_end(self, name: str) -> str:
        return self._log_path(name).read_text(errors="replace")[-3_000:]


def demand_free_port(host: str, port: int, remedy: str) -> None:
    """Raises DemoError where something listens there already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise DemoError(f"{host}:{port} cannot be had ({error.strerror}). {remedy}") from error


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code < 500
    except httpx.TransportError:
        return False
