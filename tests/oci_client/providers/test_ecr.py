"""Amazon ECR as it is spoken: listing, batches, discovery, and what is told when something is missing."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from app.oci_client.answers import Presented
from app.oci_client.client import RegistryClient
from app.oci_client.credentials import Anonymous, Credential, EcrAccessKey, Secret
from app.oci_client.errors import (
    CredentialsRefused,
    InvalidCredential,
    PermissionDenied,
    RateLimited,
    RepositoryNotFound,
    UnexpectedAnswer,
)
from app.oci_client.manifest import HELM_CONFIG, ChartManifest
from app.oci_client.probing import StageKind, StageOutcome, probe
from app.oci_client.provider import ListedTag
from app.oci_client.providers.ecr import EcrProvider
from tests.chart_reader.packing import pack_chart
from tests.lab import ecr
from tests.lab.content import IMAGE_CONFIG
from tests.lab.contract import ContractCase
from tests.lab.ecr import HOST, KEY, OWN, PUBLIC, REPOSITORY, EcrLab, EcrPublicLab
from tests.lab.server import Lab

API = f"api.ecr.{ecr.REGION}.amazonaws.com"
PUBLIC_API = "api.ecr-public.us-east-1.amazonaws.com"
PRIVATE_CASES = [case for case in ecr.CONTRACT_CASES if case.host == HOST]


@pytest.fixture
def private(lab: Lab) -> EcrLab:
    """A private registry with a user who has a key and reads REPOSITORY, which is empty."""
    made = ecr.private(lab)
    made.aws.user()
    made.registry.repository(REPOSITORY, readers=[ecr.USER_ARN])
    return made


@pytest.fixture
def public(lab: Lab) -> EcrPublicLab:
    """ECR Public with a user whose alias holds OWN, and somebody else's repository."""
    made = ecr.public(lab)
    made.aws.user()
    made.registry.repository(OWN, public=True).push_chart("1.0.0")
    made.registry.repository("others/app", public=True).push_chart("2.0.0")
    return made


@pytest.fixture(params=PRIVATE_CASES, ids=[case.name for case in PRIVATE_CASES])
def signed_in(request: pytest.FixtureRequest, lab: Lab) -> Iterator[tuple[ContractCase, RegistryClient]]:
    """Every way of signing in at a private registry."""
    case: ContractCase = request.param
    case.build(lab)
    with case.around(lab):
        yield case, client(lab, case.credential)


def client(lab: Lab, credential: Credential = KEY, host: str = HOST) -> RegistryClient:
    belongs_to = () if isinstance(credential, EcrAccessKey) else None
    return lab.client(host, credential, EcrProvider(sleep=lab.clock.sleep), belongs_to=belongs_to)


def deny(lab: Lab, *actions: str) -> None:
    """Takes permissions from everybody, also from those who get their keys later."""
    aws = next(host.aws for host in lab.hosts.values() if isinstance(host, ecr.EcrApi))
    for holder in [*aws.principals.values(), *aws.roles.values()]:
        holder.denied.update(actions)


async def listed(at: RegistryClient, repository: str = REPOSITORY) -> list[ListedTag]:
    return [tag async for page in at.list_tags(repository) for tag in page]


async def discovered(at: RegistryClient) -> list[str]:
    return [found.name async for page in at.discover_repositories() for found in page]


# Listing


async def test_listing_tells_digest_kind_and_time_of_every_tag(lab: Lab, private: EcrLab) -> None:
    repository = private.registry.repositories[REPOSITORY]
    chart = repository.push_chart("1.0.0")
    repository.tags["latest"] = chart
    image = repository.push_image("2.0.0")
    tags = {tag.tag: tag for tag in await listed(client(lab))}
    assert {name: (tag.digest, tag.artifact_type) for name, tag in tags.items()} == {
        "1.0.0": (chart, HELM_CONFIG),
        "latest": (chart, HELM_CONFIG),
        "2.0.0": (image, IMAGE_CONFIG),
    }
    assert str(tags["2.0.0"].updated_at) == "2026-01-01 00:01:00+00:00"


async def test_listing_of_a_thousand_tags_is_one_request_and_so_is_an_unchanged_second(
    lab: Lab, private: EcrLab
) -> None:
    private.registry.repositories[REPOSITORY].push_charts(1000)
    at = client(lab)
    first = await listed(at)
    assert len(first) == 1000
    assert lab.counted() == {(API, "POST /"): 1}
    assert await listed(at) == first
    assert lab.counted() == {(API, "POST /"): 2}


