"""The files of a chart archive, found in one pass over its tar blocks; nothing is ever written to disk."""

import re
from dataclasses import dataclass, field

from app.chart_reader.errors import ArchiveTooLarge, MalformedArchive, UnsupportedChart
from app.chart_reader.gzip_stream import inflate
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.tar_headers import BLOCK_BYTES, parse_header, parse_pax_records, pax_size

_ZERO_BLOCK = bytes(BLOCK_BYTES)
_DRIVE = re.compile(r"(^|/)[a-zA-Z]:(/|$)")
_BEGINS_ODDLY = ("", "/", ".")

_REGULAR = (b"0", b"\0")
_DIRECTORY = b"5"
_EXTENSIONS = _PAX_NEXT, _PAX_GLOBAL, _GNU_LONG_NAME = b"x", b"g", b"L"
_REFUSED_TYPES = {
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a character device",
    b"4": "a block device",
    b"6": "a FIFO",
    b"7": "a contiguous file",
    b"K": "a long link name",
}
_SPARSE = b"S"


@dataclass(frozen=True, slots=True)
class ChartArchive:
    """The inflated tar and where its files lie: path below the chart's root → (offset, size) in bytes."""

    tar: bytes
    extents: dict[str, tuple[int, int]]

    def data(self, path: str) -> bytes | None:
        extent = self.extents.get(path)
        return None if extent is None else self.tar[extent[0] : extent[0] + extent[1]]


def open_archive(archive: bytes, limits: ReadingLimits) -> ChartArchive:
    """Finds every file of a .tgz. Raises ArchiveTooLarge, MalformedArchive, UnsupportedChart."""
    return _TarWalk(inflate(archive, limits), limits).walk()


