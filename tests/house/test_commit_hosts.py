"""No tracked file names the host of a package index: where packages come from is everyone's own affair."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Put together here, so that this file does not name them either.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("python" + "hosted", "org"),
        ("npm" + "js", "org"),
        ("npm" + "js", "com"),
        ("yarn" + "pkg", "com"),
        ("crates", "io"),
        ("proxy", "golang", "org"),
        ("ruby" + "gems", "org"),
        ("conda", "anaconda", "org"),
    )
]
NAMED = re.compile("|".join(rf"\b{re.escape(host)}\b" for host in HOSTS), re.IGNORECASE)
INDEX_OPTION = re.compile(r"--(?:extra-)?index-url|--find-links|index-url\s*=")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("these are not the files of a repository")
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def naming(paths: list[Path]) -> list[str]:
    """Files and lines that name one, as file:line."""
    return [
        f"{path.name}:{number}"
        for path in paths
        for number, line in enumerate(path.read_bytes().decode(errors="replace").splitlines(), 1)
        if NAMED.search(line) or (INDEX_OPTION.search(line) and path != Path(__file__))
    ]


def test_no_tracked_file_names_a_package_index() -> None:
    assert naming(tracked()) == []


@pytest.mark.parametrize("host", HOSTS)
def test_file_that_names_one_is_found(tmp_path: Path, host: str) -> None:
    path = tmp_path / "lock"
    path.write_text(f"first\nresolved https://files.{host}/x\n")
    assert naming([path]) == ["lock:2"]
    path.write_text(f"my{host.replace('.', '-')} or {host.replace('.', 'x')}\n")
    assert naming([path]) == []
