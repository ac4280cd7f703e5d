"""Amazon's hosts: ECR and its API, ECR Public, STS, and the metadata services of instances and containers.

Signatures are verified as AWS does it: scope (date, region, service), signed headers, payload and key. Sources:
docs.aws.amazon.com, Signature Version 4; botocore's service models; providers.md section 2 for what the registries say.
"""

import base64
import hashlib
import hmac
import json
import os
import random
import re
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

from aiohttp import web

from app.oci_client.credentials import Anonymous, EcrAccessKey, EcrIamRole, Secret
from app.oci_client.errors import PermissionDenied, RepositoryNotFound
from app.oci_client.providers.ecr import EcrProvider
from app.oci_client.providers.ecr_hosts import EcrPlace, place_of
from app.oci_client.reference import RegistryHost
from tests.lab.content import Held, Repository
from tests.lab.contract import ContractCase
from tests.lab.registry import LabRegistry, Storage, TokenRegistry, Visitor, fill, refused
from tests.lab.server import Lab, LabHost, Token, basic_pair

ACCOUNT = "123456789012"
REGION = "eu-west-1"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
PUBLIC = "public.ecr.aws"
USER_ARN = f"arn:aws:iam::{ACCOUNT}:user/chartroom"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/chartroom-node"
READER_ARN = f"arn:aws:iam::{ACCOUNT}:role/chartroom-reader"
KEY = EcrAccessKey("AKIAIOSFODNN7EXAMPLE", Secret("canary/secret+key/bPxRfiCYEXAMPLEKEY0123"))
EXPIRED = "Your authorization token has expired. Reauthenticate and try again."


@dataclass
class Principal:
    """Who signs with one access key. `account` is the name that repositories know readers by: the ARN."""

    arn: str
    access_key_id: str
    secret: str
    session_token: str | None = None
    denied: set[str] = field(default_factory=set)


@dataclass
class Role:
    """`trusts`: ARNs that may assume it, or web identity tokens."""

    arn: str
    trusts: set[str] = field(default_factory=set)
    external_id: str | None = None
    denied: set[str] = field(default_factory=set)


class Aws:
    """Keys and roles; what every host of Amazon's knows."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.principals: dict[str, Principal] = {}
        self.roles: dict[str, Role] = {}
        self.temporary = 0

    def user(self, credential: EcrAccessKey = KEY, arn: str = USER_ARN) -> Principal:
        """A user with a key that lasts. The secret itself may reach no host at all."""
        secret = credential.secret_access_key.reveal()
        made = self.principals[credential.access_key_id] = Principal(arn, credential.access_key_id, secret)
        self.lab.watch(secret)
        return made

    def role(self, arn: str, *trusts: str, external_id: str | None = None) -> Role:
        made = self.roles[arn] = Role(arn, set(trusts), external_id)
        return made

    def session(self, arn: str, denied: set[str] | None = None) -> Principal:
        """Temporary keys of a role, as STS and metadata services give them out."""
        self.temporary += 1
        number = f"{self.temporary:04}"
        made = Principal(arn, f"ASIALABLABLABLAB{number}", f"canary-temporary-{number}", f"canary-session-{number}")
        made.denied = denied if denied is not None else self.roles[arn].denied if arn in self.roles else set()
        self.principals[made.access_key_id] = made
        self.lab.watch(made.secret)
        apis = [name for name, host in self.lab.hosts.items() if isinstance(host, AwsHost)]
        self.lab.watch(str(made.session_token), *apis)
        return made

    def end_sessions(self) -> None:
        """Temporary keys given out so far are ended."""
        for each in self.principals.values():
            if each.session_token is not None:
                each.session_token = "ended"

    def signer(self, request: web.Request, body: bytes, service: str, region: str) -> Principal | tuple[str, str]:
        """Who signed the request, or code and message of the refusal."""
        match = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=(\w+)/(\d{8})/([\w-]+)/([\w-]+)/aws4_request, ?"
            r"SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})",
            request.headers.get("Authorization", ""),
        )
        if match is None:
            return "MissingAuthenticationTokenException", "Missing Authentication Token"
        key_id, date, scope_region, scope_service, signed_headers, signature = match.groups()
        principal = self.principals.get(key_id)
        if principal is None:
            return "UnrecognizedClientException", "The security token included in the request is invalid."
        if (scope_region, scope_service) != (region, service):
            return "InvalidSignatureException", f"Credential should be scoped to a valid region, not '{scope_region}'."
        names = signed_headers.split(";")
        if not {"host", "x-amz-date"} <= set(names):
            return "InvalidSignatureException", "host and x-amz-date must be signed"
        canonical = "\n".join(
            [
                request.method,
                request.rel_url.raw_path,
                request.rel_url.raw_query_string,
                *(f"{name}:{' '.join(request.headers[name].split())}" for name in names),
                "",
                signed_headers,
                hashlib.sha256(body).hexdigest(),
            ]
        )
        scope = f"{date}/{region}/{service}/aws4_request"
        stamp = request.headers["X-Amz-Date"]
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        derived = f"AWS4{principal.secret}".encode()
        for part in (date, region, service, "aws4_request"):
            derived = hmac.digest(derived, part.encode(), "sha256")
        if not hmac.compare_digest(hmac.digest(derived, text.encode(), "sha256").hex(), signature):
            return "InvalidSignatureException", (
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
                "Access Key and signing method."
            )
        if request.headers.get("X-Amz-Security-Token") != principal.session_token:
            return "ExpiredTokenException", "The security token included in the request is expired"
        return principal


class AwsHost(LabHost):
    """Anything of Amazon's that takes signatures."""

    def __init__(self, lab: Lab, name: str) -> None:
        super().__init__(lab, name, takes_credentials=True)


