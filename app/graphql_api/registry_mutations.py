"""Registering, changing, testing and deleting registries and their repositories."""

from typing import Annotated

import strawberry

from app.graphql_api.context import Info, actor_of
from app.graphql_api.paging import decode_id, encode_id
from app.graphql_api.permissions import manage_field
from app.graphql_api.registries import ChartRepository, Registry, registry_of, repository_of
from app.graphql_api.registry_inputs import RegisterRegistryInput, UpdateRegistryInput
from app.graphql_api.syncs import Sync, sync_of
from app.graphql_api.user_errors import UserError, attempt
from app.oci_client.stages import Stage, StageKind, StageOutcome
from app.store import entities

ERRORS_DESCRIPTION = "What is to be mended; then nothing was done."


@strawberry.type(description="One step of a connection.")
class ConnectionStage:
    kind: StageKind = strawberry.field(description="Which step.")
    outcome: StageOutcome = strawberry.field(description="What came of it.")
    message: str = strawberry.field(description="What was found, or what to mend.")
    repository: str | None = strawberry.field(description="For REPOSITORY.")
    milliseconds: int | None = strawberry.field(description="How long it took.")


@strawberry.type(description="What came of trying a connection.")
class ConnectionReport:
    ok: bool = strawberry.field(description="Whether nothing failed.")
    stages: list[ConnectionStage] = strawberry.field(
        description="In order; the first that fails says what to mend, the rest are SKIPPED."
    )


@strawberry.type(description="What came of registering a registry.")
class RegisterRegistryPayload:
    registry: Registry | None = strawberry.field(description="The new registry.")
    sync: Sync | None = strawberry.field(description="The first sync, where the registry is a chart repository.")
    user_errors: list[UserError] = strawberry.field(description=ERRORS_DESCRIPTION)


@strawberry.type(description="What came of changing a registry.")
class UpdateRegistryPayload:
    registry: Registry | None = strawberry.field(description="The registry, as it is now.")
    user_errors: list[UserError] = strawberry.field(description=ERRORS_DESCRIPTION)


@strawberry.type(description="What came of deleting a registry.")
class DeleteRegistryPayload:
    deleted_registry_id: strawberry.ID | None = strawberry.field(description="The id it had.")
    user_errors: list[UserError] = strawberry.field(description=ERRORS_DESCRIPTION)


@strawberry.type(description="What came of making a new webhook address.")
class RenewWebhookUrlPayload:
    webhook_url: str | None = strawberry.field(
        description="Where notifications are to be sent from now on; the address before leads nowhere."
    )
    user_errors: list[UserError] = strawberry.field(description=ERRORS_DESCRIPTION)


@strawberry.type(description="What came of testing a connection.")
class TestRegistryPayload:
    report: ConnectionReport | None = strawberry.field(description="Step by step.")
    user_errors: list[UserError] = strawberry.field(
        description="What of the input is to be mended before it can be tried."
    )


@strawberry.type(description="What came of adding repositories.")
class RepositoriesPayload:
    repositories: list[ChartRepository] = strawberry.field(
        description="All that were named, those too that were there before."
    )
    user_errors: list[UserError] = strawberry.field(description=ERRORS_DESCRIPTION)


@strawberry.type(description="What came of removing repositories.")
class RemoveRepositoriesPayload:
    removed_repository_ids: list[strawberry.ID] = strawberry.field(description="The ids they had.")
    user_errors: list[UserError] = strawberry.field(description=ERRORS_DESCRIPTION)


@strawberry.type(description="What came of changing a repository.")
class RepositoryPayload:
    repository: ChartRepository | None = strawberry.field(description="The repository, as it is now.")
    user_errors: list[UserError] = strawberry.field(description=ERRORS_DESCRIPTION)


def report_of(stages: list[Stage]) -> ConnectionReport:
    return ConnectionReport(
        ok=all(stage.outcome is not StageOutcome.FAILED for stage in stages),
        stages=[
            ConnectionStage(
                kind=stage.kind,
                outcome=stage.outcome,
                message=stage.message,
                repository=stage.repository,
                milliseconds=stage.milliseconds,
            )
            for stage in stages
        ],
    )


Registering = Annotated[RegisterRegistryInput, strawberry.argument(name="input", description="The registry.")]
Changing = Annotated[UpdateRegistryInput, strawberry.argument(name="input", description="What is to be otherwise.")]
RegistryId = Annotated[strawberry.ID, strawberry.argument(name="id", description="Which registry.")]
RepositoryId = Annotated[strawberry.ID, strawberry.argument(name="id", description="Which repository.")]


