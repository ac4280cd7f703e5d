"""A connection tried step by step."""

import pytest
import trustme

from app.oci_client.address_guard import AddressGuard
from app.oci_client.client import RegistryClient
from app.oci_client.credentials import Anonymous, Secret, UsernamePassword
from app.oci_client.errors import NameNotResolved, PermissionDenied, RepositoryNotFound
from app.oci_client.limits import ClientLimits
from app.oci_client.probing import Stage, StageKind, StageOutcome, probe
from app.oci_client.reference import RegistryHost
from app.oci_client.tls import TlsSettings
from tests.oci_client.lab import (
    INSECURE,
    Bench,
    LabServer,
    bench,
    chart_manifest,
    fixed,
    server_context,
    serving,
)
from tests.oci_client.test_signing_in import TokenService, protect

FAILED, PASSED, SKIPPED = StageOutcome.FAILED, StageOutcome.PASSED, StageOutcome.SKIPPED
ONE_TRY = ClientLimits(tries_max=1)


async def stages(client: RegistryClient, *repositories: str) -> list[Stage]:
    return [stage async for stage in probe(client, repositories)]


def outcomes(found: list[Stage]) -> list[StageOutcome]:
    return [stage.outcome for stage in found]


async def test_every_stage_passes_when_all_is_well(lab: LabServer, at: Bench) -> None:
    protect(lab, TokenService())
    lab.on("/v2/acme/payments/tags/list", fixed('{"tags":["1.9.0","1.10.0","sha256-aa.sig"]}'))
    lab.on("/v2/acme/payments/manifests/", fixed(chart_manifest()))
    found = await stages(at.client(lab), "acme/payments")
    assert [stage.kind for stage in found] == list(StageKind)
    assert outcomes(found) == [PASSED] * 6
    assert found[-1].repository == "acme/payments"
    assert "holds charts: 3 tags, 1.10.0 among them" in found[-1].message
    assert all(stage.milliseconds is not None and stage.error is None for stage in found)


async def test_each_repository_has_a_verdict_of_its_own(lab: LabServer, at: Bench) -> None:
    lab.on("/v2/charts/tags/list", fixed('{"tags":["1.0.0"]}'))
    lab.on("/v2/charts/manifests/", fixed(chart_manifest()))
    lab.on("/v2/images/tags/list", fixed('{"tags":["1.0.0","latest"]}'))
    lab.on("/v2/images/manifests/", fixed(b'{"schemaVersion":2,"manifests":[]}'))
    lab.on("/v2/empty/tags/list", fixed('{"tags":null}'))
    lab.on("/v2/secret/tags/list", fixed("", 403))
    lab.on("/v2/gone/tags/list", fixed("", 404))
    found = (await stages(at.anonymous(lab), "charts", "images", "empty", "secret", "gone"))[5:]
    assert [stage.repository for stage in found] == ["charts", "images", "empty", "secret", "gone"]
    assert outcomes(found) == [PASSED, FAILED, PASSED, FAILED, FAILED]
    assert "no Helm chart" in found[1].message
    assert "no tags" in found[2].message
    assert isinstance(found[3].error, PermissionDenied)
    assert isinstance(found[4].error, RepositoryNotFound)


async def test_login_fails_and_repositories_are_skipped_when_password_is_wrong(lab: LabServer, at: Bench) -> None:
    protect(lab, TokenService())
    found = await stages(at.client(lab, UsernamePassword("ada", Secret("wrong"))), "acme/payments")
    assert outcomes(found) == [PASSED, PASSED, PASSED, PASSED, FAILED, SKIPPED]
    assert "refused the user name" in found[4].message


@pytest.mark.parametrize(("password", "outcome"), [("right", PASSED), ("wrong", FAILED)])
async def test_login_is_tried_when_registry_wants_basic(
    lab: LabServer, at: Bench, password: str, outcome: StageOutcome
) -> None:
    async def basic(request):  # type: ignore[no-untyped-def]
        right = request.headers.get("Authorization") == "Basic YWRhOnJpZ2h0"
        return await fixed("{}", 200 if right else 401, WWW_Authenticate="Basic realm=x")(request)

    lab.on("/v2/", basic)
    found = await stages(at.client(lab, UsernamePassword("ada", Secret(password))))
    assert found[4].outcome is outcome


async def test_login_fails_when_credentials_are_wanted_and_none_given(lab: LabServer, at: Bench) -> None:
    lab.on("/v2/", fixed("", 401, WWW_Authenticate="Basic realm=x"))
    found = await stages(at.anonymous(lab))
    assert found[4].outcome is FAILED and "wants a user name" in found[4].message


async def test_address_fails_when_name_is_unknown(at: Bench) -> None:
    found = await stages(at.client(RegistryHost("no-such-host.invalid"), Anonymous()), "a")
    assert outcomes(found) == [FAILED, *[SKIPPED] * 5]
    assert isinstance(found[0].error, NameNotResolved)


async def test_address_fails_when_guard_refuses_it(authority: trustme.CA, lab: LabServer) -> None:
    async with bench(authority, guard=AddressGuard(how_to_allow="Set THIS.")) as made:
        found = await stages(made.anonymous(lab))
    assert found[0].outcome is FAILED and "Set THIS." in found[0].message
    assert lab.seen == []


async def test_connect_fails_when_nothing_listens(authority: trustme.CA, at: Bench) -> None:
    async with serving(server_context(authority)) as gone:
        pass
    found = await stages(at.anonymous(gone))
    assert outcomes(found) == [PASSED, FAILED, SKIPPED, SKIPPED, SKIPPED]
    assert "refused the connection" in found[1].message


@pytest.mark.parametrize("secure", [True, False])
async def test_tls_fails_when_ca_is_unknown_unless_insecure(authority: trustme.CA, secure: bool) -> None:
    settings = TlsSettings() if secure else INSECURE
    async with serving(server_context(trustme.CA())) as lab, bench(authority, settings) as made:
        lab.on("/v2/", fixed("{}"))
        found = await stages(made.anonymous(lab))
    assert found[2].outcome is (FAILED if secure else PASSED)
    assert ("SECURE_WITH_CA" if secure else "not verified") in found[2].message


@pytest.mark.parametrize("secure", [True, False])
async def test_tls_fails_when_server_speaks_plain_http_unless_insecure(authority: trustme.CA, secure: bool) -> None:
    settings = TlsSettings() if secure else INSECURE
    async with serving() as lab, bench(authority, settings) as made:
        lab.on("/v2/", fixed("{}"))
        found = await stages(made.anonymous(lab))
    assert outcomes(found)[2:4] == ([FAILED, SKIPPED] if secure else [PASSED, PASSED])
    assert "plain http" in found[2].message


@pytest.mark.parametrize(
    "handler", [fixed("<h1>Hi</h1>", 200, Content_Type="text/html"), fixed("nothing", 404)], ids=["site", "404"]
)
async def test_registry_api_fails_when_host_is_no_registry(lab: LabServer, at: Bench, handler) -> None:  # type: ignore[no-untyped-def]
    lab.on("/v2/", handler)
    found = await stages(at.client(lab, Anonymous(), limits=ONE_TRY))
    assert outcomes(found)[3:] == [FAILED, SKIPPED]
