"""Every setting: what it does, its unit, its default and the reason for the default.

`docs/settings.md` is printed from this file; a test keeps the two the same.
"""

import re
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MEBIBYTE = 1024 * 1024
EVERY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 - recognised, not listened on
ENVIRONMENT_PREFIX = "CHARTROOM_"
SETTINGS_HEAD = """# Settings

Read from the environment when a command starts. A wrong one ends it with status 2, naming the setting.
Printed by `chartroom settings`.

| Setting | Default | What it does |
|---|---|---|"""


class LogFormat(StrEnum):
    """How log lines look."""

    AUTO = "auto"
    JSON = "json"
    TEXT = "text"


class Settings(BaseSettings):
    """Read from the environment, each name with `CHARTROOM_` before it."""

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    # ── Where it listens ──
    host: str = Field("127.0.0.1", description="Address to listen on. Loopback by default: opening up is a decision.")
    port: int = Field(8000, ge=0, le=65535, description="TCP port to listen on; 0 takes any free one.")
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Web origins, comma-separated, whose pages may call the API, e.g. "
        "`https://store.example.com`. Pages served by Chartroom itself always may.",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Host names, comma-separated, that requests may be addressed to; empty allows any. "
        "Set it where the port is reachable from browsers, against DNS rebinding.",
    )

    public_url: str | None = Field(
        None,
        description="Where registries reach Chartroom, e.g. `https://charts.example.com`: what `webhookUrl` begins "
        "with. Default: `http://` host and port as above, unless it listens on every address or takes any port.",
    )

    # ── What it keeps ──
    data_dir: Path = Field(
        Path(".chartroom"),
        description="Folder for the SQLite file, the archives and the key file, where the settings below "
        "do not say otherwise.",
    )
    database_url: str | None = Field(
        None,
        description="`postgresql+asyncpg://user:password@host/name` or `sqlite+aiosqlite:///path`. "
        "Default: `chartroom.sqlite` in the data folder.",
    )
    database_connections: int = Field(
        30,
        ge=14,
        description="Connections of one process to PostgreSQL at most. Three processes fit its own bound, of 100.",
    )
    archives_url: str | None = Field(
        None,
        description="Where chart archives are kept: `file:///path`, `s3://bucket/prefix`, "
        "`gs://bucket/prefix` or `az://container/prefix`. Default: `archives` in the data folder.",
    )
    keys: SecretStr | None = Field(
        None,
        description="Keys that registry credentials are sealed with: comma-separated, base64 of 32 bytes each. "
        "The first seals, all of them open. Takes precedence over the key file.",
    )
    key_file: Path | None = Field(
        None, description="File with one key a line, newest first. Default: `keys` in the data folder."
    )

    # ── Who may ask ──
    admin_token: SecretStr | None = Field(
        None,
        description="A first ADMIN token given from outside, for scripted starts; at least 20 characters.",
    )
    introspection: bool = Field(
        True,
        description="Whether the schema can be asked for. It is public knowledge, and playgrounds need it.",
    )
    playground: bool = Field(
        True,
        description="Whether browsers that open `/graphql` find a playground there. It may do what the token "
        "pasted into it may, no more.",
    )
    mask_errors: bool = Field(
        True,
        description="Whether unexpected errors are shown as an id only. Off is for development: "
        "stack traces tell attackers about the inside.",
    )
    compiled_documents: bool = Field(
        True,
        description="Whether queries are compiled to Python when they are first asked. The answers are the same "
        "without, and slower: switch it off where an answer looks wrong, to rule it out.",
    )

    # ── How registries are spoken to ──
    allowed_private_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (),
        description="Loopback and private networks, comma-separated CIDRs, that registries may live in, e.g. "
        "`10.0.0.0/8`. None by default, so that nobody can use Chartroom to look around inside. "
        "Cloud metadata and link-local addresses stay refused whatever is set here.",
    )
    requests_per_host: int = Field(
        16,
        ge=1,
        le=256,
        description="Requests under way to one registry host at once, to begin with. Sixteen fill a fast registry "
        "without tripping the limits of the hosted ones. Fewer where it answers 429 or 503, or not in time.",
    )
    requests_per_host_max: int = Field(
        64,
        ge=1,
        le=1024,
        description="Requests under way to one registry host at most: so many where it is far away and answers "
        "as quickly as ever. 64 at 30 ms are 2,000 requests a second.",
    )
    request_timeout_seconds: float = Field(
        30.0, gt=0, description="Longest wait for a registry to begin or go on with an answer."
    )
    pull_timeout_seconds: float = Field(
        300.0, gt=0, description="Longest time one archive may take: 10 MiB at 35 KiB/s."
    )

    # ── Whose signatures are trusted ──
    keyrings: str | None = Field(
        None,
        description="OpenPGP keys that Helm provenance is verified with: files as `gpg --export` writes them, "
        "comma-separated, or armored public keys themselves. None by default: whom to trust is yours to say.",
    )
    cosign_keys: str | None = Field(
        None,
        description="Public keys that cosign signatures are verified with: files such as `cosign.pub`, "
        "comma-separated, or the PEM itself.",
    )

    sigstore_trusted_root: Path | None = Field(
        None,
        description="Trust root that keyless cosign signatures are verified with: a file as Sigstore publishes it, "
        "`trusted_root.json`. Nothing is fetched. Needs the extra `chartroom[verify]`.",
    )
    sigstore_identities: str | None = Field(
        None,
        description="Whom keyless signatures are accepted from: a JSON file, or the JSON itself: a list of objects "
        "with `issuer` and either `subject` or `subjectPattern`, a regular expression for the whole subject.",
    )

    # ── What registries may tell ──
    webhook_delay_seconds: float = Field(
        5.0,
        ge=0,
        description="From a push that a registry tells of to the sync of that repository. What is pushed to it "
        "meanwhile is of the same sync.",
    )
    webhook_body_max_bytes: int = Field(
        256 * 1024, ge=1024, description="Largest notification: EventBridge sends that much, others a few KiB."
    )
    webhooks_per_second: float = Field(
        20.0,
        gt=0,
        description="Notifications of one registry, over ten seconds on average; more are answered 429. "
        "A release of a hundred charts passes.",
    )

    # ── How syncs run ──
    worker_in_process: bool = Field(
        True,
        description="Whether `chartroom serve` syncs too. Off where `chartroom worker` runs beside it.",
    )
    worker_niceness: int = Field(
        10,
        ge=0,
        le=19,
        description="How far `chartroom worker` and its readers give way to others on the same cores: people who wait "
        "for a page come before syncs. Changes nothing where there are cores for all.",
    )
    syncs_at_once: int = Field(
        4, ge=1, le=64, description="Syncs that one worker runs at once; each waits mostly for its registry."
    )
    versions_at_once: int = Field(
        128,
        ge=1,
        le=1024,
        description="Chart versions of one sync under way at once: as many as `REQUESTS_PER_HOST_MAX`, and as many "
        "again that are being read or written.",
    )
    in_flight_max_bytes: int = Field(
        24 * MEBIBYTE,
        ge=MEBIBYTE,
        description="Archive bytes in memory at once in one sync, whatever the number of versions: "
        "two of the largest archives allowed, or a thousand usual ones.",
    )
    lease_seconds: float = Field(
        20.0,
        gt=0,
        description="How long a silent worker keeps its sync before another may take it over. "
        "It reports every quarter of that.",
    )
    readers: int = Field(
        1,
        ge=1,
        le=64,
        description="Processes that read archives. One reads about 2,000 charts a second; more help only "
        "where cores are idle.",
    )
    reading_timeout_seconds: float = Field(
        20.0, gt=0, description="Longest time reading one archive may take; usual ones take a millisecond."
    )
    comparing_timeout_seconds: float = Field(
        5.0,
        gt=0,
        description="Longest time that comparing two versions, checking values against a schema, or rendering a README "
        "may take; usual charts take a tenth of a second at most.",
    )
    reader_memory_max_bytes: int = Field(
        512 * MEBIBYTE,
        ge=64 * MEBIBYTE,
        description="Memory one reading process may take: the inflated archive (32 MiB), its text and its HTML, "
        "several times over.",
    )
    syncs_retained: int = Field(
        200, ge=1, description="Finished syncs kept for each registry, with their events and faults."
    )
    archives_retained_days: int = Field(
        7,
        ge=1,
        description="How long archives are kept that no version refers to any more, e.g. of a deleted registry.",
    )
    shutdown_grace_seconds: float = Field(
        8.0,
        ge=0,
        description="How long requests, and then syncs, may go on after SIGTERM. Syncs need no more: what they "
        "stored is kept, and they go on at the next start. Two seconds later the process ends, whatever it waits for.",
    )

    # ── Bounds of what a registry may send ──
    archive_max_bytes: int = Field(
        10 * MEBIBYTE, ge=1024, description="Largest compressed archive. Helm's own charts stay far below."
    )
    archive_inflated_max_bytes: int = Field(32 * MEBIBYTE, ge=1024, description="Largest archive once inflated.")
    tags_max: int = Field(
        100_000, ge=1, description="Tags of one repository. ECR allows 100,000 images in a repository."
    )

    # ── Bounds of what may be asked ──
    body_max_bytes: int = Field(
        64 * 1024, ge=1024, description="Largest GraphQL request body; a CA certificate and a key file fit."
    )
    query_max_tokens: int = Field(1000, ge=50, description="Tokens of one GraphQL document.")
    query_max_depth: int = Field(12, ge=3, description="Depth of one GraphQL operation.")
    query_max_aliases: int = Field(15, ge=1, description="Aliases of one GraphQL operation.")
    query_max_nodes: int = Field(
        10_000,
        ge=100,
        description="Objects one operation may ask for, by the `first` of its connections: "
        "100 charts with 100 versions each.",
    )
    answer_max_bytes: int = Field(
        16 * MEBIBYTE,
        ge=MEBIBYTE,
        description="Texts (README, values, files and the like) that one operation may bring, in bytes. README, values "
        "and schema of one version at their bounds are 11 MiB, the READMEs of a hundred usual versions three.",
    )
    operations_per_connection: int = Field(20, ge=1, description="Operations under way at once on one WebSocket.")

    kept_answers_max_bytes: int = Field(
        32 * MEBIBYTE,
        ge=0,
        description="Memory for answers about charts that are given again while nothing in the store changes: "
        "some 3,000 pages of twenty charts. 0 keeps none.",
    )

    # ── What it tells ──
    log_level: str = Field("INFO", description="Least severity that is logged.")
    log_format: LogFormat = Field(
        LogFormat.AUTO, description="`json`, `text`, or `auto`: text on a terminal, JSON elsewhere."
    )
    metrics: bool = Field(True, description="Whether `/metrics` answers, without a token: numbers only, no names.")

    @field_validator("allowed_origins", "allowed_hosts", "allowed_private_networks", mode="before")
    @classmethod
    def _split_at_commas(cls, given: object) -> object:
        if isinstance(given, str):
            return tuple(part.strip() for part in given.split(",") if part.strip())
        return given

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, given: str | None) -> str | None:
        if given is not None and not re.fullmatch(r"https?://[^/?#\s@]+(/[^?#\s]*)?", given):
            raise ValueError("must be like https://charts.example.com, without query and credentials")
        return given

    @field_validator("log_level")
    @classmethod
    def _is_a_level(cls, given: str) -> str:
        if given.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return given.upper()

    @field_validator("database_url")
    @classmethod
    def _has_an_async_driver(cls, given: str | None) -> str | None:
        if given is None or given.startswith(("postgresql+asyncpg://", "sqlite+aiosqlite://")):
            return given
        if given.startswith(("postgres://", "postgresql://")):
            return "postgresql+asyncpg://" + given.split("://", 1)[1]
        raise ValueError("must start with postgresql+asyncpg:// or sqlite+aiosqlite:///")

    @field_validator("admin_token")
    @classmethod
    def _is_long_enough(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None and len(given.get_secret_value()) < 20:
            raise ValueError("must have at least 20 characters, so that it cannot be guessed")
        return given

    @property
    def database(self) -> str:
        """The database URL, the default filled in."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir.absolute() / 'chartroom.sqlite'}"

    @property
    def public_address(self) -> str | None:
        """Where registries reach Chartroom, the default filled in; None where nobody can know."""
        if self.public_url or not self.port or self.host in EVERY_ADDRESS:
            return self.public_url
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def archives(self) -> str:
        """The URL of the archives, the default filled in."""
        return self.archives_url or (self.data_dir.absolute() / "archives").as_uri()

    @property
    def key_path(self) -> Path:
        """The key file, the default filled in."""
        return self.key_file or self.data_dir / "keys"


def as_markdown(kind: type[Settings] = Settings) -> str:
    """Every setting as docs/settings.md has it: name, default, what it does."""
    rows = [
        f"| `{ENVIRONMENT_PREFIX}{name.upper()}` | {_shown(field.default)} | {field.description} |"
        for name, field in kind.model_fields.items()
    ]
    return "\n".join([SETTINGS_HEAD, *rows]) + "\n"


def _shown(default: object) -> str:
    if default is None or default == ():
        return "–"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`"
