"""READMEs as pages show them. Markdown is rendered in a reader process, within its limits, when it is asked for."""

import logging
from typing import Final, Protocol

from app.chart_reader.errors import ChartReadError
from app.chart_reader.plain_text import preformatted
from app.domain.errors import Unreadable
from app.store.kept import Kept, Unchanging

KEPT_MAX_CHARACTERS: Final = 4 * 1024 * 1024
"""Of HTML that was shown last: some hundred usual READMEs."""
GIVEN_UP_KEPT: Final = 10_000
"""READMEs that cost too much: each is tried once, though there be more of them than HTML is kept of."""
logger = logging.getLogger(__name__)


class MarkdownRenderer(Protocol):
    """Renders apart from this process. Raises ChartReadError."""

    async def render_markdown(self, text: str) -> str: ...


class Rendering:
    """READMEs by the archives they are of; those that many look at at once are rendered once."""

    def __init__(self, renderer: MarkdownRenderer) -> None:
        self._renderer = renderer
        self._kept: Kept[str, str] = Kept(Unchanging(), KEPT_MAX_CHARACTERS, lambda _digest, html: len(html))
        self._given_up: Kept[str, bool] = Kept(Unchanging(), GIVEN_UP_KEPT)

    async def readme(self, archive_digest: str, text: str, *, plain: bool) -> str:
        """HTML that may be put into a page. Raises Unreadable where there is no reader to render it now."""
        if plain or self._given_up.find(archive_digest):
            return preformatted(text)

        async def render() -> str:
            return await self._render(archive_digest, text)

        return await self._kept.find_or(archive_digest, render)

    async def _render(self, archive_digest: str, text: str) -> str:
        """What takes more than a reader has is shown as text."""
        try:
            return await self._renderer.render_markdown(text)
        except ChartReadError as error:
            if error.temporary:
                raise Unreadable(f"The README could not be rendered: {error}. Ask again.") from error
            self._given_up.keep(archive_digest, True, Unchanging().current())
            logger.warning("README of %s is shown as text: %s", archive_digest, error)
            return preformatted(text)
