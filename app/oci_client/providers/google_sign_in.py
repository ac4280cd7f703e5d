"""Access tokens of Google for a service account's key or for the identity of the process, made by google-auth.

google-auth blocks, so it runs in threads; each of its requests is handed back to the event loop and sent by our own
client, behind the address guard.

Sources: RFC 7523; cloud.google.com/docs/authentication/application-default-credentials.
"""

import asyncio
import json
import os
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx

from app.oci_client.answers import Answer, Asked, Subject
from app.oci_client.credentials import Secret
from app.oci_client.errors import CredentialsRefused, RegistryError
from app.oci_client.providers.google_keys import GOOGLE_UNIVERSE, ServiceAccountKey, project_of
from app.oci_client.providers.google_metadata import METADATA_HOST, MetadataServer
from app.oci_client.providers.google_refusals import sign_in_refused
from app.oci_client.registry_text import quotable

if TYPE_CHECKING:
    from app.oci_client.calling import Caller

# google-auth signs this as the audience whatever address it sends the claim to.
TOKEN_URI: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
# What the registry wants; IAM, and not the scope, bounds what the account may do.
SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
CREDENTIALS_FILE_VARIABLE: Final = "GOOGLE_APPLICATION_CREDENTIALS"
PROJECT_VARIABLE: Final = "GOOGLE_CLOUD_PROJECT"
# Threads of its own, as each is held while its requests run on the event loop: those of the loop's own pool look up
# names for these very requests, and would wait for each other.
SIGN_INS_AT_ONCE: Final = 4
# A token ends by Google's clock. Where ours is ahead it seems to have ended already; it is then used for a minute.
LIFETIME_MIN_SECONDS: Final = 60.0
_AWS_TOKEN_TYPE: Final = "urn:ietf:params:aws:token-type:aws4_request"  # noqa: S105 - a name

Send = Callable[[str, httpx.URL, Mapping[str, str], bytes | None], Coroutine[Any, Any, Answer]]


@dataclass(frozen=True, slots=True)
class AccessToken:
    """`account` is whose it is, for people; None where Google does not tell."""

    token: Secret
    lifetime_seconds: float
    account: str | None


