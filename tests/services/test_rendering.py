"""READMEs are rendered when they are shown: once for all who look."""

import asyncio

import pytest

from app.chart_reader.errors import ChartReadError, ReaderDied, ReaderOutOfMemory, ReadingTimedOut
from app.domain.errors import Unreadable
from app.services.rendering import KEPT_MAX_CHARACTERS, Rendering


class Renderer:
    """Counts what it is asked, and answers when it is let."""

    def __init__(self, failure: ChartReadError | None = None) -> None:
        self.asked: list[str] = []
        self.failure = failure
        self.let = asyncio.Event()
        self.let.set()

    async def render_markdown(self, text: str) -> str:
        self.asked.append(text)
        await self.let.wait()
        if self.failure is not None:
            raise self.failure
        return f"<p>{text}</p>"


async def test_readme_is_rendered_once_for_all_who_look_at_it() -> None:
    renderer = Renderer()
    renderer.let.clear()
    rendering = Rendering(renderer)
    looking = [asyncio.create_task(rendering.readme("sha256:1", "a", plain=False)) for _ in range(3)]
    await asyncio.sleep(0)
    renderer.let.set()
    assert await asyncio.gather(*looking) == ["<p>a</p>"] * 3
    assert await rendering.readme("sha256:1", "a", plain=False) == "<p>a</p>"
    assert await rendering.readme("sha256:2", "b", plain=False) == "<p>b</p>"
    assert renderer.asked == ["a", "b"]


async def test_plain_text_takes_no_reader() -> None:
    renderer = Renderer()
    assert await Rendering(renderer).readme("sha256:1", "<b> & c", plain=True) == "<pre>&lt;b&gt; &amp; c</pre>"
    assert renderer.asked == []


async def test_what_is_kept_is_bounded() -> None:
    renderer = Renderer()
    rendering = Rendering(renderer)
    long = "x" * (KEPT_MAX_CHARACTERS // 2)
    for digest in ("sha256:1", "sha256:2", "sha256:1"):
        await rendering.readme(digest, long, plain=False)
    assert len(renderer.asked) == 3


@pytest.mark.parametrize("failure", [ReadingTimedOut("it took too long"), ReaderOutOfMemory("it takes too much")])
async def test_readme_that_costs_too_much_is_shown_as_text_and_not_tried_again(failure: ChartReadError) -> None:
    renderer = Renderer(failure)
    rendering = Rendering(renderer)
    for _ in range(2):
        assert await rendering.readme("sha256:1", "<div>", plain=False) == "<pre>&lt;div&gt;</pre>"
    assert len(renderer.asked) == 1


async def test_more_readmes_that_cost_too_much_than_are_kept_are_tried_once_each() -> None:
    renderer = Renderer(ReadingTimedOut("it took too long"))
    rendering = Rendering(renderer)
    long = "x" * (KEPT_MAX_CHARACTERS // 2)
    for digest in 2 * ("sha256:1", "sha256:2", "sha256:3"):
        await rendering.readme(digest, long, plain=False)
    assert len(renderer.asked) == 3


async def test_readme_that_its_reader_did_not_live_to_render_is_tried_again() -> None:
    renderer = Renderer(ReaderDied("its reader did not start"))
    rendering = Rendering(renderer)
    with pytest.raises(Unreadable, match=r"its reader did not start\. Ask again"):
        await rendering.readme("sha256:1", "a", plain=False)
    renderer.failure = None
    assert await rendering.readme("sha256:1", "a", plain=False) == "<p>a</p>"
