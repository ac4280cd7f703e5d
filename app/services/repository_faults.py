"""Faults that are of a repository, or of a sync, as a whole."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from app.domain.faults import Fault, FaultCode
from app.domain.sync_events import SkipReason
from app.domain.sync_plan import RepositoryPlan
from app.oci_client.errors import RegistryError
from app.services.faults import fault_of
from app.services.tallying import RepositoryTally


def of_repository(error: RegistryError, tally: RepositoryTally, plan: RepositoryPlan | None) -> Fault:
    """A fault of the repository as a whole; says how much of it was not looked at."""
    fault = fault_of(error, tally.name)
    if plan is None:
        return fault
    row = tally.counts
    done = row.versions_added + row.versions_changed + row.versions_unchanged + row.versions_failed
    left = row.versions_total - done - row.versions_removed
    return replace(fault, message=f"{fault.message} {left} of {row.versions_total} versions were not looked at.")


def nothing_found(tally: RepositoryTally, plan: RepositoryPlan) -> Fault | None:
    """Says so where a repository has tags and none of them is a chart: it is most likely the wrong one."""
    reasons = Counter(
        skipped.reason
        for skipped in (*plan.skipped, *tally.skipped)
        if skipped.reason is not SkipReason.OUTSIDE_CONSTRAINT
    )
    if not tally.counts.tags or sum(reasons.values()) < tally.counts.tags:
        return None
    words = {
        SkipReason.NOT_A_CHART: "hold images or other artifacts",
        SkipReason.NOT_SEMVER: "are no versions",
        SkipReason.SIGNATURE_OR_ATTESTATION: "are signatures",
    }
    told = ", ".join(f"{count} {words[reason]}" for reason, count in reasons.items())
    return Fault(
        FaultCode.UNSUPPORTED_CHART,
        f"{tally.name} has {tally.counts.tags} tags and none of them is a Helm chart ({told}). "
        "Check the name, or remove the repository.",
        False,
        tally.name,
    )


def in_common(failed: Sequence[RepositoryTally]) -> Fault | None:
    """Why the sync as a whole failed, where all its repositories failed alike."""
    faults = [tally.fault for tally in failed if tally.fault is not None]
    if not faults or len({fault.code for fault in faults}) > 1:
        return None
    return replace(faults[0], repository=None) if len(faults) > 1 else faults[0]
