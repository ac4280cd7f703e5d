"""GitHub's registry, ghcr.io, whose token endpoint says no itself, and GitHub's API."""

from urllib.parse import unquote

from aiohttp import web

from app.oci_client.credentials import Anonymous, Secret, UsernamePassword
from app.oci_client.errors import PermissionDenied, RegistryError
from app.oci_client.providers.generic import GenericProvider
from tests.lab.content import Repository
from tests.lab.contract import ContractCase
from tests.lab.registry import LabRegistry, Storage, TokenRegistry, fill, paged, refused
from tests.lab.server import Lab, LabHost, bearer_text

HOST, API, STORAGE = "ghcr.io", "api.github.com", "pkg-containers.githubusercontent.com"


class LabGhcr(TokenRegistry):
    """Oldest tags first; n up to 10,000. A token that has expired is refused for public packages as well."""

    service = "ghcr.io"
    tags_page_max = 10_000

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab, HOST, storage=Storage(lab, STORAGE))
        self.api = LabGitHubApi(lab, self)

    def challenge(self, request: web.Request, scope: str | None) -> str:
        return super().challenge(request, scope or "repository:user/image:pull")

    def wrong_login(self, user: str) -> web.Response:
        return refused(403, "DENIED", "denied: denied")

    def account_of(self, user: str, password: str) -> str | None:
        """Any user name will do."""
        return next((name for name, token in self.accounts.items() if token == password), None)

    def scope_refusal(self, account: str | None, scope: str) -> web.Response | None:
        name = scope.removeprefix("repository:").removesuffix(":pull")
        held = self.repositories.get(name)
        if held is None or not (held.public or account in held.readers):
            return refused(403, "DENIED", "denied")
        return None

    def tag_order(self, repository: Repository) -> list[str]:
        return list(repository.tags)

    async def tags(self, request: web.Request, repository: str) -> web.StreamResponse:
        if "n" not in request.query:
            self.tags_page_max = 100
        try:
            return await super().tags(request, repository)
        finally:
            self.tags_page_max = 10_000


class LabGitHubApi(LabHost):
    """Versions by organisation; `users_only`: the owner is a user. `limited`: the token may not read packages."""

    def __init__(self, lab: Lab, registry: LabGhcr) -> None:
        super().__init__(lab, API, takes_credentials=True)
        self.registry = registry
        self.owner_kind = "orgs"
        self.limited = False
        self.route("GET", "/{kind}/{owner}/packages", self.packages)
        self.route("GET", "/{kind}/{owner}/packages/container/{package}/versions", self.versions)

    def account(self, request: web.Request) -> str | None:
        text = bearer_text(request)
        return next((name for name, token in self.registry.accounts.items() if token == text), None)

    def refusal(self, request: web.Request, kind: str) -> web.Response | None:
        if self.account(request) is None:
            return web.json_response({"message": "Bad credentials"}, status=401)
        if kind != self.owner_kind:
            return web.json_response({"message": "Not Found"}, status=404)
        if self.limited:
            message = "You need at least read:packages scope to list packages."
            return web.json_response({"message": message}, status=403)
        return None

    async def packages(self, request: web.Request, kind: str, owner: str) -> web.StreamResponse:
        refusal = self.refusal(request, kind)
        if refusal is not None:
            return refusal
        account = self.account(request)
        rows = [
            {"name": name.partition("/")[2], "package_type": "container"}
            for name, held in sorted(self.registry.repositories.items())
            if name.startswith(f"{owner}/") and (held.public or account in held.readers)
        ]
        return self.answer_page(request, rows)

    async def versions(self, request: web.Request, kind: str, owner: str, package: str) -> web.StreamResponse:
        refusal = self.refusal(request, kind)
        if refusal is not None:
            return refusal
        held = self.registry.repositories.get(f"{owner}/{unquote(package)}")
        if held is None or not (held.public or self.account(request) in held.readers):
            return web.json_response({"message": "Package not found."}, status=404)
        rows: list[dict[str, object]] = [
            {
                "id": number,
                "name": digest,
                "updated_at": "2026-01-01T00:00:00Z",
                "metadata": {
                    "package_type": "container",
                    "container": {"tags": [tag for tag, at in held.tags.items() if at == digest]},
                },
            }
            for number, digest in enumerate(reversed(held.manifests))
        ]
        return self.answer_page(request, rows)

    def answer_page(self, request: web.Request, rows: list[dict[str, object]]) -> web.Response:
        page, size = int(request.query.get("page", 1)), min(int(request.query.get("per_page", 30)), 100)
        return web.json_response(list(paged(rows, page, size)))


PAT = UsernamePassword("ada", Secret("ghp_canary-81"))
CHARTS, SECRET, MISSING = "acme/charts/payments", "other/secret", "acme/nowhere"


def build(lab: Lab, account: str | None) -> LabGhcr:
    ghcr = LabGhcr(lab)
    ghcr.accounts = {PAT.username: PAT.password.reveal()}
    fill(ghcr, account, CHARTS, SECRET)
    return ghcr


def _case(
    name: str,
    credential: UsernamePassword | Anonymous,
    account: str | None,
    discovers: dict[str, bool | None] | type[RegistryError],
    requests: int,
) -> ContractCase:
    def build_for(lab: Lab) -> LabRegistry:
        return build(lab, account)

    return ContractCase(
        name=f"ghcr-{name}",
        provider=GenericProvider(),
        host=HOST,
        build=build_for,
        credential=credential,
        wrong=UsernamePassword(PAT.username, Secret("ghp_wrong-canary-82")) if account else None,
        repository=CHARTS,
        forbidden=SECRET,
        missing=MISSING,
        missing_error=PermissionDenied,
        discovers=discovers,
        namespaces=("acme",),
        listing_requests_for_1000_tags=requests,
        tells_digests=account is not None,
    )


CONTRACT_CASES = [
    # 1,000 versions fill ten pages, and the eleventh tells that it is the last.
    _case("token", PAT, PAT.username, {CHARTS: None}, 11),
    _case("anonymous", Anonymous(), None, PermissionDenied, 1),
]
