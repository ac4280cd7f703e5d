"""Azure Container Registry.

A password or secret is shown to the token endpoint only, never to `/v2/`: tokens with a scope map are refused there
with a challenge that leads nowhere (helm#12423). Identities of Microsoft Entra ID take three steps: a token of theirs,
exchanged for a refresh token of the registry (three hours), which buys access tokens (75 minutes) for one repository
each. Source: github.com/Azure/acr docs/AAD-OAuth.md and Token-BasicAuth.md.
"""

import re
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import urlencode

import httpx
import orjson

from app.oci_client.answers import Answer, Asked, Presented, Refusal, Subject, parse_object, read_refusal_text
from app.oci_client.credentials import (
    Anonymous,
    AzureManagedIdentity,
    AzureServicePrincipal,
    Credential,
    Login,
    Secret,
    UsernamePassword,
)
from app.oci_client.errors import (
    CredentialsRefused,
    InvalidCredential,
    PermissionDenied,
    RegistryError,
    UnexpectedAnswer,
)
from app.oci_client.provider import ListedRepository, ListedTag, Provider
from app.oci_client.providers.azure_entra import EntraCredential, entra_token, fault_of
from app.oci_client.providers.azure_hosts import parse_login_server
from app.oci_client.providers.azure_listing import manifest_pages, may_list_manifests, repository_pages
from app.oci_client.providers.azure_refusals import explained, role_missing, scope_denied
from app.oci_client.reference import RegistryHost, parse_repository
from app.oci_client.registry_text import quotable
from app.oci_client.tokens import Token, UnreadableToken, parse_token

if TYPE_CHECKING:
    from app.oci_client.calling import Caller

# The user name that goes with a refresh token; learn.microsoft.com, "az acr login with --expose-token".
REFRESH_TOKEN_USER: Final = "00000000-0000-0000-0000-000000000000"  # noqa: S105 - a user name
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
_PULL: Final = re.compile(r"repository:([^:]+):(?:pull|metadata_read|pull,metadata_read|metadata_read,pull)")
_TYPED_HOST: Final = re.compile(r"[a-z0-9-]+\.azurecr\.(?:io|us|cn)/", re.IGNORECASE)


class AzureProvider(Provider):
    """*.azurecr.io, .us and .cn."""

    name: ClassVar[str] = "azure"
    title: ClassVar[str] = "Azure Container Registry"
    credential_kinds: ClassVar[tuple[type[Credential], ...]] = (
        Anonymous,
        UsernamePassword,
        AzureServicePrincipal,
        AzureManagedIdentity,
    )

    def parse_host(self, text: str) -> RegistryHost:
        return parse_login_server(text)

    def parse_repository(self, text: str, host: RegistryHost | None = None) -> str:
        """Takes the login server before the name along with it, as it is copied from a pull command."""
        return parse_repository(_TYPED_HOST.sub("", text.strip(), count=1))

    def check_credential(self, credential: Credential) -> None:
        """Raises InvalidCredential for what is wrong with it before anybody is asked."""
        fault = _fault(credential)
        if fault is not None:
            raise InvalidCredential(fault)

    async def sign_in(self, credential: Credential, caller: "Caller") -> Login | None:
        fault = _fault(credential)
        if fault is not None:
            raise CredentialsRefused(fault, host=str(caller.host))
        if not isinstance(credential, (AzureServicePrincipal, AzureManagedIdentity)):
            return await super().sign_in(credential, caller)
        return await _exchanged(credential, caller)

    def token_scope(self, scope: str) -> str:
        """One token reads a repository and its listing."""
        found = _PULL.fullmatch(scope)
        return f"repository:{found[1]}:pull,metadata_read" if found else scope

    async def mint_token(
        self, caller: "Caller", realm: httpx.URL, service: str, scope: str, login: Login | None
    ) -> Token | None:
        """An access token; where reading the listing is not allowed, one for pulling alone."""
        found = _PULL.fullmatch(scope)
        repository = found[1] if found else None
        for wanted in (scope, f"repository:{repository}:pull") if repository else (scope,):
            answer = await _ask_token(caller, realm, service, wanted, login)
            if answer.status == 200:
                return _read_token(answer.body, caller, repository)
            if answer.status != 401:
                break
        raise await _token_refusal(caller, realm, service, scope, repository, login, answer)

    async def list_tags(self, caller: "Caller", repository: str) -> AsyncIterator[tuple[ListedTag, ...]]:
        """By `/acr/v1/`; where metadata_read is not granted, by `/v2/`, which tells names only."""
        begun = False
        try:
            async for page in manifest_pages(caller, repository):
                begun = True
                yield page
            return
        except PermissionDenied:
            if begun:
                raise
        async for page in super().list_tags(caller, repository):
            yield page

    async def listing_note(self, caller: "Caller", repository: str) -> str | None:
        try:
            await may_list_manifests(caller, repository)
        except PermissionDenied:
            return (
                "These credentials may pull but not list metadata, so each tag costs a request of its own. With the "
                "role AcrPull, or metadata/read in the token's scope map, a hundred tags are read at once, and images "
                "are told from charts without reading them."
            )
        except RegistryError:
            return None
        return None

    async def discover_repositories(self, caller: "Caller") -> AsyncIterator[tuple[ListedRepository, ...]]:
        """Raises PermissionDenied where the identity may not list, naming the role."""
        async for page in repository_pages(caller):
            yield page

    def explain(self, refusal: Refusal) -> RegistryError | None:
        return explained(refusal)


