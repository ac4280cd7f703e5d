"""Google's own services in the lab: token services, the metadata server, and the account that they know."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from app.oci_client.connecting import ResolvedAddress
from tests.lab.registry import json_of
from tests.lab.server import Lab, LabHost, bearer_text

PROJECT = "acme-prod"
EMAIL = f"charts@{PROJECT}.iam.gserviceaccount.com"
MACHINE = f"nodes@{PROJECT}.iam.gserviceaccount.com"
FEDERATED = "principal://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/ci/subject/chartroom"
AUDIENCE = "//iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/ci/providers/cluster"
SUBJECT_TOKEN = "canary-subject-token-9a1e"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
# What google-auth signs, whatever address it sends the claim to.
CLAIM_AUDIENCE = "https://oauth2.googleapis.com/token"
OAUTH, STS, IAM = "oauth2.googleapis.com", "sts.googleapis.com", "iamcredentials.googleapis.com"
LIFETIME_SECONDS = 3599


@cache
def private_key(number: int) -> rsa.RSAPrivateKey:
    """One for each number, made once for the process."""
    return rsa.generate_private_key(65537, 2048)


def key_file(number: int = 0, **changes: Any) -> str:
    """As `gcloud iam service-accounts keys create` writes it."""
    pem = private_key(number).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    document = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": f"{number:040x}",
        "private_key": pem.decode(),
        "client_email": EMAIL,
        "client_id": "103456789012345678901",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
        "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        "client_x509_cert_url": f"https://www.googleapis.com/robot/v1/metadata/x509/{EMAIL.replace('@', '%40')}",
        "universe_domain": "googleapis.com",
        **changes,
    }
    return json.dumps(document, indent=2)


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class Google:
    """Accounts and tokens. `takers`: hosts that may see an access token."""

    def __init__(self, lab: Lab, *takers: str) -> None:
        self.lab = lab
        self.takers = (*takers, IAM)
        self.keys = {(EMAIL, f"{0:040x}"): private_key(0).public_key()}
        self.may_impersonate = {MACHINE: {EMAIL}, FEDERATED: {EMAIL}}
        self.oauth = OauthHost(self)
        self.sts = StsHost(self)
        self.iam = IamCredentialsHost(self)
        # The key signs, and goes nowhere: not even a line of it.
        for line in json.loads(key_file())["private_key"].splitlines()[1:-1]:
            lab.watch(line)

    def token(self, account: str) -> str:
        return self.lab.mint(account, (SCOPE,), self.takers, LIFETIME_SECONDS).text


def oauth_refusal(error: str, description: str) -> web.Response:
    return web.json_response({"error": error, "error_description": description}, status=400)


class OauthHost(LabHost):
    """`POST /token`, RFC 7523."""

    def __init__(self, google: Google) -> None:
        super().__init__(google.lab, OAUTH, takes_credentials=True)
        self.google = google
        self.claims: list[dict[str, Any]] = []
        self.route("POST", "/token", self.mint)

    async def mint(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        if form.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return oauth_refusal("unsupported_grant_type", "Invalid grant_type")
        signed, _, signature = str(form["assertion"]).rpartition(".")
        head, claims = (json.loads(decoded(part)) for part in signed.split("."))
        if head["alg"] != "RS256" or claims["aud"] != CLAIM_AUDIENCE or claims["scope"] != SCOPE:
            return oauth_refusal("invalid_grant", "Invalid JWT: wrong algorithm, audience or scope.")
        if not time.time() - 300 < claims["iat"] < claims["exp"] <= claims["iat"] + 3600:
            return oauth_refusal(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
                "Check your iat and exp values in the JWT claim.",
            )
        if claims["iss"] not in {email for email, _ in self.google.keys}:
            return oauth_refusal("invalid_grant", "Invalid grant: account not found")
        key = self.google.keys.get((claims["iss"], head["kid"]))
        try:
            if key is None:
                raise InvalidSignature
            key.verify(decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return oauth_refusal("invalid_grant", "Invalid JWT Signature.")
        self.claims.append(claims)
        return web.json_response(
            {"access_token": self.google.token(claims["iss"]), "expires_in": LIFETIME_SECONDS, "token_type": "Bearer"}
        )


class StsHost(LabHost):
    """`POST /v1/token`, RFC 8693: the token of another cloud for one of Google."""

    def __init__(self, google: Google) -> None:
        super().__init__(google.lab, STS, takes_credentials=True)
        self.google = google
        self.route("POST", "/v1/token", self.exchange)
        google.lab.watch(SUBJECT_TOKEN, STS)

    async def exchange(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        if form.get("audience") != AUDIENCE:
            return oauth_refusal("invalid_target", "The target service indicated by the audience is invalid.")
        if form.get("subject_token") != SUBJECT_TOKEN:
            return oauth_refusal("invalid_grant", "The subject token could not be validated.")
        return web.json_response(
            {
                "access_token": self.google.token(FEDERATED),
                "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
                "token_type": "Bearer",
                "expires_in": LIFETIME_SECONDS,
            }
        )


def api_refusal(status: int, name: str, message: str, reason: str = "", **metadata: str) -> web.Response:
    """An error as Google's APIs write it, with google.rpc.ErrorInfo where there is a reason."""
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "metadata": metadata}
    error = {"code": status, "message": message, "status": name, **({"details": [info]} if reason else {})}
    return web.json_response({"error": error}, status=status)


