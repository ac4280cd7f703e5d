"""Registries and their repositories: registered, changed, deleted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.errors import Conflict, Invalid, NameTaken, NotFound, Refusal, Refusals
from app.domain.sync_events import SyncState, SyncTrigger
from app.oci_client.credentials import Anonymous
from app.oci_client.reference import RegistryHost
from app.services import auditing
from app.services.clock import Clock, utc_now
from app.services.connecting import Target, take_apart
from app.services.drafting import Drafting, ProviderChoice, Registration
from app.services.known_providers import import_ways
from app.services.triggering import Triggering, next_sync_at
from app.store import name_words, registries, syncs
from app.store.entities import Authentication, ChartRepository, ConnectionSecurity, Registry, Sync, Visibility
from app.store.sealing import Sealer
from app.store.session import Store

TARGETED_SYNCS_MAX = 20  # repositories added at once beyond that are synced with the whole registry


class Unchanged(Enum):
    """What an update leaves as it is; None would set it to nothing."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED


@dataclass(frozen=True, slots=True)
class Change:
    """What of a registry is to be otherwise."""

    registry_id: int
    name: str | Unchanged = UNCHANGED
    visibility: Visibility | Unchanged = UNCHANGED
    choice: ProviderChoice | Unchanged = UNCHANGED
    use_as_chart_repository: bool | Unchanged = UNCHANGED
    sync_interval_seconds: int | Unchanged | None = UNCHANGED
    version_constraint: str | Unchanged | None = UNCHANGED
    versions_kept: int | Unchanged | None = UNCHANGED