@dataclass(slots=True)
class _TarWalk:
    tar: bytes
    limits: ReadingLimits
    extents: dict[str, tuple[int, int]] = field(default_factory=dict)
    root: str | None = None
    members_count: int = 0
    # What an extension header said about the member after it.
    next_name: bytes | None = None
    next_size_bytes: int | None = None

    def walk(self) -> ChartArchive:
        tar, position = self.tar, 0
        while position < len(tar):
            block = tar[position : position + BLOCK_BYTES]
            if block == _ZERO_BLOCK:
                self._check_end(position)
                break
            if len(block) < BLOCK_BYTES:
                raise MalformedArchive("the tar ends inside a header")
            position = self._take_member(block, position + BLOCK_BYTES)
        if self.next_name is not None or self.next_size_bytes is not None:
            raise MalformedArchive("the tar ends after a header that speaks of a next file")
        if not self.extents:
            raise MalformedArchive("the archive holds no files")
        self._check_no_file_is_a_directory()
        return ChartArchive(tar, self.extents)

    def _take_member(self, block: bytes, data_offset: int) -> int:
        """Takes in the member whose header is `block`; the offset of the next header."""
        name, size_bytes, typeflag = parse_header(block)
        extension = typeflag in _EXTENSIONS
        if not extension and self.next_size_bytes is not None:
            size_bytes = self.next_size_bytes
        limits = self.limits
        size_max_bytes = limits.pax_header_max_bytes if extension else limits.file_max_bytes
        if size_bytes > size_max_bytes:
            raise ArchiveTooLarge(f"the archive has an entry of {size_bytes} bytes, over {size_max_bytes}")
        # Extension headers count too: a million of them that name no file would otherwise be walked.
        self.members_count += 1
        if self.members_count > 3 * limits.files_max_count:
            raise ArchiveTooLarge(f"the archive has more than {3 * limits.files_max_count} tar headers")
        end = data_offset + size_bytes
        next_header = data_offset + (size_bytes + BLOCK_BYTES - 1) // BLOCK_BYTES * BLOCK_BYTES
        if next_header > len(self.tar):
            raise MalformedArchive("the tar ends inside a file")
        if extension:
            self._take_extension(typeflag, self.tar[data_offset:end])
        else:
            self._take_entry(self.next_name or name, typeflag, data_offset, size_bytes)
            self.next_name = self.next_size_bytes = None
        return next_header

    def _take_extension(self, typeflag: bytes, data: bytes) -> None:
        if typeflag == _GNU_LONG_NAME:
            self._name_next(data.rstrip(b"\0"))
            return
        records = parse_pax_records(data)
        path, size = records.get(b"path"), records.get(b"size")
        if typeflag == _PAX_GLOBAL:  # `git archive` leaves its commit in one
            if path is not None or size is not None:
                raise MalformedArchive("a global PAX header gives a path or a size to every file")
            return
        if path is not None:
            self._name_next(path)
        if size is not None:
            if self.next_size_bytes is not None:
                raise MalformedArchive("two extension headers give one file a size")
            self.next_size_bytes = pax_size(size)

    def _name_next(self, name: bytes) -> None:
        if self.next_name is not None:
            raise MalformedArchive("two extension headers give one file a name")
        if not name:
            raise MalformedArchive("an extension header gives an empty name")
        self.next_name = name

    def _take_entry(self, raw_name: bytes, typeflag: bytes, data_offset: int, size_bytes: int) -> None:
        name = self._check_name(raw_name)
        if typeflag not in _REGULAR and typeflag != _DIRECTORY:
            if typeflag == _SPARSE:
                raise UnsupportedChart("it is a sparse file", name)
            raise MalformedArchive(f"it is {_REFUSED_TYPES.get(typeflag, 'of an unknown kind')}", name)
        root, _, path = name.partition("/")
        if self.root is None:
            self.root = root
        elif root != self.root:
            raise MalformedArchive("the archive has more than one top directory", name)
        if typeflag == _DIRECTORY or name.endswith("/"):
            if size_bytes:
                raise MalformedArchive("a directory carries data", name)
            return
        if not path:
            raise MalformedArchive("it lies outside the chart's directory", name)
        if path in self.extents:
            raise MalformedArchive("it is in the archive twice", path)
        if len(self.extents) >= self.limits.files_max_count:
            raise ArchiveTooLarge(f"the archive has more than {self.limits.files_max_count} files")
        self.extents[path] = (data_offset, size_bytes)

    def _check_name(self, raw_name: bytes) -> str:
        """The name as text, if it can lead nowhere but below the chart's directory."""
        if len(raw_name) > self.limits.path_max_bytes:
            raise ArchiveTooLarge(f"a path has more than {self.limits.path_max_bytes} bytes")
        try:
            name = raw_name.decode("utf-8")
        except UnicodeDecodeError as error:
            raise MalformedArchive("a path is not UTF-8", raw_name.decode("utf-8", "replace")) from error
        if not name.isprintable():
            raise MalformedArchive("a path holds control or bidirectional characters", name)
        if "\\" in name:
            raise MalformedArchive("a path holds a backslash", name)
        if ":" in name and _DRIVE.search(name):
            raise MalformedArchive("a path names a drive", name)
        if "/." in name or "//" in name or name[:1] in _BEGINS_ODDLY:
            self._check_segments(name)
        return name

    def _check_segments(self, name: str) -> None:
        # "./Chart.yaml" is what `tar -C chart .` writes, and Helm takes "." for the top directory.
        segments = name.removesuffix("/").split("/")
        if ".." in segments or "." in segments[1:] or "" in segments:
            raise MalformedArchive("a path is absolute, empty, or holds empty, '.' or '..' segments", name)

    def _check_end(self, position: int) -> None:
        """Two blocks of zeros end a tar; whatever follows but zeros would be seen by some readers only."""
        rest = self.tar[position:]
        if len(rest) < 2 * BLOCK_BYTES:
            raise MalformedArchive("the tar ends after one of its two end blocks")
        if rest.count(0) != len(rest):
            raise MalformedArchive("bytes follow the end of the tar")

    def _check_no_file_is_a_directory(self) -> None:
        directories: set[str] = set()
        for path in self.extents:
            directory = path.rpartition("/")[0]
            while directory and directory not in directories:
                directories.add(directory)
                directory = directory.rpartition("/")[0]
        both = directories & self.extents.keys()
        if both:
            raise MalformedArchive("it is a file and a directory", min(both))
