"""The built pages: the single-page frontend at `/` and the playground at `/graphql`. Imports nothing of app.

The folder is what `npm run build` in frontend-stub/ leaves: index.html, playground.html and assets/, whose names
carry a hash of their content; text files have their .br and .gz beside them.
"""

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

PAGES_FOLDER: Final = Path(__file__).with_name("pages_built")

# The first part of every path that the frontend routes by itself; frontend-stub/src/app.tsx has the same.
SECTIONS: Final = ("store", "registries", "syncs", "access")

# Chart icons and README images come from wherever their publishers keep them; scripts, styles and requests never do.
# style-src-attr stays closed by style-src: a README cannot lay itself over the page.
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: https:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# The editor writes its styles into the page and starts its workers from blobs.
PLAYGROUND_POLICY: Final = (
    "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "font-src 'self' data:; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
ASSET_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"

REVALIDATED: Final = "no-cache"
FOR_EVER: Final = "public, max-age=31536000, immutable"  # a year, as long as RFC 9111 caches need

_ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
_MEDIA_TYPES: Final = {".js": "text/javascript", ".woff2": "font/woff2", ".md": "text/markdown"}


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file of the built pages, with what its answers need; `encodings` are those that lie beside it."""

    path: Path
    media_type: str
    etag: str
    encodings: tuple[tuple[str, Path], ...]

    @classmethod
    def at(cls, path: Path) -> "PageFile":
        media_type = _MEDIA_TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        beside = tuple(
            (encoding, path.with_name(path.name + suffix))
            for encoding, suffix in _ENCODINGS
            if path.with_name(path.name + suffix).is_file()
        )
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:32]  # 128 bits: it tells versions apart, no more
        return cls(path, media_type, digest, beside)

    def response(self, request: Request, policy: str, cache_control: str) -> Response:
        """The file as the client takes it, or 304."""
        accepted = _tokens(request.headers.get("accept-encoding", ""))
        encoding, path = next((pair for pair in self.encodings if pair[0] in accepted), ("", self.path))
        etag = f'"{self.etag}-{encoding}"' if encoding else f'"{self.etag}"'
        headers = {
            "ETag": etag,
            "Cache-Control": cache_control,
            "Content-Security-Policy": policy,
            "Vary": "Accept-Encoding" if self.encodings else "",
            "Content-Encoding": encoding,
        }
        headers = {name: value for name, value in headers.items() if value}
        if _matches(request.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers=headers)
        return FileResponse(path, media_type=self.media_type, headers=headers)


class BehindPlayground:
    """Shows browsers that open `/graphql` the playground; everything else goes to the door behind it."""

    def __init__(self, door: ASGIApp, folder: Path = PAGES_FOLDER) -> None:
        self._door = door
        self._page = PageFile.at(folder / "playground.html") if (folder / "playground.html").is_file() else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._page is not None and scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            request = Request(scope, receive)
            if wants_page(request.headers):
                response = self._page.response(request, PLAYGROUND_POLICY, REVALIDATED)
                response.headers.append("Vary", "Accept")
                await response(scope, receive, send)
                return
        await self._door(scope, receive, send)


def page_routes(folder: Path = PAGES_FOLDER, welcome: str = "") -> list[BaseRoute]:
    """The frontend at `/` and its sections, and the assets; none where nothing was built.

    `welcome` is what clients that want no page find at `/`.
    """
    if not (folder / "index.html").is_file():
        return []
    index = PageFile.at(folder / "index.html")
    assets = _assets(folder)

    async def page(request: Request) -> Response:
        if wants_page(request.headers):
            response = index.response(request, PAGE_POLICY, REVALIDATED)
            response.headers.append("Vary", "Accept")
            return response
        if request.url.path == "/" and welcome:
            return PlainTextResponse(welcome, headers={"Vary": "Accept"})
        return PlainTextResponse("This is a page: ask for text/html.\n", 404, {"Vary": "Accept"})

    async def asset(request: Request) -> Response:
        found = assets.get(request.path_params["name"])
        if found is None:
            return PlainTextResponse("There is no such file; pages of another version may ask for it.\n", 404)
        return found.response(request, ASSET_POLICY, FOR_EVER)

    sections = [Route(path, page) for name in SECTIONS for path in (f"/{name}", f"/{name}/{{rest:path}}")]
    return [Route("/", page), *sections, Route("/assets/{name}", asset)]


def wants_page(headers: Headers) -> bool:
    """Whether this is a browser that opens an address; what fetches data asks for JSON or anything."""
    return "text/html" in _tokens(headers.get("accept", ""))


def _assets(folder: Path) -> dict[str, PageFile]:
    """By name. Looked up and never joined to a path, so that no name leads out of the folder."""
    suffixes = tuple(suffix for _, suffix in _ENCODINGS)
    return {
        path.name: PageFile.at(path)
        for path in sorted((folder / "assets").glob("*"))
        if path.is_file() and not path.name.endswith(suffixes)
    }


def _tokens(header: str) -> set[str]:
    """Of a comma-separated header, without parameters and what has weight nought. Source: RFC 9110, 12.4.2."""
    return {
        name.strip().lower()
        for name, _, parameters in (part.partition(";") for part in header.split(","))
        if parameters.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    }


def _matches(if_none_match: str, etag: str) -> bool:
    """Source: RFC 9110, 13.1.2: weak comparison."""
    return any(given.strip().removeprefix("W/") in (etag, "*") for given in if_none_match.split(","))