class Registering:
    """Writes registries. Secrets go in sealed and never come out here."""

    def __init__(
        self,
        store: Store,
        sealer: Sealer,
        drafting: Drafting,
        triggering: Triggering,
        clock: Clock = utc_now,
    ) -> None:
        self._store = store
        self._sealer = sealer
        self._drafting = drafting
        self._triggering = triggering
        self._clock = clock

    async def register(self, registration: Registration, actor: str) -> tuple[Registry, Sync | None]:
        """The registry, and its first sync where it is a chart repository with repositories. Raises Refusals."""
        await import_ways()
        target, names = self._drafting.check(registration)
        now = self._clock()
        registry = Registry(
            name=registration.name.strip(),
            visibility=registration.visibility,
            use_as_chart_repository=registration.use_as_chart_repository,
            sync_interval_seconds=registration.sync_interval_seconds,
            version_constraint=registration.version_constraint,
            versions_kept=registration.versions_kept,
            created_at=now,
            updated_at=now,
            **_target_columns(target),
        )
        registry.next_sync_at = next_sync_at(registry, now)
        try:
            async with self._store.writing() as session:
                session.add(registry)
                await session.flush()
                await self._seal(session, registry.id, target)
                session.add_all(ChartRepository(registry_id=registry.id, name=name, created_at=now) for name in names)
                auditing.record(session, self._clock, actor, "registry.register", registry.name, **_told(registry))
        except IntegrityError:
            raise _name_taken(registry.name) from None
        return registry, await self._sync_as_it_is_now(registry, None, actor) if names else None

    async def change(self, change: Change, actor: str) -> Registry:
        """Raises Refusals, NotFound. A sync that runs against the old target is asked to stop, and another follows."""
        await import_ways()
        registry = await self._found(change.registry_id)
        await self._check(change, registry)
        target = await self._changed_target(change, registry)
        was_chart_repository = registry.use_as_chart_repository
        now = self._clock()
        try:
            async with self._store.writing() as session:
                registry = _still_there(await registries.find_to_change(session, change.registry_id))
                if target is not None and target.credential is KEPT and not _as_safe_there(target, registry):
                    # Somebody changed it since it was looked at: what is stored is for another host now.
                    raise Refusals([Conflict("The registry was changed in this very moment. Try again.", "input")])
                policy = (registry.version_constraint, registry.versions_kept)
                for name in (
                    "name",
                    "visibility",
                    "use_as_chart_repository",
                    "sync_interval_seconds",
                    "version_constraint",
                    "versions_kept",
                ):
                    value = getattr(change, name)
                    if value is not UNCHANGED:
                        setattr(registry, name, value.strip() if name == "name" else value)
                if target is not None:
                    for name, value in _target_columns(target).items():
                        setattr(registry, name, value)
                    await self._seal(session, registry.id, target)
                registry.updated_at = now
                registry.next_sync_at = next_sync_at(registry, now)
                session.add(registry)
                if target is not None or not registry.use_as_chart_repository:
                    await self._stop_syncs(session, registry)
                auditing.record(session, self._clock, actor, "registry.update", registry.name, **_told(registry))
        except IntegrityError:
            raise _name_taken(str(change.name)) from None
        newly = registry.use_as_chart_repository and not was_chart_repository
        if newly or policy != (registry.version_constraint, registry.versions_kept):
            await self._sync_as_it_is_now(registry, None, actor)
        return registry

    async def delete(self, registry_id: int, actor: str) -> None:
        """Takes everything along that belongs to it. A sync that runs finds its row gone and stops."""
        async with self._store.writing() as session:
            registry = await registries.find(session, registry_id)
            if registry is None:
                raise NotFound("There is no such registry; it may have been deleted already.", "id")
            names = await name_words.names_of_charts(session, registry_id=registry_id)
            await registries.delete_registry(session, registry_id)
            auditing.record(session, self._clock, actor, "registry.delete", registry.name, host=registry.host)
        await name_words.forget_words(self._store, names)

    # ── Repositories ──

    async def add_repositories(self, registry_id: int, given: Sequence[str], actor: str) -> list[ChartRepository]:
        """All that were named, those that were there before too. New ones are synced. Raises Refusals, NotFound."""
        registry = await self._found(registry_id, "registryId")
        names, refusals = self._drafting.repository_names(
            registry.provider, RegistryHost.parse(registry.host), given, "names"
        )
        if refusals:
            raise Refusals(refusals)
        now = self._clock()
        async with self._store.writing() as session:
            known = await registries.repository_names(session, registry_id)
            fresh = [name for name in names if name not in known]
            added = [ChartRepository(registry_id=registry_id, name=name, created_at=now) for name in fresh]
            session.add_all(added)
            await session.flush()
            if fresh:
                auditing.record(session, self._clock, actor, "repository.add", registry.name, repositories=fresh)
            rows = await registries.find_repositories_by_name(session, registry_id, names)
        if registry.use_as_chart_repository:
            targets = [row.id for row in added] if len(added) <= TARGETED_SYNCS_MAX else [None]
            for repository_id in targets:
                await self._sync_as_it_is_now(registry, repository_id, actor)
        return rows

    async def remove_repositories(self, ids: Sequence[int], actor: str) -> list[int]:
        """Takes their charts along. Raises NotFound where one does not exist: then none is removed."""
        async with self._store.writing() as session:
            found = await registries.find_repositories(session, ids)
            if missing := [place for place, repository_id in enumerate(ids) if repository_id not in found]:
                raise NotFound("There is no such repository; nothing was removed.", "ids", str(missing[0]))
            names = await name_words.names_of_charts(session, repository_ids=ids)
            await registries.delete_repositories(session, ids)
            for row in found.values():
                auditing.record(session, self._clock, actor, "repository.remove", row.name)
        await name_words.forget_words(self._store, names)
        return list(ids)

    async def enable_repository(self, repository_id: int, enabled: bool, actor: str) -> ChartRepository:
        """Disabled ones keep what is stored and are not synced any more. Raises NotFound."""
        async with self._store.writing() as session:
            row = await registries.find_repository(session, repository_id)
            if row is None:
                raise NotFound("There is no such repository.", "id")
            row.enabled = enabled
            session.add(row)
            action = "repository.enable" if enabled else "repository.disable"
            auditing.record(session, self._clock, actor, action, row.name)
        return row

    # ── Parts ──

    async def _found(self, registry_id: int, *field: str) -> Registry:
        async with self._store.reading() as session:
            registry = await registries.find(session, registry_id)
        return _still_there(registry, *(field or ("input", "id")))

    async def _check(self, change: Change, registry: Registry) -> None:
        refusals: list[Refusal] = []
        if change.name is not UNCHANGED:
            refusals += self._drafting.check_name(change.name)
        if change.sync_interval_seconds is not UNCHANGED:
            refusals += self._drafting.check_schedule(change.sync_interval_seconds)
        refusals += self._drafting.check_policy(
            None if change.version_constraint is UNCHANGED else change.version_constraint,
            None if change.versions_kept is UNCHANGED else change.versions_kept,
        )
        if (
            change.choice is UNCHANGED
            and change.visibility is not UNCHANGED
            and change.visibility is not registry.visibility
        ):
            if change.visibility is Visibility.PRIVATE:
                refusals.append(
                    Invalid("To make a registry private, give its provider with credentials.", "input", "provider")
                )
            else:
                refusals.append(
                    Invalid("To make a registry public, give its provider without credentials.", "input", "provider")
                )
        if refusals:
            raise Refusals(refusals)

    async def _changed_target(self, change: Change, registry: Registry) -> Target | None:
        """The new target; None where there is none. Credentials are kept where none are given, but only for
        the host they were entered for: else whoever may edit a registry could send them anywhere, in clear even.
        A CA certificate, which is no secret, is kept wherever one is wanted and none is given."""
        if change.choice is UNCHANGED:
            return None
        visibility = registry.visibility if change.visibility is UNCHANGED else change.visibility
        choice = change.choice
        if choice.connection_security is ConnectionSecurity.SECURE_WITH_CA and not choice.ca_certificate:
            choice = replace(choice, ca_certificate=registry.ca_certificate)
        keeps = choice.credential is None and visibility is Visibility.PRIVATE
        if keeps and registry.authentication is not Authentication.ANONYMOUS:
            target, refusals = self._drafting.target(choice, Visibility.PUBLIC)
            if target is not None and not _as_safe_there(target, registry):
                raise Refusals(
                    [
                        Invalid(
                            f"The stored credentials were entered for {registry.host} "
                            f"({registry.connection_security.value}). Enter those for {target.host} "
                            f"({target.connection_security.value}).",
                            *choice.path,
                            choice.credential_field,
                        )
                    ]
                )
            if target is not None:
                return replace(target, credential=KEPT)
        else:
            target, refusals = self._drafting.target(choice, visibility)
        if refusals or target is None:
            raise Refusals(refusals)
        return target

    async def _seal(self, session: AsyncSession, registry_id: int, target: Target) -> None:
        if target.credential is KEPT:
            return
        secret = take_apart(target.credential).secret
        if secret:
            key_id, ciphertext = self._sealer.seal(secret, registry_id)
            await registries.seal_credential(session, registry_id, key_id, ciphertext)
        else:
            await registries.forget_credential(session, registry_id)

    async def _sync_as_it_is_now(self, registry: Registry, repository_id: int | None, actor: str) -> Sync | None:
        if not registry.use_as_chart_repository:
            return None
        trigger = SyncTrigger.REGISTRATION
        return await self._triggering.start_again_after(registry.id, repository_id, trigger, actor)

    async def _stop_syncs(self, session: AsyncSession, registry: Registry) -> None:
        """Those that look at what is no more; others follow them, where there is still something to look at."""
        for sync in await syncs.unfinished_of(session, registry.id):
            if registry.use_as_chart_repository:
                if sync.state is SyncState.QUEUED:
                    continue  # it will read the registry as it is now
                sync.follow_up = SyncTrigger.REGISTRATION
            sync.cancel_requested_at = self._clock()
            sync.parked_until = None  # a worker has to see it, to end it
            session.add(sync)


