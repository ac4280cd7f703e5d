"""Where the next page of a listing is. Sources: RFC 8288; distribution-spec 1.1, Listing tags."""

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
# The target, then parameters up to the comma that begins the next link; quoted values may hold commas.
_LINK: Final = re.compile(r'\s*<([^<>]*)>((?:\s*;\s*[^\s=;,"]+(?:\s*=\s*(?:"[^"]*"|[^\s;,"]*))?)*)\s*(?:,|$)')
_REL: Final = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]*))', re.IGNORECASE)


class RefusedLink(ValueError):
    """A `Link` that cannot be read or must not be followed; the text says why."""


def next_page(request_url: str, link_headers: Iterable[str]) -> str | None:
    """The URL of the next page, None on the last one.

    Resolved against the request, same origin required (scheme, host and port). Where the path is not the one
    that was asked, as behind Nexus' connector ports, only the query of the link is taken.
    """
    for target, relations in _links(link_headers):
        if "next" in relations:
            return _resolved(request_url, target)
    return None


def _links(headers: Iterable[str]) -> Iterator[tuple[str, frozenset[str]]]:
    for header in headers:
        position = 0
        while header[position:].strip():
            match = _LINK.match(header, position)
            if match is None:
                raise RefusedLink("the Link header cannot be read")
            rel = _REL.search(match[2])
            names = (rel[1] if rel[1] is not None else rel[2]) if rel else ""
            yield match[1], frozenset(names.lower().split())
            position = match.end()


def _port(url: SplitResult) -> int | None:
    return _DEFAULT_PORTS.get(url.scheme) if url.port is None else url.port


def _resolved(request_url: str, target: str) -> str:
    asked = urlsplit(request_url)
    try:
        link = urlsplit(urljoin(request_url, target))
        same = (link.scheme, link.hostname, _port(link)) == (
            asked.scheme,
            asked.hostname,
            _port(asked),
        )
    except ValueError:
        raise RefusedLink("the Link header cannot be read") from None
    if not same:
        raise RefusedLink("its next page is on another host, port or scheme")
    if not link.query:
        raise RefusedLink("its next page has no query, so it is the first page again")
    return f"{asked.scheme}://{asked.netloc}{asked.path}?{link.query}"
