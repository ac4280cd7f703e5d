"""From a challenge and a credential to what stands in `Authorization`.

Sources: distribution docs/spec/auth/token.md and oauth.md; go-containerregistry
pkg/v1/remote/transport/bearer.go.
"""

import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import httpx

from app.oci_client.answers import Answer, Asked, Presented, Subject
from app.oci_client.challenge import Challenge, Challenges, RefusedRealm, check_realm, same_registrable_domain
from app.oci_client.credentials import Anonymous, Credential, Login, Secret
from app.oci_client.errors import CredentialsRefused, UnexpectedAnswer
from app.oci_client.provider import Provider
from app.oci_client.registry_text import quotable
from app.oci_client.tokens import Token, TokenCache, TokenKey, UnreadableToken, parse_token

if TYPE_CHECKING:
    from app.oci_client.calling import Caller

CLIENT_ID: Final = "chartroom"


class SignIn:
    """How one credential signs in at one registry."""

    def __init__(
        self,
        caller: "Caller",
        provider: Provider,
        credential: Credential,
        tokens: TokenCache,
    ) -> None:
        self._caller = caller
        self._provider = provider
        self._credential = credential
        self._tokens = tokens
        self._login: Login | None = None
        # Where tokens lie that were asked for on the word of a challenge: most requests need no more than that.
        self._kept_at: dict[tuple[str, bool], tuple[Challenge, TokenKey]] = {}
        self.challenge: Challenge | None = None

    @property
    def presented(self) -> Presented:
        """How requests are signed in as things stand."""
        return self._presented_as(self._login)

    def _presented_as(self, login: Login | None) -> Presented:
        if self.challenge is None:
            return Presented.NOTHING
        if self.challenge.scheme == "basic":
            return Presented.BASIC if login else Presented.NOTHING
        return Presented.TOKEN if login else Presented.ANONYMOUS_TOKEN

    def presented_by(self, *, nobody: bool) -> Presented:
        """`presented`, or how requests go that leave the credential out."""
        return self._presented_as(None) if nobody else self.presented

    def secrets(self) -> tuple[str, ...]:
        """What a registry might echo and nobody must read."""
        if self._login is None:
            return ()
        return (self._login.basic_header().removeprefix("Basic "), self._login.password.reveal())

    async def authorization(self, scope: str, *, nobody: bool = False) -> Secret | None:
        """The value of `Authorization` for requests of this scope; None when nothing is asked for or to be had.

        `nobody`: without the credential, as for what is public.
        """
        challenge = self.challenge
        if challenge is None:
            return None
        checked, key = self._kept_at.get((scope, nobody), (None, None))
        if key is not None and checked is challenge and (token := self._tokens.known(key)) is not None:
            return token.authorization
        login = None if nobody else await self.login()
        if challenge.scheme == "basic" or (login is not None and login.as_bearer):
            return _header(login)
        wanted = self._provider.token_scope(scope)
        authorization = await self._token(challenge, wanted, login)
        self._kept_at[(scope, nobody)] = (challenge, self._token_key(wanted, login))
        return authorization

    def _token_key(self, scope: str, login: Login | None) -> TokenKey:
        return TokenKey(self._caller.origin, Anonymous() if login is None else self._credential, scope)

    async def renewed(
        self, scope: str, rejected: Secret | None, challenges: Challenges, *, nobody: bool = False
    ) -> Secret | None:
        """Another value after a refusal; None when there is none to try, so that the refusal stands.

        A second refusal of what this returns is a denial: nobody asks again.
        """
        offered = challenges.best()
        # Harbor answers every denial of a token with a Basic challenge: the way once chosen is kept.
        if self.challenge is None or (self.challenge.scheme == "basic" and offered is not None):
            self.challenge = offered
        if self.challenge is None:
            return None
        login = None if nobody else await self.login()
        if self.challenge.scheme == "basic" or (login is not None and login.as_bearer):
            return await self._renewed_login(login, rejected)
        wanted = offered.parameters.get("scope", "") if offered else ""
        asked = self._provider.token_scope(_accepted_scope(scope, wanted))
        return await self._token(self.challenge, asked, login, rejected=rejected)

    async def _renewed_login(self, login: Login | None, rejected: Secret | None) -> Secret | None:
        if login is not None and login.lifetime_seconds is not None and _header(login) == rejected:
            login = await self.login(rejected=login)
        header = _header(login)
        return None if header == rejected else header

    async def login(self, rejected: Login | None = None) -> Login | None:
        """What the provider makes of the credential, one for all clients of this origin, kept for as long as it
        holds.

        A renewal that fails leaves the old login in use until its end. `rejected`: one that was refused.
        """
        self._login = await self._tokens.get_login(
            TokenKey(self._caller.origin, self._credential, f"login:{self._provider.name}"),
            lambda: self._provider.sign_in(self._credential, self._caller),
            rejected=rejected,
        )
        return self._login

    async def verify(self) -> bool:
        """Signs in without asking for anything; whether that told that the credential is good.

        Where it does not, only a request that is signed in will. Raises CredentialsRefused.
        """
        if self.challenge is None:
            return True
        login = await self.login()
        if self.challenge.scheme == "basic" or (login is not None and login.as_bearer):
            return False
        if login is not None:
            await self._token(self.challenge, self._provider.token_scope(""), login)
        return True

    async def _token(
        self, challenge: Challenge, scope: str, login: Login | None, *, rejected: Secret | None = None
    ) -> Secret | None:
        try:
            realm = check_realm(challenge.parameters.get("realm", ""), self._caller.origin)
        except RefusedRealm as refused:
            raise UnexpectedAnswer(
                f"{self._caller.host} asks for a token, but {refused}.", host=str(self._caller.host)
            ) from None
        if realm is None:
            return None
        realm_url = httpx.URL(realm)
        if login is not None:
            self._check_realm_may_have_credentials(realm_url.host)
        service = challenge.parameters.get("service", "")

        async def mint() -> Token:
            try:
                return await self._mint(realm_url, service, scope, login)
            except CredentialsRefused:
                # A login that ends may have ended early; one that does not is simply wrong.
                anew = None
                if login is not None and login.lifetime_seconds is not None:
                    anew = await self.login(rejected=login)
                if anew is None or anew == login:
                    raise
            return await self._mint(realm_url, service, scope, anew)

        token = await self._tokens.get(self._token_key(scope, login), mint, rejected=rejected)
        return token.authorization

    def _check_realm_may_have_credentials(self, realm_host: str) -> None:
        host = self._caller.host
        if same_registrable_domain(realm_host, host.name) or realm_host in self._provider.token_hosts(host):
            return
        raise CredentialsRefused(
            f"{host} sends those who sign in to {quotable(realm_host)}, which belongs to another domain. "
            "The credentials were not sent there.",
            host=str(host),
        )

    async def _mint(self, realm: httpx.URL, service: str, scope: str, login: Login | None) -> Token:
        own = await self._provider.mint_token(self._caller, realm, service, scope, login)
        if own is not None:
            return own
        subject = Subject(Asked.TOKEN, _repository_of(scope))
        presented = Presented.BASIC if login else Presented.NOTHING
        wanted = [(name, value) for name, value in (("service", service), ("scope", scope)) if value]
        answer = await self._caller.fetch_elsewhere(
            realm.copy_with(query=urlencode(wanted + _pairs(realm)).encode() or None),
            headers={"Authorization": login.basic_header()} if login else {},
            max_bytes=self._caller.limits.token_max_bytes,
            subject=subject,
        )
        if answer.status in (404, 405) and login is not None:
            answer = await self._mint_by_post(realm, wanted, login, subject)
        if answer.status != 200:
            raise self._caller.refusal(answer, subject, presented)
        try:
            return parse_token(answer.body, time.time())
        except UnreadableToken as error:
            raise UnexpectedAnswer(
                f"The token endpoint {realm.host} of {self._caller.host} answered without a token: {error}.",
                host=str(self._caller.host),
                repository=subject.repository,
            ) from None

    async def _mint_by_post(
        self, realm: httpx.URL, wanted: list[tuple[str, str]], login: Login, subject: Subject
    ) -> Answer:
        """The OAuth2 way, for endpoints that know no GET."""
        form = [
            ("grant_type", "password"),
            ("client_id", CLIENT_ID),
            *wanted,
            ("username", login.username),
            ("password", login.password.reveal()),
        ]
        return await self._caller.fetch_elsewhere(
            realm,
            method="POST",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=urlencode(form).encode(),
            max_bytes=self._caller.limits.token_max_bytes,
            subject=subject,
        )


def _header(login: Login | None) -> Secret | None:
    """The value of `Authorization` that is the login itself."""
    if login is None:
        return None
    return Secret(f"Bearer {login.password.reveal()}" if login.as_bearer else login.basic_header())


def _pairs(url: httpx.URL) -> list[tuple[str, str]]:
    """The query that a realm brings along itself."""
    return [(name, value) for name, value in url.params.multi_items() if name not in ("service", "scope")]


def _repository_of(scope: str) -> str | None:
    kind, _, rest = scope.partition(":")
    return rest.rpartition(":")[0] if kind == "repository" else None


def _accepted_scope(ours: str, wanted: str) -> str:
    """The scope that the registry names in its refusal, when it only asks to read what we asked to read."""
    if not wanted or wanted == ours:
        return ours
    if wanted == "registry:catalog:*" or wanted.startswith(ours.rpartition(":")[0] + ":"):
        actions = wanted.rpartition(":")[2].split(",")
        return wanted if set(actions) <= {"pull", "metadata_read", "*"} and wanted.isprintable() else ours
    return ours
