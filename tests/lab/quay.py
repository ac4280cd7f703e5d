"""Quay, quay.io and one's own: its token endpoint, its API that takes OAuth tokens only, its 302 to storage."""

from aiohttp import web

from app.oci_client.credentials import Anonymous, Secret, UsernamePassword
from app.oci_client.errors import PermissionDenied, RegistryError
from app.oci_client.providers.quay import QuayProvider
from tests.lab.contract import ContractCase
from tests.lab.registry import LabRegistry, Storage, TokenRegistry, Visitor, fill, paged, refused
from tests.lab.server import Lab, Token, bearer_text

HOST, STORAGE = "quay.io", "cdn01.quay.io.lab-storage.net"
OAUTH = "$oauthtoken"


class LabQuay(TokenRegistry):
    """`accounts` are robots (acme+bot), users with encrypted passwords, $app; the OAuth token is of $oauthtoken."""

    redirect_status = 302
    tags_page_max = 100
    token_path = "/v2/auth"

    def __init__(self, lab: Lab, name: str = HOST) -> None:
        self.service = name
        super().__init__(lab, name, storage=Storage(lab, STORAGE))
        self.rows_shown_wrongly: list[dict[str, object]] = []
        self.route("GET", "/api/v1/repository/{namespace}/{name}/tag/", self.api_tags)
        self.route("GET", "/api/v1/repository", self.api_repositories)

    async def ping(self, request: web.Request) -> web.StreamResponse:
        if self.visitor(request) is None or "Authorization" not in request.headers:
            return web.json_response(True, status=401, headers={"WWW-Authenticate": self.challenge(request, None)})
        return web.json_response(True)

    def token_answer(self, token: Token) -> dict[str, object]:
        return {"token": token.text}

    async def mint(self, request: web.Request) -> web.StreamResponse:
        if "Authorization" not in request.headers and not request.query.getall("scope", []):
            return refused(401, "UNAUTHORIZED", "Unauthorized")
        return await super().mint(request)

    def wrong_login(self, user: str) -> web.Response:
        if "+" in user:
            return refused(401, "UNAUTHORIZED", f"Could not find robot with username: {user} and supplied password.")
        return refused(401, "UNAUTHORIZED", "Invalid Username or Password")

    def scope_refusal(self, account: str | None, scope: str) -> web.Response | None:
        if not scope.startswith("repository:"):
            return refused(400, "INVALID_REQUEST", f"Unable to decode repository and actions: {scope}")
        return None

    def denied(self, request: web.Request, repository: str) -> web.Response:
        challenge = self.challenge(request, f"repository:{repository}:pull")
        return refused(
            401, "UNAUTHORIZED", "access to the requested resource is not authorized", WWW_Authenticate=challenge
        )

    def missing(self, request: web.Request, repository: str, visitor: Visitor) -> web.Response:
        return self.denied(request, repository)

    # The API.

    def api_visitor(self, request: web.Request) -> Visitor | web.Response:
        text = request.headers.get("Authorization", "")
        if not text:
            return Visitor(None)
        if bearer_text(request) and bearer_text(request) == self.accounts.get(OAUTH):
            return Visitor(OAUTH)
        return web.json_response({"detail": "Requires authentication", "error_type": "invalid_token"}, status=401)

    async def api_tags(self, request: web.Request, namespace: str, name: str) -> web.StreamResponse:
        visitor = self.api_visitor(request)
        if isinstance(visitor, web.Response):
            return visitor
        repository = self.repositories.get(f"{namespace}/{name}")
        if repository is None and visitor.account:
            return web.json_response({"error_type": "not_found"}, status=404)
        if repository is None or not self.may_read(visitor, repository):
            error = "insufficient_scope" if visitor.account else "invalid_token"
            return web.json_response({"error_type": error}, status=403 if visitor.account else 401)
        rows: list[dict[str, object]] = [
            {"name": tag, "manifest_digest": held.digest, "start_ts": held.pushed_at, "is_manifest_list": False}
            for tag, held in reversed(repository.held_tags())
        ]
        if request.query.get("onlyActiveTags") != "true":  # every digest that a tag ever had
            rows += [{**row, "manifest_digest": "sha256:" + "d" * 64, "end_ts": 1} for row in rows]
        page, size = int(request.query.get("page", 1)), min(int(request.query.get("limit", 50)), 100)
        shown = list(paged(rows, page, size))
        return web.json_response({"tags": shown, "page": page, "has_additional": page * size < len(rows)})

    async def api_repositories(self, request: web.Request) -> web.StreamResponse:
        visitor = self.api_visitor(request)
        if isinstance(visitor, web.Response):
            return visitor
        namespace = request.query.get("namespace")
        if namespace is None:
            return web.json_response({"error_type": "invalid_request"}, status=400)
        rows = [
            {"namespace": namespace, "name": name.partition("/")[2], "is_public": held.public, "kind": "image"}
            for name, held in sorted(self.repositories.items())
            if name.startswith(f"{namespace}/") and self.may_read(visitor, held)
        ]
        start = int(request.query.get("next_page", "gAAAA0").removeprefix("gAAAA"))
        more = {"next_page": f"gAAAA{start + 100}"} if start + 100 < len(rows) else {}
        return web.json_response({"repositories": rows[start : start + 100], **more})


CHARTS, SECRET, MISSING = "acme/payments", "acme/secret", "acme/nowhere"
ROBOT = UsernamePassword("acme+bot", Secret("robot-canary-51"))
ENCRYPTED = UsernamePassword("ada", Secret("encrypted-canary-52"))
TOKEN = UsernamePassword(OAUTH, Secret("oauth-canary-53"))


def build(lab: Lab, account: str | None, host: str = HOST) -> LabQuay:
    quay = LabQuay(lab, host)
    quay.accounts = {each.username: each.password.reveal() for each in (ROBOT, ENCRYPTED, TOKEN)}
    fill(quay, account, CHARTS, SECRET)
    return quay


def _case(
    name: str,
    credential: UsernamePassword | Anonymous,
    account: str | None,
    requests: int,
    discovers: dict[str, bool | None] | type[RegistryError],
    host: str = HOST,
) -> ContractCase:
    def build_for(lab: Lab) -> LabRegistry:
        return build(lab, account, host)

    own_api = requests == 10
    return ContractCase(
        name=f"quay-{name}",
        provider=QuayProvider(),
        host=host,
        build=build_for,
        credential=credential,
        wrong=UsernamePassword(credential.username, Secret("wrong-canary-78")) if account else None,
        repository=CHARTS,
        forbidden=SECRET,
        missing=MISSING,
        missing_error=PermissionDenied,
        discovers=discovers,
        namespaces=("acme",),
        listing_requests_for_1000_tags=requests,
        tells_digests=own_api,
        belongs_to=(host,),
    )


CONTRACT_CASES = [
    # The API's refusal, and 10 pages of 100 by the standard.
    _case("robot", ROBOT, "acme+bot", 11, PermissionDenied),
    _case("encrypted-password", ENCRYPTED, "ada", 11, PermissionDenied),
    _case("oauth-token", TOKEN, OAUTH, 10, {CHARTS: None}),
    _case("anonymous", Anonymous(), None, 10, {CHARTS: None}),
    _case("own-robot", ROBOT, "acme+bot", 11, PermissionDenied, host="quay.acme.example"),
]
