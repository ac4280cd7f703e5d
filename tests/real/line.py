"""A way to a real PostgreSQL that falls silent, as connections do behind a router that has forgotten them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import make_url


class Line:
    """A way to the server on a port of its own, which can fall silent without being cut."""

    def __init__(self, url: str) -> None:
        self._to = make_url(url)
        self._silences: list[asyncio.Event] = []
        """The end of each."""
        self._goes_on = asyncio.Event()
        self._goes_on.set()
        self._ways: set[asyncio.Task[Any]] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """The URL that leads through it. Whoever uses it ends before."""
        server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        yield self._to.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
        server.close()
        for end in self._silences:
            end.set()
        await asyncio.wait(self._ways)

    def fall_silent(self) -> None:
        """For connections there are; new ones are as ever."""
        self._goes_on.clear()
        self._silences.append(self._goes_on)
        self._goes_on = asyncio.Event()
        self._goes_on.set()

    async def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        goes_on = self._goes_on
        from_server, to_server = await asyncio.open_connection(self._to.host, self._to.port)
        for source, target in ((reader, to_server), (from_server, writer)):
            self._ways.add(asyncio.create_task(self._carry(source, target, goes_on)))

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, goes_on: asyncio.Event) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                await goes_on.wait()
                target.write(data)
        target.close()
