"""Any registry that keeps to the distribution specification, such as Nexus, zot or Distribution itself.

Harbor, GitLab and GitHub are recognised by their host or by how they ask to sign in, which costs no request, and then
asked in their own way.
"""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, ClassVar, Final

from app.oci_client.answers import Refusal
from app.oci_client.errors import RegistryError
from app.oci_client.own_listing import ListingNotes, own_then_standard
from app.oci_client.provider import ListedRepository, ListedTag, Namespaces, Provider
from app.oci_client.providers.github import GITHUB
from app.oci_client.providers.gitlab import GITLAB
from app.oci_client.providers.harbor import HARBOR
from app.oci_client.providers.recognised import Recognised

if TYPE_CHECKING:
    from app.oci_client.calling import Caller

RECOGNISED: Final[tuple[Recognised, ...]] = (GITHUB, GITLAB, HARBOR)


class GenericProvider(Provider):
    """The standard, and what is recognised behind it."""

    name: ClassVar[str] = "other"
    title: ClassVar[str] = "This registry"

    async def list_tags(self, caller: "Caller", repository: str) -> AsyncIterator[tuple[ListedTag, ...]]:
        kind = await _recognise(caller)
        page_size = kind.tags_page_size if kind else self.tags_page_size
        if kind is None:
            pages = super().list_tags(caller, repository)
        else:
            pages = own_then_standard(caller, repository, kind.tag_pages(caller, repository), page_size)
        async for page in pages:
            yield page

    async def listing_note(self, caller: "Caller", repository: str) -> str | None:
        return caller.memory(ListingNotes).by_repository.get(repository)

    async def discover_within(
        self, caller: "Caller", namespaces: Namespaces
    ) -> AsyncIterator[tuple[ListedRepository, ...]]:
        kind = await _recognise(caller)
        pages = kind.repository_pages(caller, namespaces) if kind else self.discover_repositories(caller)
        async for page in pages:
            yield page

    def explain(self, refusal: Refusal) -> RegistryError | None:
        for kind in RECOGNISED:
            if kind.speaks(refusal):
                return kind.explain(refusal)
        return None

    def may_be_public(self, refusal: Refusal) -> bool:
        return any(kind.may_be_public(refusal) for kind in RECOGNISED if kind.speaks(refusal))


async def _recognise(caller: "Caller") -> Recognised | None:
    await caller.connect()
    challenge = caller.sign_in.challenge
    parameters = challenge.parameters if challenge else {}
    return next((kind for kind in RECOGNISED if kind.fits(caller.host, parameters)), None)
