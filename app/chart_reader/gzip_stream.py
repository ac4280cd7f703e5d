"""Inflating an archive in bounded steps. Source: RFC 1952."""

from typing import cast

from isal import isal_zlib

from app.chart_reader.errors import ArchiveTooLarge, MalformedArchive, UnsupportedChart
from app.chart_reader.limits import ReadingLimits

# 16 + 15: a gzip wrapper, checksum and length verified, the largest window.
_GZIP_WBITS = 31
# isal's stub declares an instance where the class is.
_INFLATE_ERROR = cast(type[Exception], isal_zlib.error)
# The most that one step may add before the bounds are looked at again.
_STEP_MAX_BYTES = 1024 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_OTHER_PACKINGS = {
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"PK\x03\x04": "zip",
}


def inflate(archive: bytes, limits: ReadingLimits) -> bytes:
    """All of the gzip members of `archive`, one after the other, as Go's gzip and therefore Helm reads them.

    After the last member only zero padding may follow: other bytes are unseen by every reader and refused.
    Raises ArchiveTooLarge, MalformedArchive, UnsupportedChart.
    """
    _check_beginning(archive, limits)
    inflated_max_bytes = _inflated_bound(len(archive), limits)
    pieces: list[bytes] = []
    inflated_bytes = 0
    rest = archive
    for _ in range(limits.gzip_members_max_count):
        decompressor = isal_zlib.decompressobj(wbits=_GZIP_WBITS)
        # The length in the trailer is a hint for the first step, so that a typical chart takes one.
        step_max_bytes = min(int.from_bytes(rest[-4:], "little") + 1, _STEP_MAX_BYTES)
        while not decompressor.eof:
            piece = _inflate_step(decompressor, rest, step_max_bytes)
            rest = decompressor.unconsumed_tail
            inflated_bytes += len(piece)
            if inflated_bytes > inflated_max_bytes:
                raise ArchiveTooLarge(f"it inflates to more than {inflated_max_bytes} bytes")
            if not piece and not rest and not decompressor.eof:
                raise MalformedArchive("it is truncated: the gzip stream has no end")
            pieces.append(piece)
            step_max_bytes = _STEP_MAX_BYTES
        rest = decompressor.unused_data
        if not rest or rest.count(0) == len(rest):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)
        if not rest.startswith(_GZIP_MAGIC):
            raise MalformedArchive("bytes follow the end of the gzip stream")
    raise MalformedArchive(f"it has more than {limits.gzip_members_max_count} gzip members")


def _check_beginning(archive: bytes, limits: ReadingLimits) -> None:
    if len(archive) > limits.archive_max_bytes:
        raise ArchiveTooLarge(f"the archive has more than {limits.archive_max_bytes} bytes")
    if archive.startswith(_GZIP_MAGIC):
        return
    for magic, packing in _OTHER_PACKINGS.items():
        if archive.startswith(magic):
            raise UnsupportedChart(f"the archive is packed with {packing}; Helm packs charts with gzip")
    raise MalformedArchive("the archive is not gzip")


def _inflated_bound(archive_bytes: int, limits: ReadingLimits) -> int:
    by_ratio = max(archive_bytes * limits.inflated_max_ratio, limits.ratio_checked_above_bytes)
    return min(limits.inflated_max_bytes, by_ratio)


def _inflate_step(decompressor: isal_zlib.Decompress, data: bytes, step_max_bytes: int) -> bytes:
    try:
        return bytes(decompressor.decompress(data, step_max_bytes))
    except _INFLATE_ERROR as error:
        raise MalformedArchive(f"the gzip stream is broken ({error})") from error
