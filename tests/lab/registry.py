"""A registry of the lab as the distribution specification has it, with a hook for each thing companies change."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from tests.lab.content import Repository
from tests.lab.server import Lab, LabHost, Token, basic_pair, bearer_text
from tests.oci_client.lab import digest


@dataclass(frozen=True)
class Visitor:
    """Who asks. `account` None: nobody in particular. `scopes` None: whatever the account may do."""

    account: str | None
    scopes: tuple[str, ...] | None = None


def refused(status: int, code: str, message: str, **headers: str) -> web.Response:
    """An error as the specification writes it; underscores in header names become hyphens."""
    return web.json_response(
        {"errors": [{"code": code, "message": message}]},
        status=status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


class Storage(LabHost):
    """Where blobs are redirected to. A credential that comes here is a leak."""

    def __init__(self, lab: Lab, name: str) -> None:
        super().__init__(lab, name, takes_credentials=False)
        self.blobs: dict[str, bytes] = {}
        self.route("GET", "/blobs/{digest}", self.blob)

    async def blob(self, request: web.Request, digest: str) -> web.StreamResponse:
        if request.query.get("signature") != "lab":
            return web.Response(status=403, text="SignatureDoesNotMatch")
        return web.Response(body=self.blobs[digest])


class LabRegistry(LabHost):
    """`/v2/` of one host. Override what a company does differently; `accounts` are user names and passwords."""

    redirect_status = 307
    tags_page_max = 1000

    def __init__(self, lab: Lab, name: str, *, storage: Storage | None = None) -> None:
        super().__init__(lab, name, takes_credentials=True)
        self.storage = storage
        self.accounts: dict[str, str] = {}
        self.repositories: dict[str, Repository] = {}
        self.route("GET", "/v2/", self.ping)
        self.route("GET", "/v2/_catalog", self.catalog)
        self.route("GET", "/v2/{repository*}/tags/list", self.tags)
        self.route("GET", "/v2/{repository*}/manifests/{reference}", self.manifest)
        self.route("GET", "/v2/{repository*}/blobs/{digest}", self.blob)

    def repository(self, name: str, *, readers: Sequence[str] = (), public: bool = False) -> Repository:
        """A new, empty one."""
        made = self.repositories[name] = Repository(name, public, set(readers))
        return made

    # Hooks.

    def visitor(self, request: web.Request) -> Visitor | None:
        """Who a request to /v2/ says it is; None where what it says is not believed. Basic by default."""
        pair = basic_pair(request)
        if pair is None:
            return Visitor(None) if "Authorization" not in request.headers else None
        return Visitor(pair[0]) if self.accounts.get(pair[0]) == pair[1] else None

    def challenge(self, request: web.Request, scope: str | None) -> str:
        return 'Basic realm="lab"'

    def ping_wants_login(self) -> bool:
        return True

    def unauthorized(self, request: web.Request, scope: str | None) -> web.Response:
        """401 to those who are nobody, and to those whose credentials are not believed."""
        challenge = self.challenge(request, scope)
        return refused(401, "UNAUTHORIZED", "authentication required", WWW_Authenticate=challenge)

    def denied(self, request: web.Request, repository: str) -> web.Response:
        """To those who are somebody and may not."""
        return refused(403, "DENIED", "requested access to the resource is denied")

    def missing(self, request: web.Request, repository: str, visitor: Visitor) -> web.Response:
        return refused(404, "NAME_UNKNOWN", "repository name not known to registry")

    def may_read(self, visitor: Visitor, repository: Repository) -> bool:
        if visitor.scopes is not None and f"repository:{repository.name}:pull" not in visitor.scopes:
            return False
        return repository.public or visitor.account in repository.readers

    def tag_order(self, repository: Repository) -> list[str]:
        return sorted(repository.tags)

    def next_link(self, path: str, query: Mapping[str, str]) -> str:
        """Relative, parameters in alphabetical order, as Distribution has it."""
        pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in sorted(query.items()))
        return f'<{path}?{pairs}>; rel="next"'

    # Routes.

    async def ping(self, request: web.Request) -> web.StreamResponse:
        visitor = self.visitor(request)
        if visitor is None or (visitor.account is None and visitor.scopes is None and self.ping_wants_login()):
            return self.unauthorized(request, None)
        return web.json_response({})

    async def catalog(self, request: web.Request) -> web.StreamResponse:
        visitor = self.visitor(request)
        if visitor is None or visitor.account is None:
            return self.unauthorized(request, "registry:catalog:*")
        names = sorted(name for name, held in self.repositories.items() if self.may_list(visitor, held))
        return self.page(request, "/v2/_catalog", "repositories", names, {})

    def may_list(self, visitor: Visitor, repository: Repository) -> bool:
        return repository.public or visitor.account in repository.readers

    def opened(self, request: web.Request, name: str) -> Repository | web.Response:
        """The repository for those who may read it, the refusal for others."""
        scope = f"repository:{name}:pull"
        visitor = self.visitor(request)
        if visitor is None:
            return self.unauthorized(request, scope)
        repository = self.repositories.get(name)
        if repository is not None and self.may_read(visitor, repository):
            return repository
        if visitor.account is None and visitor.scopes is None:
            return self.unauthorized(request, scope)
        return self.denied(request, name) if repository is not None else self.missing(request, name, visitor)

    async def tags(self, request: web.Request, repository: str) -> web.StreamResponse:
        opened = self.opened(request, repository)
        if isinstance(opened, web.Response):
            return opened
        names = self.tag_order(opened)
        return self.page(request, f"/v2/{repository}/tags/list", "tags", names, {"name": repository})

    def page(
        self, request: web.Request, path: str, key: str, names: Sequence[str], more: Mapping[str, str]
    ) -> web.StreamResponse:
        asked = int(request.query.get("n", self.tags_page_max))
        size = min(asked, self.tags_page_max)
        last = request.query.get("last")
        start = names.index(last) + 1 if last in names else 0
        shown = names[start : start + size]
        headers = {}
        if start + size < len(names):
            headers["Link"] = self.next_link(path, {"n": str(size), "last": shown[-1]})
        return web.json_response({**more, key: list(shown)}, headers=headers)

    async def manifest(self, request: web.Request, repository: str, reference: str) -> web.StreamResponse:
        opened = self.opened(request, repository)
        if isinstance(opened, web.Response):
            return opened
        held = opened.find(reference)
        if held is None:
            return refused(404, "MANIFEST_UNKNOWN", "manifest unknown", **self.manifest_headers(request))
        etag = f'"{held.digest}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        headers = {"Docker-Content-Digest": held.digest, "Content-Type": held.media_type, "ETag": etag}
        for name, value in self.manifest_headers(request).items():
            headers[name.replace("_", "-")] = value
        return web.Response(body=held.body, headers=headers)

    def manifest_headers(self, request: web.Request) -> dict[str, str]:
        """What goes along with manifests; underscores in names become hyphens."""
        return {}

    async def blob(self, request: web.Request, repository: str, digest: str) -> web.StreamResponse:
        opened = self.opened(request, repository)
        if isinstance(opened, web.Response):
            return opened
        body = opened.blobs.get(digest)
        if body is None:
            return refused(404, "BLOB_UNKNOWN", "blob unknown to registry")
        if self.storage is None:
            return web.Response(body=body)
        self.storage.blobs[digest] = body
        location = f"https://{self.storage.name}/blobs/{digest}?signature=lab"
        return web.Response(
            status=self.redirect_status, headers={"Location": location, "Docker-Content-Digest": digest}
        )


class TokenRegistry(LabRegistry):
    """A registry that wants bearer tokens. Its token endpoint is on `token_host`, which may be itself."""

    token_path = "/token"
    service = "lab"

    def __init__(
        self,
        lab: Lab,
        name: str,
        *,
        storage: Storage | None = None,
        token_host: str | None = None,
        realm_path: str = "",
    ) -> None:
        super().__init__(lab, name, storage=storage)
        self.token_lifetime_seconds = 300.0
        self.token_path = realm_path or self.token_path
        self.token_host: LabHost = (
            self if token_host in (None, name) else LabHost(lab, str(token_host), takes_credentials=True)
        )
        self.token_host.route("GET", self.token_path, self.mint)

    def challenge(self, request: web.Request, scope: str | None) -> str:
        named = f',scope="{scope}"' if scope else ""
        return f'Bearer realm="https://{self.token_host.name}{self.token_path}",service="{self.service}"{named}'

    def visitor(self, request: web.Request) -> Visitor | None:
        if "Authorization" not in request.headers:
            return Visitor(None)
        token = self.lab.good_token(bearer_text(request))
        return Visitor(token.account, token.scopes) if token else None

    # Hooks of the token endpoint.

    def wrong_login(self, user: str) -> web.Response:
        return refused(401, "UNAUTHORIZED", "incorrect username or password")

    def token_answer(self, token: Token) -> dict[str, object]:
        return {"token": token.text, "expires_in": self.token_lifetime_seconds}

    def scope_refusal(self, account: str | None, scope: str) -> web.Response | None:
        """A token endpoint that says no itself, instead of giving a token that opens nothing."""
        return None

    def granted(self, account: str | None, scope: str) -> bool:
        name = scope.removeprefix("repository:").removesuffix(":pull")
        repository = self.repositories.get(name)
        return scope == f"repository:{name}:pull" and (
            repository is None or repository.public or account in repository.readers
        )

    def account_of(self, user: str, password: str) -> str | None:
        """The account that a pair signs in to, None when it is wrong."""
        return user if self.accounts.get(user) == password else None

    async def mint(self, request: web.Request) -> web.StreamResponse:
        account = None
        pair = basic_pair(request)
        if pair is not None:
            account = self.account_of(*pair)
            if account is None:
                return self.wrong_login(pair[0])
        scopes = request.query.getall("scope", [])
        for scope in scopes:
            refusal = self.scope_refusal(account, scope)
            if refusal is not None:
                return refusal
        granted = [scope for scope in scopes if self.granted(account, scope)]
        token = self.lab.mint(account, granted, [self.name], self.token_lifetime_seconds)
        return web.json_response(self.token_answer(token))


def json_of(request_body: bytes) -> dict[str, object]:
    """The JSON object that was sent; empty for anything else."""
    try:
        document = json.loads(request_body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def paged(items: Sequence[object], page: int, size: int) -> Sequence[object]:
    """The items on a page; pages count from 1."""
    return items[(page - 1) * size : page * size]


FillStandard = Callable[[LabRegistry, str, str, str], None]


def fill(registry: LabRegistry, account: str | None, repository: str, forbidden: str) -> None:
    """What the contract wants: two charts and a signature in `repository`, read by `account` (None: by all); and
    `forbidden`, which is there and which somebody else reads.
    """
    charts = registry.repository(repository, readers=[account] if account else [], public=account is None)
    charts.push_chart("1.0.0")
    charts.push_signature(charts.push_chart("1.1.0"))
    registry.repository(forbidden, readers=["somebody-else"]).push_chart("1.0.0")


__all__ = ["LabRegistry", "Storage", "TokenRegistry", "Visitor", "digest", "fill", "json_of", "paged", "refused"]
