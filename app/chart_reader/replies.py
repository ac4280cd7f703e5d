"""What a reader answers, as bytes: data only, and each value of the type it is asked for.

A reader may be in the hands of whoever made a chart it read. What it sends can therefore build nothing but the values
of this package; whatever else it holds is refused whole.
"""

import json
from typing import Any

import msgspec

from app.chart_reader import errors
from app.chart_reader.answers import ChartComparison, FileChange, ValuesVerdict
from app.chart_reader.contents import ChartContents
from app.chart_reader.errors import ChartReadError, ReaderDied
from app.chart_reader.frames import CHECK_JSON, CHECK_VALUES, COMPARE, READ, READ_FILE, RENDER_MARKDOWN
from app.domain.values_diff import ChangeKind, ValueChange

_ENCODER = msgspec.msgpack.Encoder()
_DECODERS: dict[int, msgspec.msgpack.Decoder[Any]] = {
    READ: msgspec.msgpack.Decoder(ChartContents),
    READ_FILE: msgspec.msgpack.Decoder(str | None),
    CHECK_VALUES: msgspec.msgpack.Decoder(ValuesVerdict),
    CHECK_JSON: msgspec.msgpack.Decoder(bool),
    RENDER_MARKDOWN: msgspec.msgpack.Decoder(str),
}
_ERROR_TYPES = {
    name: value for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, ChartReadError)
}


class _Change(msgspec.Struct):
    """A ValueChange, whose type of trees refers to itself, which msgspec does not follow."""

    path: str
    kind: ChangeKind
    before: Any
    after: Any
    in_list: bool


class _Comparison(msgspec.Struct):
    values: tuple[_Change, ...]
    breaking: bool
    chart_yaml: tuple[_Change, ...]
    schema: tuple[_Change, ...]
    files: tuple[FileChange, ...]
    left_out: tuple[str, ...]


class _Failure(msgspec.Struct):
    error: str
    reason: str
    path: str | None


def encode_answer(kind: int, answer: Any) -> bytes:
    """The answer to a request of that kind."""
    if kind == COMPARE:  # JSON of the standard library: schemas hold integers of any length, and lone surrogates
        return json.dumps(msgspec.to_builtins(answer)).encode("ascii")
    return _ENCODER.encode(answer)


def decode_answer(kind: int, reply: bytearray) -> Any:
    """What `encode_answer` was given. Raises ReaderDied where the reply is none."""
    try:
        if kind == COMPARE:
            return _comparison(msgspec.convert(json.loads(reply), _Comparison))
        return _DECODERS[kind].decode(reply)
    except (ValueError, RecursionError) as error:  # of which msgspec's and json's are two
        raise ReaderDied("its reader gave a reply that cannot be read") from error


def encode_failure(error: ChartReadError) -> bytes:
    return _ENCODER.encode(_Failure(type(error).__name__, error.reason, error.path))


def decode_failure(reply: bytearray) -> ChartReadError:
    """What `encode_failure` was given. Raises ReaderDied where the reply is none."""
    try:
        failure = msgspec.msgpack.decode(reply, type=_Failure)
        return _ERROR_TYPES[failure.error](failure.reason, failure.path)
    except (ValueError, KeyError) as error:
        raise ReaderDied("its reader gave a reply that cannot be read") from error


def _comparison(told: _Comparison) -> ChartComparison:
    return ChartComparison(
        values=_changes(told.values),
        breaking=told.breaking,
        chart_yaml=_changes(told.chart_yaml),
        schema=_changes(told.schema),
        files=told.files,
        left_out=told.left_out,
    )


def _changes(told: tuple[_Change, ...]) -> tuple[ValueChange, ...]:
    return tuple(ValueChange(*msgspec.structs.astuple(change)) for change in told)
