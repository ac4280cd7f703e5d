"""What every provider does alike, whatever its company's wire looks like: one test for each promise, run for each way
of signing in. The fixture `lab` fails any of them when a credential went where it does not belong.
"""

import importlib.util
import inspect
from collections.abc import AsyncIterator, Callable

import pytest

from app.oci_client.client import RegistryClient
from app.oci_client.credentials import Credential
from app.oci_client.errors import CredentialsRefused, ManifestNotFound, PermissionDenied
from app.oci_client.manifest import ChartManifest
from app.oci_client.probing import StageKind, StageOutcome, probe
from app.oci_client.provider import Namespaces
from app.oci_client.verifying import digest_of
from tests.lab.contract import ContractCase
from tests.lab.registry import LabRegistry
from tests.lab.server import Lab

MODULES = ("ecr", "docker_hub", "azure", "artifact_registry", "quay", "harbor", "gitlab", "ghcr", "plain")
SIGN_IN_REQUESTS_MAX = 6  # ping, login at the company's API or two, token, and whatever is refused once


def _cases() -> list[ContractCase]:
    found: list[ContractCase] = []
    for name in MODULES:
        if importlib.util.find_spec(f"tests.lab.{name}"):
            found += getattr(importlib.import_module(f"tests.lab.{name}"), "CONTRACT_CASES", [])
    return found


CASES = _cases()


def each(wanted: Callable[[ContractCase], bool] = lambda case: True) -> pytest.MarkDecorator:
    cases = [case for case in CASES if wanted(case)]
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


class Bench:
    """A case set up in a lab."""

    def __init__(self, lab: Lab, case: ContractCase) -> None:
        self.lab = lab
        self.case = case
        self.registry: LabRegistry = case.build(lab)

    def client(self, credential: Credential | None = None) -> RegistryClient:
        case = self.case
        return self.lab.client(case.host, credential or case.credential, case.provider, belongs_to=case.belongs_to)

    async def tags(self, client: RegistryClient) -> dict[str, str | None]:
        """Tags with their digests; none twice."""
        listed = [tag async for page in client.list_tags(self.case.repository) for tag in page]
        assert len({tag.tag for tag in listed}) == len(listed)
        return {tag.tag: tag.digest for tag in listed}


@pytest.fixture
async def at(lab: Lab, case: ContractCase) -> AsyncIterator[Bench]:
    bench = Bench(lab, case)
    around = case.around(lab)
    if inspect.isawaitable(around):
        around = await around
    with around:
        yield bench


@each()
async def test_every_tag_is_listed_when_login_is_right(at: Bench, case: ContractCase) -> None:
    assert set(await at.tags(at.client())) == set(at.registry.repositories[case.repository].tags)


@each(lambda case: case.tells_digests)
async def test_listing_gives_the_digests_that_the_registry_has(at: Bench, case: ContractCase) -> None:
    assert await at.tags(at.client()) == at.registry.repositories[case.repository].tags


@each()
async def test_chart_is_pulled_and_verified_when_login_is_right(at: Bench, case: ContractCase) -> None:
    client, held = at.client(), at.registry.repositories[case.repository]
    fetched = await client.get_chart_manifest(case.repository, "1.1.0")
    assert isinstance(fetched.manifest, ChartManifest)
    assert fetched.digest == held.tags["1.1.0"]
    archive = await client.read_blob(case.repository, fetched.manifest.chart_layer)
    assert digest_of(archive) == fetched.manifest.chart_layer.digest


@each()
async def test_connection_passes_every_stage_when_login_is_right(at: Bench, case: ContractCase) -> None:
    stages = [stage async for stage in probe(at.client(), [case.repository])]
    assert [stage.outcome for stage in stages] == [StageOutcome.PASSED] * 6, stages
    assert "holds charts" in stages[-1].message


@each(lambda case: case.wrong is not None)
async def test_credentials_are_refused_when_login_is_wrong(at: Bench, case: ContractCase) -> None:
    with pytest.raises(CredentialsRefused):
        await at.client(case.wrong).sign_in()


@each(lambda case: case.wrong is not None)
async def test_login_stage_fails_when_login_is_wrong(at: Bench, case: ContractCase) -> None:
    stages = [stage async for stage in probe(at.client(case.wrong), [case.repository])]
    assert [stage.kind for stage in stages if stage.outcome is StageOutcome.FAILED] == [StageKind.LOGIN], stages


@each(lambda case: case.wrong is not None)
async def test_nothing_is_listed_when_login_is_wrong(at: Bench, case: ContractCase) -> None:
    with pytest.raises((CredentialsRefused, PermissionDenied)):
        await at.tags(at.client(case.wrong))


@each()
async def test_missing_repository_is_named(at: Bench, case: ContractCase) -> None:
    with pytest.raises(case.missing_error) as caught:
        _ = [page async for page in at.client().list_tags(case.missing)]
    assert case.missing in str(caught.value) and caught.value.repository == case.missing


@each()
async def test_forbidden_repository_is_named(at: Bench, case: ContractCase) -> None:
    with pytest.raises(case.forbidden_error) as caught:
        _ = [page async for page in at.client().list_tags(case.forbidden)]
    assert case.forbidden in str(caught.value) and caught.value.repository == case.forbidden


@each()
async def test_missing_tag_is_named(at: Bench, case: ContractCase) -> None:
    with pytest.raises(ManifestNotFound) as caught:
        await at.client().get_manifest(case.repository, "9.9.9")
    assert caught.value.reference == "9.9.9"


@each(lambda case: case.renews)
async def test_login_is_renewed_when_it_ends_in_the_middle(at: Bench, case: ContractCase) -> None:
    client = at.client()
    await client.get_manifest(case.repository, "1.0.0")
    case.expire(at.lab)
    at.lab.forget_requests()
    fetched = await client.get_manifest(case.repository, "1.1.0")
    assert fetched.digest == at.registry.repositories[case.repository].tags["1.1.0"]
    # The manifest refused once and given once, and renewing between; then it holds.
    assert at.lab.count(case.host, "/manifests/") == 2
    at.lab.forget_requests()
    await client.get_manifest(case.repository, "1.0.0")
    assert at.lab.count() == 1


@each(lambda case: isinstance(case.discovers, type))
async def test_discovery_says_what_to_grant_when_it_is_refused(at: Bench, case: ContractCase) -> None:
    assert isinstance(case.discovers, type)
    with pytest.raises(case.discovers):
        _ = [page async for page in at.client().discover_repositories(Namespaces(case.namespaces))]


@each(lambda case: not isinstance(case.discovers, type))
async def test_repositories_are_discovered_as_far_as_the_login_reaches(at: Bench, case: ContractCase) -> None:
    found = [listed async for page in at.client().discover_repositories(Namespaces(case.namespaces)) for listed in page]
    assert {listed.name: listed.holds_charts for listed in found} == case.discovers


@each(lambda case: case.listing_requests_for_1000_tags is not None)
async def test_thousand_tags_are_listed_in_as_many_requests_as_promised(at: Bench, case: ContractCase) -> None:
    repository = at.registry.repositories[case.repository]
    repository.tags.clear()
    repository.manifests.clear()
    repository.push_charts(1000)
    client = at.client()
    assert len(await at.tags(client)) == 1000
    promised = case.listing_requests_for_1000_tags
    assert promised is not None and at.lab.count() <= promised + SIGN_IN_REQUESTS_MAX
    at.lab.forget_requests()
    assert len(await at.tags(client)) == 1000
    assert at.lab.count() == promised