async def test_first_reading_of_a_thousand_charts_takes_ten_requests_for_manifests(lab: Lab, private: EcrLab) -> None:
    private.registry.repositories[REPOSITORY].push_charts(1000)
    at = client(lab)
    digests = [str(tag.digest) for tag in await listed(at)]
    manifests = await at.get_manifests(REPOSITORY, digests)
    assert set(manifests) == set(digests)
    assert private.api.operations == ["DescribeImages"] + 10 * ["BatchGetImage"]


async def test_listing_goes_on_through_every_page_of_images(lab: Lab, private: EcrLab) -> None:
    private.registry.repositories[REPOSITORY].push_charts(2500)
    assert len({tag.tag for tag in await listed(client(lab))}) == 2500
    assert private.api.operations == ["DescribeImages"] * 3


async def test_listing_is_cut_short_when_a_mark_comes_back(lab: Lab, private: EcrLab) -> None:
    page = {"imageDetails": [], "nextToken": "same"}
    private.api.fail(5, 200, body=json.dumps(page))
    with pytest.raises(UnexpectedAnswer, match="cannot be followed"):
        await listed(client(lab))


async def test_tag_that_moves_while_pages_are_read_is_listed_once(lab: Lab, private: EcrLab) -> None:
    for page, digit in (({"nextToken": "second"}, "a"), ({}, "b")):
        image = {"imageTags": ["1.0.0"], "imageDigest": "sha256:" + 64 * digit}
        private.api.fail(1, 200, body=json.dumps({**page, "imageDetails": [image]}))
    assert [tag.digest for tag in await listed(client(lab))] == ["sha256:" + 64 * "a"]


async def test_fallback_lists_by_the_standard_and_says_what_is_missing(
    lab: Lab, signed_in: tuple[ContractCase, RegistryClient]
) -> None:
    _, at = signed_in
    deny(lab, "ecr:DescribeImages")
    tags = await listed(at)
    assert {tag.tag for tag in tags} >= {"1.0.0", "1.1.0"} and not any(tag.digest for tag in tags)
    note = await at.listing_note(REPOSITORY)
    assert note is not None and "ecr:DescribeImages" in note and "Grant" in note
    stages = [stage async for stage in probe(at, [REPOSITORY])]
    assert stages[-1].outcome is StageOutcome.PASSED and "ecr:DescribeImages" in stages[-1].message


async def test_listing_fails_rather_than_bringing_tags_twice_when_permission_is_taken_midway(
    lab: Lab, private: EcrLab
) -> None:
    private.registry.repositories[REPOSITORY].push_charts(1500)
    pages = client(lab).list_tags(REPOSITORY)
    assert len(await anext(pages)) == 1000
    deny(lab, "ecr:DescribeImages")
    with pytest.raises(PermissionDenied, match="ecr:DescribeImages"):
        await anext(pages)


@pytest.mark.parametrize("count", [1, 1000, 2300])
async def test_standard_listing_follows_marks_that_are_no_tags(lab: Lab, private: EcrLab, count: int) -> None:
    private.registry.repositories[REPOSITORY].push_charts(count)
    deny(lab, "ecr:DescribeImages")
    assert len({tag.tag for tag in await listed(client(lab))}) == count


async def test_listing_names_both_actions_when_neither_is_granted(lab: Lab, private: EcrLab) -> None:
    deny(lab, "ecr:DescribeImages", "ecr:ListImages")
    with pytest.raises(PermissionDenied, match=r"may not perform ecr:ListImages.*Grant ecr:ListImages"):
        await listed(client(lab))


# Manifests and blobs


async def test_batch_leaves_out_what_is_gone_or_does_not_hash_to_its_digest(lab: Lab, private: EcrLab) -> None:
    repository = private.registry.repositories[REPOSITORY]
    good, bad = repository.push_chart("1.0.0"), repository.push_chart("1.1.0")
    held = repository.manifests[bad]
    object.__setattr__(held, "body", held.body + b" ")
    manifests = await client(lab).get_manifests(REPOSITORY, [good, bad, "sha256:" + "0" * 64, "no digest"])
    assert set(manifests) == {good}
    assert manifests[good].body == repository.manifests[good].body


async def test_batch_names_the_action_when_it_is_denied(lab: Lab, private: EcrLab) -> None:
    digest = private.registry.repositories[REPOSITORY].push_chart("1.0.0")
    deny(lab, "ecr:BatchGetImage")
    with pytest.raises(PermissionDenied, match="ecr:BatchGetImage"):
        await client(lab).get_manifests(REPOSITORY, [digest])


