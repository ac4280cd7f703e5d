"""Any registry that keeps to the distribution specification: Harbor, GitLab, GHCR, Nexus, zot."""

from typing import ClassVar

from app.oci_client.provider import Provider


class GenericProvider(Provider):
    """Nothing in its own way."""

    name: ClassVar[str] = "other"
    title: ClassVar[str] = "This registry"
