"""Azure: registries of three clouds, and every way of signing in to them, as the contract test runs it.

Sources: recordings of azure-sdk-for-js; github.com/Azure/acr docs. What no source says is said where it is made up.
"""

import base64
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from app.oci_client.client import RegistryClient
from app.oci_client.credentials import (
    Anonymous,
    AzureManagedIdentity,
    AzureServicePrincipal,
    Credential,
    Secret,
    UsernamePassword,
)
from app.oci_client.errors import PermissionDenied
from app.oci_client.providers.azure import REFRESH_TOKEN_USER, AzureProvider
from tests.lab.content import Repository
from tests.lab.contract import ContractCase
from tests.lab.entra import CLIENT, ENTRA, REGISTRY, TENANT, EntraHost, IdentityEndpoint, workload_identity
from tests.lab.registry import Storage, TokenRegistry, Visitor, fill, refused
from tests.lab.server import Handler, Lab, Token, basic_pair

STORAGE = "eusmanaged7.blob.core.windows.net"
CLIENT_SECRET = "kq~8Q-lab-client-secret-51c2"
PASSWORD = "lab-acr-password-9b2e"
SERVICE_PRINCIPAL = AzureServicePrincipal(TENANT, CLIENT, Secret(CLIENT_SECRET))
ADMIN = UsernamePassword("chartroomlab", Secret(PASSWORD))
UNAUTHORIZED = "authentication required, visit https://aka.ms/acr/authorization for more information."
CORRELATION = " CorrelationId: 0c1d2e3f-0000-4000-8000-9a8b7c6d5e4f"
SECONDS_AT_MINTING = 1_800_000_000