async def test_archive_comes_from_storage_that_sees_no_credential(
    lab: Lab, signed_in: tuple[ContractCase, RegistryClient]
) -> None:
    _, at = signed_in
    fetched = await at.get_chart_manifest(REPOSITORY, "1.0.0")
    assert isinstance(fetched.manifest, ChartManifest)
    assert await at.read_blob(REPOSITORY, fetched.manifest.chart_layer) == pack_chart("app", "1.0.0")
    [seen] = lab.seen_at(f"prod-{ecr.REGION}-starport-layer-bucket.s3.{ecr.REGION}.amazonaws.com")
    assert "authorization" not in seen.headers and "x-amz-security-token" not in seen.headers


async def test_storage_that_denies_is_told_as_the_endpoint_policy_it_is(lab: Lab, private: EcrLab) -> None:
    private.registry.repositories[REPOSITORY].push_chart("1.0.0")
    at = client(lab)
    fetched = await at.get_chart_manifest(REPOSITORY, "1.0.0")
    assert isinstance(fetched.manifest, ChartManifest) and private.registry.storage is not None
    denial = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
    private.registry.storage.fail(1, 403, body=denial)
    with pytest.raises(PermissionDenied, match=r"gateway endpoint.*arn:aws:s3:::prod-eu-west-1-starport-layer-bucket"):
        await at.read_blob(REPOSITORY, fetched.manifest.chart_layer)


async def test_layer_download_denied_names_the_action(lab: Lab, private: EcrLab) -> None:
    private.registry.repositories[REPOSITORY].push_chart("1.0.0")
    at = client(lab)
    fetched = await at.get_chart_manifest(REPOSITORY, "1.0.0")
    assert isinstance(fetched.manifest, ChartManifest)
    deny(lab, "ecr:GetDownloadUrlForLayer")
    with pytest.raises(PermissionDenied, match="ecr:GetDownloadUrlForLayer"):
        await at.read_blob(REPOSITORY, fetched.manifest.chart_layer)


# Passwords


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_password_is_renewed_once_when_it_ended_in_mid_sync(lab: Lab, private: EcrLab, status: int) -> None:
    private.registry.repositories[REPOSITORY].push_chart("1.0.0")
    private.registry.expired_status = status
    at = client(lab)
    await at.get_manifest(REPOSITORY, "1.0.0")
    lab.expire_tokens()
    await asyncio.gather(*(at.get_manifest(REPOSITORY, "1.0.0") for _ in range(20)))
    assert private.api.operations == ["GetAuthorizationToken"] * 2


async def test_password_is_asked_for_once_when_twenty_want_it(
    lab: Lab, signed_in: tuple[ContractCase, RegistryClient]
) -> None:
    _, at = signed_in
    await asyncio.gather(*(at.get_manifest(REPOSITORY, "1.0.0") for _ in range(20)))
    assert lab.count(API) == 1


async def test_password_is_renewed_before_its_twelve_hours_end(lab: Lab, private: EcrLab) -> None:
    private.registry.repositories[REPOSITORY].push_chart("1.0.0")
    at = client(lab)
    for hours, asked in ((0, 1), (10, 1), (1.5, 2)):
        lab.clock.seconds += hours * 3600
        await at.get_manifest(REPOSITORY, "1.0.0")
        assert private.api.operations == ["GetAuthorizationToken"] * asked
    assert lab.count(HOST, "manifests") == 3  # never refused


async def test_old_password_serves_on_when_renewing_fails(lab: Lab, private: EcrLab) -> None:
    private.registry.repositories[REPOSITORY].push_chart("1.0.0")
    at = client(lab)
    await at.get_manifest(REPOSITORY, "1.0.0")
    lab.clock.seconds += 11 * 3600
    private.api.fail(10, 503)
    await at.get_manifest(REPOSITORY, "1.0.0")


# What is told


async def test_login_names_the_action_when_no_password_is_given(
    lab: Lab, signed_in: tuple[ContractCase, RegistryClient]
) -> None:
    _, at = signed_in
    deny(lab, "ecr:GetAuthorizationToken")
    stages = {stage.kind: stage async for stage in probe(at, [REPOSITORY])}
    assert stages[StageKind.REGISTRY_API].outcome is StageOutcome.PASSED
    assert stages[StageKind.LOGIN].outcome is StageOutcome.FAILED
    assert "may not perform ecr:GetAuthorizationToken" in stages[StageKind.LOGIN].message


