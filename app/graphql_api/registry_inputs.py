"""What clients give to register or change a registry."""

from typing import Any

import strawberry
from strawberry.utils.str_converters import to_camel_case

from app.domain.errors import Refusal, Refusals, Required
from app.graphql_api.paging import decode_id
from app.graphql_api.provider_inputs import ProviderInput
from app.services.drafting import Registration
from app.services.registering import UNCHANGED, Change, Unchanged
from app.store.entities import Visibility


@strawberry.input(description="A registry to register or to test.")
class RegisterRegistryInput:
    name: str = strawberry.field(description="Unique; may be changed later.")
    visibility: Visibility = strawberry.field(description="Whether it wants credentials.")
    provider: ProviderInput = strawberry.field(description="Who runs it, and how to sign in.")
    use_as_chart_repository: bool = strawberry.field(
        default=False, description="Whether its charts are brought into the store."
    )
    repositories: list[str] = strawberry.field(
        default_factory=list,
        description="username/chartname each; needed where useAsChartRepository is true, "
        "unless discovery is used later.",
    )
    sync_interval_seconds: int | None = strawberry.field(
        default=None, description="Seconds between two scheduled syncs; null: only by hand or webhook."
    )
    version_constraint: str | None = strawberry.field(
        default=None, description="Only versions inside this semver constraint are kept; null: all."
    )
    versions_kept: int | None = strawberry.field(
        default=None, description="At most this many newest versions are kept for each chart; null: all."
    )

    def registration(self) -> Registration:
        """Raises Refusals."""
        return Registration(
            name=self.name,
            visibility=self.visibility,
            choice=self.provider.choice(),
            use_as_chart_repository=self.use_as_chart_repository,
            repositories=self.repositories,
            sync_interval_seconds=self.sync_interval_seconds,
            version_constraint=self.version_constraint or None,
            versions_kept=self.versions_kept,
        )


@strawberry.input(description="Absent fields stay as they are. Credentials are replaced whole or kept.")
class UpdateRegistryInput:
    id: strawberry.ID = strawberry.field(description="Which registry.")
    name: strawberry.Maybe[str | None] = strawberry.field(description="Its new name.")
    visibility: strawberry.Maybe[Visibility | None] = strawberry.field(description="Whether it wants credentials.")
    provider: strawberry.Maybe[ProviderInput | None] = strawberry.field(
        description="Who runs it. Without credentials those that are stored are kept, as long as the host stays."
    )
    use_as_chart_repository: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether its charts are brought into the store."
    )
    sync_interval_seconds: strawberry.Maybe[int | None] = strawberry.field(
        description="Seconds between two scheduled syncs; null: only by hand or webhook."
    )
    version_constraint: strawberry.Maybe[str | None] = strawberry.field(
        description="Only versions inside this semver constraint are kept; null: all."
    )
    versions_kept: strawberry.Maybe[int | None] = strawberry.field(
        description="At most this many newest versions are kept for each chart; null: all."
    )

    def change(self) -> Change:
        """Raises BadId, Refusals."""
        cannot_be_null = ("name", "visibility", "provider", "use_as_chart_repository")
        if refusals := [_needed(name) for name in cannot_be_null if _is_null(getattr(self, name))]:
            raise Refusals(refusals)
        provider = _value(self.provider)
        constraint = _value(self.version_constraint)
        return Change(
            registry_id=decode_id(self.id, "Registry"),
            name=_value(self.name),
            visibility=_value(self.visibility),
            choice=provider if provider is UNCHANGED else provider.choice(),
            use_as_chart_repository=_value(self.use_as_chart_repository),
            sync_interval_seconds=_value(self.sync_interval_seconds),
            version_constraint=constraint if constraint is UNCHANGED else constraint or None,
            versions_kept=_value(self.versions_kept),
        )


def _value(given: strawberry.Some[Any] | None) -> Any | Unchanged:
    return UNCHANGED if given is None else given.value


def _is_null(given: strawberry.Some[Any] | None) -> bool:
    return given is not None and given.value is None


def _needed(name: str) -> Refusal:
    shown = to_camel_case(name)
    return Required(f"{shown} cannot be null; leave it out to keep it as it is.", "input", shown)
