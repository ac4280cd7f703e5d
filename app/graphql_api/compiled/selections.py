"""One function for what a selection set asks of an object, written as Python.

Its text holds names of attributes, which are the schema's, and numbered names of our own; what a client wrote is
never in it, but only in the values that those names stand for. Two selections of the same shape share their code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any, Final

from app.graphql_api.compiled.ahead import Needs, ReadAhead
from app.graphql_api.compiled.leaves import Leaf
from app.graphql_api.compiled.places import At
from app.graphql_api.compiled.rows import Linked

SHAPES_KEPT: Final = 512

_HEAD = "def program(source, at, run):\n"
_BEGIN = """\
    answer = {}
    waiting = run.waiting
    try:
"""
_END = """\
    except Exception:
        if run.waiting != waiting:
            run.settle(answer.values())
        raise
    return answer if run.waiting == waiting else run.gathered_object(answer)
"""


@dataclass(frozen=True, slots=True)
class Constant:
    """The same for every object: `__typename`."""

    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class LeafAttribute:
    """A leaf that is at hand, or worked out by a plain function of the object."""

    key: str
    read: str
    """A Python expression for it: over `source`, what the holders have, and `{name}_{number}` for each of `names`."""
    leaf: Leaf
    nullable: bool
    odd: Callable[[Any, At, Any], Any]
    """(value, where the object stands, run): completes what the leaf does not expect."""
    fail: Callable[[Exception, At, Any], None]
    holder: str | None = None
    """An attribute of the object; its columns are had under the same name."""
    names: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """Any other field."""

    key: str
    do: Callable[[Any, At, Any], Any]
    """(object, where it stands, run); raises only what makes the object null."""
    ahead: ReadAhead | None = None
    linked: Linked | None = None
    inside: tuple[str, Callable[[type, Any], Needs | None]] | None = None
    """An attribute that holds an object, and what that will need."""


Part = Constant | LeafAttribute | Work


@dataclass(frozen=True, slots=True)
class Program:
    """What answers one selection set of one object type."""

    do: Callable[[Any, At, Any], Any]
    """(object, where it stands, run): the answer, or a coroutine for it."""
    needs: Needs | None


def assemble(parts: Sequence[Part]) -> Program:
    text: list[str] = []
    names: dict[str, Any] = {}
    for number, part in enumerate(parts):
        lines, named = _written(part, str(number))
        text += lines
        names |= named
    body = "".join(f"        {line}\n" for line in text) or "        pass\n"
    holders = dict.fromkeys(part.holder for part in parts if isinstance(part, LeafAttribute) and part.holder)
    head = _HEAD + "".join(f"    {holder} = source.{holder}.__dict__\n" for holder in holders)
    exec(_code_of(head + _BEGIN + body + _END), names)  # noqa: S102 - of our own making, see above
    works = [part for part in parts if isinstance(part, Work)]
    needs = Needs(
        tuple((part.ahead, part.linked) for part in works if part.ahead is not None),
        tuple(part.inside for part in works if part.inside is not None),
    )
    return Program(names["program"], needs if needs.reads or needs.inside else None)


@lru_cache(maxsize=SHAPES_KEPT)
def _code_of(text: str) -> CodeType:
    return compile(text, "<compiled selection>", "exec")


def _written(part: Part, number: str) -> tuple[list[str], dict[str, Any]]:
    """Lines, and what the names in them stand for."""
    key, names = f"key_{number}", {f"key_{number}": part.key}
    match part:
        case Constant():
            return [f"answer[{key}] = value_{number}"], {**names, f"value_{number}": part.value}
        case Work():
            return [f"answer[{key}] = do_{number}(source, at, run)"], {**names, f"do_{number}": part.do}
        case LeafAttribute():
            odd, fail = f"odd_{number}", f"fail_{number}"
            test, written = part.leaf.test, part.leaf.written
            for name, thing in part.leaf.names.items():
                test, written = test.replace(name, f"{name}_{number}"), written.replace(name, f"{name}_{number}")
                names[f"{name}_{number}"] = thing
            names |= {f"{name}_{number}": thing for name, thing in part.names}
            otherwise = f"{odd}(value, at, run)"
            if part.nullable:
                otherwise = f"None if value is None else {otherwise}"
            lines = [
                "try:",
                f"    value = {part.read.format(number=number)}",
                f"    answer[{key}] = {written} if {test} else {otherwise}",
                "except Exception as error:",
                f"    answer[{key}] = {fail}(error, at, run)",
            ]
            return lines, {**names, odd: part.odd, fail: part.fail}
