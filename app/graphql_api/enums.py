"""The enums of the schema: the entities' own, with what each value means."""

from enum import Enum
from typing import TypeVar

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from app.domain.faults import FaultCode
from app.domain.roles import Role
from app.domain.signatures import Verification as SignatureVerification
from app.domain.sync_events import RepositoryState, SkipReason, SyncState, SyncTrigger
from app.domain.values_diff import ChangeKind
from app.oci_client.stages import StageKind, StageOutcome
from app.store.entities import Authentication, ConnectionSecurity, Provider, Visibility

E = TypeVar("E", bound=type[Enum])


def _described(kind: E, name: str, description: str, **values: str) -> E:
    """Registers an enum of the layers below. Raises KeyError where a value has no description."""
    strawberry.enum(kind, name=name, description=description)
    definition: StrawberryEnumDefinition = getattr(kind, "__strawberry_definition__")  # noqa: B009 - not typed there
    for value in definition.values:
        value.description = values[value.name]
    return kind


class ChartType(Enum):
    """The values are those of Chart.yaml."""

    APPLICATION = "application"
    LIBRARY = "library"


class ChartOrder(Enum):
    """What Browsing.chart_page can sort by."""

    RELEVANCE = "relevance"
    NAME = "name"
    UPDATED_AT_DESC = "updated_at_desc"


class UserErrorCode(Enum):
    """The values are the codes of domain.errors.Refusal."""

    INVALID = "INVALID"
    REQUIRED = "REQUIRED"
    NAME_TAKEN = "NAME_TAKEN"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN_ADDRESS = "FORBIDDEN_ADDRESS"
    CREDENTIALS_REFUSED = "CREDENTIALS_REFUSED"
    UNREACHABLE = "UNREACHABLE"
    CONFLICT = "CONFLICT"


def _register() -> None:
    _described(
        Provider,
        "RegistryProvider",
        "Who runs a registry.",
        ECR="Amazon Elastic Container Registry, private or public.",
        DOCKER_HUB="Docker Hub.",
        AZURE="Azure Container Registry.",
        ARTIFACT_REGISTRY="Google Artifact Registry.",
        QUAY="Quay, at quay.io or self-hosted.",
        OTHER="Any other registry that keeps to the OCI distribution specification.",
    )
    _described(
        Visibility,
        "RegistryVisibility",
        "Whether a registry wants credentials.",
        PRIVATE="Credentials are needed.",
        PUBLIC="No credentials: the URL and the repository names suffice.",
    )
    _described(
        ConnectionSecurity,
        "ConnectionSecurity",
        "How the connection to the registry is secured.",
        SECURE="HTTPS, verified against the system's CAs.",
        SECURE_WITH_CA="HTTPS, verified against the CA certificate given with the registry.",
        INSECURE="HTTPS without verification, or plain HTTP. Only this registry is affected.",
    )
    _described(
        Authentication,
        "RegistryAuthentication",
        "Which kind of credentials a registry is used with.",
        ANONYMOUS="None.",
        ECR_IAM_ROLE="The AWS role of the machine or pod, or one assumed on top of it.",
        ECR_ACCESS_KEY="An AWS access key.",
        USERNAME_PASSWORD="A user name with a password or token.",  # noqa: S106 - a description
        AZURE_SERVICE_PRINCIPAL="An Azure service principal.",
        AZURE_MANAGED_IDENTITY="The Azure identity of the machine or pod.",
        GCP_SERVICE_ACCOUNT="A Google service account's key file.",
        GCP_WORKLOAD_IDENTITY="The Google identity of the machine or pod.",
    )
    _described(
        Role,
        "Role",
        "What the holder of a token may do; each may do what those before it may.",
        READER="Reads the chart store.",
        MANAGER="Manages registries and syncs too.",
        ADMIN="Everything, tokens and the audit log included.",
    )
    _described(
        RepositoryState,
        "RepositoryState",
        "What the last look at a repository found.",
        NEVER_SYNCED="It was not looked at yet.",
        SYNCED="Everything in it is stored.",
        PARTIAL="Some versions failed.",
        FAILED="It could not be read.",
    )
    _described(
        SkipReason,
        "SkipReason",
        "Why a tag was passed over.",
        NOT_A_CHART="It holds something other than a Helm chart.",
        NOT_SEMVER="It is no semantic version.",
        SIGNATURE_OR_ATTESTATION="It holds a signature or an attestation.",
        OUTSIDE_CONSTRAINT="The registry's versionConstraint or versionsKept leaves it out.",
    )
    _described_charts()
    _described_syncs()
    _described_probing()
    _described(
        UserErrorCode,
        "UserErrorCode",
        "What about the input is to be mended.",
        INVALID="A value is not of the expected form.",
        REQUIRED="A value is missing.",
        NAME_TAKEN="Another one has this name.",
        NOT_FOUND="Nothing has this id, or it was deleted.",
        FORBIDDEN_ADDRESS="Addresses of this network are closed to registries.",
        CREDENTIALS_REFUSED="The registry refused the credentials.",
        UNREACHABLE="The registry cannot be reached.",
        CONFLICT="It cannot be done in the present state.",
    )