def _fault(credential: Credential) -> str | None:
    match credential:
        case UsernamePassword(username, password):
            if not username.strip():
                return f"The user name is missing. With a token of “az acr login” it is {REFRESH_TOKEN_USER}."
            # Azure answers 500 to a line break in a password.
            if not password.reveal().strip().isprintable() or not password.reveal().strip():
                return "The password is missing, or a line break or control character got into it. Copy it again."
            return None
        case AzureServicePrincipal() | AzureManagedIdentity():
            return fault_of(credential)
        case _:
            return None


async def _exchanged(credential: EntraCredential, caller: "Caller") -> Login:
    """The registry's refresh token for an identity of Microsoft Entra ID. Raises PermissionDenied without a role."""
    entra = await entra_token(credential, caller)
    form = [("grant_type", "access_token"), ("service", caller.host.name), ("access_token", entra.reveal())]
    if isinstance(credential, AzureServicePrincipal):
        form.append(("tenant", credential.tenant_id.strip()))
    subject = Subject(Asked.TOKEN)
    answer = await _post(caller, httpx.URL(f"{caller.origin}/oauth2/exchange"), form, subject)
    if answer.status in (401, 403):
        refusal = _refusal(caller, answer, subject, (entra.reveal(),))
        network = explained(refusal) if answer.status == 403 and "client with IP" in refusal.text else None
        raise network or role_missing(refusal)
    if answer.status != 200:
        raise caller.refusal(answer, subject, Presented.TOKEN)
    refresh = (await parse_object(answer, str(caller.host), subject)).get("refresh_token")
    token = _read_token(orjson.dumps({"token": refresh}), caller, None)
    return Login(
        REFRESH_TOKEN_USER, Secret(token.authorization.reveal().removeprefix("Bearer ")), token.lifetime_seconds
    )


async def _ask_token(caller: "Caller", realm: httpx.URL, service: str, scope: str, login: Login | None) -> Answer:
    kind, _, rest = scope.partition(":")
    subject = Subject(Asked.TOKEN, rest.rpartition(":")[0] if kind == "repository" else None)
    wanted = [("service", service or caller.host.name)] + ([("scope", scope)] if scope else [])
    if login is None:
        return await _post(caller, realm, [("grant_type", "password"), *wanted], subject)
    # Without a scope, as docker login asks, a refresh token goes as a password too.
    if login.lifetime_seconds is not None and scope:
        form = [("grant_type", "refresh_token"), *wanted, ("refresh_token", login.password.reveal())]
        return await _post(caller, realm, form, subject)
    return await caller.fetch_elsewhere(
        realm.copy_with(query=urlencode(wanted).encode()),
        headers={"Authorization": login.basic_header()},
        max_bytes=caller.limits.token_max_bytes,
        subject=subject,
    )


async def _post(caller: "Caller", url: httpx.URL, form: list[tuple[str, str]], subject: Subject) -> Answer:
    return await caller.fetch_elsewhere(
        url,
        method="POST",
        headers=_FORM,
        body=urlencode(form).encode(),
        max_bytes=caller.limits.token_max_bytes,
        subject=subject,
    )


async def _token_refusal(
    caller: "Caller",
    realm: httpx.URL,
    service: str,
    scope: str,
    repository: str | None,
    login: Login | None,
    answer: Answer,
) -> RegistryError:
    """A wrong password and a repository out of reach look alike here: a token for nothing tells them apart."""
    asked = Asked.CATALOG if scope.startswith("registry:") else Asked.TOKEN
    subject = Subject(asked, repository)
    if login is None:
        return caller.refusal(answer, subject, Presented.ANONYMOUS_TOKEN)
    if answer.status == 401 and scope:
        plain = await _ask_token(caller, realm, service, "", login)
        if plain.status == 200:
            refusal = _refusal(caller, answer, subject, caller.sign_in.secrets())
            return (explained(refusal) if asked is Asked.CATALOG else None) or scope_denied(refusal)
        answer, subject = plain, Subject(Asked.TOKEN)
    if answer.status == 401 and login.lifetime_seconds is not None:
        return CredentialsRefused(f"{caller.host} no longer takes the refresh token it gave.", host=str(caller.host))
    return caller.refusal(answer, subject, Presented.BASIC)


def _read_token(body: bytes, caller: "Caller", repository: str | None) -> Token:
    """Azure tells the lifetime only inside the token, as `exp`."""
    try:
        return parse_token(body, time.time())
    except UnreadableToken as error:
        raise UnexpectedAnswer(
            f"{caller.host} answered without a token: {error}.", host=str(caller.host), repository=repository
        ) from None


def _refusal(caller: "Caller", answer: Answer, subject: Subject, secrets: tuple[str, ...]) -> Refusal:
    codes, text = read_refusal_text(answer.body, answer.headers.get("content-type", ""))
    return Refusal(str(caller.host), subject, answer.status, Presented.TOKEN, codes, quotable(text, secrets))
