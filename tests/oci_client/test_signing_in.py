"""Who is let in, who sees the credential, and how often is asked."""

import asyncio
import base64
import json
import pickle

import pytest
import trustme
from aiohttp import web

from app.oci_client.credentials import Anonymous, EcrIamRole, Secret, UsernamePassword
from app.oci_client.errors import (
    CredentialsRefused,
    InvalidCredential,
    PermissionDenied,
    RegistryError,
    UnexpectedAnswer,
)
from app.oci_client.providers.docker_hub import REGISTRY_HOST, DockerHubProvider
from app.oci_client.reference import RegistryHost
from tests.oci_client.lab import (
    CREDENTIAL,
    INSECURE,
    PASSWORD,
    Bench,
    FixedResolver,
    Handler,
    LabServer,
    bearer_protected,
    bench,
    fixed,
    server_context,
    serving,
)

TAGS = "/v2/acme/payments/tags/list"
REPOSITORY = "acme/payments"
BASIC = "Basic " + base64.b64encode(f"ada:{PASSWORD}".encode()).decode()


class TokenService:
    """Mints token-1, token-2, …; only the newest is valid."""

    def __init__(self, **answer: object) -> None:
        self.minted = 0
        self.requests: list[str] = []
        self.answer = answer

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request.rel_url.raw_query_string)
        if request.headers.get("Authorization", BASIC) != BASIC:
            return web.json_response({"details": "incorrect username or password"}, status=401)
        self.minted += 1
        await asyncio.sleep(0.01)
        return web.json_response({"token": f"token-{self.minted}", "access_token": "", **self.answer})

    def valid(self, token: str) -> bool:
        return token == f"token-{self.minted}"


def protect(lab: LabServer, service: TokenService, realm: str | None = None) -> None:
    realm = realm or f"https://127.0.0.1:{lab.port}/token"
    lab.on("/v2/", bearer_protected(lab, fixed('{"tags":["1.2.3"]}'), realm=realm, valid=service.valid))
    lab.on("/token", service.handle)


async def tags(made: Bench, lab: LabServer | RegistryHost, credential: object = CREDENTIAL) -> list[str]:
    client = made.client(lab, credential)  # type: ignore[arg-type]
    return [listed.tag async for page in client.list_tags(REPOSITORY) for listed in page]


async def test_token_is_asked_for_with_scope_and_basic_and_then_sent(lab: LabServer, at: Bench) -> None:
    service = TokenService(expires_in=300)
    protect(lab, service)
    assert await tags(at, lab) == ["1.2.3"]
    assert service.requests == ["service=lab&scope=repository%3Aacme%2Fpayments%3Apull"]
    assert [seen.headers.get("authorization") for seen in lab.seen] == [None, BASIC, "Bearer token-1"]


async def test_anonymous_gets_a_token_without_credentials(lab: LabServer, at: Bench) -> None:
    service = TokenService()
    protect(lab, service)
    assert await tags(at, lab, Anonymous()) == ["1.2.3"]
    assert lab.secrets_seen() == ["Bearer token-1"]


async def test_token_is_minted_once_when_fifty_want_it(lab: LabServer, at: Bench) -> None:
    service = TokenService(expires_in=300)
    protect(lab, service)
    client = at.client(lab)
    await asyncio.gather(
        *(client.head_manifest(REPOSITORY, f"{number}") for number in range(50)), return_exceptions=True
    )
    assert service.minted == 1


async def test_token_is_renewed_once_for_all_when_it_is_refused_in_mid_sync(lab: LabServer, at: Bench) -> None:
    service = TokenService(expires_in=300)
    protect(lab, service)
    client = at.client(lab)
    await client.head_manifest(REPOSITORY, "1")
    service.minted += 1  # what was minted holds no more
    await asyncio.gather(*(client.get_manifest(REPOSITORY, f"{number}") for number in range(50)))
    assert len(service.requests) == 2


