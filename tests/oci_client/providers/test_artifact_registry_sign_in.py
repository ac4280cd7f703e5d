"""Signing in at Google, in every way there is. A test fails when a key or token goes where it does not belong."""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import httpx
import pytest

from app.oci_client.connecting import ResolvedAddress
from app.oci_client.credentials import Credential, GcpServiceAccount, GcpWorkloadIdentity, Secret
from app.oci_client.errors import (
    AddressRefused,
    CredentialsRefused,
    RegistryError,
    RegistryUnreachable,
    UnexpectedAnswer,
)
from app.oci_client.providers.artifact_registry import ArtifactRegistryProvider
from app.oci_client.providers.google_metadata import MetadataServer
from app.oci_client.providers.google_sign_in import GoogleSignIn
from tests.lab.artifact_registry import (
    CONTRACT_CASES,
    HOST,
    KEY,
    METADATA,
    REPOSITORY,
    UNKNOWN_KEY,
    build,
    federation_file,
    google_of,
    on_google_cloud,
    provider,
)
from tests.lab.contract import ContractCase
from tests.lab.google import AUDIENCE, CLAIM_AUDIENCE, EMAIL, FEDERATED, IAM, MACHINE, OAUTH, STS, key_file
from tests.lab.server import Lab, LabHost

NOT_ON_GOOGLE_CLOUD = nullcontext


async def refusal(lab: Lab, credential: Credential, ways: ArtifactRegistryProvider | None = None) -> RegistryError:
    client = lab.client(HOST, credential, ways or provider(), belongs_to=())
    with pytest.raises(RegistryError) as caught:
        await client.sign_in()
    return caught.value


async def list_once(lab: Lab, credential: Credential, ways: ArtifactRegistryProvider) -> int:
    client = lab.client(HOST, credential, ways, belongs_to=())
    return sum([len(page) async for page in client.list_tags(REPOSITORY)])


# A key.


async def test_key_signs_a_claim_for_google_and_the_token_goes_to_the_registry_as_it_is(lab: Lab) -> None:
    google = build(lab).google
    assert await list_once(lab, KEY, provider()) == 3
    (claim,) = google.oauth.claims
    assert (claim["iss"], claim["aud"]) == (EMAIL, CLAIM_AUDIENCE)
    (seen,) = lab.seen_at(HOST, "tags/list")
    assert seen.headers["authorization"].startswith("Bearer lab-token-")
    assert lab.count(HOST, "/v2/token") == 0


async def test_key_is_not_sent_where_its_file_says(lab: Lab) -> None:
    build(lab)
    trap = LabHost(lab, "evil.example", takes_credentials=False)
    credential = GcpServiceAccount(Secret(key_file(token_uri="https://evil.example/token")))
    assert await list_once(lab, credential, provider()) == 3
    assert lab.count(trap.name) == 0


async def test_address_of_the_token_service_is_that_of_the_constructor(lab: Lab) -> None:
    build(lab)
    LabHost(lab, "token.test", takes_credentials=True)
    ways = ArtifactRegistryProvider(GoogleSignIn(token_uri="https://token.test/token"))
    await refusal(lab, KEY, ways)
    assert (lab.count("token.test"), lab.count(OAUTH)) == (1, 0)


@pytest.mark.parametrize(
    ("credential", "words"),
    [
        (UNKNOWN_KEY, "deleted, disabled or has expired"),
        (GcpServiceAccount(Secret(key_file(private_key_id="gone"))), "deleted, disabled or has expired"),
        (
            GcpServiceAccount(Secret(key_file(client_email="gone@acme-prod.iam.gserviceaccount.com"))),
            "does not exist any more",
        ),
    ],
    ids=["another-key", "key-deleted", "account-deleted"],
)
async def test_key_that_google_does_not_take_is_explained(lab: Lab, credential: GcpServiceAccount, words: str) -> None:
    build(lab)
    error = await refusal(lab, credential)
    assert isinstance(error, CredentialsRefused)
    assert words in str(error)
    assert "gserviceaccount.com" in str(error)


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ("Invalid JWT: Token must be a short-lived token and in a reasonable timeframe.", "clock of this machine"),
        ("Account has been disabled", "is disabled"),
        ("Bad Request", "refuses the key"),
    ],
)
async def test_refusal_of_the_token_service_is_explained(lab: Lab, description: str, words: str) -> None:
    google = build(lab).google
    google.oauth.fail(9, 400, body=json.dumps({"error": "invalid_grant", "error_description": description}))
    error = await refusal(lab, KEY)
    assert isinstance(error, CredentialsRefused)
    assert words in str(error)
    assert description[:20] in str(error)


