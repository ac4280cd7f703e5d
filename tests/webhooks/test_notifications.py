"""Each provider's notification names its repositories; whatever else comes is refused, or has no effect."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.webhooks.notifications import REPOSITORIES_MAX, Notification, read_notification
from tests.webhooks import payloads

PAYMENTS = {"acme/payments"}
TOLD = {
    "distribution": (payloads.distribution(), PAYMENTS),
    "distribution, a tag deleted": (payloads.distribution(action="delete", media_type=None), PAYMENTS),
    "azure": (payloads.AZURE, PAYMENTS),
    "azure by event grid": (payloads.EVENT_GRID, PAYMENTS),
    "docker hub": (payloads.DOCKER_HUB, PAYMENTS),
    "quay": (payloads.QUAY, PAYMENTS),
    "harbor": (payloads.HARBOR, PAYMENTS),
    "harbor by cloud events": (payloads.HARBOR_CLOUD_EVENT, PAYMENTS),
    "ecr": (payloads.ECR, PAYMENTS),
    "artifact registry": (payloads.PUB_SUB, {"acme-project/charts/payments"}),
    "artifact registry, unwrapped": (payloads.ARTIFACT_REGISTRY, {"acme-project/charts/payments"}),
    "ghcr": (payloads.GITHUB, {"acme/charts/payments"}),
    "zot": (payloads.ZOT, PAYMENTS),
    "zot by structured cloud events": (payloads.ZOT_STRUCTURED, PAYMENTS),
    "a script": ({"repository": "acme/payments"}, PAYMENTS),
}
NOTHING_CHANGED = {
    "distribution, a blob": payloads.distribution(media_type="application/octet-stream"),
    "distribution, a pull": payloads.distribution(action="pull"),
    "azure, a ping": payloads.AZURE_PING,
    "azure, quarantine": payloads.AZURE_QUARANTINE,
    "harbor, a pull": payloads.HARBOR_PULL,
    "ecr, a scan": payloads.ECR_SCAN,
    "github, a ping": payloads.GITHUB_PING,
}
NO_NOTIFICATION = {
    "nothing": {},
    "no object": "acme/payments",
    "an empty list": [],
    "a list of something else": [1, {"eventType": "x"}],
    "no name": {"repository": ""},
    "a name that is none": {"repository": ["acme/payments"]},
    "pub/sub with nonsense": {"message": {"data": "§"}, "subscription": "s"},
    "pub/sub with a list": {"message": {"data": "W10="}, "subscription": "s"},
}


@pytest.mark.parametrize(("body", "names"), TOLD.values(), ids=TOLD)
def test_notification_names_its_repositories(body: Any, names: set[str]) -> None:
    assert read_notification(body) == Notification(frozenset(names))


@pytest.mark.parametrize("body", NOTHING_CHANGED.values(), ids=NOTHING_CHANGED)
def test_notification_names_nothing_when_nothing_changed(body: Any) -> None:
    assert read_notification(body) == Notification()


@pytest.mark.parametrize("body", NO_NOTIFICATION.values(), ids=NO_NOTIFICATION)
def test_body_is_no_notification_when_no_provider_writes_it(body: Any) -> None:
    assert read_notification(body) is None


def test_code_is_read_when_event_grid_asks_who_is_there() -> None:
    found = read_notification(payloads.EVENT_GRID_VALIDATION)
    assert found == Notification(validation_code="512d38b6-c7b8-40c8-89fe-f46f9e9622b6")


def test_several_events_name_each_repository_once() -> None:
    events = [*payloads.distribution("a/b")["events"], *payloads.distribution("c/d")["events"]] * 2
    assert read_notification({"events": events}) == Notification(frozenset({"a/b", "c/d"}))


def test_names_are_bounded_in_number_and_length() -> None:
    events = [event for number in range(2000) for event in payloads.distribution(f"acme/{number}")["events"]]
    found = read_notification({"events": [*payloads.distribution("x" * 256)["events"], *events]})
    assert found is not None
    assert found.repositories == {f"acme/{number}" for number in range(REPOSITORIES_MAX)}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KNOWN_NAMES = [
    *("events", "action", "target", "repository", "repo_name", "push_data", "type", "event_data", "data", "source"),
    *("detail", "message", "subscription", "registry_package", "package", "owner", "name", "zen", "hook_id"),
    *("specversion", "reference", "eventType", "digest", "tag", "mediaType"),
]


@given(st.dictionaries(st.sampled_from(KNOWN_NAMES), JSON | st.sampled_from(["push", "aws.ecr", "INSERT"]), max_size=6))
def test_nothing_that_is_json_makes_the_reader_fail(body: dict[str, Any]) -> None:
    for told in (body, [body], {"data": body, "specversion": "1.0"}, {"events": [body]}):
        found = read_notification(told)
        assert found is None or all(isinstance(name, str) for name in found.repositories)
