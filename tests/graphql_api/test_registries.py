"""Registries and repositories, read and managed."""

import logging
from typing import Any

import pytest
import trustme

from app.domain.faults import FaultCode
from app.domain.roles import Role
from app.domain.sync_events import RepositoryState, SkipReason, SyncState
from app.graphql_api.paging import encode_id
from app.graphql_api.provider_inputs import DockerHubInput, OtherInput, UsernamePasswordInput
from app.store import registries as registry_rows
from app.store.entities import Authentication, ConnectionSecurity, Provider, SkippedTag
from tests.graphql_api.conftest import Desk
from tests.graphql_api.rows import NOW, add, add_registry, add_repository, add_sync
from tests.real.docker_registry import DockerRegistry

CANARY = "canary-7f3a9b"

REGISTER = """mutation R($input: RegisterRegistryInput!) { registerRegistry(input: $input) {
  registry { id name provider host visibility authentication username connectionSecurity useAsChartRepository
    syncIntervalSeconds versionConstraint versionsKept caCertificate { subject issuer sha256Fingerprint }
    repositories { nodes { name enabled state } totalCount } nextSyncAt }
  sync { state trigger registry { name } } userErrors { code field message } } }"""
UPDATE = """mutation U($input: UpdateRegistryInput!) { updateRegistry(input: $input) {
  registry { name host authentication username syncIntervalSeconds versionConstraint versionsKept visibility }
  userErrors { code field message } } }"""
TEST = """mutation T($input: RegisterRegistryInput!) { testRegistry(input: $input) {
  report { ok stages { kind outcome message repository milliseconds } } userErrors { code field } } }"""


def other(**values: Any) -> dict[str, Any]:
    return {
        "name": "acme",
        "visibility": "PRIVATE",
        "provider": {
            "other": {
                "registryUrl": "registry.example.com:5000",
                "authentication": {"username": "ann", "passwordOrToken": CANARY},
                **values.pop("other", {}),
            }
        },
        **values,
    }


def hub(visibility: str = "PRIVATE", **given: Any) -> dict[str, Any]:
    return {"name": "hub", "visibility": visibility, "provider": {"dockerHub": given}}


async def register(desk: Desk, given: dict[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = (await desk.ask(REGISTER, Role.MANAGER, input=given))["registerRegistry"]
    return payload


async def test_registered_registry_is_shown_with_its_first_sync(desk: Desk) -> None:
    certificate = trustme.CA().cert_pem.bytes().decode()
    given = other(
        other={"connectionSecurity": "SECURE_WITH_CA", "caCertificate": certificate},
        useAsChartRepository=True,
        repositories=["acme/b", "acme/a"],
        syncIntervalSeconds=3600,
        versionConstraint=">=1",
        versionsKept=5,
    )
    payload = await register(desk, given)
    registry = payload["registry"]
    assert payload["userErrors"] == []
    assert registry["host"] == "registry.example.com:5000"
    assert (registry["provider"], registry["authentication"]) == ("OTHER", "USERNAME_PASSWORD")
    assert (registry["username"], registry["connectionSecurity"]) == ("ann", "SECURE_WITH_CA")
    assert len(registry["caCertificate"]["sha256Fingerprint"]) == 64
    assert [node["name"] for node in registry["repositories"]["nodes"]] == ["acme/a", "acme/b"]
    assert registry["repositories"]["totalCount"] == 2
    assert registry["nextSyncAt"] is not None
    assert payload["sync"] == {"state": "QUEUED", "trigger": "REGISTRATION", "registry": {"name": "acme"}}
    assert desk.enqueued == [1]


async def test_docker_hub_needs_no_host_and_names_its_registry(desk: Desk) -> None:
    registry = (await register(desk, hub(username="ann", passwordOrToken=CANARY)))["registry"]
    assert (registry["host"], registry["username"]) == ("registry-1.docker.io", "ann")
    anonymous = (await register(desk, {**hub("PUBLIC", username="", passwordOrToken=""), "name": "anonymous"}))[
        "registry"
    ]
    assert (anonymous["authentication"], anonymous["username"]) == ("ANONYMOUS", None)


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        (hub(username="ann"), "REQUIRED", ["input", "provider", "dockerHub", "passwordOrToken"]),
        (hub(passwordOrToken=CANARY), "REQUIRED", ["input", "provider", "dockerHub", "username"]),
        (hub(), "REQUIRED", ["input", "provider", "dockerHub", "username"]),
        (
            other(other={"authentication": {"username": " ", "passwordOrToken": "x"}}),
            "REQUIRED",
            ["input", "provider", "other", "authentication", "username"],
        ),
        (other(other={"registryUrl": "https://x"}), "INVALID", ["input", "provider", "other", "registryUrl"]),
        (
            other(other={"registryUrl": "169.254.169.254"}),
            "FORBIDDEN_ADDRESS",
            ["input", "provider", "other", "registryUrl"],
        ),
        (
            other(other={"connectionSecurity": "SECURE_WITH_CA"}),
            "REQUIRED",
            ["input", "provider", "other", "caCertificate"],
        ),
        (other(name=" "), "REQUIRED", ["input", "name"]),
        (other(syncIntervalSeconds=1), "INVALID", ["input", "syncIntervalSeconds"]),
        (other(versionConstraint="nonsense"), "INVALID", ["input", "versionConstraint"]),
        (other(repositories=["fine", "NOT FINE"]), "INVALID", ["input", "repositories", "1"]),
    ],
)
async def test_field_is_named_when_it_is_to_be_mended(
    desk: Desk, given: dict[str, Any], code: str, field: list[str]
) -> None:
    payload = await register(desk, given)
    assert payload["registry"] is None
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [(code, field)]
    assert (await desk.ask("{ registries { totalCount } }"))["registries"]["totalCount"] == 0


