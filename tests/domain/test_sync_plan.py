"""What a sync has to do is decided here: nothing is lost, nothing is done twice, nothing is removed by mistake."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.faults import FaultCode
from app.domain.semver import InvalidVersion, Version
from app.domain.semver_constraint import Constraint
from app.domain.sync_events import SkipReason
from app.domain.sync_plan import (
    FailedTag,
    Failures,
    HeldTag,
    ListedTag,
    Policy,
    RepositoryPlan,
    SkippedTag,
    Step,
    plan_repository,
    tried_again_after,
)

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
EVERYTHING = Policy()


def version(tag: str, digest: str = A, **values: bool) -> HeldTag:
    return HeldTag(tag, digest, version_id=sum(tag.encode()), **values)


def no_chart(tag: str, digest: str = A) -> HeldTag:
    return HeldTag(tag, digest)


def plan(
    listed: list[ListedTag], held: list[HeldTag], policy: Policy = EVERYTHING, *, empty_before: bool = False
) -> RepositoryPlan:
    return plan_repository(listed, {tag.tag: tag for tag in held}, policy, empty_before=empty_before)


def tags(steps: list[Step]) -> list[str]:
    return [step.tag for step in steps]


# ── What failed before ──

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def failed(minutes_left: int, *, in_this_sync: bool = False, tag: str = "1.0.0") -> FailedTag:
    """With digest A, to be tried again in so many minutes."""
    next_try_at = NOON + timedelta(minutes=minutes_left)
    return FailedTag(tag, A, FaultCode.MALFORMED_CHART, "No archive.", 1, next_try_at, in_this_sync)


@pytest.mark.parametrize(
    ("before", "listed", "by_hand", "let_be"),
    [
        (failed(1), A, False, True),
        (failed(0), A, False, False),
        (failed(-1), A, False, False),
        (failed(1), B, False, False),
        (failed(1), A, True, False),
        (failed(1, in_this_sync=True), A, True, True),
        (failed(-1, in_this_sync=True), A, False, True),
    ],
    ids=["waits", "due", "overdue", "moved", "by hand", "this sync by hand", "this sync though due"],
)
def test_failed_tag_is_let_be_until_it_is_due_or_moves_or_somebody_asks(
    before: FailedTag, listed: str, by_hand: bool, let_be: bool
) -> None:
    failures = Failures({"1.0.0": before}, NOON, by_hand)
    made = plan_repository([ListedTag("1.0.0", listed)], {}, EVERYTHING, empty_before=False, failures=failures)
    assert (made.failed_before, tags(made.steps)) == (([before], []) if let_be else ([], ["1.0.0"]))


@pytest.mark.parametrize(("held", "known"), [(None, A), (version("1.0.0", B), B)])
def test_failed_tag_is_looked_at_and_not_pulled_when_the_listing_tells_no_digest(
    held: HeldTag | None, known: str
) -> None:
    before = failed(1)
    failures = Failures({"1.0.0": before}, NOON)
    holding = {} if held is None else {"1.0.0": held}
    made = plan_repository([ListedTag("1.0.0")], holding, EVERYTHING, empty_before=False, failures=failures)
    (step,) = made.steps
    assert (step.failed, step.waiting, step.known_digest) == (before, True, known)


def test_failed_tag_is_neither_tried_nor_told_when_it_is_outside_the_policy_or_gone() -> None:
    failures = Failures({"1.0.0": failed(1)}, NOON)
    policy = Policy(Constraint.parse(">=2"))
    made = plan_repository([ListedTag("1.0.0", A)], {}, policy, empty_before=False, failures=failures)
    assert (made.steps, made.failed_before) == ([], [])
    assert plan_repository([], {}, EVERYTHING, empty_before=True, failures=failures) == RepositoryPlan()


def test_wait_grows_from_an_hour_to_a_day() -> None:
    hours = [tried_again_after(tries) / timedelta(hours=1) for tries in (1, 2, 3, 4, 5, 6, 7, 1000)]
    assert hours == [1, 2, 4, 8, 16, 24, 24, 24]


# ── New, unchanged, changed ──


def test_tag_is_a_step_when_nothing_is_held() -> None:
    assert plan([ListedTag("1.0.0", A)], []) == RepositoryPlan(steps=[Step("1.0.0", A, None)])


def test_version_is_unchanged_when_the_listed_digest_is_the_held_one() -> None:
    held = version("1.0.0")
    assert plan([ListedTag("1.0.0", A)], [held]) == RepositoryPlan(unchanged=[held])


def test_version_is_a_step_when_the_listing_tells_no_digest() -> None:
    held = version("1.0.0")
    assert plan([ListedTag("1.0.0")], [held]) == RepositoryPlan(steps=[Step("1.0.0", None, held)])


def test_version_is_a_step_when_its_digest_is_another() -> None:
    held = version("1.0.0")
    assert plan([ListedTag("1.0.0", B)], [held]) == RepositoryPlan(steps=[Step("1.0.0", B, held)])


def test_version_is_done_when_this_sync_stored_it_before_it_died() -> None:
    held = version("1.0.0", stored_by_this_sync=True)
    assert plan([ListedTag("1.0.0")], [held]) == RepositoryPlan(already_done=[held])


def test_tag_is_passed_over_unread_when_the_listing_tells_that_it_is_an_image() -> None:
    image = ListedTag("1.0.0", A, "application/vnd.oci.image.config.v1+json")
    assert plan([image], []) == RepositoryPlan(skipped=[SkippedTag("1.0.0", SkipReason.NOT_A_CHART, A)])


def test_version_is_looked_at_when_the_listing_tells_that_it_is_an_image_now() -> None:
    held = version("1.0.0")
    image = ListedTag("1.0.0", B, "application/vnd.oci.image.config.v1+json")
    assert plan([image], [held]) == RepositoryPlan(steps=[Step("1.0.0", B, held)])


def test_chart_is_a_step_when_the_listing_tells_that_it_is_one() -> None:
    chart = ListedTag("1.0.0", A, "application/vnd.cncf.helm.config.v1+json")
    assert plan([chart], []) == RepositoryPlan(steps=[Step("1.0.0", A, None)])


@pytest.mark.parametrize("state", [{"removed": True}, {"within_policy": False}])
def test_version_is_looked_at_when_this_sync_stored_it_and_then_hid_it(state: dict[str, bool]) -> None:
    held = version("1.0.0", stored_by_this_sync=True, **state)
    assert plan([ListedTag("1.0.0")], [held]) == RepositoryPlan(steps=[Step("1.0.0", None, held)])


# ── Gone and back ──


def test_version_is_gone_when_its_tag_is_not_listed_any_more() -> None:
    kept, gone = version("1.0.0"), version("1.1.0")
    assert plan([ListedTag("1.0.0", A)], [kept, gone]) == RepositoryPlan(unchanged=[kept], gone=[gone])


def test_version_outside_the_policy_is_gone_too_when_its_tag_is_not_listed() -> None:
    kept, gone = version("1.0.0"), version("1.1.0", within_policy=False)
    assert plan([ListedTag("1.0.0", A)], [kept, gone]).gone == [gone]


def test_version_that_is_removed_already_is_not_gone_again() -> None:
    kept = version("1.0.0")
    assert plan([ListedTag("1.0.0", A)], [kept, version("1.1.0", removed=True)]).gone == []


def test_tag_known_to_be_no_chart_is_not_gone_when_it_is_not_listed() -> None:
    assert plan([], [no_chart("1.0.0")], empty_before=True) == RepositoryPlan()


def test_version_comes_back_by_a_step_when_its_tag_is_listed_again() -> None:
    held = version("1.0.0", removed=True)
    assert plan([ListedTag("1.0.0", A)], [held]) == RepositoryPlan(steps=[Step("1.0.0", A, held)])


def test_empty_listing_after_a_full_one_removes_nothing() -> None:
    assert plan([], [version("1.0.0")]) == RepositoryPlan()


def test_empty_listing_removes_everything_when_the_one_before_was_empty_too() -> None:
    held = version("1.0.0")
    assert plan([], [held], empty_before=True) == RepositoryPlan(gone=[held])


def test_partial_listing_removes_at_once_when_anything_is_listed() -> None:
    gone = version("1.1.0")
    found = plan([ListedTag("latest")], [gone])
    assert found.gone == [gone]


# ── What is no version of a chart ──


@pytest.mark.parametrize("suffix", ["", ".sig", ".att", ".sbom"])
def test_tag_is_skipped_as_a_signature_when_cosign_wrote_it(suffix: str) -> None:
    tag = f"sha256-{'0' * 64}{suffix}"
    assert plan([ListedTag(tag)], []).skipped == [SkippedTag(tag, SkipReason.SIGNATURE_OR_ATTESTATION)]


@pytest.mark.parametrize("tag", ["latest", "1", "1.2", "main-4f2a", "sha256-123", "01.2.3", "1.2.3_a_b+"])
def test_tag_is_skipped_when_it_is_no_version(tag: str) -> None:
    assert plan([ListedTag(tag)], []) == RepositoryPlan(skipped=[SkippedTag(tag, SkipReason.NOT_SEMVER)])


@pytest.mark.parametrize("tag", ["v1.2.3", "1.2.3_build", "1.2.3-rc.1_build.5", "1.2.3"])
def test_tag_is_a_step_under_its_own_name_when_it_stands_for_a_version(tag: str) -> None:
    assert tags(plan([ListedTag(tag)], []).steps) == [tag]


def test_both_tags_are_steps_when_they_stand_for_one_version() -> None:
    assert sorted(tags(plan([ListedTag("1.2.3"), ListedTag("v1.2.3")], []).steps)) == ["1.2.3", "v1.2.3"]


def test_known_no_chart_is_skipped_when_the_listed_digest_is_the_one_remembered() -> None:
    skipped = SkippedTag("1.0.0", SkipReason.NOT_A_CHART, A)
    assert plan([ListedTag("1.0.0", A)], [no_chart("1.0.0")]) == RepositoryPlan(skipped=[skipped])


@pytest.mark.parametrize("digest", [None, B])
def test_known_no_chart_is_looked_at_when_the_listing_does_not_prove_it_the_same(digest: str | None) -> None:
    held = no_chart("1.0.0")
    assert plan([ListedTag("1.0.0", digest)], [held]) == RepositoryPlan(steps=[Step("1.0.0", digest, held)])


# ── Policy ──


def test_steps_are_newest_version_first_whatever_the_listing_order() -> None:
    listed = [ListedTag(tag) for tag in ("1.2.0", "v1.10.0", "1.9.0", "2.0.0-rc.1", "2.0.0", "2.0.0-rc.10")]
    expected = ["2.0.0", "2.0.0-rc.10", "2.0.0-rc.1", "v1.10.0", "1.9.0", "1.2.0"]
    assert tags(plan(listed, []).steps) == expected


def test_version_outside_the_constraint_is_skipped_and_a_held_one_is_hidden() -> None:
    policy = Policy(Constraint.parse(">=2"))
    held = version("1.0.0")
    found = plan([ListedTag("2.0.0"), ListedTag("1.0.0", A), ListedTag("1.1.0")], [held], policy)
    assert tags(found.steps) == ["2.0.0"]
    assert found.outside_policy == [held]
    assert {skipped.tag: skipped.reason for skipped in found.skipped} == {
        "1.0.0": SkipReason.OUTSIDE_CONSTRAINT,
        "1.1.0": SkipReason.OUTSIDE_CONSTRAINT,
    }
    assert found.gone == []


@pytest.mark.parametrize("state", [{"removed": True}, {"within_policy": False}])
def test_version_is_not_hidden_again_when_it_is_hidden_already(state: dict[str, bool]) -> None:
    policy = Policy(Constraint.parse(">=2"))
    assert plan([ListedTag("1.0.0", A)], [version("1.0.0", **state)], policy).outside_policy == []


def test_version_is_shown_again_by_a_step_when_the_constraint_lets_it_in() -> None:
    held = version("1.0.0", within_policy=False)
    assert plan([ListedTag("1.0.0", A)], [held]) == RepositoryPlan(steps=[Step("1.0.0", A, held)])


def test_newest_are_kept_and_the_others_hidden_when_a_number_of_versions_is_kept() -> None:
    oldest = version("1.0.0")
    listed = [ListedTag("1.0.0", A), ListedTag("3.0.0", A), ListedTag("2.0.0", A)]
    found = plan(listed, [oldest], Policy(versions_kept=2))
    assert tags(found.steps) == ["3.0.0", "2.0.0"]
    assert found.outside_policy == [oldest]


def test_versions_outside_the_constraint_take_no_place_among_those_kept() -> None:
    listed = [ListedTag(tag) for tag in ("3.0.0", "2.0.0", "1.0.0")]
    found = plan(listed, [], Policy(Constraint.parse("<3"), versions_kept=1))
    assert tags(found.steps) == ["2.0.0"]


@pytest.mark.parametrize("digest", [A, None])
def test_known_no_chart_takes_no_place_among_the_versions_kept(digest: str | None) -> None:
    listed = [ListedTag("3.0.0", digest), ListedTag("2.0.0"), ListedTag("1.0.0")]
    found = plan(listed, [no_chart("3.0.0")], Policy(versions_kept=1))
    assert [tag for tag in tags(found.steps) if tag != "3.0.0"] == ["2.0.0"]


# ── Whatever the repository ──

NUMBERS = [f"{major}.{minor}.0" for major in range(3) for minor in range(3)]
TAGS = st.sampled_from([*NUMBERS, "latest", f"sha256-{'0' * 64}.sig", "v1.0.0", "1.0.0_a", "2.0.0-rc.1"])
MANIFESTS = st.integers(0, 7).map(lambda number: (f"sha256:{number:064x}", number % 3 > 0))
REPOSITORIES = st.dictionaries(TAGS, MANIFESTS, max_size=10)
POLICIES = st.builds(
    Policy,
    st.sampled_from([None, Constraint.parse(">=1"), Constraint.parse("<2"), Constraint.parse(">=0.0.0-0")]),
    st.sampled_from([None, 1, 2, 5]),
)
Repository = dict[str, tuple[str, bool]]
"""Digest of each tag, and whether a chart is behind it."""


def listing(repository: Repository, *, with_digests: bool) -> list[ListedTag]:
    return [ListedTag(tag, digest if with_digests else None) for tag, (digest, _) in repository.items()]


def applied(found: RepositoryPlan, held: dict[str, HeldTag], repository: Repository) -> dict[str, HeldTag]:
    """What the store holds once the steps are taken, as services/pulling.py and recording.py take them."""
    after = dict(held)
    for step in found.steps:
        digest, is_chart = repository[step.tag]
        after[step.tag] = version(step.tag, digest) if is_chart else no_chart(step.tag, digest)
    for gone in found.gone:
        after[gone.tag] = replace(gone, removed=True)
    for outside in found.outside_policy:
        after[outside.tag] = replace(outside, within_policy=False)
    return after


def settled(repository: Repository, held: dict[str, HeldTag], policy: Policy) -> dict[str, HeldTag]:
    """After as many syncs as there are tags: each learns of at least one more that it is no chart."""
    for _ in range(len(repository) + 2):
        found = plan_repository(listing(repository, with_digests=True), held, policy, empty_before=True)
        held = applied(found, held, repository)
    return held


def shown(held: dict[str, HeldTag]) -> dict[str, str]:
    return {tag.tag: tag.digest for tag in held.values() if tag.is_version and tag.within_policy and not tag.removed}


@given(REPOSITORIES, REPOSITORIES, POLICIES, POLICIES)
def test_next_plan_is_empty_once_a_plan_was_carried_out(
    before: Repository, now: Repository, policy_before: Policy, policy: Policy
) -> None:
    held = settled(now, settled(before, {}, policy_before), policy)
    again = plan_repository(listing(now, with_digests=True), held, policy, empty_before=True)
    assert (again.steps, again.gone, again.outside_policy) == ([], [], [])
    assert {tag.tag: tag.digest for tag in again.unchanged} == shown(held)


@given(REPOSITORIES, REPOSITORIES, POLICIES, POLICIES)
def test_store_shows_the_newest_charts_of_the_policy_and_nothing_else(
    before: Repository, now: Repository, policy_before: Policy, policy: Policy
) -> None:
    inside = []
    for tag, (digest, is_chart) in now.items():
        try:
            read = Version.from_tag(tag)
        except InvalidVersion:
            continue
        if is_chart and (policy.constraint is None or policy.constraint.check(read)):
            inside.append((read.sort_key, tag, digest))
    expected = {tag: digest for _, tag, digest in sorted(inside, reverse=True)[: policy.versions_kept]}
    assert shown(settled(now, settled(before, {}, policy_before), policy)) == expected


@given(REPOSITORIES, REPOSITORIES, POLICIES, st.booleans())
def test_every_listed_tag_is_placed_exactly_once(
    before: Repository, now: Repository, policy: Policy, with_digests: bool
) -> None:
    found = plan_repository(
        listing(now, with_digests=with_digests), settled(before, {}, EVERYTHING), policy, empty_before=False
    )
    placed = [*found.steps, *found.unchanged, *found.already_done, *found.skipped]
    assert sorted(tag.tag for tag in placed) == sorted(now)
    assert not {tag.tag for tag in found.gone} & set(now)
