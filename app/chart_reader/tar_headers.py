"""One tar header, read strictly: ustar, PAX path and size, GNU long name; nothing that two readers could
understand in two ways. Sources: POSIX.1-2017 pax, "ustar Interchange Format" and "pax Extended Header"."""

import struct
from zlib import adler32

from app.chart_reader.errors import MalformedArchive, UnsupportedChart

BLOCK_BYTES = 512
# name 100, mode uid gid 24, size 12, mtime 12, checksum 8, type 1, link name 100, magic and version 8,
# user and group names 64, device numbers 16, prefix 155
_HEADER = struct.Struct("100s24x12s12x8sc100x8s80x155s12x")
_USTAR_MAGIC = b"ustar\x0000"
_GNU_MAGIC = b"ustar  \x00"
_CHECKSUM_AS_SPACES = sum(b" " * 8)
_ADLER_MODULUS = 65521
# 512 bytes of 255: no checksum is larger.
_CHECKSUM_MAX = BLOCK_BYTES * 255
_DECIMAL_DIGITS = frozenset(b"0123456789")


def parse_header(block: bytes) -> tuple[bytes, int, bytes]:
    """Name, size in bytes and type flag of the header in a block of 512 bytes. Raises MalformedArchive."""
    name, size, checksum, typeflag, magic, prefix = _HEADER.unpack(block)
    _verify_checksum(block, checksum)
    if magic == _USTAR_MAGIC:
        prefix = prefix.partition(b"\0")[0]
    elif magic == _GNU_MAGIC:
        prefix = b""  # GNU keeps times and sparse maps there
    else:
        raise MalformedArchive("a tar header is neither ustar nor GNU")
    name = name.partition(b"\0")[0]
    return prefix + b"/" + name if prefix else name, _octal(size, "size"), typeflag


def parse_pax_records(data: bytes) -> dict[bytes, bytes]:
    """The records `<length> <key>=<value>\\n` of one header. Raises MalformedArchive, UnsupportedChart."""
    records: dict[bytes, bytes] = {}
    position = 0
    while position < len(data):
        space = data.find(b" ", position, position + 8)
        digits = data[position:space] if space > 0 else b""
        if not digits or not _DECIMAL_DIGITS.issuperset(digits) or digits.startswith(b"0"):
            raise MalformedArchive("a PAX record has no length")
        end = position + int(digits)
        record = data[space + 1 : end]
        key, equals, value = record[:-1].partition(b"=")
        if end > len(data) or not record.endswith(b"\n") or not equals or not key:
            raise MalformedArchive("a PAX record does not fit its length")
        if key in records:
            raise MalformedArchive("a PAX header gives the same key twice")
        if key.startswith(b"GNU.sparse."):
            raise UnsupportedChart("the archive holds a sparse file")
        if key == b"hdrcharset":
            raise UnsupportedChart("the archive names its own character set")
        records[key] = value
        position = end
    return records


def pax_size(value: bytes) -> int:
    """The size_bytes a PAX record gives. Raises MalformedArchive."""
    # 2**63 has 19 digits; what a bound allows has 8.
    if not value or len(value) > 19 or not _DECIMAL_DIGITS.issuperset(value):
        raise MalformedArchive("a PAX size is no decimal number")
    return int(value)


def _verify_checksum(block: bytes, field: bytes) -> None:
    """The sum of the header's bytes, the checksum field itself read as spaces.

    Summing 512 bytes in Python takes 4 µs. The low half of Adler-32 is that sum plus 1 modulo 65,521, from C;
    the largest sum is under twice the modulus, so a sum passes for at most one other, which no packer writes.
    """
    expected = _octal(field, "checksum")
    low_half = adler32(block) & 0xFFFF
    if expected > _CHECKSUM_MAX or (expected + 1 + sum(field) - _CHECKSUM_AS_SPACES) % _ADLER_MODULUS != low_half:
        raise MalformedArchive("a tar header does not match its checksum")


def _octal(field: bytes, what: str) -> int:
    """An octal number, padded by spaces or NULs. The base-256 form exists for files over 8 GiB: refused."""
    digits = field.strip(b" \0")
    try:
        if digits.isdigit():  # int() would take signs, prefixes and underscores too
            return int(digits, 8)
    except ValueError:
        pass
    raise MalformedArchive(f"the {what} in a tar header is no octal number")
