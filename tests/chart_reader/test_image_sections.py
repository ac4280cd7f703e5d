"""Passing over what names no image loses and invents none."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.chart_reader.image_sections import image_sections
from app.chart_reader.images import images_in_lines

KEYS = ("image:", "sidecarImage:", "repository:", "registry:", "tag:", "name:", "sha:", "imageTag:", "foo:", '"image":')
VALUES = ("", "", "", " a/b", " c:1", ' "2"', " # said", " |", " {repository: d/e, tag: 3}", " &f", " g")
LINES = st.one_of(
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(("", "", " ", "  ", "  ", "   ", "    ")),
        st.sampled_from(("", "", "", "- ", "- - ")),
        st.sampled_from(KEYS),
        st.sampled_from(VALUES),
    ),
    st.sampled_from(("", "# image: h:1", "  text", "plain", "foo: bar", "  foo: bar")),
)


@example(["image: a/b", "foo:", "tag: 2"])
@example(["sidecarImage: a/b", "foo:", "sidecarImageTag: 2"])
@example(["foo:", "  image: a/b", "  bar:", "    b: c", "  tag: 2"])
@example(["foo:", "  image: a/b", "  bar:", " tag: 2", "  baz:", "    image: c/d"])
@settings(max_examples=300)
@given(st.lists(LINES, min_size=1, max_size=16))
def test_sections_name_the_images_of_the_whole_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    for app_version in ("", "9"):
        of_sections = list(images_in_lines(image_sections(text), app_version))
        assert of_sections == list(images_in_lines(f"\n{text}", app_version))


def test_sections_without_images_are_left_out() -> None:
    text = "a:\n  b: 1\nc:\n  d:\n    e: f\n  image: g:1\n  h:\n    i: j\nk:\n  l: m\r\n"
    assert image_sections(text) == "\nc:\n  d:\n    e: f\n  image: g:1"
    assert image_sections(text.replace("image: g:1", "g: h")) == ""
