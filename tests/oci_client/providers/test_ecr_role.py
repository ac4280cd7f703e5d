"""The identity of the machine or pod: found, renewed, and explained when it is not to be had."""

import asyncio
import logging
import subprocess
import sys

import pytest

from app.oci_client.credentials import EcrIamRole, Secret
from app.oci_client.errors import CredentialsRefused, NameNotResolved, PermissionDenied
from app.oci_client.providers.ecr import EcrProvider
from app.oci_client.providers.ecr_api import AwsKeys
from tests.lab import ecr
from tests.lab.ecr import HOST, READER_ARN, REPOSITORY, ROLE_ARN, EcrLab, Sts
from tests.lab.server import Lab

STS = f"sts.{ecr.REGION}.amazonaws.com"
READER = EcrIamRole(READER_ARN, "lab-external")


@pytest.fixture
def private(lab: Lab) -> EcrLab:
    """A registry that ROLE_ARN reads, and READER_ARN, which ROLE_ARN may assume with an external id."""
    made = ecr.private(lab)
    made.aws.role(ROLE_ARN, "canary-web-identity")
    made.aws.role(READER_ARN, ROLE_ARN, external_id="lab-external")
    made.registry.repository(REPOSITORY, readers=[ROLE_ARN, READER_ARN]).push_chart("1.0.0")
    return made


async def tags(lab: Lab, role: EcrIamRole, times: int = 1) -> list[str]:
    client = lab.client(HOST, role, EcrProvider(sleep=lab.clock.sleep))
    for _ in range(times):
        found = [tag.tag async for page in client.list_tags(REPOSITORY) for tag in page]
    return found


async def test_instance_role_is_asked_by_version_2_of_its_metadata_only(lab: Lab, private: EcrLab) -> None:
    with ecr.on_instance(private.aws) as metadata:
        assert await tags(lab, EcrIamRole()) == ["1.0.0"]
    path = "/latest/meta-data/iam/security-credentials/"
    assert metadata.requests == [("PUT", "/latest/api/token"), ("GET", path), ("GET", path + "chartroom-node")]


async def test_instance_role_is_not_asked_by_version_1_when_version_2_is_closed(lab: Lab, private: EcrLab) -> None:
    with ecr.on_instance(private.aws) as metadata:
        metadata.open = False
        with pytest.raises(CredentialsRefused, match="hop limit must be 2"):
            await tags(lab, EcrIamRole())
    assert {method for method, _ in metadata.requests} == {"PUT"}


async def test_pod_identity_is_asked_with_the_token_of_its_file(lab: Lab, private: EcrLab) -> None:
    with ecr.in_pod_with_pod_identity(private.aws) as metadata:
        assert await tags(lab, EcrIamRole()) == ["1.0.0"]
    assert metadata.requests == [("GET", "/container")]


async def test_pod_identity_that_is_refused_is_told(lab: Lab, private: EcrLab) -> None:
    with ecr.in_pod_with_pod_identity(private.aws) as metadata:
        metadata.container_secret = "another"
        with pytest.raises(CredentialsRefused, match="IAM role cannot be used"):
            await tags(lab, EcrIamRole())


async def test_irsa_changes_the_pod_token_for_keys_at_sts_of_the_region(lab: Lab, private: EcrLab) -> None:
    with ecr.in_pod_with_irsa(private.aws) as sts:
        assert await tags(lab, EcrIamRole()) == ["1.0.0"]
    [asked] = sts.asked
    assert (asked["Action"], asked["RoleArn"]) == ("AssumeRoleWithWebIdentity", ROLE_ARN)
    assert asked["WebIdentityToken"] == "canary-web-identity"


async def test_irsa_that_the_role_does_not_trust_is_told_with_the_subject_to_name(lab: Lab, private: EcrLab) -> None:
    with (
        ecr.in_pod_with_irsa(private.aws, token="canary-other-cluster"),
        pytest.raises(PermissionDenied, match="sub, system:serviceaccount:<namespace>:<service account>"),
    ):
        await tags(lab, EcrIamRole())


async def test_assumed_role_is_asked_with_external_id_and_a_name_of_ours(lab: Lab, private: EcrLab) -> None:
    sts = Sts(private.aws)
    with ecr.on_instance(private.aws):
        assert await tags(lab, READER) == ["1.0.0"]
    [asked] = sts.asked
    assert (asked["RoleArn"], asked["ExternalId"], asked["RoleSessionName"]) == (
        READER_ARN,
        "lab-external",
        "chartroom",
    )


