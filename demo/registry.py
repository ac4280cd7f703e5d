"""A small read-only OCI registry over the sample charts, for those who have none at hand.

    python -m demo.registry [--port 5001]

Speaks the pulling half of distribution-spec 1.1 over plain HTTP on 127.0.0.1: /v2/, tags/list with paging,
manifests and blobs, with Basic login (DEMO_REGISTRY_PASSWORD; without it the registry is public).
"""

import argparse
import base64
import hashlib
import json
import os
import re
import secrets
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from demo.packing import SampleChart, pack_samples

NAMESPACE = "samples"
USERNAME = "demo"
PASSWORD_VARIABLE = "DEMO_REGISTRY_PASSWORD"

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
HELM_CONFIG = "application/vnd.cncf.helm.config.v1+json"
HELM_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json"
IMAGE_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
COSIGN_LAYER = "application/vnd.dev.cosign.simplesigning.v1+json"

_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")


@dataclass
class Repository:
    """Everything by digest; `tags` point at manifests."""

    tags: dict[str, str] = field(default_factory=dict)
    manifests: dict[str, bytes] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)

    def add(self, tag: str, config: tuple[str, bytes], layer: tuple[str, bytes], created: str) -> str:
        """`config` and `layer` are media type and bytes. Returns the manifest's digest."""
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self._put(*config),
            "layers": [self._put(*layer)],
            "annotations": {"org.opencontainers.image.created": created},
        }
        content = json.dumps(manifest, separators=(",", ":")).encode()
        digest = _digest(content)
        self.manifests[digest] = content
        self.tags[tag] = digest
        return digest

    def _put(self, media_type: str, content: bytes) -> dict[str, object]:
        digest = _digest(content)
        self.blobs[digest] = content
        return {"mediaType": media_type, "digest": digest, "size": len(content)}


def fill(samples: list[SampleChart]) -> dict[str, Repository]:
    """Repositories by path: one for each chart; one of them also holds an image and a signature."""
    repositories: dict[str, Repository] = {}
    for sample in samples:
        repository = repositories.setdefault(f"{NAMESPACE}/{sample.name}", Repository())
        config = json.dumps(sample.chart_yaml).encode()
        created = sample.created_at.isoformat()
        chart_digest = repository.add(sample.tag, (HELM_CONFIG, config), (HELM_LAYER, sample.archive), created)
        if (sample.name, sample.version) == ("key-value", "3.1.1"):
            _add_what_is_no_chart(repository, chart_digest, created)
    return repositories


def create_registry(repositories: dict[str, Repository], password: str | None) -> Starlette:
    """With `password` None everyone may read."""
    doors = Doors(repositories)
    return Starlette(
        routes=[
            Route("/v2/", doors.ping),
            Route("/v2/_catalog", doors.catalog),
            Route("/v2/{name:path}/tags/list", doors.tags),
            Route("/v2/{name:path}/manifests/{reference}", doors.manifest),
            Route("/v2/{name:path}/blobs/{digest}", doors.blob),
            Route("/v2/{anything:path}", doors.refuse, methods=["POST", "PUT", "PATCH", "DELETE"]),
        ],
        middleware=[Middleware(BasicLogin, password=password)] if password else [],
        exception_handlers={HTTPException: _error},
    )


class Doors:
    def __init__(self, repositories: dict[str, Repository]) -> None:
        self._repositories = repositories

    async def ping(self, request: Request) -> Response:
        return JSONResponse({})

    async def catalog(self, request: Request) -> Response:
        names, link = _page(request, sorted(self._repositories))
        return JSONResponse({"repositories": names}, headers=link)

    async def tags(self, request: Request) -> Response:
        repository = self._repository(request)
        tags, link = _page(request, sorted(repository.tags))
        return JSONResponse({"name": request.path_params["name"], "tags": tags}, headers=link)

    async def manifest(self, request: Request) -> Response:
        repository = self._repository(request)
        reference: str = request.path_params["reference"]
        digest = repository.tags.get(reference, "") if _TAG.fullmatch(reference) else reference
        if digest not in repository.manifests:
            raise HTTPException(404, f"MANIFEST_UNKNOWN {reference}")
        return Response(repository.manifests[digest], media_type=MANIFEST, headers={"Docker-Content-Digest": digest})

    async def blob(self, request: Request) -> Response:
        digest: str = request.path_params["digest"]
        content = self._repository(request).blobs.get(digest)
        if content is None:
            raise HTTPException(404, f"BLOB_UNKNOWN {digest}")
        return Response(content, media_type="application/octet-stream", headers={"Docker-Content-Digest": digest})

    async def refuse(self, request: Request) -> Response:
        raise HTTPException(405, "UNSUPPORTED this registry can only be read")

    def _repository(self, request: Request) -> Repository:
        name = request.path_params["name"]
        if name not in self._repositories:
            raise HTTPException(404, f"NAME_UNKNOWN {name}")
        return self._repositories[name]


class BasicLogin:
    """Lets nobody past without USERNAME and `password`."""

    def __init__(self, app: ASGIApp, password: str) -> None:
        self._app = app
        self._expected = "Basic " + base64.b64encode(f"{USERNAME}:{password}".encode()).decode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = Headers(scope=scope).get("authorization", "")
            if not secrets.compare_digest(given.encode(), self._expected.encode()):
                refusal = _error_body(401, "UNAUTHORIZED", "authentication required")
                refusal.headers["WWW-Authenticate"] = 'Basic realm="Chartroom demo"'
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _page(request: Request, names: list[str]) -> tuple[list[str], dict[str, str]]:
    """Source: distribution-spec 1.1, Listing tags: `n`, `last`, and a relative Link while more follow."""
    last = request.query_params.get("last", "")
    following = [name for name in names if name > last]
    wanted = request.query_params.get("n", "")
    count = int(wanted) if re.fullmatch(r"[0-9]{1,6}", wanted) else len(following)
    page = following[:count]
    if not page or len(page) == len(following):
        return page, {}
    return page, {"Link": f'<{request.url.path}?last={page[-1]}&n={count}>; rel="next"'}


def _error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, _, subject = error.detail.partition(" ")
    if not code.isupper():  # the router's own words
        code, subject = "UNSUPPORTED", error.detail
    return _error_body(error.status_code, code, subject)


def _error_body(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"errors": [{"code": code, "message": message}]}, status_code=status)


def _add_what_is_no_chart(repository: Repository, chart_digest: str, created: str) -> None:
    """An image and a cosign signature, as they stand beside charts in many a registry."""
    config = json.dumps({"architecture": "amd64", "os": "linux"}).encode()
    repository.add("latest", (IMAGE_CONFIG, config), (IMAGE_LAYER, b"the image's files"), created)
    signature_tag = chart_digest.replace(":", "-") + ".sig"
    payload = json.dumps({"critical": {"image": {"docker-manifest-digest": chart_digest}}}).encode()
    repository.add(signature_tag, (IMAGE_CONFIG, b"{}"), (COSIGN_LAYER, payload), created)


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(prog="demo.registry", description="A registry of sample charts.")
    parser.add_argument("--port", type=int, default=5001)
    port: int = parser.parse_args().port
    repositories = fill(pack_samples(f"127.0.0.1:{port}"))
    app = create_registry(repositories, os.environ.get(PASSWORD_VARIABLE))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