async def test_token_service_that_is_down_is_tried_again_by_us_alone(lab: Lab) -> None:
    google = build(lab).google
    google.oauth.fail(1, 503)
    assert await list_once(lab, KEY, provider()) == 3
    google.oauth.fail(9, 503)
    lab.expire_tokens()
    lab.forget_requests()
    error = await refusal(lab, KEY)
    assert error.temporary
    assert lab.count(OAUTH) == lab.limits.tries_max


@pytest.mark.parametrize(
    "body", ["<html>", "{}", "[]", "", '{"access_token": ""}', '{"access_token": 7, "expires_in": []}']
)
async def test_answer_without_a_token_is_refused(lab: Lab, body: str) -> None:
    google = build(lab).google
    google.oauth.fail(9, 200, body=body)
    error = await refusal(lab, KEY)
    assert isinstance(error, UnexpectedAnswer)
    assert "without a token" in str(error)


async def test_key_whose_numbers_do_not_belong_together_is_refused_without_asking(lab: Lab) -> None:
    build(lab)
    lines = json.loads(key_file())["private_key"].splitlines()
    lines[12] = lines[12][:20] + ("A" if lines[12][20] != "A" else "B") + lines[12][21:]
    error = await refusal(lab, GcpServiceAccount(Secret(key_file(private_key="\n".join(lines)))))
    assert isinstance(error, CredentialsRefused)
    assert "damaged" in str(error)
    assert lab.count(OAUTH) == 0


# Tokens that end.


async def test_token_is_made_once_for_all_who_wait_and_for_all_clients(lab: Lab) -> None:
    build(lab)
    ways = provider()
    clients = [lab.client(HOST, KEY, ways, belongs_to=()) for _ in range(3)]

    async def count(number: int) -> int:
        return sum([len(page) async for page in clients[number % 3].list_tags(REPOSITORY)])

    assert await asyncio.gather(*(count(number) for number in range(12))) == [3] * 12
    assert lab.count(OAUTH) == 1


@pytest.mark.parametrize("case", CONTRACT_CASES, ids=lambda case: case.name)
async def test_token_that_ends_in_the_middle_is_renewed_once_for_all(lab: Lab, case: ContractCase) -> None:
    case.build(lab)
    with case.around(lab):
        client = lab.client(case.host, case.credential, case.provider, belongs_to=())
        await client.get_chart_manifest(case.repository, "1.0.0")
        lab.expire_tokens()
        lab.forget_requests()
        METADATA.paths.clear()
        await asyncio.gather(*(client.get_chart_manifest(case.repository, "1.1.0") for _ in range(8)))
    renewals = lab.count(route="token") + lab.count(IAM) + sum("token" in path for path in METADATA.paths)
    # One who acts as another needs a token of its own first.
    assert renewals == (2 if case.name.endswith("impersonated") else 1)


async def test_token_is_renewed_before_it_ends(lab: Lab) -> None:
    build(lab)
    ways = provider()
    await list_once(lab, KEY, ways)
    lab.clock.seconds += 3599 * 0.95
    await list_once(lab, KEY, ways)
    assert lab.count(OAUTH) == 2
    assert len({seen.headers["authorization"] for seen in lab.seen_at(HOST, "tags/list")}) == 2


async def test_old_token_stays_in_use_while_its_renewal_fails(lab: Lab) -> None:
    google = build(lab).google
    ways = provider()
    await list_once(lab, KEY, ways)
    google.oauth.fail(9, 503)
    lab.clock.seconds += 3599 * 0.95
    assert await list_once(lab, KEY, ways) == 3


async def test_token_that_is_refused_though_new_is_a_denial_and_not_asked_for_for_ever(lab: Lab) -> None:
    registry = build(lab)
    client = lab.client(HOST, KEY, provider(), belongs_to=())
    await client.sign_in()
    registry.fail(99, 401, route="tags/list")
    lab.forget_requests()
    with pytest.raises(CredentialsRefused, match="just given out"):
        _ = [page async for page in client.list_tags(REPOSITORY)]
    assert (lab.count(HOST), lab.count(OAUTH)) == (2, 1)


# The identity of the machine.


async def test_machine_signs_in_by_its_metadata_server(lab: Lab) -> None:
    build(lab, MACHINE)
    with on_google_cloud(lab):
        assert await list_once(lab, GcpWorkloadIdentity(), provider()) == 3
    account = "/computeMetadata/v1/instance/service-accounts/default/"
    assert METADATA.paths == [account, f"{account}token"]
    assert not lab.names_refused


