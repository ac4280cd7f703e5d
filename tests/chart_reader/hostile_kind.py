"""One kind of hostile or odd archive, and what reading it must end in."""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.chart_reader.contents import ChartContents
from tests.chart_reader.packing import helm_gzip, pack_chart

CHART_YAML = "apiVersion: v2\nname: hostile\nversion: 1.0.0\n"


@dataclass(frozen=True)
class HostileArchive:
    """`expected_code` None: it is stored, and `holds` is true of what was read."""

    name: str
    build: Callable[[], bytes]
    expected_code: str | None
    holds: Callable[[ChartContents], bool] = lambda contents: True
    says: str = ""

    @cached_property
    def archive(self) -> bytes:
        """Built when first asked for: some are large."""
        return self.build()


def refused(name: str, build: Callable[[], bytes], code: str = "MALFORMED_CHART", says: str = "") -> HostileArchive:
    """`says` is part of the message that people will read."""
    return HostileArchive(name, build, code, says=says)


def stored(
    name: str, build: Callable[[], bytes], holds: Callable[[ChartContents], bool] = lambda contents: True
) -> HostileArchive:
    return HostileArchive(name, build, None, holds)


def tgz(tar: bytes) -> bytes:
    return helm_gzip(tar)


def bomb(tar: bytes) -> bytes:
    return gzip.compress(tar, 9, mtime=0)


def chart_with(files: Mapping[str, bytes | str]) -> bytes:
    return pack_chart("hostile", "1.0.0", files, chart_yaml=CHART_YAML)


def chart_of(chart_yaml: str | bytes, files: Mapping[str, bytes | str] | None = None) -> bytes:
    return pack_chart("hostile", "1.0.0", files, chart_yaml=chart_yaml)


def with_lines(lines: str | bytes) -> bytes:
    """A sound Chart.yaml with `lines` after it."""
    encoded = lines.encode() if isinstance(lines, str) else lines
    return chart_of(CHART_YAML.encode() + encoded + b"\n")


def later(function: Callable[..., bytes], *arguments: Any) -> Callable[[], bytes]:
    return lambda: function(*arguments)