class EcrApi(AwsHost):
    """The JSON 1.1 API of one region's ECR, or of ECR Public."""

    page_max = 1000

    def __init__(self, aws: Aws, place: EcrPlace, registry: LabRegistry) -> None:
        super().__init__(aws.lab, place.api_host)
        self.aws = aws
        self.place = place
        self.registry = registry
        self.password_lifetime_seconds = 12 * 3600.0
        self.operations: list[str] = []
        self.route("POST", "/", self.call)

    async def call(self, request: web.Request) -> web.StreamResponse:
        target, _, operation = request.headers.get("X-Amz-Target", "").partition(".")
        expected = "SpencerFrontendService" if self.place.public else "AmazonEC2ContainerRegistry_V20150921"
        handler = getattr(self, f"on_{operation}", None)
        if target != expected or handler is None or request.content_type != "application/x-amz-json-1.1":
            return self.error("UnknownOperationException", "")
        self.operations.append(operation)
        signer = self.aws.signer(request, await request.read(), self.place.service, self.place.region)
        if not isinstance(signer, Principal):
            return self.error(*signer)
        asked: dict[str, Any] = await request.json()
        action = f"{self.place.service}:{operation}"
        if action in signer.denied:
            return self.denied(signer, action, asked.get("repositoryName"))
        if self.place.account and asked.get("registryId", self.place.account) != self.place.account:
            return self.error("RegistryNotFoundException", "no such registry")
        if "repositoryName" in asked:
            repository = self.named(asked["repositoryName"])
            if repository is None:
                return self.error("RepositoryNotFoundException", missing_text(asked["repositoryName"], self.place))
            if not repository.public and signer.arn not in repository.readers:
                return self.denied(signer, action, repository.name)
            asked["repository"] = repository
        answer = handler(signer, asked)
        if isinstance(answer, web.Response):
            return answer
        return web.json_response(answer, content_type="application/x-amz-json-1.1")

    def named(self, name: str) -> Repository | None:
        return self.registry.repositories.get(name)

    def error(self, code: str, message: str) -> web.Response:
        body = {"__type": code, "message": message}
        return web.json_response(body, status=400, content_type="application/x-amz-json-1.1")

    def denied(self, signer: Principal, action: str, repository: str | None) -> web.Response:
        return self.error("AccessDeniedException", denied_text(signer.arn, action, repository))

    def page(self, key: str, items: list[Any], asked: Mapping[str, Any]) -> dict[str, Any] | web.Response:
        """`nextToken` is opaque; one that was not given out is refused."""
        size = int(asked.get("maxResults", 100))
        if size > self.page_max:
            return self.error("InvalidParameterException", "Member must have value less than or equal to 1000")
        start = 0
        if "nextToken" in asked:
            try:
                start = int(base64.b64decode(asked["nextToken"]).decode().removeprefix("lab:"))
            except ValueError:
                return self.error("InvalidParameterException", "Invalid parameter at 'nextToken'")
        answer: dict[str, Any] = {key: items[start : start + size]}
        if start + size < len(items):
            answer["nextToken"] = base64.b64encode(f"lab:{start + size}".encode()).decode()
        return answer

    # Operations, by their own names.

    def on_GetAuthorizationToken(self, signer: Principal, asked: Mapping[str, Any]) -> dict[str, Any]:
        password = self.aws.lab.mint(signer.arn, [], [self.registry.name], self.password_lifetime_seconds)
        data = {
            "authorizationToken": base64.b64encode(f"AWS:{password.text}".encode()).decode(),
            "expiresAt": time.time() + self.password_lifetime_seconds,
        }
        if self.place.public:
            return {"authorizationData": data}
        return {"authorizationData": [{**data, "proxyEndpoint": f"https://{self.registry.name}"}]}

    def on_DescribeRepositories(self, signer: Principal, asked: Mapping[str, Any]) -> Any:
        names = list(self.registry.repositories)
        own = [{"repositoryName": name, "repositoryUri": f"{self.registry.name}/{name}"} for name in names]
        return self.page("repositories", own, asked)

    def on_DescribeImages(self, signer: Principal, asked: Mapping[str, Any]) -> Any:
        repository: Repository = asked["repository"]
        assert asked.get("filter") == {"tagStatus": "TAGGED"}
        named: dict[str, list[str]] = {}
        for tag, at in repository.tags.items():
            named.setdefault(at, []).append(tag)
        images = [{**described(repository.manifests[at]), "imageTags": tags} for at, tags in named.items()]
        random.Random(7).shuffle(images)
        return self.page("imageDetails", images, asked)

    def on_BatchGetImage(self, signer: Principal, asked: Mapping[str, Any]) -> Any:
        repository: Repository = asked["repository"]
        if len(asked["imageIds"]) > 100:
            return self.error("InvalidParameterException", "Member must have length less than or equal to 100")
        images, failures = [], []
        for image_id in asked["imageIds"]:
            held = repository.manifests.get(image_id["imageDigest"])
            if held is None:
                failures.append({"imageId": image_id, "failureCode": "ImageNotFound"})
            else:
                images.append(
                    {
                        "repositoryName": repository.name,
                        "imageId": {"imageDigest": held.digest},
                        "imageManifest": held.body.decode(),
                        "imageManifestMediaType": held.media_type,
                    }
                )
        return {"images": images, "failures": failures}