async def test_name_is_refused_when_it_is_taken(desk: Desk) -> None:
    await register(desk, other())
    (error,) = (await register(desk, other()))["userErrors"]
    assert (error["code"], error["field"]) == ("NAME_TAKEN", ["input", "name"])


async def test_provider_is_exactly_one(desk: Desk) -> None:
    given = {**other(), "provider": {"other": {"registryUrl": "x"}, "dockerHub": {}}}
    for provider in (given["provider"], {}, {"dockerHub": None}):
        assert (await desk.answer(REGISTER, input={**given, "provider": provider})).errors


async def test_update_leaves_what_is_absent_and_clears_what_is_null(desk: Desk) -> None:
    await register(desk, other(syncIntervalSeconds=3600, versionConstraint=">=1", versionsKept=5))
    identity = encode_id("Registry", 1)
    changed = (await desk.ask(UPDATE, input={"id": identity, "name": "renamed", "versionsKept": None}))[
        "updateRegistry"
    ]
    assert changed["userErrors"] == []
    assert changed["registry"] == {
        "name": "renamed",
        "host": "registry.example.com:5000",
        "authentication": "USERNAME_PASSWORD",
        "username": "ann",
        "syncIntervalSeconds": 3600,
        "versionConstraint": ">=1",
        "versionsKept": None,
        "visibility": "PRIVATE",
    }
    cleared = {"id": identity, "syncIntervalSeconds": None, "versionConstraint": None}
    registry = (await desk.ask(UPDATE, input=cleared))["updateRegistry"]["registry"]
    assert (registry["syncIntervalSeconds"], registry["versionConstraint"]) == (None, None)


async def test_update_says_so_when_null_is_given_for_what_cannot_be_null(desk: Desk) -> None:
    await register(desk, other())
    given = {"id": encode_id("Registry", 1), "name": None, "visibility": None, "provider": None}
    payload = (await desk.ask(UPDATE, input=given))["updateRegistry"]
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("REQUIRED", ["input", "name"]),
        ("REQUIRED", ["input", "visibility"]),
        ("REQUIRED", ["input", "provider"]),
    ]


async def test_credentials_are_kept_only_for_the_host_they_were_given_for(desk: Desk) -> None:
    await register(desk, other())
    elsewhere = {"id": encode_id("Registry", 1), "provider": {"other": {"registryUrl": "evil.example.com"}}}
    (error,) = (await desk.ask(UPDATE, input=elsewhere))["updateRegistry"]["userErrors"]
    assert error["field"] == ["input", "provider", "other", "authentication"]
    same = {"id": encode_id("Registry", 1), "provider": {"other": {"registryUrl": "registry.example.com:5000"}}}
    assert (await desk.ask(UPDATE, input=same))["updateRegistry"]["registry"]["username"] == "ann"


