"""Archives whose gzip is hostile or odd."""

import bz2
import gzip
import lzma
import os
import random
import zlib

from tests.chart_reader.hostile_kind import CHART_YAML, HostileArchive, bomb, chart_with, refused, stored, tgz
from tests.chart_reader.packing import END_OF_TAR, file_member, tar_of

SOUND_TAR = tar_of({"hostile/Chart.yaml": CHART_YAML})
MEBIBYTE = 1024 * 1024


def sound() -> bytes:
    return tgz(SOUND_TAR)


def _with_byte(position: int, value: int) -> bytes:
    changed = bytearray(sound())
    changed[position] ^= value
    return bytes(changed)


def _members(*parts: bytes) -> bytes:
    return b"".join(gzip.compress(part, mtime=0) for part in parts)


def _deflated(data: bytes, header: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    return header + body + zlib.crc32(data).to_bytes(4, "little") + len(data).to_bytes(4, "little")


def _noise(size_bytes: int) -> bytes:
    return random.Random(7).randbytes(size_bytes)


def _zeros_in_files(count: int) -> bytes:
    return b"".join(file_member(f"hostile/zeros-{i}", bytes(4 * MEBIBYTE)) for i in range(count))


def _noisy_but_long() -> bytes:
    """Under the ratio, over the inflated bound: 40 MiB that pack into 2.5 MiB."""
    half = _noise(MEBIBYTE // 4)
    files = (file_member(f"hostile/{i}", _noise(64 * 1024) + half[:4096] * 1000) for i in range(10))
    return bomb(file_member("hostile/Chart.yaml", CHART_YAML) + b"".join(files) + END_OF_TAR)


GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

GZIP_KINDS: list[HostileArchive] = [
    refused("empty-body", lambda: b"", says="not gzip"),
    refused("one-byte", lambda: b"\x1f"),
    refused("gzip-magic-alone", lambda: b"\x1f\x8b"),
    refused("gzip-header-alone", lambda: GZIP_HEADER),
    refused("plain-tar", lambda: SOUND_TAR, says="not gzip"),
    refused("html-page", lambda: b"<!doctype html><title>Sign in</title>", says="not gzip"),
    refused("json-body", lambda: b'{"errors":[]}'),
    refused("zip-archive", lambda: b"PK\x03\x04" + bytes(60), "UNSUPPORTED_CHART", says="zip"),
    refused("zstd-archive", lambda: b"\x28\xb5\x2f\xfd" + bytes(60), "UNSUPPORTED_CHART", says="zstd"),
    refused("bzip2-archive", lambda: bz2.compress(SOUND_TAR), "UNSUPPORTED_CHART", says="bzip2"),
    refused("xz-archive", lambda: lzma.compress(SOUND_TAR), "UNSUPPORTED_CHART", says="xz"),
    refused("zlib-stream", lambda: zlib.compress(SOUND_TAR)),
    refused("gzip-unknown-method", lambda: _with_byte(2, 0x0F)),
    refused("gzip-wrong-crc", lambda: _with_byte(-6, 0x01)),
    refused("gzip-wrong-length", lambda: _with_byte(-2, 0x01)),
    refused("gzip-truncated-in-trailer", lambda: sound()[:-3], says="truncated"),
    refused("gzip-truncated-in-data", lambda: sound()[: len(sound()) // 2], says="truncated"),
    refused("gzip-broken-deflate", lambda: GZIP_HEADER + b"\xff" * 200),
    refused("gzip-noise-after-header", lambda: GZIP_HEADER + _noise(5000)),
    refused("gzip-endless-name", lambda: b"\x1f\x8b\x08\x08" + bytes(4) + b"\0\xff" + b"a" * 100_000),
    refused("gzip-extra-longer-than-body", lambda: b"\x1f\x8b\x08\x04" + bytes(6) + b"\xff\xffabc"),
    stored("gzip-with-name", lambda: _deflated(SOUND_TAR, b"\x1f\x8b\x08\x08" + bytes(5) + b"\xffname.tar\0")),
    stored("gzip-two-members", lambda: _members(SOUND_TAR[:700], SOUND_TAR[700:])),
    stored("gzip-empty-member-first", lambda: _members(b"", SOUND_TAR)),
    stored("gzip-zero-padding", lambda: sound() + bytes(512)),
    refused("gzip-second-member-truncated", lambda: _members(SOUND_TAR) + gzip.compress(b"more")[:-5]),
    refused("gzip-too-many-members", lambda: _members(*(SOUND_TAR[i : i + 64] for i in range(0, 2048, 64)))),
    refused("gzip-ten-thousand-empty-members", lambda: _members(b"") * 10_000 + sound(), says="gzip members"),
    refused("gzip-trailing-garbage", lambda: sound() + b"garbage", says="follow the end"),
    refused("gzip-trailing-script", lambda: sound() + b"#!/bin/sh\nrm -rf /\n"),
    refused("gzip-inside-gzip", lambda: gzip.compress(sound(), mtime=0)),
    refused("gzip-of-nothing", lambda: gzip.compress(b"", mtime=0), says="no files"),
    refused("archive-over-compressed-bound", lambda: sound() + os.urandom(10 * MEBIBYTE), "TOO_LARGE"),
    refused("bomb-of-zeros", lambda: bomb(bytes(64 * MEBIBYTE)), "TOO_LARGE", says="inflates"),
    refused(
        "bomb-over-ratio",
        lambda: bomb(file_member("hostile/Chart.yaml", CHART_YAML) + _zeros_in_files(2) + END_OF_TAR),
        "TOO_LARGE",
        says="inflates",
    ),
    refused("bomb-over-inflated-bound", _noisy_but_long, "TOO_LARGE", says="inflates"),
    refused("bomb-in-second-member", lambda: _members(SOUND_TAR) + bomb(bytes(64 * MEBIBYTE)), "TOO_LARGE"),
    stored("nested-bomb-unopened", lambda: chart_with({"charts/sub.tgz": bomb(bytes(64 * MEBIBYTE))})),
]
