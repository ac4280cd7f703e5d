"""Artifact Registry's own API, for what `/v2/` does not tell: which repositories and packages a project has.

Source: cloud.google.com/artifact-registry/docs/reference/rest/v1, projects.locations.repositories and below.
"""

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote, urlencode

import httpx

from app.oci_client.answers import Answer, Asked, Subject, parse_object
from app.oci_client.errors import RegistryError, UnexpectedAnswer
from app.oci_client.manifest import HELM_CONFIG
from app.oci_client.providers.google_refusals import listing_refused

if TYPE_CHECKING:
    from app.oci_client.calling import Caller

API_HOST: Final = "artifactregistry.googleapis.com"
# The most that the API gives; of its own choice it gives 100, or 35 of tags.
PAGE_SIZE: Final = 1000
# Kinds are looked up for the first 5,000 images of a repository: five requests of about a second each, while people
# wait. Of the packages beyond only the names are told.
IMAGE_PAGES_MAX: Final = 5
# Docker's own types are of images, always: Helm writes OCI manifests only.
_IMAGE_MEDIA_TYPES: Final = frozenset(
    {
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    }
)


class ArtifactRegistryApi:
    """Lists with the token that the registry is signed in to with."""

    def __init__(self, caller: "Caller") -> None:
        self._caller = caller

    async def docker_repositories(self, project: str, location: str) -> list[str]:
        """Ids of the repositories that hold images and charts. Raises PermissionDenied, naming what to grant."""
        parent = f"projects/{project}/locations/{location}"
        pages = self._pages(f"{parent}/repositories", "repositories", parent, "artifactregistry.repositories.list")
        return [
            str(entry.get("name", "")).rpartition("/")[2]
            async for page in pages
            for entry in page
            if entry.get("format") == "DOCKER"
        ]

    async def packages(self, project: str, location: str, repository: str) -> AsyncIterator[tuple[str, ...]]:
        """Pages of the paths of a repository's images and charts, slashes and all."""
        parent = f"projects/{project}/locations/{location}/repositories/{repository}"
        async for page in self._pages(f"{parent}/packages", "packages", parent, "artifactregistry.packages.list"):
            # A package's path is one part of its name: charts%2Fapp.
            yield tuple(unquote(str(entry.get("name", "")).rpartition("/")[2]) for entry in page)

    async def kinds(self, project: str, location: str, repository: str) -> dict[str, bool]:
        """Which packages hold charts, by path, as far as their images were looked at and tell it. Never raises."""
        parent = f"projects/{project}/locations/{location}/repositories/{repository}"
        told: dict[str, set[bool | None]] = {}
        read = 0
        try:
            async for page in self._pages(
                f"{parent}/dockerImages", "dockerImages", parent, "artifactregistry.dockerimages.list"
            ):
                for image in page:
                    path = unquote(str(image.get("name", "")).partition("/dockerImages/")[2].partition("@")[0])
                    told.setdefault(path, set()).add(_is_chart(image))
                read += 1
                if read >= IMAGE_PAGES_MAX:
                    break
        except RegistryError:
            return {}
        return {path: True in kinds for path, kinds in told.items() if True in kinds or None not in kinds}

    async def _pages(self, path: str, key: str, parent: str, permission: str) -> AsyncIterator[list[Mapping[str, Any]]]:
        """Pages of the objects under `key`. `permission`: what it takes to list them."""
        mark = ""
        for _ in range(self._caller.limits.pages_max):
            query = {"pageSize": str(PAGE_SIZE), **({"pageToken": mark} if mark else {})}
            url = httpx.URL(f"https://{API_HOST}/v1/{quote(path, safe='/:')}?{urlencode(query)}")
            answer = await self._fetch(url)
            if answer.status != 200:
                raise listing_refused(answer, host=API_HOST, parent=parent, permission=permission)
            document = await parse_object(answer, API_HOST, Subject(Asked.PROVIDER_API))
            entries = document.get(key) or []
            if not isinstance(entries, list):
                raise UnexpectedAnswer(f"{API_HOST} sent {key} that are no list.", host=API_HOST)
            yield [entry for entry in entries if isinstance(entry, dict)]
            following = document.get("nextPageToken")
            if not isinstance(following, str) or not following or following == mark:
                return
            mark = following

    async def _fetch(self, url: httpx.URL) -> Answer:
        """The answer; asked for once more with a new token when the one at hand has ended."""
        sign_in = self._caller.sign_in
        login = await sign_in.login()
        assert login is not None  # nobody in particular does not come this far
        answer = await self._ask(url, login.password.reveal())
        if answer.status == 401:
            renewed = await sign_in.login(rejected=login)
            if renewed is not None and renewed.password != login.password:
                answer = await self._ask(url, renewed.password.reveal())
        return answer

    async def _ask(self, url: httpx.URL, token: str) -> Answer:
        return await self._caller.fetch_elsewhere(
            url,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            subject=Subject(Asked.PROVIDER_API),
            max_bytes=self._caller.limits.tag_page_max_bytes,
        )


def _is_chart(image: Mapping[str, Any]) -> bool | None:
    """None where neither type tells."""
    kind = image.get("artifactType")
    if kind:
        return bool(kind == HELM_CONFIG)
    return False if image.get("mediaType") in _IMAGE_MEDIA_TYPES else None