class EcrPublicApi(EcrApi):
    """`alias` is the one that this account publishes under; only its repositories are told about."""

    alias = "acme"

    def named(self, name: str) -> Repository | None:
        return self.registry.repositories.get(f"{self.alias}/{name}")

    def on_DescribeRegistries(self, signer: Principal, asked: Mapping[str, Any]) -> Any:
        aliases = [{"name": self.alias, "status": "ACTIVE"}]
        return self.page("registries", [{"registryId": ACCOUNT, "aliases": aliases}], asked)

    def on_DescribeRepositories(self, signer: Principal, asked: Mapping[str, Any]) -> Any:
        own = [name for name in self.registry.repositories if name.startswith(f"{self.alias}/")]
        listed = [
            {"repositoryName": name.partition("/")[2], "repositoryUri": f"{self.registry.name}/{name}"} for name in own
        ]
        return self.page("repositories", listed, asked)

    def on_DescribeImageTags(self, signer: Principal, asked: Mapping[str, Any]) -> Any:
        repository: Repository = asked["repository"]
        tags = [{"imageTag": tag, "imageDetail": described(held)} for tag, held in repository.held_tags()]
        return self.page("imageTagDetails", tags, asked)


class _OpaqueTags:
    """Tags in no order; `last` is a mark of the registry's own, `Link` absolute, the body text/plain."""

    name: str

    def opaque_page(self, request: web.Request, path: str, names: list[str], repository: str) -> web.StreamResponse:
        size = int(request.query.get("n", 100))
        if size > 1000:
            return refused(
                405,
                "UNSUPPORTED",
                "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or "
                "equal to 1000'",
            )
        start = 0
        if "last" in request.query:
            mark = re.fullmatch(r"opaque-(\d+)==", request.query["last"])
            if mark is None:
                return refused(400, "UNSUPPORTED", "Invalid parameter at 'nextToken'")
            start = int(mark[1])
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        if start + size < len(names):
            last = quote(f"opaque-{start + size}==", safe="")
            headers["Link"] = f'<https://{self.name}{path}?last={last}&n={size}>; rel="next"'
        body = json.dumps({"name": repository, "tags": names[start : start + size]}).encode()
        return web.Response(body=body, headers=headers)