async def test_token_is_renewed_before_its_end_by_our_own_clock(lab: LabServer, at: Bench) -> None:
    service = TokenService(expires_in=300)
    protect(lab, service)
    for passed, minted in ((0, 1), (250, 1), (30, 2)):
        at.clock.seconds += passed
        await tags(at, lab)
        assert service.minted == minted


async def test_same_client_renews_its_token_before_the_end_too(lab: LabServer, at: Bench) -> None:
    service = TokenService(expires_in=300)
    protect(lab, service)
    client = at.client(lab)
    for passed, minted in ((0, 1), (250, 1), (30, 2)):
        at.clock.seconds += passed
        await client.head_manifest(REPOSITORY, "1")
        assert service.minted == minted


async def test_token_that_another_client_renewed_is_used_at_once(lab: LabServer, at: Bench) -> None:
    service = TokenService(expires_in=300)
    protect(lab, service)
    client, other = at.client(lab), at.client(lab)
    for each in (client, other):
        await each.head_manifest(REPOSITORY, "1")
    service.minted += 1  # what was minted holds no more
    await other.head_manifest(REPOSITORY, "1")
    asked = len(lab.seen)
    await client.head_manifest(REPOSITORY, "1")
    assert lab.seen[asked].headers["authorization"] == "Bearer token-3"


async def test_token_is_kept_apart_by_credential_and_scope(lab: LabServer, at: Bench) -> None:
    service = TokenService(expires_in=300)
    service.valid = lambda token: bool(token)  # type: ignore[method-assign]
    protect(lab, service)
    await tags(at, lab)
    await tags(at, lab, Anonymous())
    await at.client(lab).get_manifest("acme/other", "1")
    await tags(at, lab)
    assert service.minted == 3


async def test_second_refusal_is_a_denial_and_nobody_asks_again(lab: LabServer, at: Bench) -> None:
    service = TokenService()
    service.valid = lambda token: False  # type: ignore[method-assign]
    protect(lab, service)
    with pytest.raises(PermissionDenied, match="does not tell which") as caught:
        await tags(at, lab)
    assert caught.value.repository == REPOSITORY
    assert service.minted == 2
    assert lab.paths() == ["/v2/", "/token", TAGS, "/token", TAGS]


async def test_wrong_password_is_told_when_token_service_refuses_it(lab: LabServer, at: Bench) -> None:
    protect(lab, TokenService())
    with pytest.raises(CredentialsRefused, match="refused the user name") as caught:
        await tags(at, lab, UsernamePassword("ada", Secret("wrong")))
    assert caught.value.code == "CREDENTIALS_REFUSED" and not caught.value.temporary


