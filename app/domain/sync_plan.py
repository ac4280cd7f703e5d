"""What a sync has to do: the difference between what a repository lists and what the store holds.

Planning is the resume logic: what a dead sync stored is held, so the next plan is shorter.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from app.domain.faults import Fault, FaultCode
from app.domain.semver import InvalidVersion, Version
from app.domain.semver_constraint import Constraint
from app.domain.sync_events import SkipReason

CHART_ARTIFACT_TYPE = "application/vnd.cncf.helm.config.v1+json"
"""Of a chart's config, by which listings tell charts from images. Source: helm, pkg/registry/constants.go."""

SIGNATURE_TAG = re.compile(r"sha256-[0-9a-f]{64}(?:\.[A-Za-z0-9]+)?")
"""Tags that cosign and the referrers fallback put beside charts. Source: cosign, distribution-spec 1.1."""


TRIED_AGAIN_AFTER: Final = timedelta(hours=1)
TRIED_AGAIN_AFTER_MAX: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ListedTag:
    """A tag as the registry lists it; digest and artifact type are None where its listing does not say."""

    tag: str
    digest: str | None = None
    artifact_type: str | None = None


@dataclass(frozen=True, slots=True)
class HeldTag:
    """A tag as the store holds it: as a chart version, or remembered as no chart."""

    tag: str
    digest: str
    version_id: int | None = None
    within_policy: bool = True
    removed: bool = False
    stored_by_this_sync: bool = False
    archive_lost: bool = False

    @property
    def is_version(self) -> bool:
        return self.version_id is not None

    @property
    def shown(self) -> bool:
        """Whether it is a version that people see."""
        return self.is_version and self.within_policy and not self.removed

    @property
    def sound(self) -> bool:
        """Whether it is shown, and nothing of it is missing."""
        return self.shown and not self.archive_lost


@dataclass(frozen=True, slots=True)
class FailedTag:
    """A tag whose digest brought a lasting fault, as often as `tries` says."""

    tag: str
    digest: str
    code: FaultCode
    message: str
    tries: int
    next_try_at: datetime
    failed_in_this_sync: bool = False

    def told_again(self, repository: str) -> Fault:
        """The fault in a sync that does not pull the tag again."""
        when = f"{self.next_try_at:%Y-%m-%d %H:%M} UTC"
        message = f"{self.message} It is pulled again after {when}, or when the tag moves or a sync is started by hand."
        return Fault(self.code, message, False, repository, self.tag, self.digest)


def tried_again_after(tries: int) -> timedelta:
    """How long a digest that failed so often is let be: 1, 2, 4, 8, 16 hours, then a day."""
    doublings = min(tries - 1, 8)  # a day is reached before
    return min(TRIED_AGAIN_AFTER * (1 << doublings), TRIED_AGAIN_AFTER_MAX)


@dataclass(frozen=True, slots=True)
class Failures:
    """What failed before in a repository, by tag, and what time it is. By hand all of it is tried again."""

    tags: Mapping[str, FailedTag]
    now: datetime
    by_hand: bool = False

    def waiting(self, tag: str) -> FailedTag | None:
        """The failure for whose sake the tag is not to be pulled now, unless it has another digest."""
        failed = self.tags.get(tag)
        if failed is None or failed.failed_in_this_sync:
            return failed
        return None if self.by_hand or self.now >= failed.next_try_at else failed


