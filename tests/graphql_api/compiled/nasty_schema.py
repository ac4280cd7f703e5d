"""A schema whose resolvers do everything that resolvers should not, the same for the same seed."""

import asyncio
import hashlib
from collections.abc import Generator, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Any

import strawberry

from app.domain.errors import NotFound
from app.graphql_api.compiled.ahead import AHEAD
from app.graphql_api.door_schema import DoorSchema
from app.graphql_api.errors import BadArgument
from app.graphql_api.permissions import admin_field, manage_field, read_field
from app.graphql_api.scalars import JSON, Digest

INSTANT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DIGEST = Digest("sha256:" + "0" * 64)


class Unexpected(Exception):
    """Nothing that is meant for people."""


@strawberry.enum
class Colour(Enum):
    RED = "red"
    GREEN = "green"


class Draw:
    """A few numbers by chance; `random.Random` takes 100 times as long to begin."""

    def __init__(self, seed: str) -> None:
        self._number = int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=8).digest())

    def below(self, limit: int) -> int:
        self._number, number = divmod(self._number, limit)
        return number

    def choice(self, things: Sequence[Any]) -> Any:
        return things[self.below(len(things))]


class Chance:
    """What happens at one place, by a seed and the name of the place."""

    def __init__(self, seed: str, badness: float) -> None:
        self._seed = seed
        self._badness = badness

    def __repr__(self) -> str:
        return self._seed

    def at(self, name: str) -> "Chance":
        return Chance(f"{self._seed}/{name}", self._badness)

    def _random(self, why: str) -> "Draw":
        return Draw(f"{self._seed}#{why}")

    def attribute(self, name: str, right: Any, *wrong: Any) -> Any:
        """The right value, or something that no attribute should be."""
        chance = self._random(name)
        if chance.below(1000) >= 1000 * self._badness:
            return right
        return chance.choice(
            [
                *[lambda: None] * 4,
                lambda: Unexpected(f"returned at {name}"),
                lambda: BadArgument(f"returned at {name}"),
                lambda: Later(chance.choice((0, 0, 1, 3)), right),
                lambda: Later(chance.choice((0, 2)), None, Unexpected(f"awaited at {name}")),
                lambda: object,
                *[lambda thing=thing: thing for thing in wrong],
            ]
        )()

    def raise_at(self, name: str) -> None:
        chance = self._random(f"raise {name}")
        if chance.below(1000) < 1000 * self._badness:
            raise chance.choice(
                [Unexpected(f"raised at {name}"), BadArgument(f"bad at {name}"), NotFound(f"gone at {name}", "id")]
            )

    def turns(self, name: str) -> int:
        """How often an asynchronous resolver lets others go first."""
        return self._random(f"turns {name}").choice((0, 0, 1, 2, 5))

    def number(self, name: str, most: int) -> int:
        return self._random(f"number {name}").below(most + 1)


class Later:
    """Awaitable; unlike a coroutine, nobody minds if it is never awaited."""

    def __init__(self, turns: int, value: Any, error: Exception | None = None) -> None:
        self._turns = turns
        self._value = value
        self._error = error

    def __repr__(self) -> str:
        return "later"

    def __await__(self) -> Generator[Any, Any, Any]:
        for _ in range(self._turns):
            yield from asyncio.sleep(0).__await__()
        if self._error is not None:
            raise self._error
        return self._value


async def _later(value: Any, turns: int) -> Any:
    return await Later(turns, value)


@strawberry.interface
class Thing:
    chance: strawberry.Private[Chance]
    name: str
    label: str | None

    @strawberry.field
    def shout(self, times: int | None = 1) -> str:
        self.chance.raise_at("shout")
        result: str = self.chance.attribute("shout", "A" * (times or 0), 7)
        return result


@strawberry.type
class Leaf:
    text: str
    count: int
    ratio: float | None
    flag: bool | None
    colour: Colour
    colours: list[Colour]
    maybe_colours: list[Colour | None] | None
    instant: datetime | None
    digest: Digest | None
    anything: JSON | None
    words: list[str]
    maybe_words: list[str | None] | None
    grid: list[list[int]] | None


