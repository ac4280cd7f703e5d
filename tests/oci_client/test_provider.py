"""What the shared mechanism does with what a provider overrides; the providers themselves are in providers/."""

from collections.abc import AsyncIterator

import pytest

from app.oci_client.answers import Asked, Refusal
from app.oci_client.client import RegistryClient
from app.oci_client.credentials import Anonymous, Credential, Login, Secret, UsernamePassword
from app.oci_client.errors import CredentialsRefused, PermissionDenied, RateLimited
from app.oci_client.probing import probe
from app.oci_client.provider import Provider
from app.oci_client.providers.generic import GenericProvider
from tests.lab.registry import LabRegistry, TokenRegistry, Visitor, refused
from tests.lab.server import Lab, bearer_text, running_lab

HOST = "registry.example"
USER = UsernamePassword("ada", Secret("mechanism-canary"))


@pytest.fixture
async def house() -> AsyncIterator[Lab]:
    async with running_lab() as lab:
        yield lab


class Renewing(Provider):
    """Its logins are password-1, password-2, … and end after an hour."""

    name, title = "renewing", "Renewing"

    def __init__(self, *, as_bearer: bool = False) -> None:
        self.signed_in = 0
        self.as_bearer = as_bearer

    async def sign_in(self, credential: Credential, caller: object) -> Login:
        self.signed_in += 1
        return Login("ada", Secret(f"password-{self.signed_in}"), 3600, as_bearer=self.as_bearer)

    def login_ended(self, refusal: Refusal) -> bool:
        return "has expired" in refusal.text

    def may_be_public(self, refusal: Refusal) -> bool:
        return refusal.subject.asked is not Asked.PING


class Ecr(LabRegistry):
    """Says 403 to a password that has ended."""

    def unauthorized(self, request, scope):  # type: ignore[no-untyped-def]
        if "Authorization" in request.headers:
            return refused(403, "DENIED", "Your authorization token has expired. Reauthenticate and try again.")
        return super().unauthorized(request, scope)


class Google(TokenRegistry):
    """Takes access tokens as they are, and says 401 without a challenge to one that has ended."""

    now = "password-1"

    def visitor(self, request):  # type: ignore[no-untyped-def]
        text = bearer_text(request)
        return Visitor("ada") if text == self.now else None if text else Visitor(None)

    def unauthorized(self, request, scope):  # type: ignore[no-untyped-def]
        answer = super().unauthorized(request, scope)
        if "Authorization" in request.headers:
            del answer.headers["WWW-Authenticate"]
        return answer


def filled(registry: LabRegistry, *, public: bool = False) -> LabRegistry:
    registry.accounts = {"ada": "password-1"}
    registry.repository("a", readers=["ada"], public=public).push_chart("1.0.0")
    return registry


def client(lab: Lab, provider: Provider) -> RegistryClient:
    return lab.client(HOST, USER, provider, belongs_to=[])


async def test_login_is_renewed_once_when_a_403_says_that_it_has_ended(house: Lab) -> None:
    registry, provider = filled(Ecr(house, HOST)), Renewing()
    made = client(house, provider)
    await made.get_manifest("a", "1.0.0")
    registry.accounts = {"ada": "password-2"}
    await made.get_manifest("a", "1.0.0")
    assert provider.signed_in == 2
    registry.accounts = {"ada": "other"}
    with pytest.raises(PermissionDenied):
        await made.get_manifest("a", "1.0.0")
    assert provider.signed_in == 3


async def test_login_is_shared_by_all_clients_of_an_origin(house: Lab) -> None:
    filled(Ecr(house, HOST))
    provider = Renewing()
    await client(house, provider).get_manifest("a", "1.0.0")
    await client(house, provider).get_manifest("a", "1.0.0")
    assert provider.signed_in == 1


async def test_login_that_is_its_own_token_is_sent_as_it_is_and_renewed(house: Lab) -> None:
    registry, provider = Google(house, HOST), Renewing(as_bearer=True)
    filled(registry)
    made = client(house, provider)
    await made.sign_in()
    await made.get_manifest("a", "1.0.0")
    registry.now = "password-2"
    await made.get_manifest("a", "1.0.0")
    assert provider.signed_in == 2 and house.count(HOST, "GET /token") == 0
    registry.now = "other"
    with pytest.raises(CredentialsRefused):
        await made.sign_in()


@pytest.mark.parametrize("what", ["tags", "manifest", "blob"])
async def test_public_repository_is_read_without_the_login_that_is_refused(house: Lab, what: str) -> None:
    registry = filled(TokenRegistry(house, HOST), public=True)
    registry.accounts = {}
    made = client(house, Renewing())
    if what == "tags":
        assert [tag.tag async for page in made.list_tags("a") for tag in page] == ["1.0.0"]
    elif what == "manifest":
        assert (await made.head_manifest("a", "1.0.0")).digest
    else:
        held = next(iter(registry.repositories["a"].blobs))
        answer = await made.caller.open(f"/v2/a/blobs/{held}", scope="repository:a:pull", subject=_blob())
        assert answer.status == 200
        answer.close()
    assert made.caller.was_read_as_nobody("a")


def _blob():  # type: ignore[no-untyped-def]
    from app.oci_client.answers import Subject

    return Subject(Asked.BLOB, "a", "x")


async def test_first_refusal_is_told_when_it_is_not_public_either(house: Lab) -> None:
    registry = filled(TokenRegistry(house, HOST))
    registry.accounts = {}
    with pytest.raises(CredentialsRefused, match="refused the user name"):
        await client(house, Renewing()).get_manifest("a", "1.0.0")


async def test_login_is_not_left_out_when_the_provider_does_not_say_so(house: Lab) -> None:
    registry = filled(TokenRegistry(house, HOST), public=True)
    registry.accounts = {}
    with pytest.raises(CredentialsRefused):
        await house.client(HOST, USER, GenericProvider(), belongs_to=[HOST]).get_manifest("a", "1.0.0")


async def test_registry_is_spoken_to_while_its_token_endpoint_is_limited(house: Lab) -> None:
    registry = filled(TokenRegistry(house, HOST, token_host="auth.registry.example"), public=True)
    registry.repository("b", public=True).push_chart("1.0.0")
    made = house.client(HOST, Anonymous(), GenericProvider())
    await made.get_manifest("a", "1.0.0")
    registry.token_host.limit(1, retry_after="900")
    with pytest.raises(RateLimited):
        await made.get_manifest("b", "1.0.0")
    await made.get_manifest("a", "1.0.0")
    assert house.clock.slept == []


class Noted(Provider):
    name, title = "noted", "Noted"

    async def listing_note(self, caller: object, repository: str) -> str | None:
        return f"What {repository} lacks."


async def test_connection_report_ends_with_the_providers_note(house: Lab) -> None:
    registry = filled(LabRegistry(house, HOST))
    registry.accounts = {"ada": USER.password.reveal()}
    made = house.client(HOST, USER, Noted(), belongs_to=[HOST])
    assert [stage async for stage in probe(made, ["a"])][-1].message.endswith("among them. What a lacks.")