async def test_secret_shows_nowhere(desk: Desk, caplog: pytest.LogCaptureFixture, capsys: Any) -> None:
    with caplog.at_level(logging.DEBUG):
        payload = await register(desk, other())
        log = await desk.ask("{ auditLog { nodes { action subject detail } } }")
    async with desk.store.reading() as session:
        sealed = await registry_rows.find_credential(session, 1)
    assert sealed is not None
    assert CANARY.encode() not in sealed.ciphertext
    told = f"{payload} {log} {caplog.text} {capsys.readouterr()}"
    assert "registry.register" in told
    assert CANARY not in told
    login = UsernamePasswordInput(username="ann", password_or_token=CANARY)
    inputs = [login, DockerHubInput(username="ann", password_or_token=CANARY)]
    nested = OtherInput(registry_url="x", authentication=login)
    chosen = [given.choice(("input",)) for given in (inputs[1], nested)]  # type: ignore[union-attr]
    assert CANARY not in f"{inputs} {nested} {chosen}"


async def test_error_says_what_to_do_when_credentials_cannot_be_opened(desk: Desk) -> None:
    registry = await add_registry(desk.store, authentication=Authentication.USERNAME_PASSWORD)
    document = "mutation($id: ID!) { testStoredRegistry(id: $id) { report { ok } } }"
    code, message = await desk.refusal(document, id=encode_id("Registry", registry.id))
    assert code == "KEY_MISSING"
    assert "Enter them again" in message


async def test_stages_of_a_real_registry_are_reported_in_order(
    desk: Desk, shared_docker_registry: DockerRegistry
) -> None:
    real = shared_docker_registry
    given = other(
        other={
            "registryUrl": real.host,
            "connectionSecurity": "SECURE_WITH_CA",
            "caCertificate": real.ca_pem,
            "authentication": {"username": real.username, "passwordOrToken": real.password},
        },
        repositories=["acme/absent"],
    )
    report = (await desk.ask(TEST, input=given))["testRegistry"]["report"]
    outcomes = {stage["kind"]: stage["outcome"] for stage in report["stages"]}
    assert not report["ok"]
    assert outcomes["LOGIN"] == "PASSED"
    assert outcomes["REPOSITORY"] == "FAILED"
    given["provider"]["other"]["authentication"]["passwordOrToken"] = "wrong"
    refused = (await desk.ask(TEST, input=given))["testRegistry"]["report"]
    assert {"kind": "LOGIN", "outcome": "FAILED"}.items() <= next(
        stage for stage in refused["stages"] if stage["outcome"] == "FAILED"
    ).items()
    assert (await desk.ask("{ registries { totalCount } }"))["registries"]["totalCount"] == 0


async def test_repositories_are_added_disabled_and_removed(desk: Desk) -> None:
    registry = await add_registry(desk.store, use_as_chart_repository=False)
    identity = encode_id("Registry", registry.id)
    document = """mutation($id: ID!, $names: [String!]!) { addRepositories(registryId: $id, names: $names) {
      repositories { id name enabled state versionCount chart { name } registry { name } }
      userErrors { code field } } }"""
    added = (await desk.ask(document, id=identity, names=["a/b", "a/c"]))["addRepositories"]["repositories"]
    assert [(row["name"], row["enabled"], row["state"]) for row in added] == [
        ("a/b", True, "NEVER_SYNCED"),
        ("a/c", True, "NEVER_SYNCED"),
    ]
    assert (await desk.ask(document, id=identity, names=["?"]))["addRepositories"] == {
        "repositories": [],
        "userErrors": [{"code": "INVALID", "field": ["names", "0"]}],
    }
    disable = """mutation($id: ID!) { setRepositoryEnabled(id: $id, enabled: false) {
      repository { enabled } userErrors { code } } }"""
    assert (await desk.ask(disable, id=added[0]["id"]))["setRepositoryEnabled"]["repository"] == {"enabled": False}
    remove = """mutation($ids: [ID!]!) { removeRepositories(ids: $ids) {
      removedRepositoryIds userErrors { code field } } }"""
    ids = [row["id"] for row in added]
    assert (await desk.ask(remove, ids=ids))["removeRepositories"]["removedRepositoryIds"] == ids
    assert (await desk.ask(remove, ids=ids))["removeRepositories"] == {
        "removedRepositoryIds": [],
        "userErrors": [{"code": "NOT_FOUND", "field": ["ids", "0"]}],
    }