@pytest.mark.parametrize(
    ("role", "told"),
    [
        (EcrIamRole(READER_ARN, "wrong-external"), "external id other than the one given"),
        (EcrIamRole(READER_ARN), "external id, and none was given"),
        (EcrIamRole("arn:aws:iam::123456789012:role/nowhere"), "sts:AssumeRole on it in the policy of"),
    ],
)
async def test_role_that_may_not_be_assumed_is_told_with_all_that_may_be_missing(
    lab: Lab, private: EcrLab, role: EcrIamRole, told: str
) -> None:
    Sts(private.aws)
    with ecr.on_instance(private.aws), pytest.raises(PermissionDenied, match=told):
        await tags(lab, role)


async def test_keys_of_the_environment_serve_as_the_machine_s_identity(lab: Lab, private: EcrLab) -> None:
    user = private.aws.user(arn=ROLE_ARN)
    with ecr.environment(AWS_ACCESS_KEY_ID=user.access_key_id, AWS_SECRET_ACCESS_KEY=user.secret):
        assert await tags(lab, EcrIamRole()) == ["1.0.0"]


async def test_machine_without_any_identity_is_told_so(lab: Lab, private: EcrLab) -> None:
    with (
        ecr.environment(AWS_EC2_METADATA_DISABLED="true"),
        pytest.raises(CredentialsRefused, match="has no IAM role that could be found"),
    ):
        await tags(lab, EcrIamRole())


async def test_profile_that_is_not_there_is_told(lab: Lab, private: EcrLab) -> None:
    with ecr.environment(AWS_PROFILE="nobody"), pytest.raises(CredentialsRefused, match="nobody"):
        await tags(lab, EcrIamRole())


async def test_identity_is_looked_for_once_when_twenty_need_it(lab: Lab, private: EcrLab) -> None:
    client = lab.client(HOST, EcrIamRole(), EcrProvider())
    with ecr.on_instance(private.aws) as metadata:
        await asyncio.gather(*(client.get_manifests(REPOSITORY, ["sha256:" + "0" * 64]) for _ in range(20)))
    assert len(metadata.requests) == 3


async def test_identity_is_looked_for_again_after_five_minutes(lab: Lab, private: EcrLab) -> None:
    client = lab.client(HOST, EcrIamRole(), EcrProvider())
    with ecr.on_instance(private.aws) as metadata:
        for seconds, requests in ((0, 3), (200, 3), (200, 6)):
            lab.clock.seconds += seconds
            await client.get_manifests(REPOSITORY, ["sha256:" + "0" * 64])
            assert len(metadata.requests) == requests


async def test_keys_that_ended_in_mid_sync_are_found_anew_once(lab: Lab, private: EcrLab) -> None:
    client = lab.client(HOST, EcrIamRole(), EcrProvider())
    with ecr.on_instance(private.aws) as metadata:
        for _ in range(2):
            found = [tag.tag async for page in client.list_tags(REPOSITORY) for tag in page]
            assert found == ["1.0.0"]
            private.aws.end_sessions()
        assert len(metadata.requests) == 6


async def test_keys_that_stay_ended_are_told(lab: Lab, private: EcrLab) -> None:
    private.api.fail(9, 400, body='{"__type":"ExpiredTokenException","message":"expired"}')
    with ecr.on_instance(private.aws), pytest.raises(CredentialsRefused, match=r"temporary credentials .* have ended"):
        await tags(lab, EcrIamRole())
    assert lab.count(private.api.name) == 2


async def test_requests_of_the_sdk_go_by_our_resolver_and_no_other(lab: Lab, private: EcrLab) -> None:
    with ecr.on_instance(private.aws), pytest.raises(NameNotResolved):
        await tags(lab, READER)  # nobody added STS to the lab
    assert lab.names_refused and set(lab.names_refused) == {STS}


async def test_sdk_logs_no_secret_at_any_level(lab: Lab, private: EcrLab, caplog: pytest.LogCaptureFixture) -> None:
    Sts(private.aws)
    with caplog.at_level(logging.DEBUG), ecr.on_instance(private.aws):
        assert await tags(lab, READER) == ["1.0.0"]
    assert private.aws.temporary == 2
    assert "canary" not in caplog.text


def test_provider_is_imported_without_the_sdk() -> None:
    code = (
        "import sys, app.oci_client.providers.ecr\n"
        "print(sorted({'boto3', 'botocore', 'aioboto3', 'aiobotocore'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_keys_do_not_print_themselves() -> None:
    assert "canary" not in repr(AwsKeys("AKIA", Secret("canary"), Secret("canary")))