def _described_charts() -> None:
    _described(
        ChartType,
        "ChartType",
        "What a chart is for.",
        APPLICATION="It can be installed.",
        LIBRARY="Other charts are built with it.",
    )
    _described(
        ChartOrder,
        "ChartOrder",
        "What charts are sorted by.",
        RELEVANCE="Best match first; by name where there is no search.",
        NAME="By name.",
        UPDATED_AT_DESC="What changed last first.",
    )
    _described(
        ChangeKind,
        "ChangeKind",
        "What became of something from one version to another.",
        ADDED="It was not there before.",
        REMOVED="It is not there any more.",
        CHANGED="It is another one, of the same type; or it was null, or became null.",
        TYPE_CHANGED="It is of another type: what was set for it may be refused now.",
    )
    _described(
        SignatureVerification,
        "SignatureVerification",
        "What became of checking the signatures of a chart version.",
        UNSIGNED="There are none.",
        UNVERIFIED="Signed, and no key of this store matches.",
        VERIFIED="Signed by a key of this store.",
        INVALID="A signature does not belong to what it stands beside.",
    )


def _described_syncs() -> None:
    _described(
        SyncTrigger,
        "SyncTrigger",
        "Why a sync was started.",
        MANUAL="By hand.",
        SCHEDULE="By the registry's interval.",
        REGISTRATION="A registry or repository was added or changed.",
        WEBHOOK="The registry told of a push.",
    )
    _described(
        SyncState,
        "SyncState",
        "Where a sync stands.",
        QUEUED="It waits for a worker.",
        RUNNING="It runs.",
        SUCCEEDED="Finished, nothing failed.",
        PARTIAL="Finished, with some repositories or versions failed.",
        FAILED="Finished, and nothing could be read.",
        CANCELLED="Stopped by hand, or because the registry was changed; what was stored stays.",
    )
    _described(
        FaultCode,
        "SyncFaultCode",
        "What went wrong, for machines.",
        REGISTRY_UNREACHABLE="No connection: name, network or server.",
        TLS_FAILED="The registry's certificate could not be verified, or it speaks no TLS.",
        CREDENTIALS_REFUSED="The registry refused the credentials.",
        PERMISSION_DENIED="The credentials are valid and do not reach this.",
        REPOSITORY_NOT_FOUND="The registry has no such repository, or does not show it to these credentials.",
        RATE_LIMITED="The registry asks to slow down.",
        TIMED_OUT="It took too long.",
        REGISTRY_ERROR="The registry failed, or answered with what it should not.",
        DIGEST_MISMATCH="The bytes are not those of their digest.",
        TOO_LARGE="It is larger than this Chartroom takes.",
        MALFORMED_MANIFEST="The manifest cannot be read.",
        MALFORMED_CHART="The chart cannot be read.",
        UNSUPPORTED_CHART="It is something that Chartroom does not read.",
        INTERNAL="Chartroom itself failed; its log has more.",
    )


def _described_probing() -> None:
    _described(
        StageKind,
        "ConnectionStageKind",
        "One step of a connection, in the order they are taken.",
        ADDRESS="Does the name resolve, to an address that is allowed?",
        CONNECT="Does something answer there?",
        TLS="Does its certificate hold?",
        REGISTRY_API="Is it a registry?",
        LOGIN="Are the credentials taken?",
        REPOSITORY="Can the repository be listed, and does it hold a chart?",
    )
    _described(
        StageOutcome,
        "StageOutcome",
        "What came of a step.",
        PASSED="It went well.",
        FAILED="This is to be mended.",
        SKIPPED="It was not tried.",
    )


_register()
