"""The identity of the machine or pod, found by the AWS SDK. Imported on first use: the SDK costs most of a second.

The SDK runs in a thread of its own, with an event loop of its own: it reads files, and building its STS client takes
0.1 s of parsing. Its requests to STS are handed back and go the way all others go, address guard included. Only its
metadata look-ups (instance, container, pod identity) are its own: they go to the fixed addresses that the SDK knows, or
to where the operator's AWS_* variables say, and to nothing that was typed as a registry.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any, Final, Self

import aioboto3
from aiobotocore.awsrequest import AioAWSResponse
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import BotoCoreError, ClientError, MetadataRetrievalError

from app.oci_client.answers import Answer
from app.oci_client.credentials import EcrIamRole, Secret
from app.oci_client.providers.ecr_api import AwsKeys
from app.oci_client.providers.ecr_errors import ApiRefusal
from app.oci_client.registry_text import quotable

SESSION_NAME: Final = "chartroom"
# Instance metadata by IMDSv2 takes three requests of 1 s at most each, a pod's three of 2 s, STS two of its own.
LOOKUP_MAX_SECONDS: Final = 60.0
# At DEBUG the SDK logs bodies of answers, which hold credentials.
for _name in ("botocore", "aiobotocore", "boto3", "aioboto3"):
    logging.getLogger(_name).setLevel(logging.INFO)

HandOver = Callable[[str, str, Mapping[str, str], bytes | None], Future[Answer]]
"""Method, URL, headers and body of a request to what is done with it on the main event loop."""


class NoRole(Exception):
    """No identity could be had; the text is for people. `refusal`: where it was AWS that refused."""

    def __init__(self, message: str, refusal: ApiRefusal | None = None) -> None:
        super().__init__(message)
        self.refusal = refusal


def find_keys(role: EcrIamRole, region: str, hand_over: HandOver) -> AwsKeys:
    """Blocks. The SDK's own chain: environment, web identity (IRSA), profile, container and pod identity, IMDSv2.

    Raises NoRole, and whatever `hand_over` raises.
    """
    return asyncio.run(_find(role, region, hand_over))


async def _find(role: EcrIamRole, region: str, hand_over: HandOver) -> AwsKeys:
    try:
        async with asyncio.timeout(LOOKUP_MAX_SECONDS):
            boto = aioboto3.Session(botocore_session=_session(region, hand_over))
            own = await boto.get_credentials()
            if own is None:
                raise NoRole(_NOTHING_FOUND)
            keys = await own.get_frozen_credentials()
            if role.assume_role_arn is None:
                return _found(keys.access_key, keys.secret_key, keys.token)
            return await _assumed(boto, role)
    except ClientError as error:
        told = error.response.get("Error", {})
        refusal = ApiRefusal(f"sts:{error.operation_name}", str(told.get("Code", "")), str(told.get("Message", "")))
    except MetadataRetrievalError:
        raise NoRole(_NOTHING_FOUND) from None
    except TimeoutError:
        raise NoRole(f"Looking for this machine's IAM role took longer than {LOOKUP_MAX_SECONDS:.0f} s.") from None
    except (BotoCoreError, OSError) as error:
        raise NoRole(f"This machine's IAM role cannot be used: {quotable(str(error))}") from None
    raise NoRole(refusal.message, refusal)


def _session(region: str, hand_over: HandOver) -> "_HandingSession":
    session = _HandingSession(hand_over)
    if not session.get_config_variable("region"):
        session.set_config_variable("region", region)
    # IMDSv1 answers whoever can make the machine send a GET.
    session.set_config_variable("ec2_metadata_v1_disabled", True)
    session.set_config_variable("max_attempts", 2)
    return session


_NOTHING_FOUND: Final = (
    "The machine Chartroom runs on has no IAM role that could be found: no web identity (IRSA), no EKS Pod Identity or "
    "ECS task role, no instance profile by IMDSv2. Give its pod or instance a role; in a container on EC2, the "
    "instance's metadata hop limit must be 2 or more."
)


async def _assumed(boto: Any, role: EcrIamRole) -> AwsKeys:
    wanted = {"RoleArn": role.assume_role_arn, "RoleSessionName": SESSION_NAME}
    if role.external_id:
        wanted["ExternalId"] = role.external_id
    async with boto.client("sts") as sts:
        answer = await sts.assume_role(**wanted)
    keys = answer["Credentials"]
    return _found(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def _found(access_key_id: str, secret: str, token: str | None) -> AwsKeys:
    return AwsKeys(access_key_id, Secret(secret), Secret(token) if token else None)


class _HandingSession(AioSession):  # type: ignore[misc]
    """Every client that the SDK makes, also inside its chain of credentials, hands its requests over."""

    def __init__(self, hand_over: HandOver) -> None:
        super().__init__()
        self._hand_over = hand_over

    def create_client(self, *args: Any, config: Any = None, **kwargs: Any) -> Any:
        config = config or AioConfig()
        config.http_session_cls = partial(_HandingHttp, self._hand_over)
        return super().create_client(*args, config=config, **kwargs)


class _HandingHttp:
    """What the SDK believes to be its HTTP session. The SDK's own options (proxies, CA bundle) are not used."""

    def __init__(self, hand_over: HandOver, **options: Any) -> None:
        self._hand_over = hand_over

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Nothing is held."""

    async def send(self, request: AWSPreparedRequest) -> Any:
        body = request.body.encode() if isinstance(request.body, str) else request.body
        headers = {name: _text(value) for name, value in request.headers.items()}
        answer: Answer = await asyncio.wrap_future(self._hand_over(request.method, request.url, headers, body))
        lowered = {name.lower(): value for name, value in answer.headers.items()}
        return AioAWSResponse(answer.url, answer.status, lowered, _Raw(answer.body))


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def read(self) -> Awaitable[bytes]:
        async def whole() -> bytes:
            return self._body

        return whole()


def _text(value: str | bytes) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else value