async def test_discovery_names_the_action_when_it_is_denied(
    lab: Lab, signed_in: tuple[ContractCase, RegistryClient]
) -> None:
    _, at = signed_in
    deny(lab, "ecr:DescribeRepositories")
    with pytest.raises(PermissionDenied, match="Grant ecr:DescribeRepositories"):
        await discovered(at)


async def test_discovery_goes_on_through_every_page(lab: Lab, private: EcrLab) -> None:
    for number in range(1200):
        private.registry.repository(f"charts/n{number}")
    assert len(await discovered(client(lab))) == 1201
    assert private.api.operations == ["DescribeRepositories"] * 2


async def test_missing_repository_is_told_with_account_and_region(
    lab: Lab, signed_in: tuple[ContractCase, RegistryClient]
) -> None:
    case, at = signed_in
    for ask in (listed(at, case.missing), at.get_manifest(case.missing, "1.0.0")):
        with pytest.raises(RepositoryNotFound, match="in account 123456789012 in eu-west-1") as caught:
            await ask
        assert caught.value.repository == case.missing


async def test_forbidden_repository_is_told_with_action_and_resource(
    lab: Lab, signed_in: tuple[ContractCase, RegistryClient]
) -> None:
    case, at = signed_in
    for ask in (listed(at, case.forbidden), at.get_manifest(case.forbidden, "1.0.0")):
        with pytest.raises(PermissionDenied, match=f"may not perform ecr:.*repository/{case.forbidden}"):
            await ask


@pytest.mark.parametrize(
    ("credential", "told"),
    [
        (EcrAccessKey(KEY.access_key_id, Secret("canary-other-secret")), "secret access key does not belong to"),
        (EcrAccessKey("AKIAUNKNOWNUNKNOWN00", Secret("canary-other-secret")), "does not know the access key AKIAUNKN"),
        (EcrAccessKey("ASIAUNKNOWNUNKNOWN00", Secret("canary-other-secret")), "temporary access key"),
    ],
)
async def test_wrong_key_is_told_as_what_is_wrong_with_it(
    lab: Lab, private: EcrLab, credential: EcrAccessKey, told: str
) -> None:
    with pytest.raises(CredentialsRefused, match=told) as caught:
        await client(lab, credential).sign_in()
    assert caught.value.code == "CREDENTIALS_REFUSED"


async def test_key_is_taken_with_the_white_space_it_was_pasted_with(lab: Lab, private: EcrLab) -> None:
    pasted = EcrAccessKey(f" {KEY.access_key_id}\n", Secret(KEY.secret_access_key.reveal() + "\r\n"))
    await client(lab, pasted).sign_in()


async def test_wrong_clock_is_told_as_such(lab: Lab, private: EcrLab) -> None:
    answer = {
        "__type": "InvalidSignatureException",
        "message": "Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z",
    }
    private.api.fail(1, 400, body=json.dumps(answer))
    with pytest.raises(CredentialsRefused, match="the clock of the machine"):
        await client(lab).sign_in()


async def test_private_registry_is_told_to_want_credentials(lab: Lab, private: EcrLab) -> None:
    at = client(lab, Anonymous())
    with pytest.raises(CredentialsRefused, match=r"shows nothing without credentials.*public\.ecr\.aws"):
        await listed(at)
    with pytest.raises(PermissionDenied, match="lists nothing without credentials"):
        await discovered(at)


async def test_throttled_call_is_tried_again_and_then_told(lab: Lab, private: EcrLab) -> None:
    throttled = json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"})
    private.api.fail(1, 400, body=throttled)
    await listed(client(lab))
    assert lab.count(API) == 2 and len(lab.clock.slept) == 1
    private.api.fail(9, 400, body=throttled)
    with pytest.raises(RateLimited, match="throttles ecr:DescribeImages in eu-west-1"):
        await listed(client(lab))


async def test_secrets_are_masked_where_aws_repeats_them(lab: Lab, private: EcrLab) -> None:
    secret = KEY.secret_access_key.reveal()
    private.api.fail(1, 400, body=json.dumps({"__type": "ValidationException", "message": f"what is {secret}?"}))
    with pytest.raises(UnexpectedAnswer, match=r"what is \*\*\*\?"):
        await listed(client(lab))


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (EcrAccessKey("AKIAshort", Secret("x" * 40)), "capital letters and digits"),
        (EcrAccessKey("ASIAIOSFODNN7EXAMPLE", Secret("x" * 40)), "temporary"),
        (EcrAccessKey(KEY.access_key_id, Secret("two words")), "one word of 40"),
        (ecr.EcrIamRole("chartroom-reader"), "arn:aws:iam::"),
        (ecr.EcrIamRole(None, "external"), "Give that role's ARN"),
        (ecr.EcrIamRole(ecr.READER_ARN, "a b"), "2 to 1,224"),
    ],
)
def test_credential_is_refused_unasked_when_it_cannot_be_one(key: Credential, told: str) -> None:
    with pytest.raises(InvalidCredential, match=told):
        EcrProvider().check_credential(key)