class IamCredentialsHost(LabHost):
    """`generateAccessToken`: one account acts as another."""

    def __init__(self, google: Google) -> None:
        super().__init__(google.lab, IAM, takes_credentials=True)
        self.google = google
        self.enabled = True
        self.route("POST", "/v1/projects/-/serviceAccounts/{email}:generateAccessToken", self.generate)

    async def generate(self, request: web.Request, email: str) -> web.StreamResponse:
        asking = self.lab.good_token(bearer_text(request))
        if asking is None:
            return api_refusal(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if not self.enabled:
            text = "IAM Service Account Credentials API has not been used in project 42 before or it is disabled."
            return api_refusal(403, "PERMISSION_DENIED", text, "SERVICE_DISABLED", service=IAM)
        if unquote(email) not in self.google.may_impersonate.get(str(asking.account), ()):
            text = "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."
            return api_refusal(403, "PERMISSION_DENIED", text, "IAM_PERMISSION_DENIED")
        assert json_of(await request.read())["scope"] == [SCOPE]
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        return web.json_response({"accessToken": self.google.token(unquote(email)), "expireTime": ends})


class MetadataDouble:
    """The metadata server: plain http, as Google's is, in a thread of its own. It is also its own resolver."""

    def __init__(self) -> None:
        self.port = 0
        self.paths: list[str] = []
        self.account: str | None = MACHINE
        self.google: Google | None = None
        self.names_refused: list[str] = []
        self.failures_left = 0

    async def resolve(self, host: str, port: int) -> list[ResolvedAddress]:
        if host != "metadata.google.internal":
            self.names_refused.append(host)
            raise OSError("not the metadata server")
        return [ResolvedAddress("127.0.0.1", self.port)]

    def answer(self, raw_path: str, headers: Any) -> tuple[int, str, str]:
        """Status, content type and body."""
        url = urlsplit(raw_path)
        path, query = url.path, parse_qs(url.query)
        self.paths.append(path)
        assert self.google is not None
        if "Authorization" in headers or "Cookie" in headers:
            self.google.lab.violations.append("A credential reached the metadata server.")
        if headers.get("Metadata-Flavor") != "Google":
            return 403, "text/html", "Missing Metadata-Flavor:Google header."
        if self.failures_left:
            self.failures_left -= 1
            return 503, "text/plain", "starting"
        account = "/computeMetadata/v1/instance/service-accounts/default/"
        if path == "/computeMetadata/v1/project/project-id":
            return 200, "application/text", PROJECT
        if self.account is None:
            return 404, "text/html", "The service account was not found."
        if path == account and query.get("recursive") == ["true"]:
            document: dict[str, Any] = {"aliases": ["default"], "email": self.account, "scopes": [SCOPE]}
        elif path == f"{account}token":
            document = {
                "access_token": self.google.token(self.account),
                "expires_in": LIFETIME_SECONDS,
                "token_type": "Bearer",
            }
        else:
            return 404, "text/html", "Not Found"
        return 200, "application/json", json.dumps(document)

    @contextmanager
    def serving(self, google: Google) -> Iterator[None]:
        """While it runs, on a free port."""
        self.google = google
        self.paths.clear()
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, kind, body = double.answer(self.path, self.headers)
                self.send_response(status)
                self.send_header("Metadata-Flavor", "Google")
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *args: object) -> None:
                """Silent."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
