"""Microsoft Entra ID, and the identity endpoints of machines and pods that sign in there.

Sources: azure-identity; learn.microsoft.com/entra/identity/managed-identities-azure-resources.
"""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, parse_qsl, urlsplit

from aiohttp import web

from tests.lab.server import Lab, LabHost

REGISTRY = "chartroomlab.azurecr.io"
ENTRA = "login.microsoftonline.com"
TENANT = "11111111-aaaa-4bbb-8ccc-222222222222"
CLIENT = "33333333-dddd-4eee-8fff-444444444444"
AUDIENCE = "https://containerregistry.azure.net"


class EntraHost(LabHost):
    """Microsoft Entra ID of one cloud. `apps`: client ids and their secrets."""

    def __init__(self, lab: Lab, name: str = ENTRA, *, registry: str = REGISTRY) -> None:
        super().__init__(lab, name, takes_credentials=True)
        self.registry = registry
        self.tenants = {TENANT}
        self.apps: dict[str, str] = {}
        self.expired: set[str] = set()
        self.assertions: dict[str, str] = {}
        self.audiences = {AUDIENCE}
        self.route("POST", "/{tenant}/oauth2/v2.0/token", self.token)

    def error(self, status: int, error: str, number: int, text: str) -> web.Response:
        words = f"AADSTS{number}: {text} Trace ID: 77777777-0000-4000-8000-000000000000 Timestamp: 2026-01-01 00:00:00Z"
        return web.json_response(
            {"error": error, "error_description": words, "error_codes": [number], "trace_id": "7777"}, status=status
        )

    async def token(self, request: web.Request, tenant: str) -> web.StreamResponse:
        form = dict(parse_qsl((await request.read()).decode()))
        client = form.get("client_id", "")
        if tenant not in self.tenants:
            return self.error(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
        if client not in self.apps:
            return self.error(400, "unauthorized_client", 700016, f"Application '{client}' was not found.")
        if form.get("scope", "").removesuffix("/.default") not in self.audiences:
            return self.error(400, "invalid_resource", 500011, "The resource principal was not found in the tenant.")
        if "client_assertion" in form:
            if self.assertions.get(client) != form["client_assertion"]:
                return self.error(400, "invalid_client", 700213, "No matching federated identity record found.")
        elif client in self.expired:
            return self.error(401, "invalid_client", 7000222, "The provided client secret keys are expired.")
        elif self.apps[client] != form.get("client_secret"):
            return self.error(401, "invalid_client", 7000215, "Invalid client secret provided.")
        minted = self.lab.mint(client, ("entra",), [self.registry], 3599)
        return web.json_response(
            {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": minted.text}
        )


class IdentityEndpoint:
    """The identity endpoint of a machine, plain http on loopback: IMDS, or App Service's with `header`."""

    def __init__(self, lab: Lab, *, header: str | None = None, registry: str = REGISTRY) -> None:
        self.lab = lab
        self.header = header
        self.registry = registry
        self.identities: dict[str | None, str] = {None: CLIENT}
        self.asked: list[str] = []
        self.origin = ""
        if header:
            lab.watch(header)  # belongs to no host of the lab

    def answer(self, target: str, headers: dict[str, str]) -> tuple[int, dict[str, object]]:
        self.asked.append(target)
        url = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        path, version = (
            ("/msi/token", "2019-08-01") if self.header else ("/metadata/identity/oauth2/token", "2018-02-01")
        )
        known = headers.get("x-identity-header") == self.header if self.header else headers.get("metadata") == "true"
        if not known or url.path != path or query.get("api-version") != version:
            return 400, {"error": "invalid_request", "error_description": "Required header or version missing"}
        account = self.identities.get(query.get("client_id"))
        if account is None:
            return 400, {"error": "invalid_request", "error_description": "Identity not found"}
        token = self.lab.mint(account, ("entra",), [self.registry], 3600)
        answer = {"access_token": token.text, "expires_in": "3600", "expires_on": "1900000000", "token_type": "Bearer"}
        return 200, {**answer, "resource": query["resource"]}

    @contextmanager
    def serving(self) -> Iterator[None]:
        """In a thread, so that it can be had from tests that are not asynchronous yet; the environment names it."""
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, document = endpoint.answer(self.path, {k.lower(): v for k, v in self.headers.items()})
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.origin = f"http://127.0.0.1:{server.server_port}"
        named = (
            {"IDENTITY_ENDPOINT": f"{self.origin}/msi/token", "IDENTITY_HEADER": self.header}
            if self.header
            else {"AZURE_POD_IDENTITY_AUTHORITY_HOST": self.origin}
        )
        try:
            with environment(named):
                yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """These variables, and none else that azure-identity looks at."""
    names = [name for name in os.environ if name.startswith(("AZURE_", "IDENTITY_", "MSI_", "IMDS_"))]
    before = {name: os.environ.pop(name) for name in names}
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            os.environ.pop(name, None)
        os.environ.update(before)


@contextmanager
def workload_identity(lab: Lab, assertion: str = "lab.pod-token.f00d", entra: str = ENTRA) -> Iterator[None]:
    """A pod as AKS makes it; its token belongs to Entra ID only."""
    lab.watch(assertion, entra)
    with TemporaryDirectory() as directory:
        file = Path(directory) / "azure-identity-token"
        file.write_text(assertion)
        host = lab.hosts[entra]
        assert isinstance(host, EntraHost)
        host.assertions[CLIENT] = assertion
        values = {
            "AZURE_CLIENT_ID": CLIENT,
            "AZURE_TENANT_ID": TENANT,
            "AZURE_AUTHORITY_HOST": f"https://{entra}/",
            "AZURE_FEDERATED_TOKEN_FILE": str(file),
        }
        with environment(values):
            yield
