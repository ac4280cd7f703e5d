"""Referrers are listed where a registry can list them."""

import json

import pytest

from app.oci_client.errors import PermissionDenied, RegistryError
from app.oci_client.referrers import Referrer, list_referrers, referrers_in
from tests.oci_client.lab import Bench, LabServer, fixed

REPOSITORY, DIGEST = "acme/payments", "sha256:" + "1a" * 32
PATH = f"/v2/{REPOSITORY}/referrers/{DIGEST}"
OTHER = "sha256:" + "2b" * 32


async def test_referrers_are_listed_with_their_types(lab: LabServer, at: Bench) -> None:
    entries = [{"digest": OTHER, "artifactType": "application/x"}, {"digest": OTHER}, {"digest": "nonsense"}, 5]
    lab.on(PATH, fixed(json.dumps({"schemaVersion": 2, "manifests": entries})))
    listed = await list_referrers(at.anonymous(lab), REPOSITORY, DIGEST)
    assert listed == (Referrer(OTHER, "application/x"), Referrer(OTHER, ""))


async def test_registry_that_lists_none_answers_an_empty_list(lab: LabServer, at: Bench) -> None:
    lab.on(PATH, fixed('{"schemaVersion": 2, "manifests": []}'))
    assert await list_referrers(at.anonymous(lab), REPOSITORY, DIGEST) == ()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405])
async def test_registry_without_the_api_is_told_by_none(status: int, lab: LabServer, at: Bench) -> None:
    lab.on(PATH, fixed("{}", status))
    assert await list_referrers(at.anonymous(lab), REPOSITORY, DIGEST) is None


async def test_web_page_is_no_list(lab: LabServer, at: Bench) -> None:
    lab.on(PATH, fixed("<html></html>", Content_Type="text/html"))
    assert await list_referrers(at.anonymous(lab), REPOSITORY, DIGEST) is None


@pytest.mark.parametrize("status", [429, 503])
async def test_registry_that_fails_for_now_is_an_error(status: int, lab: LabServer, at: Bench) -> None:
    lab.on(PATH, fixed("{}", status))
    with pytest.raises(RegistryError) as caught:
        await list_referrers(at.anonymous(lab), REPOSITORY, DIGEST)
    assert not isinstance(caught.value, PermissionDenied)


def test_index_with_too_many_entries_is_cut() -> None:
    assert len(referrers_in({"manifests": [{"digest": OTHER}] * 1000})) == 200
    assert referrers_in({"manifests": 5}) == referrers_in([]) == ()
