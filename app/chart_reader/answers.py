"""What a reader says of archives beyond their contents. Plain values: they cross from its process as they are."""

from dataclasses import dataclass

from app.domain.values_diff import ChangeKind, ValueChange


@dataclass(frozen=True, slots=True)
class FileChange:
    """`unified_diff` is None for binary files, and where `ChartComparison.left_out` says so."""

    path: str
    kind: ChangeKind
    unified_diff: str | None


@dataclass(frozen=True, slots=True)
class ChartComparison:
    """What differs between two archives. `breaking` speaks of all values, those not listed included.

    `left_out`: what could not be compared, or is not listed, in words for people.
    """

    values: tuple[ValueChange, ...]
    breaking: bool
    chart_yaml: tuple[ValueChange, ...]
    schema: tuple[ValueChange, ...]
    files: tuple[FileChange, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValuesProblem:
    """`pointer` is a JSON pointer into the values as given, e.g. /image/tag; empty for all of them."""

    pointer: str
    message: str


@dataclass(frozen=True, slots=True)
class ValuesVerdict:
    """`has_schema`: whether the chart, or one inside it that is switched on, has a schema."""

    has_schema: bool
    problems: tuple[ValuesProblem, ...]