@pytest.mark.parametrize("good", [case.credential for case in ecr.CONTRACT_CASES])
def test_credential_passes_when_it_may_be_one(good: Credential) -> None:
    EcrProvider().check_credential(good)


# ECR Public


async def test_public_repository_is_read_by_anybody(lab: Lab, public: EcrPublicLab) -> None:
    at = client(lab, Anonymous(), PUBLIC)
    await at.sign_in()
    assert [tag.tag for tag in await listed(at, "others/app")] == ["2.0.0"]
    head = await at.head_manifest("others/app", "2.0.0")
    assert head.digest == (await at.get_manifest("others/app", "2.0.0")).digest
    assert at.presented is Presented.ANONYMOUS_TOKEN
    assert await at.get_manifests("others/app", [head.digest]) == {}
    assert lab.count(PUBLIC_API) == 0


async def test_own_public_repository_is_listed_with_digests_when_signed_in(lab: Lab, public: EcrPublicLab) -> None:
    at = client(lab, KEY, PUBLIC)
    [tag] = await listed(at, OWN)
    assert (tag.tag, tag.artifact_type) == ("1.0.0", HELM_CONFIG) and tag.digest
    assert public.api.operations == ["DescribeRegistries", "DescribeImageTags"]
    assert await discovered(at) == [OWN]


async def test_public_repository_of_others_is_listed_by_the_standard_without_a_note(
    lab: Lab, public: EcrPublicLab
) -> None:
    at = client(lab, KEY, PUBLIC)
    assert [tag.tag for tag in await listed(at, "others/app")] == ["2.0.0"]
    assert await at.listing_note("others/app") is None
    assert at.presented is Presented.TOKEN


async def test_public_repository_is_read_as_nobody_when_the_key_is_wrong_and_login_says_so(
    lab: Lab, public: EcrPublicLab
) -> None:
    at = client(lab, ecr.WRONG_KEY, PUBLIC)
    assert [tag.tag for tag in await listed(at, "others/app")] == ["2.0.0"]
    assert (await at.get_manifest("others/app", "2.0.0")).digest
    with pytest.raises(CredentialsRefused, match="does not belong to"):
        await at.sign_in()


async def test_public_repository_is_read_as_nobody_when_the_password_is_stale(lab: Lab, public: EcrPublicLab) -> None:
    at = client(lab, KEY, PUBLIC)
    await at.sign_in()
    lab.expire_tokens()
    deny(lab, "ecr-public:GetAuthorizationToken")
    assert (await at.get_manifest("others/app", "2.0.0")).digest


async def test_public_password_is_renewed_when_the_token_endpoint_refuses_it(lab: Lab, public: EcrPublicLab) -> None:
    at = client(lab, KEY, PUBLIC)
    await at.get_manifest("others/app", "2.0.0")
    lab.expire_tokens()
    assert (await at.get_manifest("others/app", "2.0.0")).digest
    assert public.api.operations == ["GetAuthorizationToken"] * 2
    assert at.presented is Presented.TOKEN


async def test_discovery_of_the_public_registry_tells_nobody_what_to_type(lab: Lab, public: EcrPublicLab) -> None:
    with pytest.raises(PermissionDenied, match="alias/repository"):
        await discovered(client(lab, Anonymous(), PUBLIC))


async def test_missing_public_repository_is_told_with_the_form_of_names(lab: Lab, public: EcrPublicLab) -> None:
    with pytest.raises(RepositoryNotFound, match="alias/repository"):
        await listed(client(lab, Anonymous(), PUBLIC), "others/none")


async def test_public_rate_limit_is_told_with_what_raises_it(lab: Lab, public: EcrPublicLab) -> None:
    public.registry.limit(
        9, route="manifests", body='{"errors":[{"code":"TOOMANYREQUESTS","message":"Rate exceeded"}]}'
    )
    with pytest.raises(RateLimited, match="1 pull a second is allowed without credentials"):
        await client(lab, Anonymous(), PUBLIC).get_manifest("others/app", "2.0.0")
