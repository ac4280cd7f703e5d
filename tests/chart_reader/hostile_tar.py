"""Archives whose tar, PAX headers, links or names are hostile or odd."""

import tarfile
from typing import Any

from tests.chart_reader.hostile_kind import CHART_YAML, HostileArchive, later, refused, stored, tgz
from tests.chart_reader.packing import END_OF_TAR, file_member, tar_of

CHART = file_member("hostile/Chart.yaml", CHART_YAML)


def member(name: str, data: bytes = b"", form: int = tarfile.USTAR_FORMAT, **attributes: Any) -> bytes:
    """One member; `attributes` are those of tarfile.TarInfo."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o644
    for attribute, value in attributes.items():
        setattr(info, attribute, value)
    return info.tobuf(form, errors="surrogateescape") + data + bytes(-len(data) % 512)


def raw_header(
    name: bytes, size: bytes = b"00000000000\0", typeflag: bytes = b"0", magic: bytes = b"ustar\x0000"
) -> bytes:
    """A header with every field as given and a right checksum."""
    header = bytearray(512)
    header[0 : len(name)] = name
    header[100:108] = b"0000644\0"
    header[124 : 124 + len(size)] = size
    header[148:156] = b" " * 8
    header[156:157] = typeflag
    header[257 : 257 + len(magic)] = magic
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def pax(records: bytes, typeflag: bytes = b"x") -> bytes:
    size = b"%011o\0" % len(records)
    return raw_header(b"hostile/PaxHeaders", size, typeflag) + records + bytes(-len(records) % 512)


def record(key: bytes, value: bytes) -> bytes:
    length = len(key) + len(value) + 3
    while len(str(length)) + len(key) + len(value) + 3 != length:
        length += 1
    return b"%d %s=%s\n" % (length, key, value)


def gnu_long_name(name: bytes) -> bytes:
    size = b"%011o\0" % (len(name) + 1)
    header = raw_header(b"././@LongLink", size, b"L", b"ustar  \0")
    return header + name + b"\0" + bytes(-(len(name) + 1) % 512)


def chart_and(*members: bytes) -> bytes:
    return tgz(CHART + b"".join(members) + END_OF_TAR)


def _named(name: str) -> HostileArchive:
    label = name.encode("unicode_escape").decode("ascii")
    return refused(f"name-{label}", lambda: chart_and(file_member(name, b"x")))


def _broken_checksum() -> bytes:
    header = bytearray(CHART)
    header[0] ^= 0x20
    return tgz(bytes(header) + END_OF_TAR)


def _link(name: str, kind: bytes, target: str = "../../../etc/passwd") -> HostileArchive:
    return refused(f"tar-{name}", lambda: chart_and(member("hostile/x", type=kind, linkname=target)), says="hostile/x")


ODD_NAMES = [
    "../evil", "hostile/../evil", "hostile/../../evil", "hostile/a/..", "/etc/passwd", "//etc/passwd",
    "hostile//x", "hostile/./x", "C:/Windows/x", "hostile/C:/x", "hostile/c:", "hostile\\x",
    "hostile/..\\..\\x", "\\\\server\\share", "hostile/a\nb", "hostile/a\x1b[2J",
    "hostile/\u202etxt.exe", "hostile/a\u200fb", "hostile", "other/values.yaml", "Chart.yaml",
    "./hostile/x", "..", ".", "hostile/\u2028x", "hostile/\x7f",
]  # fmt: skip

TAR_KINDS: list[HostileArchive] = [
    *(_named(name) for name in ODD_NAMES),
    _link("symbolic-link", tarfile.SYMTYPE),
    _link("symbolic-link-inside", tarfile.SYMTYPE, "Chart.yaml"),
    _link("hard-link", tarfile.LNKTYPE),
    _link("character-device", tarfile.CHRTYPE),
    _link("block-device", tarfile.BLKTYPE),
    _link("fifo", tarfile.FIFOTYPE),
    _link("contiguous-file", tarfile.CONTTYPE),
    _link("unknown-type", b"Z"),
    refused("tar-gnu-sparse", lambda: chart_and(member("hostile/x", type=b"S")), "UNSUPPORTED_CHART"),
    refused(
        "tar-chart-yaml-is-a-link",
        lambda: tgz(member("hostile/Chart.yaml", type=tarfile.SYMTYPE, linkname="/etc/passwd") + END_OF_TAR),
        says="symbolic link",
    ),
    refused("tar-no-members", lambda: tgz(END_OF_TAR), says="no files"),
    refused("tar-directories-only", lambda: tgz(member("hostile", type=tarfile.DIRTYPE) + END_OF_TAR)),
    refused("tar-noise", lambda: tgz(bytes(range(256)) * 20)),
    refused("tar-text-not-tar", lambda: tgz(b"apiVersion: v2\nname: hostile\n" * 100)),
    refused("tar-shorter-than-a-block", lambda: tgz(b"short")),
    refused("tar-wrong-checksum", _broken_checksum, says="checksum"),
    refused("tar-v7-without-magic", lambda: tgz(raw_header(b"hostile/x", magic=b"") + CHART + END_OF_TAR)),
    refused("tar-truncated-in-header", lambda: tgz(CHART + CHART[:300]), says="header"),
    refused("tar-truncated-in-file", lambda: tgz(CHART[:520]), says="inside a file"),
    refused("tar-one-end-block", lambda: tgz(CHART + bytes(512))),
    stored("tar-without-end-blocks", lambda: tgz(CHART)),
    stored("tar-padded-to-10-kib", lambda: tgz(CHART + bytes(10240))),
    refused("tar-member-after-one-zero-block", lambda: tgz(CHART + bytes(512) + CHART + END_OF_TAR)),
    refused("tar-hidden-after-the-end", lambda: tgz(CHART + END_OF_TAR + file_member("hostile/x", b"y"))),
    refused("tar-negative-size", lambda: chart_and(raw_header(b"hostile/x", b"-0000000001\0"))),
    refused("tar-base-256-size", lambda: chart_and(raw_header(b"hostile/x", b"\x80" + bytes(10) + b"\x01"))),
    refused("tar-base-256-negative", lambda: chart_and(raw_header(b"hostile/x", b"\xff" * 12))),
    refused("tar-size-no-digits", lambda: chart_and(raw_header(b"hostile/x", bytes(12)))),
    refused("tar-size-decimal", lambda: chart_and(raw_header(b"hostile/x", b"00000000099\0"))),
    refused("tar-size-of-8-gib", lambda: chart_and(raw_header(b"hostile/x", b"77777777777\0")), "TOO_LARGE"),
    refused("tar-size-past-the-end", lambda: chart_and(raw_header(b"hostile/x", b"00000100000\0"))),
    refused(
        "tar-directory-with-data",
        lambda: chart_and(raw_header(b"hostile/d/", b"00000000001\0", b"5"), bytes(512)),
    ),
    refused(
        "tar-file-named-as-directory-with-data",
        lambda: chart_and(raw_header(b"hostile/d/", b"00000000001\0"), bytes(512)),
    ),
    refused(
        "tar-file-over-file-bound",
        lambda: chart_and(file_member("hostile/x", bytes(range(256)) * 20481)),
        "TOO_LARGE",
    ),
    refused("tar-duplicate-chart-yaml", lambda: tgz(CHART + CHART + END_OF_TAR), says="twice"),
    refused(
        "tar-duplicate-file",
        lambda: chart_and(file_member("hostile/x", b"1"), file_member("hostile/x", b"2")),
    ),
    refused(
        "tar-file-and-directory",
        lambda: chart_and(file_member("hostile/x", b"1"), file_member("hostile/x/y", b"2")),
    ),
    refused("tar-two-top-directories", lambda: chart_and(file_member("second/Chart.yaml", CHART_YAML)), says="top"),
    refused("tar-name-not-utf8", lambda: chart_and(raw_header(b"hostile/\xff\xfe"))),
    refused("tar-name-overlong-utf8", lambda: chart_and(raw_header(b"hostile/\xc0\xae\xc0\xae/x"))),
    refused("tar-name-surrogate", lambda: chart_and(raw_header(b"hostile/\xed\xa0\x80"))),
    refused("tar-empty-name", lambda: chart_and(raw_header(b""))),
    stored(
        "tar-name-cut-at-nul",
        lambda: chart_and(raw_header(b"hostile/a\0b")),
        lambda c: c.files[-1].path == "a",
    ),
    stored("tar-dot-as-top-directory", lambda: tgz(tar_of({"./Chart.yaml": CHART_YAML}))),
    stored("tar-top-directory-of-another-name", lambda: tgz(tar_of({"other/Chart.yaml": CHART_YAML}))),
    stored("tar-directory-members", lambda: tgz(member("hostile/", type=tarfile.DIRTYPE) + CHART + END_OF_TAR)),
    stored(
        "tar-gnu-format",
        lambda: tgz(member("hostile/Chart.yaml", CHART_YAML.encode(), tarfile.GNU_FORMAT) + END_OF_TAR),
    ),
    stored(
        "tar-old-regular-type",
        lambda: tgz(member("hostile/Chart.yaml", CHART_YAML.encode(), type=b"\0") + END_OF_TAR),
    ),
    stored(
        "tar-chart-yaml-last",
        lambda: tgz(file_member("hostile/values.yaml", "a: 1\n") + CHART + END_OF_TAR),
        lambda c: c.values_yaml == "a: 1\n",
    ),
    stored(
        "tar-ustar-prefix",
        lambda: chart_and(member("hostile/" + "d" * 90 + "/" + "f" * 90, b"x")),
        lambda c: c.files[-1].path == "d" * 90 + "/" + "f" * 90,
    ),
    stored(
        "tar-unicode-name",
        lambda: chart_and(file_member("hostile/größe-図.txt", b"x")),
        lambda c: c.files[-1].path == "größe-図.txt",
    ),
    refused(
        "tar-ten-thousand-and-one-files",
        lambda: chart_and(*(raw_header(b"hostile/%d" % i) for i in range(10_001))),
        "TOO_LARGE",
    ),
    refused(
        "tar-hundred-thousand-pax-headers",
        lambda: chart_and(pax(record(b"comment", b"x")) * 40_000),
        "TOO_LARGE",
    ),
]

LONG_PATH = "hostile/" + "/".join(["d" * 50] * 10) + "/x"

PAX_KINDS: list[HostileArchive] = [
    stored(
        "pax-long-path",
        lambda: chart_and(file_member(LONG_PATH, b"x")),
        lambda c: c.files[-1].path == LONG_PATH.removeprefix("hostile/"),
    ),
    stored(
        "gnu-long-name",
        lambda: chart_and(gnu_long_name(LONG_PATH.encode()), raw_header(b"cut")),
        lambda c: c.files[-1].path == LONG_PATH.removeprefix("hostile/"),
    ),
    stored("pax-global-comment", lambda: tgz(pax(record(b"comment", b"0123abc"), b"g") + CHART + END_OF_TAR)),
    stored(
        "pax-other-keys",
        lambda: chart_and(pax(record(b"mtime", b"1.5") + record(b"uname", b"root")), raw_header(b"hostile/x")),
    ),
    stored(
        "pax-size",
        lambda: chart_and(pax(record(b"size", b"3")), raw_header(b"hostile/x", b"00000000777\0"), b"abc" + bytes(509)),
        lambda c: c.files[-1].size_bytes == 3,
    ),
    *(
        refused(f"pax-{name}", later(chart_and, pax(records), raw_header(b"hostile/x")), code)
        for name, records, code in [
            ("path-traversal", record(b"path", b"hostile/../../x"), "MALFORMED_CHART"),
            ("path-absolute", record(b"path", b"/etc/passwd"), "MALFORMED_CHART"),
            ("path-with-nul", record(b"path", b"hostile/a\0b"), "MALFORMED_CHART"),
            ("path-empty", record(b"path", b""), "MALFORMED_CHART"),
            ("path-not-utf8", record(b"path", b"hostile/\xff"), "MALFORMED_CHART"),
            ("path-twice", record(b"path", b"hostile/a") + record(b"path", b"hostile/b"), "MALFORMED_CHART"),
            ("path-over-bound", record(b"path", b"hostile/" + b"p" * 1020), "TOO_LARGE"),
            ("size-negative", record(b"size", b"-1"), "MALFORMED_CHART"),
            ("size-huge", record(b"size", b"9" * 18), "TOO_LARGE"),
            ("size-endless", record(b"size", b"9" * 5000), "MALFORMED_CHART"),
            ("size-hexadecimal", record(b"size", b"0x10"), "MALFORMED_CHART"),
            ("size-empty", record(b"size", b""), "MALFORMED_CHART"),
            ("record-length-zero", b"0 path=x\n", "MALFORMED_CHART"),
            ("record-length-lying", b"99 path=hostile/x\n", "MALFORMED_CHART"),
            ("record-length-short", b"5 path=hostile/x\n", "MALFORMED_CHART"),
            ("record-without-length", b"path=hostile/x\n", "MALFORMED_CHART"),
            ("record-without-newline", b"17 path=hostile/xx", "MALFORMED_CHART"),
            ("record-without-equals", b"8 pathx\n", "MALFORMED_CHART"),
            ("record-without-key", b"5 =x\n", "MALFORMED_CHART"),
            ("record-unicode-digits", "1١ path=x\n".encode(), "MALFORMED_CHART"),
            ("sparse", record(b"GNU.sparse.major", b"1"), "UNSUPPORTED_CHART"),
            ("own-character-set", record(b"hdrcharset", b"BINARY"), "UNSUPPORTED_CHART"),
            ("header-over-bound", record(b"comment", b"x" * 70_000), "TOO_LARGE"),
        ]
    ),
    refused("pax-global-path", lambda: tgz(pax(record(b"path", b"hostile/x"), b"g") + CHART + END_OF_TAR)),
    refused("pax-at-the-end", lambda: chart_and(pax(record(b"path", b"hostile/x"))), says="next file"),
    refused(
        "pax-two-headers-two-paths",
        lambda: chart_and(pax(record(b"path", b"hostile/a")), pax(record(b"path", b"hostile/b")), raw_header(b"x")),
    ),
    refused(
        "pax-and-gnu-name",
        lambda: chart_and(pax(record(b"path", b"hostile/a")), gnu_long_name(b"hostile/b"), raw_header(b"x")),
    ),
    refused("gnu-long-name-traversal", lambda: chart_and(gnu_long_name(b"hostile/../../x"), raw_header(b"x"))),
    refused("gnu-long-name-empty", lambda: chart_and(gnu_long_name(b""), raw_header(b"x"))),
    refused(
        "gnu-long-name-over-bound",
        lambda: chart_and(gnu_long_name(b"hostile/" + b"x" * 5000), raw_header(b"x")),
        "TOO_LARGE",
    ),
    refused(
        "gnu-long-name-of-8-gib",
        lambda: chart_and(raw_header(b"././@LongLink", b"77777777777\0", b"L")),
        "TOO_LARGE",
    ),
    refused("gnu-long-link", lambda: chart_and(raw_header(b"hostile/x", typeflag=b"K"))),
]
