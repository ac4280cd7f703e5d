"""What registries send when something was pushed or deleted: in, the repositories that are told of, out.

Each provider writes it in its own way, and none signs it: whoever knows the address may send anything. So nothing
is taken from a notification but names, and they are compared with those that are registered, no more.
The shape alone says who wrote it: a registry may be told of by its provider, by a proxy or by a script.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from app.oci_client.errors import InvalidReference
from app.oci_client.reference import REPOSITORY_MAX_CHARACTERS, Reference

REPOSITORIES_MAX: Final = 500
"""Of one notification; those of the providers name one, and a Distribution that was cut off sends a few dozen."""

CHANGES: Final = ("push", "delete")
"""Of Distribution and Azure; `pull` and `mount` change nothing."""
MANIFEST_TYPES: Final = ("manifest", "image.index")
"""Distribution tells of each blob too, before it tells of the manifest; Azure of manifests alone."""
AZURE_VALIDATION: Final = "Microsoft.EventGrid.SubscriptionValidationEvent"

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Notification:
    """Names of repositories, as told: nobody has checked them."""

    repositories: frozenset[str] = frozenset()
    validation_code: str | None = None
    """Event Grid wants to see it in the answer before it sends anything else."""


def read_notification(body: object) -> Notification | None:
    """None where it is of no known shape."""
    if isinstance(body, list):
        return _read_event_grid(body)
    names = _names_in(body) if isinstance(body, dict) else None
    return None if names is None else Notification(_bounded(names))


def _read_event_grid(events: list[Any]) -> Notification | None:
    """Source: learn.microsoft.com, Azure Container Registry as an Event Grid source; Webhook event delivery."""
    names: list[str] = []
    for event in events:
        told, data = _object(event), _object(event, "data")
        if told.get("eventType") == AZURE_VALIDATION and isinstance(data.get("validationCode"), str):
            return Notification(validation_code=data["validationCode"])
        found = _of_azure(data)
        if found is None:
            return None
        names += found
    return Notification(_bounded(names)) if events else None


def _names_in(body: Told) -> list[str] | None:
    return next((names for read in SHAPES if (names := read(body)) is not None), None)


def _of_distribution(body: Told) -> list[str] | None:
    """Source: distribution.github.io, Work with notifications. GitLab's registry and others are Distribution too."""
    events = body.get("events")
    if not isinstance(events, list):
        return None
    return [
        name
        for event in events
        if _object(event).get("action") in CHANGES and _is_of_a_manifest(_object(event, "target"))
        for name in _text(_object(event, "target"), "repository")
    ]


def _is_of_a_manifest(target: Told) -> bool:
    kind = target.get("mediaType")
    # What is deleted has no media type.
    return not isinstance(kind, str) or any(part in kind for part in MANIFEST_TYPES)


def _of_azure(body: Told) -> list[str] | None:
    """Source: learn.microsoft.com, Azure Container Registry webhook schema reference."""
    action = body.get("action")
    if action == "ping":
        return []
    if not isinstance(action, str) or not isinstance(body.get("target"), dict):
        return None
    return list(_text(_object(body, "target"), "repository")) if action in CHANGES else []


def _of_docker_hub(body: Told) -> list[str] | None:
    """Source: docs.docker.com, Webhooks. Its `callback_url` is never called."""
    if not isinstance(body.get("push_data"), dict):
        return None
    return list(_text(_object(body, "repository"), "repo_name"))


def _of_harbor(body: Told) -> list[str] | None:
    """Its default format, and CloudEvents. Source: goharbor.io, Configure webhook notifications."""
    kind = body.get("type")
    if not isinstance(kind, str):
        return None
    if "event_data" in body:
        about, changes = _object(body, "event_data"), kind in {"PUSH_ARTIFACT", "DELETE_ARTIFACT"}
    elif kind.startswith("harbor."):
        about, changes = _object(body, "data"), kind in {"harbor.artifact.pushed", "harbor.artifact.deleted"}
    else:
        return None
    return list(_text(_object(about, "repository"), "repo_full_name")) if changes else []


def _of_ecr(body: Told) -> list[str] | None:
    """EventBridge. Source: docs.aws.amazon.com, Amazon ECR events and EventBridge."""
    if body.get("source") != "aws.ecr":
        return None
    changes = body.get("detail-type") == "ECR Image Action"
    return list(_text(_object(body, "detail"), "repository-name")) if changes else []


def _of_artifact_registry(body: Told) -> list[str] | None:
    """A push of Pub/Sub, with its wrapping and without.

    Source: cloud.google.com, Configuring Pub/Sub notifications; Push subscriptions.
    """
    if "message" in body and "subscription" in body:
        inner = _decoded(_object(body, "message").get("data"))
        return None if inner is None else _of_artifact_registry(inner)
    if body.get("action") not in ("INSERT", "DELETE") or "message" in body:
        return None
    return [name for field in ("digest", "tag") for name in map(_repository_of, _text(body, field)) if name]


def _of_github(body: Told) -> list[str] | None:
    """Source: docs.github.com, Webhook events and payloads: `registry_package`, `package`, `ping`."""
    if "zen" in body and "hook_id" in body:
        return []
    package = body.get("registry_package", body.get("package"))
    if not isinstance(package, dict):
        return None
    names, owners = list(_text(package, "name")), list(_text(_object(package, "owner"), "login"))
    owners += _text(package, "namespace")
    # GHCR's paths are lower case, whatever the account's spelling; a nested name stands behind its owner.
    return [f"{owner}/{name}".lower() for owner in owners[:1] for name in names]


def _of_zot(body: Told) -> list[str] | None:
    """CloudEvents, in structured and in binary mode. Source: zotregistry.dev, Event support for zot."""
    about = _object(body, "data") if "specversion" in body else body
    return list(_text(about, "name")) if "reference" in about else None


def _of_quay(body: Told) -> list[str] | None:
    """Source: docs.quay.io, Notifications: repository_push. Any script writes `{"repository": "acme/payments"}`."""
    return list(_text(body, "repository")) or None


SHAPES: Final[tuple[Callable[[Told], list[str] | None], ...]] = (
    _of_distribution,
    _of_docker_hub,
    _of_harbor,
    _of_ecr,
    _of_artifact_registry,
    _of_azure,
    _of_github,
    _of_zot,
    _of_quay,
)


def _object(value: object, name: str | None = None) -> Told:
    """The object itself, or the one of this name in it; empty where there is none."""
    found = value if isinstance(value, dict) else {}
    if name is None:
        return found
    inner = found.get(name)
    return inner if isinstance(inner, dict) else {}


def _text(told: Told, name: str) -> Iterator[str]:
    value = told.get(name)
    if isinstance(value, str) and value:
        yield value


def _decoded(data: object) -> Told | None:
    """The JSON object that a Pub/Sub message wraps."""
    try:
        decoded = orjson.loads(base64.b64decode(data if isinstance(data, str) else "", validate=True))
    except ValueError:  # no base64, or no JSON
        return None
    return decoded if isinstance(decoded, dict) else None


def _repository_of(reference: str) -> str | None:
    """`project/repository/image` of `us-docker.pkg.dev/project/repository/image:tag`."""
    try:
        return Reference.parse(reference).path
    except InvalidReference:
        return None


def _bounded(names: list[str]) -> frozenset[str]:
    short = (name for name in names if len(name) <= REPOSITORY_MAX_CHARACTERS)
    return frozenset(list(dict.fromkeys(short))[:REPOSITORIES_MAX])