class GoogleSignIn:
    """Signs in at Google. Holds nothing but idle threads."""

    def __init__(
        self,
        *,
        token_uri: str = TOKEN_URI,
        metadata: MetadataServer | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        """`environment`: of the process; a file that it names is the operator's, and trusted."""
        self._token_uri = token_uri
        self._metadata = metadata or MetadataServer(environment=environment)
        self._environment = environment
        self._threads = ThreadPoolExecutor(SIGN_INS_AT_ONCE, "google-sign-in")

    async def by_key(self, key: ServiceAccountKey, caller: "Caller") -> AccessToken:
        """A token of the service account. Raises CredentialsRefused."""

        def make() -> Any:
            made = _credentials("oauth2.service_account")
            return made.from_service_account_info(key.info(self._token_uri), scopes=[SCOPE])

        damaged = f"The private key of {key.client_email} is damaged. Download a new key, and paste it whole."
        return await self._refreshed(make, key.client_email, caller, self._elsewhere(caller), lambda error: damaged)

    async def by_workload(self, impersonated: str | None, caller: "Caller") -> AccessToken:
        """A token of the process's identity, or of the service account `impersonated` that it may act as.

        Raises CredentialsRefused, and RegistryUnreachable where there is no such identity.
        """
        path = self._environment.get(CREDENTIALS_FILE_VARIABLE)

        def make() -> Any:
            source = _from_file(path) if path else _from_machine()
            return _impersonating(source, impersonated) if impersonated else source

        return await self._refreshed(make, impersonated, caller, self._elsewhere_or_metadata(caller), _unusable)

    async def workload_project(self, caller: "Caller") -> str | None:
        """The project that the process runs in, where it can be told."""
        named = self._environment.get(PROJECT_VARIABLE)
        path = self._environment.get(CREDENTIALS_FILE_VARIABLE)
        if named:
            return named
        if path:
            return await asyncio.get_running_loop().run_in_executor(self._threads, _project_in_file, path)
        host = self._environment.get("GCE_METADATA_HOST") or METADATA_HOST
        url = httpx.URL(f"http://{host}/computeMetadata/v1/project/project-id")
        try:
            answer = await self._metadata.fetch("GET", url, {"Metadata-Flavor": "Google"}, None)
        except RegistryError:
            return None
        return answer.body.decode("ascii", "replace").strip() or None if answer.status == 200 else None

    def _elsewhere(self, caller: "Caller") -> Send:
        async def send(method: str, url: httpx.URL, headers: Mapping[str, str], body: bytes | None) -> Answer:
            return await caller.fetch_elsewhere(
                url,
                method=method,
                headers=headers,
                body=body,
                subject=Subject(Asked.TOKEN),
                max_bytes=caller.limits.token_max_bytes,
            )

        return send

    def _elsewhere_or_metadata(self, caller: "Caller") -> Send:
        elsewhere = self._elsewhere(caller)

        async def send(method: str, url: httpx.URL, headers: Mapping[str, str], body: bytes | None) -> Answer:
            if self._metadata.owns(url):
                return await self._metadata.fetch(method, url, headers, body)
            return await elsewhere(method, url, headers, body)

        return send

    async def _refreshed(
        self,
        make: Callable[[], Any],
        account: str | None,
        caller: "Caller",
        send: Send,
        unusable: Callable[[Exception], str],
    ) -> AccessToken:
        """`unusable`: what to say when it fails before anybody is asked."""
        loop = asyncio.get_running_loop()
        requests = _Requests(loop, send)
        made = await loop.run_in_executor(self._threads, _refresh, make, requests)
        if isinstance(made, RegistryError):
            raise made
        if isinstance(made, Exception):
            if requests.last is not None:
                raise sign_in_refused(requests.last, account, str(caller.host))
            raise CredentialsRefused(unusable(made), host=str(caller.host))
        token, lifetime_seconds, email = made
        return AccessToken(Secret(token), lifetime_seconds, account or email)


class _Response:
    """What google-auth reads of an answer."""

    def __init__(self, answer: Answer) -> None:
        self.status = answer.status
        self.headers = answer.headers
        self.data = answer.body


class _Requests:
    """google-auth's way to the network: called in a thread, carried out on the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: Send) -> None:
        self._loop = loop
        self._send = send
        self.last: Answer | None = None

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **more: object,
    ) -> _Response:
        """Raises RegistryError: google-auth tries again on its own errors only, and ours have been tried again."""
        raw = body.encode() if isinstance(body, str) else body
        asked = asyncio.run_coroutine_threadsafe(self._send(method, httpx.URL(url), headers or {}, raw), self._loop)
        self.last = asked.result()
        return _Response(self.last)


def _refresh(make: Callable[[], Any], requests: _Requests) -> tuple[str, float, str | None] | Exception:
    """Token, its lifetime in seconds and whose it is; or why there is none. Blocks."""
    try:
        credentials = make()
        credentials.refresh(requests)
    except Exception as error:  # google-auth falls over an unforeseen answer in unforeseen ways
        return error
    if not credentials.token:
        return ValueError("there is no token in the answer")
    email = getattr(credentials, "service_account_email", None)
    return str(credentials.token), _lifetime_seconds(credentials.expiry), email if email and "@" in email else None


def _lifetime_seconds(expiry: datetime | None) -> float:
    if expiry is None:
        return LIFETIME_MIN_SECONDS
    aware = expiry if expiry.tzinfo else expiry.replace(tzinfo=UTC)
    return max((aware - datetime.now(UTC)).total_seconds(), LIFETIME_MIN_SECONDS)


def _unusable(error: Exception) -> str:
    return f"The Google credentials of Chartroom's own process cannot be used: {quotable(str(error))}."


def _credentials(module: str) -> Any:
    """The class of that name in one of google-auth's modules, which take 0.3 s together to import."""
    return import_module(f"google.{module}").Credentials


def _from_machine() -> Any:
    # Without a universe it would ask the metadata server for one, by a client of its own.
    return _credentials("auth.compute_engine")(scopes=[SCOPE], universe_domain=GOOGLE_UNIVERSE)


def _impersonating(source: Any, email: str) -> Any:
    made = _credentials("auth.impersonated_credentials")
    return made(source_credentials=source, target_principal=email, target_scopes=[SCOPE])


def _from_file(path: str) -> Any:
    """The credentials in a file that the operator named. Raises ValueError and OSError."""
    info = _read_file(path)
    match info.get("type"):
        case "service_account":
            return _credentials("oauth2.service_account").from_service_account_info(info, scopes=[SCOPE])
        case "external_account":
            return _credentials(f"auth.{_federation(info)}").from_info(info, scopes=[SCOPE])
        case "authorized_user":
            return _credentials("oauth2.credentials").from_authorized_user_info(info, scopes=[SCOPE])
        case "impersonated_service_account":
            made = _credentials("auth.impersonated_credentials")
            return made.from_impersonated_service_account_info(info, scopes=[SCOPE])
        case other:
            raise ValueError(f"the type in the file is {other!r}, and not one of external_account, service_account")


def _federation(info: dict[str, Any]) -> str:
    """Which module proves who the workload is: by AWS, by a program, or by a file or an address with a token."""
    if info.get("subject_token_type") == _AWS_TOKEN_TYPE:
        return "aws"
    return "pluggable" if "executable" in (info.get("credential_source") or {}) else "identity_pool"


def _read_file(path: str) -> dict[str, Any]:
    info = json.loads(Path(path).read_text())
    if not isinstance(info, dict):
        raise ValueError("the file holds no JSON object")
    return info


def _project_in_file(path: str) -> str | None:
    """What a credentials file tells of a project; None when it does not, or cannot be read."""
    try:
        info = _read_file(path)
    except (ValueError, OSError):
        return None
    named = info.get("project_id") or info.get("quota_project_id")
    impersonated = str(info.get("service_account_impersonation_url") or "").rpartition("/")[2].partition(":")[0]
    return str(named) if named else project_of(impersonated)