async def read_ahead(_context: Any, goods: Sequence["Good"]) -> None:
    """Goes wrong for some lists; what is read is asked by nobody."""
    await _later(None, goods[0].chance.turns("ahead"))
    goods[0].chance.raise_at("ahead")


READ_AHEAD = {AHEAD: read_ahead}


@strawberry.type
class Good(Thing):
    leaf: Leaf
    maybe_leaf: Leaf | None

    @strawberry.field(metadata=READ_AHEAD)
    async def near(self) -> "Good":
        self.chance.raise_at("near")
        near: Good = self.chance.attribute("near", good(self.chance.at("near")), "not near", stray())
        return near

    @strawberry.field(metadata=READ_AHEAD)
    async def maybe_near(self, info: strawberry.Info) -> "Good | None":
        await _later(None, self.chance.turns("maybe near"))
        self.chance.raise_at("maybe near")
        near: Good = self.chance.attribute("maybe near", good(self.chance.at(f"{info.field_name}")), stray())
        return near

    @strawberry.field
    async def friend(self) -> "Good":
        await _later(None, self.chance.turns("friend"))
        self.chance.raise_at("friend")
        friend: Good = self.chance.attribute("friend", good(self.chance.at("friend")), "no friend", bad(self.chance))
        return friend

    @strawberry.field
    async def maybe_friend(self, info: strawberry.Info) -> "Good | None":
        await _later(None, self.chance.turns("maybe"))
        self.chance.raise_at(f"maybe {info.path.key}")
        friend: Good | None = self.chance.attribute("maybe", good(self.chance.at("maybe")), 5)
        return friend

    @strawberry.field
    def things(self, count: int = 3) -> list[Thing]:
        self.chance.raise_at("things")
        found: list[Thing] = self.chance.attribute("things", things(self.chance.at("things"), count), "abc")
        return found

    @strawberry.field
    async def maybe_things(self, count: int = 2) -> "list[Thing | None] | None":
        found: list[Thing | None] = self.chance.attribute("list", things(self.chance.at("list"), count), ())
        return await _later(found, self.chance.turns("list"))

    @strawberry.field
    def goods(self) -> "list[Good]":
        return [good(self.chance.at(f"good {number}")) for number in range(self.chance.number("goods", 3))]

    @strawberry.field
    def either(self) -> Annotated["Good | Bad", strawberry.union("Either")] | None:
        choice: Good | Bad | None = self.chance.attribute("either", thing(self.chance.at("either")), INSTANT, stray())
        return choice

    @strawberry.field
    async def future(self) -> str:
        coming = asyncio.get_running_loop().create_future()
        came = self.chance.attribute("future", "came")
        coming.get_loop().call_soon(lambda: None if coming.done() else coming.set_result(came))
        result: str = await coming
        return result

    @strawberry.field
    def many(self) -> "list[list[Good | None]] | None":
        rows: list[list[Good | None]] = self.chance.attribute(
            "many", [goods_or_none(self.chance.at(f"many {row}")) for row in range(2)], [None]
        )
        return rows

    @manage_field
    def price(self) -> int | None:
        return 5

    @strawberry.field
    def path(self, info: strawberry.Info) -> str:
        return ".".join(map(str, info.path.as_list())) + " " + str(info.return_type)


@strawberry.type
class Bad(Thing):
    @strawberry.field
    def again(self) -> "Bad":
        return bad(self.chance.at("again"))


@strawberry.type
class Stray:
    """Belongs nowhere."""

    name: str


@strawberry.input
class Wish:
    name: str
    colours: list[Colour] | None = None
    inner: "Wish | None" = None
    at: datetime | None = None


