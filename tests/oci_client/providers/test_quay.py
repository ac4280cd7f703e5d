"""Quay, quay.io and one's own. What every provider does alike is in test_contract.py."""

import pytest

from app.oci_client.answers import Asked, Presented, Refusal, Subject
from app.oci_client.client import RegistryClient
from app.oci_client.credentials import Anonymous, Credential
from app.oci_client.errors import CredentialsRefused, InvalidRegistryHost, PermissionDenied, TlsFailed
from app.oci_client.manifest import HELM_CHART
from app.oci_client.probing import probe
from app.oci_client.provider import ListedTag, Namespaces
from app.oci_client.providers.quay import QuayProvider
from app.oci_client.tls import ConnectionSecurity, TlsSettings
from tests.lab.quay import CHARTS, ENCRYPTED, HOST, OAUTH, ROBOT, STORAGE, TOKEN, LabQuay, build
from tests.lab.server import Lab
from tests.oci_client.lab import blob

QUAY = QuayProvider()
API_TAGS = "GET /api/v1/repository/{namespace}/{name}/tag/"
OWN = "quay.acme.example"


def bench(lab: Lab, credential: Credential, account: str | None) -> tuple[LabQuay, RegistryClient]:
    return build(lab, account), lab.client(HOST, credential, QUAY, belongs_to=[HOST])


async def listed(client: RegistryClient, repository: str = CHARTS) -> dict[str, ListedTag]:
    return {tag.tag: tag async for page in client.list_tags(repository) for tag in page}


def test_host_is_quay_io_when_nothing_is_typed_and_any_other_that_is() -> None:
    assert str(QUAY.parse_host(" ")) == "quay.io"
    assert str(QUAY.parse_host("quay.acme.example:8443")) == "quay.acme.example:8443"
    with pytest.raises(InvalidRegistryHost):
        QUAY.parse_host("https://quay.io/acme")


async def test_robot_is_never_shown_to_the_api_which_does_not_take_it(lab: Lab) -> None:
    _, client = bench(lab, ROBOT, "acme+bot")
    await listed(client)
    assert [seen.headers.get("authorization") for seen in lab.seen_at(HOST, "/api/v1/")] == [None]


async def test_public_tags_come_by_the_api_though_a_robot_signs_in(lab: Lab) -> None:
    quay, client = bench(lab, ROBOT, None)
    found = await listed(client)
    assert {name: tag.digest for name, tag in found.items()} == quay.repositories[CHARTS].tags
    assert lab.count(HOST, "/tags/list") == 0


async def test_dead_tags_are_not_listed(lab: Lab) -> None:
    _, client = bench(lab, TOKEN, OAUTH)
    await listed(client)
    assert [seen.query for seen in lab.seen_at(HOST, API_TAGS)] == ["limit=100&page=1&onlyActiveTags=true"]


@pytest.mark.parametrize(("credential", "account"), [(ROBOT, "acme+bot"), (ENCRYPTED, "ada")])
async def test_connection_report_says_what_an_oauth_token_would_gain(
    lab: Lab, credential: Credential, account: str
) -> None:
    _, client = bench(lab, credential, account)
    stages = [stage async for stage in probe(client, [CHARTS])]
    assert "$oauthtoken" in stages[-1].message and "holds charts" in stages[-1].message


async def test_connection_report_is_silent_when_the_api_serves(lab: Lab) -> None:
    _, client = bench(lab, TOKEN, OAUTH)
    stages = [stage async for stage in probe(client, [CHARTS])]
    assert "$oauthtoken" not in stages[-1].message


async def test_listing_goes_on_by_the_standard_when_the_api_fails_on_its_second_page(lab: Lab) -> None:
    quay, client = bench(lab, TOKEN, OAUTH)
    quay.repositories[CHARTS].push_charts(150)
    pages = client.list_tags(CHARTS)
    found = [tag async for tag in _first(pages)]
    quay.fail(99, 502, route=API_TAGS)
    found += [tag.tag async for page in pages for tag in page]
    assert sorted(found) == sorted(quay.repositories[CHARTS].tags)


async def _first(pages):  # type: ignore[no-untyped-def]
    for tag in await anext(pages):
        yield tag.tag


