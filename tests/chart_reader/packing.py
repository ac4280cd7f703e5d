"""Charts packed as Helm packs them, and the parts of an archive for those who want to pack them badly."""

import gzip
import io
import struct
import tarfile
from collections.abc import Mapping

# Helm, pkg/chart/v2/util/save.go, headerBytes: the "extra" field that says who packed the archive.
HELM_EXTRA = b"+aHR0cHM6Ly95b3V0dS5iZS96OVV6MWljandyTQo="
END_OF_TAR = bytes(1024)


def pack_chart(
    name: str = "payments",
    version: str = "1.2.3",
    files: Mapping[str, bytes | str] | None = None,
    chart_yaml: str | bytes | None = None,
    app_version: str = "4.5.6",
) -> bytes:
    """A .tgz as `helm package` makes it. `files` are paths below the chart's root.

    Without `chart_yaml` a Chart.yaml is made from the other arguments. Equal arguments give equal bytes.
    """
    if chart_yaml is None:
        chart_yaml = (
            f"apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: {app_version}\n"
            f"description: A chart of {name}\ntype: application\n"
        )
    members = {"Chart.yaml": chart_yaml, "values.yaml": "# Copies to run\nreplicas: 1\n", **(files or {})}
    return helm_gzip(tar_of({f"{name}/{path}": content for path, content in members.items()}))


def tar_of(members: Mapping[str, bytes | str]) -> bytes:
    """A tar with its two end blocks, in the format that Go's writer chooses: ustar, PAX where it must."""
    return b"".join(file_member(path, content) for path, content in members.items()) + END_OF_TAR


def file_member(path: str, content: bytes | str) -> bytes:
    """One file of a tar: header, data, padding."""
    data = content.encode() if isinstance(content, str) else content
    info = tarfile.TarInfo(path)
    info.size, info.mode, info.mtime = len(data), 0o644, 1_700_000_000
    return info.tobuf(tarfile.PAX_FORMAT) + data + bytes(-len(data) % 512)


def helm_gzip(data: bytes) -> bytes:
    """One gzip member with the extra field and the comment that Helm writes."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, compresslevel=6, filename="") as stream:
        stream.write(data)
    member = packed.getvalue()
    extra = struct.pack("<H", len(HELM_EXTRA)) + HELM_EXTRA
    return member[:3] + b"\x14" + member[4:10] + extra + b"Helm\0" + member[10:]