def leaf(chance: Chance) -> Leaf:
    return Leaf(
        text=chance.attribute("text", "t", 5, 1.5, True, b"bytes", {"a": 1}),
        count=chance.attribute("count", 5, 2**31, -(2**31), 1.0, 1.5, True, "7", "x", float("nan")),
        ratio=chance.attribute("ratio", 1.5, 2, "0.5", float("inf"), True),
        flag=chance.attribute("flag", True, 1, 0, "yes", 2.5),
        colour=chance.attribute("colour", Colour.RED, "red", "RED", "blue", []),
        colours=chance.attribute("colours", [Colour.RED, Colour.GREEN], [None], ["green"], [Colour.RED, 5]),
        maybe_colours=chance.attribute("maybe colours", [Colour.RED, None], [Unexpected("in a list"), Colour.GREEN]),
        instant=chance.attribute("instant", INSTANT, datetime(2026, 1, 1), "2026", INSTANT.date()),
        digest=chance.attribute("digest", DIGEST, "sha256:1", 5),
        anything=chance.attribute("anything", JSON({"a": [1, None]}), JSON(5), float("inf"), [strawberry.UNSET]),
        words=chance.attribute("words", ["a", "b"], ("a",), {"a"}, [1], [None], [Later(1, "w")], [Unexpected("w")]),
        maybe_words=chance.attribute("maybe words", ["a", None], [None, 5, object], [Later(1, None), "x"], "word"),
        grid=chance.attribute("grid", [[1, 2], []], [[1], None], [[1], 5], [[2**40]], [(1, 2)]),
    )


def good(chance: Chance) -> Good:
    return Good(
        chance=chance,
        name=chance.attribute("name", "good", 5, object),
        label=chance.attribute("label", None, "l", 5),
        leaf=chance.attribute("leaf", leaf(chance.at("leaf")), stray(), 5),
        maybe_leaf=chance.attribute("maybe leaf", leaf(chance.at("maybe leaf")), "leaf"),
    )


def bad(chance: Chance) -> Bad:
    return Bad(chance=chance, name=chance.attribute("bad name", "bad"), label="l")


def stray() -> Any:
    return Stray(name="stray")


def thing(chance: Chance) -> Thing:
    return good(chance) if chance.number("kind", 2) else bad(chance)


def things(chance: Chance, count: int) -> list[Any]:
    return [chance.at(str(n)).attribute("thing", thing(chance.at(str(n))), stray(), 5) for n in range(count)]


def goods_or_none(chance: Chance) -> list[Any]:
    return [chance.attribute(f"one {number}", good(chance.at(str(number))), None) for number in range(2)]


BADNESS = (0.0, 0.03, 0.1)


@strawberry.type
class Query:
    @read_field
    def good(self, seed: int) -> Good:
        return good(Chance(str(seed), BADNESS[seed % 3]))

    @read_field
    async def maybe_good(self, seed: int) -> Good | None:
        chance = Chance(str(seed), BADNESS[seed % 3])
        await _later(None, chance.turns("root"))
        chance.raise_at("root")
        return good(chance)

    @read_field
    def things(self, seed: int, count: int = 4) -> list[Thing]:
        return things(Chance(str(seed), BADNESS[seed % 3]), count)

    @read_field
    async def thing(self, seed: int, kind: Annotated[Colour, strawberry.argument(name="colour")]) -> Thing | None:
        return thing(Chance(f"{seed}{kind.name}", BADNESS[seed % 3]))

    @read_field
    def leaf(self, seed: int) -> Leaf | None:
        return leaf(Chance(str(seed), 0.8))

    @read_field
    def echo(self, wish: Wish, wishes: list[Wish | None] | None = None, text: str | None = "d") -> JSON:
        return JSON({"wish": repr(wish), "wishes": repr(wishes), "text": text})

    @admin_field
    async def secret(self) -> str | None:
        return "all"

    @admin_field
    def secret_good(self, seed: int) -> Good:
        return good(Chance(str(seed), 0))


POOLS = {
    "seed": range(60),
    "count": (0, 1, 2, 3),
    "times": (0, 1, 3),
    "Int": (0, 1, 5, 2**31 - 1),
    "Float": (0.5, 1),
    "String": ("", "text", "ÄÖ\n\"'"),
    "ID": ("1", "x"),
    "Boolean": (True, False),
    "DateTime": ("2026-11-23T08:00:00Z", "2026-11-23T08:00:00+01:00"),
    "Digest": (DIGEST,),
    "JSON": (1, "a"),
}


def nasty_schema() -> DoorSchema:
    return DoorSchema(Query, types=[Good, Bad, Stray])
