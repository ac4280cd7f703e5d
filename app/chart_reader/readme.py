"""README: Markdown into HTML that may be put into a page."""

import html
from collections.abc import MutableMapping, Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from app.chart_reader.limits import ReadingLimits

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


def render_readme(text: str, markdown: bool, limits: ReadingLimits) -> str:
    """Sanitised HTML of a README: tables and strike-through as on GitHub, links with rel="nofollow noopener".

    A README that is no Markdown, is too long to render in a moment, or grows out of bounds when rendered,
    comes as preformatted text.
    """
    if not markdown or len(text) > limits.readme_rendered_max_bytes:
        return _preformatted(text)
    rendered = _MARKDOWN.render(text)
    if len(rendered) > limits.readme_html_max_bytes:
        return _preformatted(text)
    return _CLEANER.clean(rendered)


def _preformatted(text: str) -> str:
    return f"<pre>{html.escape(text)}</pre>"


def _align_cell(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: MutableMapping[str, Any]
) -> str:
    """A cell's alignment as an attribute: markdown-it writes a style, and styles are not let through."""
    token = tokens[index]
    style = token.attrs.pop("style", None)
    if isinstance(style, str):
        token.attrSet("align", style.removeprefix("text-align:"))
    return renderer.renderToken(tokens, index, options, env)


def _keep_attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute != "class":
        return value
    language = value.removeprefix("language-")
    plain = language.replace("-", "").replace("+", "").isalnum() and len(language) <= _LANGUAGE_MAX_CHARACTERS
    return value if plain and value.startswith("language-") else None


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    markdown.add_render_rule("th_open", _align_cell)
    markdown.add_render_rule("td_open", _align_cell)
    return markdown


_MARKDOWN = _markdown()
_CLEANER = nh3.Cleaner(
    tags=set(_TAG_NAMES.split()),
    attributes=_ATTRIBUTES,
    url_schemes=_URL_SCHEMES,
    clean_content_tags=set(_TAG_NAMES_DROPPED_WITH_CONTENT.split()),
    attribute_filter=_keep_attribute,
    link_rel="nofollow noopener",
    strip_comments=True,
)
