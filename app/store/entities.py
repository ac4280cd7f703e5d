"""The entities: one model of each thing, no copy of it.

registry 1─* chart_repository 1─0..1 chart 1─* chart_version *─1 chart_content
registry 1─* sync 1─* sync_repository, sync_event, sync_fault

Instants are UTC. Whatever is deleted takes along what belongs to it, by foreign keys; the content of charts
stays, for it is addressed by digest and may be found under another tag tomorrow.

Where an index has `sqlite_where`, it has the same in PostgreSQL, by its migration: to name it here would import that
part of SQLAlchemy, some MB, beside SQLite too.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Index, UniqueConstraint, func, text
from sqlmodel import Field

from app.domain.faults import Fault, FaultCode
from app.domain.roles import Role
from app.domain.signatures import Verification
from app.domain.sync_events import (
    EventKind,
    Progress,
    RepositoryState,
    SkipReason,
    SyncState,
    SyncTrigger,
)
from app.store.chart_index import IndexedChart, ranked_by_name
from app.store.columns import ByteOrdered, Identity, Json, belongs_to, identity, instant, json_column, long_text, one_of
from app.store.remembered import FollowedSync
from app.store.row import Row

UNFINISHED = text("state IN ('QUEUED', 'RUNNING')")
SIGNED = text("(chart_version.has_provenance OR chart_version.has_signature)")
"""Of versions that have a signature of any kind: few, and found by an index of their own."""


class Provider(StrEnum):
    """Who runs a registry."""

    ECR = "ECR"
    DOCKER_HUB = "DOCKER_HUB"
    AZURE = "AZURE"
    ARTIFACT_REGISTRY = "ARTIFACT_REGISTRY"
    QUAY = "QUAY"
    OTHER = "OTHER"


class Visibility(StrEnum):
    """Whether a registry wants credentials."""

    PRIVATE = "PRIVATE"
    PUBLIC = "PUBLIC"


class ConnectionSecurity(StrEnum):
    """How the connection to a registry is secured."""

    SECURE = "SECURE"
    SECURE_WITH_CA = "SECURE_WITH_CA"
    INSECURE = "INSECURE"


class Authentication(StrEnum):
    """Which kind of credentials a registry is used with."""

    ANONYMOUS = "ANONYMOUS"
    ECR_IAM_ROLE = "ECR_IAM_ROLE"
    ECR_ACCESS_KEY = "ECR_ACCESS_KEY"
    USERNAME_PASSWORD = "USERNAME_PASSWORD"  # noqa: S105 - a kind, no secret
    AZURE_SERVICE_PRINCIPAL = "AZURE_SERVICE_PRINCIPAL"
    AZURE_MANAGED_IDENTITY = "AZURE_MANAGED_IDENTITY"
    GCP_SERVICE_ACCOUNT = "GCP_SERVICE_ACCOUNT"
    GCP_WORKLOAD_IDENTITY = "GCP_WORKLOAD_IDENTITY"


class Registry(Row, table=True):
    """An OCI registry that Chartroom knows: host, provider, and how to sign in."""

    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int = identity()
    name: str = Field(unique=True, max_length=200)
    provider: Provider = Field(sa_type=one_of(Provider))
    host: str = Field(max_length=300)
    visibility: Visibility = Field(sa_type=one_of(Visibility))
    authentication: Authentication = Field(sa_type=one_of(Authentication))
    username: str | None = Field(default=None, max_length=2000)
    sign_in: dict[str, Any] = json_column(dict)
    """What signing in needs and is no secret, e.g. the role to assume."""
    connection_security: ConnectionSecurity = Field(sa_type=one_of(ConnectionSecurity))
    ca_certificate: str | None = long_text(default=None)
    use_as_chart_repository: bool = False
    sync_interval_seconds: int | None = None
    version_constraint: str | None = Field(default=None, max_length=1024)
    versions_kept: int | None = None
    next_sync_at: datetime | None = instant(default=None, index=True)
    created_at: datetime = instant()
    updated_at: datetime = instant()


class SealedCredential(Row, table=True):
    """The secret part of a registry's credentials, sealed. See store/sealing.py for what binds it to its row."""

    __tablename__: ClassVar[Any] = "sealed_credential"

    registry_id: int = belongs_to("registry", primary_key=True)
    key_id: str = Field(max_length=64, index=True)
    ciphertext: bytes


class ChartRepository(Row, table=True):
    """A path inside a registry whose tags are versions of one chart, e.g. acme/payments."""

    __tablename__: ClassVar[Any] = "chart_repository"
    __table_args__ = (UniqueConstraint("registry_id", "name"), {"sqlite_autoincrement": True})

    id: int = identity()
    registry_id: int = belongs_to("registry", nullable=False)
    name: str = Field(max_length=255)
    enabled: bool = True
    state: RepositoryState = Field(default=RepositoryState.NEVER_SYNCED, sa_type=one_of(RepositoryState))
    last_error: dict[str, Any] | None = Field(default=None, sa_type=Json)
    """The fault of the last look, as sync_fault has it; null where it succeeded."""
    last_synced_at: datetime | None = instant(default=None)
    last_sync_id: int | None = Field(default=None, sa_type=Identity)
    version_count: int = 0
    listed_empty: bool = False
    """The last complete listing had no tag: a second one confirms removals."""
    created_at: datetime = instant()


