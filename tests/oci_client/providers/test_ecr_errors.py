"""What Amazon's refusals are told as."""

import pytest

from app.oci_client.answers import Asked, Presented, Refusal, Subject
from app.oci_client.errors import CredentialsRefused, PermissionDenied, RateLimited, RegistryError, RepositoryNotFound
from app.oci_client.providers.ecr import EcrProvider
from app.oci_client.providers.ecr_errors import ApiErrors, ApiRefusal, permission_advice, read_api_refusal
from app.oci_client.providers.ecr_hosts import place_of
from app.oci_client.reference import RegistryHost
from tests.lab.ecr import HOST, KEY, PUBLIC

PLACE = place_of(RegistryHost(HOST))
WHO = "User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: ecr:BatchGetImage on resource: "
REPOSITORY_ARN = "arn:aws:ecr:us-west-2:123456789012:repository/x"


def refusal(
    status: int,
    code: str,
    text: str,
    asked: Asked = Asked.MANIFEST,
    *,
    host: str = HOST,
    presented: Presented = Presented.BASIC,
) -> Refusal:
    """One of a registry about charts/app 1.0.0."""
    subject = Subject(asked, "charts/app", "1.0.0" if asked is Asked.MANIFEST else None)
    return Refusal(host=host, subject=subject, status=status, presented=presented, codes=(code,), text=text)


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("because no identity-based policy allows the ecr:BatchGetImage action", "Grant ecr:BatchGetImage in its IAM"),
        ("", "Grant ecr:BatchGetImage in its IAM"),
        ("because no resource-based policy allows the ecr:BatchGetImage action", "repository's policy must allow it"),
        ("because no VPC endpoint policy allows the ecr:BatchGetImage action", "The policy of the VPC endpoint"),
        ("because no permissions boundary allows the ecr:BatchGetImage action", "permissions boundary must allow"),
        ("because no session policy allows the ecr:BatchGetImage action", "session policy must allow"),
        ("because no service control policy allows the ecr:BatchGetImage action", "organization's service control"),
        ("with an explicit deny in a service control policy", "explicitly by a service control policy: that denial"),
        ("with an explicit deny in an identity-based policy", "explicitly by an identity-based policy"),
        ("with an explicit deny", "explicitly by a policy"),
    ],
)
def test_missing_permission_is_told_with_who_what_and_where_to_grant_it(why: str, told: str) -> None:
    advice = permission_advice(f"{WHO}{REPOSITORY_ARN} {why}".strip())
    assert advice is not None and told in advice
    assert "assumed-role/r/s may not perform ecr:BatchGetImage on " + REPOSITORY_ARN in advice


def test_refusal_of_the_registry_is_read_like_one_of_the_api() -> None:
    error = EcrProvider().explain(refusal(403, "DENIED", WHO + REPOSITORY_ARN))
    assert isinstance(error, PermissionDenied) and "Grant ecr:BatchGetImage" in str(error)


@pytest.mark.parametrize(
    ("made", "kind", "told"),
    [
        (refusal(403, "DENIED", "no", Asked.TAGS), PermissionDenied, "Grant ecr:ListImages"),
        (refusal(403, "DENIED", "no", Asked.BLOB), PermissionDenied, "Grant ecr:GetDownloadUrlForLayer"),
        (refusal(404, "NAME_UNKNOWN", "no"), RepositoryNotFound, "no repository charts/app in account 123456789012"),
        (refusal(404, "NOT_FOUND", "404 page not found", Asked.TAGS, host=PUBLIC), RepositoryNotFound, "alias"),
        (refusal(429, "TOOMANYREQUESTS", "Rate exceeded"), RateLimited, "no more requests now"),
        (refusal(401, "", "Not Authorized"), CredentialsRefused, "refused the password that AWS gave"),
        (
            refusal(401, "", "Not Authorized", presented=Presented.NOTHING),
            CredentialsRefused,
            "shows nothing without credentials",
        ),
        (refusal(403, "DENIED", "Your authorization token has expired."), CredentialsRefused, "Compare the clocks"),
    ],
)
def test_refusal_of_the_registry_is_told_as_what_it_means(made: Refusal, kind: type[RegistryError], told: str) -> None:
    error = EcrProvider().explain(made)
    assert isinstance(error, kind) and told in str(error)


@pytest.mark.parametrize(
    "made",
    [refusal(404, "MANIFEST_UNKNOWN", "Requested image not found"), refusal(405, "UNSUPPORTED", "n")],
)
def test_refusal_that_is_nothing_of_ecr_s_own_is_left_to_the_standard(made: Refusal) -> None:
    assert EcrProvider().explain(made) is None


@pytest.mark.parametrize(("host", "may"), [(PUBLIC, True), (HOST, False)])
def test_only_the_public_registry_is_asked_again_as_nobody(host: str, may: bool) -> None:
    assert EcrProvider().may_be_public(refusal(403, "DENIED", "expired", host=host)) is may


@pytest.mark.parametrize(
    ("code", "kind", "told"),
    [
        ("RepositoryNotFoundException", RepositoryNotFound, "account and region in the registry's host"),
        ("UnrecognizedClientException", CredentialsRefused, "region eu-west-1 is not enabled"),
        ("OptInRequired", CredentialsRefused, "not signed up for ecr:DescribeImages"),
        ("TooManyRequestsException", RateLimited, "AWS throttles"),
        ("AccessDeniedException", PermissionDenied, "Grant it to the user of the access key AKIA"),
        ("", RegistryError, "no reason given"),
    ],
)
def test_refusal_of_the_api_is_told_as_what_it_means(code: str, kind: type[RegistryError], told: str) -> None:
    error = ApiErrors(HOST, PLACE, KEY).error(ApiRefusal("ecr:DescribeImages", code, "no"), "charts/app")
    assert isinstance(error, kind) and told in str(error)


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b'{"__type":"com.amazonaws.ecr#AccessDeniedException","Message":"m"}', "AccessDeniedException", "m"),
        (b'{"__type":"ExpiredTokenException","message":"m"}', "ExpiredTokenException", "m"),
        (b"<html>", "", ""),
        (b"[]", "", ""),
    ],
)
def test_refusal_of_the_api_is_read_in_every_form(body: bytes, code: str, message: str) -> None:
    assert read_api_refusal("ecr:X", body) == ApiRefusal("ecr:X", code, message)