def jwt(number: int, lifetime_seconds: float, **claims: object) -> str:
    """Azure's tokens tell their end inside only. Unsigned: nobody here has the key."""

    def part(document: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()

    ends = SECONDS_AT_MINTING + int(lifetime_seconds)
    body = {"jti": f"lab-{number}", "iat": SECONDS_AT_MINTING, "exp": ends, **claims}
    return f"{part({'alg': 'RS256'})}.{part(body)}.c2ln{number}"


class AzureRegistry(TokenRegistry):
    """One login server. `roles` are accounts that the registry knows: those of Entra ID are their client ids."""

    service = REGISTRY
    token_path = "/oauth2/token"

    def __init__(self, lab: Lab, name: str = REGISTRY, *, storage: Storage | None = None) -> None:
        super().__init__(lab, name, storage=storage)
        self.service = name
        self.token_lifetime_seconds = 75 * 60.0
        self.refresh_lifetime_seconds = 3 * 3600.0
        self.roles: set[str] = set()
        self.without_metadata: set[str] = set()
        self.without_catalog: set[str] = set()
        self.anonymous_pull = False
        # Whether a scope that is not granted is refused by the token endpoint, or gives a token that opens less.
        self.token_endpoint_refuses = False
        self.blocked_address: str | None = None
        self._numbers = 0
        self.route("POST", "/oauth2/exchange", self.exchange)
        self.route("POST", "/oauth2/token", self.mint_by_post)
        self.route("GET", "/acr/v1/{repository*}/_manifests", self.manifests)
        self.route("GET", "/acr/v1/_catalog", self.own_catalog)

    async def answer(
        self, request: web.Request, route: str, handler: Handler, parts: dict[str, str]
    ) -> web.StreamResponse:
        if self.blocked_address:
            text = f"client with IP '{self.blocked_address}' is not allowed access. Refer https://aka.ms/acr/firewall "
            return refused(403, "DENIED", text + "to grant access.")
        if basic_pair(request) and not route.endswith("/oauth2/token"):
            self.lab.violations.append(f"Basic was sent to {self.name} ({route}), which is no token endpoint.")
        return await super().answer(request, route, handler, parts)

    # Tokens.

    def jwt_for(self, account: str | None, scopes: Sequence[str], seconds: float) -> Token:
        self._numbers += 1
        text = jwt(self._numbers, seconds, sub=account or "anonymous", grants=list(scopes), for_=self.name)
        return self.lab.mint(account, scopes, [self.name], seconds, text)

    def wrong_login(self, user: str) -> web.Response:
        return refused(401, "UNAUTHORIZED", UNAUTHORIZED + CORRELATION)

    def account_of(self, user: str, password: str) -> str | None:
        if user == REFRESH_TOKEN_USER:
            token = self.lab.good_token(password)
            return token.account if token and token.scopes == ("refresh",) else None
        if password != password.strip():
            raise web.HTTPInternalServerError  # fluxcd/source-controller#193
        return super().account_of(user, password)

    def actions(self, account: str | None, name: str) -> list[str]:
        """What an account may do with a repository. For one that is not there: what its role gives everywhere."""
        held = self.repositories.get(name)
        if account is None:
            allowed = self.anonymous_pull and (held is None or held.public)
        else:
            allowed = held is None or held.public or account in held.readers
        if not allowed:
            return []
        return ["pull"] if account in self.without_metadata else ["pull", "metadata_read"]

    def grant(self, account: str | None, scope: str) -> web.Response:
        """An access token for what of `scope` is granted."""
        granted: list[str] = []
        kind, _, rest = scope.partition(":")
        name, _, wanted = rest.rpartition(":")
        if kind == "repository":
            granted = [f"repository:{name}:{one}" for one in wanted.split(",") if one in self.actions(account, name)]
        elif scope and account is not None and account not in self.without_catalog:
            granted = [scope]
        asked = len(wanted.split(",")) if kind == "repository" else 1
        refuses = account is None or self.token_endpoint_refuses
        if scope and refuses and len(granted) < asked:
            return refused(401, "UNAUTHORIZED", UNAUTHORIZED + CORRELATION)
        token = self.jwt_for(account, granted, self.token_lifetime_seconds)
        return web.json_response(
            {"access_token": token.text}, headers={"x-ms-ratelimit-remaining-calls-per-second": "166.45"}
        )

    async def mint(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("service") != self.name:
            return refused(400, "UNSUPPORTED", "service is not this registry")
        pair = basic_pair(request)
        account = self.account_of(*pair) if pair else None
        if pair and account is None:
            return self.wrong_login(pair[0])
        return self.grant(account, request.query.get("scope", ""))

    async def mint_by_post(self, request: web.Request) -> web.StreamResponse:
        form = dict(parse_qsl((await request.read()).decode()))
        if form.get("service") != self.name or not form.get("scope"):
            return refused(400, "UNSUPPORTED", "service or scope is missing")
        if form.get("grant_type") == "password" and "password" not in form:
            return self.grant(None, form["scope"])
        token = self.lab.good_token(form.get("refresh_token", ""))
        if form.get("grant_type") != "refresh_token" or token is None or token.scopes != ("refresh",):
            return refused(401, "UNAUTHORIZED", UNAUTHORIZED + CORRELATION)
        return self.grant(token.account, form["scope"])

    async def exchange(self, request: web.Request) -> web.StreamResponse:
        form = dict(parse_qsl((await request.read()).decode()))
        if form.get("grant_type") != "access_token" or form.get("service") != self.name:
            return refused(400, "UNSUPPORTED", "grant_type or service is missing")
        token = self.lab.good_token(form.get("access_token", ""))
        if token is None or "entra" not in token.scopes or token.account not in self.roles:
            return refused(401, "UNAUTHORIZED", UNAUTHORIZED + CORRELATION)
        return web.json_response(
            {"refresh_token": self.jwt_for(token.account, ("refresh",), self.refresh_lifetime_seconds).text}
        )

    # /v2/ and /acr/v1/.

    def visitor(self, request: web.Request) -> Visitor | None:
        if basic_pair(request):
            return None
        return super().visitor(request)

    def challenge(self, request: web.Request, scope: str | None) -> str:
        if basic_pair(request):
            return 'Basic realm="Azure Container Registry"'  # helm#12423
        more = ',error="invalid_token"' if "Authorization" in request.headers else ""
        return super().challenge(request, scope) + more

    def unauthorized(self, request: web.Request, scope: str | None) -> web.Response:
        challenge = self.challenge(request, scope)
        return refused(401, "UNAUTHORIZED", UNAUTHORIZED, WWW_Authenticate=challenge, Server="openresty")

    def denied(self, request: web.Request, repository: str) -> web.Response:
        return self.unauthorized(request, f"repository:{repository}:pull")

    def may_read(self, visitor: Visitor, repository: Repository) -> bool:
        return visitor.scopes is not None and f"repository:{repository.name}:pull" in visitor.scopes

    def missing(self, request: web.Request, repository: str, visitor: Visitor) -> web.Response:
        if f"repository:{repository}:pull" not in (visitor.scopes or ()):
            return self.denied(request, repository)
        return super().missing(request, repository, visitor)

    async def manifests(self, request: web.Request, repository: str) -> web.StreamResponse:
        name = unquote(repository)
        scope = f"repository:{name}:metadata_read"
        visitor = self.visitor(request)
        if visitor is None or scope not in (visitor.scopes or ()):
            return self.unauthorized(request, scope)
        held = self.repositories.get(name)
        if held is None:
            return refused(404, "NAME_UNKNOWN", "repository name not known to registry")
        path = f"/acr/v1/{name}/_manifests"
        shown, headers = self.own_page(request, path, sorted(held.manifests))
        rows = [self.row(held, digest) for digest in shown]
        body = {"registry": self.name, "imageName": name, "manifests": rows or None}
        return web.json_response(body, headers=headers)

    def row(self, held: Repository, digest: str) -> dict[str, object]:
        manifest = held.manifests[digest]
        pushed = datetime.fromtimestamp(manifest.pushed_at, UTC).strftime("%Y-%m-%dT%H:%M:%S.0856539Z")
        row: dict[str, object] = {
            "digest": digest,
            "imageSize": len(manifest.body),
            "createdTime": pushed,
            "lastUpdateTime": pushed,
            "mediaType": manifest.media_type,
            "configMediaType": manifest.config_type,
            "changeableAttributes": {"readEnabled": True, "listEnabled": True, "quarantineState": "Passed"},
        }
        tags = [tag for tag, at in held.tags.items() if at == digest]
        return {**row, "tags": tags} if tags else row

    async def own_catalog(self, request: web.Request) -> web.StreamResponse:
        visitor = self.visitor(request)
        if visitor is None or "registry:catalog:*" not in (visitor.scopes or ()):
            return self.unauthorized(request, "registry:catalog:*")
        shown, headers = self.own_page(request, "/acr/v1/_catalog", sorted(self.repositories))
        return web.json_response({"repositories": shown}, headers=headers)

    def own_page(self, request: web.Request, path: str, keys: list[str]) -> tuple[list[str], dict[str, str]]:
        """At most 100; a relative Link with a stray, empty `orderby`."""
        size = min(int(request.query.get("n", 100)), 100)
        last = request.query.get("last", "")
        left = [key for key in keys if key > last]
        if len(left) <= size:
            return left, {}
        return left[:size], {"Link": f'<{path}?last={left[size - 1]}&n={size}&orderby=>; rel="next"'}


def build(lab: Lab) -> AzureRegistry:
    """A registry with an admin user, and an application with a role on it."""
    registry = AzureRegistry(lab, storage=Storage(lab, STORAGE))
    registry.accounts["chartroomlab"] = PASSWORD
    registry.accounts[CLIENT] = CLIENT_SECRET
    registry.roles.add(CLIENT)
    EntraHost(lab).apps[CLIENT] = CLIENT_SECRET
    return registry


REPOSITORY = "charts/app"


def made(lab: Lab, count: int = 2) -> AzureRegistry:
    """What `build` makes, with `count` charts that every account reads, and a repository that none does."""
    registry = build(lab)
    registry.accounts["tokenname"] = PASSWORD
    registry.repository(REPOSITORY, readers=["chartroomlab", "tokenname", CLIENT]).push_charts(count)
    registry.repository("charts/secret", readers=["somebody-else"]).push_chart("1.0.0")
    return registry


def client_of(lab: Lab, credential: Credential) -> RegistryClient:
    """A client of the lab's registry; a client secret may be seen by Microsoft Entra ID only."""
    belongs_to = [ENTRA] if isinstance(credential, AzureServicePrincipal) else None
    return lab.client(REGISTRY, credential, AzureProvider(), belongs_to=belongs_to)


def entra_of(lab: Lab) -> EntraHost:
    host = lab.hosts[ENTRA]
    assert isinstance(host, EntraHost)
    return host


def _filled(account: str | None) -> Callable[[Lab], AzureRegistry]:
    def made(lab: Lab) -> AzureRegistry:
        registry = build(lab)
        registry.anonymous_pull = account is None
        fill(registry, account, "charts/app", "charts/secret")
        return registry

    return made


def _case(name: str, credential: object, wrong: object, account: str | None, **more: object) -> ContractCase:
    values: dict[str, object] = {
        "name": f"azure-{name}",
        "provider": AzureProvider(),
        "host": REGISTRY,
        "build": _filled(account),
        "credential": credential,
        "wrong": wrong,
        "repository": "charts/app",
        "forbidden": "charts/secret",
        "missing": "charts/missing",
        "discovers": {"charts/app": None, "charts/secret": None},
        "listing_requests_for_1000_tags": 10,
        **more,
    }
    return ContractCase(**values)  # type: ignore[arg-type]


def _machine(lab: Lab) -> AbstractContextManager[None]:
    return IdentityEndpoint(lab).serving()


def _app_service(lab: Lab) -> AbstractContextManager[None]:
    return IdentityEndpoint(lab, header="lab-identity-header-77").serving()


CONTRACT_CASES = [
    _case("admin-user", ADMIN, UsernamePassword("chartroomlab", Secret("wrong-3c1")), "chartroomlab"),
    _case(
        "service-principal-as-user",
        UsernamePassword(CLIENT, Secret(CLIENT_SECRET)),
        UsernamePassword(CLIENT, Secret("wrong-3c2")),
        CLIENT,
    ),
    _case(
        "service-principal",
        SERVICE_PRINCIPAL,
        AzureServicePrincipal(TENANT, CLIENT, Secret("wrong-3c3")),
        CLIENT,
        belongs_to=(ENTRA,),
    ),
    _case(
        "machine-identity",
        AzureManagedIdentity(),
        AzureManagedIdentity("99999999-0000-4000-8000-000000000000"),
        CLIENT,
        around=_machine,
    ),
    _case(
        "app-service-identity",
        AzureManagedIdentity(),
        AzureManagedIdentity("99999999-0000-4000-8000-000000000000"),
        CLIENT,
        around=_app_service,
    ),
    _case(
        "workload-identity",
        AzureManagedIdentity(),
        AzureManagedIdentity("99999999-0000-4000-8000-000000000000"),
        CLIENT,
        around=workload_identity,
    ),
    _case(
        "anonymous",
        Anonymous(),
        None,
        None,
        discovers=PermissionDenied,
    ),
]