class EcrRegistry(_OpaqueTags, LabRegistry):
    """A private registry. `expired_status` is what a password that has ended is answered with."""

    def __init__(self, aws: Aws, host: str = HOST) -> None:
        region = place_of(RegistryHost.parse(host)).region
        bucket = f"prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com"
        super().__init__(aws.lab, host, storage=Storage(aws.lab, bucket))
        self.place = place_of(RegistryHost.parse(host))
        self.aws = aws
        self.expired_status = 403

    def visitor(self, request: web.Request) -> Visitor | None:
        pair = basic_pair(request)
        token = self.lab.good_token(pair[1]) if pair and pair[0] == "AWS" else None
        return Visitor(token.account) if token else None

    def unauthorized(self, request: web.Request, scope: str | None) -> web.Response:
        pair = basic_pair(request)
        if pair and pair[1] in self.lab.tokens and self.expired_status != 401:
            return refused(self.expired_status, "DENIED", EXPIRED)
        return web.Response(
            status=401,
            text="Not Authorized\n",
            headers={
                "WWW-Authenticate": f'Basic realm="https://{self.name}/",service="ecr.amazonaws.com"',
                "Docker-Distribution-Api-Version": "registry/2.0",
            },
        )

    def principal(self, request: web.Request) -> Principal:
        visitor = self.visitor(request)
        arn = visitor.account if visitor else None
        return next(each for each in self.aws.principals.values() if each.arn == arn)

    def opened(self, request: web.Request, name: str) -> Repository | web.Response:
        opened = super().opened(request, name)
        if isinstance(opened, Repository):
            part = request.path.removeprefix(f"/v2/{name}/").partition("/")[0]
            actions = {"tags": "ListImages", "manifests": "BatchGetImage", "blobs": "GetDownloadUrlForLayer"}
            principal = self.principal(request)
            if f"ecr:{actions[part]}" in principal.denied:
                return refused(403, "DENIED", denied_text(principal.arn, f"ecr:{actions[part]}", name))
        return opened

    def denied(self, request: web.Request, repository: str) -> web.Response:
        return refused(403, "DENIED", denied_text(self.principal(request).arn, "ecr:BatchGetImage", repository))

    def missing(self, request: web.Request, repository: str, visitor: Visitor) -> web.Response:
        return refused(404, "NAME_UNKNOWN", missing_text(repository, self.place))

    async def tags(self, request: web.Request, repository: str) -> web.StreamResponse:
        opened = self.opened(request, repository)
        if isinstance(opened, web.Response):
            return opened
        names = shuffled(opened)
        return self.opaque_page(request, f"/v2/{repository}/tags/list", names, repository)


