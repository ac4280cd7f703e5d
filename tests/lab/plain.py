"""Registries that keep to the standard, more or less: Nexus with its quirks, and zot."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from app.oci_client.credentials import Anonymous, Secret, UsernamePassword
from app.oci_client.providers.generic import GenericProvider
from tests.lab.contract import ContractCase
from tests.lab.registry import LabRegistry, fill
from tests.lab.server import Lab

NEXUS, ZOT = "nexus.acme.example", "zot.acme.example"
USER = UsernamePassword("ada", Secret("plain-canary-91"))
CHARTS, SECRET, MISSING = "acme/payments", "acme/secret", "acme/nowhere"


class LabNexus(LabRegistry):
    """Its challenge is in capitals; `link`: "absent", or "wrong path" as behind a connector port."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab, NEXUS)
        self.link = "wrong path"

    def challenge(self, request: web.Request, scope: str | None) -> str:
        return 'BASIC realm="Sonatype Nexus Repository Manager"'

    def next_link(self, path: str, query: Mapping[str, str]) -> str:
        return super().next_link(f"/repository/charts{path}", query)

    def page(
        self, request: web.Request, path: str, key: str, names: Sequence[str], more: Mapping[str, str]
    ) -> web.StreamResponse:
        answer = super().page(request, path, key, names, more)
        if self.link == "absent":
            answer.headers.popall("Link", None)
        return answer


class LabZot(LabRegistry):
    """Lets everybody ping, and wants Basic for what is private."""

    def challenge(self, request: web.Request, scope: str | None) -> str:
        return 'Basic realm="Authorization Required"'


def build_nexus(lab: Lab) -> LabNexus:
    nexus = LabNexus(lab)
    nexus.accounts = {USER.username: USER.password.reveal()}
    fill(nexus, USER.username, CHARTS, SECRET)
    return nexus


def build_zot(lab: Lab) -> LabZot:
    zot = LabZot(lab, ZOT)
    zot.accounts = {USER.username: USER.password.reveal()}
    fill(zot, USER.username, CHARTS, SECRET)
    return zot


def build_public_zot(lab: Lab) -> LabZot:
    zot = LabZot(lab, ZOT)
    zot.ping_wants_login = lambda: False  # type: ignore[method-assign]
    fill(zot, None, CHARTS, SECRET)
    return zot


def _case(name: str, host: str, build: object, credential: UsernamePassword | Anonymous) -> ContractCase:
    return ContractCase(
        name=name,
        provider=GenericProvider(),
        host=host,
        build=build,  # type: ignore[arg-type]
        credential=credential,
        wrong=UsernamePassword("ada", Secret("wrong-canary-92")) if credential is USER else None,
        repository=CHARTS,
        forbidden=SECRET,
        missing=MISSING,
        discovers={CHARTS: None},
        listing_requests_for_1000_tags=2,  # a full page and, where it has no Link, the question for more; see the test
        tells_digests=False,
        renews=False,
    )


CONTRACT_CASES = [
    _case("nexus-user", NEXUS, build_nexus, USER),
    _case("zot-user", ZOT, build_zot, USER),
]
