"""Names of container images, as charts write them and as people look for them.

Source: github.com/distribution/reference, normalisation of familiar names: no host is Docker Hub, and its
official images are in `library/`.
"""

from dataclasses import dataclass
from typing import Final

from app.domain.host_names import DOCKER_HUB, familiar_host

IMAGE_NAME_MAX_CHARS: Final = 512
"""A reference may have 255 for the repository and 128 for the tag; the rest is for the host."""


@dataclass(frozen=True, slots=True)
class ImageName:
    """`host` and `tag` are None where the text has none; a digest is left out."""

    host: str | None
    repository: str
    tag: str | None

    @classmethod
    def parse(cls, text: str) -> "ImageName | None":
        """None where there is no repository in it, or the text is too long for a name."""
        name = text.strip().partition("@")[0]
        first, slash, rest = name.partition("/")
        host = first if slash and ("." in first or ":" in first or first == "localhost") else None
        path = rest if host else name
        repository, colon, tag = path.rpartition(":")
        if not colon:
            repository, tag = path, ""
        if not repository or len(text) > IMAGE_NAME_MAX_CHARS or any(sign.isspace() for sign in name) or "\0" in name:
            return None
        host = familiar_host(host) if host else None
        if host in (None, DOCKER_HUB):
            repository = repository.removeprefix("library/")
        return cls(host, repository, tag or None)