class SkippedTag(Row, table=True):
    """A tag that is no chart version, and why. The digest, where known, spares the next sync a look."""

    __tablename__: ClassVar[Any] = "skipped_tag"

    repository_id: int = belongs_to("chart_repository", primary_key=True)
    tag: str = Field(primary_key=True, max_length=300)
    reason: SkipReason = Field(sa_type=one_of(SkipReason))
    digest: str | None = Field(default=None, max_length=200)


class Chart(IndexedChart, table=True):
    """What a repository holds. Everything but the ids is of the latest version, repeated here to be listed fast."""

    __table_args__ = (ranked_by_name(), {"sqlite_autoincrement": True})

    id: int = identity()
    repository_id: int = belongs_to("chart_repository", nullable=False, unique=True)
    registry_id: int = belongs_to("registry", nullable=False, index=True)
    name: str = Field(max_length=300, index=True)
    description: str | None = long_text(default=None)
    icon: str | None = long_text(default=None)
    home: str | None = long_text(default=None)
    sources: list[str] = json_column(list)
    keywords: list[str] = json_column(list)
    maintainers: list[dict[str, Any]] = json_column(list)
    type: str = Field(max_length=20)
    deprecated: bool = False
    latest_version_id: int | None = Field(default=None, sa_type=Identity)
    latest_prerelease_id: int | None = Field(default=None, sa_type=Identity)
    version_count: int = 0
    updated_at: datetime = instant(index=True)


