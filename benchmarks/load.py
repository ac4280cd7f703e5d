"""A load client that costs little itself: one protocol a connection, the same bytes again and again."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

CLOCK_TICKS = 100
"""A second, of /proc: USER_HZ is 100 on every Linux there is."""


@dataclass(slots=True)
class Figures:
    """Of one route, over all its rounds."""

    answers: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    took_milliseconds: list[float] = field(default_factory=list)

    @property
    def a_second(self) -> float:
        return self.answers / self.seconds

    @property
    def cpu_microseconds(self) -> float:
        """Of the server, for each answer."""
        return self.cpu_seconds / self.answers * 1e6

    def add(self, other: "Figures") -> None:
        """Rounds of another."""
        self.answers += other.answers
        self.seconds += other.seconds
        self.cpu_seconds += other.cpu_seconds
        self.took_milliseconds += other.took_milliseconds

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        ordered = sorted(self.took_milliseconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Asking(asyncio.Protocol):
    """Sends the next request once the answer to the last one is whole. Answers must say their length."""

    def __init__(self, requests: list[bytes], place: int, status: bytes, until: float, took: list[float]) -> None:
        self._requests, self._place, self._status = requests, place, status
        self._until, self._took = until, took
        self._received = b""
        self._sent_at = 0.0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        head_end = self._received.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self._received[:head_end].lower()
        length_at = head.find(b"content-length: ")
        length = int(head[length_at + 16 :].split(b"\r\n", 1)[0]) if length_at >= 0 else 0
        if len(self._received) < head_end + 4 + length:
            return
        now = time.perf_counter()
        self._took.append((now - self._sent_at) * 1000)
        if head[9:12] != self._status:
            self._end(AssertionError(f"{self._received[:2000]!r}"))
        elif now > self._until:
            self._end(None)
        else:
            self._ask()

    def connection_lost(self, reason: Exception | None) -> None:
        self._end(reason or ConnectionError("closed by the server"))

    def _ask(self) -> None:
        self._received = b""
        self._place = (self._place + 1) % len(self._requests)
        self._sent_at = time.perf_counter()
        self._transport.write(self._requests[self._place])

    def _end(self, reason: Exception | None) -> None:
        if self.ended.done():
            return
        if reason is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(reason)
        self._transport.close()


def cpu_seconds(process_id: int) -> float:
    """User and system, of all its threads."""
    after_name = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / CLOCK_TICKS


async def load(
    figures: Figures, port: int, process_id: int, requests: list[bytes], status: int, connections: int, seconds: float
) -> None:
    """One round: `requests` in turns over so many connections. Raises AssertionError at another status."""
    loop = asyncio.get_running_loop()
    took: list[float] = []
    began, cpu_before = time.perf_counter(), cpu_seconds(process_id)
    asking = [
        (
            await loop.create_connection(
                lambda at=place: Asking(  # type: ignore[misc]
                    requests, at * len(requests) // connections, str(status).encode(), began + seconds, took
                ),
                "127.0.0.1",
                port,
            )
        )[1]
        for place in range(connections)
    ]
    await asyncio.gather(*(each.ended for each in asking))
    seconds_taken = time.perf_counter() - began
    figures.add(Figures(len(took), seconds_taken, cpu_seconds(process_id) - cpu_before, took))


def post(path: str, body: bytes, **headers: str) -> bytes:
    """The bytes of a request over HTTP/1.1."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
