"""Docker Hub: registry-1.docker.io, auth.docker.io, hub.docker.com and where its blobs are."""

from datetime import UTC, datetime

from aiohttp import web

from app.oci_client.credentials import Anonymous, Secret, UsernamePassword
from app.oci_client.errors import PermissionDenied
from app.oci_client.manifest import HELM_CONFIG
from app.oci_client.providers.docker_hub import DockerHubProvider
from tests.lab.content import IMAGE_CONFIG, Held, Repository
from tests.lab.contract import ContractCase
from tests.lab.registry import LabRegistry, Storage, TokenRegistry, Visitor, fill, json_of, paged, refused
from tests.lab.server import Lab, LabHost, Token, bearer_text

REGISTRY, TOKENS, API = "registry-1.docker.io", "auth.docker.io", "hub.docker.com"
STORAGE = "docker-images-prod.r2.cloudflarestorage.com"
CONTENT_TYPES = {HELM_CONFIG: "helm", IMAGE_CONFIG: "image"}


class LabDockerHub(TokenRegistry):
    """Every tag on one page whatever `n` says; 401 for what is missing and for what is forbidden."""

    service = "registry.docker.io"
    tags_page_max = 1_000_000

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab, REGISTRY, storage=Storage(lab, STORAGE), token_host=TOKENS)
        self.api = LabHubApi(lab, self)
        self.pulls_left = 100

    def wrong_login(self, user: str) -> web.Response:
        return web.json_response({"details": "incorrect username or password"}, status=401)

    def token_answer(self, token: Token) -> dict[str, object]:
        return {
            "token": token.text,
            "access_token": token.text,
            "expires_in": int(self.token_lifetime_seconds),
            "issued_at": "2021-04-28T13:05:30.289632369Z",
        }

    def granted(self, account: str | None, scope: str) -> bool:
        name = scope.removeprefix("repository:").removesuffix(":pull")
        return name in self.repositories and super().granted(account, scope)

    def denied(self, request: web.Request, repository: str) -> web.Response:
        challenge = self.challenge(request, f"repository:{repository}:pull") + ',error="insufficient_scope"'
        return refused(401, "UNAUTHORIZED", "authentication required", WWW_Authenticate=challenge)

    def missing(self, request: web.Request, repository: str, visitor: Visitor) -> web.Response:
        return self.denied(request, repository)

    def manifest_headers(self, request: web.Request) -> dict[str, str]:
        if request.method == "GET":
            self.pulls_left -= 1
        return {"ratelimit_limit": "100;w=21600", "ratelimit_remaining": f"{self.pulls_left};w=21600"}

    async def catalog(self, request: web.Request) -> web.StreamResponse:
        return self.denied(request, "catalog")

    async def manifest(self, request: web.Request, repository: str, reference: str) -> web.StreamResponse:
        if self.pulls_left <= 0 and request.method == "GET":
            message = "You have reached your pull rate limit."
            return refused(429, "TOOMANYREQUESTS", message, ratelimit_limit="100;w=21600")
        return await super().manifest(request, repository, reference)


