"""GitLab's registry: a token service on GitLab's own host, an API of its own that wants a slash at the end."""

from aiohttp import web

from app.oci_client.credentials import Anonymous, Secret, UsernamePassword
from app.oci_client.errors import PermissionDenied
from app.oci_client.providers.generic import GenericProvider
from tests.lab.contract import ContractCase
from tests.lab.registry import LabRegistry, Storage, TokenRegistry, Visitor, fill, refused
from tests.lab.server import Lab

HOST, TOKENS, STORAGE = "registry.gitlab.com", "gitlab.com", "cdn.registry.gitlab-static.net"


class LabGitLab(TokenRegistry):
    """`has_database` False: a GitLab of one's own without the registry's metadata database."""

    service = "container_registry"
    token_path = "/jwt/auth"

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab, HOST, storage=Storage(lab, STORAGE), token_host=TOKENS)
        self.has_database = True
        self.route("GET", "/gitlab/v1/repositories/{repository*}/tags/list", self.without_slash)
        self.route("GET", "/gitlab/v1/repositories/{repository*}/tags/list/", self.own_tags)
        self.route("GET", "/gitlab/v1/repository-paths/{path*}/repositories/list/", self.own_repositories)

    def wrong_login(self, user: str) -> web.Response:
        return refused(403, "DENIED", "access forbidden")

    def granted(self, account: str | None, scope: str) -> bool:
        name = scope.removeprefix("repository:").removesuffix(":pull")
        below = [held for path, held in self.repositories.items() if path == name or path.startswith(f"{name}/")]
        return any(held.public or account in held.readers for held in below)

    def denied(self, request: web.Request, repository: str) -> web.Response:
        challenge = self.challenge(request, f"repository:{repository}:pull") + ',error="insufficient_scope"'
        return refused(401, "UNAUTHORIZED", "authentication required", WWW_Authenticate=challenge)

    def missing(self, request: web.Request, repository: str, visitor: Visitor) -> web.Response:
        return self.denied(request, repository)

    async def without_slash(self, request: web.Request, repository: str) -> web.StreamResponse:
        return web.Response(status=301, headers={"Location": f"{request.path}/"})

    async def own_tags(self, request: web.Request, repository: str) -> web.StreamResponse:
        opened = self.opened(request, repository)
        if isinstance(opened, web.Response):
            return opened
        if not self.has_database:
            return web.Response(status=404, text="404 page not found")
        size = int(request.query.get("n", 100))
        if not 1 <= size <= 1000:
            return refused(400, "INVALID_QUERY_PARAMETER_VALUE", "invalid query parameter value")
        names = sorted(opened.tags)
        last = request.query.get("last")
        start = names.index(last) + 1 if last in names else 0
        shown = names[start : start + size]
        address = f"https://{HOST}{request.path}?n={size}"
        links = [f'<{address}&before={shown[0]}>; rel="previous"'] if start else []
        if start + size < len(names):
            links.append(f'<{address}&last={shown[-1]}>; rel="next"')
        rows = [
            {
                "name": name,
                "digest": opened.tags[name],
                "config_digest": "sha256:" + "c" * 64,
                "media_type": opened.manifests[opened.tags[name]].media_type,
                "published_at": "2022-06-07T14:37:49.251Z",
            }
            for name in shown
        ]
        return web.json_response(rows, headers={"Link": ", ".join(links)} if links else {})

    async def own_repositories(self, request: web.Request, path: str) -> web.StreamResponse:
        visitor = self.visitor(request)
        if visitor is None or f"repository:{path}:pull" not in (visitor.scopes or ()):
            return self.unauthorized(request, f"repository:{path}:pull")
        if not self.has_database:
            return web.Response(status=404, text="404 page not found")
        rows = [
            {"name": name.rpartition("/")[2], "path": name}
            for name, held in sorted(self.repositories.items())
            if name.startswith(f"{path}/") and (held.public or visitor.account in held.readers)
        ]
        return web.json_response(rows)


DEPLOY = UsernamePassword("gitlab+deploy-token-7", Secret("deploy-canary-71"))
CHARTS, SECRET, MISSING = "acme/charts/payments", "other/secret", "acme/nowhere"


def build(lab: Lab, account: str | None) -> LabGitLab:
    gitlab = LabGitLab(lab)
    gitlab.accounts = {DEPLOY.username: DEPLOY.password.reveal()}
    fill(gitlab, account, CHARTS, SECRET)
    return gitlab


def _case(name: str, credential: UsernamePassword | Anonymous, account: str | None) -> ContractCase:
    def build_for(lab: Lab) -> LabRegistry:
        return build(lab, account)

    return ContractCase(
        name=f"gitlab-{name}",
        provider=GenericProvider(),
        host=HOST,
        build=build_for,
        credential=credential,
        wrong=UsernamePassword(DEPLOY.username, Secret("wrong-canary-80")) if account else None,
        repository=CHARTS,
        forbidden=SECRET,
        missing=MISSING,
        missing_error=PermissionDenied,
        discovers={CHARTS: None},
        namespaces=("acme",),
        listing_requests_for_1000_tags=1,
        belongs_to=(TOKENS,),
    )


CONTRACT_CASES = [_case("deploy-token", DEPLOY, DEPLOY.username), _case("anonymous", Anonymous(), None)]
