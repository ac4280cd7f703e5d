"""Harbor: 401 for everything that is refused, an empty access_token, an API with twice encoded slashes."""

from urllib.parse import unquote

from aiohttp import web

from app.oci_client.credentials import Anonymous, Secret, UsernamePassword
from app.oci_client.errors import PermissionDenied
from app.oci_client.manifest import HELM_CONFIG
from app.oci_client.providers.generic import GenericProvider
from tests.lab.contract import ContractCase
from tests.lab.registry import LabRegistry, TokenRegistry, Visitor, fill, paged, refused
from tests.lab.server import Lab, Token, basic_pair

HOST = "harbor.acme.example"


class LabHarbor(TokenRegistry):
    """`api_refused`: the robot may pull but not list."""

    service = "harbor-registry"
    token_path = "/service/token"

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab, HOST)
        self.api_refused = False
        self.route("GET", "/api/v2.0/projects", self.projects)
        self.route("GET", "/api/v2.0/projects/{project}/repositories", self.project_repositories)
        self.route("GET", "/api/v2.0/projects/{project}/repositories/{name}/artifacts", self.artifacts)

    def visitor(self, request: web.Request) -> Visitor | None:
        pair = basic_pair(request)
        if pair is None:
            return super().visitor(request)
        return Visitor(pair[0]) if self.accounts.get(pair[0]) == pair[1] else None

    def challenge(self, request: web.Request, scope: str | None) -> str:
        if "Authorization" in request.headers or request.path == "/v2/_catalog":
            return 'Basic realm="harbor"'
        return super().challenge(request, scope)

    def token_answer(self, token: Token) -> dict[str, object]:
        return {"token": token.text, "access_token": "", "expires_in": 1800, "issued_at": "2026-01-01T00:00:00Z"}

    def denied(self, request: web.Request, repository: str) -> web.Response:
        response = refused(
            401,
            "UNAUTHORIZED",
            f"unauthorized to access repository: {repository}, action: pull",
            WWW_Authenticate=self.challenge(request, f"repository:{repository}:pull"),
        )
        response.set_cookie("sid", "harbor-session-canary")
        return response

    def missing(self, request: web.Request, repository: str, visitor: Visitor) -> web.Response:
        return self.denied(request, repository)

    # The API.

    def api_page(self, request: web.Request, rows: list[dict[str, object]]) -> web.Response:
        page, size = int(request.query.get("page", 1)), int(request.query.get("page_size", 10))
        if size > 100:
            return refused(422, "UNPROCESSABLE_ENTITY", "page_size in query should be less than or equal to 100")
        headers = {"X-Total-Count": str(len(rows))}
        return web.json_response(list(paged(rows, page, size)), headers=headers)

    def api_visitor(self, request: web.Request) -> Visitor | web.Response:
        visitor = self.visitor(request)
        if self.api_refused:
            return refused(403, "FORBIDDEN", "forbidden")
        return visitor or refused(401, "UNAUTHORIZED", "unauthorized")

    async def projects(self, request: web.Request) -> web.StreamResponse:
        visitor = self.api_visitor(request)
        if isinstance(visitor, web.Response):
            return visitor
        names = {name.partition("/")[0] for name, held in self.repositories.items() if self.may_read(visitor, held)}
        return self.api_page(request, [{"name": name, "project_id": 2} for name in sorted(names)])

    async def project_repositories(self, request: web.Request, project: str) -> web.StreamResponse:
        visitor = self.api_visitor(request)
        if isinstance(visitor, web.Response):
            return visitor
        rows: list[dict[str, object]] = [
            {"id": 1, "name": name, "artifact_count": len(held.manifests)}
            for name, held in sorted(self.repositories.items())
            if name.startswith(f"{project}/") and self.may_read(visitor, held)
        ]
        return self.api_page(request, rows)

    async def artifacts(self, request: web.Request, project: str, name: str) -> web.StreamResponse:
        visitor = self.api_visitor(request)
        if isinstance(visitor, web.Response):
            return visitor
        # The router decodes once, the handler a second time; a slash that is encoded once ends at another route.
        repository = self.repositories.get(f"{project}/{unquote(unquote(name))}")
        if ("%2F" in name.upper() and "%252F" not in name.upper()) or repository is None:
            return refused(404, "NOT_FOUND", f"repository {name} not found")
        if not self.may_read(visitor, repository):
            return refused(403, "FORBIDDEN", "forbidden")
        rows: list[dict[str, object]] = []
        for digest, held in repository.manifests.items():
            tags = [
                {"name": tag, "push_time": "2026-01-01T00:00:00.000Z"}
                for tag, at in repository.tags.items()
                if at == digest
            ]
            kind = "CHART" if held.config_type == HELM_CONFIG else "IMAGE"
            rows.append(
                {
                    "type": kind,
                    "media_type": held.config_type,
                    "manifest_media_type": held.media_type,
                    "digest": digest,
                    "pull_time": "0001-01-01T00:00:00.000Z",
                    "tags": tags or None,
                }
            )
        return self.api_page(request, rows)


ROBOT = UsernamePassword("robot$acme+chartroom", Secret("robot-canary-61"))
CHARTS, SECRET, MISSING = "acme/charts/payments", "other/secret", "acme/nowhere"


def build(lab: Lab, account: str | None) -> LabHarbor:
    harbor = LabHarbor(lab)
    harbor.accounts = {ROBOT.username: ROBOT.password.reveal()}
    fill(harbor, account, CHARTS, SECRET)
    return harbor


def _case(name: str, credential: UsernamePassword | Anonymous, account: str | None) -> ContractCase:
    def build_for(lab: Lab) -> LabRegistry:
        return build(lab, account)

    return ContractCase(
        name=f"harbor-{name}",
        provider=GenericProvider(),
        host=HOST,
        build=build_for,
        credential=credential,
        wrong=UsernamePassword(ROBOT.username, Secret("wrong-canary-79")) if account else None,
        repository=CHARTS,
        forbidden=SECRET,
        missing=MISSING,
        missing_error=PermissionDenied,
        discovers={CHARTS: None},
        listing_requests_for_1000_tags=11,  # 1,000 artifacts fill ten pages, and the eleventh tells that it is the last
    )


CONTRACT_CASES = [_case("robot", ROBOT, ROBOT.username), _case("anonymous", Anonymous(), None)]