class LabHubApi(LabHost):
    """hub.docker.com. `tells_digests` False: as its published description has it."""

    def __init__(self, lab: Lab, registry: LabDockerHub) -> None:
        super().__init__(lab, API, takes_credentials=True)
        self.registry = registry
        self.tells_digests = True
        self.logins_refused = False
        self.route("POST", "/v2/auth/token", self.sign_in)
        self.route("GET", "/v2/repositories/namespaces", self.namespaces)
        self.route("GET", "/v2/namespaces/{namespace}/repositories", self.repositories)
        self.route("GET", "/v2/namespaces/{namespace}/repositories/{name}/tags", self.tags)

    def account(self, request: web.Request) -> str | None:
        token = self.lab.good_token(bearer_text(request))
        return token.account if token and "hub-api" in token.scopes else None

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        sent = json_of(await request.read())
        user = str(sent.get("identifier"))
        if self.logins_refused or self.registry.accounts.get(user) != sent.get("secret"):
            return web.json_response({"detail": "Incorrect authentication credentials"}, status=401)
        token = self.lab.mint(user, ["hub-api"], [API], 600)
        return web.json_response({"access_token": token.text})

    async def namespaces(self, request: web.Request) -> web.StreamResponse:
        account = self.account(request)
        if account is None:
            return web.json_response({"detail": "Unauthorized"}, status=401)
        return web.json_response({"namespaces": [account, "acme"]})

    async def repositories(self, request: web.Request, namespace: str) -> web.StreamResponse:
        visitor = Visitor(self.account(request))
        held = [
            repository
            for name, repository in sorted(self.registry.repositories.items())
            if name.startswith(f"{namespace}/") and self.registry.may_read(visitor, repository)
        ]
        rows = [
            {
                "name": repository.name.partition("/")[2],
                "namespace": namespace,
                "content_types": sorted({CONTENT_TYPES[at.config_type] for _, at in repository.held_tags()}),
                "media_types": sorted({at.config_type for _, at in repository.held_tags()}),
            }
            for repository in held
        ]
        return self.answer_page(request, rows)

    async def tags(self, request: web.Request, namespace: str, name: str) -> web.StreamResponse:
        repository = self.registry.repositories.get(f"{namespace}/{name}")
        if repository is None or not self.registry.may_read(Visitor(self.account(request)), repository):
            return web.json_response({"message": "object not found", "errinfo": {}}, status=404)
        return self.answer_page(request, self.rows(repository))

    def rows(self, repository: Repository) -> list[dict[str, object]]:
        return [self.row(tag, held) for tag, held in reversed(repository.held_tags())]

    def row(self, tag: str, held: Held) -> dict[str, object]:
        pushed = datetime.fromtimestamp(held.pushed_at, UTC).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")
        images = [{"architecture": "unknown", "digest": "sha256:" + "0" * 64, "size": 5123}]
        row: dict[str, object] = {"name": tag, "v2": True, "last_updated": pushed, "images": images}
        if self.tells_digests:
            row |= {
                "digest": held.digest,
                "media_type": held.media_type,
                "content_type": CONTENT_TYPES[held.config_type],
            }
        return row

    def answer_page(self, request: web.Request, rows: list[dict[str, object]]) -> web.Response:
        page, size = int(request.query.get("page", 1)), min(int(request.query.get("page_size", 10)), 100)
        shown = paged(rows, page, size)
        if page > 1 and not shown:
            return web.json_response({"message": "object not found"}, status=404)
        more = page * size < len(rows)
        following = f"https://{API}{request.path}?page={page + 1}&page_size={size}" if more else None
        return web.json_response({"count": len(rows), "next": following, "previous": None, "results": list(shown)})


ACCOUNT, PASSWORD = "ada", "dckr_pat_canary-4f1d"
CREDENTIAL = UsernamePassword(ACCOUNT, Secret(PASSWORD))
ORGANISATION = UsernamePassword("acme", Secret("dckr_oat_canary-9a3c"))
CHARTS, SECRET, MISSING = "acme/payments", "acme/secret", "acme/nowhere"


def build(lab: Lab, account: str | None = ACCOUNT) -> LabDockerHub:
    hub = LabDockerHub(lab)
    hub.accounts = {ACCOUNT: PASSWORD, "acme": ORGANISATION.password.reveal()}
    fill(hub, account, CHARTS, SECRET)
    return hub


def _case(name: str, credential: UsernamePassword | Anonymous, account: str | None) -> ContractCase:
    def build_for(lab: Lab) -> LabRegistry:
        return build(lab, account)

    return ContractCase(
        name=f"docker-hub-{name}",
        provider=DockerHubProvider(),
        host=REGISTRY,
        build=build_for,
        credential=credential,
        wrong=UsernamePassword(credential.username, Secret("wrong-canary-77")) if account else None,
        repository=CHARTS,
        forbidden=SECRET,
        missing=MISSING,
        missing_error=PermissionDenied,
        discovers={CHARTS: True},
        namespaces=("acme",),
        # 10 pages of 100, and the API's login.
        listing_requests_for_1000_tags=10,
        belongs_to=(TOKENS, API),
    )


CONTRACT_CASES = [
    _case("access-token", CREDENTIAL, ACCOUNT),
    _case("organisation-token", ORGANISATION, "acme"),
    _case("anonymous", Anonymous(), None),
]
