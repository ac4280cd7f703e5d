"""The exchange itself: redirects followed by hand, each hop with a clean header set, within one limit of time."""

import re
from collections.abc import Callable, Mapping
from typing import Final

import httpx

from app.oci_client.answers import Asked, Subject
from app.oci_client.connection_errors import connection_error
from app.oci_client.errors import AddressRefused, RegistryError, TimedOut, UnexpectedAnswer
from app.oci_client.limits import ClientLimits
from app.oci_client.reading import facts
from app.oci_client.reference import RegistryHost
from app.oci_client.response import Response
from app.oci_client.retrying import HostLimiter, Place
from app.oci_client.transport import HttpClient

# What needs no encoding and no parser: addresses of manifests and layers, thousands of them in a sync.
_PLAIN_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+/[A-Za-z0-9/_.:@,~-]*(?:\?[A-Za-z0-9/_.:@,~=&%+-]*)?")
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TOO_MANY: Final = frozenset({429, 503})
_ALIKE: Final = {
    (method, asked): f"{method} {asked.name}" for method in ("GET", "HEAD") for asked in (Asked.MANIFEST, Asked.BLOB)
}
"""What takes a registry the same time whenever it is asked for; that of a listing depends on its length."""


def plain_address(text: str) -> httpx.URL | str:
    """`text` as it is where it can be sent so; parsed and encoded otherwise. Raises httpx.InvalidURL."""
    return text if _PLAIN_ADDRESS.fullmatch(text) else httpx.URL(text)


class Exchange:
    """Asks once, under the host's limiter, and counts what it asks."""

    def __init__(
        self,
        host: RegistryHost,
        http: HttpClient,
        limiter: HostLimiter,
        limits: ClientLimits,
        clock: Callable[[], float],
    ) -> None:
        self.requests_made = 0
        self._host = host
        self._http = http
        self._limiter = limiter
        self._limits = limits
        self._clock = clock

    async def open(
        self,
        method: str,
        url: httpx.URL | str,
        headers: Mapping[str, str],
        subject: Subject,
        seconds: float,
        *,
        body: bytes | None = None,
        follow: bool = True,
        limiter: HostLimiter | None = None,
    ) -> Response:
        """The answer behind all redirects; a place at the host is held until it is closed.

        A redirect is followed without any header that was given.
        """
        limiter = limiter or self._limiter
        place = limiter.take_at_once()
        if place is None:
            place = await limiter.take(self._host, self._limits.retry_after_max_seconds, self)
        try:
            ends_at = self._clock() + seconds
            for hop in range(self._limits.redirects_max + 1):
                try:
                    response = await self._send(method, url, headers, body, ends_at - self._clock(), subject)
                except TimedOut:
                    place.refused()
                    raise
                if not follow or response.status not in _REDIRECTS or "location" not in response.headers:
                    self._note(place, method, subject, response, redirected=hop > 0)
                    response.release = place.give_back
                    return response
                response.close()
                url = self._redirected(url, response, subject)
                headers = {name: value for name, value in headers.items() if name == "Accept"}
            raise UnexpectedAnswer(
                f"{self._host} redirects more than {self._limits.redirects_max} times.",
                **facts(self._host, subject),
            )
        except BaseException:
            place.give_back()
            raise

    def _note(self, place: Place, method: str, subject: Subject, response: Response, *, redirected: bool) -> None:
        """How it was answered, for the host's pace."""
        if response.status in _TOO_MANY:
            place.refused()
        elif response.status < 400:
            kind = _ALIKE.get((method, subject.asked))
            if kind is not None:
                place.answered(kind, None if redirected else response.host_seconds)

    def _redirected(self, url: httpx.URL | str, response: Response, subject: Subject) -> httpx.URL:
        try:
            target = httpx.URL(url).join(response.headers["location"])
        except (httpx.InvalidURL, ValueError):
            target = httpx.URL("")
        secure = target.scheme == "https" or (target.scheme == "http" and self._http.insecure)
        if secure and target.host and not target.userinfo:
            return target.copy_with(fragment=None)
        raise UnexpectedAnswer(
            f"{self._host} redirects to an address that may not be followed: it is not https, or no address at all.",
            **facts(self._host, subject),
        )

    async def _send(
        self,
        method: str,
        url: httpx.URL | str,
        headers: Mapping[str, str],
        body: bytes | None,
        seconds: float,
        subject: Subject,
    ) -> Response:
        self.requests_made += 1
        failure: RegistryError
        try:
            return await self._http.open(method, url, headers, body=body, total_seconds=max(seconds, 0.001))
        except AddressRefused as refused:
            failure, cause = refused, None
        except httpx.TransportError as error:
            asked = httpx.URL(url)
            named = str(self._host) if asked.host == self._host.name else asked.netloc.decode("ascii", "replace")
            failure = connection_error(error, named, self._http.settings.security)
            cause = error.__cause__
        failure.repository, failure.reference = subject.repository, subject.reference
        # Outside the except block, so that nothing that knows our headers becomes the context.
        raise failure from cause