@dataclass(frozen=True, slots=True)
class Policy:
    """Which versions a registry's owner wants kept."""

    constraint: Constraint | None = None
    versions_kept: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One tag to look at. `held` is what the store has under it; `digest` what the listing said, if it did.

    `failed` is what came of it before; where that is `waiting`, its digest is not to be pulled now.
    """

    tag: str
    digest: str | None
    held: HeldTag | None
    failed: FailedTag | None = None
    waiting: bool = False

    @property
    def known_digest(self) -> str | None:
        """That of which nothing need be pulled."""
        if self.held is not None:
            return self.held.digest
        return self.failed.digest if self.failed is not None and self.waiting else None


@dataclass(frozen=True, slots=True)
class SkippedTag:
    """A tag that is passed over. `digest` is remembered for those that turned out to be no chart."""

    tag: str
    reason: SkipReason
    digest: str | None = None


@dataclass(slots=True)
class RepositoryPlan:
    """Steps are newest version first, so that the store is useful within seconds."""

    steps: list[Step] = field(default_factory=list)
    unchanged: list[HeldTag] = field(default_factory=list)
    already_done: list[HeldTag] = field(default_factory=list)
    skipped: list[SkippedTag] = field(default_factory=list)
    failed_before: list[FailedTag] = field(default_factory=list)
    gone: list[HeldTag] = field(default_factory=list)
    outside_policy: list[HeldTag] = field(default_factory=list)


NONE_FAILED: Final = Failures({}, datetime.min.replace(tzinfo=UTC))


def plan_repository(
    listed: Sequence[ListedTag],
    held: Mapping[str, HeldTag],
    policy: Policy,
    *,
    empty_before: bool,
    failures: Failures = NONE_FAILED,
) -> RepositoryPlan:
    """The difference, decided. `listed` must be the complete listing: what is not in it counts as gone.

    An empty listing after a full one removes nothing until a second sync confirms it: `empty_before`
    says that the sync before this one already saw it empty.
    """
    plan = RepositoryPlan()
    wanted = _kept_by_policy(_versions_among(listed, plan), policy, held, plan)
    for tag in wanted:
        _place(tag, held.get(tag.tag), failures, plan)

    names = {tag.tag for tag in listed}
    if listed or empty_before:
        plan.gone = [tag for tag in held.values() if tag.is_version and not tag.removed and tag.tag not in names]
    return plan


def _versions_among(listed: Iterable[ListedTag], plan: RepositoryPlan) -> list[tuple[Version, ListedTag]]:
    """Those whose tag is a version, newest first; the others are noted as skipped."""
    found: list[tuple[Version, ListedTag]] = []
    for tag in listed:
        if SIGNATURE_TAG.fullmatch(tag.tag):
            plan.skipped.append(SkippedTag(tag.tag, SkipReason.SIGNATURE_OR_ATTESTATION))
            continue
        try:
            found.append((Version.from_tag(tag.tag), tag))
        except InvalidVersion:
            plan.skipped.append(SkippedTag(tag.tag, SkipReason.NOT_SEMVER))
    found.sort(key=lambda pair: (pair[0].sort_key, pair[1].tag), reverse=True)
    return found


def _kept_by_policy(
    versions: Iterable[tuple[Version, ListedTag]],
    policy: Policy,
    held: Mapping[str, HeldTag],
    plan: RepositoryPlan,
) -> list[ListedTag]:
    """Those inside the constraint, and of them the newest `versions_kept`.

    What is known to be no chart takes no place among the versions kept; where the listing tells no digest
    it is looked at nevertheless, for it may be a chart by now.
    """
    kept: list[ListedTag] = []
    places = policy.versions_kept
    for version, tag in versions:
        known = held.get(tag.tag)
        inside = policy.constraint is None or policy.constraint.check(version)
        if not inside or places == 0:
            plan.skipped.append(SkippedTag(tag.tag, SkipReason.OUTSIDE_CONSTRAINT))
            if known is not None and known.shown:
                plan.outside_policy.append(known)
        elif _is_listed_as_no_chart(tag) and (known is None or not known.is_version):
            plan.skipped.append(SkippedTag(tag.tag, SkipReason.NOT_A_CHART, tag.digest))
        elif known is None or known.is_version or tag.digest not in (None, known.digest):
            kept.append(tag)
            places = None if places is None else places - 1
        elif tag.digest is None:
            kept.append(tag)
        else:
            plan.skipped.append(SkippedTag(tag.tag, SkipReason.NOT_A_CHART, known.digest))
    return kept


def _is_listed_as_no_chart(tag: ListedTag) -> bool:
    """Where the listing tells the type there is no need to read the manifest."""
    return tag.artifact_type is not None and tag.artifact_type != CHART_ARTIFACT_TYPE


def _place(tag: ListedTag, held: HeldTag | None, failures: Failures, plan: RepositoryPlan) -> None:
    """Unchanged, or failed as before, where the listing's digest proves it; else a step to look at."""
    if held is not None and held.sound and held.stored_by_this_sync:
        plan.already_done.append(held)
        return
    if held is not None and held.sound and tag.digest == held.digest:
        plan.unchanged.append(held)
        return
    waiting = failures.waiting(tag.tag)
    if waiting is not None and tag.digest == waiting.digest:
        plan.failed_before.append(waiting)
    else:
        plan.steps.append(Step(tag.tag, tag.digest, held, failures.tags.get(tag.tag), waiting is not None))
