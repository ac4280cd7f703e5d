"""Charts as people publish them, by the thousand: made once, kept in a folder, laid out as a registry serves them.

FOLDER/v2/index.json                              what /v2/ answers
FOLDER/v2/REPOSITORY/tags/list                    a page of all tags
FOLDER/v2/REPOSITORY/manifests/TAG and /DIGEST
FOLDER/v2/REPOSITORY/blobs/DIGEST
FOLDER/corpus.json                                repositories: tag, manifest digest, layer digest, bytes
"""

import hashlib
import json
import random
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.chart_reader.packing import pack_chart
from tests.real.pushing import HELM_CONFIG, HELM_LAYER, OCI_MANIFEST

WORDS_SEED = 20261123
# Of published charts: half are below 20 KB, one in ten above 40, the largest some 250.
ARCHIVE_BYTES_MEDIAN, ARCHIVE_BYTES_SPREAD = 20_000, 0.62
ARCHIVE_BYTES_MIN, ARCHIVE_BYTES_MAX = 5_000, 250_000
PACKED_SHARE = 0.32  # of prose and YAML such as is made here, what gzip leaves


@dataclass(frozen=True)
class Version:
    """One chart version of the corpus."""

    repository: str
    tag: str
    manifest_digest: str
    config_digest: str
    layer_digest: str
    layer_bytes: int


def digest_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def corpus(folder: Path, repositories: int, versions: int) -> list[Version]:
    """The versions in `folder`, made where it is empty. Equal numbers give equal bytes."""
    listed = folder / "corpus.json"
    if not listed.exists():
        shutil.rmtree(folder, ignore_errors=True)
        made = [version for number in range(repositories) for version in _repository(folder, number, versions)]
        (folder / "v2" / "index.json").write_text("{}")
        listed.write_text(json.dumps([asdict(version) for version in made]))
    return [Version(**version) for version in json.loads(listed.read_text())]


def _repository(folder: Path, number: int, versions: int) -> list[Version]:
    name, repository = f"chart-{number:02}", f"bench/chart-{number:02}"
    made = [write_version(folder, repository, name, f"1.{at // 10}.{at % 10}") for at in range(versions)]
    tags = folder / "v2" / repository / "tags" / "list"
    tags.parent.mkdir(parents=True)
    tags.write_text(json.dumps({"name": repository, "tags": [version.tag for version in made]}))
    return made


def write_version(folder: Path, repository: str, name: str, tag: str) -> Version:
    """Layer, config and manifest as files; the listing is the caller's."""
    archive = _chart(name, tag)
    config = json.dumps({"apiVersion": "v2", "name": name, "version": tag, "type": "application"}).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "config": {"mediaType": HELM_CONFIG, "digest": digest_of(config), "size": len(config)},
            "layers": [{"mediaType": HELM_LAYER, "digest": digest_of(archive), "size": len(archive)}],
            "annotations": {"org.opencontainers.image.created": "2026-01-02T03:04:05Z"},
            "mediaType": OCI_MANIFEST,
        },
        separators=(",", ":"),  # as Helm writes it
    ).encode()
    root = folder / "v2" / repository
    for kind, name_of_file, content in (
        ("blobs", digest_of(archive), archive),
        ("blobs", digest_of(config), config),
        ("manifests", digest_of(manifest), manifest),
        ("manifests", tag, manifest),
    ):
        (root / kind).mkdir(parents=True, exist_ok=True)
        (root / kind / name_of_file).write_bytes(content)
    return Version(repository, tag, digest_of(manifest), digest_of(config), digest_of(archive), len(archive))


def _chart(name: str, version: str) -> bytes:
    chance = random.Random(f"{WORDS_SEED} {name} {version}")
    packed = chance.lognormvariate(0, ARCHIVE_BYTES_SPREAD) * ARCHIVE_BYTES_MEDIAN
    left = int(min(max(packed, ARCHIVE_BYTES_MIN), ARCHIVE_BYTES_MAX) / PACKED_SHARE)
    words = [f"{chance.choice(SYLLABLES)}{chance.choice(SYLLABLES)}{chance.choice(SYLLABLES)}" for _ in range(900)]

    def prose(size: int) -> str:
        return " ".join(chance.choices(words, k=max(1, size // 7)))

    values = "".join(
        f"{word}{at}:\n  enabled: true\n  size: {chance.randrange(9999)}\n"
        for at, word in enumerate(words[: left // 300])
    )
    files = {
        "values.yaml": values,
        "README.md": f"# {name}\n\n" + "\n\n".join(f"## {part}\n\n{prose(left // 30)}" for part in words[:8]),
        "templates/NOTES.txt": prose(400),
        "templates/_helpers.tpl": prose(900),
    }
    written = sum(len(content) for content in files.values())
    at = 0
    while written < left:
        template = (
            f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {words[at]}\ndata:\n  text: |\n    {prose(2500)}\n"
        )
        files[f"templates/part-{at}.yaml"] = template
        written += len(template)
        at += 1
    return pack_chart(name, version, files)


SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il")]