async def test_repository_shows_why_tags_were_skipped_and_what_failed(desk: Desk) -> None:
    registry = await add_registry(desk.store)
    error = {"code": FaultCode.TIMED_OUT.value, "message": "slow", "temporary": True, "repository": "a/b"}
    repository = await add_repository(desk.store, registry, "a/b", state=RepositoryState.FAILED, last_error=error)
    await add(desk.store, SkippedTag(repository_id=repository.id, tag="latest", reason=SkipReason.NOT_SEMVER))
    document = """{ registryByName(name: "acme") { repositories { nodes {
      state lastError { code message repository tag temporary } skippedTags { tag reason } } } } }"""
    assert (await desk.ask(document))["registryByName"]["repositories"]["nodes"] == [
        {
            "state": "FAILED",
            "lastError": {
                "code": "TIMED_OUT", "message": "slow", "repository": "a/b", "tag": None, "temporary": True,
            },
            "skippedTags": [{"tag": "latest", "reason": "NOT_SEMVER"}],
        }
    ]  # fmt: skip


async def test_registries_are_those_of_the_filter_and_paged_by_name(desk: Desk) -> None:
    await add_registry(desk.store, "b", host="hub.example.com", provider=Provider.DOCKER_HUB)
    await add_registry(desk.store, "a", use_as_chart_repository=False, connection_security=ConnectionSecurity.INSECURE)
    await add_registry(desk.store, "c")
    document = """query($first: Int, $after: String, $filter: RegistryFilter) {
      registries(first: $first, after: $after, filter: $filter) {
        totalCount nodes { name } pageInfo { endCursor hasNextPage } } }"""

    async def names(**given: Any) -> list[str]:
        page = (await desk.ask(document, filter=given))["registries"]
        assert page["totalCount"] == len(page["nodes"])
        return [node["name"] for node in page["nodes"]]

    assert await names() == ["a", "b", "c"]
    assert await names(search="HUB") == ["b"]
    assert await names(providers=["DOCKER_HUB"]) == ["b"]
    assert await names(useAsChartRepository=False) == ["a"]
    first = (await desk.ask(document, first=2))["registries"]
    rest = (await desk.ask(document, first=2, after=first["pageInfo"]["endCursor"]))["registries"]
    assert [node["name"] for node in first["nodes"] + rest["nodes"]] == ["a", "b", "c"]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_each_registry_has_its_own_page_of_what_is_in_it(desk: Desk) -> None:
    for name, count in (("a", 3), ("b", 1), ("c", 0)):
        registry = await add_registry(desk.store, name)
        for place in range(count):
            await add_repository(desk.store, registry, f"{name}/{place}")
            await add_sync(desk.store, registry, state=SyncState.FAILED, finished_at=NOW)
    document = """query($after: String) { registries { nodes { name lastSync { id }
      repositories(first: 2, after: $after) { totalCount nodes { name } pageInfo { hasNextPage endCursor } }
      syncs(first: 1) { totalCount nodes { id } pageInfo { hasNextPage } } } } }"""
    nodes = (await desk.ask(document))["registries"]["nodes"]
    pages = [node["repositories"] for node in nodes]
    assert [[row["name"] for row in page["nodes"]] for page in pages] == [["a/0", "a/1"], ["b/0"], []]
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True, False, False]
    assert [page["totalCount"] for page in pages] == [3, 1, 0]
    assert [node["syncs"]["totalCount"] for node in nodes] == [3, 1, 0]
    assert [node["syncs"]["nodes"] for node in nodes[:2]] == [[node["lastSync"]] for node in nodes[:2]]
    assert nodes[2]["lastSync"] is None
    behind = (await desk.ask(document, after=pages[0]["pageInfo"]["endCursor"]))["registries"]["nodes"]
    assert [[row["name"] for row in node["repositories"]["nodes"]] for node in behind] == [["a/2"], ["b/0"], []]


