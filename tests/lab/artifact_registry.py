"""Artifact Registry in the lab: pkg.dev, gcr.io, its API, and where downloads come from."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web

from app.oci_client.credentials import Anonymous, Credential, GcpServiceAccount, GcpWorkloadIdentity, Secret
from app.oci_client.errors import PermissionDenied
from app.oci_client.providers.artifact_registry import ArtifactRegistryProvider
from app.oci_client.providers.google_metadata import MetadataServer
from app.oci_client.providers.google_sign_in import GoogleSignIn
from tests.lab.content import Held, Repository
from tests.lab.contract import ContractCase
from tests.lab.google import (
    AUDIENCE,
    EMAIL,
    FEDERATED,
    MACHINE,
    OAUTH,
    PROJECT,
    SUBJECT_TOKEN,
    Google,
    MetadataDouble,
    OauthHost,
    api_refusal,
    key_file,
)
from tests.lab.registry import LabRegistry, Storage, Visitor, fill, refused
from tests.lab.server import Lab, LabHost, basic_pair, bearer_text

HOST, API = "us-central1-docker.pkg.dev", "artifactregistry.googleapis.com"
GCR, GCS = "gcr.io", "storage.googleapis.com"
REPOSITORY, FORBIDDEN = f"{PROJECT}/charts/team/payments", f"{PROJECT}/vault/ledger"
MISSING = f"{PROJECT}/nowhere/payments"
# A project has one repository behind gcr.io, so what may not be read there is another project's.
GCR_REPOSITORY, GCR_FORBIDDEN = f"{PROJECT}/payments", "acme-vault/ledger"
YEAR_1_MILLISECONDS = "-62135596800000"
DOWNLOAD = 'Permission "artifactregistry.repositories.downloadArtifacts" denied on resource'


class ArtifactRegistryHost(LabRegistry):
    """`/v2/` of pkg.dev: listing with digests, 403 for what is missing, 401 without a challenge for a stale token."""

    redirect_status = 302
    tags_page_max = 10_000
    google: Google
    api: "ArtifactRegistryApiHost"

    def __init__(self, lab: Lab, name: str = HOST, *, location: str = "us-central1") -> None:
        super().__init__(lab, name, storage=Storage(lab, GCS) if name == GCR else None)
        self.location = location
        self.downloads: dict[str, bytes] = {}
        self.lists_digests = True
        self.links = False
        self.children: dict[str, list[str]] = {}
        self.route("GET", "/v2/token", self.token)
        self.route(
            "GET", "/artifacts-downloads/namespaces/{project}/repositories/{name}/downloads/{mark}", self.download
        )

    def visitor(self, request: web.Request) -> Visitor | None:
        if "Authorization" not in request.headers:
            return Visitor(None)
        token = self.lab.good_token(bearer_text(request))
        return Visitor(token.account, token.scopes) if token else None

    def unauthorized(self, request: web.Request, scope: str | None) -> web.Response:
        if "Authorization" in request.headers:
            return refused(401, "UNAUTHORIZED", "not authenticated: No valid credential was supplied.")
        challenge = f'Bearer realm="https://{self.name}/v2/token"'
        if self.name == GCR:
            challenge += f",service={self.name}"
        elif scope:
            challenge += f',service="{self.name}",scope="{scope}"'
        words = "not authenticated: No credential was supplied."
        return refused(401, "UNAUTHORIZED", words, WWW_Authenticate=challenge)

    def parent(self, repository: str) -> str:
        """The resource that a path lies in."""
        project, name, *_ = repository.split("/")
        held = self.name if self.name == GCR else name
        return f"projects/{project}/locations/{self.location}/repositories/{held}"

    def refusal(self, account: str | None, repository: str) -> web.Response:
        resource = f'"{self.parent(repository)}"'
        if account is None:
            permission = "artifactregistry.repositories.downloadArtifacts"
            words = (
                f'Unauthenticated request. Unauthenticated requests do not have permission "{permission}" on resource'
            )
            return refused(403, "DENIED", f"{words} {resource} (or it may not exist)")
        return refused(403, "DENIED", f"{DOWNLOAD} {resource} (or it may not exist)")

    def reads(self, account: str | None, parent: str) -> bool:
        """Rights are on repositories, each of which holds many paths."""
        within = [held for held in self.repositories.values() if self.parent(held.name) == parent]
        return any(held.public or account in held.readers for held in within)

    def opened(self, request: web.Request, name: str) -> Repository | web.Response:
        visitor = self.visitor(request)
        if visitor is None or (visitor.account is None and visitor.scopes is None):
            return self.unauthorized(request, f"repository:{name}:pull")
        if "/" not in name:
            return refused(400, "NAME_INVALID", f'Invalid image name "{name}": invalid number of path components: 1')
        if not self.reads(visitor.account, self.parent(name)):
            return self.refusal(visitor.account, name)
        return self.repositories.get(name) or refused(404, "NAME_UNKNOWN", f'Repository "{name}" not found')

    async def token(self, request: web.Request) -> web.StreamResponse:
        """For nobody in particular; with credentials it is not asked."""
        if basic_pair(request) is not None:
            return refused(401, "UNAUTHORIZED", "authentication failed")
        scope = request.query.get("scope", "")
        repository = scope.removeprefix("repository:").removesuffix(":pull")
        if repository and not self.reads(None, self.parent(repository)):
            return self.refusal(None, repository)
        return web.json_response({"token": self.lab.mint(None, (scope,), [self.name], 43200).text, "expires_in": 43200})

    async def tags(self, request: web.Request, repository: str) -> web.StreamResponse:
        opened = self.opened(request, repository)
        if isinstance(opened, web.Response) and repository not in self.children:
            return opened
        held = opened if isinstance(opened, Repository) else Repository(repository)
        size = min(int(request.query.get("n", 1000)), self.tags_page_max)
        names = sorted(held.tags)
        last = request.query.get("last")
        start = names.index(last) + 1 if last in names else 0
        shown = names[start : start + size]
        document: dict[str, object] = {"child": self.children.get(repository, []), "name": repository, "tags": shown}
        if self.lists_digests:
            document["manifest"] = self.manifest_map(held, set(shown))
        headers = {}
        if self.links and start + size < len(names):
            path = f"/v2/{repository}/tags/list"
            headers["Link"] = self.next_link(path, {"n": str(size), "last": shown[-1]})
        return web.json_response(document, headers=headers)

    def manifest_map(self, held: Repository, shown: set[str]) -> dict[str, object]:
        """Every number is a text, and the time of creation in year 1; what has no tag is there too."""
        listed: dict[str, list[str]] = {at: [] for at in held.manifests}
        for tag, at in held.tags.items():
            if tag in shown:
                listed[at].append(tag)
        return {
            at: {
                "imageSizeBytes": str(len(held.manifests[at].body)),
                "layerId": "",
                "mediaType": held.manifests[at].media_type,
                "tag": tags,
                "timeCreatedMs": YEAR_1_MILLISECONDS,
                "timeUploadedMs": str(held.manifests[at].pushed_at * 1000),
            }
            for at, tags in listed.items()
        }

    async def blob(self, request: web.Request, repository: str, digest: str) -> web.StreamResponse:
        if self.storage is not None:
            return await super().blob(request, repository, digest)
        opened = self.opened(request, repository)
        if isinstance(opened, web.Response):
            return opened
        if digest not in opened.blobs:
            return refused(404, "BLOB_UNKNOWN", "blob unknown")
        mark = f"AOm-{digest[7:19]}"
        self.downloads[mark] = opened.blobs[digest]
        path = f"/artifacts-downloads/namespaces/{PROJECT}/repositories/charts/downloads/{mark}"
        return web.Response(status=self.redirect_status, headers={"Location": f"https://{self.name}{path}"})

    async def download(self, request: web.Request, project: str, name: str, mark: str) -> web.StreamResponse:
        """The address is the right itself: nobody signs in here."""
        if "Authorization" in request.headers:
            self.lab.violations.append(f"A credential reached the download address of {self.name}.")
        return web.Response(body=self.downloads[mark])


class ArtifactRegistryApiHost(LabHost):
    """artifactregistry.googleapis.com/v1: what a project has, for those who may list."""

    def __init__(self, lab: Lab, registry: ArtifactRegistryHost) -> None:
        super().__init__(lab, API, takes_credentials=True)
        self.registry = registry
        self.listers = {EMAIL, MACHINE, FEDERATED}
        self.enabled = True
        self.tells_kinds = True
        self.page_max = 1000
        self.may_list_images = True
        self.others: dict[str, list[Repository]] = {}
        """Further Docker repositories of every location, which no path of this host leads to."""
        start = "/v1/projects/{project}/locations/{location}/repositories"
        self.route("GET", start, self.repositories)
        self.route("GET", start + "/{repository}/packages", self.packages)
        self.route("GET", start + "/{repository}/dockerImages", self.images)

    def held(self, project: str, location: str) -> Mapping[str, list[Repository]]:
        """Contents by the id of the repository that they lie in."""
        found = dict(self.others)
        for held in self.registry.repositories.values():
            parent = self.registry.parent(held.name)
            if parent.startswith(f"projects/{project}/locations/{location}/"):
                found.setdefault(parent.rpartition("/")[2], []).append(held)
        return found

    def path(self, held: Repository) -> str:
        """A content's path in its repository, one part of a name."""
        return quote(held.name.split("/", 1 if self.registry.name == GCR else 2)[-1], safe="")

    def refused(self, request: web.Request, resource: str, permission: str) -> web.Response | None:
        token = self.lab.good_token(bearer_text(request))
        if token is None:
            return api_refusal(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if not self.enabled:
            words = (
                "Artifact Registry API has not been used in project 42 before or it is disabled. Enable it by visiting "
                "https://console.developers.google.com/apis/api/artifactregistry.googleapis.com/overview?project=42"
            )
            return api_refusal(403, "PERMISSION_DENIED", words, "SERVICE_DISABLED", service=API, consumer="projects/42")
        allowed = token.account in self.listers and (self.may_list_images or "dockerimages" not in permission)
        if allowed:
            return None
        words = f"Permission '{permission}' denied on resource '//{API}/{resource}' (or it may not exist)."
        return api_refusal(403, "PERMISSION_DENIED", words, "IAM_PERMISSION_DENIED", permission=permission)

    def page(self, request: web.Request, key: str, entries: list[dict[str, object]]) -> web.Response:
        """The mark of the next page means nothing to anybody else."""
        start = int(request.query.get("pageToken", "mark-0").removeprefix("mark-"))
        end = start + min(int(request.query.get("pageSize", 100)), self.page_max)
        document: dict[str, object] = {key: entries[start:end]} if entries else {}
        if end < len(entries):
            document["nextPageToken"] = f"mark-{end}"
        return web.json_response(document)

    async def repositories(self, request: web.Request, project: str, location: str) -> web.StreamResponse:
        parent = f"projects/{project}/locations/{location}"
        refusal = self.refused(request, parent, "artifactregistry.repositories.list")
        if refusal:
            return refusal
        entries: list[dict[str, object]] = [
            {"name": f"{parent}/repositories/{name}", "format": "DOCKER", "mode": "STANDARD_REPOSITORY"}
            for name in self.held(project, location)
        ]
        return self.page(request, "repositories", [*entries, {"name": f"{parent}/repositories/py", "format": "PYTHON"}])

    async def packages(self, request: web.Request, project: str, location: str, repository: str) -> web.StreamResponse:
        parent = f"projects/{project}/locations/{location}/repositories/{repository}"
        refusal = self.refused(request, parent, "artifactregistry.packages.list")
        if refusal:
            return refusal
        held = self.held(project, location)[repository]
        return self.page(request, "packages", [{"name": f"{parent}/packages/{self.path(each)}"} for each in held])

    async def images(self, request: web.Request, project: str, location: str, repository: str) -> web.StreamResponse:
        parent = f"projects/{project}/locations/{location}/repositories/{repository}"
        refusal = self.refused(request, parent, "artifactregistry.dockerimages.list")
        if refusal:
            return refusal
        entries = [
            self.image(parent, each, manifest)
            for each in self.held(project, location)[repository]
            for manifest in each.manifests.values()
        ]
        return self.page(request, "dockerImages", entries)

    def image(self, parent: str, held: Repository, manifest: Held) -> dict[str, object]:
        tags = [tag for tag, at in held.tags.items() if at == manifest.digest]
        entry: dict[str, object] = {
            "name": f"{parent}/dockerImages/{self.path(held)}@{manifest.digest}",
            "uri": f"{self.registry.name}/{held.name}@{manifest.digest}",
            "tags": tags,
            "imageSizeBytes": str(len(manifest.body)),
            "mediaType": manifest.media_type,
        }
        if self.tells_kinds:
            entry["artifactType"] = manifest.config_type
        return entry


METADATA = MetadataDouble()
KEY = GcpServiceAccount(Secret(key_file()))
# A key that Google has never seen, of an account that it knows.
UNKNOWN_KEY = GcpServiceAccount(Secret(key_file(1)))


def provider(environment: Mapping[str, str] | None = None) -> ArtifactRegistryProvider:
    """In an environment of its own, whose metadata server is the double."""
    variables = environment if environment is not None else {}
    metadata = MetadataServer(environment=variables, resolver=METADATA, addresses=frozenset({"127.0.0.1"}))
    return ArtifactRegistryProvider(GoogleSignIn(metadata=metadata, environment=variables))


def build(lab: Lab, account: str | None = EMAIL, host: str = HOST) -> ArtifactRegistryHost:
    """Everything of Google, with what the contract wants in it."""
    registry = ArtifactRegistryHost(lab, host, location="us" if host == GCR else "us-central1")
    registry.api = ArtifactRegistryApiHost(lab, registry)
    registry.google = Google(lab, host, API)
    repository, forbidden = (GCR_REPOSITORY, GCR_FORBIDDEN) if host == GCR else (REPOSITORY, FORBIDDEN)
    fill(registry, account, repository, forbidden)
    return registry


def google_of(lab: Lab) -> Google:
    host = lab.hosts[OAUTH]
    assert isinstance(host, OauthHost)
    return host.google


def on_google_cloud(lab: Lab) -> AbstractContextManager[None]:
    """As on a machine of Google Cloud, whose account is MACHINE."""
    return METADATA.serving(google_of(lab))


def federation_file(folder: Path, **changes: str) -> Path:
    """As `gcloud iam workload-identity-pools create-cred-config` writes it, and the token that it points at."""
    (folder / "token").write_text(SUBJECT_TOKEN)
    document = {
        "type": "external_account",
        "audience": AUDIENCE,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": {"file": str(folder / "token")},
        **changes,
    }
    path = folder / "federation.json"
    path.write_text(json.dumps(document))
    return path


FEDERATION_ENVIRONMENT: dict[str, str] = {}


@contextmanager
def federated() -> Iterator[None]:
    """As at another cloud, with the operator's file."""
    with tempfile.TemporaryDirectory() as folder:
        path = federation_file(Path(folder))
        FEDERATION_ENVIRONMENT.update(GOOGLE_APPLICATION_CREDENTIALS=str(path), GOOGLE_CLOUD_PROJECT=PROJECT)
        try:
            yield
        finally:
            FEDERATION_ENVIRONMENT.clear()


STRANGER = GcpWorkloadIdentity("somebody-else@acme-prod.iam.gserviceaccount.com")
FOUND: Mapping[str, bool | None] = {REPOSITORY: True, FORBIDDEN: True}


def _case(name: str, account: str | None, credential: Credential, **more: Any) -> ContractCase:
    common: dict[str, Any] = {
        "provider": provider(),
        "host": HOST,
        "build": lambda lab: build(lab, account),
        "wrong": STRANGER,
        "repository": REPOSITORY,
        "forbidden": FORBIDDEN,
        "missing": MISSING,
        "missing_error": PermissionDenied,  # 403 for both, with the same words
        "discovers": FOUND,
        "listing_requests_for_1000_tags": 1,
        "belongs_to": (),  # neither a key nor a name of it is sent anywhere
    }
    return ContractCase(name=name, credential=credential, **{**common, **more})


CONTRACT_CASES = [
    _case("artifact-registry-service-account", EMAIL, KEY, wrong=UNKNOWN_KEY),
    _case("artifact-registry-workload-identity", MACHINE, GcpWorkloadIdentity(), around=on_google_cloud),
    _case("artifact-registry-impersonated", EMAIL, GcpWorkloadIdentity(EMAIL), around=on_google_cloud),
    _case(
        "artifact-registry-federated",
        FEDERATED,
        GcpWorkloadIdentity(),
        provider=provider(FEDERATION_ENVIRONMENT),
        around=lambda lab: federated(),
    ),
    _case("artifact-registry-anonymous", None, Anonymous(), wrong=None, discovers=PermissionDenied, renews=True),
    _case(
        "artifact-registry-gcr.io",
        EMAIL,
        KEY,
        wrong=UNKNOWN_KEY,
        host=GCR,
        build=lambda lab: build(lab, EMAIL, GCR),
        repository=GCR_REPOSITORY,
        forbidden=GCR_FORBIDDEN,
        missing="other-project/payments",
        discovers={GCR_REPOSITORY: True},
    ),
]