class EcrPublicRegistry(_OpaqueTags, TokenRegistry):
    """public.ecr.aws: a token for everybody; a password that has ended is refused even for what is open to all."""

    token_path = "/token/"
    service = "public.ecr.aws"

    def __init__(self, aws: Aws) -> None:
        super().__init__(aws.lab, PUBLIC, storage=Storage(aws.lab, "d2glxqk2uabbnd.cloudfront.net"))

    def challenge(self, request: web.Request, scope: str | None) -> str:
        return f'Bearer realm="https://{self.name}/token/",service="public.ecr.aws",scope="aws"'

    def account_of(self, user: str, password: str) -> str | None:
        token = self.lab.good_token(password)
        return token.account if token and user == "AWS" else None

    def wrong_login(self, user: str) -> web.Response:
        return refused(403, "DENIED", EXPIRED)

    def token_answer(self, token: Token) -> dict[str, object]:
        return {"token": token.text, "expires_in": self.token_lifetime_seconds}

    def denied(self, request: web.Request, repository: str) -> web.Response:
        return self.missing(request, repository, Visitor(None))

    def missing(self, request: web.Request, repository: str, visitor: Visitor) -> web.Response:
        return refused(404, "NAME_UNKNOWN", f"The repository with name '{repository}' does not exist")

    async def tags(self, request: web.Request, repository: str) -> web.StreamResponse:
        opened = self.opened(request, repository)
        if isinstance(opened, web.Response):
            return opened
        return self.opaque_page(request, f"/v2/{repository}/tags/list", shuffled(opened), repository)

    async def manifest(self, request: web.Request, repository: str, reference: str) -> web.StreamResponse:
        if request.method == "HEAD" and request.headers.get("Authorization", "x").strip() in ("", "Basic"):
            return web.Response(status=400)
        return await super().manifest(request, repository, reference)


