"""The part of a values.yaml that can name images: a tenth to a half of it, found by words and line beginnings."""

import re
from collections.abc import Iterator

# A section is a key with all that is nested in it: what was open before it and as deep ends there.
_SECTION = re.compile(r"\n[\w./-]++:$", re.MULTILINE | re.ASCII)
_INNER_SECTION = re.compile(r"\n  [\w./-]++:$", re.MULTILINE | re.ASCII)
# Without one of these keys there is no image in it.
_IMAGE_KEY, _REPOSITORY_KEY = re.compile(r"mage[\"']?\s*:"), re.compile(r"repository[\"']?\s*:")
# Lines in it that may be about an image which stands elsewhere: fields beside the section's own key, and for an inner
# section whatever is less deep. (The word of a third kind is looked for without an expression.)
_BESIDE = re.compile(r"""\n["']?(?:registry|tag|digest|sha|name)\b""")
_BESIDE_INNER = re.compile(r"""\n(?: ?[^ \n#]|  (?:- |["']?(?:registry|tag|digest|sha|name)\b))""")
_BESIDE_WORD = "mageTag"


def image_sections(text: str) -> str:
    """What of the text can name an image, in order: scanned line by line it gives the images of all of it.

    Its lines end with a line feed, and one stands before the first.
    """
    if not _names_image(text):
        return ""
    first, *sections = _cut("\n" + text.replace("\r\n", "\n"), _SECTION)
    told = [first]
    for section in sections:
        if _names_image(section):
            first, *inner_sections = _cut(section, _INNER_SECTION)
            told.append(first)
            told += [each for each in inner_sections if _names_image(each) or _has(_BESIDE_INNER, each)]
        elif _has(_BESIDE, section):
            told.append(section)
    return "".join(told)


def _has(beside: re.Pattern[str], section: str) -> bool:
    return _BESIDE_WORD in section or beside.search(section) is not None


def _cut(text: str, beginning: re.Pattern[str]) -> Iterator[str]:
    """What stands before the first section, and each of them."""
    begins_at = 0
    for found in beginning.finditer(text):
        yield text[begins_at : found.start()]
        begins_at = found.start()
    yield text[begins_at:]


def _names_image(text: str) -> bool:
    """Looks for plain words first, which costs a tenth."""
    return ("mage" in text and _IMAGE_KEY.search(text) is not None) or (
        "repository" in text and _REPOSITORY_KEY.search(text) is not None
    )
