"""A registry on loopback whose every answer takes its time: python -m benchmarks.late_registry CORPUS PORT SECONDS."""

import asyncio
import json
import sys
from pathlib import Path

import uvloop

from benchmarks.corpus import Version
from tests.real.pushing import OCI_MANIFEST

TLS_RECORD = b"\x16"  # the first byte of a handshake; RFC 8446, 5.1


class Answering(asyncio.Protocol):
    """Just as much HTTP/1.1 as clients of the benchmarks speak: GET and HEAD without bodies, one after the other."""

    def __init__(self, answers: dict[str, tuple[bytes, bytes]], delay_seconds: float) -> None:
        self._answers = answers
        self._delay_seconds = delay_seconds
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if self._heard[:1] == TLS_RECORD:
            # As a plain HTTP server does, so that a client that tries https first knows at once.
            self._transport.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            self._transport.close()
            return
        while b"\r\n\r\n" in self._heard:
            head, _, self._heard = self._heard.partition(b"\r\n\r\n")
            method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
            asyncio.get_running_loop().call_later(self._delay_seconds, self._answer, method, path.partition("?")[0])

    def _answer(self, method: str, path: str) -> None:
        head, body = self._answers.get(path, (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", b""))
        if not self._transport.is_closing():
            self._transport.write(head + (b"" if method == "HEAD" else body))


def _answer(body: bytes, content_type: str, more: str = "") -> tuple[bytes, bytes]:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode(), body


def _answers(folder: Path) -> dict[str, tuple[bytes, bytes]]:
    answers = {"/v2/": _answer(b"{}", "application/json")}
    for entry in json.loads((folder / "corpus.json").read_text()):
        version = Version(**entry)
        root, path = folder / "v2" / version.repository, f"/v2/{version.repository}"
        answers[f"{path}/tags/list"] = _answer((root / "tags" / "list").read_bytes(), "application/json")
        manifest = (root / "manifests" / version.tag).read_bytes()
        more = f"Docker-Content-Digest: {version.manifest_digest}\r\n"
        for reference in (version.tag, version.manifest_digest):
            answers[f"{path}/manifests/{reference}"] = _answer(manifest, OCI_MANIFEST, more)
        layer = (root / "blobs" / version.layer_digest).read_bytes()
        answers[f"{path}/blobs/{version.layer_digest}"] = _answer(layer, "application/octet-stream")
    return answers


async def serve(folder: Path, port: int, delay_seconds: float) -> None:
    answers = _answers(folder)
    server = await asyncio.get_running_loop().create_server(
        lambda: Answering(answers, delay_seconds), "127.0.0.1", port, backlog=512
    )
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
