"""Charts to push: a folder for helm, and the same as an archive made without it."""

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

CHART_YAML = "apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: '1.0'\ndescription: For the tests\n"
FILES = {
    "values.yaml": "# How many\nreplicas: 1\n",
    "templates/configmap.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n",
}

MakeArchive = Callable[[str, str], bytes]


@pytest.fixture
def chart_folder(tmp_path: Path) -> Path:
    """Chart `payments` 1.2.3+build.5."""
    folder = tmp_path / "payments"
    chart_yaml = CHART_YAML.format(name="payments", version="1.2.3+build.5")
    for path, text in {"Chart.yaml": chart_yaml, **FILES}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


@pytest.fixture(scope="session")
def make_archive() -> MakeArchive:
    """(name, version) → the .tgz."""

    def make(name: str, version: str) -> bytes:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for path, text in {"Chart.yaml": CHART_YAML.format(name=name, version=version), **FILES}.items():
                member = tarfile.TarInfo(f"{name}/{path}")
                member.size = len(text)
                tar.addfile(member, io.BytesIO(text.encode()))
        return gzip.compress(packed.getvalue(), mtime=0)

    return make
