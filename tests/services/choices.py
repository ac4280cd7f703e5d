"""What somebody types to register a registry that nobody connects to."""

from typing import Any

from app.oci_client.credentials import Credential, Secret, UsernamePassword
from app.services.drafting import ProviderChoice, Registration
from app.store.entities import Provider, Visibility

CANARY = "canary-4f1c9d-sings"


def a_credential(password: str = CANARY) -> UsernamePassword:
    return UsernamePassword("robot", Secret(password))


def a_choice(
    host: str | None = "registry.example.com", credential: Credential | None = None, **values: Any
) -> ProviderChoice:
    given: dict[str, Any] = {
        "provider": Provider.OTHER,
        "path": ("input", "provider", "other"),
        "host": host,
        "host_field": "registryUrl",
        "credential": credential,
        "credential_field": "authentication",
    }
    return ProviderChoice(**{**given, **values})


def a_registration(**values: Any) -> Registration:
    given: dict[str, Any] = {"name": "acme", "visibility": Visibility.PUBLIC, "choice": a_choice()}
    return Registration(**{**given, **values})


def a_private_registration(password: str = CANARY, **values: Any) -> Registration:
    return a_registration(visibility=Visibility.PRIVATE, choice=a_choice(credential=a_credential(password)), **values)
