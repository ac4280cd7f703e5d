"""Container images that a chart names, found line by line.

A scanner and no parser: it runs for every version a sync brings, where parsing values.yaml would cost as much as
all the rest of the reading. It follows indentation, passes over block texts, and knows how charts write images:
`image: nginx:1.27`, `sidecarImage: …`, `image: {registry, repository, tag, digest}`, in lists too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.chart_reader.image_sections import image_sections
from app.chart_reader.limits import ReadingLimits

IMAGES_ANNOTATION = "artifacthub.io/images"
# Values of the largest charts have 300 KiB.
_SCANNED_MAX_CHARACTERS = 1024 * 1024
_REFERENCE_MAX_CHARACTERS = 400

# Lines that set a key which can be about an image, begin something nested or a list item, or a block text. All
# others are passed over without leaving the regular expression; possessive, so that they are given up at once. The
# line end before the line is what the engine finds fast: `^` would be tried at each character.
_KEY_LINE = re.compile(
    r"""\n(\ *+)
        (?=-\ |["']?(?:registry|repository|tag|digest|sha|name|[\w-]*?mage(?:Tag)?+)["']?\ *+:
          |["']?[\w./-]++["']?\ *+:[ \t]*+(?:$|[#|>&!{]))
        ((?:-\ ++)*+)["']?([\w./-]++)["']?\ *+:(?:[ \t]++(.*+))?$""",
    re.MULTILINE | re.ASCII | re.VERBOSE,
)
_FLOW_PAIR = re.compile(r"[\"']?(\w+)[\"']?\s*:\s*(\"[^\"]*\"|'[^']*'|[^,{}]*)")
_BLOCK_TEXT = re.compile(r"(?:[&!]\S+ +)*[|>]")
_ANNOTATED = re.compile(r"^\s*(?:- +)?[\"']?image[\"']?:[ \t]*[\"']?([^\s\"']+)[\"']?\s*(?:#.*)?$", re.MULTILINE)

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:/[a-z0-9._/-]+)?")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}")
_DIGEST = re.compile(r"sha(?:256|512):[0-9a-f]{64,128}")
# Source: distribution/reference, regexp.go; a name of its own needs a letter, `true` and `8080` are none.
_REFERENCE = re.compile(
    r"(?=[^@:]*[a-z])[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5}(?=/))?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha(?:256|512):[0-9a-f]{64,128})?"
)
_NO_IMAGE = re.compile(r"(?i)true|false|null|none|yes|no|.*\.(?:png|jpe?g|svg|gif|ico|webp)")
# Where the fields of a chart's own `image:` stand.
_TOP_LEVEL_MAX_COLUMN = 4
_FIELDS = frozenset(("registry", "repository", "tag", "digest", "sha", "image", "name", "imageTag"))


@dataclass(slots=True)
class _Mapping:
    """A mapping whose end is still to come, as far as it can be about an image."""

    column: int
    name: str
    fields: dict[str, str] = field(default_factory=dict)


def images_of(
    values_yaml: str | None, annotations: dict[str, str], app_version: str | None, limits: ReadingLimits
) -> tuple[str, ...]:
    """References as they would be pulled, each once, those of the annotation first.

    An image without a tag of its own gets `app_version`, as templates do, where its mapping has an empty `tag`,
    or is the chart's own `image`.
    """
    found: dict[str, None] = {}
    for annotated in _ANNOTATED.finditer(annotations.get(IMAGES_ANNOTATION, "")):
        if _is_reference(annotated[1]):
            found[annotated[1]] = None
    text = image_sections((values_yaml or "")[:_SCANNED_MAX_CHARACTERS])
    for image in images_in_lines(text, app_version or ""):
        found[image] = None
        if len(found) >= limits.images_max_count:
            break
    return tuple(found)[: limits.images_max_count]


def images_in_lines(text: str, app_version: str) -> Iterator[str]:
    """`text` has no carriage returns, and a line end before its first line."""
    opened: list[_Mapping] = []
    block_column: int | None = None
    name = ""
    for line in _KEY_LINE.finditer(text):
        indent, dashes, key, value = line.groups()
        column = len(indent)
        if block_column is not None:
            if column > block_column:
                continue
            block_column = None
        if dashes:
            column += len(dashes)
        while opened and (opened[-1].column > column or (dashes and opened[-1].column == column)):
            yield from _images_in(opened.pop(), app_version)
        if not opened or opened[-1].column < column:
            opened.append(_Mapping(column, name))
        if not value:
            name = key
            if key in _FIELDS:
                opened[-1].fields[key] = ""
            continue
        if value[0] in "|>&!" and _BLOCK_TEXT.match(value):
            block_column = len(indent)
        elif key in _FIELDS or key.endswith(("mage", "mageTag")):
            if value[0] == "{":
                fields = {pair: _scalar(given) for pair, given in _FLOW_PAIR.findall(value)}
                yield from _images_in(_Mapping(column + 1, key, fields), app_version)
            else:
                scalar = opened[-1].fields[key] = _scalar(value)
                name = name if scalar else key  # an anchor may stand before a mapping
    while opened:
        yield from _images_in(opened.pop(), app_version)


def _scalar(value: str) -> str:
    """Without quotes, anchor and comment; empty for null and for what only templates know."""
    value = value.strip()
    if value[:1] == "&":
        value = value.partition(" ")[2].lstrip()
    if value[:1] in ('"', "'"):
        value = value[1:].partition(value[0])[0]
    else:
        value = "" if value[:1] == "#" else value.partition(" #")[0].rstrip()
    return "" if value in ("null", "~") or value[:1] == "*" or "{{" in value else value


def _images_in(mapping: _Mapping, app_version: str) -> Iterator[str]:
    fields = mapping.fields
    if not fields:
        return
    about_image = mapping.name.endswith("mage")
    repository = fields.get("repository") or (about_image and (fields.get("image") or fields.get("name"))) or ""
    if repository and (about_image or "tag" in fields or "digest" in fields or "sha" in fields):
        own = mapping.name == "image" and mapping.column <= _TOP_LEVEL_MAX_COLUMN
        default = app_version if own or fields.get("tag") == "" else ""
        yield from _composed(fields, repository, fields.get("tag") or default)
    if about_image:
        return
    for key, value in fields.items():
        if key.endswith("mage") and value and _is_reference(value):
            tag = fields.get(f"{key}Tag") or (fields.get("tag") if key == "image" else None)
            tagged = ":" in value.rpartition("/")[2] or "@" in value
            yield value if tagged or not tag or not _TAG.fullmatch(tag) else f"{value}:{tag}"


def _composed(fields: dict[str, str], repository: str, tag: str) -> Iterator[str]:
    registry = fields.get("registry", "").rstrip("/")
    digest = fields.get("digest") or fields.get("sha") or ""
    image = repository
    if registry and _HOST.fullmatch(registry) and not repository.startswith(f"{registry}/"):
        image = f"{registry}/{repository}"
    if digest and not digest.startswith("sha"):
        digest = f"sha256:{digest}"
    tagged = ":" in image.rpartition("/")[2] or "@" in image
    if tag and _TAG.fullmatch(tag) and not tagged:
        image = f"{image}:{tag.replace('+', '_')}"
    if _DIGEST.fullmatch(digest) and "@" not in image:
        image = f"{image}@{digest}"
    if _is_reference(image):
        yield image


def _is_reference(text: str) -> bool:
    return (
        len(text) <= _REFERENCE_MAX_CHARACTERS
        and _REFERENCE.fullmatch(text) is not None
        and _NO_IMAGE.fullmatch(text) is None
    )