class Sts(AwsHost):
    """AssumeRole, signed, and AssumeRoleWithWebIdentity, unsigned; XML."""

    def __init__(self, aws: Aws, region: str = REGION) -> None:
        super().__init__(aws.lab, f"sts.{region}.amazonaws.com")
        self.aws = aws
        self.region = region
        self.asked: list[dict[str, str]] = []
        self.route("POST", "/", self.call)

    async def call(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.asked.append(asked)
        role = self.aws.roles.get(asked["RoleArn"])
        action = asked["Action"]
        if action == "AssumeRoleWithWebIdentity":
            assert "Authorization" not in request.headers
            if role is None or asked["WebIdentityToken"] not in role.trusts:
                return self.error(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
            return self.credentials(action, role.arn)
        signer = self.aws.signer(request, body, "sts", self.region)
        if not isinstance(signer, Principal):
            code = {"UnrecognizedClientException": "InvalidClientTokenId"}.get(signer[0], signer[0])
            return self.error(403, code, signer[1])
        if role is None or signer.arn not in role.trusts or role.external_id != asked.get("ExternalId"):
            text = denied_text(signer.arn, "sts:AssumeRole", None).removesuffix("*") + asked["RoleArn"]
            return self.error(403, "AccessDenied", text)
        return self.credentials(action, role.arn)

    def credentials(self, action: str, arn: str) -> web.Response:
        session = self.aws.session(arn)
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        text = (
            f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result><Credentials>'
            f"<AccessKeyId>{session.access_key_id}</AccessKeyId><SecretAccessKey>{session.secret}</SecretAccessKey>"
            f"<SessionToken>{session.session_token}</SessionToken><Expiration>{ends}</Expiration></Credentials>"
            f"<AssumedRoleUser><Arn>{arn}/chartroom</Arn><AssumedRoleId>AROA:chartroom</AssumedRoleId>"
            f"</AssumedRoleUser></{action}Result></{action}Response>"
        )
        return web.Response(text=text, content_type="text/xml")

    def error(self, status: int, code: str, message: str) -> web.Response:
        text = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        return web.Response(status=status, text=text, content_type="text/xml")


class Metadata:
    """What a machine tells about itself, by plain http: an instance by IMDSv2, a container by its own address.

    `version_2_only`: requests without the session token get 401, as where IMDSv1 is off. `open`: whether PUT works.
    """

    def __init__(self, aws: Aws, arn: str) -> None:
        self.aws = aws
        self.arn = arn
        self.open = True
        self.requests: list[tuple[str, str]] = []
        self.container_secret = "canary-pod-identity-token"
        lab = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                lab.requests.append(("PUT", self.path))
                good = lab.open and self.path == "/latest/api/token"
                good = good and "x-aws-ec2-metadata-token-ttl-seconds" in self.headers
                self._answer(200 if good else 403, "imds-session" if good else "")

            def do_GET(self) -> None:
                lab.requests.append(("GET", self.path))
                if self.path == "/container":
                    good = self.headers.get("Authorization") == lab.container_secret
                    self._answer(200 if good else 400, json.dumps(lab.keys()) if good else '{"code":"400"}')
                elif self.headers.get("x-aws-ec2-metadata-token") != "imds-session":
                    self._answer(401, "")
                elif self.path.rstrip("/").endswith("security-credentials"):
                    self._answer(200, "chartroom-node")
                else:
                    self._answer(200, json.dumps({"Code": "Success", **lab.keys()}))

            def _answer(self, status: int, text: str) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *said: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def keys(self) -> dict[str, str]:
        session = self.aws.session(self.arn)
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 6 * 3600))
        return {
            "AccessKeyId": session.access_key_id,
            "SecretAccessKey": session.secret,
            "Token": str(session.session_token),
            "Expiration": ends,
        }

    @contextmanager
    def running(self) -> Iterator["Metadata"]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """Only these AWS_* variables, and no configuration of this machine's."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    nowhere = {"AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"}
    for name in kept:
        del os.environ[name]
    os.environ.update({**nowhere, **variables})
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(kept)


@contextmanager
def on_instance(aws: Aws, arn: str = ROLE_ARN) -> Iterator[Metadata]:
    """On an EC2 instance with this role."""
    with Metadata(aws, arn).running() as metadata, environment(AWS_EC2_METADATA_SERVICE_ENDPOINT=metadata.url):
        yield metadata


@contextmanager
def in_pod_with_pod_identity(aws: Aws, arn: str = ROLE_ARN) -> Iterator[Metadata]:
    """In a pod with EKS Pod Identity; an ECS task differs by the address only."""
    with Metadata(aws, arn).running() as metadata, file_with(metadata.container_secret) as path:
        variables = {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{metadata.url}/container",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": path,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        with environment(**variables):
            yield metadata


@contextmanager
def in_pod_with_irsa(aws: Aws, arn: str = ROLE_ARN, token: str = "canary-web-identity") -> Iterator[Sts]:
    """In a pod whose service account has a role."""
    sts = aws.lab.hosts.get(f"sts.{REGION}.amazonaws.com") or Sts(aws)
    assert isinstance(sts, Sts)
    aws.lab.watch(token, sts.name)
    with (
        file_with(token) as path,
        environment(AWS_ROLE_ARN=arn, AWS_WEB_IDENTITY_TOKEN_FILE=path, AWS_EC2_METADATA_DISABLED="true"),
    ):
        yield sts


@contextmanager
def file_with(text: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "token")
        path.write_text(text)
        yield str(path)


def described(held: Held) -> dict[str, Any]:
    return {
        "registryId": ACCOUNT,
        "imageDigest": held.digest,
        "imageSizeInBytes": len(held.body),
        "imagePushedAt": float(held.pushed_at),
        "imageManifestMediaType": held.media_type,
        "artifactMediaType": held.config_type,
    }


def shuffled(repository: Repository) -> list[str]:
    names = list(repository.tags)
    random.Random(5).shuffle(names)
    return names


def denied_text(arn: str, action: str, repository: str | None) -> str:
    resource = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{repository}" if repository else "*"
    return (
        f"User: {arn} is not authorized to perform: {action} on resource: {resource} because no identity-based policy "
        f"allows the {action} action"
        if action != "sts:AssumeRole"
        else f"User: {arn} is not authorized to perform: {action} on resource: *"
    )


def missing_text(repository: str, place: EcrPlace) -> str:
    return (
        f"The repository with name '{repository}' does not exist in the registry with id '{place.account or ACCOUNT}'"
    )


# What a test wants of a lab: everything of one registry, and of the sign-in that goes with it.


@dataclass
class EcrLab:
    """One private registry and all that belongs to it."""

    aws: Aws
    registry: EcrRegistry
    api: EcrApi


def private(lab: Lab, host: str = HOST) -> EcrLab:
    aws = Aws(lab)
    registry = EcrRegistry(aws, host)
    return EcrLab(aws, registry, EcrApi(aws, registry.place, registry))


@dataclass
class EcrPublicLab:
    """ECR Public and all that belongs to it."""

    aws: Aws
    registry: EcrPublicRegistry
    api: EcrPublicApi


def public(lab: Lab) -> EcrPublicLab:
    aws = Aws(lab)
    registry = EcrPublicRegistry(aws)
    return EcrPublicLab(aws, registry, EcrPublicApi(aws, place_of(RegistryHost(PUBLIC)), registry))


REPOSITORY, FORBIDDEN, MISSING = "charts/app", "charts/secret", "charts/nowhere"
OWN, OWN_FORBIDDEN, OWN_MISSING = "acme/app", "acme/secret", "acme/nowhere"


def _with_key(lab: Lab) -> LabRegistry:
    made = private(lab)
    made.aws.user()
    fill(made.registry, USER_ARN, REPOSITORY, FORBIDDEN)
    return made.registry


def _with_role(lab: Lab) -> LabRegistry:
    made = private(lab)
    made.aws.role(ROLE_ARN, "canary-web-identity")
    made.aws.role(READER_ARN, ROLE_ARN, external_id="lab-external")
    Sts(made.aws)
    fill(made.registry, ROLE_ARN, REPOSITORY, FORBIDDEN)
    made.registry.repositories[REPOSITORY].readers.add(READER_ARN)
    return made.registry


def _public(lab: Lab, *, owner: str | None) -> LabRegistry:
    made = public(lab)
    made.aws.user()
    fill(made.registry, owner, OWN, OWN_FORBIDDEN)
    made.registry.repositories[OWN].public = True
    return made.registry


def _aws(lab: Lab) -> Aws:
    return next(host.aws for host in lab.hosts.values() if isinstance(host, EcrApi))


@contextmanager
def _around(place: Any, lab: Lab) -> Iterator[None]:
    with place(_aws(lab)):
        yield


def _role_case(name: str, place: Any, credential: EcrIamRole, wrong: EcrIamRole | None) -> ContractCase:
    return ContractCase(
        name=f"ecr-{name}",
        provider=EcrProvider(),
        host=HOST,
        build=_with_role,
        credential=credential,
        wrong=wrong,
        repository=REPOSITORY,
        forbidden=FORBIDDEN,
        missing=MISSING,
        discovers={REPOSITORY: None, FORBIDDEN: None},
        listing_requests_for_1000_tags=1,
        around=lambda lab: _around(place, lab),
    )


WRONG_KEY = EcrAccessKey(KEY.access_key_id, Secret("canary-wrong-secret-0123456789"))
CONTRACT_CASES = [
    ContractCase(
        name="ecr-access-key",
        provider=EcrProvider(),
        host=HOST,
        build=_with_key,
        credential=KEY,
        wrong=WRONG_KEY,
        repository=REPOSITORY,
        forbidden=FORBIDDEN,
        missing=MISSING,
        discovers={REPOSITORY: None, FORBIDDEN: None},
        listing_requests_for_1000_tags=1,
        belongs_to=(),
    ),
    _role_case("instance-role", on_instance, EcrIamRole(), None),
    _role_case("pod-identity", in_pod_with_pod_identity, EcrIamRole(), None),
    _role_case("irsa", in_pod_with_irsa, EcrIamRole(), None),
    _role_case("assumed-role", on_instance, EcrIamRole(READER_ARN, "lab-external"), None),
    ContractCase(
        name="ecr-public-anonymous",
        provider=EcrProvider(),
        host=PUBLIC,
        build=lambda lab: _public(lab, owner=None),
        credential=Anonymous(),
        wrong=None,
        repository=OWN,
        forbidden=OWN_FORBIDDEN,
        forbidden_error=RepositoryNotFound,
        missing=OWN_MISSING,
        discovers=PermissionDenied,
        listing_requests_for_1000_tags=1,
        tells_digests=False,
    ),
    ContractCase(
        name="ecr-public-access-key",
        provider=EcrProvider(),
        host=PUBLIC,
        build=lambda lab: _public(lab, owner=USER_ARN),
        credential=KEY,
        wrong=None,  # read all the same, as nobody: see test_ecr.py
        repository=OWN,
        forbidden=OWN_FORBIDDEN,  # every repository of ECR Public is public
        forbidden_error=RepositoryNotFound,
        missing=OWN_MISSING,
        discovers={OWN: None, OWN_FORBIDDEN: None},
        listing_requests_for_1000_tags=1,
        belongs_to=(),
    ),
]
