"""What is asked of a registry's make that is recognised behind “Other”."""

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from app.oci_client.answers import Refusal
from app.oci_client.errors import RegistryError
from app.oci_client.provider import ListedRepository, ListedTag, Namespaces
from app.oci_client.reference import RegistryHost

if TYPE_CHECKING:
    from app.oci_client.calling import Caller


class Recognised:
    """One make of registry. Stateless."""

    # What the standard listing is asked for with `n`, where the make's own listing fails.
    tags_page_size: ClassVar[int | None] = 1000

    def fits(self, host: RegistryHost, challenge: Mapping[str, str]) -> bool:
        """Whether it is this make, by its host and the parameters of its challenge."""
        raise NotImplementedError

    def speaks(self, refusal: Refusal) -> bool:
        """Whether a refusal is certainly of this make, by what stands in it."""
        return False

    def tag_pages(self, caller: "Caller", repository: str) -> AsyncIterator[tuple[ListedTag, ...]]:
        """By the make's own API. Raises OwnApiUnusable, ListingShifted."""
        raise NotImplementedError

    def repository_pages(self, caller: "Caller", namespaces: Namespaces) -> AsyncIterator[tuple[ListedRepository, ...]]:
        """By the make's own API. Raises RegistryError, naming what to grant."""
        raise NotImplementedError

    def explain(self, refusal: Refusal) -> RegistryError | None:
        """The error for a refusal that this make means in its own way; None to have the standard's."""
        return None

    def may_be_public(self, refusal: Refusal) -> bool:
        """As Provider.may_be_public."""
        return False