async def test_deleted_registry_is_gone_with_what_was_in_it(desk: Desk) -> None:
    registry = await add_registry(desk.store)
    await add_repository(desk.store, registry, "a/b")
    identity = encode_id("Registry", registry.id)
    document = "mutation($id: ID!) { deleteRegistry(id: $id) { deletedRegistryId userErrors { code field } } }"
    assert (await desk.ask(document, id=identity))["deleteRegistry"]["deletedRegistryId"] == identity
    assert (await desk.ask("query($id: ID!) { registry(id: $id) { name } }", id=identity)) == {"registry": None}
    assert (await desk.ask(document, id=identity))["deleteRegistry"] == {
        "deletedRegistryId": None,
        "userErrors": [{"code": "NOT_FOUND", "field": ["id"]}],
    }


async def test_discovery_pages_what_the_registry_lists_and_says_why_when_it_cannot(
    desk: Desk, shared_docker_registry: DockerRegistry
) -> None:
    document = """query($id: ID!) { discoverRepositories(registryId: $id, search: "no-such-thing") {
      nodes { name } pageInfo { hasNextPage } } }"""
    real = shared_docker_registry
    reachable = {"registryUrl": real.host, "connectionSecurity": "SECURE_WITH_CA", "caCertificate": real.ca_pem}
    login = {"username": real.username, "passwordOrToken": real.password}
    await register(desk, other(other={**reachable, "authentication": login}))
    answer = await desk.ask(document, Role.MANAGER, id=encode_id("Registry", 1))
    assert answer["discoverRepositories"] == {"nodes": [], "pageInfo": {"hasNextPage": False}}
    await register(desk, other(name="wrong", other={**reachable, "authentication": {**login, "passwordOrToken": "no"}}))
    assert (await desk.refusal(document, id=encode_id("Registry", 2)))[0] == "CREDENTIALS_REFUSED"
    assert (await desk.refusal(document, id=encode_id("Registry", 3)))[0] == "NOT_FOUND"
    assert (await desk.refusal(document, Role.READER, id=encode_id("Registry", 1)))[0] == "FORBIDDEN"


async def test_providers_are_those_that_work_today_with_their_forms(desk: Desk) -> None:
    document = """{ providers { provider inputName defaultHost canDiscover connectionSecurities hostField { name }
      authentications { authentication inputPath fields { name secret required } } } }"""
    forms = {form["provider"]: form for form in (await desk.ask(document, Role.READER))["providers"]}
    assert list(forms) == ["ECR", "DOCKER_HUB", "AZURE", "ARTIFACT_REGISTRY", "QUAY", "OTHER"]
    hub_form, other_form = forms["DOCKER_HUB"], forms["OTHER"]
    kinds = {name: [one["authentication"] for one in form["authentications"]] for name, form in forms.items()}
    assert kinds["ECR"] == ["ECR_IAM_ROLE", "ECR_ACCESS_KEY", "ANONYMOUS"]
    assert kinds["AZURE"] == ["USERNAME_PASSWORD", "AZURE_SERVICE_PRINCIPAL", "AZURE_MANAGED_IDENTITY", "ANONYMOUS"]
    assert kinds["ARTIFACT_REGISTRY"] == ["GCP_SERVICE_ACCOUNT", "GCP_WORKLOAD_IDENTITY", "ANONYMOUS"]
    assert forms["QUAY"]["defaultHost"] == "quay.io"
    assert (hub_form["provider"], hub_form["defaultHost"]) == ("DOCKER_HUB", "registry-1.docker.io")
    assert [field["name"] for field in hub_form["authentications"][0]["fields"]] == ["username", "passwordOrToken"]
    assert [field["secret"] for field in hub_form["authentications"][0]["fields"]] == [False, True]
    assert (other_form["provider"], other_form["hostField"]) == ("OTHER", {"name": "registryUrl"})
    assert other_form["authentications"][0]["inputPath"] == ["authentication"]
    assert [one["authentication"] for one in other_form["authentications"]] == ["USERNAME_PASSWORD", "ANONYMOUS"]


