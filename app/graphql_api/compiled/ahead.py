"""Reading for a whole list what the fields of its items will ask for one by one.

A field may say in its metadata, under AHEAD, how that is read for many objects. A list reads it before it completes
its items; their resolvers, which then wait for nothing, are called and done without a task of the event loop for each.
It only warms what resolvers ask: where it fails, or reads the wrong things, they find out for themselves.
"""

import types
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from graphql.pyutils import gather_with_cancel

from app.graphql_api.compiled.rows import Linked

AHEAD: Final = "chartroom.ahead"

ReadAhead: TypeAlias = Callable[[Any, Sequence[Any]], Awaitable[Any]]
"""(context, objects): reads what the field of each of them will ask for."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What reading ahead there is for one selection set."""

    reads: tuple[tuple[ReadAhead, Linked | None], ...]
    """Of its own fields; and what may have come along with the objects, for which nothing is to be read."""
    inside: tuple[tuple[str, Callable[[Any, Any], "Needs | None"]], ...]
    """Attributes that hold an object, and what gives the needs of its class, by (class, run)."""

    def of(self, sources: Sequence[Any], run: Any) -> Iterator[tuple[ReadAhead, Sequence[Any]]]:
        for read, linked in self.reads:
            lacking = sources if linked is None else [source for source in sources if not linked.came_with(source)]
            if lacking:
                yield read, lacking
        for name, needs_of in self.inside:
            values = [value for source in sources if (value := source.__dict__.get(name)) is not None]
            for kind in set(map(type, values)):
                needs = needs_of(kind, run)
                if needs is not None:
                    yield from needs.of([value for value in values if type(value) is kind], run)


async def read_all(readings: Sequence[tuple[ReadAhead, Sequence[Any]]], context: Any) -> None:
    if len(readings) == 1:
        await _read(*readings[0], context)
    else:
        await gather_with_cancel(*[_read(read, sources, context) for read, sources in readings])


async def _read(read: ReadAhead, sources: Sequence[Any], context: Any) -> None:
    try:
        await read(context, sources)
    except Exception:
        # The resolvers will meet it, each at its own place in the answer.
        return


def begin(coroutine: Coroutine[Any, Any, Any]) -> tuple[bool, Any]:
    """Runs a coroutine until it first waits. (True, its result), or (False, a coroutine that goes on from there).

    Only for those that wait for loaders: what they begin knows nothing of the task it is in.
    """
    try:
        waits_for = coroutine.send(None)
    except StopIteration as end:
        return True, end.value
    return False, _go_on(coroutine, waits_for)


@types.coroutine
def _go_on(coroutine: Coroutine[Any, Any, Any], waits_for: Any) -> Generator[Any, Any, Any]:
    """What `await coroutine` does, but for its beginning. Source: PEP 380, the expansion of `yield from`."""
    while True:
        try:
            sent = yield waits_for
        except GeneratorExit:
            coroutine.close()
            raise
        except BaseException as error:
            step, given = coroutine.throw, error
        else:
            step, given = coroutine.send, sent  # type: ignore[assignment]
        try:
            waits_for = step(given)
        except StopIteration as end:
            return end.value