@strawberry.type
class RegistryMutations:
    """Fields of Mutation."""

    @manage_field(description="Registers a registry, and syncs it where it is a chart repository.")
    async def register_registry(self, info: Info, given: Registering) -> RegisterRegistryPayload:
        registering = info.context.services.registering
        done, errors = await attempt(lambda: registering.register(given.registration(), actor_of(info)))
        info.context.forget()
        row, sync = done or (None, None)
        return RegisterRegistryPayload(
            registry=registry_of(row) if row else None, sync=sync_of(sync) if sync else None, user_errors=errors
        )

    @manage_field(description="Changes a registry. Credentials are kept where the host stays and none are given.")
    async def update_registry(self, info: Info, given: Changing) -> UpdateRegistryPayload:
        registering = info.context.services.registering
        row, errors = await attempt(lambda: registering.change(given.change(), actor_of(info)))
        info.context.forget()
        return UpdateRegistryPayload(registry=registry_of(row) if row else None, user_errors=errors)

    @manage_field(
        description="Removes the registry, its credentials, its repositories and their charts from the store. "
        "The registry itself is not touched."
    )
    async def delete_registry(self, info: Info, identity: RegistryId) -> DeleteRegistryPayload:
        number = decode_id(identity, "Registry")
        _, errors = await attempt(lambda: info.context.services.registering.delete(number, actor_of(info)))
        info.context.forget()
        return DeleteRegistryPayload(deleted_registry_id=None if errors else identity, user_errors=errors)

    @manage_field(
        description="Step by step: does the name resolve, does TLS hold, does the login work, "
        "can each repository be listed, is it a chart? Stores nothing."
    )
    async def test_registry(self, info: Info, given: Registering) -> TestRegistryPayload:
        probing = info.context.services.probing
        stages, errors = await attempt(lambda: probing.probe_draft(given.registration()))
        return TestRegistryPayload(report=None if stages is None else report_of(stages), user_errors=errors)

    @manage_field(description="The same for a registry that is stored.")
    async def test_stored_registry(self, info: Info, identity: RegistryId) -> TestRegistryPayload:
        number = decode_id(identity, "Registry")
        stages, errors = await attempt(lambda: info.context.services.probing.probe_stored(number))
        return TestRegistryPayload(report=None if stages is None else report_of(stages), user_errors=errors)

    @manage_field(description="Makes a new address for push notifications, where the one before has become known.")
    async def renew_webhook_url(self, info: Info, identity: RegistryId) -> RenewWebhookUrlPayload:
        number, addressing = decode_id(identity, "Registry"), info.context.services.addressing
        url, errors = await attempt(lambda: addressing.renew(number, actor_of(info)))
        return RenewWebhookUrlPayload(webhook_url=url, user_errors=errors)

    @manage_field(description="Adds repositories, and syncs them where the registry is a chart repository.")
    async def add_repositories(
        self,
        info: Info,
        registry_id: Annotated[strawberry.ID, strawberry.argument(description="To which registry.")],
        names: Annotated[list[str], strawberry.argument(description="Paths inside the registry.")],
    ) -> RepositoriesPayload:
        number, registering = decode_id(registry_id, "Registry"), info.context.services.registering
        rows, errors = await attempt(lambda: registering.add_repositories(number, names, actor_of(info)))
        info.context.forget()
        return RepositoriesPayload(repositories=_all(rows), user_errors=errors)

    @manage_field(description="Removes repositories and their charts from the store; all of them, or none.")
    async def remove_repositories(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Which repositories.")],
    ) -> RemoveRepositoriesPayload:
        numbers, registering = [decode_id(one, "ChartRepository") for one in ids], info.context.services.registering
        removed, errors = await attempt(lambda: registering.remove_repositories(numbers, actor_of(info)))
        info.context.forget()
        gone = [encode_id("ChartRepository", number) for number in removed or ()]
        return RemoveRepositoriesPayload(removed_repository_ids=gone, user_errors=errors)

    @manage_field(description="Whether syncs look at a repository; what is stored of it stays either way.")
    async def set_repository_enabled(
        self,
        info: Info,
        identity: RepositoryId,
        enabled: Annotated[bool, strawberry.argument(description="Whether syncs look at it.")],
    ) -> RepositoryPayload:
        number, registering = decode_id(identity, "ChartRepository"), info.context.services.registering
        row, errors = await attempt(lambda: registering.enable_repository(number, enabled, actor_of(info)))
        info.context.forget()
        return RepositoryPayload(repository=repository_of(row) if row else None, user_errors=errors)


def _all(rows: list[entities.ChartRepository] | None) -> list[ChartRepository]:
    return [repository_of(row) for row in rows or ()]