async def test_metadata_server_that_is_starting_is_asked_again(lab: Lab) -> None:
    build(lab, MACHINE)
    METADATA.failures_left = 1
    with on_google_cloud(lab):
        assert await list_once(lab, GcpWorkloadIdentity(), provider()) == 3


async def test_metadata_server_that_stays_down_is_asked_three_times_by_us_alone(lab: Lab) -> None:
    build(lab, MACHINE)
    METADATA.failures_left = 99
    try:
        with on_google_cloud(lab):
            error = await refusal(lab, GcpWorkloadIdentity())
    finally:
        METADATA.failures_left = 0
    assert error.temporary
    assert len(METADATA.paths) == 3


async def test_machine_without_an_account_is_told_to_have_one_attached(lab: Lab) -> None:
    build(lab, MACHINE)
    METADATA.account = None
    try:
        with on_google_cloud(lab):
            error = await refusal(lab, GcpWorkloadIdentity())
    finally:
        METADATA.account = MACHINE
    assert isinstance(error, CredentialsRefused)
    assert "no service account" in str(error)


async def test_machine_elsewhere_is_told_what_workload_identity_needs(lab: Lab) -> None:
    build(lab)

    class Nowhere:
        async def resolve(self, host: str, port: int) -> list[ResolvedAddress]:
            raise OSError("no such name")

    ways = ArtifactRegistryProvider(
        GoogleSignIn(metadata=MetadataServer(environment={}, resolver=Nowhere()), environment={})
    )
    error = await refusal(lab, GcpWorkloadIdentity(), ways)
    assert isinstance(error, RegistryUnreachable)
    assert not error.temporary
    for words in ("GKE", "GOOGLE_APPLICATION_CREDENTIALS", "service account's key"):
        assert words in str(error)


async def test_metadata_name_that_leads_elsewhere_is_not_followed(lab: Lab) -> None:
    build(lab)
    with on_google_cloud(lab):
        metadata = MetadataServer(environment={}, resolver=METADATA)  # it may lead to Google's addresses only
        error = await refusal(
            lab, GcpWorkloadIdentity(), ArtifactRegistryProvider(GoogleSignIn(metadata=metadata, environment={}))
        )
        assert METADATA.paths == []
    assert isinstance(error, RegistryUnreachable)


async def test_metadata_server_is_out_of_reach_for_a_registry_of_that_name(lab: Lab) -> None:
    build(lab)
    client = lab.client("169.254.169.254", KEY, provider(), belongs_to=())
    with pytest.raises(AddressRefused):
        await client.ping()


@pytest.mark.parametrize(
    ("url", "environment", "owned"),
    [
        ("http://metadata.google.internal/computeMetadata/v1/", {}, True),
        ("http://169.254.169.254/computeMetadata/v1/", {}, True),
        ("http://[fd20:ce::254]/computeMetadata/v1/", {}, True),
        ("http://127.0.0.1:8080/x", {}, False),
        ("http://127.0.0.1:8080/x", {"GCE_METADATA_HOST": "127.0.0.1:8080"}, True),
        ("http://meta.test/x", {"GCE_METADATA_ROOT": "meta.test"}, True),
        ("http://169.254.170.2/x", {}, False),
        ("https://metadata.google.internal/x", {}, False),
        ("http://metadata.google.internal.evil.example/x", {}, False),
    ],
)
def test_metadata_server_is_known_by_its_names_only(url: str, environment: dict[str, str], owned: bool) -> None:
    assert MetadataServer(environment=environment).owns(httpx.URL(url)) is owned


OTHER_PROCESS = """
import asyncio, ipaddress, sys
from app.oci_client.address_guard import AddressGuard
from app.oci_client.client import RegistryClient
from app.oci_client.credentials import GcpWorkloadIdentity
from app.oci_client.providers.artifact_registry import ArtifactRegistryProvider
from app.oci_client.reference import RegistryHost
from app.oci_client.retrying import HostLimiter
from app.oci_client.tls import TlsSettings
from app.oci_client.transport import HttpClients

before = [name for name in sys.modules if name == "google.auth" or name.startswith("google.auth.")]

async def main():
    clients = HttpClients(AddressGuard())
    client = RegistryClient(RegistryHost("us-docker.pkg.dev"), provider=ArtifactRegistryProvider(),
        credential=GcpWorkloadIdentity(), http=clients.with_settings(TlsSettings()), limiter=HostLimiter())
    login = await client.caller.sign_in.login()
    await clients.close()
    print(before, login.as_bearer, round(login.lifetime_seconds, -2), login.password.reveal())

asyncio.run(main())
"""


