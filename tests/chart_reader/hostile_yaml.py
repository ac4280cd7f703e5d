"""Archives whose Chart.yaml or requirements.yaml is hostile or odd."""

from tests.chart_reader.hostile_kind import (
    CHART_YAML,
    HostileArchive,
    chart_of,
    later,
    refused,
    stored,
    with_lines,
)
from tests.chart_reader.packing import helm_gzip, tar_of

BILLION_LAUGHS = "a: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10)
)


def _field(name: str, lines: str, code: str = "MALFORMED_CHART", says: str = "") -> HostileArchive:
    return refused(f"chart-yaml-{name}", later(with_lines, lines), code, says)


def _whole(name: str, text: str | bytes, code: str = "MALFORMED_CHART", says: str = "") -> HostileArchive:
    return refused(f"chart-yaml-{name}", later(chart_of, text), code, says)


def _named(label: str, name: str) -> HostileArchive:
    return _whole(f"name-{label}", f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n", says="name")


def _versioned(label: str, version: str) -> HostileArchive:
    return _whole(f"version-{label}", f"apiVersion: v2\nname: hostile\nversion: {version}\n", says="version")


YAML_KINDS: list[HostileArchive] = [
    refused("chart-yaml-missing", lambda: helm_gzip(tar_of({"hostile/values.yaml": "a: 1\n"})), says="Chart.yaml"),
    refused("chart-yaml-in-sub-directory-only", lambda: helm_gzip(tar_of({"a/b/Chart.yaml": CHART_YAML}))),
    refused("chart-yaml-of-other-case", lambda: helm_gzip(tar_of({"hostile/chart.yaml": CHART_YAML}))),
    _whole("empty", ""),
    _whole("comment-only", "# nothing\n"),
    _whole("a-list", "- a\n- b\n"),
    _whole("a-scalar", "just text"),
    _whole("json-cut-off", '{"name": "hostile", '),
    stored("chart-yaml-as-json", lambda: chart_of('{"apiVersion": "v2", "name": "hostile", "version": "1.0.0"}')),
    _whole("binary", bytes(range(256))),
    _whole("utf-16", CHART_YAML.encode("utf-16")),
    _whole("latin-1", CHART_YAML.encode() + "description: größe\n".encode("latin-1")),
    _whole("nul-byte", CHART_YAML.encode() + b"description: a\0b\n"),
    _whole("raw-control-character", CHART_YAML.encode() + b"description: a\x07b\n"),
    _whole("raw-surrogate", CHART_YAML.encode() + b"description: \xed\xa0\x80\n"),
    _field("tab-indent", "maintainers:\n\t- name: a"),
    _field("unclosed-quote", 'description: "abc'),
    _field("unclosed-flow", "keywords: [a, b"),
    _field("unknown-escape", r'description: "\z"'),
    _field("escaped-surrogate", r'description: "\ud800"'),
    _field("over-bound", "description: " + "x" * 300_000, "TOO_LARGE", says="Chart.yaml"),
    _field("flow-depth-65", "x: " + "[" * 65 + "]" * 65, "TOO_LARGE", says="nested"),
    _field("flow-depth-100000", "x: " + "[" * 100_000, "TOO_LARGE"),
    _field("flow-map-depth-50000", "x: " + "{a: " * 50_000, "TOO_LARGE"),
    _field("block-depth-50000", "x:\n  " + "- " * 50_000 + "a", "TOO_LARGE"),
    _field("question-depth-50000", "x:\n  " + "? " * 50_000 + "a", "TOO_LARGE"),
    _field("indented-depth-300", "x:\n" + "".join(" " * i + "a:\n" for i in range(1, 300)), "TOO_LARGE"),
    _field("20001-nodes", "keywords: [" + "a," * 20_001 + "]", "TOO_LARGE", says="nodes"),
    _field("20001-keys", "".join(f"k{i}: 1\n" for i in range(10_001)), "TOO_LARGE"),
    _field("billion-laughs", BILLION_LAUGHS, "TOO_LARGE", says="nodes"),
    _field("alias-of-itself", "x: &a [*a]", says="alias"),
    _field("alias-unknown", "x: *nothing"),
    _field("merge-key", "x: &a {b: 1}\ny:\n  <<: *a", "UNSUPPORTED_CHART", says="merge"),
    _field("merge-bomb", "x: &a {b: 1}\ny: {<<: [" + "*a," * 5000 + "]}", "UNSUPPORTED_CHART"),
    _field("python-tag", "x: !!python/object/apply:os.system [id]", "UNSUPPORTED_CHART", says="tag"),
    _field("python-name-tag", "x: !!python/name:os.system ''", "UNSUPPORTED_CHART"),
    _field("own-tag", "x: !Secret abc", "UNSUPPORTED_CHART"),
    _field("binary-tag", "description: !!binary aGVsbG8=", "UNSUPPORTED_CHART"),
    _field("set-tag", "x: !!set {a, b}", "UNSUPPORTED_CHART"),
    _field("duplicate-key", "name: other", says="twice"),
    _field("duplicate-nested-key", "annotations: {a: x, a: y}"),
    _field("key-of-other-case", "Name: other", says="case"),
    _field("list-as-key", "? [a, b]\n: c"),
    _field("two-documents", "---\nname: other", says="document"),
    _field("yaml-directive", "%YAML 9.9\n---\na: b"),
    _field("keywords-as-text", "keywords: a, b", says="keywords"),
    _field("keywords-of-mappings", "keywords: [{a: b}]"),
    _field("sources-as-mapping", "sources: {a: b}"),
    _field("maintainers-as-text", "maintainers: me"),
    _field("maintainers-null-entry", "maintainers: [null]"),
    _field("annotations-as-list", "annotations: [a]"),
    _field("annotation-nested", "annotations: {a: {b: c}}"),
    _field("description-as-list", "description: [a]"),
    _field("deprecated-as-list", "deprecated: [true]"),
    _field("deprecated-maybe", "deprecated: maybe"),
    _field("type-unknown", "type: operator", says="application or library"),
    _field("dependencies-as-text", "dependencies: redis"),
    _field("dependency-as-text", "dependencies: [redis]"),
    _field("dependency-without-name", "dependencies: [{version: 1.x}]", says="dependency"),
    _field("dependency-name-traversal", "dependencies: [{name: ../redis}]"),
    _field("dependency-name-backslash", r"dependencies: [{name: 'a\b'}]"),
    _field("dependency-name-override", r'dependencies: [{name: "a\u202eb"}]'),
    _field("dependency-alias-slash", "dependencies: [{name: redis, alias: a/b}]", says="alias"),
    _field("dependency-twice", "dependencies: [{name: redis}, {name: redis}]", says="redis"),
    _field("dependency-alias-twice", "dependencies: [{name: a, alias: x}, {name: b, alias: x}]"),
    _whole("api-version-3", "apiVersion: v3\nname: hostile\nversion: 1.0.0\n", "UNSUPPORTED_CHART", says="v3"),
    _whole("api-version-list", "apiVersion: [v2]\nname: hostile\nversion: 1.0.0\n"),
    _whole("without-name", "apiVersion: v2\nversion: 1.0.0\n", says="name is missing"),
    _whole("without-version", "apiVersion: v2\nname: hostile\n", says="version is missing"),
    _named("traversal", "../evil"),
    _named("slash", "a/b"),
    _named("backslash", r"'a\b'"),
    _named("dot", "."),
    _named("dot-dot", ".."),
    _named("null", "null"),
    _named("blank", "' '"),
    _named("mapping", "{a: b}"),
    _named("nul-escape", r'"a\0b"'),
    _named("newline", r'"a\nb"'),
    _named("override", r'"a\u202eb"'),
    _named("zero-width", r'"a\u200bb"'),
    _named("251-characters", "n" * 251),
    _versioned("word", "latest"),
    _versioned("empty", "''"),
    _versioned("list", "[1]"),
    _versioned("four-parts", "1.2.3.4"),
    _versioned("newline", r'"1.2.3\n"'),
    _versioned("markup", "'1.2.3-<b>'"),
    _versioned("unicode-digits", "١.٢.٣"),
    _versioned("endless", "1.2.3-" + "a" * 300),
    refused(
        "requirements-billion-laughs",
        lambda: chart_of("name: hostile\nversion: 1.0.0\n", {"requirements.yaml": BILLION_LAUGHS}),
        "TOO_LARGE",
        says="requirements.yaml",
    ),
    refused(
        "requirements-as-list",
        lambda: chart_of("apiVersion: v1\nname: hostile\nversion: 1.0.0\n", {"requirements.yaml": "- name: a\n"}),
        says="requirements.yaml",
    ),
    stored(
        "chart-yaml-byte-order-mark",
        lambda: chart_of(b"\xef\xbb\xbf" + CHART_YAML.encode()),
        lambda c: c.chart_yaml == CHART_YAML,
    ),
    stored("chart-yaml-crlf", lambda: chart_of(CHART_YAML.replace("\n", "\r\n"))),
    stored("chart-yaml-flow-depth-60", later(with_lines, "x: " + "[" * 60 + "]" * 60)),
    stored("chart-yaml-unknown-keys", later(with_lines, "engine: gotpl\ntillerVersion: '>2'")),
    stored(
        "chart-yaml-numbers-stay-text",
        lambda: chart_of("apiVersion: v2\nname: hostile\nversion: 1.10\nappVersion: 1.10\n"),
        lambda c: (c.metadata.version, c.metadata.app_version) == ("1.10", "1.10"),
    ),
    stored(
        "chart-yaml-date-stays-text",
        later(with_lines, "appVersion: 2026-11-23"),
        lambda c: c.metadata.app_version == "2026-11-23",
    ),
    stored(
        "chart-yaml-without-api-version",
        lambda: chart_of("name: hostile\nversion: v1.0\n"),
        lambda c: (c.metadata.api_version, c.metadata.version) == ("v1", "v1.0"),
    ),
    stored(
        "chart-yaml-text-tag",
        later(with_lines, "appVersion: !!str 7"),
        lambda c: c.metadata.app_version == "7",
    ),
    stored(
        "chart-yaml-alias-within-bound",
        later(with_lines, "home: &h https://a.example\nsources: [*h, *h]"),
        lambda c: c.metadata.sources == ("https://a.example",) * 2,
    ),
    stored(
        "chart-yaml-nul-escape-in-description",
        later(with_lines, r'description: "a\0b\u202ec\nd"'),
        lambda c: c.metadata.description == "abc d",
    ),
    stored(
        "chart-yaml-nul-escape-in-annotation",
        later(with_lines, 'annotations: {"k\\0": "a\\0b\\u2066\\n\\tc"}'),
        lambda c: c.metadata.annotations == {"k": "ab\n\tc"},
    ),
    stored(
        "chart-yaml-overrides-in-keywords-and-maintainers",
        later(with_lines, 'keywords: ["\\u202ea"]\nmaintainers: [{name: "b\\u2067\\e"}]'),
        lambda c: c.metadata.keywords == ("a",) and c.metadata.maintainers[0].name == "b",
    ),
    stored(
        "chart-yaml-nulls",
        later(with_lines, "description: null\nkeywords: ~\nmaintainers:\nicon: ''"),
        lambda c: c.metadata.description is None and c.metadata.icon is None and c.metadata.keywords == (),
    ),
    stored(
        "chart-yaml-javascript-home",
        later(with_lines, "home: javascript:alert(1)"),
        lambda c: c.metadata.home is None,
    ),
]
