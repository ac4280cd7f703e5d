"""Answers cross from a reader's process as they are; what is no answer builds nothing."""

import pickle
from typing import Any

import msgspec
import pytest

from app.chart_reader.answers import ChartComparison, FileChange, ValuesProblem, ValuesVerdict
from app.chart_reader.errors import ReaderDied
from app.chart_reader.frames import CHECK_JSON, CHECK_VALUES, COMPARE, READ, READ_FILE, RENDER_MARKDOWN
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.reading import read_chart
from app.chart_reader.replies import decode_answer, decode_failure, encode_answer, encode_failure
from app.domain.values_diff import ChangeKind, ValueChange
from tests.chart_reader.packing import pack_chart

CHART_YAML = """
apiVersion: v2
name: payments
version: 1.2.3
keywords: [pay, ü]
maintainers: [{name: Ada, email: ada@example.org}]
dependencies: [{name: redis, version: ~1, repository: "https://example.org"}]
annotations:
  artifacthub.io/changes: "- kind: added\\n  description: ö"
"""
CONTENTS = read_chart(
    pack_chart(
        chart_yaml=CHART_YAML,
        files={
            "values.yaml": "image: a/b:1\n",
            "values.schema.json": "{}",
            "README.md": "# é",
            "templates/NOTES.txt": "n",
        },
    ),
    ReadingLimits(),
)
# What JSON allows in a schema, and few other formats do.
ODD = ValueChange("a\ud800", ChangeKind.TYPE_CHANGED, 10**30, "\udfff", in_list=True)
PLAIN = ValueChange("b.c", ChangeKind.REMOVED, {}, None)
COMPARISON = ChartComparison(
    (PLAIN,),
    True,
    (),
    (ODD, PLAIN),
    (FileChange("x", ChangeKind.ADDED, None), FileChange("y", ChangeKind.CHANGED, "-")),
    ("z",),
)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (READ, CONTENTS),
        (READ_FILE, "text é\n"),
        (READ_FILE, None),
        (COMPARE, COMPARISON),
        (CHECK_VALUES, ValuesVerdict(True, (ValuesProblem("/a", "It is none."),))),
        (CHECK_JSON, True),
        (RENDER_MARKDOWN, "<h1>é</h1>\n"),
    ],
)
def test_answer_is_the_same_in_another_process(kind: int, answer: Any) -> None:
    assert decode_answer(kind, bytearray(encode_answer(kind, answer))) == answer


def contents_with(**changed: Any) -> bytes:
    return msgspec.msgpack.encode({**msgspec.to_builtins(CONTENTS), **changed})


BROKEN = {
    "nothing": b"",
    "a pickle": pickle.dumps(CONTENTS),
    "a code that runs": b"cposix\nsystem\n(S'true'\ntR.",
    "cut": encode_answer(READ, CONTENTS)[:-1],
    "longer": encode_answer(READ, CONTENTS) + b"\0",
    "another kind": encode_answer(READ_FILE, "text"),
    "a number for a text": contents_with(chart_yaml=1),
    "bytes for a text": contents_with(readme_markdown=b"<p>"),
    "a list for a mapping": contents_with(metadata=[]),
    "a text for a size": contents_with(files=[["a", "1"]]),
    "a word that is none": contents_with(metadata={**msgspec.to_builtins(CONTENTS.metadata), "type": "virus"}),
    "no UTF-8": encode_answer(READ, CONTENTS).replace(b"image: a/b:1", b"image: \xff/b:1"),
    "nesting": b"\x91" * 100_000,
}


@pytest.mark.parametrize("kind", [READ, COMPARE, CHECK_VALUES, CHECK_JSON])
@pytest.mark.parametrize("reply", BROKEN.values(), ids=BROKEN)
def test_reply_of_a_broken_reader_is_refused(kind: int, reply: bytes) -> None:
    with pytest.raises(ReaderDied):
        decode_answer(kind, bytearray(reply))
    with pytest.raises(ReaderDied):
        decode_failure(bytearray(reply))


def test_comparison_that_is_none_is_refused() -> None:
    for reply in (b"{}", b"[" * 100_000, encode_answer(COMPARE, COMPARISON).replace(b"REMOVED", b"REVOKED")):
        with pytest.raises(ReaderDied):
            decode_answer(COMPARE, bytearray(reply))


def test_failure_of_a_kind_that_is_none_is_refused() -> None:
    reply = encode_failure(ReaderDied("it ended")).replace(b"ReaderDied", b"SystemExit")
    with pytest.raises(ReaderDied, match="cannot be read"):
        decode_failure(bytearray(reply))
