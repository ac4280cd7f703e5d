"""What was read from one chart archive. Plain values: they cross from the reader's process as they are."""

from dataclasses import dataclass
from typing import Literal, NamedTuple


@dataclass(frozen=True, slots=True)
class Maintainer:
    """Where Chart.yaml gives no name, `name` is the e-mail address or the URL."""

    name: str
    email: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Dependency:
    """`version` is a constraint; `repository` a URL (also `oci://`, `file://`) or a repository alias."""

    name: str
    version: str | None
    repository: str | None
    alias: str | None
    condition: str | None


@dataclass(frozen=True, slots=True)
class ChartMetadata:
    """Chart.yaml, as Helm would take it. Text other than annotations is one line of printable characters.

    `version` is what Chart.yaml says, e.g. `v1.2` or `1.2.3+build.5`: semver to Helm, in its lenient form.
    Dependencies of an apiVersion v1 chart come from its requirements.yaml, where there is one.
    """

    api_version: Literal["v1", "v2"]
    name: str
    version: str
    app_version: str | None
    type: Literal["application", "library"]
    kube_version: str | None
    description: str | None
    home: str | None
    icon: str | None
    sources: tuple[str, ...]
    keywords: tuple[str, ...]
    maintainers: tuple[Maintainer, ...]
    annotations: dict[str, str]
    dependencies: tuple[Dependency, ...]
    deprecated: bool


class ChartFile(NamedTuple):
    """`path` is relative to the chart's root: `templates/service.yaml`, `charts/redis/Chart.yaml`."""

    path: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Change:
    """One line of what a version changed. `kind` is a word such as added, fixed or security."""

    kind: str | None
    description: str


@dataclass(frozen=True, slots=True)
class ChartContents:
    """No text here holds a NUL or a lone surrogate. Text is None where the chart has no such file.

    `readme_plain`: the README is plain text, no Markdown. `values_schema` is the text as it is, be it JSON or not.
    `files` is in the order of the archive and holds those of sub-charts too. `images` are references that values.yaml
    and annotations name.
    """

    metadata: ChartMetadata
    chart_yaml: str
    readme_markdown: str | None
    readme_plain: bool
    values_yaml: str | None
    values_schema: str | None
    notes: str | None
    files: tuple[ChartFile, ...]
    images: tuple[str, ...]
    changes: tuple[Change, ...]