class ChartVersion(Row, table=True):
    """One published version of a chart, under the tag it was found by."""

    __tablename__: ClassVar[Any] = "chart_version"
    __table_args__ = (
        UniqueConstraint("repository_id", "tag"),
        Index("ix_chart_version_chart_id_sort_key", "chart_id", "sort_key", "id"),
        Index(
            "ix_chart_version_signed",
            "repository_id",
            sqlite_where=text("has_provenance OR has_signature"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: int = identity()
    chart_id: int = belongs_to("chart", nullable=False)
    repository_id: int = belongs_to("chart_repository", nullable=False)
    tag: str = Field(max_length=128)
    version: str = Field(max_length=256)
    sort_key: str = Field(sa_type=ByteOrdered)
    """Its byte order is semver's. Source: app.domain.semver."""
    prerelease: bool
    digest: str = Field(max_length=200, index=True)
    archive_digest: str = Field(foreign_key="chart_content.archive_digest", max_length=200, index=True)
    has_provenance: bool = False
    has_signature: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    verification: Verification = Field(
        default=Verification.UNSIGNED,
        sa_type=one_of(Verification),
        sa_column_kwargs={"server_default": Verification.UNSIGNED.value},
    )
    signed_by: str | None = long_text(default=None)
    verification_message: str | None = long_text(default=None)
    trusted_keys: str | None = Field(default=None, max_length=64)
    """Names the set of keys its signatures were checked with; null: they are still to be looked at."""
    created_at: datetime | None = instant(default=None)
    stored_at: datetime = instant()
    removed_at: datetime | None = instant(default=None)
    within_policy: bool = True
    """Outside the registry's version constraint it is not shown, yet not pulled again when that changes."""
    sync_id: int | None = Field(default=None, sa_type=Identity)
    """The sync that stored it last: what a resumed one need not look at again."""


class ChartContent(Row, table=True):
    """What one archive holds, read once: content is addressed by digest, whatever tag it is found under."""

    __tablename__: ClassVar[Any] = "chart_content"

    archive_digest: str = Field(primary_key=True, max_length=200)
    archive_bytes: int
    name: str = Field(max_length=300)
    version: str = Field(max_length=256)
    api_version: str = Field(max_length=20)
    app_version: str | None = long_text(default=None)
    type: str = Field(max_length=20)
    kube_version: str | None = long_text(default=None)
    description: str | None = long_text(default=None)
    home: str | None = long_text(default=None)
    icon: str | None = long_text(default=None)
    deprecated: bool = False
    sources: list[str] = json_column(list)
    keywords: list[str] = json_column(list)
    maintainers: list[dict[str, Any]] = json_column(list)
    annotations: dict[str, str] = json_column(dict)
    dependencies: list[dict[str, Any]] = json_column(list)
    chart_yaml: str = long_text()
    readme_markdown: str | None = long_text(default=None)
    readme_plain: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    """Whether the README is plain text; it is Markdown otherwise."""
    values_yaml: str | None = long_text(default=None)
    values_schema: str | None = long_text(default=None)
    notes: str | None = long_text(default=None)
    files: list[list[Any]] = json_column(list)
    """Pairs of path and size in bytes."""
    images: list[str] = Field(default_factory=list, sa_type=Json, sa_column_kwargs={"server_default": "[]"})
    """References of container images that values and annotations name."""
    changes: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json, sa_column_kwargs={"server_default": "[]"})


class DigestSighting(Row, table=True):
    """A digest that a tag was seen with. More than one for a tag: it was moved."""

    __tablename__: ClassVar[Any] = "digest_sighting"

    repository_id: int = belongs_to("chart_repository", primary_key=True)
    tag: str = Field(primary_key=True, max_length=128)
    digest: str = Field(primary_key=True, max_length=200)
    first_seen_at: datetime = instant()


class Sync(FollowedSync, table=True):
    """One run of bringing a registry's charts into the store. The row is the truth; queues only hint at it."""

    __table_args__ = (
        Index(
            "uq_sync_one_unfinished_for_a_target",
            "registry_id",
            func.coalesce(text("repository_id"), 0),
            unique=True,
            sqlite_where=UNFINISHED,
        ),
        Index("ix_sync_registry_id_id", "registry_id", "id"),
        Index("ix_sync_unfinished", "state", sqlite_where=UNFINISHED),
        {"sqlite_autoincrement": True},
    )

    id: int = identity()
    registry_id: int = belongs_to("registry", nullable=False)
    repository_id: int | None = belongs_to("chart_repository", nullable=True)
    trigger: SyncTrigger = Field(sa_type=one_of(SyncTrigger))
    state: SyncState = Field(default=SyncState.QUEUED, sa_type=one_of(SyncState))
    requested_at: datetime = instant()
    started_at: datetime | None = instant(default=None)
    finished_at: datetime | None = instant(default=None)
    cancel_requested_at: datetime | None = instant(default=None)
    error: dict[str, Any] | None = Field(default=None, sa_type=Json)
    registry_requests: int = 0
    last_sequence: int = 0
    """Of its events."""

    lease_owner: str | None = Field(default=None, max_length=200)
    lease_until: datetime | None = instant(default=None)
    attempt: int = 0
    """Rises with every worker that takes it up. A write with an older one is refused: its writer lost the lease."""

    repositories_total: int | None = None
    repositories_done: int = 0
    versions_total: int | None = None
    versions_done: int = 0
    versions_added: int = 0
    versions_changed: int = 0
    versions_removed: int = 0
    versions_unchanged: int = 0
    versions_failed: int = 0
    bytes_pulled: int = Field(default=0, sa_type=Identity)

    @property
    def progress(self) -> Progress:
        return Progress(**{name: getattr(self, name) for name in Progress.__dataclass_fields__})


class SyncRepository(Row, table=True):
    """How one sync fared with one repository. Finished ones are not looked at again when a sync is resumed."""

    __tablename__: ClassVar[Any] = "sync_repository"

    sync_id: int = belongs_to("sync", primary_key=True)
    repository_id: int = belongs_to("chart_repository", primary_key=True)
    name: str = Field(max_length=255)
    state: RepositoryState = Field(sa_type=one_of(RepositoryState))
    tags: int = 0
    versions_total: int = 0
    versions_added: int = 0
    versions_changed: int = 0
    versions_removed: int = 0
    versions_unchanged: int = 0
    versions_failed: int = 0


class SyncEvent(Row, table=True):
    """Something that happened to a sync. Sequence starts at 1 and has no gaps."""

    __tablename__: ClassVar[Any] = "sync_event"

    sync_id: int = belongs_to("sync", primary_key=True)
    sequence: int = Field(primary_key=True)
    at: datetime = instant()
    kind: EventKind = Field(sa_type=one_of(EventKind))
    detail: dict[str, Any] = json_column(dict)
    progress: dict[str, Any] = json_column(dict)


class SyncFault(Row, table=True):
    """A version or a repository that failed, and why."""

    __tablename__: ClassVar[Any] = "sync_fault"
    __table_args__ = (
        Index("ix_sync_fault_sync_id_id", "sync_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int = identity()
    sync_id: int = belongs_to("sync", nullable=False)
    code: FaultCode = Field(sa_type=one_of(FaultCode))
    message: str = long_text()
    temporary: bool
    repository: str | None = Field(default=None, max_length=255)
    tag: str | None = Field(default=None, max_length=300)
    digest: str | None = Field(default=None, max_length=200)

    @property
    def fault(self) -> Fault:
        return Fault(self.code, self.message, self.temporary, self.repository, self.tag, self.digest)


class ApiToken(Row, table=True):
    """A bearer token. Only its hash is kept."""

    __tablename__: ClassVar[Any] = "api_token"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int = identity()
    name: str = Field(max_length=200)
    role: Role = Field(sa_type=one_of(Role))
    prefix: str = Field(max_length=20)
    secret_hash: str = Field(max_length=64, unique=True)
    """SHA-256 in hex. The secret has 256 random bits, so that no slower hash is needed."""
    created_at: datetime = instant()
    expires_at: datetime | None = instant(default=None)
    last_used_at: datetime | None = instant(default=None)
    revoked_at: datetime | None = instant(default=None)


class AuditEntry(Row, table=True):
    """Who did what to what. Never changed, never deleted by Chartroom."""

    __tablename__: ClassVar[Any] = "audit_entry"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int = identity()
    at: datetime = instant()
    actor: str = Field(max_length=300)
    action: str = Field(max_length=100)
    subject: str = Field(max_length=500)
    detail: dict[str, Any] = json_column(dict)
