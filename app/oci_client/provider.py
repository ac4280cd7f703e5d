"""What each company does in its own way.

The class itself does what the standard says; a provider overrides.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, overload

from app.oci_client.answers import Refusal
from app.oci_client.credentials import Anonymous, Credential, Login, UsernamePassword
from app.oci_client.errors import InvalidCredential, RegistryError
from app.oci_client.listing import catalog_pages, tag_pages
from app.oci_client.reference import RegistryHost, parse_repository

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from app.oci_client.calling import Caller
    from app.oci_client.client import FetchedManifest
    from app.oci_client.response import Headers
    from app.oci_client.tokens import Token


@dataclass(frozen=True, slots=True)
class ListedTag:
    """A tag, and what the listing told of it beyond its name; None where the provider's listing does not
    tell.
    """

    tag: str
    digest: str | None = None
    media_type: str | None = None
    artifact_type: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListedRepository:
    """A repository that a registry lists. `holds_charts`: None where only reading it would tell."""

    name: str
    holds_charts: bool | None = None


class Namespaces(Sequence[str]):
    """First parts of repository names, to look into: those `asked` for by a person, else those `known`, which are in
    use already and stand beside the credential's own.
    """

    def __init__(self, asked: Sequence[str] = (), known: Sequence[str] = ()) -> None:
        self.asked = tuple(asked)
        self.known = tuple(known)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return (self.asked or self.known)[index]

    def __len__(self) -> int:
        return len(self.asked or self.known)

    def or_own(self, own: Sequence[str]) -> list[str]:
        """Those to look into where the credential has namespaces of its own, each once."""
        return list(dict.fromkeys(self.asked or [*own, *self.known]))


class Provider:
    """Who runs a registry. Stateless: one object serves every registry of its kind."""

    name: ClassVar[str]
    title: ClassVar[str]
    default_host: ClassVar[RegistryHost | None] = None
    credential_kinds: ClassVar[tuple[type[Credential], ...]] = (Anonymous, UsernamePassword)
    # What is asked for with `n`; None: the registry's own choice. Distribution, Quay and Azure clamp more.
    tags_page_size: ClassVar[int | None] = 1000

    def parse_host(self, text: str) -> RegistryHost:
        """The host that speaks `/v2/` for what was typed. Raises InvalidRegistryHost, saying what to type."""
        return RegistryHost.parse(text)

    def parse_repository(self, text: str, host: RegistryHost | None = None) -> str:
        """The repository's full name for what was typed; `host` where the registry is known already.

        Raises InvalidRepositoryName.
        """
        return parse_repository(text)

    def token_hosts(self, host: RegistryHost) -> frozenset[str]:
        """Hosts of other domains that this provider is known to sign in at."""
        return frozenset()

    def check_credential(self, credential: Credential) -> None:
        """Raises InvalidCredential for what can be told wrong without asking anybody."""

    async def sign_in(self, credential: Credential, caller: "Caller") -> Login | None:
        """What the credential is presented as; None for nothing. Asked again when the login's lifetime ends.

        `caller.fetch_elsewhere` reaches the provider's own APIs. Raises InvalidCredential and RegistryError.
        """
        match credential:
            case Anonymous():
                return None
            case UsernamePassword(username, password):
                # A line end that came along with a pasted token makes Azure answer 500.
                return Login(username.strip(), type(password)(password.reveal().strip()))
            case _:
                raise InvalidCredential(f"{self.title} does not sign in with {type(credential).__name__}.")

    def token_scope(self, scope: str) -> str:
        """What is asked for at the token endpoint, and kept as, when `scope` is needed."""
        return scope

    async def mint_token(
        self, caller: "Caller", realm: "httpx.URL", service: str, scope: str, login: Login | None
    ) -> "Token | None":
        """The token, where the provider has a way of its own; None for the standard's GET."""
        return None

    def login_ended(self, refusal: Refusal) -> bool:
        """Whether a refusal that is no 401 means that the login has ended: it is renewed once and tried again."""
        return False

    def may_be_public(self, refusal: Refusal) -> bool:
        """Whether what was refused to these credentials may be open to nobody in particular.

        It is asked for once more without them. The token endpoint's refusals come here too.
        """
        return False

    def hear(self, caller: "Caller", headers: "Headers") -> None:
        """What the registry says beside its answers, such as how many pulls are left."""

    async def list_tags(self, caller: "Caller", repository: str) -> AsyncIterator[tuple[ListedTag, ...]]:
        """Pages of at least one tag, in the registry's order, no tag twice."""
        async for page in tag_pages(caller, repository, self.tags_page_size):
            yield tuple(ListedTag(tag) for tag in page)

    async def get_manifests(
        self, caller: "Caller", repository: str, digests: Sequence[str]
    ) -> "Mapping[str, FetchedManifest]":
        """Manifests that could be had many at a time, by digest and verified; others are asked for one by one."""
        return {}

    async def listing_note(self, caller: "Caller", repository: str) -> str | None:
        """A sentence for people on why tags come by the slower, standard listing, and what would mend it.

        Asked after `list_tags` went through the repository; None when there is nothing to gain. Never raises.
        """
        return None

    async def discover_repositories(self, caller: "Caller") -> AsyncIterator[tuple[ListedRepository, ...]]:
        """Pages of repositories, as far as the registry lists them.

        Raises PermissionDenied where the credential may not list them, naming what to grant: an empty listing
        means that there are none.
        """
        async for page in catalog_pages(caller):
            yield tuple(ListedRepository(name) for name in page)

    async def discover_within(
        self, caller: "Caller", namespaces: Namespaces
    ) -> AsyncIterator[tuple[ListedRepository, ...]]:
        """As `discover_repositories`, for companies that list one namespace at a time and no registry whole."""
        async for page in self.discover_repositories(caller):
            yield page

    def explain(self, refusal: Refusal) -> RegistryError | None:
        """The error for a refusal that this provider means in its own way; None to have the standard's."""
        return None
