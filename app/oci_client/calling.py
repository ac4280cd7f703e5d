"""One request to a registry and its answer: signed in, bounded, redirected by hand, retried, its failure
named.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import TypeVar

import httpx

from app.oci_client.answers import (
    TEMPORARY_STATUSES,
    Answer,
    Asked,
    Presented,
    Refusal,
    Subject,
    explain,
    read_refusal_text,
)
from app.oci_client.challenge import Challenges, parse_challenges
from app.oci_client.credentials import Credential, Secret
from app.oci_client.errors import (
    ConnectionRefused,
    CredentialsRefused,
    DigestMismatch,
    PermissionDenied,
    RegistryError,
    RepositoryNotFound,
    TlsNotSpoken,
    UnexpectedAnswer,
)
from app.oci_client.exchanging import Exchange, plain_address
from app.oci_client.limits import ClientLimits
from app.oci_client.provider import Provider
from app.oci_client.reading import BodyReader
from app.oci_client.reference import RegistryHost
from app.oci_client.registry_text import quotable
from app.oci_client.response import Response
from app.oci_client.retrying import HostLimiter, Retrying, parse_retry_after, utc_now
from app.oci_client.signing_in import SignIn
from app.oci_client.tokens import TokenCache
from app.oci_client.transport import HttpClient

Result = TypeVar("Result")
Memory = TypeVar("Memory")


class Caller:
    """Speaks to one registry with one credential. Safe to be used by many tasks at once."""

    def __init__(
        self,
        host: RegistryHost,
        *,
        provider: Provider,
        credential: Credential,
        http: HttpClient,
        limiter: HostLimiter,
        limits: ClientLimits,
        tokens: TokenCache,
        retrying: Retrying,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.host = host
        self.limits = limits
        self.http = http
        self.credential = credential
        self.tokens = tokens
        self._memories: dict[type, object] = {}
        self._public_scopes: set[str] = set()
        self._provider = provider
        self._limiter = limiter
        self._exchange = Exchange(host, http, limiter, limits, clock)
        self._retrying = retrying
        self._connecting = asyncio.Lock()
        self._connected = False
        self._reader = BodyReader(host, limits, clock)
        self.sign_in = SignIn(self, provider, credential, tokens)
        self.clock = clock

    @property
    def requests_made(self) -> int:
        """Every HTTP request: those for tokens, along redirects and of further tries too."""
        return self._exchange.requests_made

    @property
    def requests_at_once(self) -> int:
        return self._limiter.concurrency.limit

    @property
    def origin(self) -> str:
        """Scheme, host and port, without a path."""
        scheme = "http" if self.host in self.http.plain_http_hosts else "https"
        return f"{scheme}://{self.host}"

    def memory(self, kind: type[Memory]) -> Memory:
        """What a provider keeps about this registry while this caller lives; made by `kind()` when first asked."""
        kept = self._memories.get(kind)
        if not isinstance(kept, kind):
            kept = self._memories[kind] = kind()
        return kept

    async def ping(self) -> Answer:
        """`GET /v2/`: settles https or http, and how to sign in. Any 4xx but 401 and 403 is let pass.

        Some registries answer 404 here and work all the same.
        """
        answer = await self._retrying.run(self.host, self._limiter, self._ping_once)
        if answer.status == 403 or (answer.status == 200 and _is_html(answer)):
            if answer.status == 403:
                raise self.refusal(answer, Subject(Asked.PING), Presented.NOTHING)
            raise UnexpectedAnswer(
                f"{self.host} answers /v2/ with a web page: it is a web site and no registry, or a portal in between.",
                host=str(self.host),
            )
        if answer.status == 401:
            self.sign_in.challenge = _challenges(answer).best()
        self._connected = True
        return answer

    async def _ping_once(self) -> Answer:
        subject = Subject(Asked.PING)
        try:
            return await self._attempt("GET", httpx.URL(f"{self.origin}/v2/"), {}, subject, 64 * 1024)
        except (TlsNotSpoken, ConnectionRefused) as error:
            # Without a port, plain http lives at another one, so a refusal at 443 says nothing about it.
            may_be_plain = isinstance(error, TlsNotSpoken) or self.host.port is None
            if not self.http.insecure or not may_be_plain or self.host in self.http.plain_http_hosts:
                self.http.plain_http_hosts.discard(self.host)
                raise
            failure = error
        try:
            answer = await self._attempt("GET", httpx.URL(f"http://{self.host}/v2/"), {}, subject, 64 * 1024)
        except RegistryError:
            raise failure from None
        self.http.plain_http_hosts.add(self.host)
        return answer

    async def connect(self) -> None:
        """Pings once, for all who ask."""
        if not self._connected:
            async with self._connecting:
                if not self._connected:
                    await self.ping()

    async def fetch(
        self,
        target: str,
        *,
        scope: str,
        subject: Subject,
        max_bytes: int,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer to a request at the registry itself, 200 or 304; `target` is a path or a URL of its
        origin.

        Raises RegistryError for everything else.
        """
        await self.connect()
        url = plain_address(target if "://" in target else self.origin + target)

        async def ask(authorization: Secret | None) -> Answer:
            sent = _signed(headers, authorization)
            return await self._retrying.run(
                self.host, self._limiter, lambda: self._attempt(method, url, sent, subject, max_bytes)
            )

        answer = await self._asked(scope, subject, ask)
        self._provider.hear(self, answer.headers)
        return answer

    def was_read_as_nobody(self, repository: str) -> bool:
        """Whether the credential was refused for it, and it was read all the same because it is public."""
        return f"repository:{repository}:pull" in self._public_scopes

    async def _asked(
        self, scope: str, subject: Subject, ask: Callable[[Secret | None], Awaitable[Result | Answer]]
    ) -> Result | Answer:
        """What `ask` brings signed in; without the credential where what it is refused for may be public."""
        if scope in self._public_scopes:
            return await self._asked_as(scope, subject, ask, nobody=True)
        try:
            return await self._asked_as(scope, subject, ask, nobody=False)
        except RegistryError as error:
            if not error.may_be_public:
                raise
            failure = error
        try:
            result = await self._asked_as(scope, subject, ask, nobody=True)
        except (CredentialsRefused, PermissionDenied, RepositoryNotFound):
            raise failure from None
        self._public_scopes.add(scope)
        return result

    async def _asked_as(
        self, scope: str, subject: Subject, ask: Callable[[Secret | None], Awaitable[Result | Answer]], *, nobody: bool
    ) -> Result | Answer:
        authorization = await self.sign_in.authorization(scope, nobody=nobody)
        result = await ask(authorization)
        presented = self.sign_in.presented_by(nobody=nobody)
        if isinstance(result, Answer) and self._login_may_have_ended(result, subject, presented):
            renewed = await self.sign_in.renewed(scope, authorization, _challenges(result), nobody=nobody)
            if renewed is not None:
                result = await ask(renewed)
                presented = self.sign_in.presented_by(nobody=nobody)
        if isinstance(result, Answer) and result.status not in (200, 304):
            raise self.refusal(result, subject, presented)
        return result

    def _login_may_have_ended(self, answer: Answer, subject: Subject, presented: Presented) -> bool:
        if answer.status in (400, 403):
            return self._provider.login_ended(self._refusal(answer, subject, presented))
        return answer.status == 401

    async def fetch_elsewhere(
        self,
        url: httpx.URL,
        *,
        subject: Subject,
        max_bytes: int,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """The answer of a token endpoint or a provider's own API, whatever its status; no redirect is
        followed.

        For a provider: `headers` go to this URL only. Raises RegistryError when there is no answer, or it is
        429 or 5xx
        after all tries.
        """
        sent = dict(headers or {})
        limiter = self._limiter if url.host == self.host.name else self._limiter.of_other(url.host)
        return await self._retrying.run(
            self.host,
            limiter,
            lambda: self._attempt(method, url, sent, subject, max_bytes, body=body, follow=False, limiter=limiter),
        )

    async def open(self, target: str, *, scope: str, subject: Subject) -> Response:
        """The answer to a GET, status 200; a place at the host is held until it is closed."""
        await self.connect()
        url = plain_address(self.origin + target)

        async def ask(authorization: Secret | None) -> Response | Answer:
            sent = _signed(None, authorization)
            return await self._retrying.run(self.host, self._limiter, lambda: self._opened(url, sent, subject))

        opened = await self._asked(scope, subject, ask)
        assert isinstance(opened, Response), "every other answer was a refusal"
        return opened

    async def again_when_broken_off(self, attempt: Callable[[], Awaitable[Result]]) -> Result:
        """What `attempt` returns, tried again as long as what it streams breaks off in the middle.

        Only that: everything before the first byte was tried again inside already.
        """
        tries = 0
        while True:
            try:
                return await attempt()
            except DigestMismatch as error:
                tries += 1
                if not error.temporary or tries >= self.limits.tries_max:
                    raise

    async def _opened(self, url: httpx.URL | str, headers: Mapping[str, str], subject: Subject) -> Response | Answer:
        """The open answer when it is 200, the whole one otherwise."""
        response = await self._exchange.open("GET", url, headers, subject, self.limits.blob_timeout_seconds)
        try:
            if response.status != 200:
                return await self._whole(response, url, subject, self.limits.error_body_max_bytes)
            self._reader.refuse_encoding(response, subject)
        except BaseException:
            response.close()
            raise
        return response

    async def _attempt(
        self,
        method: str,
        url: httpx.URL | str,
        headers: Mapping[str, str],
        subject: Subject,
        max_bytes: int,
        *,
        body: bytes | None = None,
        follow: bool = True,
        limiter: HostLimiter | None = None,
    ) -> Answer:
        seconds = self.limits.request_timeout_seconds
        response = await self._exchange.open(
            method, url, headers, subject, seconds, body=body, follow=follow, limiter=limiter
        )
        return await self._whole(response, url, subject, max_bytes)

    async def _whole(self, response: Response, url: httpx.URL | str, subject: Subject, max_bytes: int) -> Answer:
        """The answer read to its end, and closed. Raises RegistryError for what another try may mend."""
        try:
            if response.status >= 400:
                body = await self._reader.read(response, subject, self.limits.error_body_max_bytes, cut=True)
            else:
                self._reader.refuse_encoding(response, subject)
                body = await self._reader.read(response, subject, max_bytes)
        finally:
            response.close()
        answer = Answer(response.status, response.headers, body, url if isinstance(url, str) else str(url))
        if answer.status in TEMPORARY_STATUSES or answer.status >= 500:
            error = self.refusal(answer, subject, Presented.NOTHING)
            asked = parse_retry_after(response.headers.get("retry-after"), utc_now())
            error.retry_after_seconds = error.retry_after_seconds if asked is None else asked
            raise error
        return answer

    def pieces(self, response: Response, subject: Subject) -> AsyncIterator[bytes]:
        """The body of an open answer as it comes. Raises TimedOut, and DigestMismatch when it breaks off."""
        return self._reader.pieces(response, subject)

    def refusal(self, answer: Answer, subject: Subject, presented: Presented) -> RegistryError:
        """The error that an answer is, in the provider's own view first."""
        refusal = self._refusal(answer, subject, presented)
        error = self._provider.explain(refusal) or explain(refusal)
        if subject.repository is not None and presented in (Presented.BASIC, Presented.TOKEN):
            error.may_be_public = self._provider.may_be_public(refusal)
        return error

    def _refusal(self, answer: Answer, subject: Subject, presented: Presented) -> Refusal:
        codes, text = read_refusal_text(answer.body, answer.headers.get("content-type", ""))
        return Refusal(
            host=str(self.host),
            subject=subject,
            status=answer.status,
            presented=presented,
            codes=codes,
            text=quotable(text, self.sign_in.secrets()),
            headers=answer.headers,
        )


def _signed(headers: Mapping[str, str] | None, authorization: Secret | None) -> dict[str, str]:
    sent = dict(headers or {})
    if authorization is not None:
        sent["Authorization"] = authorization.reveal()
    return sent


def _challenges(answer: Answer) -> Challenges:
    return parse_challenges(answer.headers.get_list("www-authenticate"))


def _is_html(answer: Answer) -> bool:
    return "html" in answer.headers.get("content-type", "").lower()