ECR_HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


@pytest.mark.parametrize(
    ("provider", "shown"),
    [
        (
            {"ecr": {"registryUrl": ECR_HOST, "authentication": {"iamRole": {}}}},
            ("ECR", ECR_HOST, "ECR_IAM_ROLE", None),
        ),
        (
            {
                "ecr": {
                    "registryUrl": ECR_HOST,
                    "authentication": {
                        "accessKey": {"accessKeyId": "AKIAIOSFODNN7EXAMPLE", "secretAccessKey": "s" * 40}
                    },
                }
            },
            ("ECR", ECR_HOST, "ECR_ACCESS_KEY", "AKIAIOSFODNN7EXAMPLE"),
        ),
        (
            {
                "azure": {
                    "loginServer": "acmecharts.azurecr.io",
                    "authentication": {"usernamePassword": {"username": "reader", "passwordOrToken": "secret"}},
                }
            },
            ("AZURE", "acmecharts.azurecr.io", "USERNAME_PASSWORD", "reader"),
        ),
        (
            {"azure": {"loginServer": "acmecharts.azurecr.io", "authentication": {"managedIdentity": {}}}},
            ("AZURE", "acmecharts.azurecr.io", "AZURE_MANAGED_IDENTITY", None),
        ),
        (
            {
                "artifactRegistry": {
                    "registryUrl": "europe-west1-docker.pkg.dev",
                    "authentication": {"workloadIdentity": {}},
                }
            },
            ("ARTIFACT_REGISTRY", "europe-west1-docker.pkg.dev", "GCP_WORKLOAD_IDENTITY", None),
        ),
        (
            {"quay": {"username": "acme+reader", "token": "secret"}},
            ("QUAY", "quay.io", "USERNAME_PASSWORD", "acme+reader"),
        ),
    ],
    ids=["ecr-role", "ecr-key", "azure-password", "azure-identity", "google-identity", "quay-robot"],
)
async def test_each_provider_is_registered_with_its_own_kind_of_credentials(
    desk: Desk, provider: dict[str, object], shown: tuple[str, ...]
) -> None:
    document = """mutation Register($input: RegisterRegistryInput!) { registerRegistry(input: $input) {
      registry { provider host authentication username } userErrors { message field } } }"""
    answer = await desk.ask(document, input={"name": "one", "visibility": "PRIVATE", "provider": provider})
    assert answer["registerRegistry"]["userErrors"] == []
    assert tuple(answer["registerRegistry"]["registry"].values()) == shown


@pytest.mark.parametrize(
    ("provider", "field", "word"),
    [
        ({"ecr": {"registryUrl": ECR_HOST + ".evil.example"}}, "registryUrl", "dkr.ecr"),
        ({"azure": {"loginServer": "charts.example.com"}}, "loginServer", "azurecr.io"),
        ({"artifactRegistry": {"registryUrl": "docker.pkg.dev.example"}}, "registryUrl", "-docker.pkg.dev"),
        (
            {
                "artifactRegistry": {
                    "registryUrl": "europe-west1-docker.pkg.dev",
                    "authentication": {"serviceAccountJson": '{"type": "authorized_user"}'},
                }
            },
            "authentication",
            "person",
        ),
        ({"quay": {"username": "acme+reader"}}, "token", "token"),
    ],
    ids=["ecr-host", "azure-host", "google-host", "google-key", "quay-token"],
)
async def test_what_a_provider_cannot_use_is_refused_with_the_form_it_expects(
    desk: Desk, provider: dict[str, object], field: str, word: str
) -> None:
    document = """mutation Register($input: RegisterRegistryInput!) { registerRegistry(input: $input) {
      registry { id } userErrors { message field } } }"""
    answer = await desk.ask(document, input={"name": "one", "visibility": "PRIVATE", "provider": provider})
    told = {error["field"][-1]: error["message"] for error in answer["registerRegistry"]["userErrors"]}
    assert word in told[field]