KEPT = Anonymous()
"""Stands for the credential that is stored already; told from a real one by identity."""


def _still_there(registry: Registry | None, *field: str) -> Registry:
    if registry is None:
        raise NotFound("There is no such registry; it may have been deleted.", *(field or ("input", "id")))
    return registry


def _as_safe_there(target: Target, registry: Registry) -> bool:
    """Whether the stored credentials go to the host they were entered for, by a connection no weaker than then."""
    if (target.provider, str(target.host)) != (registry.provider, registry.host):
        return False
    insecure = ConnectionSecurity.INSECURE
    return target.connection_security is not insecure or registry.connection_security is insecure


def _target_columns(target: Target) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "provider": target.provider,
        "host": str(target.host),
        "connection_security": target.connection_security,
        "ca_certificate": target.ca_certificate,
    }
    if target.credential is not KEPT:
        stored = take_apart(target.credential)
        columns |= {
            "authentication": stored.authentication,
            "username": stored.username,
            "sign_in": stored.sign_in,
        }
    return columns


def _told(registry: Registry) -> dict[str, Any]:
    """What the audit log says of a registry: no secret, and whether its connection is insecure."""
    return {
        "provider": registry.provider.value,
        "host": registry.host,
        "authentication": registry.authentication.value,
        "connectionSecurity": registry.connection_security.value,
        "useAsChartRepository": registry.use_as_chart_repository,
    }


def _name_taken(name: str) -> Refusals:
    return Refusals([NameTaken(f"There is a registry named {name} already. Choose another name.", "input", "name")])
