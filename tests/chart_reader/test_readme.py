"""README as HTML: what people write stays, what runs goes."""

import resource
import sys

import pytest

from app.chart_reader.limits import ReadingLimits
from app.chart_reader.readme import render_markdown

LIMITS = ReadingLimits()


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("| a | b |\n|:-:|--:|\n| 1 | 2 |", '<td align="center">1</td>'),
        ("~~old~~", "<del>old</del>"),
        ("- [ ] todo\n- [x] done", "<li>☐ todo</li>\n<li>☑ done</li>"),
        ("https://a.example/b", '<a href="https://a.example/b" rel="nofollow noopener">https://a.example/b</a>'),
        ("```yaml\na: 1\n```", '<pre><code class="language-yaml">a: 1\n</code></pre>'),
        ("<details><summary>More</summary>\n\n*text*\n\n</details>", "<details><summary>More</summary>"),
        ('<p align="center"><img src="https://a.example/i.png" width="200"></p>', 'width="200"'),
        ("![logo](docs/logo.png)", '<img src="docs/logo.png" alt="logo">'),
        ("![logo](http://a.example/logo.png)", '<img src="http://a.example/logo.png" alt="logo">'),
        ("[a](https://a.example/?b=c&d)", '<a href="https://a.example/?b=c&amp;d" rel="nofollow noopener">a</a>'),
        ("[values](values.yaml)", '<a href="values.yaml" rel="nofollow noopener">values</a>'),
        ("<div>\n\n# Title\n\n</div>", "<h1>Title</h1>"),
    ],
)
def test_what_people_write_is_kept(markdown: str, html: str) -> None:
    assert html in render_markdown(markdown, LIMITS)


def test_readme_too_long_to_render_is_shown_as_text() -> None:
    limits = ReadingLimits(readme_rendered_max_bytes=10)
    assert render_markdown("# <b>Long</b> title", limits) == "<pre># &lt;b&gt;Long&lt;/b&gt; title</pre>"


def test_readme_that_grows_out_of_bounds_is_shown_as_text() -> None:
    limits = ReadingLimits(readme_html_max_bytes=50)
    assert render_markdown("- a\n" * 10, limits).startswith("<pre>- a\n")


def test_rendering_gives_back_the_memory_it_took() -> None:
    text = "# One\n\n| a | b |\n|---|---|\n" + "| [x](https://example.com) | `y` |\n" * 500
    render_markdown(text, LIMITS)
    before = peak_bytes()
    for _ in range(200):
        render_markdown(text, LIMITS)
    assert peak_bytes() - before < 8 * 1024 * 1024


def peak_bytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