async def test_no_tag_comes_twice_when_another_is_pushed_between_pages(lab: Lab) -> None:
    quay, client = bench(lab, TOKEN, OAUTH)
    quay.repositories[CHARTS].push_charts(150)
    found: list[str] = []
    async for page in client.list_tags(CHARTS):
        if not found:
            quay.repositories[CHARTS].push_chart("2.0.0")  # newest first: all rows move down by one
        found += [tag.tag for tag in page]
    assert len(found) == len(set(found)) == 152


async def test_blob_is_read_behind_302_and_storage_sees_no_credential(lab: Lab) -> None:
    quay, client = bench(lab, ROBOT, "acme+bot")
    quay.repositories[CHARTS].push_chart("2.0.0", b"bytes")
    assert await client.read_blob(CHARTS, blob(b"bytes", HELM_CHART)) == b"bytes"
    assert lab.count(STORAGE) == 1


async def test_token_is_kept_for_a_minute_when_it_says_nothing_of_its_life(lab: Lab) -> None:
    _, client = bench(lab, ROBOT, "acme+bot")
    await client.get_manifest(CHARTS, "1.0.0")
    lab.clock.seconds += 55
    await client.get_manifest(CHARTS, "1.1.0")
    assert lab.count(HOST, "GET /v2/auth") == 2


@pytest.mark.parametrize("credential", [ROBOT, Anonymous()])
async def test_discovery_finds_public_repositories_without_an_oauth_token(lab: Lab, credential: Credential) -> None:
    quay, client = bench(lab, credential, None)
    for number in range(120):
        quay.repository(f"acme/chart-{number}", public=True)
    found = {each.name async for page in client.discover_repositories(Namespaces(["acme"])) for each in page}
    assert len(found) == 121 and CHARTS in found
    assert lab.count(HOST, "GET /api/v1/repository") == 2


async def test_discovery_looks_into_the_robots_own_namespace(lab: Lab) -> None:
    _, client = bench(lab, ROBOT, None)
    found = {each.name async for page in client.discover_repositories() for each in page}
    assert found == {CHARTS}


async def test_discovery_wants_a_namespace_when_none_is_known(lab: Lab) -> None:
    _, client = bench(lab, TOKEN, OAUTH)
    with pytest.raises(PermissionDenied, match="namespace with a slash"):
        _ = [page async for page in client.discover_repositories()]


async def test_own_quay_is_read_with_its_own_ca_only(lab: Lab) -> None:
    build(lab, "acme+bot", OWN)
    own_ca = TlsSettings(ConnectionSecurity.SECURE_WITH_CA, lab.ca_pem)
    client = lab.client(OWN, ROBOT, QUAY, belongs_to=[OWN], settings=own_ca)
    assert "1.0.0" in await listed(client)
    other_ca = TlsSettings(ConnectionSecurity.SECURE_WITH_CA, other_ca_pem())
    with pytest.raises(TlsFailed, match="not signed by the CA"):
        await listed(lab.client(OWN, ROBOT, QUAY, belongs_to=[OWN], settings=other_ca))


def other_ca_pem() -> str:
    import trustme

    return trustme.CA().cert_pem.bytes().decode()


@pytest.mark.parametrize(
    ("asked", "status", "presented", "codes", "kind", "words"),
    [
        (Asked.TOKEN, 401, Presented.BASIC, (), CredentialsRefused, "encrypted password"),
        (Asked.TAGS, 405, Presented.TOKEN, ("DENIED",), PermissionDenied, "disabled the namespace"),
        (Asked.MANIFEST, 401, Presented.TOKEN, (), PermissionDenied, "lacks Read"),
        (Asked.TAGS, 401, Presented.ANONYMOUS_TOKEN, (), PermissionDenied, "to nobody without credentials"),
    ],
)
def test_refusals_are_told_apart(
    asked: Asked, status: int, presented: Presented, codes: tuple[str, ...], kind: type[Exception], words: str
) -> None:
    error = QUAY.explain(Refusal("quay.io", Subject(asked, "a/b", None), status, presented, codes, ""))
    assert isinstance(error, kind) and words in str(error)