async def test_environment_leads_another_process_to_another_metadata_server_and_start_up_loads_no_sdk(lab: Lab) -> None:
    build(lab, MACHINE)
    with on_google_cloud(lab):
        variables = {**os.environ, "GCE_METADATA_HOST": f"127.0.0.1:{METADATA.port}", "PYTHONPATH": "."}
        variables.pop("GOOGLE_APPLICATION_CREDENTIALS", None)
        done = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", OTHER_PROCESS], env=variables, capture_output=True, text=True
        )
    assert done.stdout.startswith("[] True 3600.0 lab-token-"), done.stdout + done.stderr


# Acting as another account.


async def test_machine_acts_as_the_account_that_was_named(lab: Lab) -> None:
    build(lab, EMAIL)
    with on_google_cloud(lab):
        assert await list_once(lab, GcpWorkloadIdentity(f" {EMAIL} "), provider()) == 3
    (seen,) = lab.seen_at(IAM)
    assert seen.path.endswith(f"/serviceAccounts/{EMAIL}:generateAccessToken")


async def test_machine_that_may_not_act_as_another_is_told_which_role_it_needs(lab: Lab) -> None:
    build(lab)
    google_of(lab).may_impersonate.clear()
    with on_google_cloud(lab):
        error = await refusal(lab, GcpWorkloadIdentity(EMAIL))
    assert isinstance(error, CredentialsRefused)
    for words in (EMAIL, "roles/iam.serviceAccountTokenCreator", "iam.serviceAccounts.getAccessToken"):
        assert words in str(error)


async def test_disabled_credentials_api_is_told_how_to_enable(lab: Lab) -> None:
    build(lab).google.iam.enabled = False
    with on_google_cloud(lab):
        error = await refusal(lab, GcpWorkloadIdentity(EMAIL))
    assert "gcloud services enable iamcredentials.googleapis.com" in str(error)


# The file of the process.


@pytest.mark.parametrize("impersonated_in", ["nowhere", "the file", "the credential"])
async def test_federation_file_of_the_process_signs_in(lab: Lab, tmp_path: Path, impersonated_in: str) -> None:
    acts = impersonated_in != "nowhere"
    build(lab, EMAIL if acts else FEDERATED)
    url = f"https://{IAM}/v1/projects/-/serviceAccounts/{EMAIL}:generateAccessToken"
    changes = {"service_account_impersonation_url": url} if impersonated_in == "the file" else {}
    path = federation_file(tmp_path, **changes)
    ways = provider({"GOOGLE_APPLICATION_CREDENTIALS": str(path)})
    credential = GcpWorkloadIdentity(EMAIL if impersonated_in == "the credential" else None)
    assert await list_once(lab, credential, ways) == 3
    assert (lab.count(STS), lab.count(IAM)) == (1, int(acts))


async def test_key_file_of_the_process_signs_in(lab: Lab, tmp_path: Path) -> None:
    build(lab)
    path = tmp_path / "key.json"
    path.write_text(key_file())
    assert await list_once(lab, GcpWorkloadIdentity(), provider({"GOOGLE_APPLICATION_CREDENTIALS": str(path)})) == 3


async def test_federation_that_google_does_not_take_is_explained(lab: Lab, tmp_path: Path) -> None:
    build(lab)
    path = federation_file(tmp_path, audience=AUDIENCE.replace("cluster", "other"))
    error = await refusal(lab, GcpWorkloadIdentity(), provider({"GOOGLE_APPLICATION_CREDENTIALS": str(path)}))
    assert isinstance(error, CredentialsRefused)
    assert "attribute condition" in str(error)


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", "{}", '{"type": "gdch_service_account"}', '{"type": "external_account"}']
)
async def test_file_of_the_process_that_cannot_be_used_is_the_processes_own_fault(
    lab: Lab, tmp_path: Path, text: str | None
) -> None:
    build(lab)
    path = tmp_path / "file.json"
    if text is not None:
        path.write_text(text)
    error = await refusal(lab, GcpWorkloadIdentity(), provider({"GOOGLE_APPLICATION_CREDENTIALS": str(path)}))
    assert isinstance(error, CredentialsRefused)
    assert "Chartroom's own process" in str(error)


async def test_federation_that_leads_inside_is_stopped_by_the_address_guard(lab: Lab, tmp_path: Path) -> None:
    build(lab)
    path = federation_file(tmp_path, token_url="https://169.254.170.2/v1/token")
    error = await refusal(lab, GcpWorkloadIdentity(), provider({"GOOGLE_APPLICATION_CREDENTIALS": str(path)}))
    assert isinstance(error, AddressRefused)
