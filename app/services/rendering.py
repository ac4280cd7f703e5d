"""READMEs as pages show them. Markdown is rendered in a reader process, within its limits, when it is asked for."""

from typing import Final, NamedTuple, Protocol

import structlog

from app.chart_reader.errors import ChartReadError
from app.chart_reader.plain_text import preformatted
from app.domain.errors import Unreadable
from app.store.kept import Kept, Unchanging

KEPT_MAX_CHARACTERS: Final = 4 * 1024 * 1024
"""Of HTML that was shown last: some hundred usual READMEs."""
_ENTRY_CHARACTERS: Final = 400
"""Of an entry, beside its HTML."""

log = structlog.get_logger()


class _Rendered(NamedTuple):
    html: str | None
    """None: it costs more than a reader may take."""


class MarkdownRenderer(Protocol):
    """Renders apart from this process. Raises ChartReadError."""

    async def render_markdown(self, text: str) -> str: ...


class Rendering:
    """READMEs by the archives they are of; those that many look at at once are rendered once."""

    def __init__(self, renderer: MarkdownRenderer) -> None:
        self._renderer = renderer
        self._kept: Kept[str, _Rendered] = Kept(
            Unchanging(), KEPT_MAX_CHARACTERS, lambda _digest, rendered: len(rendered.html or "") + _ENTRY_CHARACTERS
        )

    async def readme(self, archive_digest: str, text: str, *, plain: bool) -> str:
        """HTML that may be put into a page; the text as it is, where rendering it costs too much.

        Raises Unreadable where there is no reader to render it now.
        """
        if plain:
            return preformatted(text)

        async def render() -> _Rendered:
            return await self._render(archive_digest, text)

        rendered = await self._kept.find_or(archive_digest, render)
        return preformatted(text) if rendered.html is None else rendered.html

    async def _render(self, archive_digest: str, text: str) -> _Rendered:
        try:
            return _Rendered(await self._renderer.render_markdown(text))
        except ChartReadError as error:
            if error.temporary:
                raise Unreadable(f"The README could not be rendered: {error}. Ask again.") from error
            log.warning("readme.shown_as_text", archive_digest=archive_digest, reason=str(error))
            return _Rendered(None)