async def test_basic_is_sent_when_registry_asks_for_it(lab: LabServer, at: Bench) -> None:
    async def basic(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") == BASIC:
            return web.json_response({"tags": ["1.2.3"]})
        return web.Response(status=401, headers={"WWW-Authenticate": 'BASIC realm="Nexus"'})

    lab.on("/v2/", basic)
    assert await tags(at, lab) == ["1.2.3"]
    lab.seen.clear()
    with pytest.raises(CredentialsRefused, match="refused the user name"):
        await tags(at, lab, UsernamePassword("ada", Secret("wrong")))
    assert lab.paths() == ["/v2/", TAGS]
    with pytest.raises(CredentialsRefused, match="wants a user name"):
        await tags(at, lab, Anonymous())


async def test_challenge_is_met_when_only_the_repository_is_guarded(lab: LabServer, at: Bench) -> None:
    service = TokenService()
    protect(lab, service)
    guarded = lab.handlers["/v2/"]

    async def open_ping(request: web.Request) -> web.StreamResponse:
        return web.Response(text="{}") if request.path == "/v2/" else await guarded(request)

    lab.on("/v2/", open_ping)
    assert await tags(at, lab) == ["1.2.3"]


async def test_unauthorized_without_challenge_is_renewed_once(lab: LabServer, at: Bench) -> None:
    service = TokenService(expires_in=43200)
    protect(lab, service)
    await tags(at, lab)
    guarded: Handler = lab.handlers["/v2/"]

    async def silent(request: web.Request) -> web.StreamResponse:
        response = await guarded(request)
        response.headers.popall("WWW-Authenticate", None)
        return response

    client = at.client(lab)
    await client.ping()
    lab.on("/v2/", silent)
    service.minted += 1
    assert [listed.tag async for page in client.list_tags(REPOSITORY) for listed in page] == ["1.2.3"]


async def test_post_is_tried_when_token_service_knows_no_get(lab: LabServer, at: Bench) -> None:
    async def post_only(request: web.Request) -> web.StreamResponse:
        if request.method == "GET":
            return web.Response(status=404)
        form = await request.post()
        assert (form["grant_type"], form["username"], form["password"]) == ("password", "ada", PASSWORD)
        assert form["scope"] == "repository:acme/payments:pull"
        return web.json_response({"access_token": "token-0"})

    protect(lab, TokenService())
    lab.on("/token", post_only)
    assert await tags(at, lab) == ["1.2.3"]


@pytest.mark.parametrize("status", [301, 307])
async def test_redirect_of_token_service_is_not_followed(
    authority: trustme.CA, lab: LabServer, at: Bench, status: int
) -> None:
    async with serving(server_context(authority)) as other:
        protect(lab, TokenService())
        lab.on("/token", fixed("", status, Location=f"https://127.0.0.1:{other.port}/token"))
        with pytest.raises(UnexpectedAnswer):
            await tags(at, lab)
        assert other.seen == []


async def test_credentials_never_reach_a_realm_of_another_domain(authority: trustme.CA) -> None:
    context = server_context(authority, "registry.acme.example", "auth.evil.example")
    async with serving(context) as lab, serving(context) as evil:
        service = TokenService()
        protect(lab, service, "https://auth.evil.example/token")
        evil.on("/token", service.handle)
        ports = {"registry.acme.example": lab.port, "auth.evil.example": evil.port}
        async with bench(authority, resolver=FixedResolver(ports)) as made:
            host = RegistryHost("registry.acme.example")
            with pytest.raises(CredentialsRefused, match="another domain"):
                await tags(made, host)
            assert evil.seen == []
            assert await tags(made, host, Anonymous()) == ["1.2.3"]
            assert evil.secrets_seen() == []


async def test_credentials_reach_a_realm_of_the_same_domain(authority: trustme.CA) -> None:
    context = server_context(authority, "registry.acme.example", "acme.example")
    async with serving(context) as lab, serving(context) as auth:
        service = TokenService()
        protect(lab, service, "https://acme.example/jwt/auth")
        auth.on("/jwt/auth", service.handle)
        ports = {"registry.acme.example": lab.port, "acme.example": auth.port}
        async with bench(authority, resolver=FixedResolver(ports)) as made:
            assert await tags(made, RegistryHost("registry.acme.example")) == ["1.2.3"]
        assert auth.secrets_seen() == [BASIC]


@pytest.mark.parametrize(
    "realm", ["http://127.0.0.1:{port}/token", "https://169.254.169.254/token", "https://10.0.0.1/token", "file:///x"]
)
async def test_realm_is_refused_when_it_is_plain_http_or_leads_inward(lab: LabServer, at: Bench, realm: str) -> None:
    protect(lab, TokenService(), realm.format(port=lab.port))
    with pytest.raises(UnexpectedAnswer, match="token address"):
        await tags(at, lab)
    assert lab.paths() == ["/v2/"]


async def test_plain_realm_is_asked_when_the_registry_is_plain_too(authority: trustme.CA) -> None:
    async with serving() as lab, bench(authority, INSECURE) as made:
        protect(lab, TokenService(), f"http://127.0.0.1:{lab.port}/token")
        assert await tags(made, lab) == ["1.2.3"]


async def test_link_to_another_origin_gets_no_credentials(authority: trustme.CA, lab: LabServer, at: Bench) -> None:
    async with serving(server_context(authority)) as other:
        link = f'<https://127.0.0.1:{other.port}{TAGS}?last=1>; rel="next"'
        lab.on("/v2/", fixed("", 401, WWW_Authenticate="Basic realm=x"))
        lab.on(TAGS, fixed('{"tags":["1"]}', Link=link))
        with pytest.raises(UnexpectedAnswer):
            await tags(at, lab)
        assert other.seen == []


async def test_docker_hub_signs_in_at_its_own_token_host(authority: trustme.CA) -> None:
    context = server_context(authority, REGISTRY_HOST.name, "auth.docker.io")
    async with serving(context) as lab, serving(context) as auth:
        service = TokenService(expires_in=300)
        protect(lab, service, "https://auth.docker.io/token")
        auth.on("/token", service.handle)
        ports = {REGISTRY_HOST.name: lab.port, "auth.docker.io": auth.port}
        async with bench(authority, resolver=FixedResolver(ports)) as made:
            client = made.client(REGISTRY_HOST, provider=DockerHubProvider())
            found = [listed.tag async for page in client.list_tags(REPOSITORY) for listed in page]
        assert found == ["1.2.3"]
        assert auth.secrets_seen() == [BASIC]
        assert lab.secrets_seen() == ["Bearer token-1"]


async def test_credential_is_refused_when_provider_cannot_sign_in_with_it(lab: LabServer, at: Bench) -> None:
    protect(lab, TokenService())
    with pytest.raises(InvalidCredential):
        await tags(at, lab, EcrIamRole())


async def test_wider_scope_of_a_refusal_is_asked_for_only_when_it_is_for_reading(lab: LabServer, at: Bench) -> None:
    service = TokenService()
    protect(lab, service)
    for wanted, asked in (
        ("repository:acme/payments:pull,metadata_read", "repository%3Aacme%2Fpayments%3Apull%2Cmetadata_read"),
        ("repository:acme/payments:pull,push", "repository%3Aacme%2Fpayments%3Apull"),
        ("repository:acme/secrets:pull", "repository%3Aacme%2Fpayments%3Apull"),
    ):
        header = f'Bearer realm="https://127.0.0.1:{lab.port}/token",scope="{wanted}",error="insufficient_scope"'
        lab.on(TAGS, fixed("{}", 401, WWW_Authenticate=header))
        with pytest.raises(PermissionDenied):
            await tags(at, lab)
        assert service.requests[-1].endswith(f"scope={asked}")


async def test_no_error_holds_a_secret_anywhere(lab: LabServer, at: Bench) -> None:
    """A registry that echoes what it was sent, and every object that hangs on the error."""

    async def echo(request: web.Request) -> web.StreamResponse:
        sent = request.headers.get("Authorization", "")
        body = {"errors": [{"code": "DENIED", "message": f"no: {sent} {PASSWORD}"}]}
        status = 403 if sent else 401
        return web.json_response(body, status=status, headers={"WWW-Authenticate": "Basic realm=x"})

    lab.on("/v2/", echo)
    errors = []
    with pytest.raises(RegistryError) as caught:
        await tags(at, lab)
    errors.append(caught.value)
    host = RegistryHost("127.0.0.1", lab.port)
    lab.on(TAGS, fixed("", 200, Content_Encoding="gzip"))
    with pytest.raises(RegistryError) as caught:
        await tags(at, host)
    errors.append(caught.value)
    for error in errors:
        chain: list[BaseException] = []
        link: BaseException | None = error
        while link is not None:
            chain.append(link)
            link = link.__cause__ or link.__context__
        text = json.dumps([[repr(part), str(part), repr(vars(part))] for part in chain])
        text += repr(pickle.loads(pickle.dumps(error)))
        assert PASSWORD not in text and BASIC.removeprefix("Basic ") not in text
    assert "***" in str(errors[0])


async def test_broken_connection_leaves_no_request_in_the_chain(lab: LabServer, at: Bench) -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    lab.on("/v2/", fixed("", 401, WWW_Authenticate="Basic realm=x"))
    lab.on(TAGS, hang_up)
    with pytest.raises(RegistryError) as caught:
        await tags(at, lab)
    link: BaseException | None = caught.value
    while link is not None:
        assert not hasattr(link, "request_info") and not hasattr(link, "request")
        link = link.__cause__ or link.__context__
