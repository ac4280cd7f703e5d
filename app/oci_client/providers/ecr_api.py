"""Calls of the AWS API that belongs to a registry, signed with the keys of one credential.

The SDK finds the keys of a role and signs; the call itself is a POST of JSON, made here: the SDK's own clients take
0.04 to 0.2 s of the event loop to build and 25 to 100 ms to parse a page of 1,000 images.
Source: AWS JSON 1.1 protocol; botocore's service models ecr 2015-09-21, ecr-public 2020-10-30, sts 2011-06-15.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import httpx
import orjson

from app.oci_client.answers import Answer, Asked, Subject, parse_object
from app.oci_client.credentials import EcrAccessKey, EcrIamRole, Secret
from app.oci_client.errors import CredentialsRefused, RateLimited, RegistryError, TooLarge, UnexpectedAnswer
from app.oci_client.limits import MIB
from app.oci_client.providers.ecr_errors import DENIED, ENDED, UNKNOWN_KEY, ApiErrors, read_api_refusal
from app.oci_client.providers.ecr_hosts import EcrPlace

if TYPE_CHECKING:
    from app.oci_client.calling import Caller

Sleep = Callable[[float], Awaitable[None]]
# A role's keys hold for at least 15 minutes, but how long these still do the machine's metadata does not always tell;
# EC2 has new ones at least five minutes before the end of the old.
ROLE_KEYS_KEPT_SECONDS: Final = 300.0
# 100 manifests of some KiB; many at their limit of 4 MiB are asked for one by one instead.
BATCH_MAX_BYTES: Final = 16 * MIB
# What `_signed` imports: 0.2 s, spent in a thread before the first signature.
_SIGNERS: Final = ("botocore.auth", "botocore.awsrequest", "botocore.credentials")
_TARGETS: Final = {"ecr": "AmazonEC2ContainerRegistry_V20150921", "ecr-public": "SpencerFrontendService"}


@dataclass(frozen=True, slots=True)
class AwsKeys:
    """What requests to AWS are signed with."""

    access_key_id: str
    secret_access_key: Secret
    session_token: Secret | None = None


class ApiDenied(Exception):
    """The permission for an operation is missing. `error` is what to tell people where nothing serves instead.

    `operation` as in IAM, `ecr:DescribeImages`.
    """

    def __init__(self, operation: str, error: RegistryError) -> None:
        super().__init__(str(error))
        self.operation = operation
        self.error = error


class EcrApi:
    """The API of one registry, with one credential. Safe to be used by many tasks at once."""

    def __init__(
        self,
        caller: "Caller",
        place: EcrPlace,
        credential: EcrAccessKey | EcrIamRole,
        sleep: Sleep,
    ) -> None:
        self.place = place
        self._caller = caller
        self._credential = credential
        self._sleep = sleep
        self._errors = ApiErrors(str(caller.host), place, credential)
        self._keys: AwsKeys | None = None
        self._keys_until = 0.0
        self._finding = asyncio.Lock()

    async def call(
        self, operation: str, payload: Mapping[str, Any], repository: str | None = None, *, max_bytes: int
    ) -> Mapping[str, Any]:
        """The answer's JSON. Raises ApiDenied where the permission is missing, RegistryError for all else."""
        subject = Subject(Asked.PROVIDER_API, repository)
        renewed = False
        tries = 0
        while True:
            tries += 1
            keys = await self.keys()
            answer = await self._post(operation, payload, keys, subject, max_bytes)
            if answer.status == 200:
                return await parse_object(answer, self.place.api_host, subject)
            refusal = read_api_refusal(f"{self.place.service}:{operation}", answer.body)
            # A role's keys may end, or be replaced, between being found and being used.
            if refusal.code in ENDED | UNKNOWN_KEY and isinstance(self._credential, EcrIamRole) and not renewed:
                renewed = True
                self._forget(keys)
                continue
            error = self._errors.error(refusal, repository, self._secrets(keys))
            if isinstance(error, RateLimited) and tries < self._caller.limits.tries_max:
                await self._sleep(self._delay(tries))
                continue
            if refusal.code in DENIED:
                raise ApiDenied(refusal.operation, error)
            raise error

    async def pages(
        self, operation: str, payload: Mapping[str, Any], key: str, repository: str | None = None
    ) -> AsyncIterator[list[Mapping[str, Any]]]:
        """What stands under `key` on each page, dictionaries only; 1,000 a page, as many as AWS gives."""
        limits = self._caller.limits
        tokens: set[str] = set()
        token: str | None = None
        while True:
            wanted = {**payload, "maxResults": 1000, **({"nextToken": token} if token else {})}
            answer = await self.call(operation, wanted, repository, max_bytes=limits.tag_page_max_bytes)
            entries = answer.get(key)
            if not isinstance(entries, list):
                raise self._unreadable(operation, repository)
            yield [entry for entry in entries if isinstance(entry, dict)]
            token = answer.get("nextToken")
            if not token:
                return
            if not isinstance(token, str) or token in tokens:
                raise self._unreadable(operation, repository)
            tokens.add(token)
            if len(tokens) >= limits.pages_max:
                raise TooLarge(
                    f"{operation} in {self.place.words} has more than {limits.pages_max} pages, more than are read.",
                    host=str(self._caller.host),
                    repository=repository,
                )

    async def keys(self) -> AwsKeys:
        """What to sign with; found once for all who wait, and kept for five minutes where it is a role's."""
        async with self._finding:
            if self._keys is None or self._keys_until <= self._caller.clock():
                self._keys = await self._found()
                role = isinstance(self._credential, EcrIamRole)
                self._keys_until = self._caller.clock() + (ROLE_KEYS_KEPT_SECONDS if role else float("inf"))
            return self._keys

    def _forget(self, keys: AwsKeys) -> None:
        if self._keys is keys:
            self._keys = None

    async def _found(self) -> AwsKeys:
        credential = self._credential
        if isinstance(credential, EcrAccessKey):
            for module in _SIGNERS:
                await asyncio.to_thread(import_module, module)
            return AwsKeys(credential.access_key_id.strip(), Secret(credential.secret_access_key.reveal().strip()))
        role = await asyncio.to_thread(import_module, "app.oci_client.providers.ecr_role")
        loop = asyncio.get_running_loop()

        def hand_over(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> "Future[Answer]":
            sent = self._caller.fetch_elsewhere(
                httpx.URL(url),
                method=method,
                headers=headers,
                body=body,
                subject=Subject(Asked.PROVIDER_API),
                max_bytes=self._caller.limits.token_max_bytes,
            )
            return asyncio.run_coroutine_threadsafe(sent, loop)

        try:
            found: AwsKeys = await asyncio.to_thread(role.find_keys, credential, self.place.region, hand_over)
            return found
        except role.NoRole as error:
            told, refusal = str(error), error.refusal
        if refusal is not None:
            raise self._errors.error(refusal)
        raise CredentialsRefused(told, host=str(self._caller.host))

    async def _post(
        self, operation: str, payload: Mapping[str, Any], keys: AwsKeys, subject: Subject, max_bytes: int
    ) -> Answer:
        url = f"https://{self.place.api_host}/"
        body = orjson.dumps(payload)
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"{_TARGETS[self.place.service]}.{operation}",
        }
        return await self._caller.fetch_elsewhere(
            httpx.URL(url),
            method="POST",
            headers=_signed(url, body, headers, keys, self.place),
            body=body,
            subject=subject,
            max_bytes=max_bytes,
        )

    def _delay(self, tries: int) -> float:
        """Half to all of 0.5, 1, 2, … s: AWS names no time."""
        limits = self._caller.limits
        ceiling = min(limits.retry_first_delay_seconds * 2.0 ** (tries - 1), limits.retry_delay_max_seconds)
        return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - jitter

    def _secrets(self, keys: AwsKeys) -> tuple[str, ...]:
        found = (keys.secret_access_key, keys.session_token)
        return tuple(secret.reveal() for secret in found if secret)

    def _unreadable(self, operation: str, repository: str | None) -> UnexpectedAnswer:
        return UnexpectedAnswer(
            f"{self.place.api_host} answered {operation} with a page that cannot be followed.",
            host=str(self._caller.host),
            repository=repository,
        )


def _signed(url: str, body: bytes, headers: Mapping[str, str], keys: AwsKeys, place: EcrPlace) -> dict[str, str]:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import ReadOnlyCredentials

    token = keys.session_token.reveal() if keys.session_token else None
    request = AWSRequest(method="POST", url=url, data=body, headers=dict(headers))
    credentials = ReadOnlyCredentials(keys.access_key_id, keys.secret_access_key.reveal(), token)
    SigV4Auth(credentials, place.service, place.region).add_auth(request)
    return dict(request.headers.items())
