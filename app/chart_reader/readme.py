"""README: Markdown into HTML that may be put into a page."""

import comrak
import nh3

from app.chart_reader.limits import ReadingLimits
from app.chart_reader.plain_text import preformatted

_TAG_NAMES = """
a abbr b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p pre q s
samp small span strong sub summary sup table tbody td tfoot th thead tr tt ul var
"""
_TAG_NAMES_DROPPED_WITH_CONTENT = "iframe math noscript script style svg template textarea title"
# No id, name or style: they reach into the page that shows the README; class only as fences of code set it.
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "code": {"class"},
    "details": {"open"},
    "div": {"align"},
    "h1": {"align"},
    "h2": {"align"},
    "h3": {"align"},
    "img": {"src", "alt", "title", "width", "height", "align"},
    "ol": {"start"},
    "p": {"align"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan"},
}
# Without `data:`, which carries documents; relative addresses have no scheme and stay.
_URL_SCHEMES = {"http", "https", "mailto"}
_LANGUAGE_MAX_CHARACTERS = 40

_EXTENSIONS = comrak.ExtensionOptions()
_EXTENSIONS.table = _EXTENSIONS.autolink = _EXTENSIONS.strikethrough = _EXTENSIONS.tasklist = True
# Raw HTML passes the renderer, for READMEs are full of <details>; the cleaner decides what of it stays.
_RENDERING = comrak.RenderOptions()
_RENDERING.unsafe_ = True
# No form element is let through, so that a README cannot ask for a password.
_CHECKBOXES = {
    '<input type="checkbox" disabled="" />': "☐",
    '<input type="checkbox" checked="" disabled="" />': "☑",
}


def render_markdown(text: str, limits: ReadingLimits) -> str:
    """Sanitised HTML of a README as GitHub renders it: tables, task lists, strike-through, bare links.

    One that is too long to render in a moment, or grows out of bounds when rendered, comes as preformatted text.
    """
    if len(text) > limits.readme_rendered_max_bytes:
        return preformatted(text)
    rendered = comrak.render_markdown(text, extension_options=_EXTENSIONS, render_options=_RENDERING)
    for checkbox, sign in _CHECKBOXES.items():
        rendered = rendered.replace(checkbox, sign)
    if len(rendered) > limits.readme_html_max_bytes:
        return preformatted(text)
    return _CLEANER.clean(rendered)


def _keep_attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute != "class":
        return value
    language = value.removeprefix("language-")
    plain = language.replace("-", "").replace("+", "").isalnum() and len(language) <= _LANGUAGE_MAX_CHARACTERS
    return value if plain and value.startswith("language-") else None


_CLEANER = nh3.Cleaner(
    tags=set(_TAG_NAMES.split()),
    attributes=_ATTRIBUTES,
    url_schemes=_URL_SCHEMES,
    clean_content_tags=set(_TAG_NAMES_DROPPED_WITH_CONTENT.split()),
    attribute_filter=_keep_attribute,
    link_rel="nofollow noopener",
    strip_comments=True,
)
