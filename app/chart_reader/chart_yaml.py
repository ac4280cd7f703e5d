"""Chart.yaml and requirements.yaml into metadata that Helm would accept.

Source: Helm, pkg/chart/v2/metadata.go, dependency.go and loader/load.go. Stricter than Helm in this: keys
given twice are refused, and so are names that Helm would clean.
"""

import re
from typing import Literal

from app.chart_reader.contents import ChartMetadata, Dependency, Maintainer
from app.chart_reader.errors import MalformedChart, UnsupportedChart
from app.chart_reader.limits import ReadingLimits
from app.chart_reader.plain_text import block_text, short_text
from app.chart_reader.yaml_scan import YamlNode, scan_yaml
from app.domain.semver import InvalidVersion, Version

CHART_YAML = "Chart.yaml"
REQUIREMENTS_YAML = "requirements.yaml"

# Helm, pkg/chart/v2/chart.go, aliasNameFormat.
_ALIAS = re.compile(r"[a-zA-Z0-9_-]+")
_ACTIVE_URL = re.compile(r"\s*(javascript|vbscript|data)\s*:", re.IGNORECASE)
# Some charts carry their icon like this; an image of a page runs nothing.
_IMAGE_URL = re.compile(r"data:image/[a-z.+-]+[;,]", re.IGNORECASE)
_TRUE = frozenset(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"))
_FALSE = frozenset(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"))

Mapping = dict[str, YamlNode]


def parse_chart_yaml(chart_yaml: str, requirements_yaml: str | None, limits: ReadingLimits) -> ChartMetadata:
    """Raises ArchiveTooLarge, MalformedChart, UnsupportedChart."""
    fields = _mapping(scan_yaml(chart_yaml, CHART_YAML, limits), CHART_YAML)
    _check_no_keys_differ_in_case_only(fields)
    api_version = _api_version(fields)
    dependencies = _dependencies(fields, CHART_YAML, limits)
    if api_version == "v1" and requirements_yaml is not None:
        requirements = scan_yaml(requirements_yaml, REQUIREMENTS_YAML, limits)
        if requirements is not None:
            listed = _dependencies(_mapping(requirements, REQUIREMENTS_YAML), REQUIREMENTS_YAML, limits)
            dependencies = listed or dependencies
    return ChartMetadata(
        api_version=api_version,
        name=_checked_name(_text(fields, "name", CHART_YAML), "the chart's name", CHART_YAML, limits),
        version=_version(fields, limits),
        app_version=_short(fields, "appVersion"),
        type=_type(fields),
        kube_version=_short(fields, "kubeVersion"),
        description=_short(fields, "description"),
        home=_url(_short(fields, "home")),
        icon=_url(_short(fields, "icon")),
        sources=tuple(source for source in _texts(fields, "sources") if _url(source)),
        keywords=_texts(fields, "keywords"),
        maintainers=_maintainers(fields),
        annotations=_annotations(fields),
        dependencies=dependencies,
        deprecated=_deprecated(fields),
    )


def _mapping(node: YamlNode, path: str) -> Mapping:
    if not isinstance(node, dict):
        raise MalformedChart("it is no YAML mapping", path)
    return node


def _check_no_keys_differ_in_case_only(fields: Mapping) -> None:
    """Go's JSON decoder, and so Helm, takes `Name` for `name`: a second one would be a second meaning."""
    if len({key.lower() for key in fields}) != len(fields):
        raise MalformedChart("it holds keys that differ in case only", CHART_YAML)


def _text(fields: Mapping, key: str, path: str) -> str | None:
    """The text as written; None where it is missing, null or empty, as Helm does not tell these apart."""
    node = fields.get(key)
    if node is not None and not isinstance(node, str):
        raise MalformedChart(f"{key} is no text", path)
    return node or None


def _short(fields: Mapping, key: str, path: str = CHART_YAML) -> str | None:
    text = _text(fields, key, path)
    return None if text is None else short_text(text) or None


def _url(text: str | None) -> str | None:
    """None for an address that runs code or is a document of its own: clients make links of these."""
    return None if text is None or (_ACTIVE_URL.match(text) and not _IMAGE_URL.match(text)) else text


def _list(fields: Mapping, key: str, path: str) -> list[YamlNode]:
    node = fields.get(key)
    if node is None:
        return []
    if not isinstance(node, list):
        raise MalformedChart(f"{key} is no list", path)
    return node


def _texts(fields: Mapping, key: str) -> tuple[str, ...]:
    texts: list[str] = []
    for node in _list(fields, key, CHART_YAML):
        if node is not None and not isinstance(node, str):
            raise MalformedChart(f"{key} holds something other than text", CHART_YAML)
        if node and (text := short_text(node)):
            texts.append(text)
    return tuple(texts)


def _api_version(fields: Mapping) -> Literal["v1", "v2"]:
    # Helm 2 charts had none; Helm takes them for v1.
    text = _text(fields, "apiVersion", CHART_YAML) or "v1"
    if text == "v1":
        return "v1"
    if text == "v2":
        return "v2"
    raise UnsupportedChart(f"apiVersion is {text}; v1 and v2 are read", CHART_YAML)


def _type(fields: Mapping) -> Literal["application", "library"]:
    text = _text(fields, "type", CHART_YAML) or "application"
    if text == "application":
        return "application"
    if text == "library":
        return "library"
    raise MalformedChart(f"type is {text}; it must be application or library", CHART_YAML)


def _checked_name(text: str | None, what: str, path: str, limits: ReadingLimits) -> str:
    """Identity is refused, not cleaned: a cleaned name would be that of another chart."""
    if text is None:
        raise MalformedChart(f"{what} is missing", path)
    if len(text) > limits.name_max_characters:
        raise MalformedChart(f"{what} is longer than {limits.name_max_characters} characters", path)
    if not text.isprintable():
        raise MalformedChart(f"{what} holds control or bidirectional characters", path)
    if text in (".", "..") or "/" in text or "\\" in text or not text.strip():
        raise MalformedChart(f"{what}, {text}, is no plain name", path)
    return text


def _version(fields: Mapping, limits: ReadingLimits) -> str:
    text = _text(fields, "version", CHART_YAML)
    if text is None:
        raise MalformedChart("the chart's version is missing", CHART_YAML)
    if len(text) > limits.version_max_characters:
        raise MalformedChart(
            f"the chart's version is longer than {limits.version_max_characters} characters", CHART_YAML
        )
    try:
        Version.parse(text)
    except InvalidVersion as error:
        raise MalformedChart(f"the chart's version, {text}, is no semantic version", CHART_YAML) from error
    return text


def _deprecated(fields: Mapping) -> bool:
    text = _text(fields, "deprecated", CHART_YAML)
    if text is None or text in _FALSE:
        return False
    if text in _TRUE:
        return True
    raise MalformedChart(f"deprecated is {text}; it must be true or false", CHART_YAML)


def _maintainers(fields: Mapping) -> tuple[Maintainer, ...]:
    maintainers: list[Maintainer] = []
    for node in _list(fields, "maintainers", CHART_YAML):
        if not isinstance(node, dict):
            raise MalformedChart("maintainers holds something other than a mapping", CHART_YAML)
        email, url = _short(node, "email"), _url(_short(node, "url"))
        name = _short(node, "name") or email or url
        if name is not None:
            maintainers.append(Maintainer(name, email, url))
    return tuple(maintainers)


def _annotations(fields: Mapping) -> dict[str, str]:
    node = fields.get("annotations")
    if node is None:
        return {}
    annotations: dict[str, str] = {}
    for key, value in _mapping(node, CHART_YAML).items():
        if value is not None and not isinstance(value, str):
            raise MalformedChart(f"the annotation {key} is no text", CHART_YAML)
        annotations[short_text(key)] = block_text(value or "")
    return annotations


def _dependencies(fields: Mapping, path: str, limits: ReadingLimits) -> tuple[Dependency, ...]:
    dependencies: dict[str, Dependency] = {}
    for node in _list(fields, "dependencies", path):
        if not isinstance(node, dict):
            raise MalformedChart("dependencies holds something other than a mapping", path)
        dependency = _dependency(node, path, limits)
        key = dependency.alias or dependency.name
        if key in dependencies:
            raise MalformedChart(f"more than one dependency has the name or alias {key}", path)
        dependencies[key] = dependency
    return tuple(dependencies.values())


def _dependency(node: Mapping, path: str, limits: ReadingLimits) -> Dependency:
    name = _checked_name(_text(node, "name", path), "a dependency's name", path, limits)
    alias = _text(node, "alias", path)
    if alias is not None and not _ALIAS.fullmatch(alias):
        raise MalformedChart(f"the alias {alias} of the dependency {name} has characters Helm refuses", path)
    return Dependency(
        name=name,
        version=_short(node, "version", path),
        repository=_short(node, "repository", path),
        alias=alias,
        condition=_short(node, "condition", path),
    )
