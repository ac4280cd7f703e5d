"""Hostile archives through the real pool: each ends as stored or as its own typed fault, and nothing else."""

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.chart_reader.contents import ChartContents
from app.chart_reader.errors import ChartReadError, ReaderFailed
from app.chart_reader.limits import MEBIBYTE, ReadingLimits
from app.chart_reader.pool import ReaderPool
from app.chart_reader.reading import read_chart
from tests.chart_reader.hostile import HOSTILE_ARCHIVES
from tests.chart_reader.hostile_files import HOSTILE_READMES, active_parts
from tests.chart_reader.hostile_gzip import SOUND_TAR
from tests.chart_reader.hostile_kind import HostileArchive
from tests.chart_reader.packing import pack_chart

# A reader at rest takes about 25 MiB; the rest is the largest archive, its README and its schema.
WORKER_PEAK_MAX_BYTES = 400 * MEBIBYTE


def test_at_least_a_hundred_kinds_are_known_each_by_its_own_name() -> None:
    names = [hostile.name for hostile in HOSTILE_ARCHIVES]
    assert len(names) >= 100
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("hostile", HOSTILE_ARCHIVES, ids=lambda hostile: hostile.name)
async def test_hostile_archive_ends_as_declared(hostile: HostileArchive, pool: ReaderPool) -> None:
    try:
        contents = await pool.read(hostile.archive)
    except ChartReadError as error:
        assert error.code == hostile.expected_code, str(error)
        assert hostile.says in str(error)
        assert "\0" not in str(error)
    else:
        assert hostile.expected_code is None, contents.metadata
        assert hostile.holds(contents), contents
        _assert_storable(contents)
        assert active_parts(await pool.render_markdown(contents.readme_markdown or "")) == []


def test_what_acts_in_a_page_is_found() -> None:
    assert active_parts(HOSTILE_READMES["handler"]) == ["img onerror=alert(1)"]
    assert sum(bool(active_parts(text)) for text in HOSTILE_READMES.values() if isinstance(text, str)) > 10


async def test_memory_of_readers_stays_bounded_over_all_hostile_archives() -> None:
    pool = ReaderPool(workers=1, timeout_seconds=30, memory_max_bytes=512 * MEBIBYTE)
    try:
        await pool.read(pack_chart())
        (first,) = pool.process_ids
        for hostile in HOSTILE_ARCHIVES:
            try:
                contents = await pool.read(hostile.archive)
                await pool.render_markdown(contents.readme_markdown or "")
            except ChartReadError as error:
                assert error.code == hostile.expected_code, hostile.name
        assert pool.process_ids == (first,), "a hostile archive has cost a reader its life"
        assert _peak_bytes(first) < WORKER_PEAK_MAX_BYTES
    finally:
        await pool.close()


SOUND_ARCHIVE = pack_chart("payments", "1.2.3", {"README.md": "# Payments\n", "values.schema.json": "{}"})


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), max_size=8), st.integers(0, 2**16))
@example([], 0)
def test_mutated_archive_ends_as_contents_or_typed_fault(changes: list[tuple[int, int]], cut: int) -> None:
    mutated = bytearray(SOUND_ARCHIVE)
    for position, value in changes:
        mutated[position % len(mutated)] = value
    _read_or_refuse(bytes(mutated[: len(mutated) - cut % 40]))


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), min_size=1, max_size=8))
def test_mutated_tar_ends_as_contents_or_typed_fault(changes: list[tuple[int, int]]) -> None:
    mutated = bytearray(SOUND_TAR)
    for position, value in changes:
        mutated[position % len(mutated)] = value
    # A right checksum, so that the fields behind it are read at all.
    mutated[148:156] = b" " * 8
    mutated[148:156] = b"%06o\0 " % sum(mutated[:512])
    _read_or_refuse(gzip.compress(bytes(mutated), 1, mtime=0))


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet=st.sampled_from("apiVersion: 2nm\n-[]{}&*!|>'\"#%@`?,\\0~<\t\u202e"), max_size=200))
def test_any_chart_yaml_ends_as_contents_or_typed_fault(lines: str) -> None:
    _read_or_refuse(pack_chart(chart_yaml=f"apiVersion: v2\nname: a\nversion: 1.0.0\n{lines}"))


def _read_or_refuse(archive: bytes) -> None:
    try:
        contents = read_chart(archive, ReadingLimits())
    except ChartReadError as error:
        assert not isinstance(error, ReaderFailed)
    else:
        _assert_storable(contents)


def _assert_storable(contents: ChartContents) -> None:
    """Every text can become a row: no NUL, which PostgreSQL refuses, and nothing UTF-8 cannot hold."""
    text = repr(contents.metadata) + "".join(
        part
        for part in (
            contents.chart_yaml,
            contents.readme_markdown,
            contents.values_yaml,
            contents.values_schema,
            contents.notes,
            *(file.path for file in contents.files),
        )
        if part is not None
    )
    assert "\0" not in text
    assert "\\x00" not in repr(contents.metadata)
    text.encode("utf-8")


def _peak_bytes(process_id: int) -> int:
    status = Path(f"/proc/{process_id}/status").read_text()
    kibibytes = status.partition("VmHWM:")[2].split()[0]
    return int(kibibytes) * 1024
